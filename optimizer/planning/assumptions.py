"""What a plan takes for granted, with what a tenth of it would move."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.domain.plan import Assumption, Cost
from optimizer.formulation.blocks import Block
from optimizer.formulation.context import Context


def assumptions_of(context: Context, cost: Cost, chosen: Sequence[Block]) -> tuple[Assumption, ...]:
    """Return the assumptions of a plan, those that choose for the planner first."""
    return (
        *_choices(context),
        *_estimated_prices(context, cost),
        *_service_times(chosen),
        *_volumes(context, cost),
    )


def _choices(context: Context) -> list[Assumption]:
    scenario, given = context.scenario, []
    if not scenario.locations_given:
        places = ", ".join(scenario.locations)
        given.append(Assumption("every location of the catalog competes", places, "no `locations` in the scenario"))
    given.append(
        Assumption(
            "retries on top of the peak", f"{scenario.headroom.retry_share * 100:.0f} %", f"scenario {scenario.name}"
        )
    )
    given.append(
        Assumption(
            "round trips at p99 over their mean", f"x {scenario.network.rtt_p99_factor:g}", f"scenario {scenario.name}"
        )
    )
    return given


def _estimated_prices(context: Context, cost: Cost) -> list[Assumption]:
    amounts: dict[tuple[str, str, str], float] = {}
    for line in cost.lines:
        if line.category == "compute" and line.basis == "estimate":
            key = (f"price of {line.instance_type} in {line.location}", f"{line.unit_price:g} per hour", line.source)
            amounts[key] = amounts.get(key, 0.0) + line.amount * context.rates.support_factor(line.provider)
    factor = 0.1
    return [Assumption(*key, amount * factor) for key, amount in sorted(amounts.items())]


def _service_times(chosen: Sequence[Block]) -> list[Assumption]:
    found: dict[tuple[str, str, str], None] = {}
    for block in chosen:
        curve = block.configuration.candidate.curve
        what = f"service time of {curve.profile} on {curve.accelerator} ({curve.source.basis})"
        found[what, f"within {curve.error_band * 100:.0f} %", curve.source.source] = None
    return [Assumption(*key) for key in sorted(found)]


def _volumes(context: Context, cost: Cost) -> list[Assumption]:
    scenario = context.scenario
    use, factor = scenario.network, 0.1
    supported = [(line, line.amount * context.rates.support_factor(line.provider)) for line in cost.lines]
    network = sum(amount for line, amount in supported if line.category == "network")
    logs = sum(amount for line, amount in supported if line.item == "logs")
    source = f"scenario {scenario.name}"
    return [
        Assumption(
            "size of a request and a response",
            f"{use.request_kb:g} and {use.response_kb:g} kB",
            source,
            network * factor,
        ),
        Assumption(
            "logs kept",
            f"{scenario.storage.logs_gb_per_million_requests:g} GB per million requests for "
            f"{scenario.storage.log_retention_days:g} days",
            source,
            logs * factor,
        ),
        Assumption(
            "callers inside a region are spread evenly over its zones",
            "1 - 1/zones of their traffic crosses zones",
            "fleetopt",
        ),
    ]

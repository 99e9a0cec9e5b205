"""The plan as one record, with its bill; the objective and the bill must agree."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import numpy as np

from optimizer.costs import make_bill
from optimizer.domain.plan import PLAN_FORMAT, Cost, DemandRow, Objective, Plan, PlanPeriod, Pool, Route
from optimizer.domain.scenario import Floats, Scenario
from optimizer.formulation.changing import changes_of
from optimizer.formulation.context import Context
from optimizer.formulation.groups import MAX_ORIGINS_FOR_ALL_SETS, BlockSet, has_demand
from optimizer.formulation.staffing import MAX_INSTANCES
from optimizer.formulation.waiting import WAIT_SHARES
from optimizer.performance import SHARED
from optimizer.planning.assumptions import assumptions_of
from optimizer.planning.capacity_use import capacity_shares
from optimizer.planning.chosen import Chosen
from optimizer.planning.extract import changed_of, pools_of, routes_of, standbys_of, uses_of, volumes_of
from optimizer.planning.fleet import fleet_of
from optimizer.planning.inputs_used import inputs_used
from optimizer.planning.layout import BlockLoad
from optimizer.planning.pages import page_promises
from optimizer.planning.rejected import rejected_types
from optimizer.solve import Outcome
from optimizer.units import HOURS_PER_MONTH

#: The objective and the bill may differ by rounding of floats only.
AGREEMENT = 0.01


def write_plan(
    context: Context,
    block_set: BlockSet,
    chosen: Chosen,
    *,
    seed: int,
    gap: float,
) -> Plan:
    """Return the plan of the chosen blocks, bill included, checks still empty.

    Raises
    ------
    RuntimeError
        If the solver's objective and the bill differ: a cost would stand in one and not in the other.
    """
    scenario, catalog, loads = context.scenario, context.catalog, chosen.loads
    pools, routes = _pools_and_routes(context, chosen)
    cost = _bill(context, chosen, context.timeline.weights)
    objective = _objective(context, cost, chosen.outcome)
    _refuse_disagreement(context, chosen, cost)
    status: Literal["optimal", "feasible"] = "optimal" if objective.gap <= gap + 1e-9 else "feasible"
    cautious = cost.total if scenario.plan_on == "cautious" else None
    return Plan(
        format=PLAN_FORMAT,
        status=status,
        stopped_by=chosen.outcome.stopped_by,
        plan_space=plan_space(context),
        created_with={"version": fleetopt_version(), "solver": solver_version(), "seed": seed},
        scenario={"name": scenario.name, "sha256": scenario.sha256, "start": scenario.horizon_start},
        catalog=({"name": catalog.name, "sha256": catalog.sha256, "as_of": catalog.as_of},),
        objective=objective,
        total_at={"central": None if cautious is not None else cost.total, "cautious": cautious},
        obligation_after_horizon=_obligation(context, chosen),
        expected=_expected(context, chosen),
        fleet=fleet_of(context, chosen.buys),
        pools=tuple(pools),
        routing=tuple(routes),
        pipelines=page_promises(context, chosen),
        periods=tuple(PlanPeriod(p.day_type, p.hour, p.days, p.hours) for p in scenario.periods),
        demand=_demand_rows(context, loads),
        cost=cost,
        checks=(),
        alternatives=(),
        assumptions=assumptions_of(context, cost, chosen.blocks),
        rejected=rejected_types(context, block_set, chosen.blocks, chosen.outcome.cost),
        headroom=capacity_shares(context, loads),
        inputs=inputs_used(context, chosen.blocks, chosen.buys, block_set.locations),
        standby=standbys_of(context, loads),
        energy=_energy(loads, pools),
    )


def plan_space(context: Context) -> str:
    """Say which plans were considered."""
    scenario = context.scenario
    bought = ", ".join(option.replace("_", " ") for option in context.options)
    parts = [
        f"every instance type that can be had ({bought}) in the allowed locations",
        f"every batch size of the profile's grid{_waits(scenario)}",
        "every accelerator count of the profile",
        "1 to all zones (every layout up to 24 instances, balanced ones beyond)",
        _partitions(context),
        "one configuration of a service in a location",
        "one service on an instance",
    ]
    if len(context.timeline.demands) > 1:
        parts.append("the same configuration and commitments for every demand")
    if any(context.stands_by(service) for service in scenario.services):
        parts.append("one running standby location for each origin of a service that survives a region")
    if scenario.limits.quotas:
        parts.append(
            "where a quota binds an origin in eighths over two locations, and two configurations in a location"
        )
    if context.budgets:
        counts = [len(levels) for levels in context.budgets.values()]
        parts.append(f"{min(counts)} to {max(counts)} budgets of each stage of a page, closest around the chosen ones")
    if context.left_out_large_blocks:
        parts.append(f"at most {MAX_INSTANCES:,} instances of a service in a location")
    if "spot" in context.options:
        parts.append("fewest instances first, then most of them spot")
    return ", ".join(parts)


def _waits(scenario: Scenario) -> str:
    """Say which waits of batches were considered, where there is more to say than that they start at once."""
    if any(service.dispatch == SHARED and service.max_wait_s is None for service in scenario.services):
        shares = " and ".join(f"{share:.0%}".replace("%", " %") for share in WAIT_SHARES)
        return f" without a wait, and in a shared queue under tight targets with {shares} of a full batch's time"
    return ""


def _partitions(context: Context) -> str:
    """Which sets of origins a location may serve: of many origins not every set is looked at."""
    numbers = range(len(context.scenario.origins))
    most = max(sum(has_demand(service, number) for number in numbers) for service in context.scenario.services)
    if most <= MAX_ORIGINS_FOR_ALL_SETS:
        return "any partition of origins over locations"
    return "origins to locations each alone or together with all that are nearer to the same location"


def _pools_and_routes(context: Context, chosen: Chosen) -> tuple[list[Pool], list[Route]]:
    pools: list[Pool] = []
    routes: list[Route] = []
    for load, promise in zip(chosen.loads, chosen.promises_s, strict=True):
        routes += routes_of(context, load, len(pools))
        pools += pools_of(context, load, promise)
    return pools, routes


def _bill(context: Context, chosen: Chosen, weights: Floats) -> Cost:
    """The bill, expected over demands of the given weights."""
    return make_bill(
        context.rates,
        [buy.bought(context, weights) for buy in chosen.buys],
        uses_of(context, chosen.loads, weights),
        volumes_of(context, chosen.loads),
        tiered=context.is_on("egress_tiers"),
        changes=changed_of(context, chosen.blocks),
    )


def _expected(context: Context, chosen: Chosen) -> dict[str, float | None]:
    """Total at each demand: configuration and commitments stay, counts follow."""
    names = context.timeline.demands
    totals: dict[str, float | None] = {}
    for name in ("low", "mid", "high"):
        alone = np.array([float(other == name) for other in names])
        totals[name] = _bill(context, chosen, alone).total if name in names else None
    return totals


def _obligation(context: Context, chosen: Chosen) -> float:
    """Everything still to be paid after the horizon, support plan apart."""
    total = 0.0
    for buy in chosen.buys:
        for option, count in buy.steady.items():
            price = context.rates.instance_hour(*buy.key, option)
            rest = context.rates.months_left_over(option) * HOURS_PER_MONTH
            total += count * rest * (0.0 if price is None else price.amount)
        for item in buy.supply.signed:
            total += item.count * item.price_per_hour * item.months_after_horizon * HOURS_PER_MONTH
    return total


def _energy(loads: Sequence[BlockLoad], pools: Sequence[Pool]) -> dict[str, float | None]:
    """Largest draw (kW), energy (kWh) and carbon (kg) of all pools; None where a part is not known."""
    draws = [load.block.running.kw for load in loads]
    known = [draw for draw in draws if draw is not None]
    peak = float(np.sum(known, axis=0).max(initial=0.0)) if known else 0.0
    kwh = [pool.energy_kwh for pool in pools]
    carbon = [pool.carbon_kg for pool in pools]
    return {
        "peak_kw": peak if len(known) == len(draws) else None,
        "energy_kwh": None if None in kwh else sum(value or 0.0 for value in kwh),
        "carbon_kg": None if None in carbon else sum(value or 0.0 for value in carbon),
    }


def _objective(context: Context, cost: Cost, outcome: Outcome) -> Objective:
    fixed = context.rates.fixed_total()
    bound = min(cost.total, outcome.lower_bound + fixed)
    changeable = cost.total - fixed
    missing = cost.total - bound
    return Objective(
        currency=context.catalog.currency,
        total=cost.total,
        fixed=fixed,
        lower_bound=bound,
        gap=missing / changeable if changeable > 0.0 else 0.0,
        gap_of_total=missing / cost.total if cost.total > 0.0 else 0.0,
        horizon_hours=context.scenario.horizon_hours,
    )


def _refuse_disagreement(context: Context, chosen: Chosen, cost: Cost) -> None:
    """Add up as the objective does; tiered pairs are compared by the second reading."""
    if any(
        context.is_tiered(f.pair)
        for block in chosen.blocks
        for o in block.origins
        for f in context.flows(o, block.location)
    ):
        return
    objective = sum(block.own_cost for block in chosen.blocks) + context.rates.fixed_total()
    objective += sum(buy.rent(context) for buy in chosen.buys)
    changes = changes_of(context, chosen.blocks).values()
    objective += context.charge * sum(started + stopped for started, stopped in changes)
    if abs(objective - cost.total) > AGREEMENT + 1e-9 * cost.total:
        message = f"the objective ({objective:.2f}) and the bill ({cost.total:.2f}) differ"
        raise RuntimeError(message)


def _demand_rows(context: Context, loads: Sequence[BlockLoad]) -> tuple[DemandRow, ...]:
    scenario = context.scenario
    return tuple(_demand_row(context, index, loads) for index in range(len(scenario.services)))


def _demand_row(context: Context, index: int, loads: Sequence[BlockLoad]) -> DemandRow:
    scenario = context.scenario
    service = scenario.services[index]
    peak = service.demand.peak_per_s.sum(axis=0)
    mean = float(service.demand.mean_per_s.sum(axis=0) @ context.period_hours) / scenario.horizon_hours
    busy = np.zeros(len(scenario.periods))
    memory = np.zeros(len(scenario.periods))
    for load in (item for item in loads if item.block.service == index):
        candidate, point = load.block.configuration.candidate, load.block.configuration.point
        per_replica_s = point.service_s[-1] / len(point.service_s)
        accelerators = candidate.curve.accelerators_per_replica
        busy += load.block.need_per_s[0] / context.headroom_factor * per_replica_s * accelerators
        replicas = load.instances[0].sum(axis=1) * candidate.replicas_per_instance
        memory += replicas * (candidate.model.weights_gib + candidate.model.tables_gib)
    kb = scenario.network.request_kb + scenario.network.response_kb
    months = context.rates.horizon_months
    requests = sum(context.requests(index, origin) for origin in range(len(scenario.origins)))
    return DemandRow(
        service=service.name,
        requests_per_s_peak=float(peak.max(initial=0.0)),
        requests_per_s_mean=mean,
        busy_accelerators=float(busy.max(initial=0.0)),
        memory_gib=float(memory.max(initial=0.0)),
        gb_per_month=requests * kb / 1e6 / months,
        mbit_per_s=float(peak.max(initial=0.0)) * kb * 8.0 / 1e3,
    )


def fleetopt_version() -> str:
    """Version of the installed distribution."""
    try:
        return version("fleetopt")
    except PackageNotFoundError:
        return "unknown"


def solver_version() -> str:
    """Name and version of the solver."""
    return f"HiGHS in OR-Tools {version('ortools')}"

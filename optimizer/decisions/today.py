"""Today's fleet as an option: what it costs if nothing about it changes, and what it does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.decisions.records import Bought, OptionAnswer, Risk
from optimizer.domain.account import Account, Reach
from optimizer.domain.purchase import SPOT
from optimizer.domain.scenario import Scenario
from optimizer.inputs import OptionInputs
from optimizer.units import HOURS_PER_MONTH, SECONDS_PER_HOUR


def answer_today(item: OptionInputs, account: Account) -> OptionAnswer:
    """Return the figures of today's fleet; without a price of everything there is no total."""
    total, scenario = account.total, item.inputs.scenario
    requests = _requests(scenario)
    return OptionAnswer(
        label=item.label,
        changes=item.changes,
        status="as_today",
        reasons=tuple(_reasons(account)),
        total=total,
        lower_bound=total,
        gap=None,
        months=account.horizon_hours / HOURS_PER_MONTH,
        per_1000_requests=total / requests * 1000.0 if total is not None and requests > 0.0 else None,
        by_category=dict(account.cost.by_category) if total is not None else {},
        by_service=dict(account.cost.by_service) if total is not None else {},
        fleet=tuple(_fleet(scenario)),
        risks=tuple(_risks(scenario)),
        warnings=tuple(dict.fromkeys(item.inputs.warnings)),
        holds=account.holds,
    )


def _reasons(account: Account) -> Iterator[str]:
    for name in account.unpriced:
        yield f"the price is not known of {name}: there is no total"
    for service in account.unplaced:
        yield f"not all origins of {service} reach an instance that runs it: its network and logs are not counted"
    for reach in account.reaches or ():
        if not reach.holds:
            yield _short(reach)


def _short(reach: Reach) -> str:
    loss = f" {reach.what}" if reach.what else ""
    return (
        f"too little for {reach.service} in {reach.location}: {reach.carried_per_s:,.0f} of "
        f"{reach.needed_per_s:,.0f} requests/s at {reach.when}{loss}"
    )


def _requests(scenario: Scenario) -> float:
    hours = [period.hours for period in scenario.periods]
    return sum(float((item.demand.mean_per_s @ hours).sum()) for item in scenario.services) * SECONDS_PER_HOUR


def _fleet(scenario: Scenario) -> Iterator[Bought]:
    counts: dict[tuple[str, str, str], int] = {}
    for row in scenario.running:
        key = (row.location, row.instance_type, str(row.purchase_option))
        counts[key] = counts.get(key, 0) + row.count
    for (location, kind, option), count in sorted(counts.items()):
        yield Bought(location, kind, option, count, count, float(count))


def _risks(scenario: Scenario) -> Iterator[Risk]:
    total = sum(row.count for row in scenario.running)
    spot = sum(row.count for row in scenario.running if row.purchase_option == SPOT)
    if spot:
        yield Risk("spot", "instance-hours on spot", spot / total)
    for service in dict.fromkeys(row.service for row in scenario.running if row.service and row.count):
        mine = [row for row in scenario.running if row.service == service and row.count]
        kinds = {f"{row.location.split('/', maxsplit=1)[0]} {row.instance_type}" for row in mine}
        if len(kinds) == 1:
            yield Risk("one_type", f"{service} on {kinds.pop()}", 1.0)
        for place in dict.fromkeys(row.location for row in mine):
            zones = {row.zone for row in mine if row.location == place}
            if len(zones) == 1 and "" not in zones:
                yield Risk("one_zone", f"{service} in {place}", 1.0)

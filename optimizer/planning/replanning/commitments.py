"""What a plan in force has committed to, as signed before the horizon of the next plan."""

from __future__ import annotations

from datetime import date, timedelta

from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import OWNED, RUNS_TODAY, TERM_MONTHS, Commitment, PurchaseOption
from optimizer.domain.scenario import Scenario
from optimizer.inputs.purchase_terms import commitments_running
from optimizer.units import DAYS_PER_MONTH, HOURS_PER_DAY

MONTHS_PER_YEAR = 12


def committed_by(plan: Plan, scenario: Scenario) -> tuple[Commitment, ...]:
    """Return what a plan bought for its whole horizon, as signed before the horizon of a scenario.

    A commitment ends with its term, renewed as often as the plan's own horizon needed it; owned machines are paid for
    until they are written off, and stay to the end of the scenario's horizon in any case.
    """
    start = date.fromisoformat(plan.inputs["horizon_start"])
    signed = []
    for row in plan.fleet:
        option = _steady(row.purchase_option)
        if option is None or row.until or not row.count_by_period or row.count_by_period[0] == 0:
            continue
        until = _later(start, _months_bought(plan, option, row.provider, row.instance_type, row.location))
        if option == OWNED:
            until = max(until, _end_of(scenario))
        signed.append(
            _dated(scenario, row.location, row.instance_type, option, row.count_by_period[0], row.price_per_hour, until)
        )
    return tuple(signed)


def _steady(option: str) -> PurchaseOption | None:
    return next((name for name in (*TERM_MONTHS, OWNED) if name == option), None)


def _months_bought(plan: Plan, option: PurchaseOption, provider: str, kind: str, location: str) -> int:
    months = int(plan.inputs["horizon_months"])
    if option == OWNED:
        rows = plan.inputs["owned_servers"]
        key = (provider, kind, location)
        return next(
            (
                int(row["amortisation_months"])
                for row in rows
                if (row["provider"], row["instance_type"], row["location"]) == key
            ),
            months,
        )
    term = TERM_MONTHS[option]
    return -(-months // term) * term


def _later(start: date, months: int) -> date:
    years, month = divmod(start.month - 1 + months, MONTHS_PER_YEAR)
    first = date(start.year + years, month + 1, 1)
    last = (date(first.year + month // 11, (month + 1) % MONTHS_PER_YEAR + 1, 1) - timedelta(days=1)).day
    return first.replace(day=min(start.day, last))


def _end_of(scenario: Scenario) -> date:
    return date.fromisoformat(scenario.horizon_start) + timedelta(days=round(scenario.horizon_hours / HOURS_PER_DAY))


def _dated(
    scenario: Scenario,
    location: str,
    kind: str,
    option: PurchaseOption,
    count: int,
    price: float,
    until: date,
    *,
    reserved: bool = False,
    reason: str = "bought by the plan in force",
) -> Commitment:
    days = scenario.horizon_hours / HOURS_PER_DAY
    lasts = max(0, (until - date.fromisoformat(scenario.horizon_start)).days)
    return Commitment(
        location=location,
        instance_type=kind,
        purchase_option=option,
        count=count,
        price_per_hour=price,
        until=until.isoformat(),
        horizon_share=min(1.0, lasts / days),
        months_after_horizon=max(0.0, lasts - days) / DAYS_PER_MONTH,
        reserved=reserved,
        reason=reason,
    )


def owned_today(scenario: Scenario) -> tuple[Commitment, ...]:
    """Return owned machines of today's fleet of which no end is given: they stay to the end of the horizon."""
    return tuple(
        _dated(scenario, row.location, row.instance_type, OWNED, row.count, 0.0, _end_of(scenario), reason=RUNS_TODAY)
        for row in scenario.running
        if row.purchase_option == OWNED and not row.committed_until and row.count > 0
    )


def committed_before(plan: Plan, scenario: Scenario) -> tuple[Commitment, ...]:
    """Return what a plan was told to be signed already, dated for the horizon of a scenario."""
    return tuple(
        _dated(
            scenario,
            row["location"],
            row["instance_type"],
            row["purchase_option"],
            int(row["count"]),
            float(row["price_per_hour"]),
            date.fromisoformat(row["until"]),
            reserved=bool(row["reserved"]),
            reason=str(row["reason"]),
        )
        for row in plan.inputs["commitments"]
    )


def all_committed(plan: Plan, scenario: Scenario, catalog: Catalog) -> tuple[Commitment, ...]:
    """Return what the scenario, the plan's own scenario and the plan have signed, none of it twice.

    What the scenario's file of today's fleet says is left out: the plan in force is what runs. So is what has ended
    before the horizon begins.
    """
    running = commitments_running(scenario.running, scenario, catalog)
    found = [item for item in scenario.commitments if item not in running]
    known = [_identity(item) for item in found]
    for item in committed_before(plan, scenario):
        if _identity(item) in known:
            known.remove(_identity(item))
        else:
            found.append(item)
    found += committed_by(plan, scenario)
    return tuple(item for item in found if item.horizon_share > 0.0)


def _identity(item: Commitment) -> tuple[object, ...]:
    return item.location, item.instance_type, item.purchase_option, item.count, item.until

"""Heading of the plan's page, its total, and what to run."""

from __future__ import annotations

from optimizer.domain.plan import Plan
from optimizer.report.groups import PoolGroup, pool_groups
from optimizer.report.page import Column, Facts, Row, Table
from optimizer.report.rounding import largest_remainder
from optimizer.report.words import (
    accelerators_label,
    band_label,
    counted,
    date_range,
    money,
    money_digits,
    names_label,
    option_label,
    percent,
    percent_at_most,
    promise_label,
    significant,
    zones_label,
)
from optimizer.units import HOURS_PER_MONTH, SECONDS_PER_HOUR

#: A gap below this is what floats leave of an exact proof.
PROVED = 1e-9

_LEGEND = "base, peak: fewest and most instances over all hours · busy: share of full batches at the peak"
_SERVICE_TIMES = {
    "cautious": "cautious service times (slow end of each error band)",
    "central": "central service times",
    "measured_only": "measured service times only",
}


def months_of(plan: Plan) -> float:
    """Months of 730 hours in the horizon."""
    return plan.objective.horizon_hours / HOURS_PER_MONTH


def requests_of(plan: Plan) -> float:
    """Requests expected over the horizon, all services together."""
    mean_per_s = sum(row.requests_per_s_mean for row in plan.demand)
    return mean_per_s * SECONDS_PER_HOUR * plan.objective.horizon_hours


def title(plan: Plan) -> tuple[str, ...]:
    """Name, horizon, age of the prices, demand planned for and how service times were read."""
    pieces = [plan.scenario.get("name", "plan")]
    months, start = plan.inputs.get("horizon_months"), plan.scenario.get("start", "")
    if months:
        pieces.append(counted(months, "month") + (f" from {start}" if start else ""))
    pieces.append(f"prices as of {date_range(row.price_as_of for row in plan.fleet if not row.until)}")
    pieces.append(f"plans for: {plan.inputs.get('plan_for', 'unknown')}")
    plan_on = plan.inputs.get("plan_on", "")
    return (*pieces, *([_SERVICE_TIMES.get(plan_on, plan_on)] if plan_on else []))


def total_facts(plan: Plan) -> tuple[Facts, Facts]:
    """What the plan costs, and how near it is to the cheapest there can be."""
    currency, months = plan.objective.currency, months_of(plan)
    total = plan.objective.total
    pieces = [f"{currency} {money(total, money_digits(total / months))}"]
    a_month = largest_remainder([total / months], money_digits(total / months))[0]
    pieces.append(f"{currency} {money(a_month, money_digits(a_month))} a month")
    requests = requests_of(plan)
    if requests > 0.0:
        pieces.append(f"{currency} {significant(total / requests * 1000.0)} per 1,000 requests")
    return Facts("Total", (tuple(pieces),), "strong"), Facts("Proven", (_proof(plan),))


def _proof(plan: Plan) -> tuple[str, ...]:
    objective = plan.objective
    stopped = "" if plan.stopped_by is None else f"stopped by the {plan.stopped_by} limit"
    pieces = [stopped] if stopped else []
    if objective.lower_bound <= 0.0 < objective.total:
        return (*pieces, "nothing yet: no lower bound was found")
    above = (objective.total - objective.lower_bound) / objective.lower_bound if objective.lower_bound else 0.0
    digits = money_digits(objective.total / months_of(plan))
    bound = f"no plan considered costs less than {objective.currency} {money(objective.lower_bound, digits)}"
    if above <= PROVED:
        return (*pieces, "the cheapest", bound)
    within = f"within {percent_at_most(above)} of the cheapest"
    return (*pieces, within, bound, f"gap {percent_at_most(objective.gap)} of what a plan can change")


def run_table(plan: Plan) -> Table:
    """One row for each service, location and configuration; its profile, basis and origins below."""
    columns = (
        Column("service", untitled=True),
        Column("where", untitled=True),
        Column("instance type", untitled=True),
        Column("replica on", untitled=True, drop=2),
        Column("batch", untitled=True, drop=3),
        Column("base", right=True),
        Column("peak", right=True),
        Column("on", drop=4),
        Column("busy", right=True, drop=1, as_note="busy {}"),
        Column("promised"),
    )
    groups = pool_groups(plan)
    rows = [_run_row(plan, group, before) for group, before in zip(groups, (None, *groups), strict=False)]
    return Table("What to run", columns, tuple(rows), remarks=(_LEGEND if rows else "nothing: there is no demand",))


def _run_row(plan: Plan, group: PoolGroup, before: PoolGroup | None) -> Row:
    pool, counts = group.first, group.instances_by_period
    repeated = before is not None and before.first.service == pool.service
    cells = (
        "" if repeated else pool.service,
        f"{pool.provider} {pool.region} {zones_label(pool.region, [item.zone for item in group.pools])}",
        pool.instance_type,
        accelerators_label(group.accelerator, pool.accelerators_per_replica),
        f"b={pool.batch_size}",
        f"{min(counts, default=0):,}",
        f"{max(counts, default=0):,}",
        _options(plan, group),
        percent(group.busy_at_peak, 0),
        promise_label(group.pools),
    )
    wait = f"batches wait up to {pool.max_wait_ms:g} ms to fill" if pool.max_wait_ms else ""
    notes = (pool.profile, band_label(pool.basis, pool.error_band), wait, _origins(plan, group))
    return Row(cells, tuple(note for note in notes if note))


def _options(plan: Plan, group: PoolGroup) -> str:
    places = {(pool.provider, pool.region, pool.instance_type) for pool in group.pools}
    found = dict.fromkeys(
        option_label(row.purchase_option)
        for row in plan.fleet
        if (row.provider, row.region, row.instance_type) in places
    )
    return " + ".join(found)


def _origins(plan: Plan, group: PoolGroup) -> str:
    asking = dict.fromkeys(route.origin for route in plan.routing if route.service == group.first.service)
    served = dict.fromkeys(
        route.origin for route in plan.routing if route.pool in group.indices and any(route.share_by_period)
    )
    if len(served) == len(asking) and len(asking) > 1:
        return "serves every origin"
    return f"serves {names_label(list(served), 'origins')}" if served else ""

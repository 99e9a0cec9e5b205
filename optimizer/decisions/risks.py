"""What a total does not show: spot, one zone, one type, estimates, and how much must start in an hour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from optimizer.decisions.records import Risk
from optimizer.domain.plan import FleetRow, Plan, PlanPeriod

ESTIMATED = "estimated"


def risks_of(plan: Plan) -> tuple[Risk, ...]:
    """Return the risks of a plan."""
    return (*_spot(plan), *_one_zone(plan), *_one_type(plan), *_estimates(plan), *_ramp(plan))


@dataclass(frozen=True, slots=True)
class Start:
    """Instances on demand that start in an hour: how many, in which period, and after which one."""

    count: int
    at: int
    after: int


def largest_start(fleet: Iterable[FleetRow], periods: Sequence[PlanPeriod]) -> Start | None:
    """Return the most instances on demand that start in an hour, after the emptiest hour that may come before it."""
    total = [0] * len(periods)
    for row in fleet:
        if row.purchase_option == "on_demand" and not row.until:
            total = [a + b for a, b in zip(total, row.count_by_period, strict=True)]
    last = {period.day_type: index for index, period in enumerate(periods)}
    emptiest = min(last.values(), key=total.__getitem__, default=0)
    starts = []
    for at, period in enumerate(periods):
        follows = at > 0 and periods[at - 1].day_type == period.day_type
        after = at - 1 if follows else emptiest
        starts.append(Start(total[at] - total[after], at, after))
    found = max(starts, key=lambda start: start.count, default=None)
    return found if found is not None and found.count > 0 else None


def _spot(plan: Plan) -> Iterator[Risk]:
    """Share of instance-hours on spot."""
    hours = [period.hours for period in plan.periods]
    paid = {
        index: sum(count * h for count, h in zip(row.expected_count_by_period, hours, strict=True))
        for index, row in enumerate(plan.fleet)
    }
    spot = sum(paid[index] for index, row in enumerate(plan.fleet) if row.purchase_option == "spot")
    if spot > 0.0:
        yield Risk("spot", "instance-hours on spot", spot / sum(paid.values()))


def _one_zone(plan: Plan) -> Iterator[Risk]:
    """Services that one zone carries in a location."""
    for service, location in dict.fromkeys((pool.service, pool.location) for pool in plan.pools):
        zones = {
            pool.zone
            for pool in plan.pools
            if (pool.service, pool.location) == (service, location) and any(pool.replicas_by_period)
        }
        if len(zones) == 1:
            yield Risk("one_zone", f"{service} in {location}", 1.0)


def _one_type(plan: Plan) -> Iterator[Risk]:
    """Services that one instance type carries everywhere."""
    for service in dict.fromkeys(pool.service for pool in plan.pools):
        kinds = {f"{pool.provider} {pool.instance_type}" for pool in plan.pools if pool.service == service}
        if len(kinds) == 1:
            yield Risk("one_type", f"{service} on {kinds.pop()}", 1.0)


def _estimates(plan: Plan) -> Iterator[Risk]:
    """Share of rent on instances whose speed is estimated."""
    guessed = {(p.service, p.location, p.instance_type) for p in plan.pools if p.basis == ESTIMATED}
    rent = [line for line in plan.cost.lines if line.category == "compute"]
    total = sum(line.amount for line in rent)
    part = sum(line.amount for line in rent if (line.service, line.location, line.instance_type) in guessed)
    if part > 0.0 and total > 0.0:
        yield Risk("estimates", "rent on estimated speeds", part / total)


def _ramp(plan: Plan) -> Iterator[Risk]:
    if (start := largest_start(plan.fleet, plan.periods)) is not None:
        period = plan.periods[start.at]
        yield Risk("ramp", f"on demand at {period.day_type} {period.hour:02d} h", float(start.count))

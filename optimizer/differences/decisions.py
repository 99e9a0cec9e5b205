"""What would run, be bought or be routed otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from optimizer.domain.difference import FleetChange, PoolChange, PoolState, RouteChange
from optimizer.domain.plan import FleetRow, Plan, Pool

_FleetKey = tuple[str, str, str, str]
#: Averages and shares nearer than this are the same.
SAME = 1e-9


def fleet_changes(before: Plan, after: Plan) -> tuple[FleetChange, ...]:
    """Return the rows of the fleet whose counts differ, by place, type, option and end."""
    mine, theirs = _fleet(before), _fleet(after)
    found = []
    for key in sorted(mine.keys() | theirs.keys()):
        old, new = _counted(before, mine.get(key, ())), _counted(after, theirs.get(key, ()))
        if old.counts != new.counts or abs(old.average - new.average) > SAME:
            location, kind, option, until = key
            found.append(FleetChange(location, kind, option, until, old.most, new.most, old.average, new.average))
    return tuple(found)


def _fleet(plan: Plan) -> dict[_FleetKey, list[FleetRow]]:
    rows: dict[_FleetKey, list[FleetRow]] = {}
    for row in plan.fleet:
        key = (row.location, row.instance_type, row.purchase_option, row.until)
        rows.setdefault(key, []).append(row)
    return rows


@dataclass(frozen=True, slots=True)
class _Counts:
    """Counts by period, empty where all are 0, and instances on average over the horizon."""

    counts: tuple[int, ...]
    average: float

    @property
    def most(self) -> int:
        return max(self.counts, default=0)


def _counted(plan: Plan, rows: Sequence[FleetRow]) -> _Counts:
    counts = tuple(sum(each) for each in zip(*(row.count_by_period for row in rows), strict=True))
    hours = [period.hours for period in plan.periods]
    paid = sum(n * h for row in rows for n, h in zip(row.expected_count_by_period, hours, strict=True))
    return _Counts(counts if any(counts) else (), paid / sum(hours) if sum(hours) else 0.0)


def pool_changes(before: Plan, after: Plan) -> tuple[PoolChange, ...]:
    """Return the configurations that came, went or are others now, by service and location."""
    mine, theirs = _pools(before), _pools(after)
    found = []
    for key in sorted(mine.keys() | theirs.keys()):
        for old, new in _paired(mine.get(key, []), theirs.get(key, [])):
            if old != new:
                found.append(PoolChange(*key, old and old[0], new and new[0]))
    return tuple(found)


#: A state with its replicas hour by hour, zone by zone: what must be equal for nothing to have changed.
_Detailed = tuple[PoolState, tuple[tuple[int, ...], ...]]


def _pools(plan: Plan) -> dict[tuple[str, str], list[_Detailed]]:
    groups: dict[tuple[str, str], dict[tuple[str, int, str, int, float], list[Pool]]] = {}
    for pool in plan.pools:
        kind = (pool.instance_type, pool.accelerators_per_replica, pool.profile, pool.batch_size, pool.max_wait_ms)
        groups.setdefault((pool.service, pool.location), {}).setdefault(kind, []).append(pool)
    return {
        key: [_state(plan, sorted(pools, key=lambda pool: pool.zone)) for _, pools in sorted(kinds.items())]
        for key, kinds in groups.items()
    }


def _state(plan: Plan, pools: Sequence[Pool]) -> _Detailed:
    counts = tuple(pool.replicas_by_period for pool in pools)
    totals = [sum(each) for each in zip(*counts, strict=True)]
    hours = [period.hours for period in plan.periods]
    first = pools[0]
    promised = {name: max(pool.promised.get(name, 0.0) for pool in pools) for name in first.promised}
    state = PoolState(
        instance_type=first.instance_type,
        accelerators_per_replica=first.accelerators_per_replica,
        profile=first.profile,
        batch_size=first.batch_size,
        max_wait_ms=first.max_wait_ms,
        zones=tuple(pool.zone for pool in pools),
        least_replicas=min(totals, default=0),
        most_replicas=max(totals, default=0),
        average_replicas=sum(n * h for n, h in zip(totals, hours, strict=True)) / sum(hours),
        promised=promised,
    )
    return state, counts


def _paired(mine: list[_Detailed], theirs: list[_Detailed]) -> list[tuple[_Detailed | None, _Detailed | None]]:
    """Pair configurations of a place: those on the same instance type first, then the rest in their order."""
    pairs: list[tuple[_Detailed | None, _Detailed | None]] = []
    rest = list(theirs)
    alone = []
    for old in mine:
        like = next((new for new in rest if new[0].instance_type == old[0].instance_type), None)
        if like is None:
            alone.append(old)
        else:
            rest.remove(like)
            pairs.append((old, like))
    return pairs + list(zip_longest(alone, rest))


def route_changes(before: Plan, after: Plan) -> tuple[RouteChange, ...]:
    """Return the locations whose share of an origin's requests differs, by service, origin and location."""
    mine, theirs = _shares(before), _shares(after)
    return tuple(
        RouteChange(*key, mine.get(key, 0.0), theirs.get(key, 0.0))
        for key in sorted(mine.keys() | theirs.keys())
        if abs(mine.get(key, 0.0) - theirs.get(key, 0.0)) > SAME
    )


def _shares(plan: Plan) -> dict[tuple[str, str, str], float]:
    """Share of each (service, origin) that a location serves, by expected requests."""
    sums: dict[tuple[str, str, str], float] = {}
    whole: dict[tuple[str, str], float] = {}
    for route in plan.routing:
        weights = _volumes(plan, route.service, route.origin)
        served = sum(share * weight for share, weight in zip(route.share_by_period, weights, strict=True))
        key = (route.service, route.origin, plan.pools[route.pool].location)
        sums[key] = sums.get(key, 0.0) + served
        whole[key[:2]] = whole.get(key[:2], 0.0) + served
    return {key: served / whole[key[:2]] for key, served in sums.items() if whole[key[:2]] > 0.0}


def _volumes(plan: Plan, service: str, origin: str) -> list[float]:
    demand: Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]] = plan.inputs.get("demand", {})
    rates = demand.get(service, {}).get(origin, {}).get("mean", [1.0] * len(plan.periods))
    return [rate * period.hours for rate, period in zip(rates, plan.periods, strict=True)]

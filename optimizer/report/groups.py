"""Pools of a plan put together as a planner reads them: one service, one place, one configuration."""

from __future__ import annotations

import math
from dataclasses import dataclass

from optimizer.domain.plan import Plan, Pool

_Key = tuple[str, str, str, str, str, int, int, float]


@dataclass(frozen=True, slots=True)
class PoolGroup:
    """The pools of one service in one location with one configuration: they differ by zone only."""

    pools: tuple[Pool, ...]
    #: Positions in the plan's `pools`, as routes name them.
    indices: tuple[int, ...]
    accelerator: str | None
    replicas_per_instance: int
    #: What its instances cost over the horizon, as the bill says.
    rent: float

    @property
    def first(self) -> Pool:
        """Any pool: what they share can be read from it."""
        return self.pools[0]

    @property
    def instances_by_period(self) -> tuple[int, ...]:
        """Whole instances over all zones, period by period."""
        per_zone = [
            [math.ceil(count / self.replicas_per_instance) for count in pool.replicas_by_period] for pool in self.pools
        ]
        return tuple(sum(counts) for counts in zip(*per_zone, strict=True))

    @property
    def busy_at_peak(self) -> float:
        """Share of the replicas' full-batch rate that is used in the period with the highest arrival rate."""
        arrivals = [sum(rates) for rates in zip(*(p.arrival_rate_per_s_by_period for p in self.pools), strict=True)]
        peak = max(range(len(arrivals)), key=arrivals.__getitem__, default=None)
        if peak is None:
            return 0.0
        replicas = [pool.replicas_by_period[peak] for pool in self.pools]
        used = sum(n * pool.utilisation_by_period[peak] for n, pool in zip(replicas, self.pools, strict=True))
        return used / sum(replicas) if sum(replicas) else 0.0


def pool_groups(plan: Plan) -> tuple[PoolGroup, ...]:
    """Return the groups of a plan: by service in the plan's order, the dearest fleet of a service first."""
    members: dict[_Key, list[int]] = {}
    for index, pool in enumerate(plan.pools):
        members.setdefault(_key(pool), []).append(index)
    order = {name: number for number, name in enumerate(dict.fromkeys(pool.service for pool in plan.pools))}
    groups = [_group(plan, tuple(indices)) for indices in members.values()]
    return tuple(sorted(groups, key=lambda group: (order[group.first.service], -group.rent, group.first.location)))


def _key(pool: Pool) -> _Key:
    return (
        pool.service,
        pool.provider,
        pool.region,
        pool.instance_type,
        pool.profile,
        pool.accelerators_per_replica,
        pool.batch_size,
        pool.max_wait_ms,
    )


def _group(plan: Plan, indices: tuple[int, ...]) -> PoolGroup:
    pools = tuple(plan.pools[index] for index in indices)
    kind = _instance_type(plan, pools[0])
    accelerators = int(kind.get("accelerator_count") or 0)
    per_replica = pools[0].accelerators_per_replica
    replicas = max(accelerators // per_replica, 1) if per_replica else 1
    return PoolGroup(pools, indices, kind.get("accelerator"), replicas, _rent(plan, pools[0]))


def _instance_type(plan: Plan, pool: Pool) -> dict[str, str]:
    """The row of the instance type among the plan's inputs, {} if the plan does not hold it."""
    for row in plan.inputs.get("instance_types", ()):
        if (row["provider"], row["name"]) == (pool.provider, pool.instance_type):
            return dict(row)
    return {}


def _rent(plan: Plan, pool: Pool) -> float:
    place = (pool.service, pool.location, pool.instance_type)
    return sum(
        line.amount
        for line in plan.cost.lines
        if line.category == "compute" and (line.service, line.location, line.instance_type) == place
    )

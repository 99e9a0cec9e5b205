"""Which hours of which pools to replay: the hardest of each configuration."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from optimizer.domain.plan import Pool
from optimizer.verification.claims import Claims
from optimizer.verification.demands import views
from optimizer.verification.replay import PoolModel
from optimizer.verification.view import Site, View

AS_PLANNED = "as planned"
ZONE_LOST = "one zone lost"
INSTANCE_LOST = "one instance lost"
STANDING_BY = "standing by for a lost region"
SPOT_GONE = "spot gone"
AT_CLAIM = "at the capacity claimed"


@dataclass(frozen=True, slots=True)
class Case:
    """A pool in a period, at a rate."""

    pool_index: int
    pool: Pool
    period: int
    what: str
    replicas: int
    rate_per_s: float
    claim_per_s: float

    @property
    def model(self) -> PoolModel:
        """What to replay."""
        return PoolModel(
            self.replicas,
            tuple(self.pool.service_time.seconds),
            self.pool.max_wait_ms / 1000.0,
            self.pool.dispatch,
            self.rate_per_s,
            self.pool.service_time.p99_over_mean,
        )

    @property
    def fullness(self) -> float:
        """Rate over the capacity claimed."""
        return self.rate_per_s / self.claim_per_s if self.claim_per_s > 0.0 else math.inf

    def at_claim(self) -> Case:
        """Return the same pool and period at all that its capacity claims."""
        return replace(self, what=AT_CLAIM, rate_per_s=self.claim_per_s)

    @property
    def queue(self) -> float:
        r"""How long queues get, by the heavy-traffic formula :math:`\rho / (n (1 - \rho))`; infinite from 1 on."""
        full = self.replicas * self.pool.batch_size / self.pool.service_time.seconds[-1]
        busy = self.rate_per_s / full
        return busy / (self.replicas * (1.0 - busy)) if busy < 1.0 else math.inf


def cases_of(view: View, service: str) -> list[Case]:
    """Return what is replayed for a service, the same pool, count and rate once.

    For every pool its fullest hour, for every configuration in a location the hour with the longest queue: after the
    loss that the service must survive, else as planned. A protected service has its fullest hour as planned replayed
    too, one with spot that may vanish its fullest hour without it, one whose batches wait to fill its quietest hour and
    that in the middle. Once for the service: its most daring claim of capacity, and that of its fullest survivor. Other
    demands that money is counted for have their fullest hour replayed, after the loss as well.
    """
    redundancy = view.services[service]["redundancy"]
    protected = redundancy != "none"
    chosen: list[Case] = []
    running: list[Case] = []
    for site, pools in view.sites.items():
        if site[0] != service:
            continue
        for group in _configurations(pools):
            planned = list(_as_planned(view, group))
            lost = cases_after(view, site, redundancy) if protected else ()
            hard = [case for case in lost if case.pool_index in dict(group)] or planned
            chosen += [*_fullest_of_each(hard), *_longest_queue(hard)]
            chosen += _fullest(planned) if protected else []
            chosen += _quiet(planned)
            chosen += _fullest(case for case in cases_after(view, site, "spot") if case.pool_index in dict(group))
            for other in list(views(view).values())[1:]:
                members = [(index, other.plan.pools[index]) for index, _ in group]
                lost = cases_after(other, site, redundancy) if protected else ()
                hard = [case for case in lost if case.pool_index in dict(group)]
                chosen += _fullest(hard or _as_planned(other, members))
            running += planned
    claims = _longest_queue(case.at_claim() for case in running if case.claim_per_s > 0.0)
    survivors = (case for case in chosen if case.what in (ZONE_LOST, STANDING_BY))
    claims += [case.at_claim() for case in _fullest(survivors)]
    known = {(case.pool_index, case.replicas, case.rate_per_s): case for case in reversed([*chosen, *claims])}
    return list(known.values())[::-1]


def cases_after(view: View, site: Site, loss: str) -> Iterator[Case]:
    """Every pool of a service in a location in every period, after a loss: none, zone, instance, region or spot."""
    if loss == "none":
        return _as_planned(view, view.sites[site])
    return _AFTER_LOSS[loss](view, site)


def configuration_key(pool: Pool) -> object:
    """What pools have in common that differ in zone and counts only."""
    times = tuple(pool.service_time.seconds)
    scatter = pool.service_time.p99_over_mean
    return pool.instance_type, pool.profile, times, scatter, pool.max_wait_ms, pool.dispatch, pool.network_ms


def _configurations(pools: Iterable[tuple[int, Pool]]) -> list[list[tuple[int, Pool]]]:
    """Pools that differ in zone and counts only."""
    groups: dict[object, list[tuple[int, Pool]]] = {}
    for index, pool in pools:
        groups.setdefault(configuration_key(pool), []).append((index, pool))
    return list(groups.values())


def _fullest(cases: Iterable[Case]) -> list[Case]:
    """The case nearest to its capacity, of equally full ones that with fewest replicas; none of none."""
    known = list(cases)
    return [max(known, key=lambda case: (round(case.fullness, 9), -case.replicas))] if known else []


def _fullest_of_each(cases: Iterable[Case]) -> list[Case]:
    """The fullest case of each pool."""
    by_pool: dict[int, list[Case]] = {}
    for case in cases:
        by_pool.setdefault(case.pool_index, []).append(case)
    return [case for group in by_pool.values() for case in _fullest(group)]


def _quiet(cases: Iterable[Case]) -> list[Case]:
    """Where batches wait, longest when little comes, the case with fewest requests a replica and a middle one."""
    waiting = [case for case in cases if case.pool.max_wait_ms > 0.0]
    waiting.sort(key=lambda case: case.rate_per_s / case.replicas)
    return [waiting[0], waiting[len(waiting) // 2]] if waiting else []


def _longest_queue(cases: Iterable[Case]) -> list[Case]:
    """The case with the longest queue, of equally long ones that with fewest replicas; none of none."""
    known = list(cases)
    return [max(known, key=lambda case: (case.queue, -case.replicas))] if known else []


def _as_planned(view: View, pools: Iterable[tuple[int, Pool]]) -> Iterator[Case]:
    for index, pool in pools:
        for period in range(len(view.plan.periods)):
            replicas, rate = pool.replicas_by_period[period], pool.arrival_rate_per_s_by_period[period]
            if replicas > 0 and rate > 0.0:
                claim = pool.capacity_per_s_by_period[period]
                yield Case(index, pool, period, AS_PLANNED, replicas, rate, claim)


def _zone_lost(view: View, site: Site) -> Iterator[Case]:
    """Every pool after the loss of the other zone that claims most; survivors share the need by what they claim."""
    pools = view.sites[site]
    for period, full in enumerate(view.need(site)):
        need = full * view.services[site[0]]["protected_share"]
        by_zone: dict[str, float] = {}
        for _, pool in pools:
            by_zone[pool.zone] = by_zone.get(pool.zone, 0.0) + pool.capacity_per_s_by_period[period]
        for index, pool in pools:
            claim, replicas = pool.capacity_per_s_by_period[period], pool.replicas_by_period[period]
            lost = max((other for zone, other in by_zone.items() if zone != pool.zone), default=0.0)
            if lost > 0.0 and need > 0.0 and claim > 0.0 and replicas > 0:
                left = sum(by_zone.values()) - lost
                yield Case(index, pool, period, ZONE_LOST, replicas, need * claim / left, claim)


def _instance_lost(view: View, site: Site) -> Iterator[Case]:
    """Every pool after the loss of an instance, its own or another's; pools share the need by what they claim."""
    pools, share = view.sites[site], view.services[site[0]]["protected_share"]
    claims = {index: Claims(pool) for index, pool in pools}
    for period, full in enumerate(view.need(site)):
        whole = {
            index: (pool.replicas_by_period[period], pool.capacity_per_s_by_period[period]) for index, pool in pools
        }
        for lost, pool in pools:
            left = max(0, pool.replicas_by_period[period] - view.per_instance(pool))
            if pool.replicas_by_period[period] > 0:
                after = {**whole, lost: (left, claims[lost].at(left))}
                yield from _shared(pools, period, INSTANCE_LOST, after, share * full)


def _shared(
    pools: Iterable[tuple[int, Pool]], period: int, what: str, left: Mapping[int, tuple[int, float]], need: float
) -> Iterator[Case]:
    """Every pool that is left, with its part of the need; `left` holds replicas and claim by pool."""
    total = sum(claim for _, claim in left.values())
    for index, pool in pools:
        replicas, claim = left[index]
        if replicas > 0 and claim > 0.0 and need > 0.0:
            yield Case(index, pool, period, what, replicas, need * claim / total, claim)


def _standing_by(view: View, site: Site) -> Iterator[Case]:
    """Every pool with what the worst lost region brings; zones share it by what they claim."""
    pools = view.sites[site]
    share = view.services[site[0]]["protected_share"]
    rows = [row for row in view.plan.standby if (row.service, row.standby) == site]
    for period, own in enumerate(view.need(site)):
        brought: dict[str, float] = {}
        for row in rows:
            rate = view.peak(row.service, row.origin, period) * view.headroom_factor
            brought[row.primary] = brought.get(row.primary, 0.0) + rate
        need = max([own, *(share * (own + more) for more in brought.values())])
        total = sum(pool.capacity_per_s_by_period[period] for _, pool in pools)
        for index, pool in pools:
            claim, replicas = pool.capacity_per_s_by_period[period], pool.replicas_by_period[period]
            if replicas > 0 and claim > 0.0 and need > 0.0:
                yield Case(index, pool, period, STANDING_BY, replicas, need * claim / total, claim)


def _spot_gone(view: View, site: Site) -> Iterator[Case]:
    """Every pool after the loss of what spot may vanish; what stays shares the need by what it claims."""
    vanishes = view.plan.inputs["purchase"]["spot"]["may_vanish"]
    pools, share = view.sites[site], view.services[site[0]]["protected_share"]
    claims = {index: Claims(pool) for index, pool in pools}
    for period, full in enumerate(view.need(site)) if vanishes != "tolerated" else ():
        if not any(pool.spot_replicas_by_period[period] for _, pool in pools):
            continue
        whole = {
            index: (pool.replicas_by_period[period], pool.capacity_per_s_by_period[period]) for index, pool in pools
        }
        counts = {
            index: pool.replicas_by_period[period] - pool.spot_replicas_by_period[period] for index, pool in pools
        }
        stay = {index: (count, claims[index].at(count)) for index, count in counts.items()}
        zones = {pool.zone for _, pool in pools}
        losses = [zones] if vanishes == "all_of_a_type" else [{zone} for zone in sorted(zones)]
        for lost in losses:
            left = {index: (stay if pool.zone in lost else whole)[index] for index, pool in pools}
            yield from _shared(pools, period, SPOT_GONE, left, share * full)


#: What is left after a loss that a service may have to survive.
_AFTER_LOSS: dict[str, Callable[[View, Site], Iterator[Case]]] = {
    "zone": _zone_lost,
    "instance": _instance_lost,
    "region": _standing_by,
    "spot": _spot_gone,
}

"""Which hours of which pools to replay: the hardest of each configuration."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from optimizer.domain.plan import Pool
from optimizer.verification.replay import PoolModel
from optimizer.verification.view import Site, View

AS_PLANNED = "as planned"
ZONE_LOST = "one zone lost"
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

    For every pool its fullest hour, for every configuration in a location the hour with the longest queue: with the
    fullest other zone lost where the service is protected against that, else as planned. A protected service has its
    fullest hour as planned replayed too. Once for the service: its most daring claim of capacity, and that of its
    fullest survivor.
    """
    protected = view.services[service]["redundancy"] == "zone"
    chosen: list[Case] = []
    running: list[Case] = []
    for site, pools in view.sites.items():
        if site[0] != service:
            continue
        for group in _configurations(pools):
            planned = list(_as_planned(view, group))
            hard = [case for case in _zone_lost(view, site) if case.pool_index in dict(group)] if protected else planned
            chosen += [*_fullest_of_each(hard), *_longest_queue(hard)]
            chosen += _fullest(planned) if protected else []
            running += planned
    claims = _longest_queue(case.at_claim() for case in running if case.claim_per_s > 0.0)
    claims += [case.at_claim() for case in _fullest(case for case in chosen if case.what == ZONE_LOST)]
    known = {(case.pool_index, case.replicas, case.rate_per_s): case for case in reversed([*chosen, *claims])}
    return list(known.values())[::-1]


def _configurations(pools: Iterable[tuple[int, Pool]]) -> list[list[tuple[int, Pool]]]:
    """Pools that differ in zone and counts only."""
    groups: dict[object, list[tuple[int, Pool]]] = {}
    for index, pool in pools:
        times = tuple(pool.service_time.seconds)
        key = (pool.instance_type, pool.profile, times, pool.max_wait_ms, pool.dispatch, pool.network_ms)
        groups.setdefault(key, []).append((index, pool))
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
    for period, need in enumerate(view.need(site)):
        by_zone: dict[str, float] = {}
        for _, pool in pools:
            by_zone[pool.zone] = by_zone.get(pool.zone, 0.0) + pool.capacity_per_s_by_period[period]
        for index, pool in pools:
            claim, replicas = pool.capacity_per_s_by_period[period], pool.replicas_by_period[period]
            lost = max((other for zone, other in by_zone.items() if zone != pool.zone), default=0.0)
            if lost > 0.0 and need > 0.0 and claim > 0.0 and replicas > 0:
                left = sum(by_zone.values()) - lost
                yield Case(index, pool, period, ZONE_LOST, replicas, need * claim / left, claim)

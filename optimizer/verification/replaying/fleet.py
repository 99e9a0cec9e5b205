"""A plan as traffic sees it: what reaches each pool from each origin, and what its replicas claim to carry."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from optimizer.domain.plan import Pool
from optimizer.verification.claims import claims_of
from optimizer.verification.view import Site, View

#: Requests/s by origin.
Rates = Mapping[str, float]
AS_PLANNED = "as planned"


@dataclass(frozen=True, slots=True)
class Served:
    """A pool in a period: what is left of it, and what reaches it.

    Parameters
    ----------
    pool_index, period
        Which.
    what
        What happened to it, ``as planned`` where nothing did.
    replicas
        0 where nobody is left to serve the requests.
    rates
        Requests/s by origin, retries and releases counted.
    """

    pool_index: int
    period: int
    what: str
    replicas: int
    rates: tuple[tuple[str, float], ...]

    @property
    def rate_per_s(self) -> float:
        """Requests/s of all origins."""
        return sum(rate for _, rate in self.rates)


@dataclass(frozen=True, eq=False)
class Fleet:
    """Pools of a plan under one of its demands, every rate taken `scale` times."""

    view: View
    scale: float

    @cached_property
    def pools(self) -> tuple[Pool, ...]:
        """Pools by index."""
        return self.view.plan.pools

    @cached_property
    def periods(self) -> range:
        """Indices of the periods."""
        return range(len(self.view.plan.periods))

    def sites_of(self, service: str) -> dict[Site, list[int]]:
        """Indices of the pools of a service, by location."""
        sites = self.view.sites.items()
        return {site: [index for index, _ in members] for site, members in sites if site[0] == service}

    def replicas(self, index: int, period: int) -> int:
        """Replicas of a pool as planned."""
        return self.pools[index].replicas_by_period[period]

    def brought(self, indices: Iterable[int], period: int) -> dict[str, float]:
        """Requests/s that routes bring to some pools, by origin."""
        rates: dict[str, float] = {}
        for index in indices:
            for origin, rate in self._brought[index][period].items():
                rates[origin] = rates.get(origin, 0.0) + rate
        return rates

    @cached_property
    def _brought(self) -> list[list[dict[str, float]]]:
        """By pool and period."""
        view, factor = self.view, self.scale * self.view.headroom_factor
        found: list[list[dict[str, float]]] = []
        for index in range(len(self.pools)):
            found.append([{} for _ in self.periods])
            for route in view.routes_to(index):
                for period, share in enumerate(route.share_by_period):
                    rate = share * view.peak(route.service, route.origin, period) * factor
                    if rate > 0.0:
                        found[index][period][route.origin] = found[index][period].get(route.origin, 0.0) + rate
        return found

    def claim(self, index: int, replicas: int) -> float:
        """Requests/s that so many replicas of a pool claim to carry, read off all hours and zones of its like.

        Between two counts that stand in the plan what each replica carries is taken along a straight line.
        """
        counts, each = self._claims[index]
        if replicas <= 0 or not counts:
            return 0.0
        after = bisect_left(counts, replicas)
        if after == 0 or after == len(counts):
            return replicas * each[min(after, len(counts) - 1)]
        low, high = counts[after - 1], counts[after]
        part = (replicas - low) / (high - low)
        return replicas * (each[after - 1] + part * (each[after] - each[after - 1]))

    @cached_property
    def _claims(self) -> list[tuple[list[int], list[float]]]:
        """Counts that the plan has, rising, and what each replica then carries; the same for like pools."""
        by_like: dict[object, dict[int, float]] = {}
        for pool in self.pools:
            known = by_like.setdefault(likeness(pool), {})
            for count, claim in claims_of(pool):
                if count > 0:
                    known[count] = claim / count
        sorted_claims = {like: sorted(known.items()) for like, known in by_like.items()}
        columns = {
            like: ([count for count, _ in rows], [each for _, each in rows]) for like, rows in sorted_claims.items()
        }
        return [columns[likeness(pool)] for pool in self.pools]

    def groups(self, indices: Sequence[int]) -> list[list[int]]:
        """Pools of a location that take from the same requests: those that differ in zone and counts only."""
        groups: dict[object, list[int]] = {}
        for index in indices:
            groups.setdefault(likeness(self.pools[index]), []).append(index)
        return list(groups.values())

    def spread(self, left: Mapping[int, int], rates: Rates, period: int, what: str) -> Iterator[Served]:
        """Divide requests over pools by what is left of each; without any claim, by replicas."""
        claims = {index: self.claim(index, replicas) for index, replicas in left.items()}
        weights = claims if sum(claims.values()) > 0.0 else {index: float(count) for index, count in left.items()}
        total = sum(weights.values())
        for index, weight in weights.items():
            mine = tuple((origin, rate * weight / total) for origin, rate in sorted(rates.items()) if rate * weight > 0)
            if mine:
                yield Served(index, period, what, left[index], mine)

    def as_planned(self, indices: Iterable[int], period: int) -> Iterator[Served]:
        """Pools with the requests that routes bring them."""
        for index in indices:
            rates = tuple(sorted(self._brought[index][period].items()))
            if rates:
                yield Served(index, period, AS_PLANNED, self.replicas(index, period), rates)


def likeness(pool: Pool) -> object:
    """Return what pools have in common that differ in zone and counts only."""
    times = tuple(pool.service_time.seconds)
    return (
        pool.service, pool.location, pool.instance_type, pool.profile, times, pool.max_wait_ms, pool.dispatch,
        pool.network_ms,
    )  # fmt: skip

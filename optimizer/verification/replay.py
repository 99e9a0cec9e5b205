"""Traffic played against a pool, event by event: what share of its requests take longer than they may.

Arrivals are Poisson. A replica serves batches of up to b requests; a batch that is not full starts when its oldest
request has waited long enough. With round robin a replica sees every n-th arrival, so one replica with Erlang-n gaps
stands for all n; where requests come to any replica, it sees Poisson arrivals at an n-th of the rate; with a shared
queue n replicas take from one queue. Where batches scatter, each takes its mean time by a log-normal factor of its own.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush
from itertools import repeat

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.verification.arrivals import unit_arrivals

#: Keeps these numbers apart from every other use of the same seed, that of planning among them.
READING = 0x72656164696E67
#: Requests of one run; more where batches are large, so that each replica serves at least so many batches.
REQUESTS = 40_000
BATCHES_PER_REPLICA = 400
MOST_REQUESTS = 200_000
#: Dropped at the start of a run: this share, at least so many full batches of each replica.
WARM_UP_SHARE = 0.1
WARM_UP_BATCHES = 20
#: Rounding of a stay, as a share of its limit: it is a difference of times that are millions of times as long.
STAY_ROUNDING = 1e-6
#: Runs are cut into so many sections, whose shares scatter as the estimate does.
SECTIONS = 20
#: Runs that are kept for the next plan; of 40,000 requests each takes 0.3 MB.
RUNS_KEPT = 128
#: Further independent runs while a share is above what is allowed but not clearly so.
MOST_RUNS = 4
#: 99 % point of the normal distribution, one-sided.
NORMAL_99 = 2.3263478740408408


@dataclass(frozen=True, slots=True)
class PoolModel:
    """What a pool does to its traffic.

    Parameters
    ----------
    replicas
        At least 1.
    service_s
        Seconds to serve a batch of 1..b requests.
    max_wait_s
        How long the oldest request of a batch that is not full waits, seconds.
    dispatch
        ``round_robin``, ``random`` or ``shared``.
    rate_per_s
        Arrivals, requests/s, above 0.
    scatter
        99th percentile over mean of the time of batches of one size.
    """

    replicas: int
    service_s: tuple[float, ...]
    max_wait_s: float
    dispatch: str
    rate_per_s: float
    scatter: float = 1.0

    @property
    def servers(self) -> int:
        """Servers that take from one queue."""
        return self.replicas if self.dispatch == "shared" else 1

    @property
    def stride(self) -> int:
        """Every how manieth arrival of the pool comes to that queue."""
        return self.replicas if self.dispatch == "round_robin" else 1

    @property
    def queues(self) -> int:
        """Queues of the pool."""
        return 1 if self.dispatch == "shared" else self.replicas

    @property
    def unit_rate_per_s(self) -> float:
        """Rate by which the arrivals at one queue are scaled, where `stride` of them make one."""
        return self.rate_per_s * self.stride / self.queues

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm of what a batch's time is multiplied by, its mean being 1."""
        return NORMAL_99 - math.sqrt(NORMAL_99**2 - 2.0 * math.log(self.scatter))


def sojourns(
    arrivals: Sequence[float],
    servers: int,
    service_s: Sequence[float],
    max_wait_s: float,
    factors: Iterator[float] = repeat(1.0),  # noqa: B008 - says 1 for ever, holds no state
) -> list[float]:
    """Return how long each request stays, arrival to completion, in the order of arrival, seconds.

    Parameters
    ----------
    arrivals
        Rising arrival times, seconds.
    servers
        Servers of the one queue.
    service_s
        Seconds to serve a batch of 1..b requests.
    max_wait_s
        How long the oldest request of a batch that is not full waits.
    factors
        By what the time of each batch is multiplied, in the order in which they start.

    Notes
    -----
    The clock jumps from event to event: an arrival, a completion, or the end of a wait. While no server is free,
    arrivals only make the queue longer, so the clock goes on to the next completion.
    """
    largest, total = len(service_s), len(arrivals)
    ends: list[float] = []
    sizes: list[int] = []
    busy_until: list[float] = []  # heap of completions
    free, first, seen, now = servers, 0, 0, 0.0  # requests [first, seen) wait
    while first < total:
        if free == 0:
            now = heappop(busy_until)
            free = 1
        elif seen == first:
            now = arrivals[first]
        elif seen - first < largest and now < arrivals[first] + max_wait_s:
            due = arrivals[first] + max_wait_s
            now = min(due, arrivals[seen]) if seen < total else due
        else:
            batch = min(largest, seen - first)
            end = now + service_s[batch - 1] * next(factors)
            ends.append(end)
            sizes.append(batch)
            first += batch
            free -= 1
            heappush(busy_until, end)
            continue
        while busy_until and busy_until[0] <= now:
            heappop(busy_until)
            free += 1
        seen = bisect_right(arrivals, now, seen)
    stays: list[float] = (np.repeat(ends, np.array(sizes, dtype=np.int64)) - np.array(arrivals)).tolist()
    return stays


@lru_cache(maxsize=64)
def _unit_arrivals(seed: int, stride: int, run: int, requests: int) -> Floats:
    return unit_arrivals(READING, seed, stride, run, requests)


def batch_by_batch(factors: Floats) -> Iterator[float]:
    """Return by what the time of each batch is multiplied, in the order in which they start; none: by nothing."""
    return iter(factors.tolist()) if factors.size else repeat(1.0)


def drawn_factors(pool: PoolModel, generator: np.random.Generator, most: int) -> Floats:
    """Return log-normal factors of mean 1, shape (most,); none where batches do not scatter."""
    if pool.scatter == 1.0:
        return np.empty(0)
    return np.asarray(np.exp(pool.sigma * generator.standard_normal(most) - 0.5 * pool.sigma**2))


@dataclass(frozen=True, slots=True)
class Share:
    """Share of requests above a limit, with the lower end of its one-sided 99 % confidence interval."""

    found: float
    at_least: float


@lru_cache(maxsize=RUNS_KEPT)
def _played(pool: PoolModel, seed: int, run: int, requests: int) -> Floats:
    """Return the stays of one run: like pools of one plan, or of plans read one after another, are played once."""
    arrivals = (_unit_arrivals(seed, pool.stride, run, requests) / pool.unit_rate_per_s).tolist()
    generator = np.random.default_rng([READING, seed, run, len(arrivals)])
    factors = drawn_factors(pool, generator, len(arrivals))
    stays = np.array(sojourns(arrivals, pool.servers, pool.service_s, pool.max_wait_s, batch_by_batch(factors)))
    stays.setflags(write=False)
    return stays


class Replay:
    """Independent runs of one pool, as many as a judgement needs.

    Parameters
    ----------
    pool
        Pool and rate.
    seed
        Of the traffic; the same seed gives the same arrivals for every pool of as many replicas.
    requests
        Requests of one run at least.
    """

    def __init__(self, pool: PoolModel, seed: int, requests: int = REQUESTS) -> None:
        self._pool, self._seed = pool, seed
        full_batches = len(pool.service_s) * pool.servers
        self._requests = min(MOST_REQUESTS, max(requests, BATCHES_PER_REPLICA * full_batches))
        warm_up = max(int(WARM_UP_SHARE * self._requests), WARM_UP_BATCHES * full_batches)
        self._warm_up = min(warm_up, self._requests // 2)
        self._runs: list[Floats] = []
        self._known: dict[tuple[float, int], float] = {}
        self._run()

    @property
    def requests(self) -> int:
        """Requests that count."""
        return sum(run.size for run in self._runs)

    def percentile_s(self, percentile: float) -> float:
        """Return the ceil(p N)-th smallest stay, seconds."""
        rank = max(0, math.ceil(percentile * self.requests) - 1)
        known = self._known.get((percentile, self.requests))
        if known is None:
            known = float(np.partition(np.concatenate(self._runs), rank)[rank])
            self._known[percentile, self.requests] = known
        return known

    def share_above(self, limit_s: float, allowed: float) -> Share:
        """Return the share of requests that stay longer than a limit.

        Runs are added while the share found is above `allowed` and its lower end is not, at most 4 in all.
        """
        share = self._share(limit_s)
        while share.found > allowed >= share.at_least and len(self._runs) < MOST_RUNS:
            self._run()
            share = self._share(limit_s)
        return share

    def _run(self) -> None:
        self._runs.append(_played(self._pool, self._seed, len(self._runs), self._requests)[self._warm_up :])

    def _share(self, limit_s: float) -> Share:
        sections = [share for run in self._runs for share in _section_shares(run, limit_s)]
        found = sum(sections) / len(sections)
        return Share(found, min(found - _half_width(_merged(sections, by)) for by in (1, 2, 4)))


def _section_shares(stays: Floats, limit_s: float) -> list[float]:
    """Share above the limit in each of 20 sections of a run."""
    size = stays.size // SECTIONS
    late = stays[: size * SECTIONS] > in_time(limit_s)
    shares: list[float] = late.reshape(SECTIONS, size).mean(axis=1).tolist()
    return shares


def in_time(limit: float) -> float:
    """Return the longest stay that keeps a limit, with room for rounding."""
    return limit * (1.0 + STAY_ROUNDING)


def _merged(shares: Sequence[float], by: int) -> list[float]:
    """Mean of every `by` neighbours: longer sections, which depend on each other less."""
    return [sum(shares[start : start + by]) / by for start in range(0, len(shares), by)]


def _half_width(shares: Sequence[float]) -> float:
    """Distance from the mean to the lower end of its one-sided 99 % interval."""
    count = len(shares)
    mean = sum(shares) / count
    variance = sum((share - mean) ** 2 for share in shares) / (count - 1)
    return student_99(count - 1) * math.sqrt(variance / count)


def student_99(freedom: int) -> float:
    """Return the 99 % point of Student's t, one-sided."""
    return student(NORMAL_99, freedom)


def student(normal_point: float, freedom: int) -> float:
    """Return the point of Student's t at the level of a point of the normal distribution, from 4 degrees on to 1 %.

    The series is 26.7.5 of Abramowitz and Stegun.
    """
    z, v = normal_point, float(freedom)
    first = (z**3 + z) / 4.0
    second = (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / 96.0
    third = (3.0 * z**7 + 19.0 * z**5 + 17.0 * z**3 - 15.0 * z) / 384.0
    return z + first / v + second / v**2 + third / v**3

"""The busiest five minutes of hours as they go on: every distinct pool, count and rate played once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from optimizer.domain.plan import Pool
from optimizer.domain.scenario import Floats
from optimizer.verification.replay import PoolModel, drawn_factors, in_time
from optimizer.verification.replaying.engine import Engine
from optimizer.verification.replaying.estimate import Late, Reached, late, reached
from optimizer.verification.replaying.fleet import Served
from optimizer.verification.replaying.traffic import Traffic

#: Rates that agree in so many digits are the same.
DIGITS = 9
#: More threads than this need more memory than they are worth.
MOST_THREADS = 8
#: So many times the share that may be late needs no second look.
FAR_BEYOND = 2.0
#: An interval of a percentile is narrow enough when half of it is this share of the percentile.
PRECISE = 0.02


@dataclass(frozen=True, slots=True)
class Case:
    """A pool at a rate, the percentile that is promised, and the stays from which on requests of an origin are late."""

    model: PoolModel
    percentile: float
    limits_s: tuple[float, ...]

    @property
    def allowed(self) -> float:
        """Share of requests that may be late."""
        return 1.0 - self.percentile


@dataclass(frozen=True, slots=True)
class Measured:
    """What a case came to: its percentile, and the share of late requests for each of its limits."""

    reached: Reached
    late: tuple[Late, ...]
    requests: int


def model_of(pool: Pool, served: Served) -> PoolModel:
    """Return what is simulated for a pool that serves something."""
    rate = float(f"{served.rate_per_s:.{DIGITS}g}")
    times = tuple(pool.service_time.seconds)
    scatter = pool.service_time.p99_over_mean
    return PoolModel(served.replicas, times, pool.max_wait_ms / 1000.0, pool.dispatch, rate, scatter)


def measure(case: Case, traffic: Traffic, engine: Engine) -> Measured:
    """Play a case until it is settled, and half of the usual runs where it is far beyond what may be."""
    runs: list[Floats] = []
    wanted = engine.effort.runs // 2
    while True:
        runs += [_run(case.model, traffic, engine, number) for number in range(len(runs), wanted)]
        shares = tuple(_late(runs, limit) for limit in case.limits_s)
        found = Measured(reached(runs, case.percentile), shares, sum(run.size for run in runs))
        if wanted >= engine.effort.most_runs or _is_settled(case, found, enough=wanted >= engine.effort.runs):
            return found
        wanted = min(2 * wanted, engine.effort.most_runs)


def _is_settled(case: Case, found: Measured, *, enough: bool) -> bool:
    """Whether it is known for every limit if it holds, and the percentile well enough to be told.

    More late than may be, but not surely so, is not known.
    """
    if all(share.at_least > FAR_BEYOND * case.allowed for share in found.late):
        return True
    precise = found.reached.half_width_s <= PRECISE * found.reached.value_s
    return enough and precise and not any(share.is_open(case.allowed) for share in found.late)


def _late(runs: Sequence[Floats], limit_s: float) -> Late:
    return late([run.size for run in runs], [int(np.count_nonzero(run > in_time(limit_s))) for run in runs])


def _run(model: PoolModel, traffic: Traffic, engine: Engine, number: int) -> Floats:
    length = engine.effort.length(model)
    arrivals = traffic.run(number, length.total) / model.unit_rate_per_s
    factors = drawn_factors(model, traffic.batches(number), length.total)
    stays = engine.stays(arrivals, model.servers, np.array(model.service_s), model.max_wait_s, factors)
    return stays[length.warm_up :].copy()  # the rest need not be kept


def measure_all(cases: Sequence[Case], seed: int, engine: Engine, told: Callable[[int], None]) -> dict[Case, Measured]:
    """Play all cases, those of one stride together, on all processors where the engine lets go of Python's lock.

    Parameters
    ----------
    told
        Called after each case with its requests.
    """
    threads = 1 if engine.effort.is_sample else min(os.cpu_count() or 1, MOST_THREADS)
    found: dict[Case, Measured] = {}
    with ThreadPoolExecutor(threads) as pool:
        for group, traffic in _by_stride(cases, seed, engine):
            played = pool.map(lambda case, traffic=traffic: measure(case, traffic, engine), group)
            try:
                for case, measured in zip(group, played, strict=True):
                    found[case] = measured
                    told(measured.requests)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return found


def _by_stride(cases: Sequence[Case], seed: int, engine: Engine) -> Iterator[tuple[list[Case], Traffic]]:
    """Cases whose queues get every n-th request, with their traffic; that of one stride is kept at a time."""
    ordered = sorted(cases, key=lambda case: case.model.stride)
    for stride, members in groupby(ordered, key=lambda case: case.model.stride):
        group = list(members)
        longest = max(engine.effort.length(case.model).total for case in group)
        yield group, Traffic(seed, stride, longest)

"""Five minutes played as a whole: every request of a location, replica by replica, a number of times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats
from optimizer.verification.arrivals import chosen
from optimizer.verification.replay import PoolModel, drawn_factors, in_time
from optimizer.verification.replaying.engine import FIVE_MINUTES_S, WARM_UP_BATCHES, WARM_UP_SHARE, Engine, utilisation
from optimizer.verification.replaying.estimate import Late, Reached, late, mean_reached, quantile
from optimizer.verification.replaying.traffic import minutes_generator

#: Five minutes are cut short where a pool has more requests than so many; those of one queue in a sample.
MOST_REQUESTS = 4_000_000
SAMPLE_REQUESTS = 40_000


@dataclass(frozen=True, slots=True)
class Stream:
    """A pool and its requests/s from each origin; `number` tells its random numbers from those of other pools."""

    number: int
    model: PoolModel
    rates: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Minutes:
    """What an origin's requests came to: the mean over windows of their percentile, and the share of late ones."""

    reached: Reached
    late: Late
    requests: int
    windows: int
    window_s: float


@dataclass(slots=True)
class _Tally:
    """Windows of an origin so far: requests, late ones, and the percentile of each."""

    counts: list[int] = field(default_factory=list)
    above: list[int] = field(default_factory=list)
    each_s: list[float] = field(default_factory=list)

    def add(self, stays: Floats, limit_s: float, percentile: float) -> None:
        if stays.size:
            self.counts.append(stays.size)
            self.above.append(int(np.count_nonzero(stays > in_time(limit_s))))
            self.each_s.append(quantile(stays, percentile))

    @property
    def late(self) -> Late:
        return late(self.counts, self.above)


def play_minutes(
    streams: Sequence[Stream], limits_s: dict[str, float], percentile: float, seed: int, engine: Engine
) -> dict[str, Minutes]:
    """Return, by origin, how long its requests stay at the pools of a location in five minutes.

    More windows are played while few requests have counted, and while more are late than may be but not surely so.

    Parameters
    ----------
    streams
        Pools that serve something.
    limits_s
        Stay from which on a request is late, by origin.
    """
    effort, allowed, seconds = engine.effort, 1.0 - percentile, _window_s(streams, engine)
    tallies = {origin: _Tally() for origin in limits_s}
    played, wanted = 0, effort.windows
    while played < wanted:
        for origin, stays in _window(streams, seed, played, seconds, engine).items():
            tallies[origin].add(stays, limits_s[origin], percentile)
        played += 1
        if played == wanted:
            known = [tally for tally in tallies.values() if tally.counts]
            few = sum(sum(tally.counts) for tally in known) < effort.window_requests
            if few or any(tally.late.is_open(allowed) for tally in known):
                wanted = min(played + effort.windows, effort.most_windows)
    return {
        origin: Minutes(mean_reached(tally.each_s), tally.late, sum(tally.counts), len(tally.counts), seconds)
        for origin, tally in tallies.items()
        if tally.counts
    }


def _window_s(streams: Sequence[Stream], engine: Engine) -> float:
    """Five minutes, or what can be played of them."""
    if engine.effort.is_sample:
        return min([FIVE_MINUTES_S, *(SAMPLE_REQUESTS * item.model.queues / item.model.rate_per_s for item in streams)])
    return min([FIVE_MINUTES_S, *(MOST_REQUESTS / item.model.rate_per_s for item in streams)])


def _window(streams: Sequence[Stream], seed: int, window: int, seconds: float, engine: Engine) -> dict[str, Floats]:
    """Stays of the requests of each origin in one window, over all pools."""
    parts: dict[str, list[Floats]] = {}
    for stream in streams:
        generator = minutes_generator(seed, window, stream.number)
        stays = _stays(stream.model, generator, seconds, engine)
        if len(stream.rates) == 1:
            parts.setdefault(stream.rates[0][0], []).append(stays)
            continue
        # every request is of an origin by chance, as often as the origin sends
        rates = np.array([rate for _, rate in stream.rates])
        of = chosen(generator, rates, stays.size)
        for number, (origin, _) in enumerate(stream.rates):
            parts.setdefault(origin, []).append(stays[of == number])
    return {origin: np.concatenate(found) for origin, found in parts.items()}


def _stays(model: PoolModel, generator: np.random.Generator, seconds: float, engine: Engine) -> Floats:
    """Stays of the requests that arrive at a pool within a window; a sample follows one of its queues alone.

    Where replicas do not share a queue, a pool has as many queues as replicas, which requests come to in turn or at
    random.
    """
    stride, queues = (model.stride, 1) if engine.effort.is_sample else (1, model.queues)
    warm_up_s = _warm_up_s(model, seconds)
    arrivals = _arrivals(generator, stride, model.rate_per_s * queues / model.queues, warm_up_s + seconds)
    service, stays = np.array(model.service_s), np.empty(arrivals.size)
    for own in by_queue(model, queues, arrivals.size, generator):
        factors = drawn_factors(model, generator, arrivals[own].size)
        stays[own] = engine.stays(
            np.ascontiguousarray(arrivals[own]), model.servers, service, model.max_wait_s, factors
        )
    return stays[np.searchsorted(arrivals, warm_up_s) :]


def by_queue(
    model: PoolModel, queues: int, requests: int, generator: np.random.Generator
) -> list[slice] | list[NDArray[np.intp]]:
    """Which requests come to each queue that gets any."""
    if model.dispatch != "random" or queues == 1:
        return [slice(queue, None, queues) for queue in range(min(queues, requests))]
    of = generator.integers(queues, size=requests)
    parts = np.split(np.argsort(of, kind="stable"), np.cumsum(np.bincount(of, minlength=queues))[:-1])
    return [part for part in parts if part.size]


def _arrivals(generator: np.random.Generator, stride: int, rate_per_s: float, until_s: float) -> Floats:
    """Arrival times before `until_s` at a queue that gets every `stride`-th request, `rate_per_s` of them."""
    expected = rate_per_s * until_s
    at_most = int(expected + 10.0 * (expected + 1.0) ** 0.5 + 10.0)
    arrivals: Floats = np.cumsum(generator.standard_gamma(stride, at_most)) / (stride * rate_per_s)
    return arrivals[: np.searchsorted(arrivals, until_s)]


def _warm_up_s(model: PoolModel, seconds: float) -> float:
    """Seconds before the window at the same rate; an overloaded pool starts idle, its queue would but grow."""
    if utilisation(model) >= 1.0:
        return 0.0
    return max(WARM_UP_SHARE * seconds, WARM_UP_BATCHES * model.service_s[-1])

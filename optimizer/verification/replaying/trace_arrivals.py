"""The requests of a log in some seconds: at their own times, or spread at random over what the log tells of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.log_played import LogArrivals
from optimizer.domain.scenario import Floats

#: Of a step, what rounding of seconds since 1970 may make of its ends.
ROUNDING = 1e-3
#: A request that is played more than once comes again so many seconds before or after, at most.
APART_S = 0.5


def requests_until(arrivals: LogArrivals, moments_s: Floats) -> Floats:
    """Return how many requests have come by each of some moments, those of a step evenly over it."""
    counts = np.ones(arrivals.begins_s.size) if arrivals.counts is None else arrivals.counts
    passed = np.concatenate([[0.0], np.cumsum(counts)])
    if arrivals.counts is None or arrivals.step_s == 0.0:
        by_now: Floats = passed[np.searchsorted(arrivals.begins_s, moments_s)]
        return by_now
    step = np.searchsorted(arrivals.begins_s, moments_s, side="right") - 1
    part = np.clip((moments_s - arrivals.begins_s[np.maximum(step, 0)]) / arrivals.step_s, 0.0, 1.0)
    spread: Floats = np.where(step < 0, 0.0, passed[step] + counts[np.maximum(step, 0)] * part)
    return spread


def between(
    arrivals: LogArrivals, start_s: float, end_s: float, generator: np.random.Generator, scale: float = 1.0
) -> Floats:
    """Return when requests come from `start_s` up to `end_s`, rising, seconds after `start_s`, `scale` times as many.

    Of a step that reaches beyond these seconds each request is in them by chance, as the part of the step says. The
    counts of steps of a second and more are multiplied; requests with times of their own come again about then.
    """
    if scale == 1.0 or by_step(arrivals):
        return _once(arrivals, start_s, end_s, generator, scale)
    return _again(_once(arrivals, start_s, end_s, generator, 1.0), end_s - start_s, generator, scale)


def by_step(arrivals: LogArrivals) -> bool:
    """Whether a log is scaled by the counts of its steps, not request by request."""
    return arrivals.counts is not None or arrivals.step_s >= 2.0 * APART_S


def _again(times: Floats, length_s: float, generator: np.random.Generator, scale: float) -> Floats:
    """Return as many whole copies of each request as `scale` says, and one more by chance; the first at its own time.

    Copies at the same instant would be bursts that no log has shown: those after the first come a little apart.
    """
    copies = np.floor(scale + generator.random(times.size)).astype(np.int64)
    more = np.repeat(times, np.maximum(copies - 1, 0))
    low, high = np.maximum(more - APART_S, 0.0), np.minimum(more + APART_S, length_s)
    return np.sort(np.concatenate([times[copies > 0], low + generator.random(more.size) * (high - low)]))


def _once(arrivals: LogArrivals, start_s: float, end_s: float, generator: np.random.Generator, scale: float) -> Floats:
    """Return the requests that came, their counts multiplied."""
    step_s = arrivals.step_s
    first = int(np.searchsorted(arrivals.begins_s, start_s - step_s, side="right" if step_s else "left"))
    last = int(np.searchsorted(arrivals.begins_s, end_s, side="left"))
    begins = arrivals.begins_s[first:last]
    if step_s == 0.0 or not begins.size:
        return begins - start_s
    low, high = np.maximum(begins, start_s), np.minimum(begins + step_s, end_s)
    counts = _whole(arrivals, slice(first, last), generator, scale)
    inside = generator.binomial(counts, _part((high - low) / step_s))
    times = np.repeat(low, inside) + generator.random(int(inside.sum())) * np.repeat(high - low, inside)
    return np.sort(times) - start_s


def _part(share: Floats) -> Floats:
    """Shares of steps, without what rounding of the clock makes of a whole one and of none."""
    part: Floats = np.where(share > 1.0 - ROUNDING, 1.0, np.where(share < ROUNDING, 0.0, share))
    return part


def _whole(arrivals: LogArrivals, part: slice, generator: np.random.Generator, scale: float) -> NDArray[np.int64]:
    """Whole requests of each step; what is beyond a whole number makes one by chance."""
    if arrivals.counts is None and scale == 1.0:
        return np.ones(part.stop - part.start, dtype=np.int64)
    counts = scale * (np.ones(part.stop - part.start) if arrivals.counts is None else arrivals.counts[part])
    return np.floor(counts + generator.random(counts.size)).astype(np.int64)

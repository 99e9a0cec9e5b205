"""The requests of a log in some seconds: at their own times, or spread at random over what the log tells of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.log_played import LogArrivals
from optimizer.domain.scenario import Floats

#: Of a step, what rounding of seconds since 1970 may make of its ends.
ROUNDING = 1e-3


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


def between(arrivals: LogArrivals, start_s: float, end_s: float, generator: np.random.Generator) -> Floats:
    """Return when requests come from `start_s` up to `end_s`, rising, seconds after `start_s`.

    Of a step that reaches beyond these seconds each request is in them by chance, as the part of the step says.
    """
    step_s = arrivals.step_s
    first = int(np.searchsorted(arrivals.begins_s, start_s - step_s, side="right" if step_s else "left"))
    last = int(np.searchsorted(arrivals.begins_s, end_s, side="left"))
    begins = arrivals.begins_s[first:last]
    if step_s == 0.0 or not begins.size:
        return begins - start_s
    low, high = np.maximum(begins, start_s), np.minimum(begins + step_s, end_s)
    counts = _whole(arrivals, slice(first, last), generator)
    inside = generator.binomial(counts, _part((high - low) / step_s))
    times = np.repeat(low, inside) + generator.random(int(inside.sum())) * np.repeat(high - low, inside)
    return np.sort(times) - start_s


def _part(share: Floats) -> Floats:
    """Shares of steps, without what rounding of the clock makes of a whole one and of none."""
    part: Floats = np.where(share > 1.0 - ROUNDING, 1.0, np.where(share < ROUNDING, 0.0, share))
    return part


def _whole(arrivals: LogArrivals, part: slice, generator: np.random.Generator) -> NDArray[np.int64]:
    """Whole requests of each step; what is beyond a whole number makes one by chance."""
    if arrivals.counts is None:
        return np.ones(part.stop - part.start, dtype=np.int64)
    counts = arrivals.counts[part]
    return np.floor(counts + generator.random(counts.size)).astype(np.int64)

"""What can be said of stays: a percentile with its interval, and a share of late requests with a verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.verification.replay import NORMAL_99, student

#: 97.5 % point of the normal distribution.
NORMAL_975 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Late:
    """Share of requests above a limit.

    Parameters
    ----------
    share
        As found.
    at_least
        Lower end of its one-sided 99 % interval.
    in_worst_run
        The largest share of a run.
    """

    share: float
    at_least: float
    in_worst_run: float

    def is_miss(self, allowed: float) -> bool:
        """Whether significantly more are late than may be."""
        return self.at_least > allowed

    def is_open(self, allowed: float) -> bool:
        """Whether more are late than may be, yet not significantly so."""
        return self.share > allowed >= self.at_least


@dataclass(frozen=True, slots=True)
class Reached:
    """A percentile of the stays, and half of its 95 % interval, seconds."""

    value_s: float
    half_width_s: float


def rank(count: int, percentile: float) -> int:
    """Return the index of the ceil(p N)-th smallest of N values; rounding of floats does not add one."""
    return min(count - 1, max(0, math.ceil(percentile * count - 1e-9 * count) - 1))


def quantile(values: Floats, percentile: float) -> float:
    """Return the ceil(p N)-th smallest of N values, at least one."""
    index = rank(values.size, percentile)
    return float(np.partition(values, index)[index])


def late(counts: Sequence[int], above: Sequence[int]) -> Late:
    """Return the share of late requests of independent runs, from how many counted in each and how many were late."""
    sizes, late_ones = np.array(counts, dtype=np.float64), np.array(above, dtype=np.float64)
    found = float(late_ones.sum() / sizes.sum())
    # a ratio of sums: each run is off the common share by as many requests as its length lets it
    off = (late_ones - found * sizes) / sizes.mean()
    at_least = max(0.0, found - _half_width(off, 0.0, NORMAL_99))
    return Late(found, at_least, float((late_ones / sizes).max()))


def reached(runs: Sequence[Floats], percentile: float) -> Reached:
    """Return the percentile of all runs together; how the percentiles of the runs scatter gives its interval."""
    each = np.array([quantile(run, percentile) for run in runs])
    value = _together(runs, percentile, float(each.min()), float(each.max()))
    return Reached(value, _half_width(each, value, NORMAL_975))


def _together(runs: Sequence[Floats], percentile: float, low: float, high: float) -> float:
    """Percentile of all runs together, which lies between the least and the greatest of theirs: look only there."""
    below = sum(int(np.count_nonzero(run < low)) for run in runs)
    between = np.concatenate([run[(run >= low) & (run <= high)] for run in runs])
    index = min(max(rank(sum(run.size for run in runs), percentile) - below, 0), between.size - 1)
    return float(np.partition(between, index)[index])


def mean_reached(each_s: Sequence[float]) -> Reached:
    """Return the mean of percentiles, with the interval that their scatter gives."""
    values = np.array(each_s)
    value = float(values.mean())
    return Reached(value, _half_width(values, value, NORMAL_975))


def _half_width(values: Floats, centre: float, normal_point: float) -> float:
    count = values.size
    if count < 2:
        return math.inf
    variance = float(np.sum((values - centre) ** 2)) / (count * (count - 1))
    return student(normal_point, count - 1) * math.sqrt(variance)

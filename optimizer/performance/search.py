"""The first rate at which a percentile leaves its target."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.performance import kernel
from optimizer.performance.point import OperatingPoint
from optimizer.performance.sample import Shape

#: Width of the interval at which the search stops, as a share of its lower end, which is returned.
TOLERANCE = 1e-3
#: Width at which a first guess on a short sample stops.
GUESS_TOLERANCE = 1e-2
#: Share of the guess by which the first interval of the full sample reaches to both sides.
MARGIN = 8e-3
#: Rates below this share of full batches are not worth a promise.
LEAST_UTILISATION = 1e-5
#: From this ratio of target to longest service time on the percentile rises with the rate (550 random operating points
#: with ratios of 2 to 4 held at every rate below their capacity); below, it may fall again.
MONOTONE_RATIO = 2.0
#: Rates scanned, as shares of the highest.
SCAN = (1 / 48, 1 / 24, *(step / 12 for step in range(1, 13)))
#: Utilisations among which a crossing is sought when the percentile rises with the rate.
LIKELY_UTILISATIONS = (0.4, 0.6, 0.7, 0.78, 0.84, 0.88, 0.92, 0.95)
#: Bisections that the numpy engine looks ahead.
FORESIGHT = 3


class Trials:
    """Rates tried on one sample, and whether the target held.

    Parameters
    ----------
    arrivals
        Sample at pool rate 1, shape (lanes, at least stop + b).
    shape
        What of the sample is followed and counted.
    point
        The operating point.
    factors
        By what the time of a batch is multiplied; None where batches do not scatter.
    """

    def __init__(self, arrivals: Floats, shape: Shape, point: OperatingPoint, factors: Floats | None = None) -> None:
        self._arrivals, self._shape, self._point = arrivals, shape, point
        self._factors = factors
        self._allowed = shape.size - math.ceil(point.percentile * shape.size)
        self._known: dict[float, bool] = {}

    def holds(self, rate_per_s: float, next_rates: Sequence[float] = ()) -> bool:
        """Tell whether the target holds at a rate; `next_rates` may be asked for next and are tried along if cheap."""
        if rate_per_s not in self._known:
            asked = [rate_per_s, *next_rates] if kernel.foresees() else [rate_per_s]
            rates = np.array([rate for rate in dict.fromkeys(asked) if rate not in self._known])
            counts = kernel.late_counts(self._arrivals, self._shape, self._point, rates, self._allowed, self._factors)
            self._known.update(zip(rates.tolist(), (counts <= self._allowed).tolist(), strict=True))
        return self._known[rate_per_s]


def middles(low: float, high: float, depth: int) -> list[float]:
    """Return the rates that `depth` bisections of an interval may ask for."""
    if depth == 0:
        return []
    middle = 0.5 * (low + high)
    return [middle, *middles(low, middle, depth - 1), *middles(middle, high, depth - 1)]


def bisect(trials: Trials, low: float, high: float, tolerance: float) -> float:
    """Narrow an interval whose lower end holds and whose upper end does not; return the lower end."""
    while high - low > tolerance * low:
        if trials.holds(0.5 * (low + high), middles(low, high, FORESIGHT)):
            low = 0.5 * (low + high)
        else:
            high = 0.5 * (low + high)
    return low


def guess(trials: Trials, full: float, top: float, rising: bool) -> float:
    """Find roughly the first crossing below `top`, on a short sample; `top` where there is none.

    Rates are scanned upwards, so that a percentile that leaves the target, comes back and leaves again is caught where
    it leaves first. Where it can only rise, the likely rates are bisected instead.
    """
    rates = [top * share for share in SCAN]
    if rising:
        rates = [*(share * full for share in LIKELY_UTILISATIONS if share * full < top), top]
        first, last = 0, len(rates)
        while first < last:
            middle = (first + last) // 2
            first, last = (middle + 1, last) if trials.holds(rates[middle], rates) else (first, middle)
    else:
        first = next((index for index, rate in enumerate(rates) if not trials.holds(rate, rates)), len(rates))
    if first == len(rates):
        return top
    if first:
        return bisect(trials, rates[first - 1], rates[first], GUESS_TOLERANCE)
    high = rates[0]
    while high > LEAST_UTILISATION * full and not trials.holds(0.5 * high, [0.25 * high]):
        high *= 0.5
    return bisect(trials, 0.5 * high, high, GUESS_TOLERANCE)


def first_crossing(trials: Trials, guessed: float, full: float, top: float) -> float:
    """Find the crossing near a guess: the highest rate tried that holds, `top` at most, 0 where nothing holds.

    Parameters
    ----------
    guessed
        Rate to look around, requests/s.
    full
        Rate of full batches; nothing is sought below a hundred-thousandth of it.
    top
        The search ends there.
    """
    margin = MARGIN
    low, high = guessed * (1.0 - margin), min(top, guessed * (1.0 + margin))
    if guessed >= top and trials.holds(top):
        return top
    foresight = [high, *middles(low, high, FORESIGHT)]
    if not trials.holds(low, foresight):
        while not trials.holds(low, [low * (1.0 - 2.0 * margin)]):
            if low < LEAST_UTILISATION * full:
                return 0.0
            margin = min(2.0 * margin, 0.4)
            low, high = low * (1.0 - margin), low
    else:
        while trials.holds(high, foresight):
            if high >= top:
                return top
            margin = min(2.0 * margin, 0.4)
            low, high = high, min(top, high * (1.0 + margin))
    return bisect(trials, low, high, TOLERANCE)

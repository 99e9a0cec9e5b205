"""The first rate at which a percentile leaves its target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.performance import kernel
from optimizer.performance.point import OperatingPoint
from optimizer.performance.sample import Shape

#: Width of the interval at which the search stops, as a share of its lower end, which is returned.
TOLERANCE = 1e-3
#: Width at which a first guess on a short sample stops, and the search below this share of full batches: what is so
#: idle is bought where nothing else will do, and 1 % of it is little.
GUESS_TOLERANCE, IDLE = 1e-2, 0.02
#: How far beside the crossing that is expected a rate is tried, as a share of the width at which the search stops: two
#: such rates, one to either side, end it.
BESIDE = 0.4
#: By what that distance and the largest step grow while all rates tried lie on one side of the crossing.
WIDENED = 4.0
#: The largest first step from the guess, and the largest of all, as shares of the rate.
FIRST_STEP, LARGEST_STEP = 0.02, 0.4
#: After so many steps that did not halve the interval the next one does.
POOR_STEPS = 2
#: Late requests are told apart up to this many times those allowed.
TOLD_APART = 2.0
#: By how much the logarithm of the late share rises with that of the rate: least, usual and most believed.
LEAST_STEEP, USUAL_STEEP, MOST_STEEP = 0.5, 15.0, 100.0
#: Rates below this share of full batches are not worth a promise.
LEAST_UTILISATION = 1e-5
#: From this ratio of target, less the wait of batches, to longest service time on the percentile rises with the rate
#: (550 random operating points with ratios of 2 to 4 held at every rate below their capacity); else it may fall again.
MONOTONE_RATIO = 2.0
#: Where it may fall since batches wait to fill: numbers of requests that come during a wait, at which it is looked too.
DURING_A_WAIT = tuple(2.0**power for power in range(-6, 9))
#: Rates scanned, as shares of the highest.
SCAN = (1 / 48, 1 / 24, *(step / 12 for step in range(1, 13)))
#: Utilisations among which a crossing is sought when the percentile rises with the rate.
LIKELY_UTILISATIONS = (0.4, 0.6, 0.7, 0.78, 0.84, 0.88, 0.92, 0.95)


class Trials:
    """Rates tried on one sample, and how many requests missed the target.

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
        self._most = math.ceil(TOLD_APART * self._allowed)
        self._known: dict[float, int] = {}

    def excess(self, rate_per_s: float, next_rates: Sequence[float] = ()) -> float:
        """Return the logarithm of late over allowed requests: above 0 where the target does not hold.

        `next_rates` may be asked for next and are tried along if cheap.
        """
        if rate_per_s not in self._known:
            asked = [rate_per_s, *next_rates] if kernel.foresees() else [rate_per_s]
            rates = np.array([rate for rate in dict.fromkeys(asked) if rate not in self._known])
            counts = kernel.late_counts(self._arrivals, self._shape, self._point, rates, self._most, self._factors)
            self._known.update(zip(rates.tolist(), counts.tolist(), strict=True))
        return math.log((self._known[rate_per_s] + 0.5) / (self._allowed + 1.0))

    def holds(self, rate_per_s: float, next_rates: Sequence[float] = ()) -> bool:
        """Tell whether the target holds at a rate."""
        return self.excess(rate_per_s, next_rates) <= 0.0


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a sample suggests that the target is first missed.

    Parameters
    ----------
    rate
        Requests/s.
    steepness
        By how much the logarithm of the late share rises with that of the rate.
    """

    rate: float
    steepness: float = USUAL_STEEP


def expected(trials: Trials, low: float, high: float) -> Crossing:
    """Return the crossing inside an interval, the logarithm of the late share taken as straight in that of the rate."""
    below, above = trials.excess(low), trials.excess(high)
    return Crossing(low * (high / low) ** (below / (below - above)), steepness(trials, low, high))


def steepness(trials: Trials, low: float, high: float) -> float:
    """Return by how much the logarithm of the late share rises with that of the rate, between two rates."""
    risen = (trials.excess(high) - trials.excess(low)) / math.log(high / low)
    return min(MOST_STEEP, max(LEAST_STEEP, risen))


def narrow(trials: Trials, low: float, high: float, tolerance: float) -> tuple[float, float]:
    """Narrow an interval whose lower end holds and whose upper end does not.

    The farther end is brought to just beside the crossing that is expected; where two such steps did not halve the
    interval the next one does. Two steps are enough where the late share is as expected, and three times those of a
    bisection always.
    """
    poor = 0
    while high - low > tolerance * low:
        width, beside = high - low, BESIDE * tolerance * low
        crossing = expected(trials, low, high).rate
        aimed = crossing + beside if high - crossing > crossing - low else crossing - beside
        rate = 0.5 * (low + high) if poor == POOR_STEPS else aimed
        low, high = (rate, high) if trials.holds(rate) else (low, rate)
        poor = poor + 1 if high - low > 0.5 * width else 0
    return low, high


def guess(trials: Trials, full: float, top: float, rising: bool, further: Sequence[float] = ()) -> Crossing:
    """Find roughly the first crossing below `top`, on a short sample; `top` where there is none.

    Rates are scanned upwards, the `further` ones among them, so that a percentile that leaves the target, comes back
    and leaves again is caught where it leaves first. Where it can only rise, the likely rates are bisected instead.
    """
    if rising:
        rates = [*(share * full for share in LIKELY_UTILISATIONS if share * full < top), top]
        first, last = 0, len(rates)
        while first < last:
            middle = (first + last) // 2
            first, last = (middle + 1, last) if trials.holds(rates[middle], rates) else (first, middle)
    else:
        rates = sorted({*(top * share for share in SCAN), *(rate for rate in further if rate < top)})
        first = next((index for index, rate in enumerate(rates) if not trials.holds(rate, rates)), len(rates))
    if first == len(rates):
        return Crossing(top)
    low, high = rates[first - 1] if first else 0.0, rates[first]
    if not first:
        while high > LEAST_UTILISATION * full and not trials.holds(0.5 * high, [0.25 * high]):
            high *= 0.5
        if high <= LEAST_UTILISATION * full:
            return Crossing(high)
        low = 0.5 * high
    return expected(trials, *narrow(trials, low, high, GUESS_TOLERANCE))


def first_crossing(trials: Trials, guessed: Crossing, full: float, top: float) -> float:
    """Find the crossing near a guess: the highest rate tried that holds, `top` at most, 0 where nothing holds.

    Parameters
    ----------
    guessed
        Crossing to look around.
    full
        Rate of full batches; nothing is sought below a hundred-thousandth of it.
    top
        The search ends there.
    """
    rate, steep = min(top, guessed.rate), guessed.steepness
    tolerance = TOLERANCE if rate >= IDLE * full else GUESS_TOLERANCE
    beside, most = BESIDE * tolerance, FIRST_STEP
    low, high, before = 0.0, math.inf, 0.0
    while True:
        excess = trials.excess(rate)
        low, high = (rate, high) if excess <= 0.0 else (low, rate)
        if low == top or (low and high < math.inf):
            break
        if high < LEAST_UTILISATION * full:
            return 0.0
        if before:
            risen = steepness(trials, min(rate, before), max(rate, before))
            steep = min(2.0 * steep, max(0.5 * steep, risen))
        # to just beyond the crossing that is expected, so that it is enclosed
        step = math.exp(-excess / steep) * (1.0 + beside if low else 1.0 - beside)
        before, rate = rate, min(top, rate * min(1.0 + most, max(1.0 - most, step)))
        beside, most = (min(LARGEST_STEP, WIDENED * share) for share in (beside, most))
    return low if low == top else narrow(trials, low, high, tolerance)[0]

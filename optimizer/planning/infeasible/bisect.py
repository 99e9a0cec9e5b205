"""The least, or most, of something with which a question has an answer."""

from __future__ import annotations

from collections.abc import Callable

#: Values are found to this share.
PRECISION = 0.004
#: Below this share of the demand there is no point in carrying it.
SMALLEST_SHARE = 0.01
#: First step down from what is not ruled out quickly.
FIRST_STEP = 0.02


def least_able(able: Callable[[float], bool], lowest: float, first: float, highest: float) -> float | None:
    """Return the least value that is able, to `PRECISION`; None where even the highest is not.

    Parameters
    ----------
    able
        Once true, true for everything larger.
    lowest
        Not able, nor anything below.
    first
        Tried first; steps then double.
    highest
        Last value to try.
    """
    low, high = lowest, first
    while not able(high):
        if high >= highest:
            return None
        low, high = high, min(highest, high + 2.0 * max(high - lowest, PRECISION * lowest))
    while high > low * (1.0 + PRECISION) and high > first:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if able(middle) else (middle, high)
    return high


def least_whole(able: Callable[[int], bool], lowest: int, highest: int) -> int | None:
    """Return the least whole number above `lowest` that is able, None where even the highest is not."""
    low, step = lowest, 1
    high = min(highest, lowest + step)
    while not able(high):
        if high >= highest:
            return None
        low, step = high, 2 * step
        high = min(highest, high + step)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if able(middle) else (middle, high)
    return high


def most_able(able: Callable[[float], bool], maybe: Callable[[float], bool] = lambda _: True) -> float | None:
    """Return the largest share below 1 that is able, to `PRECISION`; None where not even a small one is.

    Parameters
    ----------
    able
        Once true, true for everything smaller. May take long.
    maybe
        Quick, and true wherever `able` is: what it rules out is not asked of `able`.
    """
    if not (maybe(SMALLEST_SHARE) and able(SMALLEST_SHARE)):
        return None
    low, high = SMALLEST_SHARE, 1.0
    _, top = _narrowed(maybe, low, high)
    step = FIRST_STEP
    high = top
    while top * (1.0 - step) > low and not able(top * (1.0 - step)):
        high, step = top * (1.0 - step), 2.0 * step
    low = max(low, top * (1.0 - step))
    return _narrowed(able, low, high)[0]


def _narrowed(able: Callable[[float], bool], low: float, high: float) -> tuple[float, float]:
    """Bring an able share and one that is not together."""
    while high > low * (1.0 + PRECISION):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if able(middle) else (low, middle)
    return low, high

"""Rounding that adds up: money and shares are rounded once, here, by largest remainder."""

from __future__ import annotations

import math
from collections.abc import Sequence


def largest_remainder(values: Sequence[float], digits: int = 0) -> list[float]:
    """Round values so that the rounded ones add up to the rounded total.

    Every value is rounded down, and what is then missing from the rounded total goes, one unit each, to the values with
    the largest remainders (the first of equals). Hamilton's method of apportionment.

    Parameters
    ----------
    values
        Finite amounts, of any sign.
    digits
        Decimal places to keep; the unit is ``10**-digits``.

    Returns
    -------
    list of float
        In the order of `values`, each less than one unit from its value. A value that is whole stays as it is.

    Raises
    ------
    ValueError
        If a value is not finite.
    """
    scale = 10**digits
    scaled = [value * scale for value in values]
    if not all(math.isfinite(value) for value in scaled):
        message = f"only finite amounts can be rounded (found {list(values)})"
        raise ValueError(message)
    floors = [math.floor(value) for value in scaled]
    missing = round(math.fsum(scaled)) - sum(floors)
    by_remainder = sorted(range(len(scaled)), key=lambda index: (floors[index] - scaled[index], index))
    raised = set(by_remainder[:missing])
    return [(floor + (index in raised)) / scale for index, floor in enumerate(floors)]


def rounded_shares(values: Sequence[float], digits: int = 3) -> list[float]:
    """Return each value's share of the total, rounded so that the shares add up to 1 (all 0 where the total is 0)."""
    total = math.fsum(values)
    if total == 0.0:
        return [0.0 for _ in values]
    return largest_remainder([value / total for value in values], digits)


def adds_up(parts: Sequence[float], digits: int = 0) -> float:
    """Return the sum of rounded parts, free of the dust that adding floats leaves."""
    return round(math.fsum(parts), digits)

"""Numbers and hours as a planner reads them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from optimizer.formulation.context import Context

#: Digits of a figure that is rounded away from what it bounds.
DIGITS = 3
#: A figure that is whole but for rounding stays what it is.
WHOLE = 1e-9


def rounded_up(value: float, digits: int = DIGITS) -> float:
    """Return the least number of so many digits that is no less: 71.23 -> 71.3."""
    if value <= 0.0:
        return 0.0
    exponent = digits - 1 - math.floor(math.log10(value))
    return round(math.ceil(value * 10.0**exponent * (1.0 - WHOLE)) / 10.0**exponent, max(exponent, 0))


def rounded_down(value: float, digits: int = DIGITS) -> float:
    """Return the largest number of so many digits that is no more."""
    if value <= 0.0:
        return 0.0
    exponent = digits - 1 - math.floor(math.log10(value))
    return round(math.floor(value * 10.0**exponent * (1.0 + WHOLE)) / 10.0**exponent, max(exponent, 0))


def amount(value: float) -> str:
    """Write a figure with three digits, or all of a whole one: 23.1, 1,240."""
    if value >= 10.0 ** (DIGITS - 1):
        return f"{value:,.0f}"
    return f"{value:.{DIGITS}g}"


def too_few(now: int, short: int, unit: str) -> str:
    """Say that a count, with its unit in the plural, is too small: ``1 replica is 2 too few``."""
    noun, verb = (unit.removesuffix("s"), "is") if now == 1 else (unit, "are")
    return f"{now} {noun} {verb} {short} too few"


def hour_label(context: Context, column: int) -> str:
    """Name an hour of a demand, by its column in demands x periods: ``sale 20 h``."""
    periods = context.scenario.periods
    demand, period = divmod(column, len(periods))
    of = "" if demand == 0 else f" of the demand {context.timeline.demands[demand]}"
    return f"{periods[period].label}{of}"


def listed(names: Sequence[str]) -> str:
    """Join names with commas and a last ``and``."""
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + "".join(names[-1:])

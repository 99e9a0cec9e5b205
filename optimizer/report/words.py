"""How numbers, places and options are written on screen."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from optimizer.domain.plan import Pool
from optimizer.domain.words import counted as counted  # noqa: PLC0414  pages find all their words here

#: Below this total a month, money is shown with cents.
WHOLE_MONEY_FROM = 1000.0
#: More origins than this are counted, not named.
NAMES_SHOWN = 4

_OPTIONS = {"on_demand": "on demand", "spot": "spot", "committed_1y": "1 year", "committed_3y": "3 years"}
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")


def money(amount: float, digits: int = 0) -> str:
    """``1,234,567`` or ``1,234.50``; never ``-0``."""
    rounded = round(amount, digits)
    return f"{rounded + 0.0:,.{digits}f}"


def money_digits(total_per_month: float) -> int:
    """Decimal places of money on a page: none for large fleets, cents for small ones."""
    return 0 if abs(total_per_month) >= WHOLE_MONEY_FROM else 2


def significant(value: float, digits: int = 3) -> str:
    """Write with so many significant digits and no exponent: ``0.0103``, ``2.52``, ``1,234``."""
    if value == 0.0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}"


def percent(share: float, digits: int = 1) -> str:
    """``12.3 %`` for 0.123."""
    return f"{round(share * 100.0, digits) + 0.0:,.{digits}f} %"


def percent_at_most(share: float) -> str:
    """Round up to hundredths of a per cent: a proof is never shown tighter than it is."""
    hundredths = math.ceil(share * 10_000.0 - 1e-6)
    return f"{max(hundredths, 0) / 100.0:,.2f}".rstrip("0").rstrip(".") + " %"


def signed_percent(share: float) -> str:
    """``+3.1 %``, ``+0.02 %``, ``+<0.01 %``: a rise is never shown as none."""
    if 0.0 < share < 0.00005:
        return "+<0.01 %"
    digits = 2 if 0.0 < abs(share) < 0.00095 else 1
    return f"{round(share * 100.0, digits) + 0.0:+,.{digits}f} %"


def milliseconds_text(value_ms: float) -> str:
    """``55.8`` or ``60``: one decimal, left out where it is 0."""
    return f"{value_ms:,.1f}".removesuffix(".0")


def average_text(value: float) -> str:
    """``2.0`` or ``0.02``: what is more than nothing is not shown as nothing."""
    return significant(value, 1) if 0.0 < abs(value) < 0.05 else f"{value + 0.0:,.1f}"


def option_label(purchase_option: str) -> str:
    """``on demand`` for ``on_demand``."""
    return _OPTIONS.get(purchase_option, purchase_option.replace("_", " "))


def place_label(location: str) -> str:
    """``aws us-east-1`` for ``aws/us-east-1``."""
    return location.replace("/", " ", 1)


def zones_label(region: str, zones: Iterable[str]) -> str:
    """``a,b,c`` for ``us-east-1a, us-east-1b, us-east-1c``: what the region's name already says is left out."""
    return ",".join(sorted({zone.removeprefix(region).lstrip("-") or zone for zone in zones}))


def accelerators_label(accelerator: str | None, count: int) -> str:
    """``1 x L4-24GB``, or ``CPU`` for a type without one."""
    return f"{count} x {accelerator}" if accelerator else "CPU"


def band_label(basis: str, error_band: float) -> str:
    """``measured ±5 %``."""
    return f"{basis} ±{percent(error_band, 0)}"


def promise_label(pools: Sequence[Pool]) -> str:
    """``p99 55.8 of 60 ms``: the worst promise of the pools beside the target."""
    parts = []
    for key, target_ms in pools[0].target.items():
        worst_ms = max(pool.promised.get(key, math.nan) for pool in pools)
        name = key.removesuffix("_ms").replace("_", " ")
        parts.append(f"{name} {milliseconds_text(worst_ms)} of {milliseconds_text(target_ms)} ms")
    return ", ".join(parts)


def names_label(names: Sequence[str], what: str) -> str:
    """Name a few things, count many: ``us-east, us-west`` or ``7 origins``."""
    return ", ".join(names) if len(names) <= NAMES_SHOWN else f"{len(names)} {what}"


def does(count: int, verb: str) -> str:
    """``fails`` of one, ``fail`` of several: `verb` is the form of several."""
    return f"{verb}s" if count == 1 else verb


def date_range(dates: Iterable[str]) -> str:
    """``2025-04 to 2026-07``; one date where there is one; words that are no date are left out."""
    found = sorted({date for date in dates if _DATE.fullmatch(date)})
    if not found:
        return "unknown date"
    return found[0] if found[0] == found[-1] else f"{found[0]} to {found[-1]}"

"""What is asked of a forecast beside its files: the clock, the first day, the length, the interval."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo, available_timezones

from optimizer.errors import Fault, InputError
from optimizer.inputs.wording import did_you_mean, show

MOST_MONTHS = 60
LEAST_INTERVAL, MOST_INTERVAL = 0.5, 0.99


def zone_asked(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        mend = did_you_mean(name, sorted(available_timezones()), "time zones")
        raise InputError(
            [Fault("--timezone", f"unknown time zone (found {show(name)})", mend, "unknown-name")]
        ) from None


def day_asked(text: str) -> int:
    """Return a day as its proleptic ordinal.

    Raises
    ------
    InputError
        If the text is no day.
    """
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        raise InputError(
            [Fault("--start", f"must be a day (found {show(text)})", "Write 2027-01-01.", "not-a-day")]
        ) from None


def refuse_out_of_range(months: int, interval: float) -> None:
    """Refuse lengths and intervals that no forecast has.

    Raises
    ------
    InputError
        With a fault for each.
    """
    faults = []
    if not 1 <= months <= MOST_MONTHS:
        faults.append(Fault("--months", f"must be from 1 to {MOST_MONTHS} (found {months})", "", "out-of-range"))
    if not LEAST_INTERVAL <= interval <= MOST_INTERVAL:
        what = f"must be a share from {LEAST_INTERVAL} to {MOST_INTERVAL} (found {interval:g})"
        faults.append(Fault("--interval", what, "Write 0.9 for 90 per cent.", "out-of-range"))
    if faults:
        raise InputError(faults)

"""Records of a log of arrivals as it is played against a plan: its times, and the hours of the plan they fall in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.domain.forecast import Notice
from optimizer.domain.scenario import Floats

#: Windows are those of the clock, seconds.
WINDOW_S = 300


@dataclass(frozen=True, slots=True)
class LogWindow:
    """Five minutes of the clock that a log shows, whole or in part.

    Parameters
    ----------
    start_s
        Seconds since 1970, a multiple of 300.
    seen_s
        Seconds of it that the log covers.
    shown
        When it begins, by the clock of the log: ``2026-09-07 14:05``.
    day_type, hour
        Of the plan.
    """

    start_s: int
    seen_s: float
    shown: str
    day_type: str
    hour: int


@dataclass(frozen=True, slots=True, eq=False)
class LogArrivals:
    """Requests of an origin: how many came in each of some steps of `step_s` seconds, which do not overlap.

    Parameters
    ----------
    begins_s
        Beginning of each step, rising, seconds since 1970; several of one beginning add up.
    counts
        Requests of each; None where each is one.
    step_s
        As finely as the log tells time; 0 where it tells each request's own.
    """

    begins_s: Floats
    counts: Floats | None
    step_s: float


@dataclass(frozen=True, slots=True, eq=False)
class LogPlayed:
    """A log, or the part of it that is of one service, laid on the hours of a plan.

    Parameters
    ----------
    kind
        ``requests``, a row each, or ``counts``.
    step_s
        As finely as it tells time, seconds; 0 for less than a millisecond.
    by_origin
        Requests of each origin that the log has.
    """

    file: str
    sha256: str
    kind: str
    step_s: float
    timezone: str
    service: str
    windows: tuple[LogWindow, ...]
    by_origin: Mapping[str, LogArrivals]
    notices: tuple[Notice, ...]

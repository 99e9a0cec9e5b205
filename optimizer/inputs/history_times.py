"""Times of a history: read, brought to one clock, laid on the grid of its step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from optimizer.inputs.columns import Problem
from optimizer.inputs.wording import show

Ints = NDArray[np.int64]
DAY_S = 86_400
HOUR_S = 3_600
SHORTEST_STEP_S = 300
FIRST_YEAR, LAST_YEAR = 1971, 2199
MEND = "Write 2026-07-31 18:05 or 2026-07-31T18:05+02:00."
#: A row may begin this share of a step beside its place.
LOOSE_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in seconds since 1970, and the day (proleptic ordinal) and hour that the clock of the plan shows."""

    instant: int
    day: int
    hour: int


class Clock:
    """Reads times of one series in the order of the file.

    A time without an offset is one of the given zone. In the hour that a zone has twice, the first time of a name is
    the earlier one and the second the later one; any further one is a repetition.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._times: Counter[datetime] = Counter()

    def read(self, cell: str) -> Moment | Problem:
        """Return the moment a cell names, or what is wrong with it."""
        try:
            stamp = datetime.fromisoformat(cell.strip())
        except ValueError:
            return Problem(f"not a time (found {show(cell.strip())})", MEND, "not-a-time")
        if not FIRST_YEAR <= stamp.year <= LAST_YEAR:
            return Problem(f"must be between {FIRST_YEAR} and {LAST_YEAR} (found {stamp})", MEND, "not-a-time")
        if stamp.tzinfo is None:
            return self._of_the_zone(stamp)
        return self._moment(stamp)

    def _of_the_zone(self, stamp: datetime) -> Moment | Problem:
        early, late = stamp.replace(tzinfo=self._zone), stamp.replace(tzinfo=self._zone, fold=1)
        if early.utcoffset() == late.utcoffset():
            return self._moment(early)
        if early.astimezone(UTC).astimezone(self._zone).replace(tzinfo=None) != stamp:
            what = f"no such time in {self._zone.key}, where clocks go forward then (found {stamp})"
            return Problem(what, "Name the zone of the file with --timezone, or write offsets.", "no-such-time")
        self._times[stamp] += 1
        return self._moment(early if self._times[stamp] == 1 else late)

    def _moment(self, stamp: datetime) -> Moment:
        local = stamp.astimezone(self._zone)
        return Moment(round(stamp.timestamp()), local.toordinal(), local.hour)


def step_of(instants: Sequence[Ints]) -> int | None:
    """Return the usual distance of the rows of a series in seconds; None where no series has two rows."""
    distances = np.concatenate([np.diff(np.unique(one)) for one in instants] or [np.array([], dtype=np.int64)])
    if not distances.size:
        return None
    step = int(np.median(distances))
    return DAY_S if abs(step - DAY_S) <= HOUR_S else step  # days of a zone may have 23 or 25 hours


def is_usable(step_s: int) -> bool:
    """Whether steps fill an hour, or are days."""
    return step_s == DAY_S or (step_s >= SHORTEST_STEP_S and HOUR_S % step_s == 0)


def places(instants: Ints, days: Ints, step_s: int) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the step each row belongs to, counted from the first, and whether a row begins beside any step."""
    if step_s == DAY_S:
        return days - days.min(), np.zeros(days.size, dtype=bool)
    phase = int(np.median(instants % step_s))
    offset = (instants - phase) / step_s
    place = np.rint(offset).astype(np.int64)
    return place - place.min(), np.abs(offset - place) > LOOSE_SHARE

"""Silences of a log where many requests are usual, and few rows that stand apart from all others."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np

from optimizer.domain.forecast import Notice
from optimizer.domain.scenario import Floats
from optimizer.domain.words import counted
from optimizer.inputs.history_times import DAY_S, HOUR_S, Ints
from optimizer.inputs.log_counts import FIVE_MINUTES_S
from optimizer.inputs.log_times import local_of

#: A log spans at least so many seconds, and a stretch of rows counts as at least so long.
SHORTEST_LOG_S = 600
#: A stretch of five minutes or more is a silence where so many requests are usual in it.
USUAL_REQUESTS = 30.0
#: Rows that stand apart are at most this share of all, or so few.
FEW_SHARE, FEW = 0.001, 3
#: Between few rows all along a quiet time no gap is this share of the log: that is little traffic, not a wrong time.
APART_SHARE = 0.1
#: Nights, week-ends and holidays are shorter: only beyond is a time taken as wrong.
APART_S = 28 * DAY_S


def apart(seconds: Floats) -> tuple[Ints, Floats]:
    """Return the rows that stand apart from all others, and by how many seconds: wrong times, as far as one can tell.

    They are at most one row in a thousand, or three, four weeks or more from all others. These, thirty at least, lie
    within a stretch that is shorter than the silence that parts them, so that most of the log is silent.
    """
    order = np.argsort(seconds, kind="stable")
    times = seconds[order]
    most = times.size - max(FEW, int(FEW_SHARE * times.size))
    if most < USUAL_REQUESTS:
        return np.empty(0, dtype=np.int64), np.empty(0)
    low, high = _stretch(times, most)
    outside = np.concatenate([order[:low], order[high:]])
    gaps = np.diff(times)
    parting = np.concatenate([gaps[:low], gaps[high - 1 :]])
    if not outside.size or parting.max() < APART_SHARE * (times[-1] - times[0]):
        return np.empty(0, dtype=np.int64), np.empty(0)
    outside.sort()
    far = np.maximum(times[low] - seconds[outside], seconds[outside] - times[high - 1])
    return outside[far >= APART_S], far[far >= APART_S]


def _stretch(times: Floats, most: int) -> tuple[int, int]:
    """Return the shortest stretch of so many rows, with every row that is no farther from it than it is long."""
    low = int(np.argmin(times[most - 1 :] - times[: times.size - most + 1]))
    high = low + most
    while True:
        reach = max(float(times[high - 1] - times[low]), float(SHORTEST_LOG_S))
        wider = (
            int(np.searchsorted(times, times[low] - reach, "left")),
            int(np.searchsorted(times, times[high - 1] + reach, "right")),
        )
        if wider == (low, high):
            return wider
        low, high = wider


def silences(seconds: Floats, lines: Ints, ends: tuple[float, float], series: str, zone: ZoneInfo) -> list[Notice]:
    """Tell how often a series is silent where many requests are usual, and the longest time: perhaps a hole.

    Parameters
    ----------
    ends
        First and last time of the whole log: a series may begin late, or end early.
    """
    order = np.argsort(seconds, kind="stable")
    marks = np.concatenate([ends[:1], seconds[order], ends[1:]])
    gaps = np.diff(marks)
    silent = _silent(gaps, seconds.size)
    if not silent.any():
        return []
    longest = int(np.argmax(np.where(silent, gaps, 0.0)))
    is_end = longest == seconds.size
    line = int(lines[order[longest - 1 if is_end else longest]])
    begin = str(np.datetime64(int(local_of(marks[longest : longest + 1], zone)[0]), "s")).replace("T", " ")
    number, length = int(silent.sum()), length_of(float(gaps[longest]))
    what = f"no request of {series} for {length}"
    if number > 1:
        what = f"{counted(number, 'silence')} of {series}, the longest {length}"
    text = f"{what} from {begin} on, {'after' if is_end else 'before'} this line: taken as 0"
    return [Notice(line, "silence", text)]


def _silent(gaps: Floats, requests: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which gaps are silences by the mean rate outside of silences: with each of them the rate rises."""
    silent = np.zeros(gaps.size, dtype=bool)
    while True:
        usual_per_s = requests / max(float(gaps[~silent].sum()), 1.0)
        found = (gaps >= FIVE_MINUTES_S) & (gaps * usual_per_s >= USUAL_REQUESTS)
        if found.sum() == silent.sum():
            return found
        silent = found


def length_of(seconds: float) -> str:
    """``115 days``, ``9 hours``, ``7 minutes``."""
    for unit_s, unit in ((DAY_S, "day"), (HOUR_S, "hour")):
        if seconds >= 2 * unit_s:
            return counted(round(seconds / unit_s), unit)
    return counted(round(seconds / 60), "minute")

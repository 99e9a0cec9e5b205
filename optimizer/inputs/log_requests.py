"""Rows that are a request each, counted by the second."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import numpy as np

from optimizer.domain.forecast import Notice
from optimizer.domain.scenario import Floats
from optimizer.domain.words import counted
from optimizer.inputs.faults import Faults
from optimizer.inputs.history_times import DAY_S, Ints
from optimizer.inputs.log_cells import LogCells
from optimizer.inputs.log_counts import FIVE_MINUTES_S, Key, Series
from optimizer.inputs.log_silences import SHORTEST_LOG_S, length_of, silences

MOST_DAYS = 400
#: Rows with so many equal distances are steps.
SAME_STEP_SHARE = 0.8


def requested_series(
    file: str, cells: LogCells, seconds: Floats, groups: Mapping[Key, Ints], zone: ZoneInfo, faults: Faults
) -> tuple[int | None, list[Series], list[Notice]]:
    """Return the step, each series as key, start and counts, and what is odd; None and faults for what is wrong.

    A step is a second, or a minute where times are no finer.
    """
    whole = not np.any(seconds % 1.0)
    step_s = 60 if whole and not np.any(seconds % 60.0) else 1
    first, last = float(seconds.min()), float(seconds.max())
    if whole and len(cells.header) > 1 and (usual := _usual_step(seconds, groups)):
        what = f"rows are {_seconds(usual)} apart, nearly each time: these are counts, not requests"
        mend = "Name their column with --counts; if each row is a request, keep the column of times only."
        faults.add(file, what, mend, "counts")
        return None, [], []
    if not SHORTEST_LOG_S <= last - first <= MOST_DAYS * DAY_S:
        length = length_of(last - first) if last - first > DAY_S else _seconds(last - first)
        what = f"must span {SHORTEST_LOG_S // 60} minutes to {MOST_DAYS} days (found {length})"
        faults.add(file, what, "Give a longer part, or correct a time that stands apart.", "span")
        return None, [], []
    start = float(np.floor(first / FIVE_MINUTES_S) * FIVE_MINUTES_S)
    size = int((last - start) // step_s) + 1
    made, notices = [], []
    for key, rows in groups.items():
        places = ((seconds[rows] - start) // step_s).astype(np.int64)
        counts = np.bincount(places, minlength=size).astype(np.float64)
        counts[: int((first - start) // step_s) + 1] = np.nan  # the first and last step are seen in part
        counts[-1] = np.nan
        notices += [] if whole else _repeats(cells, seconds[rows], rows, "/".join(key))
        notices += silences(seconds[rows], cells.lines[rows], (first, last), "/".join(key), zone)
        made.append((key, start, counts))
    return step_s, made, notices


def _seconds(length: float) -> str:
    return "1 second" if length == 1.0 else f"{length:g} seconds"


def times_kept(seconds: Floats, groups: Mapping[Key, Ints]) -> dict[Key, Floats]:
    """Return when each request of each series came, rising."""
    return {key: np.sort(seconds[rows]) for key, rows in groups.items()}


def _usual_step(seconds: Floats, groups: Mapping[Key, Ints]) -> float:
    """Return the distance that nearly all rows of every series have; 0 where there is none."""
    steps = [np.diff(seconds[rows]) for rows in groups.values()]
    every = np.concatenate(steps)
    usual = float(np.median(every)) if every.size else 0.0
    same = usual > 0.0 and all(step.size and np.mean(step == usual) >= SAME_STEP_SHARE for step in steps)
    return usual if same else 0.0


def _repeats(cells: LogCells, seconds: Floats, rows: Ints, series: str) -> list[Notice]:
    """Tell how many rows carry the very time of another; of times by the second nothing would be odd in that."""
    order = np.argsort(seconds, kind="stable")
    same = np.flatnonzero(np.diff(seconds[order]) == 0.0)
    if not same.size:
        return []
    line = int(cells.lines[rows[order[same + 1]].min()])
    many = counted(same.size, f"row of {series} carries", f"rows of {series} carry")
    text = f"{many} the very time of another, this one first: all are counted"
    return [Notice(line, "same-time", text)]

"""Counts in steps from a second to a day, laid on the grid of their step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimizer.domain.forecast import Notice
from optimizer.domain.scenario import Floats
from optimizer.domain.words import counted
from optimizer.inputs.columns import Column, read_column
from optimizer.inputs.faults import Faults
from optimizer.inputs.history_times import DAY_S, HOUR_S, LOOSE_SHARE, Ints, step_of
from optimizer.inputs.log_cells import LogCells
from optimizer.inputs.schema import HIGHEST_RATE_PER_S

_VALUE = Column("", "number", high=HIGHEST_RATE_PER_S * DAY_S, may_be_empty=True)
#: More steps than these are no log but a wrong time.
MOST_STEPS = 40_000_000
FIVE_MINUTES_S = 300
Key = tuple[str, str]
Series = tuple[Key, float, Floats]


def counted_series(
    file: str,
    cells: LogCells,
    columns: tuple[int, int],
    seconds: Floats,
    groups: Mapping[Key, Ints],
    faults: Faults,
    *,
    missing: float,
) -> tuple[int | None, list[Series], list[Notice]]:
    """Return the step, each series as key, start and counts, and what is missing; None and faults for what is wrong.

    Parameters
    ----------
    missing
        Count of a step without a row, or with an empty cell.
    """
    values = _values(file, cells, columns[1], faults)
    notices = [
        Notice(int(cells.lines[row]), "empty", f"{cells.header[columns[1]]} has no value")
        for row in np.flatnonzero(np.isnan(values)).tolist()
    ]
    known = {key: rows[~np.isnan(seconds[rows])] for key, rows in groups.items()}
    step = step_of([np.rint(seconds[rows]).astype(np.int64) for rows in known.values()])
    if step is None or not _is_usable(step):
        found = "no two rows of a series" if step is None else f"{counted(step, 'second')} from row to row"
        mend = "Give steps that fill five minutes or an hour, or days."
        faults.add_unless_told(file, f"its step cannot be used (found {found})", mend, "step")
        return None, [], []
    made = []
    for key, rows in known.items():
        if not rows.size:  # each of its times was told
            continue
        place = _places(file, cells, columns[0], seconds[rows], rows, step, faults)
        if place is None:
            continue
        counts = np.full(int(place.max()) + 1, missing)
        counts[place] = np.where(np.isnan(values[rows]), missing, values[rows])
        _note_gaps(cells, rows, place, "/".join(key), notices)
        start = float(seconds[rows].min())
        made.append((key, start, counts))
    return step, made, notices


def _values(file: str, cells: LogCells, column: int, faults: Faults) -> Floats:
    """Read the counts; what is no number, or negative, is a fault."""
    words = [cell.decode("utf-8", "replace") for chunk in cells.chunks(column) for cell in chunk.tolist()]
    read = read_column(_VALUE, words)
    values = np.array([np.nan if value is None else value for value in read.values], dtype=float)
    name = cells.header[column]
    for row, problem in sorted(read.problems.items()):
        faults.add(f"{file}:{cells.lines[row]} {name}", problem.what, problem.mend, problem.code)
    for row in np.flatnonzero(values < 0.0).tolist():
        what = f"must be at least 0 (found {values[row]:g})"
        faults.add(f"{file}:{cells.lines[row]} {name}", what, "Correct the value, or leave the cell empty.", "negative")
    return values


def _is_usable(step_s: int) -> bool:
    if step_s <= 0:
        return False
    return step_s == DAY_S or FIVE_MINUTES_S % step_s == 0 or (step_s % FIVE_MINUTES_S == 0 and HOUR_S % step_s == 0)


def _places(
    file: str, cells: LogCells, time: int, seconds: Floats, rows: Ints, step: int, faults: Faults
) -> Ints | None:
    """Return the step of each row from the first on; None, and faults, for repetitions and times off the grid."""
    offset = (seconds - seconds.min()) / step
    place: Ints = np.rint(offset).astype(np.int64)
    loose = LOOSE_SHARE if step < DAY_S else HOUR_S * 1.1 / DAY_S  # days of a zone may have 23 or 25 hours
    for row in np.flatnonzero(np.abs(offset - place) > loose).tolist():
        what = f"begins between two steps of {counted(step, 'second')} (found {cells.cell(time, rows[row])})"
        faults.add(f"{file}:{cells.lines[rows[row]]}", what, "Correct the time.", "off-grid")
    _, first = np.unique(place, return_index=True)
    if first.size < place.size:
        first_of = dict(zip(place[first].tolist(), rows[first].tolist(), strict=True))
        for row in np.setdiff1d(np.arange(place.size), first).tolist():
            line = cells.lines[first_of[int(place[row])]]
            what = f"second row for {cells.cell(time, rows[row])} (the first is on line {line})"
            faults.add(f"{file}:{cells.lines[rows[row]]}", what, "Delete one of the two.", "duplicate-row")
    if int(place.max()) > MOST_STEPS:
        what = f"spans {int(place.max()):,} steps, {MOST_STEPS:,} are the most"
        faults.add_unless_told(file, what, "Correct a time that stands apart, or give a part.", "span")
        return None
    return place


def _note_gaps(cells: LogCells, rows: Ints, place: Ints, of_it: str, notices: list[Notice]) -> None:
    order = np.argsort(place, kind="stable")
    ordered = place[order]
    for before in np.flatnonzero(np.diff(ordered) > 1).tolist():
        count = int(ordered[before + 1] - ordered[before] - 1)
        many = counted(count, "step is", "steps are")
        line = int(cells.lines[rows[order[before + 1]]])
        notices.append(Notice(line, "gap", f"{many} missing of {of_it} before this line"))

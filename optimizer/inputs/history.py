"""Histories: counts of requests by time, read strictly. What is wrong or missing is told, and never mended."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from optimizer.domain.forecast import Notice
from optimizer.domain.scenario import Floats
from optimizer.domain.words import counted
from optimizer.errors import InputError
from optimizer.inputs.columns import Column, Problem, read_column
from optimizer.inputs.faults import Faults
from optimizer.inputs.files import decode, read_bytes
from optimizer.inputs.history_times import DAY_S, Clock, Ints, is_usable, places, step_of
from optimizer.inputs.raw_table import RawTable, read_raw_table
from optimizer.inputs.schema import HIGHEST_RATE_PER_S
from optimizer.inputs.wording import listed

NAMES = ("service", "origin")
EVERYWHERE = "all"
#: Two weeks: what a forecast learns its week from.
LEAST_DAYS = 14
#: No step of a day or less holds more.
_VALUE = Column("", "number", high=HIGHEST_RATE_PER_S * DAY_S, may_be_empty=True)


@dataclass(frozen=True, slots=True, eq=False)
class HistorySeries:
    """Values of one series in order of time: requests in the step, or a second; nan where a cell was empty.

    Parameters
    ----------
    days, hours
        What the clock of the plan shows when the step begins; days are proleptic ordinals.
    """

    service: str
    origin: str
    days: Ints
    hours: Ints
    values: Floats


@dataclass(frozen=True, slots=True)
class History:
    """A history that can be used; `notices` tell gaps and empty cells, each with its line."""

    file: str
    sha256: str
    step_s: int
    series: tuple[HistorySeries, ...]
    notices: tuple[Notice, ...]
    rows_out_of_order: int


def too_short(days: int) -> tuple[str, str, str]:
    """Return what is wrong with a history of so few days, what to do, and the code of the fault."""
    return f"is shorter than {LEAST_DAYS} days (found {days})", "Give two weeks or more.", "too-short"


class HistoryRefused(InputError):  # noqa: N818  a planner's word, and no program error
    """A history that cannot be used as it is; counts what is wrong with it by kind."""

    def __init__(self, file: str, error: InputError, counts: Counter[str]) -> None:
        super().__init__(error.faults)
        self.counts = counts
        words = ", ".join(counted(counts[one], one) for one in ("duplicate", "negative value", "gap"))
        self.args = (f"{file}: {words}.\n{error}",)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of one series (or of all columns of a wide file) with a time that can be used, in the file's order."""

    lines: Ints
    instants: Ints
    days: Ints
    hours: Ints
    index: Ints


def read_history(path: Path, zone: ZoneInfo) -> History:
    """Read a history.

    The first column that is neither `service` nor `origin` is the time a step begins. With a column `service` or
    `origin` each row names its series and one more column holds the values; otherwise every further column is a series,
    named ``service`` or ``service/origin``.

    Parameters
    ----------
    zone
        The clock of the plan, and of times without an offset.

    Raises
    ------
    InputError
        With every fault; a `HistoryRefused` where rows could be read.
    """
    faults, shown = Faults(), str(path)
    content = read_bytes(path, shown, faults)
    text = None if content is None else decode(content, shown, faults)
    raw = None if text is None else read_raw_table(text, shown, faults)
    faults.raise_if_any()
    assert content is not None
    assert raw is not None
    reading = _Reading(raw, faults)
    found = reading.history(hashlib.sha256(content).hexdigest(), zone)
    try:
        faults.raise_if_any()
    except InputError as error:
        raise HistoryRefused(shown, error, reading.counts) from None
    assert found is not None
    return found


class _Reading:
    """One reading of a file: its table, and what was found in it so far."""

    def __init__(self, raw: RawTable, faults: Faults) -> None:
        self.raw = raw
        self.faults = faults
        self.counts: Counter[str] = Counter()
        self.notices: list[Notice] = []
        self.disorder = 0

    def history(self, sha256: str, zone: ZoneInfo) -> History | None:
        """Return the history, or None and faults."""
        time, values = self._columns()
        if time is None or not len(self.raw):
            place = f"{self.raw.file}:{self.raw.header_line}"
            self.faults.add_unless_told(place, "has a header and no rows", "Add rows.", "empty")
            return None
        groups = self._groups(time, zone)
        step_s = step_of([rows.instants for rows in groups.values()])
        if step_s is None or not is_usable(step_s):
            found = "no two rows of a series" if step_s is None else f"{step_s / 60:g} minutes from row to row"
            mend = "Give sums of 5, 10, 15, 20 or 30 minutes, of hours or of days."
            self.faults.add_unless_told(self.raw.file, f"its step cannot be used (found {found})", mend, "step")
            return None
        series = [one for key, rows in groups.items() for one in self._series(key, rows, step_s, values)]
        notices = tuple(sorted(self.notices, key=lambda notice: notice.line))
        if len(self.faults):
            for notice in notices:
                self.faults.add(f"{self.raw.file}:{notice.line}", notice.text, "Add what is missing.", notice.kind)
            for one in series:
                self._refuse_short(one)
        return History(self.raw.file, sha256, step_s, tuple(series), notices, self.disorder)

    def _refuse_short(self, series: HistorySeries) -> None:
        """Tell beside other faults that a series is too short, which the forecast would tell after they are mended."""
        known = series.days[~np.isnan(series.values)]
        if known.size and (days := int(known.max() - known.min()) + 1) < LEAST_DAYS:
            where = f"{self.raw.file} {series.service}/{series.origin}"
            self.faults.add(where, *too_short(days))

    def _columns(self) -> tuple[int | None, list[int]]:
        """Return the column of times and those of values."""
        header, place = self.raw.header, f"{self.raw.file}:{self.raw.header_line}"
        for name in sorted(name for name, count in Counter(header).items() if count > 1):
            self.faults.add(f"{place} {name}", "column is there twice", "Keep one of them.", "duplicate-column")
        others = [index for index, name in enumerate(header) if name not in NAMES]
        named = len(others) < len(header)
        if len(others) < 2 or (named and len(others) > 2):
            what = f"must have a column of times and {'one' if named else 'at least one'} of values"
            self.faults.add(place, f"{what} (found {listed(header)})", "See docs/how-to/forecast-demand.md.", "header")
            return None, []
        return others[0], others[1:]

    def _groups(self, time: int, zone: ZoneInfo) -> dict[tuple[str, str] | None, _Rows]:
        """Return the rows of each named series, or of the whole file under None."""
        header, cells = self.raw.header, self.raw.cells
        columns = [cells[header.index(name)] if name in header else None for name in NAMES]
        named = any(column is not None for column in columns)
        found: dict[tuple[str, str] | None, list[tuple[int, int, int, int, int]]] = {}
        clocks: dict[tuple[str, str] | None, Clock] = {}
        for index, (line, cell) in enumerate(zip(self.raw.lines, cells[time], strict=True)):
            key = self._key(index, columns) if named else None
            moment = clocks.setdefault(key, Clock(zone)).read(cell)
            if isinstance(moment, Problem):
                self.faults.add(f"{self.raw.file}:{line} {header[time]}", moment.what, moment.mend, moment.code)
            else:
                found.setdefault(key, []).append((line, moment.instant, moment.day, moment.hour, index))
        return {key: _Rows(*np.array(rows, dtype=np.int64).T) for key, rows in found.items()}

    def _key(self, index: int, columns: Sequence[list[str] | None]) -> tuple[str, str]:
        names = ["" if column is None else column[index].strip() for column in columns]
        for name, column, found in zip(NAMES, columns, names, strict=True):
            if column is not None and not found:
                place = f"{self.raw.file}:{self.raw.lines[index]} {name}"
                self.faults.add(place, "has no value", "Give one, or delete the row.", "no-value")
        return names[0] or "requests", names[1] or EVERYWHERE

    def _series(
        self, key: tuple[str, str] | None, rows: _Rows, step_s: int, values: Sequence[int]
    ) -> list[HistorySeries]:
        self.disorder += int((np.diff(rows.instants) < 0).sum())
        order = np.argsort(rows.instants, kind="stable")
        of_it = "" if key is None else f" of {key[0]}/{key[1]}"
        place, beside = places(rows.instants, rows.days, step_s)
        for row in np.flatnonzero(beside).tolist():
            what = f"begins between two steps of {step_s / 60:g} minutes (found {self._time(rows, row)})"
            self.faults.add(f"{self.raw.file}:{rows.lines[row]}", what, "Correct the time.", "off-grid")
        self._refuse_repeated(rows, place, of_it)
        self._note_gaps(rows, place, order, of_it)
        return [self._one(key, column, rows, order) for column in values]

    def _time(self, rows: _Rows, row: int) -> str:
        time = next(i for i, name in enumerate(self.raw.header) if name not in NAMES)
        return str(self.raw.cells[time][rows.index[row]]).strip()

    def _refuse_repeated(self, rows: _Rows, place: Ints, of_it: str) -> None:
        _, first = np.unique(place, return_index=True)  # the first in the order of the file
        first_of = dict(zip(place[first].tolist(), first.tolist(), strict=True))
        for row in np.setdiff1d(np.arange(place.size), first).tolist():
            self.counts["duplicate"] += 1
            line = rows.lines[first_of[int(place[row])]]
            what = f"second row{of_it} for {self._time(rows, row)} (the first is on line {line})"
            self.faults.add(f"{self.raw.file}:{rows.lines[row]}", what, "Delete one of the two.", "duplicate-row")

    def _note_gaps(self, rows: _Rows, place: Ints, order: Ints, of_it: str) -> None:
        ordered = place[order]
        for before in np.flatnonzero(np.diff(ordered) > 1):
            self.counts["gap"] += 1
            last, after = order[before], order[before + 1]
            count = int(ordered[before + 1] - ordered[before] - 1)
            many = counted(count, "step is", "steps are")
            text = f"{many} missing{of_it} between {self._time(rows, last)} and {self._time(rows, after)}"
            self.notices.append(Notice(int(rows.lines[after]), "gap", text))

    def _one(self, key: tuple[str, str] | None, column: int, rows: _Rows, order: Ints) -> HistorySeries:
        name = self.raw.header[column]
        read = read_column(_VALUE, [self.raw.cells[column][index] for index in rows.index])
        for row, problem in sorted(read.problems.items()):
            place = f"{self.raw.file}:{rows.lines[row]} {name}"
            self.faults.add(place, problem.what, problem.mend, problem.code)
        values = np.array([np.nan if value is None else value for value in read.values], dtype=float)
        for row in np.flatnonzero(values < 0.0).tolist():
            self.counts["negative value"] += 1
            what = f"must be at least 0 (found {values[row]:g})"
            place = f"{self.raw.file}:{rows.lines[row]} {name}"
            self.faults.add(place, what, "Correct the value, or leave the cell empty.", "negative")
        for row in np.flatnonzero(np.isnan(values)).tolist():
            if row not in read.problems:
                self.notices.append(Notice(int(rows.lines[row]), "empty", f"{name} has no value"))
        service, _, origin = name.partition("/") if key is None else (key[0], "", key[1])
        return HistorySeries(service, origin or EVERYWHERE, rows.days[order], rows.hours[order], values[order])

"""Logs of arrivals: a row for each request, or counts in short steps, read strictly and many rows at a time."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from optimizer.domain.forecast import Notice
from optimizer.domain.scenario import Floats
from optimizer.domain.words import counted
from optimizer.inputs.faults import Faults
from optimizer.inputs.files import decode, read_bytes
from optimizer.inputs.history import EVERYWHERE, NAMES
from optimizer.inputs.history_times import FIRST_YEAR, LAST_YEAR, Ints
from optimizer.inputs.log_cells import LogCells, read_cells
from optimizer.inputs.log_counts import counted_series
from optimizer.inputs.log_requests import requested_series, times_kept
from optimizer.inputs.log_silences import apart, length_of
from optimizer.inputs.log_times import EPOCH_UNITS, Flags, read_stamps, settle
from optimizer.inputs.wording import did_you_mean, listed, show

#: Columns that are taken for counts without being asked for.
COUNT_NAMES = ("requests", "count", "counts")
#: Columns that are taken for times, whatever their case, where there are several.
TIME_NAMES = ("time", "timestamp", "ts", "datetime", "date_time", "date", "@timestamp")
#: A clock that is set back shows an earlier time by more than this; requests of several servers mix by less.
CLOCK_BACK_S = 1800.0
MEND_TIME = f"Write 2026-07-31T18:05:07.250+02:00, or {listed(EPOCH_UNITS)} since 1970; {FIRST_YEAR} to {LAST_YEAR}."
GUIDE = "See docs/how-to/measure-burstiness.md."


@dataclass(frozen=True, slots=True, eq=False)
class LogSeries:
    """Counts of one series in even steps from `start_s` on, seconds since 1970; nan where nothing is known.

    `times_s` is when each request came, rising, where that was asked for and the log has a row for each.
    """

    service: str
    origin: str
    start_s: float
    counts: Floats
    times_s: Floats | None = None


@dataclass(frozen=True, slots=True)
class ArrivalLog:
    """A log that can be used.

    Parameters
    ----------
    kind
        ``requests``, a row each, or ``counts``.
    step_s
        Seconds of a step: as the file counts, or as finely as it tells time, 1 at least.
    """

    file: str
    sha256: str
    kind: str
    step_s: int
    rows: int
    rows_out_of_order: int
    notices: tuple[Notice, ...]
    series: tuple[LogSeries, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is said of a log beside it: the clock, the columns, and names for a file that has none."""

    zone: ZoneInfo
    time: str | None = None
    counts: str | None = None
    service: str = "requests"
    origin: str = EVERYWHERE
    missing_is_zero: bool = False
    keep_times: bool = False


def read_log(path: Path, asked: Asked) -> ArrivalLog:
    """Read a log of arrivals; time grows with its rows, memory by some 180 bytes for each.

    Raises
    ------
    InputError
        With every fault.
    """
    faults, shown = Faults(), str(path)
    content = read_bytes(path, shown, faults)
    text = None if content is None else decode(content, shown, faults)
    cells = None if text is None else read_cells(text, shown, faults)
    if content is None or cells is None:
        faults.refuse()
    found = _Reading(shown, cells, asked, faults).log(hashlib.sha256(content).hexdigest())
    faults.raise_if_any()
    assert found is not None
    return found


class _Reading:
    """One reading of a log, and what was found in it so far."""

    def __init__(self, file: str, cells: LogCells, asked: Asked, faults: Faults) -> None:
        self.file, self.cells, self.asked, self.faults = file, cells, asked, faults
        self.notices: list[Notice] = []
        self.disorder = 0

    def log(self, sha256: str) -> ArrivalLog | None:
        """Return the log, or None and faults."""
        place = f"{self.file}:{self.cells.header_line}"
        told = len(self.faults)
        time, counts = self._columns(place)
        if len(self.faults) > told:
            return None
        if not len(self.cells):
            self.faults.add_unless_told(place, "has a header and no rows", "Add rows.", "empty")
            return None
        groups = self._groups()
        read = [read_stamps(chunk) for chunk in self.cells.chunks(time)]
        seconds, local = np.concatenate([one.seconds for one in read]), np.concatenate([one.local for one in read])
        self._refuse_no_times(seconds, time)
        for rows in groups.values():
            self._settle(seconds, local, rows, time, is_counts=counts is not None)
        self._refuse_apart(seconds, time)
        if counts is None and len(self.faults):
            return None
        if counts is None:
            step, series, notices = requested_series(
                self.file, self.cells, seconds, groups, self.asked.zone, self.faults
            )
        else:
            missing = 0.0 if self.asked.missing_is_zero else np.nan
            step, series, notices = counted_series(
                self.file, self.cells, (time, counts), seconds, groups, self.faults, missing=missing
            )
        if step is None or len(self.faults):
            return None
        kind = "requests" if counts is None else "counts"
        told_of = tuple(sorted([*self.notices, *notices], key=lambda notice: notice.line))
        times = times_kept(seconds, groups) if counts is None and self.asked.keep_times else {}
        made = tuple(LogSeries(*key, start, values, times.get(key)) for key, start, values in series)
        return ArrivalLog(self.file, sha256, kind, step, len(self.cells), self.disorder, told_of, made)

    def _columns(self, place: str) -> tuple[int, int | None]:
        """Return the columns of times and of counts, if there is one."""
        header, told = self.cells.header, len(self.faults)
        for name in sorted(name for name, count in Counter(header).items() if count > 1):
            self.faults.add(f"{place} {name}", "column is there twice", "Keep one of them.", "duplicate-column")
        for option, asked in (("--time", self.asked.time), ("--counts", self.asked.counts)):
            if asked is not None and asked not in header:
                what = f"no such column (found {show(asked)})"
                self.faults.add(option, what, did_you_mean(asked, header, "columns"), "unknown-name")
        if len(self.faults) > told:
            return 0, None
        counts = self.asked.counts or self._only("counts", [name for name in header if name in COUNT_NAMES], place)
        others = [name for name in header if name not in (*NAMES, counts)]
        if self.asked.time is None:
            self._only("time", [name for name in others if name.lower() in TIME_NAMES], place)
        if len(self.faults) > told:
            return 0, None
        time = self.asked.time or next(iter(others), None)
        if time is None or time == counts:
            self.faults.add(place, f"must have a column of times (found {listed(header)})", GUIDE, "header")
            return 0, None
        return header.index(time), None if counts is None else header.index(counts)

    def _only(self, option: str, names: list[str], place: str) -> str | None:
        """Return the one name there may be of a column; a second is a fault, as the file does not say which holds."""
        if len(names) > 1:
            what = f"gives {option.replace('time', 'times')} in {len(names)} columns (found {listed(names)})"
            self.faults.add(place, what, f"Name the one to read with --{option}.", "ambiguous-columns")
        return next(iter(names), None)

    def _groups(self) -> dict[tuple[str, str], Ints]:
        """Return the rows of each series, in the order of the file."""
        codes = np.zeros(len(self.cells), dtype=np.int64)
        labels: list[list[str]] = []
        for name, other in zip(NAMES, (self.asked.service, self.asked.origin), strict=True):
            if name not in self.cells.header:
                labels.append([other])
                continue
            column = self.cells.header.index(name)
            known, code = np.unique(np.concatenate(list(self.cells.chunks(column))), return_inverse=True)
            labels.append([cell.decode("utf-8", "replace") for cell in known.tolist()])
            for row in np.flatnonzero(code == labels[-1].index("")) if "" in labels[-1] else ():
                place = f"{self.file}:{self.cells.lines[row]} {name}"
                self.faults.add(place, "has no value", "Give one, or delete the row.", "no-value")
            codes = codes * known.size + code
        every = [(service, origin) for service in labels[0] for origin in labels[1]]
        return {every[code]: np.flatnonzero(codes == code) for code in np.unique(codes).tolist()}

    def _refuse_no_times(self, seconds: Floats, time: int) -> None:
        for row in np.flatnonzero(np.isnan(seconds)).tolist():
            place = f"{self.file}:{self.cells.lines[row]} {self.cells.header[time]}"
            cell = self.cells.cell(time, row)
            what = f"not a time (found {show(cell)})" if cell else "has no time"
            self.faults.add(place, what, MEND_TIME, "not-a-time")

    def _refuse_apart(self, seconds: Floats, time: int) -> None:
        """Refuse few rows far from all others: their silence would be most of what is planned for."""
        known = np.flatnonzero(~np.isnan(seconds))
        places, apart_s = apart(seconds[known])
        for row, by_s in zip(known[places].tolist(), apart_s.tolist(), strict=True):
            place = f"{self.file}:{self.cells.lines[row]} {self.cells.header[time]}"
            what = f"stands {length_of(by_s)} apart from nearly all rows (found {self.cells.cell(time, row)})"
            self.faults.add(place, what, "Correct the time, or delete the row.", "apart")

    def _settle(self, seconds: Floats, local: Flags, rows: Ints, time: int, *, is_counts: bool) -> None:
        """Bring the local times of one series to UTC, in place."""
        of_clock = rows[local[rows] & ~np.isnan(seconds[rows])]
        if of_clock.size and self.asked.zone.key != "UTC":
            settled = settle(seconds[of_clock], self.asked.zone, _counts_repeat if is_counts else _clock_goes_back)
            seconds[of_clock] = settled.seconds
            for row in of_clock[settled.skipped].tolist():
                place = f"{self.file}:{self.cells.lines[row]} {self.cells.header[time]}"
                found = self.cells.cell(time, row)
                what = f"no such time in {self.asked.zone.key}, where clocks go forward then (found {found})"
                mend = "Name the zone of the file with --timezone, or write offsets."
                self.faults.add(place, what, mend, "no-such-time")
            if settled.twice.any():
                line = int(self.cells.lines[of_clock[np.argmax(settled.twice)]])
                many = counted(int(settled.twice.sum()), "row is", "rows are")
                text = f"{many} in an hour that clocks repeat, told apart by their order"
                self.notices.append(Notice(line, "twice", text))
        known = rows[~np.isnan(seconds[rows])]
        back = np.flatnonzero(np.diff(seconds[known]) < 0.0)
        self.disorder += back.size
        if back.size:
            many = counted(back.size, "row is", "rows are")
            text = f"{many} earlier than the row before, this one first: sorted"
            self.notices.append(Notice(int(self.cells.lines[known[back[0] + 1]]), "disorder", text))


def _clock_goes_back(times: Floats) -> int:
    """Place of the first time much earlier than the one before; the end where there is none."""
    back = np.flatnonzero(np.diff(times) < -CLOCK_BACK_S)
    return int(back[0]) + 1 if back.size else times.size


def _counts_repeat(times: Floats) -> int:
    """Place of the first step that is there again."""
    back = np.flatnonzero(np.diff(times) <= 0.0)
    return int(back[0]) + 1 if back.size else times.size

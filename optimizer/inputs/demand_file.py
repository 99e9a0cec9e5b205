"""Demand files: what a CSV of rates may hold, and its rates as arrays over origins and periods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats
from optimizer.inputs.columns import Column
from optimizer.inputs.csv_table import RawTable, Table, read_raw_table, read_table
from optimizer.inputs.faults import Faults
from optimizer.inputs.schema import HIGHEST_RATE_PER_S
from optimizer.inputs.wording import did_you_mean, show
from optimizer.units import HOURS_PER_DAY

DEMANDS = ("low", "mid", "high")
KEY = ("service", "origin", "day_type", "hour")
#: Rounding in a file may put a mean above its peak by this share.
TOLERANCE = 1e-9


def demand_columns(planned: str | None) -> tuple[Column, ...]:
    """Return the columns of a demand file; only the demand planned for must be there."""
    names = (Column("service"), Column("origin"), Column("day_type"), Column("hour", "whole", low=0, high=23))
    rate = Column("", "number", low=0.0, high=HIGHEST_RATE_PER_S)
    return (*names, *(replace(rate, name=name, required=name == planned) for name in ("mean", *DEMANDS)))


@dataclass(frozen=True, eq=False)
class DemandFile:
    """A demand file that was read once; several services may take their series from it."""

    table: Table
    given: tuple[str, ...]
    sha256: str

    @cached_property
    def rows_of(self) -> Mapping[str, list[int]]:
        """Row indices of each series."""
        found: dict[str, list[int]] = {}
        for row, name in enumerate(self.table.columns["service"]):
            if name is not None:
                found.setdefault(name, []).append(row)
        return found

    @cached_property
    def rates(self) -> Mapping[str, Floats]:
        """Rates of each column given, shape (rows,); not a number where a cell cannot be used."""
        return {name: np.array(self.table.columns[name], dtype=float) for name in self.given}


def read_demand_file(text: str, shown: str, sha256: str, planned: str | None, faults: Faults) -> DemandFile | None:
    """Read a demand file; None where it cannot be split into rows at all.

    Parameters
    ----------
    shown
        Name of the file as the scenario writes it.
    planned
        The demand that capacity is planned for, None where the scenario does not say.
    """
    raw = read_raw_table(text, shown, faults)
    if raw is None:
        return None
    table = read_table(raw, demand_columns(planned), KEY, faults)
    given = tuple(name for name in ("mean", *DEMANDS) if name in raw.header)
    file = DemandFile(table, given, sha256)
    _refuse_empty(raw, faults)
    _refuse_disorder(file, faults)
    highest = next((name for name in reversed(DEMANDS) if name in given), None)
    if highest is not None and "mean" in given:
        mend = f"`mean` is the hour's average, `{highest}` its busiest five minutes: correct one of the two."
        _refuse_above(file, "mean", highest, mend, faults)
    return file


def _refuse_empty(raw: RawTable, faults: Faults) -> None:
    if not raw.rows:
        faults.add_unless_told(f"{raw.file}:{raw.header_line}", "has a header and no rows", "Add rows.", "empty")


def _refuse_disorder(file: DemandFile, faults: Faults) -> None:
    for lower, upper in pairwise(name for name in DEMANDS if name in file.given):
        _refuse_above(file, lower, upper, "Order the three as low <= mid <= high.", faults)


def _refuse_above(file: DemandFile, lower: str, upper: str, mend: str, faults: Faults) -> None:
    """Tell each row in which the value of `lower` exceeds that of `upper`."""
    table, low, high = file.table, file.rates[lower], file.rates[upper]
    for row in np.flatnonzero(low > high * (1.0 + TOLERANCE)):
        what = f"must be at most {upper}, {high[row]:g} (found {low[row]:g})"
        faults.add(table.where(int(row), lower), what, mend, "out-of-order")


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Rates of one series by column (``mean`` too where the file has it), shape (origins, periods)."""

    by_column: Mapping[str, Floats]
    silent_origins: tuple[str, ...]


def rates_of(
    file: DemandFile, series: str, where: str, origins: Sequence[str], day_types: Sequence[str], faults: Faults
) -> Rates | None:
    """Return the rates of one series, zero for origins without a row.

    Parameters
    ----------
    where
        Place that names the series in the scenario, for the fault that there is none.
    origins, day_types
        Names the scenario knows, in its order; period = day type x 24 + hour.

    Returns
    -------
    Rates or None
        None, and faults, where names are unknown, hours are missing or cells cannot be used.
    """
    rows = file.rows_of.get(series)
    if rows is None:
        if len(file.rows_of) or not file.table.faulty:
            what = f"no rows of that series in {file.table.file} (found {show(series)})"
            faults.add_unless_told(where, what, did_you_mean(series, file.rows_of, "series"), "unknown-name")
        return None
    origin = _codes(file.table, rows, "origin", origins, faults)
    day_type = _codes(file.table, rows, "day_type", day_types, faults)
    hour = np.array([-1 if value is None else value for value in _take(file.table, rows, "hour")])
    placed = (origin >= 0) & (day_type >= 0) & (hour >= 0)
    cell = (origin * len(day_types) + day_type) * HOURS_PER_DAY + hour
    shape = (len(origins), len(day_types), HOURS_PER_DAY)
    count = np.bincount(cell[placed], minlength=int(np.prod(shape))).reshape(shape)
    if placed.all() and None not in file.table.columns["service"]:
        _refuse_missing_hours(file.table.file, series, count, origins, day_types, faults)
    if file.table.faulty.intersection(rows) or not placed.all() or not _complete(count):
        return None
    silent = tuple(name for number, name in enumerate(origins) if not count[number].any())
    return Rates({name: _spread(values[rows], cell, shape) for name, values in file.rates.items()}, silent)


def _spread(values: Floats, cell: NDArray[np.int64], shape: tuple[int, int, int]) -> Floats:
    spread = np.zeros(int(np.prod(shape)))
    spread[cell] = values
    return spread.reshape(shape[0], -1)


def _take(table: Table, rows: Sequence[int], column: str) -> list[object]:
    values = table.columns[column]
    return [values[row] for row in rows]


def _codes(table: Table, rows: Sequence[int], column: str, names: Sequence[str], faults: Faults) -> NDArray[np.int64]:
    """Return the index in `names` of each row's name, -1 and a fault for names that are not among them."""
    index = {name: code for code, name in enumerate(names)}
    found = _take(table, rows, column)
    unknown = Counter(name for name in found if name is not None and name not in index)
    for name, times in unknown.items():
        what = f"unknown {column.replace('_', ' ')} (found {show(name)} in {times} rows)"
        mend = did_you_mean(str(name), names, f"{column.replace('_', ' ')}s")
        faults.add_unless_told(table.where(rows[found.index(name)], column), what, mend, "unknown-name")
    return np.array([index.get(str(name), -1) if name is not None else -1 for name in found], dtype=np.int64)


def _complete(count: NDArray[np.int64]) -> bool:
    """Whether each origin has every hour once, or no row at all."""
    return bool(((count == 1).all(axis=(1, 2)) | (count == 0).all(axis=(1, 2))).all())


def _refuse_missing_hours(
    file: str, series: str, count: NDArray[np.int64], origins: Sequence[str], day_types: Sequence[str], faults: Faults
) -> None:
    for o, origin in enumerate(origins):
        if not count[o].any():
            continue
        for d, day_type in enumerate(day_types):
            hours = np.flatnonzero(count[o, d] == 0)
            if hours.size:
                place = f"{file} {series}, {origin}, {day_type}"
                what = f"no row for hours {', '.join(str(hour) for hour in hours)}"
                faults.add_unless_told(place, what, "Add one row for each hour.", "missing-hours")

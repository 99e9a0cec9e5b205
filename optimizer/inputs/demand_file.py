"""Demand files: what a CSV of rates may hold, and its rates as arrays over origins and periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats
from optimizer.domain.words import counted
from optimizer.inputs.collection import collection_put_off
from optimizer.inputs.columns import Column
from optimizer.inputs.csv_table import Table, read_table
from optimizer.inputs.faults import Faults
from optimizer.inputs.raw_table import RawTable, read_raw_table
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
    def rows_of(self) -> Mapping[str, NDArray[np.int64]]:
        """Row indices of each series."""
        names, codes = self.names["service"]
        order = np.argsort(codes, kind="stable")
        first = np.searchsorted(codes[order], np.arange(len(names) + 1))
        return {name: order[first[code] : first[code + 1]] for code, name in enumerate(names)}

    @cached_property
    def names(self) -> Mapping[str, tuple[tuple[str, ...], NDArray[np.int64]]]:
        """Names in each column of names, in order of appearance, and which of them each row has; -1 for none."""
        return {column: _coded(self.table.columns[column]) for column in KEY if column != "hour"}

    @cached_property
    def every_row_is_named(self) -> bool:
        """Whether it is known of each row which series it belongs to."""
        return None not in self.table.columns["service"]

    @cached_property
    def hours(self) -> NDArray[np.int64]:
        """Hour of each row, -1 where it cannot be used."""
        hours = self.table.columns["hour"]
        return np.array([-1 if hour is None else hour for hour in hours] if None in hours else hours, dtype=np.int64)

    @cached_property
    def faulty(self) -> NDArray[np.bool_]:
        """Whether each row has a cell that cannot be used."""
        faulty = np.zeros(len(self.table), dtype=bool)
        faulty[list(self.table.faulty)] = True
        return faulty

    @cached_property
    def rates(self) -> Mapping[str, Floats]:
        """Rates of each column given, shape (rows,); not a number where a cell cannot be used."""
        return {name: np.array(self.table.columns[name], dtype=float) for name in self.given}


def _coded(column: Sequence[str | None]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    names = tuple(name for name in dict.fromkeys(column) if name is not None)
    codes: dict[str | None, int] = {None: -1, **{name: code for code, name in enumerate(names)}}
    return names, np.fromiter(map(codes.__getitem__, column), dtype=np.int64, count=len(column))


@collection_put_off()
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
    return None if raw is None else demand_of(raw, sha256, planned, faults)


def demand_of(raw: RawTable, sha256: str, planned: str | None, faults: Faults) -> DemandFile:
    """Read the rows of a demand file; parameters as of `read_demand_file`."""
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
    if not len(raw):
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
    file: DemandFile,
    series: str,
    where: str,
    origins: Sequence[str],
    day_types: Sequence[str],
    faults: Faults,
    listed_in: str = "",
) -> Rates | None:
    """Return the rates of one series, zero for origins without a row.

    Parameters
    ----------
    where
        Place that names the series in the scenario, for the fault that there is none.
    origins, day_types
        Names the scenario knows, in its order; period = day type x 24 + hour.
    listed_in
        File that lists these names.

    Returns
    -------
    Rates or None
        None, and faults, where names are unknown, hours are missing or cells cannot be used.
    """
    rows = file.rows_of.get(series)
    if rows is None:
        if file.rows_of:  # a file without a name was told already
            what = f"no rows of that series in {file.table.file} (found {show(series)})"
            faults.add_unless_told(where, what, did_you_mean(series, file.rows_of, "series"), "unknown-name")
        return None
    origin = _codes(file, rows, "origin", origins, listed_in, faults)
    day_type = _codes(file, rows, "day_type", day_types, listed_in, faults)
    hour = file.hours[rows]
    placed = (origin >= 0) & (day_type >= 0) & (hour >= 0)
    cell = (origin * len(day_types) + day_type) * HOURS_PER_DAY + hour
    shape = (len(origins), len(day_types), HOURS_PER_DAY)
    count = np.bincount(cell[placed], minlength=int(np.prod(shape))).reshape(shape)
    if placed.all() and file.every_row_is_named:
        _refuse_missing_hours(file.table.file, series, count, origins, day_types, faults)
    if file.faulty[rows].any() or not placed.all() or not _complete(count):
        return None
    silent = tuple(name for number, name in enumerate(origins) if not count[number].any())
    return Rates({name: _spread(values[rows], cell, shape) for name, values in file.rates.items()}, silent)


def _spread(values: Floats, cell: NDArray[np.int64], shape: tuple[int, int, int]) -> Floats:
    spread = np.zeros(int(np.prod(shape)))
    spread[cell] = values
    return spread.reshape(shape[0], -1)


def _codes(
    file: DemandFile, rows: NDArray[np.int64], column: str, known: Sequence[str], listed_in: str, faults: Faults
) -> NDArray[np.int64]:
    """Return the index in `known` of each row's name, -1 and a fault for names that are not among them."""
    index = {name: code for code, name in enumerate(known)}
    names, codes = file.names[column]
    found = codes[rows]
    for code in np.unique(found):
        if code >= 0 and names[code] not in index:
            of_it = np.flatnonzero(found == code)
            what = f"unknown {column.replace('_', ' ')} (found {show(names[code])} in {counted(of_it.size, 'row')})"
            mend = did_you_mean(names[code], known, f"{column.replace('_', ' ')}s", listed_in)
            faults.add_unless_told(file.table.where(int(rows[of_it[0]]), column), what, mend, "unknown-name")
    return np.array([*(index.get(name, -1) for name in names), -1], dtype=np.int64)[found]


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

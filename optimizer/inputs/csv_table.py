"""The one reader of CSV files: a header of declared columns, then rows, every fault with its line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.errors import FAULTS_SHOWN
from optimizer.inputs.columns import Column, Problem, read_column
from optimizer.inputs.faults import Faults
from optimizer.inputs.raw_table import RawTable
from optimizer.inputs.wording import cut, decimal_comma_mend, did_you_mean, listed, show

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file as values by column; `faulty` holds the indices of rows with a cell that cannot be used."""

    file: str
    lines: list[int]
    columns: dict[str, Sequence[Any]]
    faulty: frozenset[int]

    def __len__(self) -> int:
        return len(self.lines)

    def where(self, row: int, column: str) -> str:
        """Place of a cell: ``demand.csv:88 high``."""
        return f"{self.file}:{self.lines[row]} {column}"

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Yield index and values of each row without a fault."""
        names = list(self.columns)
        for index, values in enumerate(zip(*self.columns.values(), strict=True)):
            if index not in self.faulty:
                yield index, dict(zip(names, values, strict=True))


def read_table(raw: RawTable, declared: Sequence[Column], key: Sequence[str], faults: Faults) -> Table:
    """Turn a raw table into values.

    Parameters
    ----------
    declared
        The columns there may be; an absent one that is not required reads as None throughout.
    key
        Columns that together name a row; two rows of the same name are a fault.
    faults
        Takes unknown, missing and repeated columns, cells, and repeated rows.
    """
    known = {column.name: column for column in declared}
    _check_header(raw, known, faults)
    cells = dict(zip(raw.header, raw.cells, strict=True))
    columns: dict[str, Sequence[Any]] = {}
    faulty: set[int] = set()
    for name, column in known.items():
        if name not in cells:
            columns[name] = [None] * len(raw)
            continue
        read = read_column(column, cells[name])
        columns[name] = read.values
        for row, problem in sorted(read.problems.items()):
            faults.add(
                f"{raw.file}:{raw.lines[row]} {name}", problem.what, _mend(problem, raw, cells[name][row]), problem.code
            )
        faulty.update(read.problems)
    if any(column.required and name not in raw.header for name, column in known.items()):
        faulty.update(range(len(raw)))
    table = Table(raw.file, raw.lines, columns, frozenset(faulty))
    _refuse_repeated_rows(table, key, faults)
    return table


def _mend(problem: Problem, raw: RawTable, cell: str) -> str:
    """Return the mend of a cell; where semicolons separate, a comma is more likely a decimal one."""
    if problem.code == "not-a-number" and raw.separator == ";":
        return decimal_comma_mend(cell.strip()) or problem.mend
    return problem.mend


def _check_header(raw: RawTable, known: dict[str, Column], faults: Faults) -> None:
    place = f"{raw.file}:{raw.header_line}"
    counts = Counter(raw.header)
    for number, name in enumerate(sorted(counts.keys() - known)):
        mend = did_you_mean(name, known, "columns") if number < FAULTS_SHOWN else "Delete it."
        faults.add(f"{place} {cut(name)}".rstrip(), f"unknown column (found {show(name)})", mend, "unknown-column")
    for name in sorted(name for name, times in counts.items() if times > 1):
        what = f"column is there {counts[name]} times"
        faults.add(f"{place} {cut(name)}".rstrip(), what, "Keep one of them.", "duplicate-column")
    for name, column in known.items():
        if column.required and name not in counts:
            what = f"column is missing (found {listed(counts)})"
            faults.add(f"{place} {name}", what, f"Add a column {name}.", "missing-column")


def _refuse_repeated_rows(table: Table, key: Sequence[str], faults: Faults) -> None:
    parts = [table.columns[column] for column in key]
    if len(set(zip(*parts, strict=True))) == len(table):
        return
    first: dict[tuple[Any, ...], int] = {}
    for index, name in enumerate(zip(*parts, strict=True)):
        if index in table.faulty:
            continue
        earlier = first.setdefault(name, index)
        if earlier != index:
            shown = ", ".join("" if part is None else str(part) for part in name)
            what = f"second row for {shown} (the first is on line {table.lines[earlier]})"
            faults.add(f"{table.file}:{table.lines[index]}", what, "Delete one of the two.", "duplicate-row")

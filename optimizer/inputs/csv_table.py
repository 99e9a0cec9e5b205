"""The one reader of CSV files: a header of declared columns, then rows, every fault with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.inputs.columns import Column, read_column
from optimizer.inputs.faults import Faults
from optimizer.inputs.wording import did_you_mean, listed, show

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RawTable:
    """A CSV file as text: stripped header and its line, rows of as many cells, and the line each row begins on."""

    file: str
    header: tuple[str, ...]
    header_line: int
    rows: list[list[str]]
    lines: list[int]


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


def read_raw_table(text: str, file: str, faults: Faults) -> RawTable | None:
    """Split CSV text into a header and rows of equal length.

    Commas or semicolons separate, lines may end in any way, lines without a value are skipped.

    Returns
    -------
    RawTable or None
        None where there is no header, or the text is no CSV.
    """
    first_line = text[: text.find("\n")] if "\n" in text else text
    separator = ";" if ";" in first_line and "," not in first_line else ","
    split = _split(text, separator, file, faults)
    if split is None:
        return None
    rows, lines = split
    if not rows:
        faults.add(file, "is empty", "Write a header line and rows.", "empty")
        return None
    header = tuple(cell.strip() for cell in rows[0])
    return RawTable(file, header, lines[0], *_rows_of_length(len(header), rows[1:], lines[1:], file, faults))


def _split(text: str, separator: str, file: str, faults: Faults) -> tuple[list[list[str]], list[int]] | None:
    """Return the rows with a value and the line each begins on; None, with a fault, for what is no CSV."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    ends: list[int] = []
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
    except csv.Error as error:
        begins = ends[-1] + 1 if ends else 1
        mend = "Check the quotes there: a quoted cell must be closed."
        faults.add(f"{file}:{begins}", f"not readable as CSV ({error})", mend, "csv-syntax")
        return None
    begins_at = [1, *(end + 1 for end in ends[:-1])]
    if all(row and row[0] for row in rows):
        return rows, begins_at
    kept = [index for index, row in enumerate(rows) if any(row)]
    return [rows[index] for index in kept], [begins_at[index] for index in kept]


def _rows_of_length(
    length: int, rows: list[list[str]], lines: list[int], file: str, faults: Faults
) -> tuple[list[list[str]], list[int]]:
    if set(map(len, rows)) <= {length}:
        return rows, lines
    wrong = [index for index, row in enumerate(rows) if len(row) != length]
    for index in wrong:
        what = f"has {len(rows[index])} cells where the header has {length}"
        mend = "Give each column a cell, and put cells that hold a separator in quotes."
        faults.add(f"{file}:{lines[index]}", what, mend, "row-length")
    kept = sorted(set(range(len(rows))) - set(wrong))
    return [rows[index] for index in kept], [lines[index] for index in kept]


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
    cells = {name: [row[index] for row in raw.rows] for index, name in enumerate(raw.header)}
    columns: dict[str, Sequence[Any]] = {}
    faulty: set[int] = set()
    for name, column in known.items():
        if name not in cells:
            columns[name] = [None] * len(raw.rows)
            continue
        read = read_column(column, cells[name])
        columns[name] = read.values
        for row, problem in sorted(read.problems.items()):
            faults.add(f"{raw.file}:{raw.lines[row]} {name}", problem.what, problem.mend, problem.code)
        faulty.update(read.problems)
    if any(column.required and name not in raw.header for name, column in known.items()):
        faulty.update(range(len(raw.rows)))
    table = Table(raw.file, raw.lines, columns, frozenset(faulty))
    _refuse_repeated_rows(table, key, faults)
    return table


def _check_header(raw: RawTable, known: dict[str, Column], faults: Faults) -> None:
    place = f"{raw.file}:{raw.header_line}"
    for name in sorted(set(raw.header) - set(known)):
        mend = did_you_mean(name, known, "columns")
        faults.add(f"{place} {name}".rstrip(), f"unknown column (found {show(name)})", mend, "unknown-column")
    for name in sorted({name for name in raw.header if raw.header.count(name) > 1}):
        what = f"column is there {raw.header.count(name)} times"
        faults.add(f"{place} {name}".rstrip(), what, "Keep one of them.", "duplicate-column")
    for name, column in known.items():
        if column.required and name not in raw.header:
            what = f"column is missing (found {listed(raw.header)})"
            faults.add(f"{place} {name}", what, f"Add a column {name}.", "missing-column")


def _refuse_repeated_rows(table: Table, key: Sequence[str], faults: Faults) -> None:
    first: dict[tuple[Any, ...], int] = {}
    for index, name in enumerate(zip(*(table.columns[column] for column in key), strict=True)):
        if index in table.faulty:
            continue
        earlier = first.setdefault(name, index)
        if earlier != index:
            shown = ", ".join("" if part is None else str(part) for part in name)
            what = f"second row for {shown} (the first is on line {table.lines[earlier]})"
            faults.add(f"{table.file}:{table.lines[index]}", what, "Delete one of the two.", "duplicate-row")

"""CSV text split into columns of cells, each row with its line; what the cells mean is not asked here."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.inputs.faults import Faults

_LINE_END = ord("\n")


@dataclass(frozen=True, slots=True)
class RawTable:
    """A CSV file as text: stripped header and its line, cells by column, and the line each row begins on."""

    file: str
    header: tuple[str, ...]
    header_line: int
    cells: Sequence[list[str]]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Cells by row."""
        return list(zip(*self.cells, strict=True))


def read_raw_table(text: str, file: str, faults: Faults) -> RawTable | None:
    """Split CSV text into a header and columns of equal length.

    Commas separate, or semicolons where the header has no comma; lines may end in any way, lines without a value are
    skipped.

    Returns
    -------
    RawTable or None
        None where there is no header, or the text is no CSV.
    """
    first_line = text.lstrip("\r\n")[:100_000].split("\n", 1)[0].split("\r", 1)[0]
    separator = ";" if ";" in first_line and "," not in first_line else ","
    plain = _split_plain(text, separator, file)
    return _split(text, separator, file, faults) if plain is None else plain


def _split_plain(text: str, separator: str, file: str) -> RawTable | None:
    """Split text without quotes, gaps or rows of another length, at once; None for any other."""
    if '"' in text:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    width = text.count(separator, 0, text.index("\n")) + 1
    if f"\n{separator * (width - 1)}\n" in f"\n{text}":  # a line without a value
        return None
    found = np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)
    found = found[(found == ord(separator)) | (found == _LINE_END)]
    if found.size % width:
        return None
    is_end = found.reshape(-1, width) == _LINE_END
    if not is_end[:, -1].all() or is_end[:, :-1].any():
        return None
    cells = text.replace("\n", separator).split(separator)[:-1]
    header = tuple(cell.strip() for cell in cells[:width])
    columns = [cells[width + column :: width] for column in range(width)]
    return RawTable(file, header, 1, columns, list(range(2, len(columns[0]) + 2)))


def _split(text: str, separator: str, file: str, faults: Faults) -> RawTable | None:
    """Split any text: quotes, breaks inside them, gaps, and rows of a wrong length, which are told."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    ends: list[int] = []
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
    except csv.Error as error:
        mend = "Check the quotes there: a quoted cell must be closed."
        line = ends[-1] + 1 if ends else 1
        faults.add(f"{file}:{line}", f"not readable as CSV ({error})", mend, "csv-syntax")
        return None
    begins = (1, *(end + 1 for end in ends[:-1]))
    filled = [(row, line) for row, line in zip(rows, begins, strict=False) if any(row)]
    if not filled:
        faults.add(file, "is empty", "Write a header line and rows.", "empty")
        return None
    (first, first_line), *rest = filled
    kept = _rows_of_length(len(first), rest, file, faults)
    columns = [[row[column] for row, _ in kept] for column in range(len(first))]
    return RawTable(file, tuple(cell.strip() for cell in first), first_line, columns, [line for _, line in kept])


def _rows_of_length(
    length: int, rows: Sequence[tuple[list[str], int]], file: str, faults: Faults
) -> list[tuple[list[str], int]]:
    """Return the rows of that length, each with its line, and tell the others."""
    kept = []
    for row, line in rows:
        if len(row) == length:
            kept.append((row, line))
            continue
        what = f"has {len(row)} cells where the header has {length}"
        mend = "Give each column a cell, and put cells that hold a separator in quotes."
        faults.add(f"{file}:{line}", what, mend, "row-length")
    return kept

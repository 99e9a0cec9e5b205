"""CSV text split into columns of cells, each row with its line; what the cells mean is not asked here."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.words import counted
from optimizer.inputs.faults import Faults
from optimizer.inputs.wording import show

#: Characters of a cell, as Python's reader has it; an open quote swallows more than that.
LONGEST_CELL = 131_072
#: Separators that are not read: such a file looks like a single column.
OTHER_SEPARATORS = {"\t": "tabs", "|": "bars"}
_LINE_END = ord("\n")
Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class RawTable:
    """A CSV file as text: stripped header and its line, cells by column, and the line each row begins on."""

    file: str
    header: tuple[str, ...]
    header_line: int
    cells: Sequence[list[str]]
    lines: list[int]
    separator: str = ","

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
    first_line = text.lstrip("\r\n")[:LONGEST_CELL].split("\n", 1)[0].split("\r", 1)[0]
    separator = ";" if ";" in first_line and "," not in first_line else ","
    if separator not in first_line or first_line.lower().startswith("sep="):
        line = 1 + text[: text.find(first_line)].replace("\r\n", "\n").replace("\r", "\n").count("\n")
        if _is_other_format(first_line, f"{file}:{line}", faults):
            return None
    table = _split_plain(text, separator, file)
    table = _split(text, separator, file, faults) if table is None else table
    return None if table is None else _without_empty_columns(table)


def _without_empty_columns(table: RawTable) -> RawTable:
    """Leave out columns without name and value, which spreadsheets add at the right."""
    kept = [index for index, name in enumerate(table.header) if name or any(map(str.strip, table.cells[index]))]
    if not kept or len(kept) == len(table.header):
        return table
    header = tuple(table.header[index] for index in kept)
    return replace(table, header=header, cells=[table.cells[index] for index in kept])


def _is_other_format(first_line: str, where: str, faults: Faults) -> bool:
    """Tell a first line that is no header, but a spreadsheet's hint or separated by other signs."""
    if first_line.lower().startswith("sep="):
        faults.add(where, f"is no header (found {show(first_line)})", "Delete that line.", "csv-separator")
        return True
    for sign, name in OTHER_SEPARATORS.items():
        if sign in first_line:
            mend = "Save the file with commas or semicolons between cells."
            faults.add(where, f"cells are separated by {name}", mend, "csv-separator")
            return True
    return False


def _split_plain(text: str, separator: str, file: str) -> RawTable | None:
    """Split text without quotes, gaps or rows of another length, at once; None for any other."""
    if '"' in text:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    width = text.count(separator, 0, text.index("\n")) + 1
    if f"\n{separator * (width - 1)}\n" in f"\n{text}":  # a line without a value
        return None
    signs = np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)
    ends = np.flatnonzero((signs == ord(separator)) | (signs == _LINE_END))
    if ends.size % width or np.diff(ends, prepend=-1).max() > LONGEST_CELL:
        return None
    is_line_end = signs[ends].reshape(-1, width) == _LINE_END
    if not is_line_end[:, -1].all() or is_line_end[:, :-1].any():
        return None
    cells = text.replace("\n", separator).split(separator)[:-1]
    header = tuple(cell.strip() for cell in cells[:width])
    columns = [cells[width + column :: width] for column in range(width)]
    return RawTable(file, header, 1, columns, list(range(2, len(columns[0]) + 2)), separator)


def _split(text: str, separator: str, file: str, faults: Faults) -> RawTable | None:
    """Split any text: quotes, breaks inside them, gaps, and rows of a wrong length, which are told."""
    found = _rows(text, separator, file, faults)
    if found is None:
        return None
    rows, lines = found
    if not rows:
        faults.add(file, "is empty", "Write a header line and rows.", "empty")
        return None
    header, place = tuple(cell.strip() for cell in rows[0]), f"{file}:{lines[0]}"
    kept = _of_length(len(header), rows[1:], lines[1:], place, file, faults)
    if kept is None:
        return None
    columns = list(map(list, zip(*kept[0], strict=True))) or [[] for _ in header]
    return RawTable(file, header, lines[0], columns, kept[1], separator)


def _rows(text: str, separator: str, file: str, faults: Faults) -> tuple[Rows, list[int]] | None:
    """Return the rows with a value, and the line each begins on; None, and a fault, for what is no CSV."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: Rows = []
    ends: list[int] = []
    try:
        rows = list(reader)
        no_break = reader.line_num == len(rows)  # inside a cell: then rows are lines
        ends = list(range(1, len(rows) + 1)) if no_break else _ends(text, separator)
    except csv.Error as error:
        problem = f"a cell is longer than {LONGEST_CELL:,} characters" if "field limit" in str(error) else str(error)
        mend = "Check the quotes there: a quoted cell must be closed."
        place = f"{file}:{_ends(text, separator)[-1] + 1}"
        faults.add(place, f"not readable as CSV ({problem})", mend, "csv-syntax")
        return None
    begins = [1, *(end + 1 for end in ends[:-1])]
    if all(map(any, rows)):
        return rows, begins
    filled = [index for index, row in enumerate(rows) if any(row)]
    return [rows[index] for index in filled], [begins[index] for index in filled]


def _ends(text: str, separator: str) -> list[int]:
    """Return the line each row ends on, those before the first that cannot be read; 0 in front if there is none."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    ends: list[int] = []
    with contextlib.suppress(csv.Error):
        ends.extend(reader.line_num for _ in reader)
    return ends or [0]


def _of_length(
    length: int, rows: Rows, lines: list[int], header: str, file: str, faults: Faults
) -> tuple[Rows, list[int]] | None:
    """Return the rows of that length, and tell the others one by one; None, told at the header, where none fits it."""
    lengths = sorted(set(map(len, rows)))
    if lengths in ([], [length]):
        return rows, lines
    mend = "Give each column a cell, write 1200 for 1,200, and put text that holds a separator in quotes."
    if length not in lengths and len(rows) > 1:
        found = f"{lengths[0]}" if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}"
        faults.add(header, f"has {counted(length, 'cell')} where the rows have {found}", mend, "row-length")
        return None
    for row, line in zip(rows, lines, strict=True):
        if len(row) != length:
            what = f"has {counted(len(row), 'cell')} where the header has {length}"
            faults.add(f"{file}:{line}", what, mend, "row-length")
    kept = [index for index, row in enumerate(rows) if len(row) == length]
    return [rows[index] for index in kept], [lines[index] for index in kept]

"""Columns of a long CSV as bytes, without a Python object for each cell where the file is a plain one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats
from optimizer.inputs.faults import Faults
from optimizer.inputs.history_times import Ints
from optimizer.inputs.log_times import Cells, read_stamps
from optimizer.inputs.raw_table import RawTable, read_raw_table

#: Rows that are looked at together.
CHUNK = 500_000
#: More of a cell is not read: no time and no number is longer.
LONGEST = 48
_SPACE, _LINE_END = ord(" "), ord("\n")


@dataclass(frozen=True, slots=True, eq=False)
class LogCells:
    """A table whose cells are given as bytes, by column and chunk."""

    header: tuple[str, ...]
    header_line: int
    lines: Ints
    _signs: NDArray[np.uint8] | None
    _begins: Ints | None
    _ends: Ints | None
    _raw: RawTable | None

    def __len__(self) -> int:
        return self.lines.size

    def chunks(self, column: int) -> Iterator[Cells]:
        """Return the cells of a column in the order of the file, trimmed."""
        for start in range(0, len(self), CHUNK):
            yield self._chunk(column, slice(start, start + CHUNK))

    def cell(self, column: int, row: int) -> str:
        """Return one cell as text."""
        if self._raw is not None:
            return self._raw.cells[column][row].strip()
        return bytes(self._chunk(column, slice(row, row + 1))[0]).decode("utf-8", "replace")

    def _chunk(self, column: int, rows: slice) -> Cells:
        if self._raw is not None:
            return np.array([cell.strip()[:LONGEST].encode() for cell in self._raw.cells[column][rows]], dtype=bytes)
        assert self._signs is not None
        assert self._begins is not None
        assert self._ends is not None
        begins, ends = self._begins[rows, column].copy(), self._ends[rows, column].copy()
        while (blank := (begins < ends) & (self._signs[begins] == _SPACE)).any():
            begins += blank
        while (blank := (begins < ends) & (self._signs[ends - 1] == _SPACE)).any():
            ends -= blank
        length = np.minimum(ends - begins, LONGEST)
        width = max(1, int(length.max(initial=0)))
        place = np.arange(width)
        taken = self._signs[np.minimum(begins[:, None] + place, self._signs.size - 1)]
        taken[place >= length[:, None]] = 0
        return np.ascontiguousarray(taken).view(f"S{width}").ravel()


def read_cells(text: str, file: str, faults: Faults) -> LogCells | None:
    """Split a log into columns; a first line that is a single time is no header.

    Time and memory grow with the number of rows.
    """
    first = text.lstrip("\r\n")[:1000].split("\n", 1)[0].strip()
    bare = bool(first) and not {",", ";"} & set(first) and not np.isnan(_stamp(first))
    text = "time\n" + text if bare else text
    separator = ";" if ";" in first and "," not in first else ","
    cells = _plain(text, separator)
    if cells is None:
        raw = read_raw_table(text, file, faults)
        if raw is None:
            return None
        cells = LogCells(raw.header, raw.header_line, np.array(raw.lines, dtype=np.int64), None, None, None, raw)
    if bare:
        cells.lines[:] -= 1
    return cells


def _stamp(text: str) -> float:
    seconds: Floats = read_stamps(np.array([text[:LONGEST].encode()])).seconds
    return float(seconds[0])


def _plain(text: str, separator: str) -> LogCells | None:
    """Split text without quotes, gaps or rows of another length, at once; None for any other."""
    first_line = text[: text.find("\n")] if "\n" in text else ""
    if (
        '"' in text
        or not first_line.strip()
        or "\t" in first_line
        or "|" in first_line
        or first_line.startswith("sep=")
    ):
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.rstrip("\n") + "\n"
    width = text.count(separator, 0, text.index("\n")) + 1
    if f"\n{separator * (width - 1)}\n" in f"\n{text}":
        return None
    signs = np.frombuffer(text.encode("utf-8"), dtype=np.uint8)
    ends = np.flatnonzero((signs == ord(separator)) | (signs == _LINE_END))
    if ends.size % width:
        return None
    is_line_end = signs[ends].reshape(-1, width) == _LINE_END
    if not is_line_end[:, -1].all() or is_line_end[:, :-1].any():
        return None
    begins = np.concatenate([[0], ends[:-1] + 1]).reshape(-1, width)[1:]
    header = tuple(name.strip() for name in text[: text.index("\n")].split(separator))
    lines = np.arange(2, begins.shape[0] + 2, dtype=np.int64)
    return LogCells(header, 1, lines, signs, begins, ends.reshape(-1, width)[1:], None)

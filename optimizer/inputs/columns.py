"""Columns of CSV files: what a cell may hold, and whole columns turned into values at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import numpy as np

from optimizer.inputs.wording import did_you_mean, number_mend, show

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
_INFINITY = float("inf")
#: Largest whole number a float still tells from its neighbour.
_EXACT = 2.0**53


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a cell cannot be used, and how it should be written."""

    what: str
    mend: str
    code: str


@dataclass(frozen=True, slots=True)
class Column:
    """A declared column.

    Parameters
    ----------
    name
        As in the header; it carries the unit.
    kind
        ``names`` is a list written ``a|b|c``; ``date`` is ``2026``, ``2026-07`` or ``2026-07-31``.
    low, above, high
        Bounds of a number: at least `low`, more than `above`, at most `high`.
    choices
        The words a text may be; empty for any.
    required
        Whether the header must have it.
    may_be_empty
        Whether a cell may be empty, which reads as None.
    """

    name: str
    kind: Literal["text", "number", "whole", "names", "date"] = "text"
    low: float = -_INFINITY
    above: float = -_INFINITY
    high: float = _INFINITY
    choices: tuple[str, ...] = ()
    required: bool = True
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class Cells:
    """Values of a column, None for those with a problem; problems by row index."""

    values: Sequence[Any]
    problems: Mapping[int, Problem] = field(default_factory=dict)


def read_column(column: Column, cells: Sequence[str]) -> Cells:
    """Turn the cells of a column into values.

    Clean number columns are converted as a whole; otherwise each distinct cell is looked at once.
    """
    if column.kind in ("number", "whole") and (values := _clean_numbers(column, cells)) is not None:
        return Cells(values)
    parsed = {cell: _read_cell(column, cell.strip()) for cell in set(cells)}
    if any(isinstance(value, Problem) for value in parsed.values()):
        found = [parsed[cell] for cell in cells]
        problems = {row: value for row, value in enumerate(found) if isinstance(value, Problem)}
        return Cells([None if isinstance(value, Problem) else value for value in found], problems)
    return Cells(list(map(parsed.__getitem__, cells)))


def _clean_numbers(column: Column, cells: Sequence[str]) -> Sequence[Any] | None:
    """Return the numbers of a column in which nothing is wrong, None if any cell needs a closer look."""
    text = "".join(cells)
    if not text.isascii() or "_" in text:  # Python reads 1_000 and figures of other scripts, we do not
        return None
    filled = [cell for cell in cells if cell] if column.may_be_empty else cells
    try:
        numbers = np.array(list(map(float, filled)))
    except ValueError:
        return None
    good = np.isfinite(numbers) & (numbers >= column.low) & (numbers > column.above) & (numbers <= column.high)
    if column.kind == "whole":
        good &= (numbers == np.floor(numbers)) & (np.abs(numbers) <= _EXACT)
    if not good.all():
        return None
    values: list[Any] = (numbers.astype(np.int64) if column.kind == "whole" else numbers).tolist()
    if len(filled) == len(cells):
        return values
    left = iter(values)
    return [next(left) if cell else None for cell in cells]


def _read_cell(column: Column, cell: str) -> object:
    if not cell:
        return None if column.may_be_empty else Problem("has no value", "Give one, or delete the row.", "no-value")
    if column.kind in ("number", "whole"):
        return _read_number(column, cell)
    if column.kind == "names":
        return _read_names(cell)
    if column.kind == "date":
        return _read_date(cell)
    if column.choices and cell not in column.choices:
        mend = did_you_mean(cell, column.choices, "values")
        return Problem(f"must be one of {', '.join(column.choices)} (found {show(cell)})", mend, "not-a-choice")
    return cell


def _read_number(column: Column, cell: str) -> object:
    if not _NUMBER.fullmatch(cell):
        return Problem(
            f"not a number (found {show(cell)})", number_mend(cell, whole=column.kind == "whole"), "not-a-number"
        )
    number = float(cell)
    if not np.isfinite(number):
        return Problem(f"must be finite (found {cell[:20]})", "Give a finite number.", "out-of-range")
    if bound := _broken_bound(column, number):
        return Problem(f"{bound} (found {cell[:20]})", "Correct the value, or delete the row.", "out-of-range")
    if column.kind == "whole":
        if number != int(number):
            return Problem(f"must be a whole number (found {cell})", f"Write {round(number)}.", "not-whole")
        return int(number)
    return number


def _broken_bound(column: Column, number: float) -> str:
    if number < column.low:
        return f"must be at least {column.low:g}"
    if number <= column.above:
        return f"must be above {column.above:g}"
    if number > column.high:
        return f"must be at most {column.high:g}"
    return ""


def _read_names(cell: str) -> object:
    names = tuple(name.strip() for name in cell.split("|"))
    if not all(names):
        return Problem(f"has an empty name (found {show(cell)})", "Write the names as a|b|c.", "no-value")
    if len(set(names)) < len(names):
        return Problem(f"names something twice (found {show(cell)})", "Name each once, as a|b|c.", "duplicate")
    return names


def _read_date(cell: str) -> object:
    problem = Problem(f"not a date (found {show(cell)})", "Write 2026, 2026-07 or 2026-07-31.", "not-a-date")
    if not _DATE.fullmatch(cell):
        return problem
    try:
        date.fromisoformat(cell + "-01-01"[len(cell) - 4 :] if len(cell) < len("2026-07-31") else cell)
    except ValueError:
        return problem
    return cell

"""Tables with more numbers than a line holds: in several blocks below each other, each with the names of the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from rich.cells import cell_len

from optimizer.report.page import Row, Table
from optimizer.report.signs import clean

GAP = 2
#: Names of rows are not made narrower than this by numbers that could stand below.
NARROW = 12


def natural_width(table: Table, index: int) -> int:
    """Widest cell of a column; 0 for a column with nothing in it."""
    column = table.columns[index]
    rows = [*table.rows, *([table.total] if table.total is not None else [])]
    widest = max((cell_len(clean(row.cells[index])) for row in rows), default=0)
    return max(widest, 0 if column.untitled or not widest else cell_len(column.name))


def total_width(widths: Sequence[int] | Mapping[int, int], kept: Iterable[int]) -> int:
    """Width of the columns that are kept, and of the gaps between them."""
    chosen = [widths[index] for index in kept]
    return sum(chosen) + GAP * max(len(chosen) - 1, 0)


def blocks(table: Table, kept: Sequence[int], room: int) -> list[Table]:
    """Return tables that hold the numbers of one between them; the table itself where its rows have no single name.

    Parameters
    ----------
    kept
        Columns that are shown; what moves into notes instead does so in the first block.
    room
        Columns of the screen.
    """
    numbers = [index for index in kept if table.columns[index].right]
    names = [index for index in kept if index not in numbers]
    if len(numbers) < 2 or len(names) != 1:
        return [table]
    moved = [index for index in range(len(table.columns)) if index not in kept]
    width = {index: natural_width(table, index) for index in kept}
    width[names[0]] = min(width[names[0]], table.columns[names[0]].least or NARROW)

    def fits(part: list[int]) -> bool:
        return total_width(width, [*names, *part]) <= room

    parts = _parts(_units(table, numbers), fits)
    return [
        _slice(table, sorted([*names, *part, *([] if number else moved)]), first=number == 0)
        for number, part in enumerate(parts)
    ]


def _units(table: Table, numbers: Sequence[int]) -> list[list[int]]:
    """Return the numbers, those together that stand together."""
    units: list[list[int]] = []
    for index in numbers:
        if units and table.columns[index].with_last:
            units[-1].append(index)
        else:
            units.append([index])
    return units


def _parts(units: Sequence[list[int]], fits: Callable[[list[int]], bool]) -> list[list[int]]:
    """Return as few parts as hold all, of about one length where that fits."""
    parts: list[list[int]] = []
    for unit in units:
        if parts and fits([*parts[-1], *unit]):
            parts[-1] += unit
        else:
            parts.append([*unit])
    ends = [round(len(units) * number / len(parts)) for number in range(len(parts) + 1)]
    even = [[index for unit in units[start:end] for index in unit] for start, end in pairwise(ends)]
    return even if all(part and fits(part) for part in even) else parts


def _slice(table: Table, kept: Sequence[int], *, first: bool) -> Table:
    """Return a table of some columns; heading and notes stand in the first one."""

    def sliced(row: Row) -> Row:
        return Row(tuple(row.cells[index] for index in kept), row.notes if first else (), row.tone)

    return Table(
        table.heading if first else "",
        tuple(table.columns[index] for index in kept),
        tuple(sliced(row) for row in table.rows),
        None if table.total is None else sliced(table.total),
    )

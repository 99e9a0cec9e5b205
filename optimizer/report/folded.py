"""Tables on screens that are too narrow for their rows: names on a line of their own, the figures below or beside."""

from __future__ import annotations

from dataclasses import replace

from rich.cells import cell_len

from optimizer.report.blocks import GAP
from optimizer.report.grid import INDENT, NARROWEST, Grid, Line, Segment, header, padded
from optimizer.report.page import Row, Table
from optimizer.report.signs import clean
from optimizer.report.wrapping import packed

#: What belongs to the names above it stands so far to the right of them.
UNDER = 2


def folded(table: Table, room: int) -> list[Line]:
    """Return the lines of a table: figures in columns at the right edge, or, where even these do not fit, in a row."""
    names = _names(table)
    grid = Grid.of(_without(table, names), room)
    beside = grid.fits and bool(grid.kept)
    lines = _head(table, names, grid) if beside else header(table.heading, "", room)
    for row in (*table.rows, *([table.total] if table.total is not None else [])):
        said = [clean(row.cells[index]) for index in names if row.cells[index]]
        rest = _rest(row, names)
        lines += _beside(said, rest, grid) if beside else _in_a_row(said, rest, grid.table, room)
    return lines


def _head(table: Table, names: list[int], grid: Grid) -> list[Line]:
    """The heading, and the titles: those of names beside those of the figures where there is room."""
    start = grid.room - grid.width
    titles = [column.name for column in (table.columns[index] for index in names) if not column.untitled]
    above = packed(titles, grid.room)
    if len(above) != 1 or cell_len(above[0]) + GAP > start:
        titled: list[Line] = [(Segment(" " * INDENT), Segment(text, "quiet")) for text in above]
        return [*header(table.heading, "", grid.room), *titled, *header("", " " * start + grid.titles, grid.room)]
    beside = padded(above[0], start, right=False) + grid.titles
    return header(table.heading, beside, grid.room)


def _names(table: Table) -> list[int]:
    """Return the columns that say what a row is about: the texts before the first number, or those without a title."""
    numbers = [index for index, column in enumerate(table.columns) if column.right]
    if numbers:
        return list(range(numbers[0]))
    titled = (index for index, column in enumerate(table.columns) if index and not column.untitled)
    return list(range(next(titled, len(table.columns))))


def _without(table: Table, names: list[int]) -> Table:
    total = None if table.total is None else _rest(table.total, names)
    rows = tuple(_rest(row, names) for row in table.rows)
    return replace(table, columns=table.columns[len(names) :], rows=rows, total=total)


def _rest(row: Row, names: list[int]) -> Row:
    return replace(row, cells=row.cells[len(names) :])


def _beside(said: list[str], rest: Row, grid: Grid) -> list[Line]:
    """Names, and the figures at the right edge: on one line where the names leave room."""
    start = grid.room - grid.width
    figures = grid.cells(rest, INDENT + start) if any(rest.cells[index] for index in grid.kept) else []
    names = packed(said, grid.room)
    lines: list[Line] = [(Segment(" " * INDENT), Segment(text, rest.tone)) for text in names]
    if names and figures and cell_len(names[-1]) + GAP <= start:
        _, *cells = figures[0]
        gap = Segment(" " * (start - cell_len(names[-1])))
        lines[-1:] = [(*lines[-1], gap, *cells)]
        figures = figures[1:]
    return [*lines, *figures, *_under(grid.notes(rest), grid.room)]


def _in_a_row(said: list[str], rest: Row, table: Table, room: int) -> list[Line]:
    """Names, and below them each figure after its title."""
    lines = [(Segment(" " * INDENT), Segment(text, rest.tone)) for text in packed(said, room)]
    pieces = [
        cell if column.untitled else f"{column.name} {cell}" if column.as_note == "{}" else column.as_note.format(cell)
        for column, cell in zip(table.columns, rest.cells, strict=True)
        if cell and not column.bar
    ]
    return [*lines, *_under([clean(piece) for piece in (*pieces, *rest.notes)], room)]


def _under(pieces: list[str], room: int) -> list[Line]:
    lead = Segment(" " * (INDENT + UNDER))
    return [(lead, Segment(text, "quiet")) for text in packed(pieces, max(room - UNDER, NARROWEST))]

"""Tables on screens that are too narrow for their rows: names on a line of their own, the figures below or beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.cells import cell_len

from optimizer.report.blocks import GAP
from optimizer.report.grid import INDENT, UNDER, Grid, Line, Segment, header, note_lines, padded
from optimizer.report.page import Row, Table
from optimizer.report.signs import clean
from optimizer.report.wrapping import SEPARATOR, packed, wrapped


def folded(table: Table, room: int) -> list[Line]:
    """Return the lines of a table: figures in columns at the right edge, or, where even these do not fit, in a row.

    Pictures are left out.
    """
    table = _chosen(table, [index for index, column in enumerate(table.columns) if not column.bar])
    names = _names(table)
    rest = _chosen(table, range(len(names), len(table.columns)))
    grid = Grid.of(rest, room)
    beside = grid.fits and bool(grid.kept)
    lines = _head(table, names, grid) if beside else header(table.heading, "", room)
    for row, figures in zip(_all_rows(table), _all_rows(rest), strict=True):
        said = _said(row, names, room)
        lines += _beside(said, figures, grid) if beside else _in_a_row(said, figures, rest, room)
    return lines


def _said(row: Row, names: list[int], room: int) -> list[str]:
    """Return the names of a row in lines; where the first one is that of the row before, they are indented."""
    lead = " " * UNDER if len(names) > 1 and not row.cells[names[0]] else ""
    said = [clean(row.cells[index]) for index in names if row.cells[index]]
    return [lead + text for text in packed(said, room - len(lead))]


def _all_rows(table: Table) -> tuple[Row, ...]:
    return (*table.rows, *([table.total] if table.total is not None else []))


def _head(table: Table, names: list[int], grid: Grid) -> list[Line]:
    """The heading, and the titles: those of names beside those of the figures where there is room."""
    start = grid.room - grid.width
    titles = SEPARATOR.join(column.name for column in (table.columns[index] for index in names) if not column.untitled)
    if cell_len(titles) + GAP <= start:
        return header(table.heading, padded(titles, start, right=False) + grid.titles, grid.room)
    above: list[Line] = [(Segment(" " * INDENT), Segment(text, "quiet")) for text in wrapped(titles, grid.room)]
    return [*header(table.heading, "", grid.room), *above, *header("", " " * start + grid.titles, grid.room)]


def _names(table: Table) -> list[int]:
    """Return the columns that say what a row is about: the texts before the first number, or those without a title."""
    numbers = [index for index, column in enumerate(table.columns) if column.right]
    if numbers:
        return list(range(numbers[0]))
    titled = (index for index, column in enumerate(table.columns) if index and not column.untitled)
    return list(range(next(titled, len(table.columns))))


def _chosen(table: Table, columns: Sequence[int]) -> Table:
    """Return a table of some columns."""

    def chosen(row: Row) -> Row:
        return replace(row, cells=tuple(row.cells[index] for index in columns))

    return replace(
        table,
        columns=tuple(table.columns[index] for index in columns),
        rows=tuple(map(chosen, table.rows)),
        total=None if table.total is None else chosen(table.total),
    )


def _beside(names: list[str], rest: Row, grid: Grid) -> list[Line]:
    """Names, and the figures at the right edge: on one line where the names leave room."""
    start = grid.room - grid.width
    figures = grid.cells(rest, INDENT + start) if any(rest.cells[index] for index in grid.kept) else []
    lines: list[Line] = [(Segment(" " * INDENT), Segment(text, rest.tone)) for text in names]
    if names and figures and cell_len(names[-1]) + GAP <= start:
        _, *cells = figures[0]
        gap = Segment(" " * (start - cell_len(names[-1])))
        lines[-1:] = [(*lines[-1], gap, *cells)]
        figures = figures[1:]
    return [*lines, *figures, *note_lines(grid.notes(rest), UNDER, grid.room)]


def _in_a_row(names: list[str], rest: Row, table: Table, room: int) -> list[Line]:
    """Names, and below them each figure after its title."""
    lines = [(Segment(" " * INDENT), Segment(text, rest.tone)) for text in names]
    pieces = [
        cell if column.untitled else f"{column.name} {cell}" if column.as_note == "{}" else column.as_note.format(cell)
        for column, cell in zip(table.columns, rest.cells, strict=True)
        if cell
    ]
    return [*lines, *note_lines([clean(piece) for piece in (*pieces, *rest.notes)], UNDER, room)]

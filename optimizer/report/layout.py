"""Lines of text for a width: what wraps, what moves, what stands under what."""

from __future__ import annotations

from rich.cells import cell_len

from optimizer.report.blocks import GAP, blocks
from optimizer.report.folded import folded
from optimizer.report.grid import INDENT, NARROWEST, Grid, Line, Segment, padded
from optimizer.report.page import Facts, Page, Table
from optimizer.report.signs import clean
from optimizer.report.wrapping import SEPARATOR, packed, wrapped

#: A heading of facts that takes more than this share of a line stands above them.
LONGEST_HEADING = 1 / 3
#: Where a table has less room than this, rows whose cells would take more than so many lines are folded.
FOLDED_BELOW, MOST_LINES = 58, 2


def lay_out(page: Page, width: int) -> list[Line]:
    """Return the lines of a page, none wider than `width`."""
    lines: list[Line] = [(Segment(text, "strong"),) for text in packed([clean(piece) for piece in page.title], width)]
    before: Facts | Table | None = None
    facts_column = _facts_column(page, width)
    for part in page.parts:
        if not (isinstance(part, Facts) and isinstance(before, Facts)):
            lines.append(())
        lines += _facts(part, width, facts_column) if isinstance(part, Facts) else _table(part, width)
        before = part
    return lines


def _facts_column(page: Page, width: int) -> int:
    """Where the text of facts begins: one place for the whole page."""
    headings = [cell_len(clean(part.heading)) for part in page.parts if isinstance(part, Facts)]
    beside = [length for length in headings if length <= width * LONGEST_HEADING]
    return INDENT + max(beside, default=0) + GAP


def _facts(facts: Facts, width: int, column: int) -> list[Line]:
    heading = clean(facts.heading)
    above = cell_len(heading) > column - INDENT - GAP
    lines: list[Line] = []
    if above:
        lead = Segment(" " * INDENT)
        lines += [(lead, Segment(text, "heading")) for text in wrapped(heading, width - INDENT)]
    for pieces in facts.lines:
        for text in packed([clean(piece) for piece in pieces], max(width - column, NARROWEST)):
            head = heading if not lines else ""
            beside = Segment(" " * INDENT + padded(head, column - INDENT, right=False), "heading")
            lines.append((beside, Segment(text, facts.tone)))
    return lines


def _table(table: Table, width: int) -> list[Line]:
    room = max(width - INDENT, NARROWEST)
    lines = _rows(table, room)
    for remark in table.remarks:
        lines += [
            (Segment(" " * INDENT), Segment(text, "quiet")) for text in packed(clean(remark).split(SEPARATOR), room)
        ]
    return lines


def _rows(table: Table, room: int) -> list[Line]:
    """Return heading, titles and rows: beside each other, in blocks, or folded, whatever shows every word whole."""
    whole = Grid.of(table, room)
    found = [whole] if whole.fits else [Grid.of(block, room) for block in blocks(table, whole.kept, room)]
    if not all(grid.fits and (room >= FOLDED_BELOW or grid.lines_of_a_row <= MOST_LINES) for grid in found):
        return folded(table, room)
    lines: list[Line] = []
    for number, grid in enumerate(found):
        lines += [*([()] if number else []), *grid.header(grid.table.heading)]
        for row in (*grid.table.rows, *([grid.table.total] if grid.table.total is not None else [])):
            lines += grid.row(row)
    return lines

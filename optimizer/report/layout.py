"""Lines of text for a width: what wraps, what moves, what stands under what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells

from optimizer.report.blocks import GAP, blocks, natural_width, total_width
from optimizer.report.page import Facts, Page, Row, Table, Tone
from optimizer.report.signs import clean

INDENT = 2
SEPARATOR = " · "
#: A column never becomes narrower than this.
NARROWEST = 8

#: A number keeps its unit: "58 %", "60 ms", "USD 12" do not break.
_BREAK = re.compile(r"(?<![A-Z]{3})(?<! x) (?!%|ms\b|x )")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text in one tone."""

    text: str
    tone: Tone = "plain"


Line = tuple[Segment, ...]


def lay_out(page: Page, width: int) -> list[Line]:
    """Return the lines of a page, none wider than `width` unless a single word is."""
    lines: list[Line] = [(Segment(text, "strong"),) for text in packed([clean(piece) for piece in page.title], width)]
    before: Facts | Table | None = None
    facts_column = _facts_column(page)
    for part in page.parts:
        if not (isinstance(part, Facts) and isinstance(before, Facts)):
            lines.append(())
        lines += _facts(part, width, facts_column) if isinstance(part, Facts) else _table(part, width)
        before = part
    return lines


def packed(pieces: Sequence[str], width: int) -> list[str]:
    """Fill lines with pieces; a piece moves to the next line whole, and is broken only if no line can hold it."""
    lines: list[str] = []
    current = ""
    for number, piece in enumerate(pieces, start=1):
        mark = SEPARATOR.rstrip() if number < len(pieces) else ""
        joined = f"{current}{SEPARATOR}{piece}" if current else piece
        if cell_len(joined + mark) <= width:
            current = joined
            continue
        if current:
            lines.append(current + SEPARATOR.rstrip())
        *full, current = wrapped(piece, width - len(mark))
        lines += full
    return [*lines, current] if current else lines


def wrapped(text: str, width: int) -> list[str]:
    """Break text at spaces; a word longer than a line is cut."""
    lines = [""]
    for word in _BREAK.split(text):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(joined) <= width:
            lines[-1] = joined
            continue
        pieces = chop_cells(word, width) if cell_len(word) > width else [word]
        lines[-1:] = [lines[-1], *pieces] if lines[-1] else pieces
    return lines


def _facts_column(page: Page) -> int:
    """Where the text of facts begins: one place for the whole page."""
    longest = max((cell_len(part.heading) for part in page.parts if isinstance(part, Facts)), default=0)
    return INDENT + longest + GAP


def _facts(facts: Facts, width: int, column: int) -> list[Line]:
    lines: list[Line] = []
    room = max(width - column, NARROWEST)
    for pieces in facts.lines:
        for text in packed([clean(piece) for piece in pieces], room):
            head = facts.heading if not lines else ""
            lead = Segment(" " * INDENT + _padded(head, column - INDENT, right=False), "heading")
            lines.append((lead, Segment(text, facts.tone)))
    return lines


def _table(table: Table, width: int) -> list[Line]:
    lines: list[Line] = []
    whole = _Grid.of(table, width - INDENT)
    found = [table] if whole.fits else blocks(table, whole.kept, width - INDENT)
    for number, block in enumerate(found):
        grid = _Grid.of(block, width - INDENT)
        lines += [*([()] if number else []), *grid.header(block.heading)]
        for row in block.rows:
            lines += grid.row(row)
        if block.total is not None:
            lines += grid.row(block.total)
    for remark in table.remarks:
        room = max(width - INDENT, NARROWEST)
        lines += [
            (Segment(" " * INDENT), Segment(text, "quiet")) for text in packed(clean(remark).split(SEPARATOR), room)
        ]
    return lines


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table whose columns have found their place: which are kept, how wide each is."""

    table: Table
    kept: tuple[int, ...]
    widths: tuple[int, ...]
    room: int

    @staticmethod
    def of(table: Table, room: int) -> _Grid:
        """Drop columns, then narrow the widest, until the table fits."""
        natural = [natural_width(table, index) for index in range(len(table.columns))]
        kept = [index for index in range(len(table.columns)) if natural[index] > 0]
        titles = [0 if column.untitled else cell_len(column.name) for column in table.columns]
        wanted = [
            min(width, max(column.least or width, title))
            for width, column, title in zip(natural, table.columns, titles, strict=True)
        ]
        while total_width(wanted, kept) > room and any(table.columns[index].drop for index in kept):
            kept.remove(max(kept, key=lambda index: table.columns[index].drop))
        widths = {index: natural[index] for index in kept}
        for index in sorted((i for i in kept if not table.columns[i].right), key=lambda i: -natural[i]):
            excess = total_width(list(widths.values()), range(len(widths))) - room
            least = min(max(NARROWEST, titles[index]), widths[index])
            widths[index] = max(widths[index] - max(excess, 0), least)
        return _Grid(table, tuple(kept), tuple(widths[index] for index in kept), room)

    @property
    def fits(self) -> bool:
        """Whether no line is wider than there is room, words that cannot be broken aside."""
        return total_width(self.widths, range(len(self.widths))) <= self.room

    def header(self, heading: str) -> list[Line]:
        """Titles of the columns; the heading stands beside them where the first ones have none."""
        columns = [self.table.columns[index] for index in self.kept]
        titles = ["" if column.untitled else column.name for column in columns]
        line = self._joined(titles).rstrip()
        blank = len(line) - len(line.lstrip()) if line else self.room
        heading = clean(heading)
        if heading and cell_len(heading) + GAP <= blank:
            rest = line[len(heading) :] if line else ""
            return [(Segment(" " * INDENT), Segment(heading, "heading"), Segment(rest, "quiet"))]
        titles_line: list[Line] = [(Segment(" " * INDENT), Segment(line, "quiet"))] if line else []
        heading_line: list[Line] = [(Segment(" " * INDENT), Segment(heading, "heading"))] if heading else []
        return [*heading_line, *titles_line]

    def row(self, row: Row) -> list[Line]:
        """Lines of one row, its notes below and under the second column."""
        cells = [wrapped(clean(row.cells[index]), width) for index, width in zip(self.kept, self.widths, strict=True)]
        lines: list[Line] = []
        for number in range(max(len(cell) for cell in cells)):
            texts = [cell[number] if number < len(cell) else "" for cell in cells]
            lines.append(self._styled(texts, row.tone))
        return lines + self._notes(row)

    def _notes(self, row: Row) -> list[Line]:
        moved = [
            column.as_note.format(row.cells[index])
            for index, column in enumerate(self.table.columns)
            if index not in self.kept and row.cells[index] and not column.bar
        ]
        pieces = [clean(piece) for piece in (*moved, *row.notes) if piece]
        start = self.widths[0] + GAP if self.widths else 0
        room = max(self.room - start, NARROWEST)
        lead = Segment(" " * (INDENT + start))
        return [(lead, Segment(text, "quiet")) for text in packed(pieces, room)]

    def _joined(self, texts: Sequence[str]) -> str:
        return "".join(text for text, _ in self._placed(texts))

    def _styled(self, texts: Sequence[str], tone: Tone) -> Line:
        segments = [Segment(" " * INDENT)]
        for text, index in self._placed(texts):
            segments.append(Segment(text, "bar" if self.table.columns[index].bar else tone))
        return tuple(segments)

    def _placed(self, texts: Sequence[str]) -> Iterable[tuple[str, int]]:
        """Yield each text padded to its column, with the gap before it, and the column's index."""
        for number, (text, index, width) in enumerate(zip(texts, self.kept, self.widths, strict=True)):
            gap = " " * GAP if number else ""
            yield gap + _padded(text, width, right=self.table.columns[index].right), index


def _padded(text: str, width: int, *, right: bool) -> str:
    fill = " " * max(width - cell_len(text), 0)
    return fill + text if right else text + fill

"""A table whose columns have found their place on a screen: which are kept, how wide each is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from optimizer.report.blocks import GAP, natural_width, total_width
from optimizer.report.page import Row, Table, Tone
from optimizer.report.signs import clean
from optimizer.report.wrapping import longest_word, packed, wrapped

INDENT = 2
#: A column never becomes narrower than this.
NARROWEST = 8
#: Notes of several lines with less room than this under the second column stand so far to the right of the first one.
LEAST_FOR_NOTES, UNDER = 36, 2


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text in one tone."""

    text: str
    tone: Tone = "plain"


Line = tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose columns have found their place."""

    table: Table
    kept: tuple[int, ...]
    widths: tuple[int, ...]
    room: int

    @staticmethod
    def of(table: Table, room: int) -> Grid:
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
        return Grid(table, tuple(kept), tuple(widths[index] for index in kept), room)

    @property
    def width(self) -> int:
        """Columns of the screen that it takes."""
        return total_width(self.widths, range(len(self.widths)))

    @property
    def fits(self) -> bool:
        """Whether no line is wider than there is room, and no word of a text is cut."""
        return self.width <= self.room and all(
            longest_word(clean(row.cells[index])) <= width
            for index, width in zip(self.kept, self.widths, strict=True)
            for row in (*self.table.rows, *([self.table.total] if self.table.total is not None else []))
        )

    @property
    def lines_of_a_row(self) -> int:
        """Most lines that the cells of a row take."""
        return max((len(self.cells(row, 0)) for row in self.table.rows), default=0)

    @property
    def titles(self) -> str:
        """The line of titles."""
        columns = [self.table.columns[index] for index in self.kept]
        return self._joined(["" if column.untitled else column.name for column in columns]).rstrip()

    def header(self, heading: str) -> list[Line]:
        """Titles of the columns; the heading stands beside them where the first ones have none."""
        return header(heading, self.titles, self.room)

    def row(self, row: Row) -> list[Line]:
        """Lines of one row, its notes below: under the second column, where they have room there."""
        start = self.widths[0] + GAP if self.widths else 0
        notes = note_lines(self.notes(row), start, self.room)
        if len(notes) > 1 and self.room - start < LEAST_FOR_NOTES:
            notes = note_lines(self.notes(row), min(start, UNDER), self.room)
        return [*self.cells(row, INDENT), *notes]

    def cells(self, row: Row, indent: int) -> list[Line]:
        """Lines of the cells of a row."""
        cells = [wrapped(clean(row.cells[index]), width) for index, width in zip(self.kept, self.widths, strict=True)]
        lines: list[Line] = []
        for number in range(max((len(cell) for cell in cells), default=0)):
            texts = [cell[number] if number < len(cell) else "" for cell in cells]
            lines.append(self._styled(texts, row.tone, indent))
        return lines

    def notes(self, row: Row) -> list[str]:
        """Return what moved below a row, and its own notes."""
        moved = [
            column.as_note.format(row.cells[index])
            for index, column in enumerate(self.table.columns)
            if index not in self.kept and row.cells[index] and not column.bar
        ]
        return [clean(piece) for piece in (*moved, *row.notes) if piece]

    def _joined(self, texts: Sequence[str]) -> str:
        return "".join(text for text, _ in self._placed(texts))

    def _styled(self, texts: Sequence[str], tone: Tone, indent: int) -> Line:
        segments = [Segment(" " * indent)]
        for text, index in self._placed(texts):
            segments.append(Segment(text, "bar" if self.table.columns[index].bar else tone))
        return tuple(segments)

    def _placed(self, texts: Sequence[str]) -> Iterable[tuple[str, int]]:
        """Yield each text padded to its column, with the gap before it, and the column's index."""
        for number, (text, index, width) in enumerate(zip(texts, self.kept, self.widths, strict=True)):
            gap = " " * GAP if number else ""
            yield gap + padded(text, width, right=self.table.columns[index].right), index


def header(heading: str, titles: str, room: int) -> list[Line]:
    """Return a heading and a line of titles: beside each other where these leave room at the left."""
    blank = len(titles) - len(titles.lstrip()) if titles else room
    heading = clean(heading)
    if heading and cell_len(heading) + GAP <= blank:
        rest = titles[len(heading) :] if titles else ""
        return [(Segment(" " * INDENT), Segment(heading, "heading"), Segment(rest, "quiet"))]
    heading_lines: list[Line] = [
        (Segment(" " * INDENT), Segment(text, "heading")) for text in wrapped(heading, room) if text
    ]
    titles_line: list[Line] = [(Segment(" " * INDENT), Segment(titles, "quiet"))] if titles else []
    return [*heading_lines, *titles_line]


def note_lines(notes: Sequence[str], start: int, room: int) -> list[Line]:
    """Return notes in lines that begin at a column."""
    lead = Segment(" " * (INDENT + start))
    return [(lead, Segment(text, "quiet")) for text in packed(notes, max(room - start, NARROWEST))]


def padded(text: str, width: int, *, right: bool) -> str:
    """Return a text as wide as its column."""
    fill = " " * max(width - cell_len(text), 0)
    return fill + text if right else text + fill

"""A page as a value: what to say, before anyone decides how wide or in which format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: How a piece of text is meant: as said, important, secondary, heading, wrong, right, a picture.
Tone = Literal["plain", "strong", "quiet", "heading", "bad", "good", "bar"]

#: Width of a page that goes into a pipe or a file.
PIPE_WIDTH = 100
BAR_CELLS = 20


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    name
        Its title.
    right
        Whether numbers stand under each other at the right edge.
    untitled
        The screen leaves the title out, so that the table's heading can stand there.
    drop
        Where the page is too narrow, columns with the largest `drop` move into the row's notes first; 0 never moves.
    as_note
        How a moved cell is written, for example ``busy {}``; empty if it is not worth a note.
    least
        Width down to which the column's text is wrapped before any column moves; 0 keeps its natural width.
    bar
        The cells are pictures of numbers: Markdown leaves them out, and a narrow page too.
    with_last
        Where the numbers of a table stand in several blocks, it is not parted from the column before it.
    """

    name: str
    right: bool = False
    untitled: bool = False
    drop: int = 0
    as_note: str = "{}"
    least: int = 0
    bar: bool = False
    with_last: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Cells, one for each column, and notes that stand below them."""

    cells: tuple[str, ...]
    notes: tuple[str, ...] = ()
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Table:
    """A heading over rows; `total` stands under them, `remarks` below everything."""

    heading: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    remarks: tuple[str, ...] = ()

    @property
    def is_picture(self) -> bool:
        """Whether it is a chart in text: no column holds anything else."""
        return all(column.bar for column in self.columns)


@dataclass(frozen=True, slots=True)
class Facts:
    """A heading with lines beside it; a line is a run of pieces that may break between pieces."""

    heading: str
    lines: tuple[tuple[str, ...], ...]
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Page:
    """A title, in pieces, and what stands under it."""

    title: tuple[str, ...]
    parts: tuple[Facts | Table, ...]


def bar(value: float, largest: float) -> str:
    """Draw a value as a bar whose full length is `largest`; what is above 0 shows at least something."""
    if value <= 0.0 or largest <= 0.0:
        return ""
    halves = max(1, round(2 * BAR_CELLS * min(value / largest, 1.0)))
    return "█" * (halves // 2) + "▌" * (halves % 2)

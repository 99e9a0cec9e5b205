"""Small damage to files, drawn at random and the same again for the same draw."""

from __future__ import annotations

import random
from collections.abc import Callable

#: What is put in place of a cell, a value or a character.
SCRAPS = (
    "", "NaN", "nan", ".nan", "inf", "-inf", "1e999", "-1", "-0.5", "0", "1e-9", "9" * 30, "1e30", "1e9", "1,200",
    '"1,200"', "2,5", "0x1f", "012", "1:30", "yes", "null", "~", "é", "e\u0301", "東京", "\U0001f600", "１２", "\u200b",
    "\u202e", "\x00", "\x1b", "\t", "'", '"', ";", ",", ":", "- ", "[", "]", "{", "}", "&a", "*a", "!!python/name:os",
    "|", "%", "#", "=cmd()", "../..", "x" * 300, " ", "2027-02-30", "aws", "auto", "internet",
)  # fmt: skip
Draw = random.Random


def mutated(content: bytes, draw: Draw) -> bytes:
    """Return a file's content after one to three changes, seldom more."""
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        content = draw.choice(CHANGES)(content, draw)
    return content


def _in_lines(change: Callable[[list[str], int, Draw], None]) -> Callable[[bytes, Draw], bytes]:
    """Return a change of lines as one of bytes."""

    def apply(content: bytes, draw: Draw) -> bytes:
        lines = content.decode("utf-8", "surrogateescape").split("\n")
        change(lines, draw.randrange(len(lines)), draw)
        return "\n".join(lines).encode("utf-8", "surrogateescape")

    return apply


def _delete_line(lines: list[str], at: int, _: Draw) -> None:
    del lines[at]


def _delete_lines(lines: list[str], at: int, draw: Draw) -> None:
    del lines[at : at + draw.randrange(1, 30)]


def _repeat_line(lines: list[str], at: int, _: Draw) -> None:
    lines.insert(at, lines[at])


def _swap_lines(lines: list[str], at: int, draw: Draw) -> None:
    other = draw.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]


def _indent_line(lines: list[str], at: int, draw: Draw) -> None:
    lines[at] = draw.choice(("  ", " ", "\t")) + lines[at]


def _in_cells(change: Callable[[list[str], int, Draw], None]) -> Callable[[list[str], int, Draw], None]:
    """Return a change of the cells of a line, or of what stands between its spaces, as one of lines."""

    def apply(lines: list[str], at: int, draw: Draw) -> None:
        separator = "," if lines[at].count(",") > 2 else " "
        cells = lines[at].split(separator)
        change(cells, draw.randrange(len(cells)), draw)
        lines[at] = separator.join(cells)

    return apply


def _set_cell(cells: list[str], at: int, draw: Draw) -> None:
    cells[at] = draw.choice(SCRAPS)


def _delete_cell(cells: list[str], at: int, _: Draw) -> None:
    del cells[at]


def _repeat_cell(cells: list[str], at: int, _: Draw) -> None:
    cells.insert(at, cells[at])


def _swap_cells(cells: list[str], at: int, draw: Draw) -> None:
    other = draw.randrange(len(cells))
    cells[at], cells[other] = cells[other], cells[at]


def _set_column(lines: list[str], at: int, draw: Draw) -> None:
    """Put the same scrap into one cell of every line."""
    scrap = draw.choice(SCRAPS)
    column = draw.randrange(lines[0].count(",") + 1)
    for number in range(1, len(lines)):
        cells = lines[number].split(",")
        if column < len(cells) and len(cells) > 1:
            cells[column] = scrap
            lines[number] = ",".join(cells)


def _insert(content: bytes, draw: Draw) -> bytes:
    at = draw.randrange(len(content) + 1)
    return content[:at] + draw.choice(SCRAPS).encode() + content[at:]


def _delete_characters(content: bytes, draw: Draw) -> bytes:
    at = draw.randrange(len(content) + 1)
    return content[:at] + content[at + draw.choice((1, 1, 2, 50)) :]


def _swap_characters(content: bytes, draw: Draw) -> bytes:
    at = draw.randrange(len(content) + 1)
    return content[:at] + content[at : at + 2][::-1] + content[at + 2 :]


def _set_byte(content: bytes, draw: Draw) -> bytes:
    at = draw.randrange(len(content) + 1)
    return content[:at] + bytes([draw.randrange(256)]) + content[at + 1 :]


def _truncate(content: bytes, draw: Draw) -> bytes:
    return content[: draw.randrange(len(content) + 1)]


def _change_digit(content: bytes, draw: Draw) -> bytes:
    """Change a digit, the quietest damage there is."""
    places = [at for at, byte in enumerate(content) if 48 <= byte <= 57]
    if not places:
        return content
    at = draw.choice(places)
    return content[:at] + str(draw.randrange(10)).encode() + content[at + 1 :]


CHANGES: tuple[Callable[[bytes, Draw], bytes], ...] = (
    *(_in_lines(change) for change in (_delete_line, _delete_lines, _repeat_line, _swap_lines, _indent_line)),
    *(_in_lines(_in_cells(_set_cell)) for _ in range(3)),
    *(_in_lines(_in_cells(change)) for change in (_delete_cell, _repeat_cell, _swap_cells)),
    _in_lines(_set_column),
    _insert, _insert, _delete_characters, _swap_characters, _set_byte, _truncate, _change_digit,
)  # fmt: skip

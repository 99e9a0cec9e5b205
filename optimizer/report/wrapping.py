"""Text broken into lines: at spaces, and between pieces that belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len, chop_cells

SEPARATOR = " · "

#: A number keeps its unit: "58 %", "60 ms", "USD 12" do not break.
_BREAK = re.compile(r"(?<![A-Z]{3})(?<! x) (?!%|ms\b|x )")


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


def longest_word(text: str) -> int:
    """Return the width below which `wrapped` cuts a word."""
    return max(cell_len(word) for word in _BREAK.split(text))

"""Snippets of a page: its blocks, what a command printed against what is shown, and shown lines renewed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r'title="([^"]+)"')
#: In what a command shows, a line of this stands for any lines.
ANY = "..."


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the rest of that line, its text, and where the text stands in the page."""

    kind: str
    info: str
    text: str
    span: tuple[int, int]

    @property
    def title(self) -> str | None:
        """Name of the file it is."""
        found = TITLE.search(self.info)
        return found[1] if found else None


def blocks_of(page: str) -> list[Block]:
    """Fenced blocks of a page, in order."""
    return [Block(found[1], found[2], found[3], found.span(3)) for found in FENCE.finditer(page)]


def without_trailing_blanks(text: str) -> str:
    """Lines of a text without blanks at their ends, and without empty lines around."""
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def fits(shown: str, printed: str) -> bool:
    """Whether a command printed what is shown."""
    lines = without_trailing_blanks(shown).splitlines()
    pattern = "\n".join("(?:.*\n)*?.*" if line == ANY else re.escape(line) for line in lines)
    return re.fullmatch(pattern, without_trailing_blanks(printed)) is not None


def renewed(shown: str, printed: str) -> str:
    """Return what is shown with its lines as they are printed today, each group of lines at its likeliest place."""
    today = without_trailing_blanks(printed).splitlines()
    lines, at = [], 0
    for number, old in enumerate(_groups(without_trailing_blanks(shown).splitlines())):
        places = range(at, len(today) - len(old) + 1) if number else range(1)
        at = max(places, key=lambda place: _likeness(old, today[place : place + len(old)]), default=at)
        lines += ([ANY] if number else []) + today[at : at + len(old)]
        at += len(old)
    return "\n".join(lines) + "\n"


def _groups(lines: list[str]) -> list[list[str]]:
    """Lines between those that stand for any."""
    groups: list[list[str]] = [[]]
    for line in lines:
        if line == ANY:
            groups.append([])
        else:
            groups[-1].append(line)
    return groups


def _likeness(old: list[str], new: list[str]) -> float:
    """How alike lines are, figures counting less than words; a command may print fewer lines than are shown."""
    pairs = list(zip(old, new, strict=False))
    return sum(_ratio(*pair) + 10.0 * _ratio(*(re.sub(r"[\d.,]+", "0", line) for line in pair)) for pair in pairs)


def _ratio(old: str, new: str) -> float:
    return SequenceMatcher(None, old, new, autojunk=False).ratio()

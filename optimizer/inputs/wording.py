"""How faults speak: values as they were found, likely names, and numbers as they should be written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches

#: Longer text is cut: a message is one line.
LONGEST_SHOWN = 60
#: More names than this are counted instead of listed.
NAMES_LISTED = 12

_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", re.ASCII)
_GROUPED_OTHERWISE = re.compile(r"[+-]?[1-9]\d{0,2}([ _'\u2019\u00a0\u202f]\d{3})+(\.\d+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_PER_CENT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*%", re.ASCII)
_WITH_UNIT = re.compile(r"[$\u20ac\u00a3\u00a5]?\s*([+-]?\d+(?:\.\d+)?)\s*[a-zA-Z/$\u20ac\u00a3\u00a5]*", re.ASCII)
_LEADING_ZERO = re.compile(r"[+-]?0+(\d+)", re.ASCII)
_CLOCK = re.compile(r"\d+(:\d+)+", re.ASCII)
_OTHER_BASE = re.compile(r"[+-]?0[xob][0-9a-f]+", re.ASCII | re.IGNORECASE)
_NOT_FINITE = re.compile(r"[+-]?\.?(nan|inf(inity)?)", re.ASCII | re.IGNORECASE)


def show(value: object) -> str:
    """Return a value as a message quotes it: text in quotes and cut, lists and mappings by what they are."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        cut = value if len(value) <= LONGEST_SHOWN else value[: LONGEST_SHOWN - 3] + "..."
        return json.dumps(cut, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    return repr(value)


def listed(names: Iterable[object]) -> str:
    """Return names with commas, sorted, at most `NAMES_LISTED` of them and a count of the rest."""
    known = sorted({str(name) for name in names})
    rest = len(known) - NAMES_LISTED
    return ", ".join(known[:NAMES_LISTED]) + (f" and {rest} more" if rest > 0 else "")


def did_you_mean(word: str, names: Iterable[str], kind: str) -> str:
    """Return a mend for an unknown name: the likeliest known one, or all of them.

    Parameters
    ----------
    word
        The name found.
    names
        The names there are.
    kind
        What they name, in the plural: ``keys``.
    """
    known = sorted(set(names))
    lowered = {name.lower(): name for name in known}
    close = get_close_matches(word.lower()[:200], lowered, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {lowered[close[0]]}?"
    return f"Known {kind}: {listed(known)}." if known else f"There are no {kind}."


def number_mend(text: str) -> str:
    """Return how a cell or value that is no number should be written instead.

    Returns
    -------
    str
        For example ``Write 1200.`` for ``1,200``.
    """
    text = text.strip()
    if not text:
        return "Give a number."
    for pattern, mend in _NUMBER_MENDS:
        if match := pattern.fullmatch(text):
            return mend(match)
    return "Write a plain number, such as 12.5."


def _ungrouped(match: re.Match[str]) -> str:
    return f"Write {re.sub(r'[^0-9.+-]', '', match[0])}."


def _share(match: re.Match[str]) -> str:
    return f"Write {match[1]} without the sign, or {float(match[1]) / 100:g} for a share."


def _decimal(_: re.Match[str]) -> str:
    return "Write it as a plain decimal number."


#: What is found instead of a number, and what to write; the first pattern that fits speaks.
_NUMBER_MENDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_NOT_FINITE, lambda _: "Give a finite number."),
    (_GROUPED, _ungrouped),
    (_GROUPED_OTHERWISE, _ungrouped),
    (_DECIMAL_COMMA, lambda match: f"Write {match[0].replace(',', '.')}."),
    (_PER_CENT, _share),
    (_LEADING_ZERO, lambda match: f"Write {match[1]}."),
    (_CLOCK, _decimal),
    (_OTHER_BASE, _decimal),
    (_WITH_UNIT, lambda match: f"Write {match[1]}, the unit is in the name."),
)

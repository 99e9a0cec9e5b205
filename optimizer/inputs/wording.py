"""How faults speak: values as they were found, likely names, and numbers as they should be written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches

from optimizer.inputs.characters import in_plain_digits

#: Longer text is cut: a message is one line.
LONGEST_SHOWN = 60
#: More names than this are counted instead of listed.
NAMES_LISTED = 12
#: More of an unknown name is not compared with the known ones.
LONGEST_COMPARED = 200

_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", re.ASCII)
_GROUPED_OTHERWISE = re.compile(r"[+-]?[1-9]\d{0,2}([ _'\u2019\u00a0\u202f]\d{3})+(\.\d+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_DECIMAL_COMMA_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}([. \u00a0\u202f]\d{3})+,\d+", re.ASCII)
_PER_CENT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*%", re.ASCII)
_WITH_UNIT = re.compile(r"[$\u20ac\u00a3\u00a5]?\s*([+-]?\d+(?:\.\d+)?)\s*[a-zA-Z/$\u20ac\u00a3\u00a5]*", re.ASCII)
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_LEADING_ZERO = re.compile(r"[+-]?0+(\d+)", re.ASCII)
_CLOCK = re.compile(r"\d+(:\d+)+", re.ASCII)
_OTHER_BASE = re.compile(r"[+-]?0[xob][0-9a-f]+", re.ASCII | re.IGNORECASE)
_FRACTION = re.compile(r"\d\.\d", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?\.?(nan|inf(inity)?)", re.ASCII | re.IGNORECASE)


def cut(text: str) -> str:
    """Return text, or the beginning of a long one."""
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."


def show(value: object) -> str:
    """Return a value as a message quotes it: text in quotes, cut, unseen signs by number; lists by what they are."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        quoted = json.dumps(cut(value), ensure_ascii=False)
        return "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in quoted)
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


def did_you_mean(word: str, names: Iterable[str], kind: str, listed_in: str = "") -> str:
    """Return a mend for an unknown name: the likeliest known one, or all of them.

    Parameters
    ----------
    word
        The name found.
    names
        The names there are.
    kind
        What they name, in the plural: ``keys``.
    listed_in
        File that lists them, where that is another than the one the name was found in.
    """
    known = sorted(set(names))
    where = f" {kind.capitalize()} are listed in {listed_in}." if listed_in else ""
    if close := likely_name(word, known):
        return f"Did you mean {close}?{where}"
    return (f"Known {kind}: {listed(known)}." if known else f"There are no {kind}.") + where


def likely_name(word: str, names: Iterable[str], alike: float = 0.6) -> str:
    """Return the known name that is most like a word, whatever its case; empty where none is.

    Parameters
    ----------
    alike
        Share of the letters that must agree, as `difflib` counts it.
    """
    lowered = {name.lower(): name for name in sorted(set(names))}
    close = get_close_matches(word.lower()[:LONGEST_COMPARED], lowered, n=1, cutoff=alike)
    return lowered[close[0]] if close else ""


def number_mend(text: str, *, whole: bool = False) -> str:
    """Return how a cell or value that is no number, or no whole one, should be written instead.

    Returns
    -------
    str
        For example ``Write 1200.`` for ``1,200``.
    """
    mend = _number_mend(text.strip())
    return "Write a whole number, such as 12." if whole and _FRACTION.search(mend) else mend


def _number_mend(text: str) -> str:
    if not text:
        return "Give a number."
    for pattern, mend in _NUMBER_MENDS:
        if match := pattern.fullmatch(text):
            return mend(match)
    plain = in_plain_digits(text).replace("\u2212", "-")
    return f"Write {plain}." if plain != text and _PLAIN.fullmatch(plain) else "Write a plain number, such as 12.5."


def decimal_comma_mend(text: str) -> str:
    """Return how a cell with one comma should be written if that may be a decimal comma, empty for any other cell."""
    if not _DECIMAL_COMMA.fullmatch(text):
        return ""
    decimal, grouped = text.replace(",", "."), text.replace(",", "")
    either = f", or {grouped} without a sign between thousands" if _GROUPED.fullmatch(text) else ""
    return f"Write {decimal}{either}."


def _ungrouped(match: re.Match[str]) -> str:
    return f"Write {re.sub(r'[^0-9.+-]', '', match[0])}."


def _with_point(match: re.Match[str]) -> str:
    return f"Write {re.sub(r'[^0-9,+-]', '', match[0]).replace(',', '.')}."


def _share(match: re.Match[str]) -> str:
    return f"Write {match[1]} without the sign, or {float(match[1]) / 100:g} for a share."


def _decimal(_: re.Match[str]) -> str:
    return "Write it as a plain decimal number."


#: What is found instead of a number, and what to write; the first pattern that fits speaks.
_NUMBER_MENDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_NOT_FINITE, lambda _: "Give a finite number."),
    (_GROUPED, _ungrouped),
    (_GROUPED_OTHERWISE, _ungrouped),
    (_DECIMAL_COMMA, _with_point),
    (_DECIMAL_COMMA_GROUPED, _with_point),
    (_PER_CENT, _share),
    (_LEADING_ZERO, lambda match: f"Write {match[1]}."),
    (_CLOCK, _decimal),
    (_OTHER_BASE, _decimal),
    (_WITH_UNIT, lambda match: f"Write {match[1]}, the unit is in the name."),
)

"""Records as CSV that a spreadsheet reads as data, never as formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from optimizer.report.signs import clean_lines

#: What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"), also in the full width of East Asia.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
#: A spreadsheet set to semicolons begins a new cell at each of them.
_FORMULA_AFTER_SEMICOLON = re.compile(r"(;\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)

Value = str | int | float | bool | None


def csv_text(names: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """Return CSV with one header line.

    Numbers are written in full, text that is one as it stands; text that a spreadsheet would run as a formula gets a
    leading apostrophe, also after a semicolon; None is an empty cell.

    Parameters
    ----------
    names
        Column names.
    rows
        Values in the order of `names`.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([_harmless(name) for name in names])
    for row in rows:
        writer.writerow([_harmless(value) if isinstance(value, str) else _number(value) for value in row])
    return stream.getvalue()


def _harmless(text: str) -> str:
    # A lone carriage return would end the row for some readers: control characters are replaced, line breaks quoted.
    if _NUMBER.fullmatch(text):
        return text
    return ("'" if _FORMULA.match(text) else "") + _FORMULA_AFTER_SEMICOLON.sub(r"\1'", clean_lines(text))


def _number(value: float | bool | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return float.__repr__(value) if isinstance(value, float) else str(value)  # numpy's repr names its type

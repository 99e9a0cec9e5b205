"""Records as CSV that a spreadsheet reads as data, never as formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from optimizer.report.signs import clean_lines

#: What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

Value = str | int | float | bool | None


def csv_text(names: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """Return CSV with one header line.

    Numbers are written in full; text that a spreadsheet would run as a formula gets a leading apostrophe; None is an
    empty cell.

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
    return ("'" if text.startswith(_FORMULA_STARTS) else "") + clean_lines(text)


def _number(value: float | bool | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)

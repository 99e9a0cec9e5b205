"""What the columns of a CSV file hold, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from optimizer.inputs.columns import Column
from reference.words import bounds, joined, table, unit_of

KINDS = {"text": "text", "number": "number", "whole": "whole number", "names": "names, `a\\|b\\|c`", "date": "date"}


def column_table(columns: Iterable[Column], meanings: Mapping[str, str]) -> str:
    """Return a table of columns with what they hold and mean."""
    rows = [(f"`{item.name}`", holds(item), _needed(item), meanings[item.name]) for item in columns]
    return table(("column", "holds", "needed", "meaning"), rows)


def holds(column: Column) -> str:
    """Return type, bounds and unit of a column in words."""
    if column.choices:
        return " · ".join(f"`{word}`" for word in column.choices)
    low = column.low if column.above < column.low else None
    return joined([KINDS[column.kind], *bounds(low, column.above, column.high), unit_of(column.name)])


def _needed(column: Column) -> str:
    if not column.required:
        return "column may be left out"
    return "cell may be empty" if column.may_be_empty else "yes"

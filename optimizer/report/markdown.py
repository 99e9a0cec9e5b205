"""A page as Markdown (GitHub's tables)."""

from __future__ import annotations

import re

from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.signs import clean

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~])")


def page_markdown(page: Page) -> str:
    """Return a page as Markdown: a heading, a list of facts, and one table for each table."""
    blocks = [f"# {' · '.join(_escaped(piece) for piece in page.title)}"]
    parts = (part for part in page.parts if isinstance(part, Facts) or not part.is_picture)
    blocks += [_facts(part) if isinstance(part, Facts) else _table(part) for part in parts]
    return "\n\n".join(blocks) + "\n"


def _facts(facts: Facts) -> str:
    lines = [" · ".join(_escaped(piece) for piece in pieces) for pieces in facts.lines]
    if len(lines) == 1:
        return f"**{_escaped(facts.heading)}:** {lines[0]}"
    return "\n".join([f"**{_escaped(facts.heading)}**", "", *(f"- {line}" for line in lines)])


def _table(table: Table) -> str:
    columns = [(index, column) for index, column in enumerate(table.columns) if not column.bar]
    with_notes = any(row.notes for row in table.rows)
    titles = [column.name for _, column in columns] + (["notes"] if with_notes else [])
    marks = [_mark(column) for _, column in columns] + (["---"] if with_notes else [])
    rows = [*table.rows, *([table.total] if table.total is not None else [])]
    lines = [f"## {_escaped(table.heading)}", "", _line(titles), f"| {' | '.join(marks)} |"]
    lines += [_line(_cells(row, columns, with_notes=with_notes)) for row in rows]
    for remark in table.remarks:
        lines += ["", _escaped(remark)]
    return "\n".join(lines)


def _cells(row: Row, columns: list[tuple[int, Column]], *, with_notes: bool) -> list[str]:
    cells = [row.cells[index] for index, _ in columns]
    return [*cells, " · ".join(row.notes)] if with_notes else cells


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(_escaped(cell) for cell in cells)} |"


def _mark(column: Column) -> str:
    return "---:" if column.right else "---"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", clean(text))

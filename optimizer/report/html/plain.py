"""Any page as HTML: what the screen says, without charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from optimizer.report.html.markup import Html, between, joined, tag
from optimizer.report.html.page import page
from optimizer.report.html.parts import Column, Line, section, table
from optimizer.report.page import Column as ScreenColumn
from optimizer.report.page import Facts, Page, Row, Table

#: Tables with more columns than stand beside each other on a phone, or with long texts, have a card for each row there.
MOST_BESIDE = 3
#: What has no more characters than the first fits a place of a card, with no more than the second two of them.
SHORT, LONG = 9, 20


def plain_html(shown: Page, document: Mapping[str, Any]) -> str:
    """Return a page of facts and tables as HTML, with its document in it."""
    title, *about = shown.title
    sections = [
        _facts(f"part-{number}", part) if isinstance(part, Facts) else _table(f"part-{number}", part)
        for number, part in enumerate(shown.parts, start=1)
        if isinstance(part, Facts) or not part.is_picture
    ]
    return page("Fleetopt", title, about, sections, document)


def _facts(name: str, facts: Facts) -> Html:
    lines = (tag("p", between(" · ", *pieces), class_=_kind(facts.tone)) for pieces in facts.lines)
    return section(name, facts.heading, *lines)


def _table(name: str, shown: Table) -> Html:
    rows_of = [*shown.rows, *([shown.total] if shown.total is not None else [])]
    kept = [
        number
        for number, column in enumerate(shown.columns)
        if not column.bar and (number == 0 or any(row.cells[number] for row in rows_of))
    ]
    columns = [_column(shown.columns[number], [row.cells[number] for row in rows_of]) for number in kept]
    rows = (Line(_cells(row, kept), kind=_kind(row.tone)) for row in shown.rows)
    total = _cells(shown.total, kept) if shown.total is not None else ()
    cards = len(columns) > MOST_BESIDE or any(column.wide for column in columns)
    told = table(shown.heading, columns, rows, total, cards=cards)
    return section(name, shown.heading, told, remark=" ".join(shown.remarks))


def _column(column: ScreenColumn, cells: Iterable[str]) -> Column:
    """Return a column of the screen: in a card long cells have two places, and longer ones a line of their own."""
    longest = max(map(len, cells), default=0)
    wide = not column.right and longest > LONG
    return Column(column.name, number=column.right, wide=wide, labelled=longest > SHORT)


def _cells(row: Row, kept: Iterable[int]) -> list[Html]:
    first, *others = (joined(row.cells[number]) for number in kept)
    note = tag("span", between(" · ", *row.notes), class_="note") if row.notes else ""
    return [joined(first, note), *others]


def _kind(tone: str) -> str:
    return tone if tone in ("bad", "good") else ""

"""What binds a plan and what it rests on, as a report."""

from __future__ import annotations

import dataclasses

from optimizer.domain.explained import Move, Overview
from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.report import Records, Report
from optimizer.report.words import money, money_digits, signed_percent
from optimizer.units import HOURS_PER_MONTH

_HEADINGS = (
    (("latency", "limit", "region"), "What binds"),
    (("hardware",), "Close calls"),
    (("assumption",), "Assumptions"),
)


def overview_report(found: Overview) -> Report:
    """Return an overview as a report."""
    return Report(page=lambda: _page(found), document=found.to_dict, records=lambda: _records(found))


def _page(found: Overview) -> Page:
    a_month = found.total / found.horizon_hours * HOURS_PER_MONTH
    digits = money_digits(a_month)
    total = f"{found.currency} {money(a_month, digits)} a month"
    facts = Facts("Cheapest plan", ((total, "proved: found at gap 0"),), "strong")
    tables = []
    for groups, heading in _HEADINGS:
        rows = tuple(_row(found, move, digits) for move in found.moves if move.group in groups)
        if rows:
            tables.append(Table(heading, _columns(), rows))
    left = Facts("Left out", tuple((text,) for text in found.left_out))
    return Page((found.scenario, "what binds, and what it rests on"), (facts, *tables, left))


def _columns() -> tuple[Column, ...]:
    return (
        Column("what", untitled=True, least=24),
        Column("if it is", least=16),
        Column("a month", right=True),
        Column("of the total", right=True),
    )


def _row(found: Overview, move: Move, digits: int) -> Row:
    if move.difference is None:
        return Row((move.what, move.change, "no plan", ""), (move.detail,))
    a_month = move.difference / found.horizon_hours * HOURS_PER_MONTH
    sign = "+" if a_month > 0.0 else ""
    share = signed_percent(move.difference / found.total) if found.total else ""
    return Row((move.what, move.change, sign + money(a_month, digits), share))


def _records(found: Overview) -> Records:
    names = tuple(field.name for field in dataclasses.fields(Move))
    return Records(names, [tuple(getattr(move, name) for name in names) for move in found.moves])

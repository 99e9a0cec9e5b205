"""Why this and why not that, as a report: a verdict in each row."""

from __future__ import annotations

import dataclasses

from optimizer.domain.explained import Explanation, Verdict
from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.report import Records, Report
from optimizer.report.words import money, money_digits, option_label, signed_percent
from optimizer.units import HOURS_PER_MONTH

_COLUMNS = (
    Column("item", untitled=True),
    Column("service"),
    Column("verdict", least=10),
    Column("other plan", drop=2),
    Column("a month", right=True, drop=1, as_note="{} a month"),
    Column("of the total", right=True),
)


def explain_report(explanation: Explanation) -> Report:
    """Return an explanation as a report."""
    return Report(
        page=lambda: _page(explanation),
        document=explanation.to_dict,
        records=lambda: _records(explanation),
    )


def _page(explanation: Explanation) -> Page:
    a_month = explanation.total / explanation.horizon_hours * HOURS_PER_MONTH
    digits = money_digits(a_month)
    total = f"{explanation.currency} {money(a_month, digits)} a month"
    rows = tuple(_row(explanation, verdict, digits) for verdict in explanation.verdicts)
    title = (explanation.scenario, f"why this {explanation.kind.replace('_', ' ')}, or why not")
    facts = Facts("Cheapest plan", ((total, "proved: found at gap 0"),), "strong")
    return Page(title, (facts, Table("Verdicts", _COLUMNS, rows)))


def _row(explanation: Explanation, verdict: Verdict, digits: int) -> Row:
    difference, share, other = "", "", ""
    if verdict.change and verdict.difference is not None:
        a_month = verdict.difference / explanation.horizon_hours * HOURS_PER_MONTH
        difference = f"{'+' if a_month > 0.0 else ''}{money(a_month, digits)}"
        share = signed_percent(verdict.difference / explanation.total) if explanation.total else ""
        other = f"best plan {verdict.change}"
    where = f"it would run in {verdict.where}" if verdict.where and verdict.verdict != "chosen" else verdict.where
    notes = tuple(text for text in (where, verdict.detail) if text)
    cells = (option_label(verdict.item), verdict.service, verdict.verdict.replace("_", " "), other, difference, share)
    return Row(cells, notes)


def _records(explanation: Explanation) -> Records:
    names = tuple(field.name for field in dataclasses.fields(Verdict))
    return Records(names, [tuple(getattr(each, name) for name in names) for each in explanation.verdicts])

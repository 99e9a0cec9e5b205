"""Why this and why not that, as a report: a verdict in each row."""

from __future__ import annotations

import dataclasses

from optimizer.domain.explained import Explanation, Verdict
from optimizer.domain.plan import CostLine
from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.report import Records, Report
from optimizer.report.words import date_range, money, money_digits, option_label, percent, signed_percent, significant
from optimizer.units import HOURS_PER_MONTH

_COLUMNS = (
    Column("item", untitled=True),
    Column("service"),
    Column("verdict", least=10),
    Column("other plan", drop=2),
    Column("a month", right=True, drop=1, as_note="{} a month"),
    Column("of the total", right=True),
)


_BILL_COLUMNS = (
    Column("line", untitled=True),
    Column("service"),
    Column("quantity", right=True, drop=1),
    Column("unit", drop=1),
    Column("price", right=True, drop=1),
    Column("a month", right=True),
    Column("of the total", right=True),
)
#: Explanations of a part of the bill.
BILL_KINDS = ("cost_category", "cost_line")
#: More lines than this are added up.
LINES_SHOWN = 8


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
    asked = f"why this {explanation.kind.replace('_', ' ')}, or why not"
    title = (explanation.scenario, "what a part of the bill is made of" if explanation.kind in BILL_KINDS else asked)
    parts: list[Facts | Table] = [Facts("Cheapest plan", ((total, "proved: found at gap 0"),), "strong")]
    if explanation.kind in BILL_KINDS:
        parts.append(_bill(explanation, digits))
    if rows or explanation.kind not in BILL_KINDS:
        parts.append(Table("Verdicts", _COLUMNS, rows))
    return Page(title, tuple(parts))


def _bill(explanation: Explanation, digits: int) -> Table:
    """The lines asked about, a month, with what they are made of."""
    months = explanation.horizon_hours / HOURS_PER_MONTH
    rows = [_line_row(line, months, digits, explanation.total) for line in explanation.lines[:LINES_SHOWN]]
    rest = explanation.lines[LINES_SHOWN:]

    def in_all(name: str, lines: tuple[CostLine, ...]) -> tuple[str, ...]:
        amount = sum(line.amount for line in lines)
        return (name, "", "", "", "", money(amount / months, digits), _share(amount, explanation.total))

    if rest:
        rows.append(Row(in_all(f"{len(rest)} more", rest)))
    if not rows:
        return Table("Made of", _BILL_COLUMNS, (), remarks=("nothing: the bill has no such line",))
    return Table("Made of", _BILL_COLUMNS, tuple(rows), total=Row(in_all("in all", explanation.lines), tone="strong"))


def _line_row(line: CostLine, months: float, digits: int, total: float) -> Row:
    cells = (
        line.item,
        line.service,
        significant(line.quantity / months),
        line.unit,
        f"{line.unit_price:,.6g}",
        money(line.amount / months, digits),
        _share(line.amount, total),
    )
    return Row(cells, (f"{line.basis}, {date_range([line.as_of])}: {line.source}",) if line.amount else ())


def _share(amount: float, total: float) -> str:
    return percent(amount / total) if total else ""


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

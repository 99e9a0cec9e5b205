"""The page of a difference: rows, columns and sums agree to the cent."""

from __future__ import annotations

import re
from dataclasses import replace

from optimizer.differences import difference_of
from optimizer.domain.plan import Plan
from optimizer.report.diff_page import diff_page, diff_report
from optimizer.report.formats import Format
from optimizer.report.page import Facts, Table
from optimizer.report.report import render
from tests.unit.report.sample_plan import sample_plan


def _number(text: str) -> float:
    return float(text.replace(",", "") or 0.0)


def _changed() -> Plan:
    plan = sample_plan()
    lines = tuple(replace(line, amount=line.amount * 1.0371 + 0.333) for line in plan.cost.lines)
    total = sum(line.amount for line in lines)
    return plan.replace(
        cost=replace(plan.cost, lines=lines, total=total),
        objective=replace(plan.objective, total=total, lower_bound=total),
    )


def test_every_table_of_money_adds_up_to_the_cent_and_to_the_headline():
    """Each row is after less before as shown, each column its sum, every sum that of the heading."""
    plan = sample_plan()
    page = diff_page(difference_of(plan.replace(objective=replace(plan.objective, lower_bound=plan.cost.total)),
                                   _changed()))  # fmt: skip
    tables = [part for part in page.parts if isinstance(part, Table) and "a month" in part.heading]
    assert [table.heading.split(",")[0] for table in tables] == ["By category", "By service", "Line by line"]
    facts = {part.heading: part.lines for part in page.parts if isinstance(part, Facts)}
    headline = _number(re.search(r"[+-][\d,.]+", facts["Difference"][0][0])[0])
    for table in tables:
        assert table.total is not None
        for row in (*table.rows, table.total):
            assert round(_number(row.cells[2]) - _number(row.cells[1]), 2) == _number(row.cells[3])
        for column in (1, 2, 3):
            assert round(sum(_number(row.cells[column]) for row in table.rows), 2) == _number(table.total.cells[column])
        assert _number(table.total.cells[3]) == headline


def test_a_difference_within_the_gaps_is_called_none():
    """The amount is told, and that nothing about it is proved."""
    plan = sample_plan()
    other = plan.replace(objective=replace(plan.objective, total=plan.objective.total + 1.0))
    text = render(diff_report(difference_of(plan, other)), Format.TABLE)
    assert "none that is proved: USD +" in text
    assert "within both gaps" in text


def test_equal_plans_say_so_and_every_format_can_be_written():
    """A short page; JSON tells that nothing differs, CSV has a header alone."""
    report = diff_report(difference_of(sample_plan(), sample_plan(), ("a.json", "b.json")))
    assert "nothing: the same fleet on the same inputs, with the same bill" in render(report, Format.TABLE)
    assert '"differs": false' in render(report, Format.JSON)
    assert render(report, Format.CSV).count("\n") == 1
    assert render(report, Format.MARKDOWN).startswith("# a.json and b.json")

"""Regret on the page: a table for each set of prices, one row for all that sign the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.decisions.records import Bought, Comparison, OptionAnswer, Regret, RegretCase, RegretRow
from optimizer.report.compare_regret import regret_facts, regret_tables

THREE = (Bought("aws/east", "one", "committed_1y", 3, 3, 3.0),)
FIVE = (Bought("aws/east", "one", "committed_1y", 5, 5, 5.0),)
CASES = tuple(
    RegretCase(name if label is None else f"{name}, {label}", name, label, weight)
    for label, weight in ((None, 0.4), ("spot doubles", 0.1))
    for name in ("low", "high")
)
NAMES = tuple(case.name for case in CASES)


def _row(made_for: str, bought: tuple[Bought, ...], totals: tuple[float | None, ...], expected: float) -> RegretRow:
    least = (1200.0, 2400.0, 1200.0, 3600.0)
    regrets = [None if total is None else total - best for total, best in zip(totals, least, strict=True)]
    largest = None if None in regrets else max(value or 0.0 for value in regrets)
    return RegretRow(
        made_for,
        bought,
        dict(zip(NAMES, totals, strict=True)),
        dict(zip(NAMES, regrets, strict=True)),
        largest,
        expected,
    )


def _found() -> Comparison:
    low = (1200.0, 3600.0, 1200.0, None)
    high = (1800.0, 2400.0, 1800.0, 3600.0)
    rows = (
        _row("low", THREE, low, 2400.0),
        _row("high", FIVE, high, 2160.0),
        _row("low, spot doubles", THREE, low, 2400.0),
        _row("high, spot doubles", FIVE, high, 2160.0),
        _row("all", FIVE, high, 2040.0),
    )
    regret = Regret(12.0, CASES, {case.name: case.weight for case in CASES}, rows, "high", "all")
    option = OptionAnswer("as it stands", (), "optimal", total=1200.0, months=12.0)
    return Comparison("fleetopt/comparison/1", "shop", "USD", (option,), regret=regret)


def test_each_set_of_prices_has_its_table():
    """Columns are the demands; the first table adds what counts over all of them."""
    today, doubled = regret_tables(_found())
    assert [today.heading, doubled.heading] == [
        "If another demand comes", "If another demand comes and spot doubles"]  # fmt: skip
    titles = [column.name for column in today.columns]
    assert titles[1:] == ["low comes", "regret", "high comes", "regret", "largest", "expected"]
    assert [column.name for column in doubled.columns] == titles[:5]


def test_rows_that_sign_the_same_are_one():
    """Its cells are a month's money, - where nothing serves the demand; the notes name what it signs and the others."""
    today, doubled = regret_tables(_found())
    assert [row.cells for row in today.rows] == [
        ("for low", "100", "0", "300", "100", "-", "200"),
        ("for high", "150", "50", "200", "0", "50", "180"),
    ]
    assert doubled.rows[0].cells == ("for low", "100", "0", "-", "-")
    assert today.rows[1].notes == ("5 x one 1 year aws east", "the same for high, spot doubles · all together")
    assert [row.notes for row in doubled.rows] == [(), ()]


def test_what_deciding_together_saves_is_told():
    """Against the best choice made for one case, on average, a month."""
    facts = regret_facts(_found())
    assert facts is not None
    assert facts.lines == (
        (
            "commitments for high",
            "least on average: for all together",
            "deciding for all together saves USD 10 a month against the best single one",
        ),
    )


WHY = "ranking needs 80 requests/s, and at most 40 fit within limits.quotas.0."


def without_high(weight: float = 0.0) -> Comparison:
    """The comparison as it is where the high demand has no plan, at no prices, and nor has the first option."""
    found = _found()
    assert found.regret is not None
    cases = tuple(
        replace(case, status="infeasible", reasons=(WHY,), weight=weight) if case.demand == "high" else case
        for case in CASES
    )
    none = {name: None for name in NAMES if name.startswith("high")}
    rows = tuple(
        replace(row, totals={**row.totals, **none}, regrets={**row.regrets, **none}, largest=600.0)
        for row in found.regret.rows
        if not row.made_for.startswith("high")
    )
    regret = replace(found.regret, cases=cases, rows=rows, least_regret="low", least_expected=None)
    option = OptionAnswer("as it stands", (), "infeasible", (WHY,))
    return replace(found, options=(option,), regret=regret)


def test_a_demand_without_a_plan_is_a_row_with_its_reason():
    """Once for all prices, in the first table; the others keep their figures, though the first option has no plan."""
    today, doubled = regret_tables(without_high())
    assert [row.cells[0] for row in today.rows] == ["for low", "for all together", "for high"]
    assert today.rows[0].cells == ("for low", "100", "0", "-", "-", "50", "200")
    refused = today.rows[-1]
    assert (refused.cells, refused.tone) == (("for high", *["-"] * 6), "bad")
    assert refused.notes == (f"no plan, proven: {WHY[:-1]}", "the same for high, spot doubles")
    assert [row.cells[0] for row in doubled.rows] == ["for low", "for all together"]


@pytest.mark.parametrize(("weight", "said"), [(0.0, "served"), (0.2, "served, and where one that has a weight cannot")])
def test_what_a_dash_means_is_told(weight: float, said: str):
    """A weight that cannot be served leaves nothing to expect."""
    today, _ = regret_tables(without_high(weight))
    assert today.remarks[0].endswith(f"- where the demand cannot be {said}")


def test_a_saving_of_nothing_is_told_as_nothing():
    """Not as USD 0."""
    found = _found()
    assert found.regret is not None
    alike = tuple(replace(row, expected=2040.0) for row in found.regret.rows)
    facts = regret_facts(replace(found, regret=replace(found.regret, rows=alike)))
    assert facts is not None
    assert facts.lines[0][-1] == "deciding for all together saves nothing against the best single one"

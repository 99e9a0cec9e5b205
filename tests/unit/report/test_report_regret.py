"""Regret on the page: a table for each set of prices, one row for all that sign the same."""

from __future__ import annotations

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
    regret = Regret(CASES, {case.name: case.weight for case in CASES}, rows, "high", "all")
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

"""Regret on the page of a comparison: a table for each set of prices, and what to choose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from optimizer.decisions.records import Comparison, Regret, RegretCase, RegretRow
from optimizer.report.page import Column, Facts, Row, Table
from optimizer.report.words import money, option_label, place_label

ALL = "all"
#: What is said of a demand without a plan of its own.
NO_PLAN = {
    "infeasible": "no plan, proven",
    "no_plan": "no plan found; nothing is proven",
    "failed": "failed",
}


def regret_tables(found: Comparison) -> Iterator[Table]:
    """What each choice of commitments costs a month in each case, and how much more than the best choice.

    One table for each set of prices. The first one has the largest regret and the expected cost over all of them.
    """
    regret = found.regret
    if regret is None:
        return
    prices = list(dict.fromkeys(case.price_change for case in regret.cases))
    for number, label in enumerate(prices):
        cases = [case for case in regret.cases if case.price_change == label]
        heading = "If another demand comes" if label is None else f"If another demand comes and {label}"
        remarks = _remarks(regret, len(prices) > 1) if number == 0 else ()
        rows = (*_rows(regret, cases, whole=number == 0), *(_refused(regret) if number == 0 else ()))
        yield Table(heading, _columns(cases, whole=number == 0), rows, remarks=remarks)


def _columns(cases: Sequence[RegretCase], *, whole: bool) -> tuple[Column, ...]:
    columns = [Column("commitments for", untitled=True, least=16)]
    for case in cases:
        columns += [Column(f"{case.demand} comes", right=True), Column("regret", right=True, with_last=True)]
    if whole:
        columns += [Column("largest", right=True), Column("expected", right=True)]
    return tuple(columns)


def _refused(regret: Regret) -> Iterator[Row]:
    """A row for all cases that have no plan for the same reasons: nothing can be signed for them."""
    alike: dict[str, list[str]] = {}
    for case in regret.cases:
        if not case.has_plan:
            alike.setdefault(no_plan(NO_PLAN[case.status], case.reasons), []).append(case.name)
    width = 2 * len({case.demand for case in regret.cases}) + 2
    for reason, (name, *others) in alike.items():
        same = (f"the same for {' · '.join(others)}",) if others else ()
        yield Row((f"for {name}", *["-"] * width), (reason.rstrip("."), *same), "bad")


def no_plan(status: str, reasons: Sequence[str]) -> str:
    """``no plan, proven: ranking needs ...``."""
    return f"{status}: {' '.join(reasons)}".rstrip(": ")


def _rows(regret: Regret, cases: Sequence[RegretCase], *, whole: bool) -> tuple[Row, ...]:
    """One row for all that sign the same."""
    months = regret.months
    alike: dict[str, list[RegretRow]] = {}
    for row in regret.rows:
        alike.setdefault(_signed(row), []).append(row)
    rows = []
    for signed, (row, *others) in alike.items():
        cells = [f"for {row_name(row.made_for)}"]
        for case in cases:
            cells += [_money(row.totals[case.name], months), _money(row.regrets[case.name], months)]
        if whole:
            cells += [_money(row.largest, months), _money(row.expected, months)]
        notes = [signed] if whole else []
        if whole and others:
            notes.append(f"the same for {' · '.join(row_name(other.made_for) for other in others)}")
        rows.append(Row(tuple(cells), tuple(notes)))
    return tuple(rows)


def _signed(row: RegretRow) -> str:
    bought = [
        f"{item.most} x {item.instance_type} {option_label(item.purchase_option)} {place_label(item.location)}"
        for item in row.committed
    ]
    return ", ".join(bought) or "nothing committed"


def _remarks(regret: Regret, several: bool) -> tuple[str, ...]:
    where = "of the regrets in all tables" if several else "of the regrets"
    weights = "by the weights of demands and prices" if several else "by the weights of the demands"
    dash = "- where the demand cannot be served"
    if any(not case.has_plan and case.weight > 0.0 for case in regret.cases):
        dash += ", and where one that has a weight cannot"
    return (f"largest: {where} · expected: {weights} · {dash}",)


def _money(value: float | None, months: float) -> str:
    return "-" if value is None else money(value / months)


def regret_facts(found: Comparison) -> Facts | None:
    """Which commitments are regretted least, and which cost least on average."""
    regret = found.regret
    if regret is None or regret.least_regret is None:
        return None
    pieces = [f"commitments for {row_name(regret.least_regret)}"]
    if regret.least_expected is not None:
        pieces.append(f"least on average: for {row_name(regret.least_expected)}")
        pieces += _saving(regret, found.currency)
    return Facts("Least regret", (tuple(pieces),))


def row_name(name: str) -> str:
    """For whom the commitments of a row are made, in words."""
    return "all together" if name == ALL else name


def _saving(regret: Regret, currency: str) -> list[str]:
    """What deciding for all that may come together saves against the best choice made for one, on average."""
    expected = {row.made_for: row.expected for row in regret.rows}
    together = expected.pop(ALL, None)
    alone = [value for value in expected.values() if value is not None]
    if together is None or not alone:
        return []
    saved = max(0.0, min(alone) - together) / regret.months
    worth = f"{currency} {money(saved)} a month" if round(saved) else "nothing"
    return [f"deciding for all together saves {worth} against the best single one"]

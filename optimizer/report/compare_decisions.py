"""Break-even prices and regret on the page of a comparison."""

from __future__ import annotations

from optimizer.decisions.records import BreakEven, Comparison, Regret
from optimizer.report.page import Column, Facts, Row, Table
from optimizer.report.words import money, option_label, place_label, signed_percent, significant

NOT_FOUND = {
    "never": "is never 1 % of what the cheapest plan costs, down to a twentieth of its price",
    "always": "there is no plan without it, whatever it costs",
}


def break_even_table(found: Comparison) -> Table | None:
    """Up to which price each instance type asked for takes part in the cheapest plan."""
    if not found.break_even:
        return None
    columns = (
        Column("type", untitled=True, least=14),
        Column("place", untitled=True, least=12),
        Column("bought", untitled=True),
        Column("price", right=True),
        Column("breaks even at", right=True),
        Column("change", right=True),
    )
    rows: list[Row] = []
    for item in found.break_even:
        rows += _break_even_rows(item)
    remark = (
        "all prices of the type move together · above it the cheapest plan spends less than 1 % on the type · "
        f"under {found.options[0].label}, at gap 0"
    )
    return Table("Break-even price", columns, tuple(rows), remarks=(remark,))


def _break_even_rows(item: BreakEven) -> list[Row]:
    name = f"{item.provider} {item.instance_type}"
    if item.factor is None:
        return [Row((name, *[""] * 5), (NOT_FOUND.get(item.status, item.reason),))]
    tie = f"at it {', '.join(item.with_types)} costs as much as {', '.join(item.without_types)}"
    rows = []
    for number, price in enumerate(item.prices):
        cells = (
            name if number == 0 else "",
            place_label(price.location),
            option_label(price.purchase_option),
            significant(price.price, 4),
            significant(price.break_even, 4),
            signed_percent(item.factor - 1.0),
        )
        rows.append(Row(cells, (tie,) if number == len(item.prices) - 1 else ()))
    return rows or [Row((name, *[""] * 4, signed_percent(item.factor - 1.0)), (tie,))]


def regret_table(found: Comparison) -> Table | None:
    """What each choice of commitments costs a month under each demand, and how much more than the best choice."""
    regret, months = found.regret, found.options[0].months
    if regret is None or not months:
        return None
    columns = [Column("commitments for", untitled=True, least=16)]
    for name in regret.weights:
        columns += [Column(f"{name} comes", right=True), Column("regret", right=True)]
    columns += [Column("largest", right=True), Column("expected", right=True)]
    rows = []
    for row in regret.rows:
        cells = [f"for {row.made_for}" if row.made_for != "all" else "for all together"]
        for name in regret.weights:
            cells += [_money(row.totals[name], months), _money(row.regrets[name], months)]
        bought = [
            f"{item.most} x {item.instance_type} {option_label(item.purchase_option)} {place_label(item.location)}"
            for item in row.committed
        ]
        tail = (_money(row.largest, months), _money(row.expected, months))
        rows.append(Row((*cells, *tail), (", ".join(bought) or "nothing committed",)))
    remark = "largest: of the regrets · expected: by the weights of the demands · - where the demand cannot be served"
    return Table("If another demand comes", tuple(columns), tuple(rows), remarks=(remark,))


def _money(value: float | None, months: float) -> str:
    return "-" if value is None else money(value / months)


def regret_facts(found: Comparison) -> Facts | None:
    """Which commitments are regretted least, and which cost least on average."""
    regret = found.regret
    if regret is None or regret.least_regret is None:
        return None
    pieces = [f"commitments for {_row_name(regret.least_regret)}"]
    if regret.least_expected is not None:
        pieces.append(f"least on average: for {_row_name(regret.least_expected)}")
        pieces += _saving(regret, found.options[0].months, found.currency)
    return Facts("Least regret", (tuple(pieces),))


def _row_name(name: str) -> str:
    return "all demands together" if name == "all" else name


def _saving(regret: Regret, months: float | None, currency: str) -> list[str]:
    """What deciding for all demands together saves against the best single one, on average."""
    expected = {row.made_for: row.expected for row in regret.rows}
    together = expected.pop("all", None)
    alone = [value for value in expected.values() if value is not None]
    if together is None or not alone or not months:
        return []
    saved = (min(alone) - together) / months
    word = "saves" if saved >= 0.0 else "costs"
    return [f"deciding for all together {word} {currency} {money(abs(saved))} a month against the best single one"]

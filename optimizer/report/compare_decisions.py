"""Break-even prices on the page of a comparison."""

from __future__ import annotations

from optimizer.decisions.records import BreakEven, Comparison
from optimizer.report.page import Column, Row, Table
from optimizer.report.words import option_label, place_label, signed_percent, significant

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
        Column("place", untitled=True, least=12, drop=2),
        Column("bought", untitled=True, drop=3),
        Column("price", right=True, drop=1, as_note="price {}"),
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

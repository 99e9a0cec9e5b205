"""What instances are paid for: by place, type and option, with the price, its date and where it is from."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.domain.account import Account
from optimizer.domain.plan import CostLine
from optimizer.report.page import Column, Row, Table
from optimizer.report.rounding import adds_up, largest_remainder
from optimizer.report.words import money, money_digits, option_label, place_label
from optimizer.units import HOURS_PER_MONTH

_LEGEND = "on average: paid over all hours · sources and all other lines: --format csv"


@dataclass(frozen=True, slots=True)
class _Rent:
    """Lines of the category compute that differ by service only."""

    first: CostLine
    hours: float
    amount: float


def rent_table(account: Account) -> Table:
    """One row for each location, type, option and price."""
    rents = _rents(account.cost.lines)
    months = account.horizon_hours / HOURS_PER_MONTH
    digits = money_digits(sum(rent.amount for rent in rents) / months)
    amounts = largest_remainder([rent.amount / months for rent in rents], digits)
    rows = []
    for number, (rent, amount) in enumerate(zip(rents, amounts, strict=True)):
        line, before = rent.first, rents[number - 1].first if number else None
        same = before is not None and (before.location, before.instance_type) == (line.location, line.instance_type)
        signed = line.item.partition(" signed until ")[2]
        option = option_label(line.purchase_option) + (f" until {signed}" if signed else "")
        cells = (
            "" if same else place_label(line.location),
            "" if same else line.instance_type,
            option,
            f"{rent.hours / account.horizon_hours:,.1f}".removesuffix(".0"),
            f"{line.unit_price:.4g}",
            line.as_of,
            line.basis,
            money(amount, digits),
        )
        rows.append(Row(cells))
    total = Row(("sum", "", "", "", "", "", "", money(adds_up(amounts, digits), digits)), tone="strong")
    return Table("What is paid for", _columns(), tuple(rows), total, remarks=(_LEGEND,))


def _rents(lines: tuple[CostLine, ...]) -> list[_Rent]:
    found: dict[tuple[str, ...], list[CostLine]] = {}
    for line in lines:
        if line.category == "compute":
            key = (line.location, line.instance_type, line.purchase_option, line.item, f"{line.unit_price!r}")
            found.setdefault(key, []).append(line)
    return [
        _Rent(same[0], sum(line.quantity for line in same), sum(line.amount for line in same))
        for _, same in sorted(found.items())
    ]


def _columns() -> tuple[Column, ...]:
    return (
        Column("where", untitled=True),
        Column("instance type", untitled=True),
        Column("option", untitled=True),
        Column("on average", right=True),
        Column("an hour", right=True),
        Column("as of", drop=2, as_note="price as of {}"),
        Column("basis", drop=1, as_note="{} price"),
        Column("a month", right=True),
    )

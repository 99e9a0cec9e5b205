"""What the plan costs: by category and by service, rounded so that rows add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.domain.plan import CATEGORIES, Cost, CostLine, Plan
from optimizer.report.page import Column, Row, Table, bar
from optimizer.report.plan_run import months_of
from optimizer.report.rounding import adds_up, largest_remainder, rounded_shares
from optimizer.report.words import money, money_digits, option_label, percent, significant
from optimizer.units import SECONDS_PER_HOUR

#: A category with more items than this shows the largest ones and the rest in one row.
ITEMS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Item:
    """Cost lines of one category that a planner reads as one."""

    category: str
    name: str
    amount: float


def bill_items(lines: Sequence[CostLine]) -> tuple[Item, ...]:
    """Return the bill by category and item: categories in their fixed order, the dearest item of each first."""
    sums: dict[tuple[str, str], float] = {}
    for line in lines:
        key = (line.category, item_name(line))
        sums[key] = sums.get(key, 0.0) + line.amount
    items: list[Item] = []
    for category in CATEGORIES:
        mine = [Item(category, name, amount) for (kind, name), amount in sums.items() if kind == category]
        items += _shortened(sorted(mine, key=lambda item: -item.amount))
    return tuple(items)


def item_name(line: CostLine) -> str:
    """How a line is called on the page: by option, by way, or by its own name without the category's."""
    if line.category == "compute":
        return option_label(line.purchase_option) or line.item
    if line.category == "network":
        return _way(line.item)
    name = line.item.removeprefix(f"{line.category}: ")
    return "" if name == line.category else name


def _way(item: str) -> str:
    """Between zones, between regions or to the internet: pairs of places are in the CSV."""
    if item.startswith("between zones"):
        return "between zones"
    if item.endswith(" to the internet"):
        return "to the internet"
    return "between regions" if " to " in item else item


def _shortened(items: list[Item]) -> list[Item]:
    if len(items) <= ITEMS_SHOWN:
        return items
    rest = items[ITEMS_SHOWN - 1 :]
    return [
        *items[: ITEMS_SHOWN - 1],
        Item(rest[0].category, f"{len(rest)} more", sum(item.amount for item in rest)),
    ]


def cost_table(plan: Plan) -> Table:
    """The bill of a plan, a month."""
    return bill_table(plan.cost, months_of(plan))


def bill_table(cost: Cost, months: float) -> Table:
    """The bill a month: amounts and shares add up to their sums, lines of 0 keep their reason."""
    items = bill_items(cost.lines)
    digits = money_digits(cost.total / months)
    amounts = largest_remainder([item.amount / months for item in items], digits)
    shares = rounded_shares([item.amount for item in items])
    rows = []
    for number, (item, amount, share) in enumerate(zip(items, amounts, shares, strict=True)):
        repeated = number > 0 and items[number - 1].category == item.category
        cells = ("" if repeated else item.category, item.name, money(amount, digits), percent(share))
        rows.append(Row((*cells, bar(share, max(shares)))))
    total = Row(("sum", "", money(adds_up(amounts, digits), digits), percent(adds_up(shares, 3)), ""), tone="strong")
    return Table("What it costs", _columns("category", "item"), tuple(rows), total)


def service_table(plan: Plan) -> Table:
    """The bill a month by service, with what 1,000 of its requests cost; people and the like serve them all."""
    requests = {
        row.service: row.requests_per_s_mean * SECONDS_PER_HOUR * plan.objective.horizon_hours for row in plan.demand
    }
    named = [name for name in requests if name in plan.cost.by_service]
    named += [name for name in plan.cost.by_service if name and name not in requests]
    names = [*named, *([""] if plan.cost.by_service.get("") else [])]
    values = [plan.cost.by_service[name] for name in names]
    months = months_of(plan)
    digits = money_digits(plan.cost.total / months)
    amounts = largest_remainder([value / months for value in values], digits)
    shares = rounded_shares(values)
    rows = []
    for name, value, amount, share in zip(names, values, amounts, shares, strict=True):
        asked = requests.get(name, 0.0)
        unit_cost = significant(value / asked * 1000.0) if asked > 0.0 else ""
        rows.append(Row((name or "all services", unit_cost, money(amount, digits), percent(share), "")))
    remark = "all services: people, support plans and what else no single service causes" if "" in names else ""
    columns = (Column("service", untitled=True), Column("per 1,000 requests", right=True), *_money_columns())
    return Table("By service", columns, tuple(rows), remarks=(remark,) if remark else ())


def _columns(first: str, second: str) -> tuple[Column, ...]:
    return (Column(first, untitled=True), Column(second, untitled=True), *_money_columns())


def _money_columns() -> tuple[Column, ...]:
    return (
        Column("a month", right=True),
        Column("share", right=True),
        Column("picture", untitled=True, drop=9, bar=True),
    )

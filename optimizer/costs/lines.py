"""Lines of the bill and their sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from optimizer.costs.rates import UnitPrice
from optimizer.domain.catalog import Source
from optimizer.domain.plan import CATEGORIES, Category, Cost, CostLine

INCLUDED_IN_RENT = "included in rent"


def line(
    category: Category, item: str, quantity: float, unit: str, price: UnitPrice, allocated_by: str = "", **place: str
) -> CostLine:
    """One line; `place` names any of service, provider, location, instance_type, purchase_option."""
    names = ("service", "provider", "location", "instance_type", "purchase_option")
    fields = {name: place.get(name, "") for name in names}
    return CostLine(
        category=category,
        item=item,
        phase="operation",
        quantity=float(quantity),  # a count or an empty sum too: a plan file reads back as written
        unit=unit,
        unit_price=price.amount,
        amount=quantity * price.amount,
        as_of=price.source.as_of,
        basis=price.source.basis,
        source=price.source.source,
        allocated_by=allocated_by,
        **fields,
    )


def nothing(why: str) -> UnitPrice:
    """A price of 0 with its reason."""
    return UnitPrice(0.0, Source("rule", why, "any date"))


def sum_up(lines: Iterable[CostLine]) -> Cost:
    """Order lines by category, then as they came, and add them up by category and by service."""
    ordered = sorted(lines, key=lambda line_: CATEGORIES.index(line_.category))
    by_category: dict[str, float] = defaultdict(float)
    by_service: dict[str, float] = defaultdict(float)
    for each in ordered:
        by_category[each.category] += each.amount
        by_service[each.service] += each.amount
    return Cost(tuple(ordered), dict(by_category), dict(by_service), sum(by_category.values()))

"""Where the difference of two totals comes from: by category, by service, line by line. All of it adds up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from optimizer.domain.difference import HALF_CENT, LineChange, MoneyChange
from optimizer.domain.plan import CATEGORIES, CostLine, Plan
from optimizer.units import HOURS_PER_MONTH

_LineKey = tuple[str, str, str, str, str, str, str]


def months(plan: Plan) -> float:
    """Months of 730 hours in the horizon."""
    return plan.objective.horizon_hours / HOURS_PER_MONTH


def line_changes(before: Plan, after: Plan) -> tuple[LineChange, ...]:
    """Return the lines that differ a month, in the order of the categories, the largest difference first."""
    found = [line for line in _lines(before, after) if line.difference != 0.0 or line.differs]
    order: dict[str, int] = {name: number for number, name in enumerate(CATEGORIES)}
    return tuple(sorted(found, key=lambda line: (order[line.category], -abs(line.difference), _place(line))))


def category_changes(before: Plan, after: Plan) -> tuple[MoneyChange, ...]:
    """Return every category with money on either side, in their fixed order."""
    return _summed(_lines(before, after), lambda line: line.category, CATEGORIES)


def service_changes(before: Plan, after: Plan) -> tuple[MoneyChange, ...]:
    """Return every service with money on either side; "" holds what belongs to no single service, last."""
    lines = _lines(before, after)
    names = sorted({line.service for line in lines} - {""})
    return _summed(lines, lambda line: line.service, (*names, ""))


def _place(line: LineChange) -> tuple[str, ...]:
    return line.item, line.service, line.location, line.instance_type, line.purchase_option


def _lines(before: Plan, after: Plan) -> list[LineChange]:
    mine, theirs = _by_key(before), _by_key(after)
    return [
        _change(key, (mine.get(key, ()), months(before)), (theirs.get(key, ()), months(after)))
        for key in sorted(mine.keys() | theirs.keys())
    ]


def _by_key(plan: Plan) -> dict[_LineKey, list[CostLine]]:
    lines: dict[_LineKey, list[CostLine]] = {}
    for line in plan.cost.lines:
        place = (line.location, line.instance_type, line.purchase_option)
        lines.setdefault((line.category, line.item, line.service or "", *place, line.unit), []).append(line)
    return lines


def _change(key: _LineKey, old: tuple[Sequence[CostLine], float], new: tuple[Sequence[CostLine], float]) -> LineChange:
    quantities = [sum(line.quantity for line in lines) / length for lines, length in (old, new)]
    amounts = [sum(line.amount for line in lines) / length for lines, length in (old, new)]
    prices = [_price(lines, n, a) for (lines, _), n, a in zip((old, new), quantities, amounts, strict=True)]
    return LineChange(*key, *quantities, *prices, *amounts)


def _price(lines: Sequence[CostLine], quantity: float, amount: float) -> float:
    """Price of a line, the average where lines of one name have several."""
    prices = {line.unit_price for line in lines}
    if len(prices) > 1 and quantity:
        return amount / quantity
    return max(prices, default=0.0)


def _summed(
    lines: Iterable[LineChange], name_of: Callable[[LineChange], str], names: Sequence[str]
) -> tuple[MoneyChange, ...]:
    sums: dict[str, tuple[float, float, float]] = {}
    for line in lines:
        before, after, by_price = sums.get(name_of(line), (0.0, 0.0, 0.0))
        sums[name_of(line)] = before + line.before, after + line.after, by_price + line.by_price
    found = [MoneyChange(name, *sums[name]) for name in names if name in sums]
    return tuple(item for item in found if max(abs(item.before), abs(item.after)) >= HALF_CENT)

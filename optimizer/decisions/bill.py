"""What an option costs, whatever stands behind it: a plan, two plans one after the other, or today's fleet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from optimizer.costs.lines import sum_up
from optimizer.domain.account import Account
from optimizer.domain.plan import Cost, Objective, Plan


@dataclass(frozen=True, slots=True, eq=False)
class Bill:
    """Total and bounds, every line, where capacity goes (`headroom`), and ``peak_kw`` and the like (`energy`)."""

    objective: Objective
    cost: Cost
    headroom: Mapping[str, float] = field(default_factory=dict)
    energy: Mapping[str, float | None] = field(default_factory=dict)


def bill_of(plan: Plan) -> Bill:
    """Return the bill of a plan."""
    return Bill(plan.objective, plan.cost, plan.headroom, plan.energy)


def bill_of_account(account: Account) -> Bill:
    """Return the bill of today's fleet, which costs what it costs: nothing about it is to be proved."""
    total = account.cost.total
    return Bill(Objective(account.currency, total, total, total, 0.0, 0.0, account.horizon_hours), account.cost)


def one_after_the_other(before: Bill, after: Bill, share: float) -> Bill:
    """Return the bill of two plans, the first of which holds for a share of the horizon.

    Energy and carbon are divided alike; the highest draw is that of the higher of the two.
    """
    lines = [
        replace(line, quantity=line.quantity * part, amount=line.amount * part)
        for bill, part in ((before, share), (after, 1.0 - share))
        for line in bill.cost.lines
    ]
    first, second = before.objective, after.objective

    def mixed(one: float, other: float) -> float:
        return one * share + other * (1.0 - share)

    cost = sum_up(lines)
    bound, fixed = mixed(first.lower_bound, second.lower_bound), mixed(first.fixed, second.fixed)
    missing = max(0.0, cost.total - bound)
    objective = replace(
        second,
        total=cost.total,
        fixed=fixed,
        lower_bound=bound,
        gap=missing / (cost.total - fixed) if cost.total > fixed else 0.0,
        gap_of_total=missing / cost.total if cost.total > 0.0 else 0.0,
    )
    names = dict.fromkeys((*before.headroom, *after.headroom))
    headroom = {name: mixed(before.headroom.get(name, 0.0), after.headroom.get(name, 0.0)) for name in names}
    return Bill(objective, cost, headroom, _energy(before.energy, after.energy, share))


def _energy(
    before: Mapping[str, float | None], after: Mapping[str, float | None], share: float
) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for name, later in after.items():
        earlier = before.get(name)
        if earlier is None or later is None:
            found[name] = None
        else:
            found[name] = max(earlier, later) if name == "peak_kw" else earlier * share + later * (1.0 - share)
    return found

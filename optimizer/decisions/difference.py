r"""What makes one option dearer than another, in five parts that add up.

For each service `s` of a plan: `h` are its instance-hours in use and `p` is their mean price on demand, after price
rules. `R` is the part of :math:`\sum h p` that goes into rounding to whole instances (the plan's ``headroom``). From
the first option to another:

- **price** :math:`\sum_s (p'_s - p_s) (h'_s + h_s) / 2`
- **performance** :math:`\sum_s (h'_s - h_s) (p'_s + p_s) / 2 - (R' - R)`: the hours that the work takes
- **rounding** :math:`R' - R`
- **commitments**: the change of what is paid for capacity (compute, overhead, obligation) beyond :math:`\sum h p`:
  what spot, commitments and owning save, and what is paid and not used
- **other**: the change of every other category
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from optimizer.costs import Rates
from optimizer.decisions.records import Difference
from optimizer.domain.plan import Cost, Objective
from optimizer.domain.purchase import ON_DEMAND
from optimizer.units import HOURS_PER_MONTH

ROUNDING = "rounding to whole instances"
CAPACITY = ("compute", "overhead", "obligation")
PARTS = ("price", "performance", "rounding", "commitments", "other")


class Billed(Protocol):
    """What has a bill: a plan, or what else an option may be."""

    @property
    def objective(self) -> Objective:
        """Total and bound."""

    @property
    def cost(self) -> Cost:
        """Every line."""

    @property
    def headroom(self) -> Mapping[str, float]:
        """Where paid capacity goes; empty where that is not known."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a plan uses: (hours, mean price on demand) by service, and money by kind."""

    services: Mapping[str, tuple[float, float]]
    rounding: float
    at_list: float
    paid: float
    total: float


def work_of(plan: Billed, rates: Rates) -> Work:
    """Return what a plan uses. Where a type has no price on demand, what is paid for it on average stands for it."""
    rent: dict[tuple[str, str, str], float] = {}
    used: dict[tuple[str, str, str], float] = {}
    by_service: dict[tuple[str, tuple[str, str, str]], float] = {}
    for line in plan.cost.lines:
        key = (line.provider, line.instance_type, line.location)
        if line.category == "compute":
            rent[key] = rent.get(key, 0.0) + line.amount
        if line.category == "monitoring" and line.instance_type:
            # Monitoring is billed by instances in use: months of 730 hours.
            hours = line.quantity * HOURS_PER_MONTH
            used[key] = used.get(key, 0.0) + hours
            by_service[line.service, key] = by_service.get((line.service, key), 0.0) + hours
    prices = {}
    for key, hours in used.items():
        listed = rates.instance_hour(*key, ON_DEMAND)
        prices[key] = listed.amount if listed is not None else rent.get(key, 0.0) / hours if hours else 0.0
    services: dict[str, tuple[float, float]] = {}
    for service in dict.fromkeys(service for service, _ in by_service):
        mine = {key: hours for (name, key), hours in by_service.items() if name == service}
        total_hours = sum(mine.values())
        value = sum(hours * prices[key] for key, hours in mine.items())
        services[service] = (total_hours, value / total_hours if total_hours else 0.0)
    at_list = sum(hours * price for hours, price in services.values())
    paid = sum(plan.cost.by_category.get(category, 0.0) for category in CAPACITY)
    return Work(services, plan.headroom.get(ROUNDING, 0.0) * at_list, at_list, paid, plan.cost.total)


def difference(first: Billed, other: Billed, before: Work, after: Work) -> Difference:
    """Return how much dearer a plan is than the first one, and why.

    The cheapest plan of each option costs between its bound and its total, which leaves the difference between two
    ends.
    """
    least = other.objective.lower_bound - first.objective.total
    most = other.objective.total - first.objective.lower_bound
    amount = after.total - before.total
    price = hours_part = 0.0
    for service in dict.fromkeys((*before.services, *after.services)):
        old, new = before.services.get(service), after.services.get(service)
        # A service that only one of the two has differs by its hours alone.
        hours, paid = old or (0.0, new[1] if new else 0.0)
        hours_after, paid_after = new or (0.0, paid)
        price += (paid_after - paid) * (hours_after + hours) / 2.0
        hours_part += (hours_after - hours) * (paid_after + paid) / 2.0
    rounding = after.rounding - before.rounding
    commitments = (after.paid - after.at_list) - (before.paid - before.at_list)
    parts = (price, hours_part - rounding, rounding, commitments)
    other_part = (after.total - after.paid) - (before.total - before.paid)
    told = least > 0.0 or most < 0.0
    return Difference(amount, least, most, told, dict(zip(PARTS, (*parts, other_part), strict=True)))

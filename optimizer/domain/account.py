"""What a fleet or a plan costs: its bill, whether the fleet holds its targets, and what a plan would save."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from optimizer.domain.plan import Cost, CostLine

By = Literal["category", "service", "location", "option"]
#: How lines may be added up; "" holds what belongs to none.
GROUPED_BY: Mapping[By, Callable[[CostLine], str]] = {
    "category": lambda line: line.category,
    "service": lambda line: line.service,
    "location": lambda line: line.location,
    "option": lambda line: line.purchase_option,
}


@dataclass(frozen=True, slots=True)
class Reach:
    """What a service carries within its target in a location, beside what its hardest hour needs.

    `what` is the loss that is counted in, "" where none need be survived.
    """

    service: str
    location: str
    when: str
    what: str
    needed_per_s: float
    carried_per_s: float

    @property
    def holds(self) -> bool:
        """Whether the hardest hour is carried."""
        return self.carried_per_s >= self.needed_per_s


@dataclass(frozen=True, slots=True)
class Saving:
    """What one kind of change saves over the horizon; below 0 it costs."""

    cause: str
    amount: float


@dataclass(frozen=True, slots=True)
class Account:
    """The full account of today's fleet, or of a plan.

    Parameters
    ----------
    kind, scenario
        What was costed, and the scenario it answers.
    instances
        Instances of today's fleet; None for a plan, whose counts follow the demand.
    unpriced
        Rows of the fleet without a known price: `cost` leaves them out, and there is no total.
    unplaced
        Services whose requests reach no instance of the fleet: their network and logs are not on the bill.
    reaches
        The hardest hour of each service in each location; None for a plan, which `verify` judges.
    plan_total, savings
        Total of the cheapest plan, and what it saves by cause; None unless asked for.
    """

    kind: Literal["fleet", "plan"]
    scenario: str
    currency: str
    horizon_start: str
    horizon_hours: float
    cost: Cost
    instances: int | None = None
    unpriced: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    reaches: tuple[Reach, ...] | None = None
    plan_total: float | None = None
    savings: tuple[Saving, ...] | None = None

    @property
    def total(self) -> float | None:
        """What it costs over the horizon; None where some price is not known."""
        return None if self.unpriced else math.fsum(line.amount for line in self.cost.lines)

    @property
    def holds(self) -> bool | None:
        """Whether every target is held; None where that cannot be told."""
        if self.reaches is None:
            return None
        if not all(reach.holds for reach in self.reaches):
            return False
        return None if self.unplaced else True

    def by(self, name: By) -> dict[str, float]:
        """Return the bill added up by category, service, location or purchase option; "" is what belongs to none."""
        key, amounts = GROUPED_BY[name], dict[str, list[float]]()
        for line in self.cost.lines:
            amounts.setdefault(key(line), []).append(line.amount)
        return {group: math.fsum(found) for group, found in amounts.items()}

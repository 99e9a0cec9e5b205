"""What differs between two plans: decisions, money, inputs. Money is a month of 730 hours of the plans' own horizon."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optimizer.domain.json_document import JsonDocument

DIFFERENCE_FORMAT = "fleetopt/difference/1"
#: Two amounts nearer than this are the same.
HALF_CENT = 0.005


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two plans.

    Parameters
    ----------
    total
        Of its bill over its horizon.
    a_month
        The same for a month of 730 hours.
    gap_a_month
        How much cheaper a plan could be at most, a month: what is not proved.
    """

    name: str
    scenario: str
    horizon_start: str
    horizon_hours: float
    total: float
    a_month: float
    gap_a_month: float


@dataclass(frozen=True, slots=True)
class FleetChange:
    """What is had of a type in a location in one way, where that differs: most in any hour, and on average.

    `until` is the end of what was signed before, "" otherwise. Zones are put together: pools tell them.
    """

    location: str
    instance_type: str
    purchase_option: str
    until: str
    most_before: int
    most_after: int
    average_before: float
    average_after: float

    @property
    def is_commitment(self) -> bool:
        """Whether it is held for the whole horizon: committed, signed or owned."""
        return bool(self.until) or self.purchase_option not in ("on_demand", "spot")


@dataclass(frozen=True, slots=True)
class PoolState:
    """One configuration of a service in a location; replicas over all its zones, of any hour and on average."""

    instance_type: str
    accelerators_per_replica: int
    profile: str
    batch_size: int
    max_wait_ms: float
    zones: tuple[str, ...]
    least_replicas: int
    most_replicas: int
    average_replicas: float
    promised: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PoolChange:
    """A configuration that came, went or is another now; None where there is none."""

    service: str
    location: str
    before: PoolState | None
    after: PoolState | None


@dataclass(frozen=True, slots=True)
class RouteChange:
    """Share of an origin's requests (by volume) that a location serves."""

    service: str
    origin: str
    location: str
    share_before: float
    share_after: float


@dataclass(frozen=True, slots=True)
class MoneyChange:
    """An amount a month on both sides; of the difference, `by_price` is what other unit prices cause."""

    name: str
    before: float
    after: float
    by_price: float

    @property
    def difference(self) -> float:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line of the bill, a month on both sides; 0 where a plan has no such line."""

    category: str
    item: str
    service: str
    location: str
    instance_type: str
    purchase_option: str
    unit: str
    quantity_before: float
    quantity_after: float
    unit_price_before: float
    unit_price_after: float
    before: float
    after: float

    @property
    def difference(self) -> float:
        """After less before."""
        return self.after - self.before

    @property
    def by_price(self) -> float:
        """What the other unit price causes at the quantity after; 0 for a line that only one plan has."""
        if self.quantity_before == 0.0 or self.quantity_after == 0.0:
            return 0.0
        return self.quantity_after * (self.unit_price_after - self.unit_price_before)

    @property
    def differs(self) -> bool:
        """Whether the amount is another one to the cent, or the same by another price and quantity."""
        return max(abs(self.difference), abs(self.by_price)) >= HALF_CENT


@dataclass(frozen=True, slots=True)
class InputChange:
    """Something that the plans were given and that is not the same."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PlanDifference(JsonDocument):
    """Two plans beside each other; lists hold only what differs, in a stable order.

    Parameters
    ----------
    money_differs
        Whether the totals lie further apart than both gaps together: below that nothing is known about which plan is
        the cheaper one of its question.
    categories, services
        Every category and service with money on either side: both lists add up to the difference of the totals.
    lines
        Lines of the bill whose amounts differ, or whose prices do; they add up to the same difference.
    """

    format: str
    currency: str
    before: Side
    after: Side
    difference: float
    doubt: float
    money_differs: bool
    fleet: tuple[FleetChange, ...]
    pools: tuple[PoolChange, ...]
    routing: tuple[RouteChange, ...]
    categories: tuple[MoneyChange, ...]
    services: tuple[MoneyChange, ...]
    lines: tuple[LineChange, ...]
    inputs: tuple[InputChange, ...]

    @property
    def decisions_differ(self) -> bool:
        """Whether anything would run, be bought or be routed otherwise."""
        return bool(self.fleet or self.pools or self.routing)

    @property
    def bill_differs(self) -> bool:
        """Whether a line of the bill is another one: the same decisions on the same inputs have the same bill."""
        return any(line.differs for line in self.lines)

    @property
    def differs(self) -> bool:
        """Whether anything at all differs: decisions, inputs, or a line of the bill, proved or not."""
        return self.decisions_differ or bool(self.inputs) or self.bill_differs or self.money_differs

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, strings and numbers; `differs` says whether anything does."""
        document = dataclasses.asdict(self)
        return {"format": document.pop("format"), "differs": self.differs, **document}

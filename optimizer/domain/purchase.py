"""How capacity is bought: options, rules on prices, what is signed already, and what is owned."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

PurchaseOption = Literal["on_demand", "spot", "committed_1y", "committed_3y", "owned"]
ON_DEMAND: PurchaseOption = "on_demand"
SPOT: PurchaseOption = "spot"
OWNED: PurchaseOption = "owned"
#: What is paid as it is used; everything else is signed for, and keeps its price.
BY_THE_HOUR: tuple[PurchaseOption, ...] = (ON_DEMAND, SPOT)
#: Options whose count is constant over the horizon, with their term in months.
TERM_MONTHS: dict[PurchaseOption, int] = {"committed_1y": 12, "committed_3y": 36}
AfterHorizon = Literal["refuse", "charge", "value_share"]
MayVanish = Literal["all_of_a_type", "one_zone", "tolerated"]


@dataclass(frozen=True, slots=True)
class Match:
    """Which instances are meant; None means any. `instance_type` may hold the wildcards ``*`` and ``?``.

    `location` is ``provider/region``.
    """

    provider: str | None = None
    location: str | None = None
    instance_type: str | None = None
    purchase_option: str | None = None

    def fits(self, instance_type: str, location: str, purchase_option: str | None = None) -> bool:
        """Whether an instance type in a location (under a purchase option, None for whichever) is meant."""
        return (
            self.provider in (None, location.split("/", maxsplit=1)[0])
            and self.location in (None, location)
            and (self.instance_type is None or fnmatchcase(instance_type, self.instance_type))
            and (purchase_option is None or self.purchase_option in (None, purchase_option))
        )

    @property
    def label(self) -> str:
        """For example ``aws g6.* committed_1y``; ``everything`` where nothing is named."""
        place = self.location or self.provider
        named = [part for part in (place, self.instance_type, self.purchase_option) if part is not None]
        return " ".join(named) or "everything"


@dataclass(frozen=True, slots=True)
class PriceRule:
    """What is really paid: a discount on the list price, or a price of its own; of several that fit, all apply in turn.

    Exactly one of `discount_share` (0..1; below 0 where a price is looked at that rises) and `price_per_hour` is given.
    """

    match: Match
    discount_share: float | None
    price_per_hour: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A change that may come to what is paid by the hour: on demand and spot of what `match` means cost a multiple.

    `weight` is how likely it is, 0..1; with 0 it is looked at, and not expected.
    """

    label: str
    match: Match
    factor: float
    weight: float


@dataclass(frozen=True, slots=True)
class SpotTerms:
    """How spot may be used.

    Parameters
    ----------
    max_share
        Of a service's instances in a location, 0..1.
    overhead_share
        What interruptions cost on top of the spot price, as a share of it.
    may_vanish
        What must leave the promise standing when it is taken away: all spot instances of a type in a location at once,
        those of any one zone, or nothing (the risk is accepted).
    """

    max_share: float = 0.3
    overhead_share: float = 0.05
    may_vanish: MayVanish = "all_of_a_type"


@dataclass(frozen=True, slots=True)
class Purchase:
    """What may be bought and how counts may change.

    Parameters
    ----------
    options
        Allowed purchase options.
    after_horizon
        What becomes of a term that outlasts the horizon: the option is refused, the rest of the term is a cost, or
        `value_share` of the rest keeps its value and only the remainder is a cost.
    value_share
        0..1; read only with ``value_share``.
    spot
        Terms of spot.
    scale_up_lead_hours
        Instances of an hour are paid this much earlier, 0..1 hours.
    scale_up_max_instances
        Most instances that a service may add in a location from one hour to the next; None for no limit.
    """

    options: tuple[PurchaseOption, ...] = ("on_demand",)
    after_horizon: AfterHorizon = "refuse"
    value_share: float = 0.0
    spot: SpotTerms = SpotTerms()
    scale_up_lead_hours: float = 0.0
    scale_up_max_instances: int | None = None

    @property
    def by_the_hour(self) -> tuple[PurchaseOption, ...]:
        """Allowed options that are paid by the hour and bind nobody: on demand and spot."""
        return tuple(option for option in self.options if option in BY_THE_HOUR)


@dataclass(frozen=True, slots=True)
class Commitment:
    """Signed already: `count` instances paid until `until` (ISO date), whether used or not.

    Parameters
    ----------
    location, instance_type
        Where they are; any zone of the location.
    purchase_option
        ``committed_1y``, ``committed_3y``, ``on_demand`` (reserved capacity) or ``owned``.
    price_per_hour
        What is paid for one.
    horizon_share
        Share of the horizon's hours before `until`, 0..1.
    months_after_horizon
        Months of 730 hours that are still to be paid when the horizon ends.
    reserved
        Whether it is capacity as well as a price: reserved instances do not count against on-demand limits.
    """

    location: str
    instance_type: str
    purchase_option: PurchaseOption
    count: int
    price_per_hour: float
    until: str
    horizon_share: float
    months_after_horizon: float
    reserved: bool
    reason: str


@dataclass(frozen=True, slots=True)
class OwnedTerms:
    """How owned hardware is priced and run.

    Parameters
    ----------
    price
        Which end of a purchase price's range is planned on.
    discount_rate_per_year
        Cost of the capital that is tied up.
    unused
        What becomes of machines without work: ``off``, or ``idle`` (they draw idle power).
    operator_cost_per_year
        Cost of one full-time operator; None counts no operators.
    """

    price: Literal["low", "mid", "high"] = "mid"
    discount_rate_per_year: float = 0.08
    unused: Literal["off", "idle"] = "off"
    operator_cost_per_year: float | None = None


#: The reason of a commitment that today's fleet is signed for.
RUNS_TODAY = "runs today"


@dataclass(frozen=True, slots=True)
class RunningRow:
    """Instances that run today; zone and service may be unknown (empty)."""

    location: str
    zone: str
    instance_type: str
    purchase_option: PurchaseOption
    count: int
    service: str
    committed_until: str


@dataclass(frozen=True, slots=True)
class CurrencyRate:
    """One unit of `currency` in the currency of the plan, with its date and source."""

    currency: str
    rate: float
    as_of: str
    source: str

"""What is paid whether it works or not: where it fails, instances on demand take its place until it is repaired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from optimizer.costs import Rates
from optimizer.decisions.steady import STEADY, steady_counts
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import ON_DEMAND, OWNED


@dataclass(frozen=True, slots=True)
class Held:
    """Instances of a type in a location, on average over the horizon.

    Parameters
    ----------
    hour
        What an hour of what takes their place costs, support included: on demand of the same type in the same place;
        where that is not sold, an hour of the machine itself.
    is_rented
        Whether that is a price on demand, which is drawn.
    """

    location: str
    instance_type: str
    count: float
    hour: float
    is_rented: bool

    @property
    def provider(self) -> str:
        """Who rents it out, or owns it."""
        return self.location.split("/", maxsplit=1)[0]

    def for_share(self, share: float) -> Held:
        """Return what it is on average where it stands for a share of the horizon."""
        return replace(self, count=self.count * share)


def held_of(rates: Rates, plan: Plan) -> Iterator[Held]:
    """What a plan buys and signs, and what was signed before."""
    for (location, kind, option), count in steady_counts(plan).items():
        yield _held(rates, location, kind, option, count)
    yield from _signed(rates)


def held_today(rates: Rates) -> Iterator[Held]:
    """What is committed or owned today."""
    for row in rates.scenario.running:
        if row.purchase_option in STEADY and not row.committed_until:
            yield _held(rates, row.location, row.instance_type, row.purchase_option, row.count)
    yield from _signed(rates)


def _signed(rates: Rates) -> Iterator[Held]:
    for item in rates.scenario.commitments:
        count = item.count * item.horizon_share
        yield _held(rates, item.location, item.instance_type, item.purchase_option, count, item.price_per_hour)


def _held(rates: Rates, location: str, kind: str, option: str, count: float, own: float = 0.0) -> Held:
    key = (location.split("/", maxsplit=1)[0], kind, location)
    price, support = rates.instance_hour(*key, ON_DEMAND), rates.support_factor(location)
    if price is not None:
        return Held(location, kind, count, price.amount * support, is_rented=True)
    if option == OWNED and key in rates.catalog.owned:
        own = rates.owned_cost(*key).total
    return Held(location, kind, count, own * support, is_rented=False)

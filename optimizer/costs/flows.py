"""Data that requests move between places, and what a tiered price makes of a volume."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.costs.rates import Rates
from optimizer.domain.catalog import TransferTier
from optimizer.domain.scenario import INTERNET, Origin


@dataclass(frozen=True, slots=True)
class Flow:
    """Billed data from one place to another: GB (1e9 bytes) for each request."""

    origin: str
    destination: str
    gb_per_request: float

    @property
    def pair(self) -> tuple[str, str]:
        """The (from, to) pair whose price applies."""
        return self.origin, self.destination


def flows_of(rates: Rates, origin: Origin, location: str) -> tuple[Flow, ...]:
    """What one request from `origin` served in `location` moves across a billed border.

    An internal origin in the same location crosses zones with probability ``1 - 1/zones`` (callers spread evenly over
    the zones). Data that comes in from the internet is free.
    """
    use = rates.scenario.network
    request_gb, response_gb = use.request_kb / 1e6, use.response_kb / 1e6
    if origin.is_internet:
        return (Flow(location, INTERNET, response_gb),)
    if origin.at == location:
        crossing_share = 1.0 - 1.0 / rates.zone_count(location)
        return (Flow(location, location, (request_gb + response_gb) * crossing_share),)
    return (Flow(origin.at, location, request_gb), Flow(location, origin.at, response_gb))


def tiered_cost(tiers: Sequence[TransferTier], gb_per_month: float) -> float:
    """Cost of a month's volume under tiers that each price the part above their `from_gb`, like a tax table."""
    cost = 0.0
    for index, tier in enumerate(tiers):
        upper = tiers[index + 1].from_gb if index + 1 < len(tiers) else float("inf")
        cost += max(0.0, min(gb_per_month, upper) - tier.from_gb) * tier.price_per_gb
    return cost


def tiered_average(tiers: Sequence[TransferTier], gb_per_month: float, *, tiered: bool = True) -> float:
    """Average price per GB of a month's volume; with ``tiered=False`` the last tier's price for all of it."""
    if not tiered:
        return tiers[-1].price_per_gb
    if len(tiers) == 1 or gb_per_month <= 0.0:
        return tiers[0].price_per_gb
    return tiered_cost(tiers, gb_per_month) / gb_per_month

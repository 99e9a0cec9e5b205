"""Limits a plan keeps, and decisions the planner keeps for themselves."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.domain.purchase import Match


@dataclass(frozen=True, slots=True)
class Quota:
    """Most that may run at once of what `match` means: instances, or vCPUs, summed over everything that fits.

    With a `purchase_option` in the match only instances bought so count; ``on_demand`` then counts every instance that
    needs on-demand capacity: on demand itself and commitments, which are a price and no capacity, unless reserved.
    """

    match: Match
    max_instances: int | None
    max_vcpu: int | None
    reason: str

    @property
    def limit(self) -> int:
        """The limit in its own unit."""
        return self.max_instances if self.max_instances is not None else (self.max_vcpu or 0)


@dataclass(frozen=True, slots=True)
class Pin:
    """A decision that is kept: how a service runs, in one location or wherever it runs (`location` None).

    `min_instances` above 0 with a location keeps the service there, with at least so many in every hour.
    """

    service: str
    location: str | None
    instance_type: str | None
    profile: str | None
    batch_size: int | None
    min_instances: int
    max_instances: int | None


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on the whole plan; None for no limit.

    `budget_per_month` counts the total over months of 730 hours; `power_kw` the draw of all instances at the hardest
    hour, PUE included; `carbon_t` tonnes of CO2 equivalent over the horizon.
    """

    budget_per_month: float | None = None
    power_kw: float | None = None
    carbon_t: float | None = None
    max_instance_types: int | None = None
    quotas: tuple[Quota, ...] = ()

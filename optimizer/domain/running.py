"""What runs now, and what changing it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: What a running instance is: service, location, zone, instance type, profile, accelerators of a replica. An instance
#: that serves another of these has to be started anew; its batch size and wait are settings.
PlaceKey = tuple[str, str, str, str, str, int]
#: Instances, and how many of them may stand on spot, period by period.
Counts = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class RunningPool:
    """Like instances of a service in a zone, in the periods of the scenario.

    Parameters
    ----------
    counts
        Under the demand planned for.
    at_demand
        Under others that money is counted for, where they are known.
    """

    service: str
    location: str
    zone: str
    instance_type: str
    profile: str
    accelerators_per_replica: int
    batch_size: int
    max_wait_s: float
    counts: Counts
    at_demand: Mapping[str, Counts]

    @property
    def batching(self) -> tuple[int, float]:
        """Largest batch, requests, and how long one that is not full may wait, seconds."""
        return self.batch_size, self.max_wait_s

    @property
    def key(self) -> PlaceKey:
        """What its instances are."""
        return (
            self.service,
            self.location,
            self.zone,
            self.instance_type,
            self.profile,
            self.accelerators_per_replica,
        )

    def at(self, demand: str) -> Counts:
        """Counts under a demand; those of the demand planned for where that is not known."""
        return self.at_demand.get(demand, self.counts)


@dataclass(frozen=True, slots=True)
class ChangeTerms:
    """What runs now, and what it costs to start or to stop one instance of it (a moved one is stopped and started)."""

    cost_per_change: float
    running: tuple[RunningPool, ...]

    @property
    def most(self) -> dict[PlaceKey, int]:
        """Most instances of any hour of each pool, by what they are; none of 0."""
        found: dict[PlaceKey, int] = {}
        for pool in self.running:
            found[pool.key] = found.get(pool.key, 0) + max(pool.counts[0], default=0)
        return {key: count for key, count in found.items() if count}

"""What network and overhead leave of the latency target."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.domain.catalog import Catalog
from optimizer.domain.scenario import Origin, Scenario, Service
from optimizer.formulation.rule import Relaxation, Rule

#: Stands for "no target" when the rule is switched off, seconds.
NO_TARGET_S = 1e6


def round_trip_s(catalog: Catalog, origin: Origin, location: str) -> float | None:
    """Return the mean round trip between an origin and a location, seconds, or None where it is not known."""
    if location in origin.rtt_s:
        return origin.rtt_s[location]
    row = catalog.round_trips.get((origin.at, location))
    return None if row is None else row.rtt_s


def network_s(scenario: Scenario, catalog: Catalog, origins: Sequence[Origin], location: str) -> float | None:
    """Return the worst round trip of the origins at p99, seconds; None if one of them is not known."""
    trips = [round_trip_s(catalog, origin, location) for origin in origins]
    if any(trip is None for trip in trips):
        return None
    return max(trip for trip in trips if trip is not None) * scenario.network.rtt_p99_factor


def pool_target_s(service: Service, worst_network_s: float, *, on: bool = True) -> float:
    r"""Return what queueing and service may take, seconds (0 or less: nothing can meet it).

    .. math:: T = target - overhead - factor \cdot \max_d RTT_d
    """
    return service.latency_s - service.overhead_s - worst_network_s if on else NO_TARGET_S


RULE = Rule(
    name="latency",
    place="filter",
    meaning="Requests of every origin are answered within the latency target, network and overhead included.",
    relaxation=Relaxation("raise the latency target", "ms", 1.0),
    apply=pool_target_s,
)

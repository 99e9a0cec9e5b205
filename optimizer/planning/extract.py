"""Numbers to decisions: pools, routes and fleet in the planner's words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from optimizer.costs import InstanceUse, RequestVolume
from optimizer.domain.plan import FleetRow, Pool, Route, ServiceTime
from optimizer.formulation.candidates import ON_DEMAND
from optimizer.formulation.context import Context
from optimizer.formulation.rules.latency import round_trip_s
from optimizer.planning.layout import BlockLoad
from optimizer.planning.promise import edge_ms
from optimizer.units import milliseconds


def percentile_key(percentile: float) -> str:
    """``p99_ms`` for 0.99, and so on."""
    return f"p{round(percentile * 100):d}_ms"


def pools_of(load: BlockLoad, promise_s: float) -> list[Pool]:
    """Return one pool for each zone that a block uses in any period."""
    used = np.flatnonzero(load.instances.any(axis=0))
    return [_pool(load, int(zone), promise_s) for zone in used]


def _pool(load: BlockLoad, zone: int, promise_s: float) -> Pool:
    block = load.block
    configuration, candidate = block.configuration, block.configuration.candidate
    service, times = candidate.service, configuration.point.service_s
    replicas = load.instances[:, zone] * candidate.replicas_per_instance
    arrival = load.arrival_per_s[:, zone]
    full_rate = replicas * configuration.batch_size / times[-1]
    utilisation = np.divide(arrival, full_rate, out=np.zeros_like(arrival), where=full_rate > 0.0)
    key = percentile_key(service.percentile)
    return Pool(
        service=service.name,
        profile=candidate.curve.profile,
        provider=candidate.location.provider,
        region=candidate.location.region,
        zone=configuration.zones[zone],
        instance_type=candidate.instance.name,
        accelerators_per_replica=candidate.curve.accelerators_per_replica,
        batch_size=configuration.batch_size,
        max_wait_ms=milliseconds(configuration.point.max_wait_s),
        replicas_by_period=tuple(replicas.tolist()),
        arrival_rate_per_s_by_period=tuple(arrival.tolist()),
        capacity_per_s_by_period=tuple(load.capacity_per_s[:, zone].tolist()),
        utilisation_by_period=tuple(utilisation.tolist()),
        promised={key: edge_ms(block, service.overhead_s, promise_s)},
        target={key: milliseconds(service.latency_s)},
        basis=candidate.curve.source.basis,
        error_band=candidate.curve.error_band,
        dispatch=service.dispatch,
        network_ms=milliseconds(block.network_s),
        overhead_ms=milliseconds(service.overhead_s),
        service_time=ServiceTime(tuple(range(1, len(times) + 1)), times),
    )


def routes_of(context: Context, load: BlockLoad, first_pool: int) -> list[Route]:
    """Return how the origins of a block are spread over its pools, which start at index `first_pool`."""
    block = load.block
    used = np.flatnonzero(load.instances.any(axis=0))
    routes = []
    for origin_index in block.origins:
        origin = context.scenario.origins[origin_index]
        trip = round_trip_s(context.catalog, origin, block.location)
        for offset, zone in enumerate(used):
            shares = tuple(load.share[:, zone].tolist())
            service = block.configuration.candidate.service.name
            routes.append(Route(service, origin.name, first_pool + offset, shares, milliseconds(trip or 0.0)))
    return routes


def fleet_of(context: Context, loads: Sequence[BlockLoad]) -> tuple[FleetRow, ...]:
    """Return instances by type and zone, summed over services, sorted by place and type."""
    counts: dict[tuple[str, str, str], np.ndarray] = defaultdict(
        lambda: np.zeros(len(context.scenario.periods), dtype=np.int64)
    )
    for load in loads:
        candidate = load.block.configuration.candidate
        for zone in np.flatnonzero(load.instances.any(axis=0)):
            key = (candidate.location.name, load.block.configuration.zones[zone], candidate.instance.name)
            counts[key] = counts[key] + load.instances[:, zone]
    return tuple(_fleet_row(context, *key, counts[key]) for key in sorted(counts))


def _fleet_row(context: Context, location: str, zone: str, instance_type: str, counts: np.ndarray) -> FleetRow:
    place = context.catalog.locations[location]
    price = context.rates.instance_hour(place.provider, instance_type, location, ON_DEMAND)
    return FleetRow(
        provider=place.provider,
        region=place.region,
        zone=zone,
        instance_type=instance_type,
        purchase_option=ON_DEMAND,
        count_by_period=tuple(counts.tolist()),
        expected_count_by_period=tuple(counts.astype(np.float64).tolist()),
        price_per_hour=0.0 if price is None else price.amount,
        price_as_of="" if price is None else price.source.as_of,
        price_basis="unknown" if price is None else price.source.basis,
    )


def uses_of(context: Context, loads: Sequence[BlockLoad]) -> list[InstanceUse]:
    """Return instance-hours of each block, for the bill."""
    uses = []
    for load in loads:
        candidate = load.block.configuration.candidate
        hours = float(load.instances.sum(axis=1) @ context.period_hours)
        uses.append(
            InstanceUse(
                service=candidate.service.name,
                provider=candidate.instance.provider,
                location=candidate.location.name,
                instance_type=candidate.instance.name,
                purchase_option=ON_DEMAND,
                served_model=candidate.model.name,
                instance_hours=hours,
            )
        )
    return uses


def volumes_of(context: Context, loads: Sequence[BlockLoad]) -> list[RequestVolume]:
    """Return the expected requests each block serves from each origin, for the bill."""
    scenario = context.scenario
    return [
        RequestVolume(
            service=scenario.services[load.block.service].name,
            origin=scenario.origins[origin].name,
            location=load.block.location,
            requests=context.requests(load.block.service, origin),
        )
        for load in loads
        for origin in load.block.origins
    ]

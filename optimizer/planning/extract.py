"""Numbers to decisions: pools, routes and volumes in the planner's words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.costs import Changed, InstanceUse, RequestVolume, busy_instances
from optimizer.domain.plan import FewerReplicas, Pool, PoolAtDemand, Route, ServiceTime, Standby
from optimizer.domain.scenario import Floats
from optimizer.formulation.blocks import Block
from optimizer.formulation.changing import changes_of
from optimizer.formulation.context import Context
from optimizer.formulation.rules.latency import round_trip_s
from optimizer.planning.layout import BlockLoad, events_of
from optimizer.planning.promise import edge_ms
from optimizer.units import milliseconds


def percentile_key(percentile: float) -> str:
    """``p99_ms`` for 0.99, ``p99.75_ms`` for 0.9975, and so on."""
    return f"p{100.0 * percentile:g}_ms"


def pools_of(context: Context, load: BlockLoad, promise_s: float) -> list[Pool]:
    """Return one pool for each zone that a block uses in any period of any demand."""
    used = np.flatnonzero(load.instances.any(axis=(0, 1)))
    return [_pool(context, load, int(zone), promise_s) for zone in used]


def _pool(context: Context, load: BlockLoad, zone: int, promise_s: float) -> Pool:
    block = load.block
    configuration, candidate = block.configuration, block.configuration.candidate
    service, times = candidate.service, configuration.point.service_s
    planned = _at(load, zone, 0)
    arrival = np.array(planned.arrival_rate_per_s_by_period)
    full_rate = np.array(planned.replicas_by_period) * configuration.batch_size / times[-1]
    utilisation = np.divide(arrival, full_rate, out=np.zeros_like(arrival), where=full_rate > 0.0)
    key = percentile_key(service.percentile)
    peak_kw, energy_kwh, carbon_kg = _draw(context, load, zone)
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
        replicas_by_period=planned.replicas_by_period,
        arrival_rate_per_s_by_period=planned.arrival_rate_per_s_by_period,
        capacity_per_s_by_period=planned.capacity_per_s_by_period,
        utilisation_by_period=tuple(utilisation.tolist()),
        promised={key: edge_ms(block, service.overhead_s, promise_s)},
        target={key: milliseconds(_target_s(context, block))},
        basis=candidate.curve.source.basis,
        error_band=candidate.curve.error_band,
        dispatch=service.dispatch,
        network_ms=milliseconds(block.network_s),
        overhead_ms=milliseconds(service.overhead_s),
        service_time=ServiceTime(tuple(range(1, len(times) + 1)), times, service.scatter),
        spot_replicas_by_period=planned.spot_replicas_by_period,
        at_demand={name: _at(load, zone, number) for number, name in enumerate(context.timeline.demands) if number > 0},
        peak_kw=peak_kw,
        energy_kwh=energy_kwh,
        carbon_kg=carbon_kg,
        after_loss=_after_loss(context, load, zone),
    )


def _target_s(context: Context, block: Block) -> float:
    """What a pool is held to at the origin's edge, seconds: the target of its service, or its budget as a stage."""
    service = context.scenario.services[block.service]
    staged = {stage.service for pipeline in context.scenario.pipelines for stage in pipeline.stages}
    is_stage = service.name in staged and context.is_on("latency")
    return block.network_s + service.overhead_s + block.budget_s if is_stage else service.latency_s


def _at(load: BlockLoad, zone: int, demand: int) -> PoolAtDemand:
    per_instance = load.block.configuration.candidate.replicas_per_instance
    return PoolAtDemand(
        tuple((load.instances[demand, :, zone] * per_instance).tolist()),
        tuple((load.block.staffing.spot[demand, :, zone] * per_instance).tolist()),
        tuple(load.arrival_per_s[demand, :, zone].tolist()),
        tuple(load.capacity_per_s[demand, :, zone].tolist()),
    )


def _after_loss(context: Context, load: BlockLoad, zone: int) -> FewerReplicas:
    """Return what a zone may carry with the counts that what its block must survive may leave it."""
    left = [event.instances[:, :, zone] for event in events_of(context, load)]
    counts = np.unique(np.concatenate([count[count < load.instances[:, :, zone]] for count in left]))
    counts = counts[counts > 0]
    per_instance = load.block.configuration.candidate.replicas_per_instance
    return FewerReplicas(tuple((counts * per_instance).tolist()), tuple(load.kept(counts).tolist()))


def _draw(context: Context, load: BlockLoad, zone: int) -> tuple[float | None, float | None, float | None]:
    """Largest draw (kW), energy (kWh) and carbon (kg) of a pool, None where not known."""
    block = load.block
    candidate, draw = block.configuration.candidate, context.power(block.configuration.candidate)
    if draw is None:
        return None, None, None
    full = block.configuration.full_instance_rate_per_s
    counts = load.instances[:, :, zone].astype(np.float64)
    peak = draw.kw(counts[0], busy_instances(load.arrival_per_s[0, :, zone], counts[0], full))
    busy = busy_instances(mean_arrivals(context, load)[None, :] * load.share[0, :, zone], counts, full)
    kwh = float(draw.kw(counts, busy).ravel() @ context.timeline.full_hours)
    grid = candidate.location.grid_gco2_per_kwh
    return float(peak.max(initial=0.0)), kwh, None if grid is None else kwh * grid / 1000.0


def mean_arrivals(context: Context, load: BlockLoad) -> Floats:
    """Expected requests/s of a block, shape (periods,)."""
    group = load.block.group
    return context.mean_rate(context.scenario.services[group.service], group.origins, group.shares)


def routes_of(context: Context, load: BlockLoad, first_pool: int) -> list[Route]:
    """Return how the origins of a block are spread over its pools, which start at index `first_pool`."""
    block = load.block
    used = np.flatnonzero(load.instances.any(axis=(0, 1)))
    routes = []
    for origin_index in block.origins:
        origin = context.scenario.origins[origin_index]
        trip = round_trip_s(context.catalog, origin, block.location)
        for offset, zone in enumerate(used):
            shares = tuple((load.share[0, :, zone] * block.group.share(origin_index)).tolist())
            service = block.configuration.candidate.service.name
            routes.append(Route(service, origin.name, first_pool + offset, shares, milliseconds(trip or 0.0)))
    return routes


def standbys_of(context: Context, loads: Sequence[BlockLoad]) -> tuple[Standby, ...]:
    """Return where each origin goes when the location that serves it is lost."""
    scenario = context.scenario
    return tuple(
        Standby(scenario.services[load.block.service].name, scenario.origins[origin].name, lost, load.block.location)
        for load in loads
        for origin, lost in load.block.group.standby
    )


def uses_of(context: Context, loads: Sequence[BlockLoad], weights: Floats) -> list[InstanceUse]:
    """Return instance-hours of each block in use, expected over demands of the given weights, for the bill."""
    uses = []
    for load in loads:
        candidate, full = load.block.configuration.candidate, load.block.configuration.full_instance_rate_per_s
        hours = np.outer(weights, context.period_hours)
        by_zone = load.instances.astype(np.float64)
        counts, draw = by_zone.sum(axis=2), context.power(candidate)
        arrivals = mean_arrivals(context, load)[:, None] * load.share[0]
        busy = busy_instances(arrivals, by_zone, full).sum(axis=2)
        uses.append(
            InstanceUse(
                service=candidate.service.name,
                provider=candidate.instance.provider,
                location=candidate.location.name,
                instance_type=candidate.instance.name,
                served_model=candidate.model.name,
                instance_hours=float((counts * hours).sum()),
                energy_kwh=None if draw is None else float((draw.kw(counts, busy) * hours).sum()),
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
            requests=context.requests(load.block.service, origin) * load.block.group.share(origin),
        )
        for load in loads
        for origin in load.block.origins
    ]


def changed_of(context: Context, blocks: Sequence[Block]) -> list[Changed]:
    """Return what starts and stops of each service, type and location against what runs now, for the bill."""
    if context.scenario.change is None:
        return []
    sums: dict[tuple[str, str, str], list[int]] = {}
    for (service, location, _, kind, *_rest), (started, stopped) in changes_of(context, blocks).items():
        found = sums.setdefault((service, location, kind), [0, 0])
        found[0] += started
        found[1] += stopped
    return [
        Changed(service, location.split("/", maxsplit=1)[0], location, kind, started, stopped)
        for (service, location, kind), (started, stopped) in sorted(sums.items())
    ]

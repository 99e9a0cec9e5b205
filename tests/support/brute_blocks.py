"""Blocks of the oracle: one service in one place on one configuration, for given origins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimizer.domain.catalog import InstanceType, ProfileCurve
from optimizer.domain.scenario import Service
from optimizer.performance import OperatingPoint, batch_grid, service_seconds
from tests.support.brute_staffing import MOST_INSTANCES, Ask, Rules, Staffed, staff
from tests.support.brute_world import HOURS_PER_MONTH, World, provider_of

#: Origins by index with the share that comes here (1 but where origins are split).
Shares = tuple[tuple[int, float], ...]
#: Origins stood by for, each with the place whose loss brings them.
StandsBy = tuple[tuple[int, str], ...]


@dataclass(frozen=True, eq=False)
class Source:
    """What a block was staffed from: requests/s by replicas, accelerators of a replica and an instance, its rules."""

    capacity: np.ndarray
    accelerators: tuple[int, int]
    rules: Rules
    asks: list[Ask]


@dataclass(frozen=True, eq=False)
class Block:
    """What runs, by slot, and what it costs besides the instances themselves.

    `source` is None for blocks that were put together.

    `early_use` and `early_spot` belong to the overlaps of slots (World.early_pairs). `kw` is by period of the demand
    planned for; it and `carbon_kg` are None where unknown.
    """

    place: str
    kind: str
    use: np.ndarray
    spot: np.ndarray
    early_use: np.ndarray
    early_spot: np.ndarray
    running_cost: float
    kw: np.ndarray | None
    carbon_kg: float | None
    source: Source | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Place and type: what purchases are made for."""
        return self.place, self.kind


def blocks_for(world: World, service: Service, place: str, served: Shares, stands_by: StandsBy = ()) -> list[Block]:
    """Return one block for every configuration that can do it; alike ones once."""
    key = ("blocks", service.name, place, served, stands_by)
    if key not in world.known:
        found: dict[tuple, Block] = {}
        for block in _blocks(world, service, place, served, stands_by):
            found.setdefault(_signature(block), block)
        world.known[key] = list(found.values())
    return world.known[key]


def _signature(block: Block) -> tuple:
    arrays = (block.use, block.spot, block.early_use, block.early_spot)
    kw = () if block.kw is None else tuple(block.kw.round(12).tolist())
    cost = (round(block.running_cost, 9), kw, block.carbon_kg)
    return (block.kind, *(tuple(array.tolist()) for array in arrays), *cost)


def _blocks(world: World, service: Service, place: str, served: Shares, stands_by: StandsBy) -> Iterator[Block]:
    scenario, catalog = world.scenario, world.catalog
    trips = [world.round_trip_s(origin, place) for origin, _ in (*served, *stands_by)]
    if any(trip is None for trip in trips):
        return
    network_s = max(trips, default=0.0) * scenario.network.rtt_p99_factor
    target = service.latency_s - service.overhead_s - network_s
    for (provider, _), kind in catalog.instance_types.items():
        for curve in catalog.profiles:
            if provider != provider_of(place) or not _may_run(world, service, place, kind, curve):
                continue
            margin = curve.error_band if scenario.plan_on == "cautious" else 0.0
            times = service_seconds(curve, service.items_per_request, margin)
            for batch in batch_grid(len(times)):
                pinned = {pin.batch_size for pin in world.pins(service, place)} - {None}
                if times[0] > target or not pinned <= {batch}:
                    continue
                for wait_s in _waits_s(service, times[:batch], target):
                    point = OperatingPoint(
                        times[:batch], wait_s, target, service.percentile, service.dispatch, service.scatter
                    )
                    block = _block(world, service, place, kind, curve, point, served, stands_by)
                    if block is not None:
                        yield block


def _waits_s(service: Service, times: tuple[float, ...], target: float) -> tuple[float, ...]:
    """Waits of a batch that is not full: the one asked for, or none, a tenth and a quarter of a full batch's time."""
    if len(times) == 1:
        return (0.0,)
    if service.max_wait_s is not None:
        return (service.max_wait_s,)
    if service.dispatch == "shared" and target < 8.0 * times[0]:
        return 0.0, *(float(f"{1000.0 * share * times[-1]:.2g}") / 1000.0 for share in (0.1, 0.25))
    return (0.0,)


def _may_run(world: World, service: Service, place: str, kind: InstanceType, curve: ProfileCurve) -> bool:
    """Whether model, host and decisions of the planner allow the curve on the type."""
    replicas = kind.accelerator_count // curve.accelerators_per_replica
    if curve.accelerator != kind.accelerator or curve.profile not in service.profiles or replicas == 0:
        return False
    if world.scenario.plan_on == "measured_only" and curve.source.basis == "estimated":
        return False
    model, memory = world.catalog.served_models[curve.served_model], kind.accelerator_memory_gib
    memory *= curve.accelerators_per_replica
    if model.weights_gib + model.runtime_gib > memory:
        return False
    on_host = model.host_base_gib
    if model.weights_gib + model.runtime_gib + model.tables_gib > memory:
        on_host += model.tables_gib
    if replicas * on_host > kind.memory_gib or replicas * curve.min_vcpu > kind.vcpu:
        return False
    return all(
        pin.instance_type in (None, kind.name) and pin.profile in (None, curve.profile)
        for pin in world.pins(service, place)
    )


def _block(
    world: World,
    service: Service,
    place: str,
    kind: InstanceType,
    curve: ProfileCurve,
    point: OperatingPoint,
    served: Shares,
    stands_by: StandsBy,
) -> Block | None:
    each = kind.accelerator_count // curve.accelerators_per_replica
    by_replica = world.store.curve(point, MOST_INSTANCES * each)
    capacity = by_replica[::each]
    lowest = -(-service.min_replicas // each)
    highest = None if service.max_replicas is None else service.max_replicas // each
    for pin in world.pins(service, place):
        if pin.location is not None:
            lowest = max(lowest, pin.min_instances)
        if pin.max_instances is not None:
            highest = pin.max_instances if highest is None else min(highest, pin.max_instances)
    spot_sold = world.spot_hour(place, kind.name) is not None
    zones = len(world.catalog.zones_of(kind.provider, kind.name, place))
    lost = service.redundancy if service.redundancy in ("zone", "instance") else "none"
    rules = Rules(zones, lost, service.protected_share, lowest, highest, spot_sold)
    asks = asks_of(world, service, served, stands_by)
    staffed = staff(world, capacity, rules, asks)
    if staffed is None:
        return None
    early_use, early_spot = _early(world, staffed)
    model = world.catalog.served_models[curve.served_model]
    cost, kw, carbon_kg = _running(
        world, service, place, kind, model, each * point.full_rate_per_s, capacity, staffed, served
    )
    use, spot = np.array(staffed.count, dtype=float), np.array(staffed.spot, dtype=float)
    accelerators = curve.accelerators_per_replica, kind.accelerator_count
    source = Source(by_replica, accelerators, rules, asks)
    return Block(place, kind.name, use, spot, early_use, early_spot, cost, kw, carbon_kg, source)


def asks_of(world: World, service: Service, served: Shares, stands_by: StandsBy) -> list[Ask]:
    """What must be carried in each slot."""
    headroom = world.scenario.headroom
    factor = (1 + headroom.retry_share) / (1 - headroom.release_share)
    share, asks = service.protected_share, []
    for name in world.demands:
        peaks = service.demand.peaks_per_s[name]
        for period in range(len(world.scenario.periods)):
            own = factor * sum(part * float(peaks[origin][period]) for origin, part in served)
            brought = [
                factor * sum(float(peaks[origin][period]) for origin, place in stands_by if place == lost)
                for lost in {place for _, place in stands_by}
            ]
            full = max(own, share * (own + max(brought))) if brought else own
            asks.append(Ask(full, share * own, own))
    return asks


def _early(world: World, staffed: Staffed) -> tuple[np.ndarray, np.ndarray]:
    """Instances and room for spot in the last minutes of a slot, when those of the next one run as well."""
    use, spot = [], []
    for now, then, _ in world.early_pairs:
        both = sum(max(a, b) for a, b in zip(staffed.zones[now], staffed.zones[then], strict=True))
        more = min(both - staffed.count[now], max(0, staffed.spot[then] - staffed.spot[now]))
        use.append(both)
        spot.append(staffed.spot[now] + more)
    return np.array(use, dtype=float), np.array(spot, dtype=float)


def _running(world, service, place, kind, model, full_rate_per_s, capacity, staffed, served):
    """Return disk, monitoring and paid energy; kW by period; kg of CO2."""
    scenario, catalog = world.scenario, world.catalog
    copies = scenario.storage.model_copies_gib
    disk_gb = (model.weights_gib + model.tables_gib if copies is None else copies) * 2**30 / 1e9
    disk = disk_gb * catalog.storage["block", place].price_per_gb_month * world.support(place)
    hours = float(world.slot_hours @ np.array(staffed.count, dtype=float))
    cost = hours / HOURS_PER_MONTH * (disk + scenario.operations.monitoring_per_instance_month)
    watts = world.watts(kind, place)
    if watts is None:
        return cost, None, None
    idle, full = watts
    periods, kwh, kw = len(scenario.periods), 0.0, []
    headroom = scenario.headroom
    factor = (1 + headroom.retry_share) / (1 - headroom.release_share)
    for slot, zones in enumerate(staffed.zones):
        period = slot % periods
        # Requests go to zones in proportion to what they can carry under the demand planned for.
        loads = [float(capacity[count]) for count in staffed.zones[period]]
        mean = sum(part * float(service.demand.mean_per_s[origin][period]) for origin, part in served)
        peak = factor * sum(part * float(service.demand.peak_per_s[origin][period]) for origin, part in served)
        draw = 0.0
        at_peak = 0.0
        for count, load in zip(zones, loads, strict=True):
            rate = load / sum(loads) / full_rate_per_s if load else 0.0
            draw += idle * count + (full - idle) * min(count, mean * rate)
            at_peak += idle * count + (full - idle) * min(count, peak * rate)
        kwh += world.slot_hours[slot] * draw / 1000.0
        if slot < periods:
            kw.append(at_peak / 1000.0)
    site = catalog.locations[place]
    if not world.rented(place):
        cost += kwh * (site.electricity_price_per_kwh or 0.0)
    grid = site.grid_gco2_per_kwh
    return cost, np.array(kw), None if grid is None else kwh * grid / 1000.0

"""The oracle: every plan of a tiny scenario, one by one. It shares only the capacity module with what it tests."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from optimizer.domain.catalog import Catalog, InstanceType, ProfileCurve
from optimizer.domain.scenario import Scenario, Service
from optimizer.performance import CapacityStore, OperatingPoint, batch_grid, service_seconds

MAX_INSTANCES = 24


def cheapest_total(scenario: Scenario, catalog: Catalog, store: CapacityStore) -> float | None:
    """Return the least total over every plan, or None if there is none."""
    per_service = [list(_service_plans(scenario, catalog, store, service)) for service in scenario.services]
    if any(not plans for plans in per_service):
        return None
    best = math.inf
    for choice in itertools.product(*per_service):
        instance_cost = sum(plan[0] for plan in choice)
        best = min(best, instance_cost + _volume_cost(scenario, catalog, [plan[1] for plan in choice]))
    people = sum(role.fte * role.cost_per_year for role in scenario.operations.people)
    return best + people * scenario.horizon_hours / 8760


def _service_plans(
    scenario: Scenario, catalog: Catalog, store: CapacityStore, service: Service
) -> Iterator[tuple[float, tuple[Service, dict[int, str]]]]:
    """Yield (instance cost, where each origin goes) for every assignment that can be served."""
    wanted = [d for d in range(len(scenario.origins)) if service.demand.peak_per_s[d].max() > 0]
    for places in itertools.product(scenario.locations, repeat=len(wanted)):
        where = dict(zip(wanted, places, strict=True))
        costs = [
            _location_cost(scenario, catalog, store, service, place, [d for d in wanted if where[d] == place])
            for place in sorted(set(places))
        ]
        if all(cost is not None for cost in costs):
            yield sum(cost for cost in costs if cost is not None), (service, where)


def _location_cost(
    scenario: Scenario, catalog: Catalog, store: CapacityStore, service: Service, place: str, origins: list[int]
) -> float | None:
    trips = []
    for d in origins:
        origin = scenario.origins[d]
        row = catalog.round_trips.get((origin.at, place))
        trip = origin.rtt_s.get(place, None if row is None else row.rtt_s)
        if trip is None:
            return None
        trips.append(trip)
    target = service.latency_s - service.overhead_s - max(trips) * scenario.network.rtt_p99_factor
    factor = (1 + scenario.headroom.retry_share) / (1 - scenario.headroom.release_share)
    needs = [
        factor * sum(float(service.demand.peak_per_s[d][t]) for d in origins) for t in range(len(scenario.periods))
    ]
    costs = [
        _configuration_cost(scenario, catalog, store, service, place, kind, curve, target, needs)
        for kind in catalog.instance_types.values()
        for curve in catalog.profiles
        if kind.provider == place.split("/", maxsplit=1)[0] and curve.accelerator == kind.accelerator
    ]
    known = [cost for cost in costs if cost is not None]
    return min(known) if known else None


def _configuration_cost(
    scenario: Scenario,
    catalog: Catalog,
    store: CapacityStore,
    service: Service,
    place: str,
    kind: InstanceType,
    curve: ProfileCurve,
    target: float,
    needs: list[float],
) -> float | None:
    price = catalog.prices.get((kind.provider, kind.name, place, "on_demand"))
    if price is None or price.status != "offered":
        return None
    model = catalog.served_models[curve.served_model]
    if model.weights_gib + model.runtime_gib > kind.accelerator_memory_gib:
        return None
    on_host = model.weights_gib + model.runtime_gib + model.tables_gib > kind.accelerator_memory_gib
    if kind.accelerator_count * (model.host_base_gib + on_host * model.tables_gib) > kind.memory_gib:
        return None
    if scenario.plan_on == "measured_only" and curve.source.basis == "estimated":
        return None
    margin = curve.error_band if scenario.plan_on == "cautious" else 0.0
    times = service_seconds(curve, service.items_per_request, margin)
    zones = len(catalog.zones_of(kind.provider, kind.name, place))
    best = math.inf
    for batch in batch_grid(len(times)):
        if times[0] > target:
            continue
        point = OperatingPoint(times[:batch], 0.0, target, service.percentile, service.dispatch)
        capacity = store.curve(point, MAX_INSTANCES * kind.accelerator_count)
        counts = [
            _fewest(capacity, kind.accelerator_count, zones, need, service.redundancy == "zone") for need in needs
        ]
        if any(count is None for count in counts):
            continue
        best = min(best, _instance_cost(scenario, catalog, place, price.price_per_hour, model, _held(scenario, counts)))
    return None if best == math.inf else best


def _fewest(capacity, per_instance: int, zones: int, need: float, protect: bool) -> int | None:
    """Return the fewest instances over all zone vectors that carry the need."""
    for total in range(MAX_INSTANCES + 1):
        for layout in _layouts(total, zones):
            loads = [float(capacity[count * per_instance]) for count in layout]
            left = sum(loads) - (max(loads, default=0.0) if protect else 0.0)
            if left >= need:
                return total
    return None


def _layouts(total: int, zones: int) -> Iterator[tuple[int, ...]]:
    """Yield every zone vector with the given sum, up to order (zones are alike)."""
    for parts in itertools.combinations_with_replacement(range(total + 1), zones - 1):
        edges = (0, *parts, total)
        layout = tuple(b - a for a, b in itertools.pairwise(edges))
        if list(layout) == sorted(layout, reverse=True):
            yield layout


def _held(scenario: Scenario, counts: list[int]) -> list[int]:
    if scenario.autoscaling == "fixed":
        return [max(counts)] * len(counts)
    if scenario.autoscaling == "day_type":
        kinds = [period.day_type for period in scenario.periods]
        return [max(c for c, k in zip(counts, kinds, strict=True) if k == kind) for kind in kinds]
    return counts


def _instance_cost(scenario, catalog, place, price_per_hour, model, counts) -> float:
    hours = sum(count * period.days for count, period in zip(counts, scenario.periods, strict=True))
    rent = hours * price_per_hour
    disk_gb = (model.weights_gib + model.tables_gib) * 2**30 / 1e9
    disk = hours / 730 * disk_gb * catalog.storage["block", place].price_per_gb_month
    operations = scenario.operations
    return (rent + disk) * (
        1 + operations.support_share_of_spend
    ) + hours / 730 * operations.monitoring_per_instance_month


def _volume_cost(scenario, catalog, choices) -> float:
    """Network, tiers over all services together, and logs, with the support share."""
    pair_gb: dict[tuple[str, str], float] = {}
    logs = 0.0
    for service, where in choices:
        for d, place in where.items():
            origin = scenario.origins[d]
            rates = service.demand.mean_per_s[d]
            requests = sum(float(r) * p.days * 3600 for r, p in zip(rates, scenario.periods, strict=True))
            for pair, kb in _moves(scenario, catalog, origin, place):
                pair_gb[pair] = pair_gb.get(pair, 0.0) + requests * kb / 1e6
            kept = scenario.storage.log_retention_days / (365 / 12)
            gb_months = requests / 1e6 * scenario.storage.logs_gb_per_million_requests * kept
            logs += gb_months * catalog.storage["block", place].price_per_gb_month
    months = scenario.horizon_hours / 730
    network = sum(months * _tiered(catalog.transfer[pair], gb / months) for pair, gb in pair_gb.items())
    return (network + logs) * (1 + scenario.operations.support_share_of_spend)


def _moves(scenario, catalog, origin, place):
    use = scenario.network
    if origin.at == "internet":
        return [((place, "internet"), use.response_kb)]
    if origin.at == place:
        zones = len(catalog.locations[place].zones)
        return [((place, place), (use.request_kb + use.response_kb) * (1 - 1 / zones))]
    return [((origin.at, place), use.request_kb), ((place, origin.at), use.response_kb)]


def _tiered(tiers, gb: float) -> float:
    cost = 0.0
    for tier, following in itertools.zip_longest(tiers, tiers[1:]):
        end = math.inf if following is None else following.from_gb
        cost += max(0.0, min(gb, end) - tier.from_gb) * tier.price_per_gb
    return cost

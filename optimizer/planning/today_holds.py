"""Does today's fleet hold the targets? Its pools at their best batch size, origins led where they fit best."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np

from optimizer.domain.account import Reach
from optimizer.domain.catalog import Catalog
from optimizer.domain.scenario import Floats, Pipeline, Scenario, Service
from optimizer.formulation.blocks import operating_points
from optimizer.formulation.candidates import Candidate, candidates_of
from optimizer.formulation.context import Context
from optimizer.formulation.groups import has_demand
from optimizer.formulation.rules.host_memory import why_host_too_small
from optimizer.formulation.rules.latency import network_s, pool_target_s
from optimizer.formulation.rules.pipelines import ROUNDING_S
from optimizer.formulation.rules.region_loss import need_with_standby
from optimizer.formulation.rules.residency import may_serve
from optimizer.formulation.rules.service_time_margin import service_time_margin
from optimizer.performance import CapacityStore, OperatingPoint, batch_grid, limit_of

#: More ways of leading origins to locations than this are not tried: the nearest location is taken.
MOST_WAYS = 5000


#: Location of each (service, origin) pair, by names.
Placement = Mapping[tuple[str, str], str]


def placement_of(
    scenario: Scenario, catalog: Catalog, store: CapacityStore
) -> tuple[dict[tuple[str, str], str], tuple[str, ...]]:
    """Lead every origin of every service to the location of today's fleet where it fits best.

    Returns
    -------
    tuple
        Where each origin of each service goes, and the services that run nowhere in reach of some origin, or of which
        the fleet does not say on what they run.
    """
    context = Context(scenario, catalog, store)
    found: dict[tuple[str, str], str] = {}
    unplaced = []
    for index, service in enumerate(scenario.services):
        wanted = [number for number in range(len(scenario.origins)) if has_demand(service, number)]
        ways = list(_ways(context, service, wanted))
        if wanted and not ways:
            unplaced.append(service.name)
            continue
        best = min(ways, key=lambda way: _badness(context, index, dict(zip(wanted, way, strict=True))), default=())
        for origin, place in zip(wanted, best, strict=True):
            found[service.name, scenario.origins[origin].name] = place
    return found, tuple(unplaced)


def _ways(context: Context, service: Service, wanted: list[int]) -> Iterator[tuple[str, ...]]:
    """Every way of leading origins to locations where the service runs and that they can be reached from."""
    scenario = context.scenario
    places = sorted({row.location for row in scenario.running if row.service == service.name and row.count > 0})
    choices = []
    for number in wanted:
        origin = scenario.origins[number]
        trips = {place: network_s(scenario, context.catalog, [origin], place) for place in places}
        near = [place for place in places if trips[place] is not None and may_serve(origin, place)]
        choices.append(sorted(near, key=lambda place: (trips[place] or 0.0, place)))
    if any(not found for found in choices):
        return
    if int(np.prod([float(len(found)) for found in choices])) > MOST_WAYS:
        yield tuple(found[0] for found in choices)
        return
    yield from product(*choices)


def _badness(context: Context, index: int, where: dict[int, str]) -> tuple[float, float]:
    """Largest share of the need that is not carried, then what the data costs."""
    worst = max((item[0] for item in _shares(context, index, where)), default=0.0)
    cost = sum(context.flow_cost(index, place, [origin]) for origin, place in where.items())
    return max(worst, 0.0), cost


def reaches_of(scenario: Scenario, catalog: Catalog, store: CapacityStore, placement: Placement) -> list[Reach]:
    """Return what each service carries within its target in each place, beside what its hardest hour needs."""
    context = Context(scenario, catalog, store)
    names = [origin.name for origin in scenario.origins]
    found = []
    for index, service in enumerate(scenario.services):
        where = {names.index(origin): place for (name, origin), place in placement.items() if name == service.name}
        for _, place, period, need, carried in _shares(context, index, where):
            label = scenario.periods[period].label
            found.append(Reach(service.name, place, label, _counted(scenario, service), need, carried))
    return found


def _counted(scenario: Scenario, service: Service) -> str:
    words = {"none": "", "instance": "without any one instance", "zone": "without its fullest zone"}
    losable = words.get(service.redundancy, "with what a lost region brings")
    pages = [pipeline.name for pipeline in _passing(scenario, service)]
    return ", ".join(filter(None, (losable, f"in an equal part of {' and '.join(pages)}" if pages else "")))


def _passing(scenario: Scenario, service: Service) -> list[Pipeline]:
    return [page for page in scenario.pipelines if any(stage.service == service.name for stage in page.stages)]


def today_target_s(scenario: Scenario, service: Service, worst_network_s: float) -> float:
    """Return what queueing and service may take in a pool of today's fleet, seconds.

    Nothing says how much of a page's target a stage may take today: an equal part, so that all of them fit into it.
    """
    parts = [(page.latency_s - 2.0 * ROUNDING_S) / len(page.stages) for page in _passing(scenario, service)]
    return min(
        [pool_target_s(service, worst_network_s), *(part - service.overhead_s - worst_network_s for part in parts)]
    )


def _shares(context: Context, index: int, where: dict[int, str]) -> Iterator[tuple[float, str, int, float, float]]:
    """Yield for each place: share of the need missing in its worst hour, place, period, need and what is carried."""
    service = context.scenario.services[index]
    for place in sorted(set(where.values())):
        origins = [origin for origin, there in where.items() if there == place]
        need = context.need(service, origins)[0]
        others = tuple((o, there) for o, there in where.items() if there != place)
        standby = others if context.stands_by(service) else ()
        share = service.protected_share
        hardest = need_with_standby(need, standby, lambda found: context.need(service, found)[0], share)
        full, left = _carried(context, service, place, [*origins, *(o for o, _ in standby)])
        carried = min(full, left / service.protected_share) if context.survives(service) != "nothing" else full
        period = int(np.argmax(hardest))
        missing = float(hardest[period]) - carried
        lacking = missing / float(hardest[period]) if hardest[period] > 0.0 else 0.0
        yield lacking, place, period, float(hardest[period]), carried


def _carried(context: Context, service: Service, place: str, origins: list[int]) -> tuple[float, float]:
    """Requests/s that all of a service's instances in a place carry, and without what it must be able to lose."""
    scenario = context.scenario
    worst = network_s(scenario, context.catalog, [scenario.origins[origin] for origin in origins], place)
    if worst is None:
        return 0.0, 0.0
    target = today_target_s(scenario, service, worst)
    by_zone: dict[str, float] = defaultdict(float)
    by_instance = 0.0
    for candidate, counts in _running(context, service, place):
        capacity = _best_capacity(context, candidate, target, max(counts.values(), default=0))
        for zone, count in counts.items():
            by_zone[zone] += float(capacity[count])
            by_instance = max(by_instance, float(capacity[count] - capacity[max(count - 1, 0)]))
    full = sum(by_zone.values())
    lost = {"zone": max(by_zone.values(), default=0.0), "instance": by_instance}
    return full, full - lost.get(context.survives(service), 0.0)


def _running(context: Context, service: Service, place: str) -> Iterator[tuple[Candidate, dict[str, int]]]:
    """Yield each type of a service in a place that can run it, with its instances by zone, spread where not said."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in context.scenario.running:
        if (row.service, row.location) != (service.name, place):
            continue
        zones = [row.zone] if row.zone else list(context.catalog.locations[place].zones)
        for number, zone in enumerate(zones):
            counts[row.instance_type][zone] += row.count // len(zones) + (number < row.count % len(zones))
    seen: set[str] = set()
    for candidate in candidates_of(context.catalog, service, place):
        name = candidate.instance.name
        fits = candidate.replicas_per_instance > 0 and why_host_too_small(candidate) is None
        if name in counts and name not in seen and fits:
            seen.add(name)
            yield candidate, dict(counts[name])


def _best_capacity(context: Context, candidate: Candidate, target_s: float, most: int) -> Floats:
    """Capacity of 0..most instances at the batch size that carries most with all of them."""
    best = best_point(context, candidate, target_s, most)
    return np.zeros(most + 1) if best is None else _capacity(context, candidate, best, most)


def best_point(context: Context, candidate: Candidate, target_s: float, most: int) -> OperatingPoint | None:
    """Return how instances of a zone carry most, `most` of them; None where not even one request meets the target."""
    margin = service_time_margin(candidate.curve, context.scenario.plan_on)
    service = candidate.service
    times = context.service_seconds(candidate.curve, service.items_per_request, margin or 0.0)
    if margin is None or not times or times[0] > limit_of(target_s) or most == 0:
        return None
    points = [point for batch in batch_grid(len(times)) for point in operating_points(service, times[:batch], target_s)]
    return max(points, key=lambda point: float(_capacity(context, candidate, point, most)[most]))


def _capacity(context: Context, candidate: Candidate, point: OperatingPoint, most: int) -> Floats:
    return context.zone_capacity(point, candidate.replicas_per_instance, most)


def full_rates(context: Context, index: int, place: str, origins: Sequence[int]) -> dict[str, float]:
    """Return the rate of one instance that serves full batches, by type of a service in a place, requests/s."""
    service = context.scenario.services[index]
    worst = network_s(context.scenario, context.catalog, [context.scenario.origins[o] for o in origins], place)
    found = {}
    for candidate, counts in _running(context, service, place) if worst is not None else ():
        most = max(counts.values(), default=0)
        point = best_point(context, candidate, today_target_s(context.scenario, service, worst or 0.0), most)
        if point is not None:
            found[candidate.instance.name] = candidate.replicas_per_instance * point.full_rate_per_s
    return found

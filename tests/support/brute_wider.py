"""Two things the plan space leaves out, on scenarios small enough to enumerate them.

Two configurations of a service in a location, each with origins of its own; and instances that several services share.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from optimizer.domain.limits import Limits
from optimizer.domain.scenario import Scenario, Service
from tests.support.brute_blocks import Block, Source, blocks_for
from tests.support.brute_force import MOST_PLANS, cheapest_of
from tests.support.brute_plans import ServicePlan, plans_of, volumes_of, wanted
from tests.support.brute_world import World

MOST_REPLICAS = 6
#: Pairs of plans that are looked at.
MOST_CHOICES = 4_000_000


def simplified(scenario: Scenario) -> Scenario:
    """Return a question without what the wider spaces here know nothing of.

    That is spot, early starts, limits, pins and bounds, standby locations, and counts held between hours.
    """
    purchase = replace(
        scenario.purchase,
        options=tuple(option for option in scenario.purchase.options if option != "spot"),
        scale_up_lead_hours=0.0,
        scale_up_max_instances=None,
    )
    kinds = {"none": "none", "instance": "none", "zone": "zone", "region": "zone"}
    services = tuple(
        replace(item, redundancy=kinds[item.redundancy], min_replicas=0, max_replicas=None)
        for item in scenario.services
    )
    plain = replace(scenario, purchase=purchase, services=services, limits=Limits(), pins=())
    return replace(plain, autoscaling="hourly")


def with_two_configurations(world: World) -> float | None:
    """Least total of a simplified question where a service may have two configurations in a location.

    None if there is no plan, or if there are too many.
    """
    per_service = [list(_double_plans(world, service)) for service in world.scenario.services]
    if any(len(plans) > MOST_PLANS for plans in per_service) or math.prod(map(len, per_service)) > MOST_CHOICES:
        return None
    return cheapest_of(world, per_service)


def _double_plans(world: World, service: Service) -> Iterator[ServicePlan]:
    """Every plan in which each origin has one place, and each place one or two configurations."""
    origins = wanted(service)
    spots = [(place, number) for place in world.scenario.locations for number in (0, 1)]
    for chosen in itertools.product(spots, repeat=len(origins)):
        groups: dict[tuple[str, int], tuple[tuple[int, float], ...]] = {}
        for d, spot in zip(origins, chosen, strict=True):
            groups[spot] = (*groups.get(spot, ()), (d, 1.0))
        if any(_turned_round(groups, place) for place in world.scenario.locations):
            continue
        volumes = volumes_of(world, service, {d: {place: 1.0} for d, (place, _) in zip(origins, chosen, strict=True)})
        listed = [blocks_for(world, service, place, served) for (place, _), served in sorted(groups.items())]
        for blocks in itertools.product(*listed):
            yield ServicePlan(tuple(_together(blocks)), *volumes)


def _turned_round(groups: dict[tuple[str, int], tuple[tuple[int, float], ...]], place: str) -> bool:
    """Whether two groups of a place come the other way round as well."""
    first, second = groups.get((place, 0)), groups.get((place, 1))
    return second is not None and (first is None or first > second)


def _together(blocks: tuple[Block, ...]) -> list[Block]:
    """Put blocks of one type in one place together, as they are bought together."""
    found: dict[tuple[str, str], Block] = {}
    for block in blocks:
        found[block.key] = merged(found[block.key], block) if block.key in found else block
    return list(found.values())


def merged(one: Block, other: Block) -> Block:
    """One block for two on the same type in the same place."""
    kw = None if one.kw is None or other.kw is None else one.kw + other.kw
    carbon = None if one.carbon_kg is None or other.carbon_kg is None else one.carbon_kg + other.carbon_kg
    return Block(
        one.place,
        one.kind,
        one.use + other.use,
        one.spot + other.spot,
        one.early_use + other.early_use,
        one.early_spot + other.early_spot,
        one.running_cost + other.running_cost,
        kw,
        carbon,
    )


def with_shared_instances(world: World) -> float | None:
    """Least total of a simplified question where two services may share instances; None without two, or a plan.

    Disk and monitoring are paid for each service as if it had instances of its own.
    """
    if len(world.scenario.services) < 2:
        return None
    per_service = [plans_of(world, service) for service in world.scenario.services]
    return cheapest_of(world, per_service, together=lambda one, other: (_shared(world, one, other),))


def _shared(world: World, one: Block, other: Block) -> Block:
    """Both services on the fewest instances that can hold their replicas, zone by zone, slot by slot."""
    together = merged(one, other)
    if one.source is None or other.source is None:
        return together
    use = [
        min(int(apart), _fewest_shared(world, one.source, other.source, slot))
        for slot, apart in enumerate(together.use.tolist())
    ]
    return replace(together, use=np.array(use, dtype=float))


def _fewest_shared(world: World, one: Source, other: Source, slot: int) -> int:
    ours, theirs = (_accelerators(world, source, slot) for source in (one, other))
    if not len(ours) or not len(theirs):
        return 10**6
    both = ours[:, None, :] + theirs[None, :, :]
    return int((-(-both // one.accelerators[1])).sum(axis=2).min())


def _accelerators(world: World, source: Source, slot: int) -> np.ndarray:
    """Accelerators by zone of every least vector of replicas that carries what a slot asks for."""
    key = ("replicas", id(source), slot)
    if key not in world.known:
        ask, rules = source.asks[slot], source.rules
        most = min(MOST_REPLICAS, len(source.capacity) - 1)
        vectors = np.array(list(itertools.product(range(most + 1), repeat=rules.zones)))
        loads = source.capacity[vectors]
        full = loads.sum(axis=1)
        fits = full >= ask.full
        if rules.lost == "zone":
            fits &= full - loads.max(axis=1) >= ask.protected
        carrying = {tuple(vector) for vector in vectors[fits].tolist()}
        least = [v for v in carrying if not any(_one_less(v, z) in carrying for z in range(rules.zones))]
        world.known[key] = np.array(least, dtype=int).reshape(len(least), rules.zones) * source.accelerators[0]
    return world.known[key]


def _one_less(vector: tuple[int, ...], zone: int) -> tuple[int, ...]:
    return tuple(count - (index == zone) for index, count in enumerate(vector))

"""Every way to run one service: where each origin goes (and who stands by), and on which configurations."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimizer.domain.scenario import Service
from tests.support.brute_blocks import Block, Shares, StandsBy, blocks_for
from tests.support.brute_world import HOURS_PER_MONTH, World


@dataclass(frozen=True, eq=False)
class ServicePlan:
    """Blocks of a service, and the GB a month it moves on each pair of places; `logs` is their cost."""

    blocks: tuple[Block, ...]
    pair_gb: dict[tuple[str, str], float]
    logs: float


def wanted(service: Service) -> list[int]:
    """Origins (by index) that ask for anything."""
    rows = range(service.demand.peak_per_s.shape[0])
    return [d for d in rows if any(peak[d].max() > 0 for peak in service.demand.peaks_per_s.values())]


def plans_of(world: World, service: Service) -> list[ServicePlan]:
    """Return every plan of a service in which each origin has one place and each place one configuration."""
    plans = []
    for where, standby in _placements(world, service):
        if not _kept(world, service) <= {*where.values(), *standby.values()}:
            continue
        volumes = volumes_of(world, service, {d: {place: 1.0} for d, place in where.items()})
        choices = []
        for place in sorted({*where.values(), *standby.values()}):
            served: Shares = tuple((d, 1.0) for d in where if where[d] == place)
            stands_by: StandsBy = tuple((d, where[d]) for d in standby if standby[d] == place)
            choices.append(blocks_for(world, service, place, served, stands_by))
        plans += [ServicePlan(blocks, *volumes) for blocks in itertools.product(*choices)]
    return plans


def _placements(world: World, service: Service) -> Iterator[tuple[dict[int, str], dict[int, str]]]:
    places, origins = world.scenario.locations, wanted(service)
    for chosen in itertools.product(places, repeat=len(origins)):
        where = dict(zip(origins, chosen, strict=True))
        if service.redundancy != "region":
            yield where, {}
            continue
        others = [[place for place in places if place != where[d]] for d in origins]
        for stood_by in itertools.product(*others):
            yield where, dict(zip(origins, stood_by, strict=True))


def _kept(world: World, service: Service) -> set[str]:
    """Places in which the planner keeps the service: it serves some origin there, or stands by for one."""
    return {pin.location for pin in world.scenario.pins if pin.service == service.name and pin.min_instances > 0}


def volumes_of(
    world: World, service: Service, where: dict[int, dict[str, float]]
) -> tuple[dict[tuple[str, str], float], float]:
    """Return GB a month by pair of places, and what logs cost, for origins split over places by shares."""
    scenario, catalog = world.scenario, world.catalog
    pair_gb: dict[tuple[str, str], float] = {}
    logs = 0.0
    for d, split in where.items():
        hours = [period.days for period in scenario.periods]
        requests = 3600.0 * sum(float(rate) * h for rate, h in zip(service.demand.mean_per_s[d], hours, strict=True))
        for place, share in split.items():
            for pair, kb in _moves(world, d, place):
                gb = requests * share * kb / 1e6 / (world.hours / HOURS_PER_MONTH)
                pair_gb[pair] = pair_gb.get(pair, 0.0) + gb
            kept = scenario.storage.log_retention_days / (365 / 12)
            gb_months = requests * share / 1e6 * scenario.storage.logs_gb_per_million_requests * kept
            row = catalog.storage.get(("object", place)) or catalog.storage["block", place]
            logs += gb_months * row.price_per_gb_month * world.support(place)
    return pair_gb, logs


def _moves(world: World, origin: int, place: str) -> list[tuple[tuple[str, str], float]]:
    use, at = world.scenario.network, world.scenario.origins[origin].at
    if at == "internet":
        return [((place, "internet"), use.response_kb)]
    if at == place:
        zones = len(world.catalog.locations[place].zones)
        return [((place, place), (use.request_kb + use.response_kb) * (1 - 1 / zones))]
    return [((at, place), use.request_kb), ((place, at), use.response_kb)]


def transfer_cost(world: World, pair: tuple[str, str], gb_a_month: np.ndarray) -> np.ndarray:
    """What a month's volume on a pair costs over the horizon, tier by tier, with the support of the sender."""
    tiers = world.catalog.transfer[pair]
    cost = np.zeros_like(gb_a_month)
    for tier, upper in zip(tiers, [*(t.from_gb for t in tiers[1:]), np.inf], strict=True):
        cost += np.clip(np.minimum(gb_a_month, upper) - tier.from_gb, 0.0, None) * tier.price_per_gb
    return cost * (world.hours / HOURS_PER_MONTH) * world.support(pair[0])

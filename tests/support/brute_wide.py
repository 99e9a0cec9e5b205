"""The wider plan space of a scenario with quotas: origins split in eighths, two configurations in a location.

Only for one service without a standby location, without pins and bounds on replicas: small enough to enumerate.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tests.support.brute_blocks import Block, blocks_for
from tests.support.brute_buying import NEVER
from tests.support.brute_force import fixed_cost, least_cost, levels_known
from tests.support.brute_limits import Chosen, cheapest_within, needs_joint_buying, within_limits
from tests.support.brute_plans import transfer_cost, volumes_of, wanted
from tests.support.brute_world import World

EIGHTHS = 8
#: Blocks of a location up to which pairs are enumerated; fewer where types are bought for together.
MOST_BLOCKS, MOST_BLOCKS_JOINT = 340, 40

Total = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Option:
    """One or two blocks of a location (or none), and their cost without that of their requests."""

    cost: float
    blocks: tuple[Block, ...]


def can_enumerate(world: World) -> bool:
    """Whether the wider space of the scenario is small enough."""
    scenario = world.scenario
    if len(scenario.services) != 1 or len(scenario.origins) > 2 or scenario.pins:
        return False
    only = scenario.services[0]
    if only.redundancy == "region" or only.min_replicas or only.max_replicas is not None:
        return False
    most = MOST_BLOCKS_JOINT if needs_joint_buying(world) else MOST_BLOCKS
    return all(sum(1 for _ in _singles(world, place)) <= most for place in scenario.locations)


def cheapest_wide(world: World, narrow: float | None = None) -> float | None:
    """Return the least total over the wider space, budget apart; None if it holds nothing.

    Parameters
    ----------
    narrow
        Least total over the narrow space, which is part of it; None if that holds nothing.
    """
    best = NEVER if narrow is None else narrow - fixed_cost(world)
    splits = [(_moved(world, split), split) for split in _splits(world)]
    options = {
        place: _options(world, place, {split[place] for _, split in splits}, best) for place in world.scenario.locations
    }
    bounds = [moved + sum(_least(options[p], t) for p, t in split.items()) for moved, split in splits]
    for index in np.argsort(bounds).tolist():
        if bounds[index] >= best:
            break
        moved, split = splits[index]
        rows = [options[place].get(total, []) for place, total in split.items()]
        best = min(best, moved + _search(world, rows, best - moved))
    return None if best == NEVER else best + fixed_cost(world)


def _least(options: dict[Total, list[Option]], total: Total) -> float:
    return options[total][0].cost if options.get(total) else NEVER


def _splits(world: World) -> Iterator[dict[str, Total]]:
    """Every way of dividing each origin over at most two locations, in eighths."""
    places, origins = world.scenario.locations, wanted(world.scenario.services[0])
    ways = [
        {first: part, second: EIGHTHS - part}
        for first, second in itertools.combinations(range(len(places)), 2)
        for part in range(1, EIGHTHS)
    ]
    ways += [{index: EIGHTHS} for index in range(len(places))]
    for chosen in itertools.product(ways, repeat=len(origins)):
        yield {place: tuple(way.get(index, 0) for way in chosen) for index, place in enumerate(places)}


def _moved(world: World, split: dict[str, Total]) -> float:
    """What the requests cost by volume: transfer and logs."""
    service, cost = world.scenario.services[0], 0.0
    origins = wanted(service)
    where = {
        d: {place: total[i] / EIGHTHS for place, total in split.items() if total[i]} for i, d in enumerate(origins)
    }
    pair_gb, logs = volumes_of(world, service, where)
    cost += sum(float(transfer_cost(world, pair, np.array(gb))) for pair, gb in pair_gb.items())
    return cost + logs


def _singles(world: World, place: str) -> Iterator[tuple[Total, Block]]:
    service = world.scenario.services[0]
    origins = wanted(service)
    for total in itertools.product(range(EIGHTHS + 1), repeat=len(origins)):
        served = tuple((d, part / EIGHTHS) for d, part in zip(origins, total, strict=True) if part)
        if served:
            yield from ((total, block) for block in blocks_for(world, service, place, served))


def _options(world: World, place: str, totals: set[Total], below: float) -> dict[Total, list[Option]]:
    """Every one or two blocks of a location that alone keep within all limits, by what they serve, cheapest first."""
    singles = list(_singles(world, place))
    service = world.scenario.services[0]
    found: dict[Total, list[Option]] = {tuple([0] * len(wanted(service))): [Option(0.0, ())]}
    for total, block in singles:
        _add(world, found, total, (block,), below)
    for (first, block), (second, other) in itertools.combinations_with_replacement(singles, 2):
        total = tuple(a + b for a, b in zip(first, second, strict=True))
        if total in totals:
            _add(world, found, total, (block, other), below)
    return {total: sorted(listed, key=lambda option: option.cost) for total, listed in found.items()}


def _add(world: World, found: dict[Total, list[Option]], total: Total, blocks: tuple[Block, ...], below: float) -> None:
    chosen = Chosen(blocks)
    if sum(block.running_cost for block in blocks) >= below or not within_limits(world, chosen):
        return
    cost = sum(block.running_cost for block in blocks)
    cost += sum(least_cost(world, key, used) for key, used in chosen.by_key.items())
    if cost < below:
        found.setdefault(total, []).append(Option(cost, blocks))


def _search(world: World, rows: list[list[Option]], below: float) -> float:
    """Least cost of one option for each location within all limits, if less than `below`; else that."""
    if any(not row for row in rows):
        return NEVER
    rest = [*itertools.accumulate((row[0].cost for row in reversed(rows)), initial=0.0)][::-1]
    best = below

    def visit(depth: int, cost: float, blocks: tuple[Block, ...]) -> None:
        nonlocal best
        if depth == len(rows):
            best = min(best, _bought(world, cost, Chosen(blocks)))
            return
        for option in rows[depth]:
            if cost + option.cost + rest[depth + 1] >= best:
                return
            visit(depth + 1, cost + option.cost, (*blocks, *option.blocks))

    visit(0, 0.0, ())
    return best if best < below else NEVER


def _bought(world: World, cost: float, chosen: Chosen) -> float:
    if not within_limits(world, chosen):
        return NEVER
    if not needs_joint_buying(world):
        return cost
    together = cheapest_within(world, chosen, lambda key, used: levels_known(world, key, used))
    if together is None:
        return NEVER
    return cost - sum(least_cost(world, key, used) for key, used in chosen.by_key.items()) + together

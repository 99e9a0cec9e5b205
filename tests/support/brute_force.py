"""The oracle: every plan of a tiny scenario, one by one. It shares only the capacity module with what it tests.

What it takes for granted beside the rules: of the zone vectors with the fewest instances the one with most room for
spot is taken, of those the most balanced one (falling, and smallest in order). This matters where instances start
early: the zones of two hours then decide how many run at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from optimizer.domain.catalog import Catalog
from optimizer.domain.purchase import Commitment
from optimizer.domain.scenario import Scenario
from optimizer.performance import CapacityStore
from tests.support.brute_blocks import Block
from tests.support.brute_buying import NEVER, Levels, levels
from tests.support.brute_limits import Chosen, cheapest_within, needs_joint_buying, within_limits
from tests.support.brute_plans import ServicePlan, plans_of, transfer_cost
from tests.support.brute_world import HOURS_PER_MONTH, HOURS_PER_YEAR, World, provider_of

MOST_PLANS = 40_000
Together = Callable[[Block, Block], tuple[Block, ...]]


@dataclass
class Table:
    """Plans of a service as arrays over plans; `pick` gives the block of each (place, type), -1 for none."""

    plans: list[ServicePlan]
    alone: np.ndarray
    pick: dict[tuple[str, str], np.ndarray]
    blocks: dict[tuple[str, str], list[Block]] = field(default_factory=dict)


def cheapest_total(scenario: Scenario, catalog: Catalog, store: CapacityStore) -> float | None:
    """Return the least total over every plan, or None if there is none."""
    world = World(scenario, catalog, store)
    found = cheapest_of(world, [plans_of(world, service) for service in scenario.services])
    if found is None:
        return None
    limit = scenario.limits.budget_per_month
    if limit is not None and found > limit * world.hours / HOURS_PER_MONTH + 0.01:
        return None
    return found


def cheapest_of(
    world: World, per_service: list[list[ServicePlan]], together: Together = lambda one, other: (one, other)
) -> float | None:
    """Return the least total over every choice of one plan for each service (one or two), budget apart.

    Parameters
    ----------
    together
        What two blocks of different services on one type in one place run; as they are, unless given.
    """
    if any(not plans for plans in per_service):
        return None
    assert max(len(plans) for plans in per_service) <= MOST_PLANS
    tables = [_table(world, plans) for plans in per_service]
    totals = tables[0].alone if len(tables) == 1 else _pairs(world, *tables, together)
    totals = totals + _network(world, per_service) + fixed_cost(world)
    order = np.argsort(totals, axis=None, kind="stable")
    best = NEVER
    for flat in order.tolist():
        indices = np.unravel_index(flat, totals.shape)
        if totals[indices] >= best or totals[indices] == NEVER:
            break
        blocks = [b for plans, i in zip(per_service, indices, strict=True) for b in plans[i].blocks]
        chosen = Chosen(tuple(blocks))
        if not within_limits(world, chosen):
            continue
        if not needs_joint_buying(world):
            best = float(totals[indices])
            break
        extra = cheapest_within(world, chosen, lambda key, used: levels_known(world, key, used))
        if extra is not None:
            apart = sum(least_cost(world, key, used) for key, used in chosen.by_key.items())
            best = min(best, float(totals[indices]) - apart + extra)
    return None if best == NEVER else best


def fixed_cost(world: World) -> float:
    """People and what is signed already, with what signed machines draw while nothing runs on them."""
    operations = world.scenario.operations
    people = sum(role.fte * role.cost_per_year for role in operations.people) * world.hours / HOURS_PER_YEAR
    return people + sum(_signed(world, item) for item in world.scenario.commitments)


def _signed(world: World, item: Commitment) -> float:
    hours = item.count * world.hours * item.horizon_share
    cost = hours * item.price_per_hour * world.support(item.location)
    if item.purchase_option == "owned" and world.scenario.owned.unused == "idle" and not world.rented(item.location):
        provider = provider_of(item.location)
        idle_w, _ = world.watts(world.catalog.instance_types[provider, item.instance_type], item.location)
        cost += hours * idle_w / 1000.0 * (world.catalog.locations[item.location].electricity_price_per_kwh or 0.0)
    return cost


def levels_known(world: World, key: tuple[str, str], blocks: tuple[Block, ...]) -> Levels:
    """Every way of buying for blocks of one type in one place, worked out once."""
    known = ("levels", key, tuple(id(block) for block in blocks))
    if known not in world.known:
        world.known[known] = levels(world, *key, blocks)
    return world.known[known]


def least_cost(world: World, key: tuple[str, str], blocks: tuple[Block, ...]) -> float:
    """Least cost of buying for blocks of one type in one place."""
    return float(levels_known(world, key, blocks).cost.min())


def _table(world: World, plans: list[ServicePlan]) -> Table:
    keys = {block.key for plan in plans for block in plan.blocks}
    table = Table(plans, np.zeros(len(plans)), {key: np.full(len(plans), -1) for key in keys})
    numbers: dict[int, int] = {}
    for row, plan in enumerate(plans):
        table.alone[row] = plan.logs
        for block in plan.blocks:
            listed = table.blocks.setdefault(block.key, [])
            if id(block) not in numbers:
                numbers[id(block)] = len(listed)
                listed.append(block)
            table.pick[block.key][row] = numbers[id(block)]
            table.alone[row] += block.running_cost + least_cost(world, block.key, (block,))
    return table


def _pairs(world: World, first: Table, second: Table, together: Together) -> np.ndarray:
    """Cost of every pair of plans: apart, less what they save by buying for both where they use one type."""
    with np.errstate(invalid="ignore"):
        total = first.alone[:, None] + second.alone[None, :]
        for key in set(first.blocks) & set(second.blocks):
            ours, theirs = first.blocks[key], second.blocks[key]
            saved = np.zeros((len(ours) + 1, len(theirs) + 1))
            for a, block in enumerate(ours):
                for b, other in enumerate(theirs):
                    apart = least_cost(world, key, (block,)) + least_cost(world, key, (other,))
                    joint = least_cost(world, key, together(block, other))
                    saved[a, b] = 0.0 if math.isinf(apart) else joint - apart
            total += saved[first.pick[key]][:, second.pick[key]]
    return total


def _network(world: World, per_service: list[list[ServicePlan]]) -> np.ndarray:
    """Transfer of every choice of plans: volumes of all services meet in one price table."""
    pairs = sorted({pair for plans in per_service for plan in plans for pair in plan.pair_gb})
    total = np.zeros(tuple(len(plans) for plans in per_service))
    for pair in pairs:
        volumes = [np.array([plan.pair_gb.get(pair, 0.0) for plan in plans]) for plans in per_service]
        if len(volumes) == 1:
            total += transfer_cost(world, pair, volumes[0])
        elif len(world.catalog.transfer[pair]) == 1:
            total += transfer_cost(world, pair, volumes[0])[:, None] + transfer_cost(world, pair, volumes[1])[None, :]
        else:
            # Few different volumes: price each sum of two once.
            (ours, at), (theirs, there) = (np.unique(volume, return_inverse=True) for volume in volumes)
            total += transfer_cost(world, pair, ours[:, None] + theirs[None, :])[at][:, there]
    return total

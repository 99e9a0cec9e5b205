"""Which configurations of a group are worth choosing from.

Capacity tables cost simulation time, so they are made only where they can matter: each configuration first gets a
lower bound of its cost from a capacity it can never exceed, and configurations are simulated in the order of that
bound. One is left out where it cannot be in a cheapest plan: its bound reaches what another, that any plan may use
instead, costs at most by itself; or another of its instance type needs no more in any slot. The result is the same as
simulating all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from optimizer.domain.scenario import Floats, Service
from optimizer.formulation.blocks import Block, Configuration, Group, block_of, dominates
from optimizer.formulation.context import Context
from optimizer.formulation.rules.region_loss import need_with_standby
from optimizer.formulation.rules.spot_share import most_spot
from optimizer.formulation.staffing import Counted, count, fewest_possible, staff
from optimizer.formulation.supply import Key, Supply


@dataclass(slots=True)
class TypeVerdict:
    """Best that an instance type could do for a group: least cost (a bound, or its own), and whether simulated."""

    least_cost: float = float("inf")
    simulated: bool = False


@dataclass(slots=True)
class GroupResult:
    """Blocks of a group that may be in a cheapest plan, and what each instance type could have done."""

    blocks: list[Block] = field(default_factory=list)
    verdicts: dict[tuple[str, str], TypeVerdict] = field(default_factory=dict)


#: Rounding of floats, as a share of the value.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class _Bounds:
    """Lower bounds of configurations: cost, use and use off spot by slot."""

    cost: Floats
    use: Floats
    rest: Floats


def blocks_of_group(
    context: Context, group: Group, configurations: Sequence[Configuration], network_s: float
) -> GroupResult:
    """Return the blocks of a group that a cheapest plan may choose.

    Parameters
    ----------
    configurations
        Every one that meets the target with a lone request.
    network_s
        Worst round trip at p99 of the origins it serves or stands by for.
    """
    service = context.scenario.services[group.service]
    own = context.need(service, group.origins, group.shares)
    share = service.protected_share
    hardest = need_with_standby(own, group.standby, lambda found: context.need(service, found), share)
    flow_cost = context.flow_cost(group.service, group.location, group.origins, group.shares)
    result = GroupResult()
    supplies = [context.supply_for(item.candidate) for item in configurations]
    bounds = _lower_bounds(context, configurations, supplies, service, hardest)
    draw_matters = context.keeps_every_type or context.rates.is_owned(group.location)
    best = float("inf")
    kept: list[tuple[int, Block]] = []
    for number in np.argsort(bounds.cost, kind="stable").tolist():
        if not np.isfinite(bounds.cost[number]):
            break
        configuration, supply = configurations[number], supplies[number]
        bound = float(bounds.cost[number]) + flow_cost
        verdict = result.verdicts.setdefault(configuration.key[:2], TypeVerdict())
        if bound >= best or (not draw_matters and _is_beaten(bounds, number, kept, supplies)):
            verdict.least_cost = min(verdict.least_cost, bound)
            continue
        counted = count(context, configuration, service, hardest)
        if counted is None:
            continue
        least = _least_cost(context, configuration, supply, counted) + flow_cost
        if least > best:
            verdict.least_cost = min(verdict.least_cost, least)
            continue
        staffing = staff(context, configuration, service, hardest, counted, context.spot_room(supply))
        block = block_of(context, group, configuration, staffing, supply, (own, hardest), network_s, flow_cost)
        verdict.least_cost, verdict.simulated = min(verdict.least_cost, block.cost), True
        kept.append((number, block))
        if context.any_block:
            break
        if supply.unlimited and not context.keeps_every_type:
            best = min(best, block.cost)
    result.blocks = _worth_choosing(context, kept, supplies, best)
    return result


def _least_cost(context: Context, configuration: Configuration, supply: Supply, counted: Counted) -> float:
    """Bound of what counted instances cost, flows apart, before they are laid out over zones."""
    line = context.timeline
    counts = counted.counts.astype(np.float64)
    use = line.slots(counts, line.least_early(counts))
    room = np.zeros_like(use)
    if supply.spot is not None:
        terms, most = context.scenario.purchase.spot, use.astype(np.int64)
        room = most_spot(most, terms.max_share, on=context.is_on("spot_share")).astype(np.float64)
        if terms.may_vanish == "all_of_a_type" and context.is_on("spot_may_vanish"):
            spare = np.maximum(counted.counts - counted.stay, 0).ravel()
            room[: line.main_count] = np.minimum(room[: line.main_count], spare)
    hours = float(counts.ravel() @ line.full_hours)
    rent = float(supply.least_cost(use, room, line.slot_hours, line.main_count))
    return rent + hours * context.use_cost(configuration.candidate)


def _lower_bounds(
    context: Context,
    configurations: Sequence[Configuration],
    supplies: Sequence[Supply],
    service: Service,
    need: Floats,
) -> _Bounds:
    """Bounds of cost (tiered transfer and flows apart) and of use, from capacity that cannot be exceeded."""
    line = context.timeline
    slots = line.slot_hours.size
    if not configurations:
        return _Bounds(np.zeros(0), np.zeros((0, slots)), np.zeros((0, slots)))
    counts = fewest_possible(context, list(configurations), service, need)
    use = line.slots(counts, line.least_early(counts))
    spot = _most_room(context, supplies, use)
    cost = np.full(len(configurations), np.inf)
    by_key: dict[Key, list[int]] = {}
    for number, supply in enumerate(supplies):
        if np.isfinite(counts[number]).all():
            by_key.setdefault(supply.key, []).append(number)
    # A configuration that cannot carry the need has infinite counts; its hours are never read.
    hours = np.where(np.isfinite(counts), counts, 0.0).reshape(len(configurations), -1) @ line.full_hours
    for numbers in by_key.values():
        supply = supplies[numbers[0]]
        rent = supply.least_cost(use[numbers], spot[numbers], line.slot_hours, line.main_count)
        cost[numbers] = rent + hours[numbers] * context.use_cost(configurations[numbers[0]].candidate)
    return _Bounds(cost, use, use - spot)


def _most_room(context: Context, supplies: Sequence[Supply], use: Floats) -> Floats:
    """Most spot that a use could hold, shape as `use`."""
    terms = context.scenario.purchase.spot
    whole = np.where(np.isfinite(use), use, 0.0).astype(np.int64)
    room = most_spot(whole, terms.max_share, on=context.is_on("spot_share")).astype(np.float64)
    has_spot = np.array([supply.spot is not None for supply in supplies])
    return np.where(has_spot[:, None], room, 0.0)


def _is_beaten(bounds: _Bounds, number: int, kept: Sequence[tuple[int, Block]], supplies: Sequence[Supply]) -> bool:
    """Whether a block of the same instance type needs no more in any slot than the configuration at its best."""
    return any(
        supplies[other].key == supplies[number].key
        and bool((block.use <= bounds.use[number]).all())
        and bool((block.use - block.spot <= bounds.rest[number]).all())
        for other, block in kept
    )


def _worth_choosing(
    context: Context, kept: Sequence[tuple[int, Block]], supplies: Sequence[Supply], best: float
) -> list[Block]:
    """Leave out what is dominated by its own kind, or cannot be cheaper than the best by itself."""
    line = context.timeline
    found: list[Block] = []
    for number, block in kept:
        supply = supplies[number]
        least = float(supply.least_cost(block.use, block.spot, line.slot_hours, line.main_count)) + block.own_cost
        # The two are worked out differently: the best itself must not fall to rounding.
        if least > best * (1.0 + ROUNDING):
            continue
        if not any(_replaces(context, other, block, kept) for other in _rivals(block, kept)):
            found.append(block)
    return found


def _rivals(block: Block, kept: Sequence[tuple[int, Block]]) -> list[Block]:
    key = block.configuration.key
    return [other for _, other in kept if other is not block and other.configuration.key == key]


def _replaces(context: Context, other: Block, block: Block, kept: Sequence[tuple[int, Block]]) -> bool:
    """Whether another block stands in for this one; of two that are alike the earlier one stays."""
    draw_matters = context.keeps_every_type
    if not dominates(other, block, draw_matters=draw_matters):
        return False
    if not dominates(block, other, draw_matters=draw_matters):
        return True
    order = [id(each) for _, each in kept]
    return order.index(id(other)) < order.index(id(block))

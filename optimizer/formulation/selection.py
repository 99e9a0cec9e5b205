"""Which configurations of a group are worth choosing from.

Capacity tables cost simulation time, so they are made only where they can matter: each configuration first gets a
lower bound of its cost from a capacity it can never exceed, and configurations are simulated in the order of that
bound. One is left out where it cannot be in a cheapest plan: its bound reaches what another, that any plan may use
instead, costs at most by itself; or another of its instance type needs no more in any slot. The result is the same as
simulating all of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from optimizer.domain.scenario import Floats, Service
from optimizer.formulation.blocks import Block, Configuration, Group, Likeness, block_of, dominates, need_of
from optimizer.formulation.changing import changes_no_more, charged_at_most, kept_at_most
from optimizer.formulation.context import Context
from optimizer.formulation.problem import Indices
from optimizer.formulation.rules.spot_share import most_spot
from optimizer.formulation.running import Running, running_of
from optimizer.formulation.staffing import Counted, TooFew, count, fewest_possible, staff
from optimizer.formulation.supply import Key, Supply


@dataclass(slots=True)
class TypeVerdict:
    """Best that an instance type could do for a group: least cost (a bound, or its own), and whether simulated.

    `left_out` has two bounds of each configuration that is left out for what a plan with it costs: what it adds at
    least, and what all of such a plan costs at least, the fixed part apart.
    """

    least_cost: float = float("inf")
    simulated: bool = False
    left_out: list[tuple[float, float]] = field(default_factory=list)

    def add(self, other: TypeVerdict) -> None:
        """Take in what other configurations of the type could do."""
        self.least_cost = min(self.least_cost, other.least_cost)
        self.simulated |= other.simulated

    def rise(self, cost: float, total: float) -> tuple[float, bool]:
        """Return by how much at least a plan of `total` gets dearer if a block of `cost` moves here, and if exactly."""
        moved = self.least_cost - cost
        other = min((max(least - cost, whole - total) for least, whole in self.left_out), default=float("inf"))
        return (other, False) if other < moved else (moved, self.simulated)


@dataclass(slots=True)
class GroupResult:
    """Blocks of a group that may be in a cheapest plan, and what each instance type could have done.

    `by_budget` has the same by what queueing and service may take, seconds: of stages several are considered. `counts`
    has what configurations need at a budget, instances of shape (demands, periods), under `Configuration.likeness`:
    with less time they need no fewer. `unfinished` are those that need more instances than were looked at.
    """

    blocks: list[Block] = field(default_factory=list)
    verdicts: dict[tuple[str, str], TypeVerdict] = field(default_factory=dict)
    by_budget: dict[float, dict[tuple[str, str], TypeVerdict]] = field(default_factory=dict)
    counts: dict[Likeness, dict[float, Indices]] = field(default_factory=dict)
    unfinished: list[Configuration] = field(default_factory=list)

    def fewest(self, configuration: Configuration) -> Indices | None:
        """Return what a configuration needs at the least budget known that is no smaller; None where none is."""
        known, asked = self.counts.get(configuration.likeness, {}), configuration.point.target_s
        return known[min(above)] if (above := [budget for budget in known if budget >= asked]) else None


#: Rounding of floats, as a share of the value.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """Lower bounds of configurations: cost, counts by demand and period, use by slot.

    `running` is the part of the cost that is no rent, `rest` the use off spot.
    """

    cost: Floats
    running: Floats
    counts: Floats
    use: Floats
    rest: Floats


def blocks_of_group(
    context: Context,
    group: Group,
    configurations: Sequence[Configuration],
    network_s: float,
    before: GroupResult | None = None,
    doublings: Callable[[Configuration], float] = lambda _: math.inf,
) -> GroupResult:
    """Return the blocks of a group that a cheapest plan may choose.

    Parameters
    ----------
    configurations
        Every one that meets the target with a lone request.
    network_s
        Worst round trip at p99 of the origins it serves or stands by for.
    before
        What is known of the group at other budgets: a block that answers no later replaces a dearer one, and with less
        time a configuration needs no fewer instances. Not part of the result.
    doublings
        How far each is looked at now, as for `count`.
    """
    before = before or GroupResult()
    budgets = {item.point.target_s for item in configurations}
    sooner = [block for block in before.blocks if budgets and block.budget_s <= min(budgets)]
    service = context.scenario.services[group.service]
    need = need_of(context, group)
    flow_cost = context.flow_cost(group.service, group.location, group.origins, group.shares)
    result = GroupResult()
    supplies = [context.supply_for(item.candidate) for item in configurations]
    floors = [before.fewest(item) for item in configurations]
    bounds = lower_bounds(context, configurations, supplies, service, need.hardest, floors)
    rates = context.mean_rate(service, group.origins, group.shares), need.own[0]
    replaces_any = [block for block in sooner if _replaces_any(context, block)]
    best = min((block.cost + charged_at_most(context, block) for block in replaces_any), default=float("inf"))
    kept: dict[Key, list[Block]] = {}
    for block in sooner:
        kept.setdefault(block.configuration.key, []).append(block)
    for number in np.argsort(bounds.cost, kind="stable").tolist():
        if not np.isfinite(bounds.cost[number]):
            break
        configuration, supply = configurations[number], supplies[number]
        bound = float(bounds.cost[number]) + flow_cost
        verdict = result.verdicts.setdefault(configuration.key[:2], TypeVerdict())
        rivals = kept.setdefault(configuration.key, [])
        # What its kind keeps running may save so much in changes.
        kept_now = kept_at_most(context, group.service, configuration)
        if context.charge == 0.0 and _is_beaten(context, configuration, bounds, number, rates, rivals):
            continue  # the verdict on its type stands: what beats it costs no more
        if bound - kept_now >= best:
            verdict.least_cost = min(verdict.least_cost, bound)
            continue
        counted = count(context, configuration, service, need, doublings(configuration))
        if counted is None:
            continue
        if configuration.point not in context.derates:  # what a derated point needs bounds no other
            result.counts.setdefault(configuration.likeness, {})[configuration.point.target_s] = counted.counts
        if isinstance(counted, TooFew):
            result.unfinished.append(configuration)
            continue
        least = _least_cost(context, configuration, supply, counted) + flow_cost
        if least - kept_now > best:
            verdict.least_cost = min(verdict.least_cost, least)
            continue
        staffing = staff(context, configuration, service, need, counted, context.spot_room(supply))
        block = block_of(context, group, configuration, staffing, supply, need, network_s, flow_cost)
        verdict.least_cost, verdict.simulated = min(verdict.least_cost, block.cost), True
        rivals.append(block)
        if context.any_block:
            break
        if _replaces_any(context, block):
            best = min(best, block.cost + charged_at_most(context, block))
    result.blocks = _worth_choosing(context, kept, best, {id(block) for block in sooner})
    return result


def _replaces_any(context: Context, block: Block) -> bool:
    """Whether any plan may use the block instead of a dearer one, whatever the types of the two."""
    return context.supply(*block.configuration.key).unlimited and not context.keeps_every_type


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


def lower_bounds(
    context: Context,
    configurations: Sequence[Configuration],
    supplies: Sequence[Supply],
    service: Service,
    need: Floats,
    floors: Sequence[Indices | None],
) -> Bounds:
    """Bounds of cost (tiered transfer and flows apart) and of use, from capacity that cannot be exceeded."""
    line = context.timeline
    slots = line.slot_hours.size
    if not configurations:
        none = np.zeros((0, slots))
        return Bounds(np.zeros(0), np.zeros(0), np.zeros((0, *need.shape)), none, none)
    counts = fewest_possible(context, list(configurations), service, need)
    for number, floor in enumerate(floors):
        if floor is not None:
            counts[number] = np.maximum(counts[number], floor)
    use = line.slots(counts, line.least_early(counts))
    spot = _most_room(context, supplies, use)
    cost, running = np.full(len(configurations), np.inf), np.zeros(len(configurations))
    by_key: dict[Key, list[int]] = {}
    for number, supply in enumerate(supplies):
        if np.isfinite(counts[number]).all():
            by_key.setdefault(supply.key, []).append(number)
    # A configuration that cannot carry the need has infinite counts; its hours are never read.
    hours = np.where(np.isfinite(counts), counts, 0.0).reshape(len(configurations), -1) @ line.full_hours
    for numbers in by_key.values():
        supply = supplies[numbers[0]]
        rent = supply.least_cost(use[numbers], spot[numbers], line.slot_hours, line.main_count)
        running[numbers] = hours[numbers] * context.use_cost(configurations[numbers[0]].candidate)
        cost[numbers] = rent + running[numbers]
    return Bounds(cost, running, counts, use, use - spot)


def _most_room(context: Context, supplies: Sequence[Supply], use: Floats) -> Floats:
    """Most spot that a use could hold, shape as `use`."""
    terms = context.scenario.purchase.spot
    whole = np.where(np.isfinite(use), use, 0.0).astype(np.int64)
    room = most_spot(whole, terms.max_share, on=context.is_on("spot_share")).astype(np.float64)
    has_spot = np.array([supply.spot is not None for supply in supplies])
    return np.where(has_spot[:, None], room, 0.0)


def _is_beaten(
    context: Context,
    configuration: Configuration,
    bounds: Bounds,
    number: int,
    rates: tuple[Floats, Floats],
    rivals: Sequence[Block],
) -> bool:
    """Whether a block of the same instance type needs, costs and draws no more than the configuration at its best.

    Parameters
    ----------
    rates
        Expected rate of the group, and its planned rate, shape (periods,) each.
    rivals
        Blocks of the group on that instance type.
    """
    ahead = [
        block
        for block in rivals
        if (block.use <= bounds.use[number]).all() and (block.use - block.spot <= bounds.rest[number]).all()
    ]
    if not ahead:
        return False
    draw_matters = context.draw_matters
    if draw_matters and not (context.is_on("capacity") and context.is_on("utilisation_cap")):
        return False  # an overloaded zone draws less than its requests would ask for: no bound of the draw is known
    least = _least_running(context, configuration, bounds.counts[number], rates)
    return any(
        block.running.cost <= least.cost and (not draw_matters or block.running.no_more_than(least)) for block in ahead
    )


def _least_running(
    context: Context, configuration: Configuration, counts: Floats, rates: tuple[Floats, Floats]
) -> Running:
    """Return what running a configuration costs and draws at least: its fewest instances, at work for all requests.

    Under another demand than the one planned for, requests may go to zones where nothing runs then: nothing is at work.
    """
    full = configuration.full_instance_rate_per_s
    all_in_one = np.zeros((*counts.shape, 1))
    all_in_one[0] = 1.0
    return running_of(context, configuration.candidate, full, counts[:, :, None], all_in_one, *rates)


def _worth_choosing(context: Context, kept: Mapping[Key, Sequence[Block]], best: float, known: set[int]) -> list[Block]:
    """Leave out what is dominated by its own kind, cannot be cheaper than the best by itself, or is known (by id)."""
    line = context.timeline
    found: list[Block] = []
    for key, rivals in kept.items():
        supply = context.supply(*key)
        for number, block in enumerate(rivals):
            if id(block) in known:
                continue
            least = float(supply.least_cost(block.use, block.spot, line.slot_hours, line.main_count)) + block.own_cost
            least -= kept_at_most(context, block.service, block.configuration)
            # The two are worked out differently: the best itself must not fall to rounding.
            if least <= best + abs(best) * ROUNDING and not _is_replaced(context, rivals, number):
                found.append(block)
    return found


def _is_replaced(context: Context, rivals: Sequence[Block], number: int) -> bool:
    """Whether another block stands in for this one; of two alike that with the shorter wait, else the earlier."""
    draw_matters, block = context.draw_matters, rivals[number]

    def stands_in(one: Block, other: Block) -> bool:
        fewer_changes = context.charge == 0.0 or changes_no_more(context, one, other)
        return fewer_changes and dominates(one, other, draw_matters=draw_matters)

    def rank(number: int) -> tuple[float, int]:
        return rivals[number].configuration.point.max_wait_s, number

    return any(
        stands_in(other, block) and (rank(place) < rank(number) or not stands_in(block, other))
        for place, other in enumerate(rivals)
        if place != number
    )

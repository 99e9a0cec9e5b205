"""Which blocks there are: for each service and location, every set of origins it could serve or stand by for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

from optimizer.domain.scenario import Service
from optimizer.formulation.blocks import EIGHTHS, Block, Configuration, Group, configurations_of
from optimizer.formulation.budgets import first_budgets, with_more
from optimizer.formulation.candidates import Candidate, candidates_of
from optimizer.formulation.context import Context
from optimizer.formulation.held import held_blocks
from optimizer.formulation.likes import cheapest_of_likes
from optimizer.formulation.rules.accelerator_memory import why_accelerator_too_small
from optimizer.formulation.rules.host_memory import why_host_too_small
from optimizer.formulation.rules.latency import network_s, pool_target_s
from optimizer.formulation.rules.locations import allowed_locations
from optimizer.formulation.rules.offered import why_not_offered
from optimizer.formulation.rules.pins import why_pinned_away
from optimizer.formulation.rules.residency import may_serve
from optimizer.formulation.rules.service_time_margin import service_time_margin
from optimizer.formulation.rules.zones_sold import zones_for
from optimizer.formulation.selection import GroupResult, TypeVerdict, blocks_of_group

#: Up to this many origins every set of them is considered; beyond, each alone and the nearest 2, 3, ... of a location.
MAX_ORIGINS_FOR_ALL_SETS = 8
#: Up to this many ways of serving and standing by for origins in a location all are considered; beyond, a location
#: stands by for one other location only.
MAX_STANDBY_WAYS = 1300
Progress = Callable[[str, str], None]
Usable = tuple[Candidate, tuple[str, ...], float]


@dataclass(slots=True)
class BlockSet:
    """All blocks, the groups they came from, and why candidates fell out.

    `reasons` maps (service index, provider, instance type) to what the filters said; `usable` maps (service name,
    location) to the candidates that passed them, with the margin on their service times; `like_cheaper` maps (service
    index, provider, instance type) to the like type that is cheaper in every way.
    """

    blocks: list[Block] = field(default_factory=list)
    groups: dict[Group, GroupResult] = field(default_factory=dict)
    reasons: dict[tuple[int, str, str], list[str]] = field(default_factory=dict)
    usable: dict[tuple[str, str], list[tuple[Candidate, float]]] = field(default_factory=dict)
    like_cheaper: dict[tuple[int, str, str], str] = field(default_factory=dict)
    locations: tuple[str, ...] = ()


def make_blocks(context: Context, progress: Progress | None = None, wide: frozenset[int] = frozenset()) -> BlockSet:
    """Return the blocks of every (service, location, origins) group that a cheapest plan may choose, in a stable order.

    Parameters
    ----------
    wide
        Services (indices) whose origins may be divided over two locations, in eighths.

    Notes
    -----
    Complexity: services x locations x origin sets x configurations bounds; capacity is simulated only for
    configurations whose bound lies below the best cost found.
    """
    if context.budgets is None:
        context.budgets = first_budgets(context)
    result = first_set(context)
    for group, usable in considered(context, result, progress, wide):
        outcome = solve_group(context, group, usable)
        result.groups[group] = outcome
        result.blocks += outcome.blocks
    return result


def first_set(context: Context) -> BlockSet:
    """Return a set of no blocks over the locations that are allowed."""
    return BlockSet(locations=allowed_locations(context.scenario, context.catalog, on=context.is_on("locations")))


def considered(
    context: Context, result: BlockSet, progress: Progress | None = None, wide: frozenset[int] = frozenset()
) -> Iterator[tuple[Group, list[Usable]]]:
    """Yield every group with the candidates worth looking at; why others are not is noted in `result`.

    `wide` is as of `make_blocks`.
    """
    for index, service in enumerate(context.scenario.services):
        for location in result.locations:
            if progress is not None:
                progress("capacity", f"{service.name} in {location}")
            yield from considered_in(context, result, index, location, divided=index in wide)


def considered_in(
    context: Context, result: BlockSet, index: int, location: str, *, divided: bool = False
) -> Iterator[tuple[Group, list[Usable]]]:
    """Yield the groups of one service (index) in one location, as `considered`; `divided` where origins may be."""
    worth = cheapest_of_likes(context, usable_of(context, result, index, location))
    for (candidate, _, _), like in worth.left_out:
        result.like_cheaper[index, candidate.instance.provider, candidate.instance.name] = like
    for group in _groups(context, index, location, result.locations, divided=divided):
        yield group, worth.kept


def add_budgets(context: Context, block_set: BlockSet, new: Mapping[int, tuple[float, ...]]) -> None:
    """Add the blocks of further budgets of stages, seconds, by service (index), to those that are known."""
    usable: dict[tuple[int, str], list[Usable]] = {}
    for group, result in block_set.groups.items():
        worst, target = limits_of(context, group)
        for level in reversed(new.get(group.service, ())):
            if worst is None or level > target:
                continue
            place = group.service, group.location
            if place not in usable:
                usable[place] = cheapest_of_likes(context, usable_of(context, block_set, *place)).kept
            add_level(context, group, result, usable[place], level, worst)
    block_set.blocks = [block for result in block_set.groups.values() for block in result.blocks]
    context.budgets = with_more(context.budgets, new)


def limits_of(context: Context, group: Group) -> tuple[float | None, float]:
    """Worst round trip of a group at p99, None where one is not known, and what it and overhead leave; seconds."""
    scenario = context.scenario
    members = [scenario.origins[origin] for origin in (*group.origins, *(origin for origin, _ in group.standby))]
    worst = network_s(scenario, context.catalog, members, group.location)
    if worst is None:
        return None, 0.0
    return worst, pool_target_s(scenario.services[group.service], worst, on=context.is_on("latency"))


def solve_group(context: Context, group: Group, usable: list[Usable]) -> GroupResult:
    """Return the blocks of a group that a cheapest plan may choose; none where a round trip is not known."""
    worst, target = limits_of(context, group)
    if worst is None:
        return GroupResult()
    levels = (context.budgets or {}).get(group.service, (target,)) if context.is_on("latency") else (target,)
    result = GroupResult()
    # The longest first: what a configuration needs there, it needs with less time.
    for level in sorted((level for level in levels if level <= target), reverse=True):
        add_level(context, group, result, usable, level, worst)
    return result


def add_level(
    context: Context, group: Group, result: GroupResult, usable: list[Usable], target_s: float, network_s: float
) -> None:
    """Add the blocks of a group that answer within a time, seconds, to those that are known."""
    configurations = configurations_of(context, usable, target_s)
    add_configurations(context, group, result, configurations, network_s)
    result.by_budget.setdefault(target_s, {})
    if context.charge > 0.0 and not context.rules_off:
        result.blocks += held_blocks(context, group, configurations, network_s)


def add_configurations(
    context: Context,
    group: Group,
    result: GroupResult,
    configurations: Sequence[Configuration],
    network_s: float,
    doublings: Callable[[Configuration], float] = lambda _: math.inf,
) -> GroupResult:
    """Add the blocks of configurations of one budget to what is known of a group; return what was found of these."""
    found = blocks_of_group(context, group, configurations, network_s, result, doublings)
    result.blocks += found.blocks
    for likeness, counts in found.counts.items():
        result.counts.setdefault(likeness, {}).update(counts)
    for kind, verdict in found.verdicts.items():
        at_budget = result.by_budget.setdefault(configurations[0].point.target_s, {})
        for verdicts in (at_budget, result.verdicts):
            verdicts.setdefault(kind, TypeVerdict()).add(verdict)
    return found


def usable_of(context: Context, result: BlockSet, index: int, location: str) -> list[Usable]:
    """Return candidates that pass every filter, with zones and margin; both they and the others are noted."""
    service = context.scenario.services[index]
    usable = []
    for candidate in sorted(candidates_of(context.catalog, service, location), key=lambda item: item.sort_key):
        zones = zones_for(candidate, on=context.is_on("zones_sold"))
        margin = service_time_margin(candidate.curve, context.scenario.plan_on, on=context.is_on("service_time_margin"))
        reason = _why_not(context, candidate, zones)
        if reason is None and margin is None:
            reason = f"{candidate.curve.profile} on {candidate.curve.accelerator} is not measured"
        if reason is None and margin is not None:
            usable.append((candidate, zones, margin))
        elif reason is not None:
            key = (index, candidate.instance.provider, candidate.instance.name)
            result.reasons.setdefault(key, []).append(reason)
    result.usable[service.name, location] = [(candidate, margin) for candidate, _, margin in usable]
    return usable


def _why_not(context: Context, candidate: Candidate, zones: tuple[str, ...]) -> str | None:
    """First reason for which a candidate may not be used at all, or None."""
    location = candidate.location.name
    filters: tuple[tuple[str, Callable[[], str | None]], ...] = (
        ("offered", lambda: why_not_offered(candidate, context.supply_for(candidate))),
        ("accelerator_memory", lambda: why_accelerator_too_small(candidate)),
        ("host_memory", lambda: why_host_too_small(candidate)),
        ("pins", lambda: why_pinned_away(candidate, context.pins_of(candidate.service.name, location))),
    )
    for rule, reason_of in filters:
        if context.is_on(rule) and (reason := reason_of()) is not None:
            return reason
    return _why_no_place(context, candidate, zones)


def _why_no_place(context: Context, candidate: Candidate, zones: tuple[str, ...]) -> str | None:
    place = f"{candidate.instance.name} in {candidate.location.name}"
    if candidate.replicas_per_instance < 1:
        return f"{candidate.instance.name} has fewer accelerators than one replica needs"
    if not context.supply_for(candidate).can_be_had:
        return f"no price is known for {place}"
    if not zones:
        return f"no zone known that sells {place}"
    if context.survives(candidate.service) == "zone" and len(zones) < 2:
        return f"{place} is known in one zone only ({zones[0]}): a lost zone would take all of it"
    return _why_not_counted(context, candidate, place)


def _why_not_counted(context: Context, candidate: Candidate, place: str) -> str | None:
    """Return which limit cannot be kept because what it counts is not known, or None."""
    limits, draw = context.scenario.limits, context.power(candidate)
    if limits.power_kw is not None and context.is_on("power_limit") and draw is None:
        return f"the power of {place} is not known, and power is limited"
    no_carbon = draw is None or candidate.location.grid_gco2_per_kwh is None
    if limits.carbon_t is not None and context.is_on("carbon_limit") and no_carbon:
        return f"the carbon of {place} is not known, and carbon is limited"
    return None


def _groups(context: Context, index: int, location: str, locations: Sequence[str], *, divided: bool) -> Iterator[Group]:
    """Sets of origins with demand that the location can be reached from, and may serve."""
    scenario, service = context.scenario, context.scenario.services[index]
    reachable = []
    for number, origin in enumerate(scenario.origins):
        trip = network_s(scenario, context.catalog, [origin], location)
        allowed = may_serve(origin, location, on=context.is_on("residency"))
        if trip is not None and allowed and has_demand(service, number):
            reachable.append((trip, number))
    nearest = [number for _, number in sorted(reachable)]
    if context.stands_by(service):
        yield from _standby_groups(context, index, location, nearest, locations)
        return
    for members in origin_sets(nearest):
        yield Group(index, location, members)
        for member in members if divided else ():
            for part in range(1, EIGHTHS):
                yield Group(index, location, members, eighths=((member, part),))


def has_demand(service: Service, origin: int) -> bool:
    """Whether an origin asks for anything at any demand."""
    peaks = service.demand.peaks_per_s or {"": service.demand.peak_per_s}
    return any(float(peak[origin].max(initial=0.0)) > 0.0 for peak in peaks.values())


def origin_sets(nearest_first: list[int]) -> list[tuple[int, ...]]:
    """Sets of origins to consider: all of them, or each alone and every nearest few where there are many."""
    count = len(nearest_first)
    if count <= MAX_ORIGINS_FOR_ALL_SETS:
        sets = [c for size in range(1, count + 1) for c in combinations(sorted(nearest_first), size)]
    else:
        alone = [(origin,) for origin in sorted(nearest_first)]
        sets = alone + [tuple(sorted(nearest_first[:size])) for size in range(2, count + 1)]
    return sets


def _standby_groups(
    context: Context, index: int, location: str, origins: list[int], locations: Sequence[str]
) -> Iterator[Group]:
    """Every way in which a location serves some origins and stands by for others."""
    others = [place for place in locations if place != location]
    names = context.scenario.origins
    residency = context.is_on("residency")
    lost = {origin: [place for place in others if may_serve(names[origin], place, on=residency)] for origin in origins}
    ways = 1
    for origin in origins:
        ways *= 2 + len(lost[origin])
    if ways > MAX_STANDBY_WAYS:
        yield from _standby_for_one(index, location, origins, lost)
        return
    choices = [[None, "", *lost[origin]] for origin in sorted(origins)]
    for choice in product(*choices):
        served = tuple(o for o, where in zip(sorted(origins), choice, strict=True) if where == "")
        standby = tuple((o, where) for o, where in zip(sorted(origins), choice, strict=True) if where)
        if served or standby:
            yield Group(index, location, served, standby)


def _standby_for_one(index: int, location: str, origins: list[int], lost: dict[int, list[str]]) -> Iterator[Group]:
    """Sets of origins to serve, each with none or all that one other location could bring."""
    sets: list[tuple[int, ...]] = [(), *origin_sets(origins)]
    places = sorted({place for found in lost.values() for place in found})
    for served in sets:
        if served:
            yield Group(index, location, served)
        rest = [origin for origin in sorted(origins) if origin not in served]
        for place in places:
            for brought in origin_sets([origin for origin in rest if place in lost[origin]]):
                yield Group(index, location, served, tuple((origin, place) for origin in brought))

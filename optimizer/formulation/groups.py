"""Which blocks there are: for each service and location, every set of origins it could serve."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from optimizer.formulation.blocks import Block, GroupResult, cheapest_block, configurations_of
from optimizer.formulation.candidates import Candidate, candidates_of
from optimizer.formulation.context import Context
from optimizer.formulation.rules.accelerator_memory import why_accelerator_too_small
from optimizer.formulation.rules.host_memory import why_host_too_small
from optimizer.formulation.rules.latency import network_s, pool_target_s
from optimizer.formulation.rules.locations import allowed_locations
from optimizer.formulation.rules.offered import why_not_offered
from optimizer.formulation.rules.service_time_margin import service_time_margin
from optimizer.formulation.rules.zones_sold import zones_for

#: Up to this many origins every set of them is considered; beyond, each alone and the nearest 2, 3, ... of a location.
MAX_ORIGINS_FOR_ALL_SETS = 8
Group = tuple[int, str, tuple[int, ...]]
Progress = Callable[[str, str], None]


@dataclass(slots=True)
class BlockSet:
    """All blocks, the groups they came from, and why candidates fell out.

    `reasons` maps (service index, provider, instance type) to what the filters said; `usable` maps (service name,
    location) to the candidates that passed them, with the margin on their service times.
    """

    blocks: list[Block] = field(default_factory=list)
    groups: dict[Group, GroupResult] = field(default_factory=dict)
    reasons: dict[tuple[int, str, str], list[str]] = field(default_factory=dict)
    usable: dict[tuple[str, str], list[tuple[Candidate, float]]] = field(default_factory=dict)
    locations: tuple[str, ...] = ()


def make_blocks(context: Context, progress: Progress | None = None) -> BlockSet:
    """Return the cheapest block of every (service, location, origins) group, in a stable order.

    Complexity: services x locations x origin sets x configurations bounds; capacity is simulated only for
    configurations whose bound lies below the best cost found.
    """
    result = BlockSet(locations=allowed_locations(context.scenario, context.catalog, on=context.is_on("locations")))
    for index, service in enumerate(context.scenario.services):
        for location in result.locations:
            if progress is not None:
                progress("capacity", f"{service.name} in {location}")
            usable = _usable(context, result, index, location)
            result.usable[service.name, location] = [(candidate, margin) for candidate, _, margin in usable]
            for group in _groups(context, index, location):
                outcome = _solve_group(context, group, usable)
                result.groups[group] = outcome
                if outcome.block is not None:
                    result.blocks.append(outcome.block)
    return result


def _solve_group(context: Context, group: Group, usable: list[tuple[Candidate, tuple[str, ...], float]]) -> GroupResult:
    index, location, origins = group
    scenario = context.scenario
    members = [scenario.origins[origin] for origin in origins]
    worst = network_s(scenario, context.catalog, members, location)
    if worst is None:
        return GroupResult(block=None)
    target = pool_target_s(scenario.services[index], worst, on=context.is_on("latency"))
    return cheapest_block(context, group, configurations_of(context, usable, target), worst)


def _usable(
    context: Context, result: BlockSet, index: int, location: str
) -> list[tuple[Candidate, tuple[str, ...], float]]:
    """Candidates that pass every filter, with zones and margin; the others leave their reason."""
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
    return usable


def _why_not(context: Context, candidate: Candidate, zones: tuple[str, ...]) -> str | None:
    """First reason for which a candidate may not be used at all, or None."""
    for rule, reason_of in (
        ("offered", why_not_offered),
        ("accelerator_memory", why_accelerator_too_small),
        ("host_memory", why_host_too_small),
    ):
        if context.is_on(rule) and (reason := reason_of(candidate)) is not None:
            return reason
    if candidate.replicas_per_instance < 1:
        return f"{candidate.instance.name} has fewer accelerators than one replica needs"
    place = f"{candidate.instance.name} in {candidate.location.name}"
    if not zones:
        return f"no zone known that sells {place}"
    if context.protects(candidate.service.redundancy) and len(zones) < 2:
        return f"{place} is known in one zone only ({zones[0]}): a lost zone would take all of it"
    return None


def _groups(context: Context, index: int, location: str) -> Iterator[Group]:
    """Sets of origins with demand that the location can be reached from."""
    scenario, demand = context.scenario, context.scenario.services[index].demand
    reachable = []
    for number, origin in enumerate(scenario.origins):
        trip = network_s(scenario, context.catalog, [origin], location)
        if trip is not None and float(demand.peak_per_s[number].max(initial=0.0)) > 0.0:
            reachable.append((trip, number))
    for members in origin_sets([number for _, number in sorted(reachable)]):
        yield index, location, members


def origin_sets(nearest_first: list[int]) -> list[tuple[int, ...]]:
    """Sets of origins to consider: all of them, or each alone and every nearest few where there are many."""
    count = len(nearest_first)
    if count <= MAX_ORIGINS_FOR_ALL_SETS:
        sets = [c for size in range(1, count + 1) for c in combinations(sorted(nearest_first), size)]
    else:
        alone = [(origin,) for origin in sorted(nearest_first)]
        sets = alone + [tuple(sorted(nearest_first[:size])) for size in range(2, count + 1)]
    return sets

r"""Blocks that a plan of at most a given cost may use, found before anything is simulated.

Every block has a floor: capacity that it can never exceed, and prices :math:`\pi` of the hours that are the same for
all that use its instance type in its location, so that floors of blocks add up to no more than a plan costs. Each
origin of a service is served by some block, and takes the part of its floor that its requests are. A plan that has a
block b therefore costs at least

.. math:: floor(b) + \sum_{(s, o) \notin b} \min_{i \in S} \min_{g \ni o} floor(s, g, i)\, share(g, o)

with S the instance types of the plan: any set of as many as are allowed. Where this is more than the given cost for
every S, no plan of at most that cost has the block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.formulation.blocks import Configuration, Group, configurations_of, need_of
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet, Usable, considered, first_set, has_demand, limits_of
from optimizer.formulation.problem import Indices
from optimizer.formulation.rules.latency import network_s
from optimizer.formulation.selection import GroupResult, TypeVerdict, blocks_of_group, lower_bounds
from optimizer.formulation.supply import Key

#: Entries (pairs x sets x types of a set) up to which the sets of instance types are looked at one by one; beyond, a
#: plan may use any of them.
MOST_ENTRIES = 4_000_000
#: Sums of floats may be so much too high, as a share.
ROUNDING = 1e-9
Kind = tuple[str, str]
Pair = tuple[int, int]
Progress = Callable[[str, str], None]


@dataclass(frozen=True, slots=True, eq=False)
class GroupFloors:
    """Configurations of a group, and bounds of what each costs; infinite where it cannot serve.

    `floor` adds up over the blocks of a plan; `least` is what one adds whatever the rest of the plan is.
    """

    configurations: list[Configuration]
    network_s: float
    floor: Floats
    least: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Floors:
    """Floors of every group of a scenario.

    Parameters
    ----------
    survey
        Which candidates passed the filters, without blocks.
    by_group
        Of the groups that something can serve.
    pairs, kinds
        (Service, origin) with demand, and instance types (provider, name) by number.
    sets
        Numbers of the types that a plan may use together, shape (sets, types).
    parts
        Least that each pair costs with each set, shape (pairs, sets).
    """

    context: Context
    survey: BlockSet
    by_group: Mapping[Group, GroupFloors]
    pairs: Mapping[Pair, int]
    kinds: Mapping[Kind, int]
    sets: Indices
    parts: Floats

    @property
    def least_total(self) -> float:
        """What any plan costs at least over the horizon, without the fixed part; infinite where there is none."""
        return float(self.parts.sum(axis=0).min(initial=np.inf))

    def blocks(self, most: float, progress: Progress | None = None) -> BlockSet:
        """Return the blocks that a plan which costs at most `most`, the fixed part apart, may choose from.

        A cheapest plan within `most` is among them; of blocks that replace each other one is kept, as in
        `make_blocks`.
        """
        found, done = (
            BlockSet(
                reasons=self.survey.reasons,
                usable=self.survey.usable,
                like_cheaper=self.survey.like_cheaper,
                locations=self.survey.locations,
            ),
            None,
        )
        for group, floors in self.by_group.items():
            place = group.service, group.location
            if progress is not None and place != done:
                progress("capacity", f"{self.context.scenario.services[group.service].name} in {group.location}")
            done = place
            numbers = self._numbers(floors)
            may_be = floors.floor <= self._ceilings(group, most)[numbers]
            kept = [floors.configurations[number] for number in np.flatnonzero(may_be).tolist()]
            result = blocks_of_group(self.context, group, kept, floors.network_s)
            _note_left_out(result, floors, ~may_be, floors.floor + self._rest(group)[numbers])
            found.groups[group] = result
            found.blocks += result.blocks
        return found

    def _ceilings(self, group: Group, most: float) -> Floats:
        """Most that a block of the group may cost by its floor, by kind, shape (kinds,)."""
        allowed = most + abs(most) * ROUNDING
        within = self.parts.sum(axis=0) <= allowed
        ceilings: Floats = allowed - self._rest(group, within)
        return ceilings

    def _rest(self, group: Group, within: np.ndarray | None = None) -> Floats:
        """Least of all that the group does not serve, beside a block of each kind, shape (kinds,).

        `within` says which sets of types may be; None for all.
        """
        mine = [self.pairs[group.service, origin] for origin in group.origins]
        rest = np.delete(self.parts, mine, axis=0).sum(axis=0)
        sets = self.sets
        if within is not None:
            rest, sets = rest[within], sets[within]
        least = np.full(len(self.kinds), np.inf)
        np.minimum.at(least, sets.ravel(), np.repeat(rest, sets.shape[1]))
        return least

    def _numbers(self, floors: GroupFloors) -> Indices:
        return np.array([self.kinds[item.key[:2]] for item in floors.configurations], dtype=np.int64)


def _note_left_out(result: GroupResult, floors: GroupFloors, left_out: np.ndarray, whole: Floats) -> None:
    """Say of what is left out what it adds at least, and what a plan with it costs at least."""
    for number in np.flatnonzero(left_out & np.isfinite(whole)).tolist():
        verdict = result.verdicts.setdefault(floors.configurations[number].key[:2], TypeVerdict())
        verdict.left_out.append((float(floors.least[number]), float(whole[number])))


def floors_of(context: Context, progress: Progress | None = None) -> Floors:
    """Return the floors of every group.

    They hold where origins are not divided, nothing is charged for changes, and stages of pages share no budget.
    """
    survey = first_set(context)
    shapes = shapes_of(context, survey.locations)
    prices: dict[Key, Floats] = {}
    by_group: dict[Group, GroupFloors] = {}
    for group, usable in considered(context, survey, progress):
        if (found := _floors_of_group(context, group, usable, shapes[group.location], prices)) is not None:
            by_group[group] = found
    kinds = sorted({item.key[:2] for found in by_group.values() for item in found.configurations})
    numbers = {kind: number for number, kind in enumerate(kinds)}
    pairs = {
        (service, origin): number
        for number, (service, origin) in enumerate(
            (service, origin)
            for service, item in enumerate(context.scenario.services)
            for origin in range(len(context.scenario.origins))
            if has_demand(item, origin)
        )
    }
    table = _by_kind(context, by_group, pairs, numbers)
    sets = _sets(context, len(pairs), len(kinds))
    return Floors(context, survey, by_group, pairs, numbers, sets, table[:, sets].min(axis=2, initial=np.inf))


def _floors_of_group(
    context: Context, group: Group, usable: list[Usable], shape: Floats, prices: dict[Key, Floats]
) -> GroupFloors | None:
    """Bounds of every configuration of a group; `prices` is filled with what is worked out for each key."""
    worst, target = limits_of(context, group)
    if worst is None or not (configurations := configurations_of(context, usable, target)):
        return None
    nothing = [None] * len(configurations)
    return GroupFloors(configurations, worst, *bounded(context, group, configurations, nothing, shape, prices))


def bounded(
    context: Context,
    group: Group,
    configurations: Sequence[Configuration],
    fewest: Sequence[Indices | None],
    shape: Floats,
    prices: dict[Key, Floats],
) -> tuple[Floats, Floats]:
    """Return `floor` and `least` of `GroupFloors` for some configurations of a group.

    Parameters
    ----------
    fewest
        Instances that each needs at least, shape (demands, periods); None where nothing is known.
    shape
        How uses rise and fall in the location, by slot.
    prices
        Of the slots, by key: filled with what is worked out for each.
    """
    line, service = context.timeline, context.scenario.services[group.service]
    supplies = [context.supply_for(item.candidate) for item in configurations]
    bounds = lower_bounds(context, configurations, supplies, service, need_of(context, group).hardest, fewest)
    flow_cost = context.flow_cost(group.service, group.location, group.origins, group.shares)
    floor = np.full(len(configurations), np.inf)
    by_key: dict[Key, list[int]] = {}
    for number in np.flatnonzero(np.isfinite(bounds.cost)).tolist():
        by_key.setdefault(configurations[number].key, []).append(number)
    for key, numbers in by_key.items():
        supply = context.supply(*key)
        if key not in prices:
            prices[key] = supply.common_prices(shape, line.slot_hours, line.main_count)
        use = bounds.use[numbers]
        floor[numbers] = supply.cost_at(prices[key], use, use - bounds.rest[numbers])
    return floor + bounds.running + flow_cost, bounds.cost + flow_cost


def shapes_of(context: Context, locations: Sequence[str]) -> dict[str, Floats]:
    """How uses rise and fall in each location, by slot: with the need of the origins that are nearest to it."""
    scenario, line = context.scenario, context.timeline
    nearest: dict[str, list[int]] = {}
    for number, origin in enumerate(scenario.origins):
        trips = {place: network_s(scenario, context.catalog, [origin], place) for place in locations}
        known = {place: trip for place, trip in trips.items() if trip is not None}
        if known:
            nearest.setdefault(min(known, key=lambda place: known[place]), []).append(number)
    everyone = list(range(len(scenario.origins)))
    found = {}
    for place in locations:
        needs = [context.held_need(context.need(item, nearest.get(place, everyone))) for item in scenario.services]
        total = np.sum([need / max(float(need.max(initial=0.0)), 1.0) for need in needs], axis=0)
        found[place] = line.slots(total, line.least_early(total))
    return found


def _by_kind(
    context: Context,
    by_group: Mapping[Group, GroupFloors],
    pairs: Mapping[Pair, int],
    numbers: Mapping[Kind, int],
) -> Floats:
    """Least that each pair takes part in with each kind, shape (pairs, kinds)."""
    table = np.full((len(pairs), len(numbers)), np.inf)
    for group, floors in by_group.items():
        requests = [context.requests(group.service, origin) for origin in group.origins]
        total = sum(requests)
        kinds = np.array([numbers[item.key[:2]] for item in floors.configurations], dtype=np.int64)
        for origin, mine in zip(group.origins, requests, strict=True):
            share = mine / total if total > 0.0 else 1.0 / len(requests)
            np.minimum.at(table[pairs[group.service, origin]], kinds, floors.floor * share)
    return table


def _sets(context: Context, pairs: int, kinds: int) -> Indices:
    """Sets of types that a plan may use together; all in one where that is not limited, or sets are too many."""
    limit = context.scenario.limits.max_instance_types if context.is_on("max_instance_types") else None
    if limit is not None and 0 < limit < kinds and pairs * comb(kinds, limit) * limit <= MOST_ENTRIES:
        return np.array(list(combinations(range(kinds), limit)), dtype=np.int64)
    return np.arange(kinds, dtype=np.int64)[None, :]

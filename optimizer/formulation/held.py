"""Blocks that keep what runs now: as it is where that carries the need, else grown, or trimmed, in place.

The fewest instances of a fresh layout often lie in other zones than today's. Beside it, a plan that is charged for
changes may choose today's layout hour by hour, with as many more as the need asks for in the zones where fewest are,
and the same with what is not needed taken from the zones where most are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.purchase import MayVanish
from optimizer.domain.scenario import Floats, Service
from optimizer.formulation.blocks import Block, Configuration, Group, block_of, need_of
from optimizer.formulation.changing import place_key
from optimizer.formulation.context import Context
from optimizer.formulation.layouts import SpotRoom, carried_by
from optimizer.formulation.problem import Indices
from optimizer.formulation.rules.capacity import instances_needed
from optimizer.formulation.rules.spot_share import most_spot
from optimizer.formulation.staffing import MAX_INSTANCES, Need, Staffing

#: A need is carried where rounding alone is missing.
ROUNDING = 1e-12
#: More instances than this are not added one by one.
MOST_ADDED = 500


def held_blocks(
    context: Context, group: Group, configurations: Sequence[Configuration], network_s: float
) -> list[Block]:
    """Return blocks of a group that keep what runs there now, none where nothing of the kind does.

    Parameters
    ----------
    configurations
        Every one that meets the target with a lone request.
    network_s
        Worst round trip at p99 of the origins it serves or stands by for.
    """
    found: list[Block] = []
    for configuration in configurations:
        now = running_counts(context, group.service, configuration)
        if now is None:
            continue
        for trimmed in (False, True):
            block = adapted(context, group, configuration, now, network_s, trimmed=trimmed)
            if block is not None and not any(_same(block, other) for other in found):
                found.append(block)
    return found


def held_as_is(context: Context, group: Group, configuration: Configuration, network_s: float) -> Block | None:
    """Return the block of exactly what runs now, None where that does not carry the need."""
    now = running_counts(context, group.service, configuration)
    if now is None:
        return None
    block = adapted(context, group, configuration, now, network_s, trimmed=False)
    return block if block is not None and np.array_equal(block.staffing.instances, now[0]) else None


@dataclass(frozen=True, slots=True)
class Shortfall:
    """The hour in which what runs now carries least of what it must: requests/s, and the period's index."""

    period: int
    needed_per_s: float
    carried_per_s: float


def shortfall_of(context: Context, group: Group, configuration: Configuration) -> Shortfall | None:
    """Return where what runs now is short of the demand planned for, None where it is not."""
    now = running_counts(context, group.service, configuration)
    service = context.scenario.services[group.service]
    need = need_of(context, group).hardest[0]
    layouts = np.zeros((need.size, len(configuration.zones)), dtype=np.int64) if now is None else now[0][0]
    per_instance = configuration.candidate.replicas_per_instance
    capacity = context.zone_capacity(configuration.point, per_instance, int(layouts.max(initial=0)))
    carried = carried_by(capacity, layouts, context.survives(service), service.protected_share)
    short = np.where(need > carried * (1.0 + ROUNDING), (need - carried) / np.maximum(need, ROUNDING), 0.0)
    worst = int(np.argmax(short))
    if short[worst] <= 0.0:
        return None
    return Shortfall(worst, float(need[worst]), float(carried[worst]))


def _same(one: Block, other: Block) -> bool:
    return one.configuration is other.configuration and np.array_equal(one.staffing.instances, other.staffing.instances)


def running_counts(context: Context, service: int, configuration: Configuration) -> tuple[Indices, Indices] | None:
    """Return instances and spot that run now, shape (demands, periods, zones); None where none of the kind does."""
    scenario, line = context.scenario, context.timeline
    terms = scenario.change
    shape = (len(line.demands), line.hours.size, len(configuration.zones))
    counts = np.zeros((2, *shape), dtype=np.int64)
    name = scenario.services[service].name
    for number, zone in enumerate(configuration.zones):
        key = place_key(name, configuration, zone)
        for pool in terms.running if terms is not None else ():
            if pool.key == key and pool.batching == configuration.batching:
                for demand, told in enumerate(line.demands):
                    counts[:, demand, :, number] += np.array(pool.at(told))
    return (counts[0], counts[1]) if counts[0].any() else None


@dataclass(frozen=True, slots=True, eq=False)
class _Carrying:
    """What makes a layout good enough: capacity by count of a zone, and what must be survived."""

    capacity: Floats
    context: Context
    service: Service
    room: SpotRoom | None

    def carries(self, layout: Indices, need: float) -> bool:
        """Whether a layout carries a need, and its protected share after a loss."""
        survives = self.context.survives(self.service)
        carried = carried_by(self.capacity, layout[None, :], survives, self.service.protected_share)[0]
        return bool(carried >= need * (1.0 - ROUNDING))

    def spot_of(self, layout: Indices, wanted: Indices, need: float) -> Indices:
        """Return as much of the spot wanted as the terms of spot allow."""
        spot = np.minimum(wanted, layout)
        if self.room is None:
            return np.zeros_like(spot)
        most = int(most_spot(np.array([layout.sum()]), self.room.max_share, on=self.room.share_on)[0])
        must = self.service.protected_share * need * (1.0 - ROUNDING)
        while spot.any() and (spot.sum() > most or self._left(layout, spot, self.room.may_vanish) < must):
            spot[int(np.argmax(spot))] -= 1
        return spot

    def _left(self, layout: Indices, spot: Indices, may_vanish: MayVanish) -> float:
        full, stays = self.capacity[layout], self.capacity[layout - spot]
        if may_vanish == "all_of_a_type":
            return float(stays.sum())
        lost = (full - stays).max(initial=0.0) if may_vanish == "one_zone" else 0.0
        return float(full.sum() - lost)


def adapted(
    context: Context,
    group: Group,
    configuration: Configuration,
    now: tuple[Indices, Indices],
    network_s: float,
    *,
    trimmed: bool,
) -> Block | None:
    """Return the block of what runs, fitted to the need hour by hour; None where that breaks a bound on counts.

    Parameters
    ----------
    now
        Instances and spot that run, shape (demands, periods, zones) each.
    trimmed
        Whether what is not needed is taken off.
    """
    service = context.scenario.services[group.service]
    asked = need_of(context, group)
    need, own = context.held_need(asked.hardest), context.held_need(asked.own)
    supply = context.supply_for(configuration.candidate)
    size = int(now[0].max(initial=0)) + MOST_ADDED
    capacity = context.zone_capacity(configuration.point, configuration.candidate.replicas_per_instance, size)
    carrying = _Carrying(capacity, context, service, context.spot_room(supply))
    instances, spot = np.zeros_like(now[0]), np.zeros_like(now[1])
    known: dict[tuple[bytes, bytes, float, float], tuple[Indices, Indices] | None] = {}
    for place in np.ndindex(need.shape):
        case = (now[0][place].tobytes(), now[1][place].tobytes(), float(need[place]), float(own[place]))
        if case not in known:
            layout = _fitted(carrying, now[0][place], case[2], configuration.fewest, trimmed=trimmed)
            known[case] = None if layout is None else (layout, carrying.spot_of(layout, now[1][place], case[3]))
        found = known[case]
        if found is None:
            return None
        instances[place], spot[place] = found
    totals = instances.sum(axis=2)
    most = MAX_INSTANCES if configuration.most is None else min(MAX_INSTANCES, configuration.most)
    if totals.max(initial=0) > most or not np.array_equal(context.changed_counts(totals), totals):
        return None
    return block_with(context, group, configuration, (instances, spot), asked, network_s)


def block_with(
    context: Context,
    group: Group,
    configuration: Configuration,
    counts: tuple[Indices, Indices],
    needs: Need | None = None,
    network_s: float = 0.0,
) -> Block:
    """Return the block of given instances and spot, shape (demands, periods, zones) each, whatever they carry."""
    service = context.scenario.services[group.service]
    need = needs or need_of(context, group)
    per_instance, zones = configuration.candidate.replicas_per_instance, len(configuration.zones)
    size = int(counts[0].sum(axis=2).max(initial=0)) + 1
    layouts = context.layouts(configuration.point, per_instance, zones, service, size)
    staffing = Staffing(
        counts[0],
        counts[1],
        context.zone_capacity(configuration.point, per_instance, size),
        np.minimum(instances_needed(layouts.full_per_s, need.own[0]), counts[0][0].sum(axis=1)),
        np.minimum(instances_needed(layouts.phi_per_s, need.hardest[0]), counts[0][0].sum(axis=1)),
    )
    supply = context.supply_for(configuration.candidate)
    flow = context.flow_cost(group.service, group.location, group.origins, group.shares)
    return block_of(context, group, configuration, staffing, supply, need, network_s, flow)


def _fitted(carrying: _Carrying, layout: Indices, need: float, fewest: int, *, trimmed: bool) -> Indices | None:
    """Add instances where fewest are until the need is carried; where trimmed, then take off what is not needed."""
    found = layout.copy()
    for _ in range(MOST_ADDED):
        if found.sum() >= fewest and carrying.carries(found, need):
            break
        found[int(np.argmin(found))] += 1
    else:
        return None
    return _trimmed(carrying, found, need, fewest) if trimmed else found


def _trimmed(carrying: _Carrying, layout: Indices, need: float, fewest: int) -> Indices:
    """Take instances off, from the zones where most are, while the need is carried without them."""
    found, taken = layout, True
    while taken and found.sum() > fewest:
        taken = False
        for zone in np.argsort(-found, kind="stable").tolist():
            fewer = found.copy()
            fewer[zone] -= 1
            if fewer[zone] >= 0 and carrying.carries(fewer, need):
                found, taken = fewer, True
                break
    return found

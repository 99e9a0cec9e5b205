"""Fewest instances of one configuration, and how many of them may be spot: every zone vector is tried."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from optimizer.domain.scenario import Period
from tests.support.brute_world import World

MOST_INSTANCES = 24


@dataclass(frozen=True)
class Ask:
    """What a block must carry in one slot: in full, and when something fails, requests/s."""

    full: float
    protected: float
    own: float


@dataclass(frozen=True)
class Rules:
    """What holds for all slots of a block.

    `lost` is ``none``, ``instance`` or ``zone``; `spot_sold` says whether spot can be had at all.
    """

    zones: int
    lost: str
    protected_share: float
    lowest: int
    highest: int | None
    spot_sold: bool


@dataclass(frozen=True)
class Staffed:
    """Instances by slot, how many of them may be spot, and the zone vector of each slot (falling)."""

    count: tuple[int, ...]
    spot: tuple[int, ...]
    zones: tuple[tuple[int, ...], ...]


@cache
def vectors(total: int, zones: int) -> tuple[tuple[int, ...], ...]:
    """Every falling zone vector of a total, the most balanced first."""
    if zones == 1:
        return ((total,),)
    found = [
        parts
        for parts in itertools.product(range(total + 1), repeat=zones)
        if sum(parts) == total and all(a >= b for a, b in itertools.pairwise(parts))
    ]
    return tuple(sorted(found))


def staff(world: World, capacity: np.ndarray, rules: Rules, asks: list[Ask]) -> Staffed | None:
    """Return the instances of every slot; None where even the most are too few, or more than may be."""
    fewest = [_fewest(capacity, rules, ask) for ask in asks]
    if any(count is None for count in fewest):
        return None
    periods = len(world.scenario.periods)
    counts: list[int] = []
    for first in range(0, len(asks), periods):
        counts += held_and_ramped(world, fewest[first : first + periods])
    if rules.highest is not None and max(counts) > rules.highest:
        return None
    hardest: list[Ask] = []
    for first in range(0, len(asks), periods):
        hardest += _hardest_held(world, asks[first : first + periods])
    layouts = [_best_layout(world, capacity, rules, ask, count) for ask, count in zip(hardest, counts, strict=True)]
    return Staffed(tuple(counts), tuple(spot for spot, _ in layouts), tuple(layout for _, layout in layouts))


def _fewest(capacity: np.ndarray, rules: Rules, ask: Ask) -> int | None:
    for total in range(rules.lowest, MOST_INSTANCES + 1):
        if any(_carries(capacity, rules, ask, layout) for layout in vectors(total, rules.zones)):
            return total
    return None


def _carries(capacity: np.ndarray, rules: Rules, ask: Ask, layout: tuple[int, ...]) -> bool:
    loads = [float(capacity[count]) for count in layout]
    if sum(loads) < ask.full:
        return False
    if rules.lost == "zone":
        return sum(loads) - max(loads) >= ask.protected
    if rules.lost == "instance":
        drops = [float(capacity[count] - capacity[count - 1]) for count in layout if count > 0]
        return sum(loads) - max(drops, default=0.0) >= ask.protected
    return True


def held_and_ramped(world: World, fewest: list[int]) -> list[int]:
    """Raise counts until they hold as long as they must and never rise too fast; the smallest such counts."""
    periods, step = world.scenario.periods, world.scenario.purchase.scale_up_max_instances
    counts = list(fewest)
    while True:
        before = list(counts)
        for i, period in enumerate(periods):
            counts[i] = max(count for count, other in zip(counts, periods, strict=True) if _held(world, period, other))
        if step is not None:
            for now, then, _ in world.followers:
                counts[now] = max(counts[now], counts[then] - step)
        if counts == before:
            return counts


def _hardest_held(world: World, asks: list[Ask]) -> list[Ask]:
    """What the instances of each period must carry: where counts are held, they stay where they stand as well."""
    held = []
    for period in world.scenario.periods:
        together = [ask for ask, other in zip(asks, world.scenario.periods, strict=True) if _held(world, period, other)]
        held.append(Ask(*(max(getattr(ask, part) for ask in together) for part in ("full", "protected", "own"))))
    return held


def _held(world: World, period: Period, other: Period) -> bool:
    """Whether two periods run the same instances."""
    if world.scenario.autoscaling == "day_type":
        return period.day_type == other.day_type
    return period is other or world.scenario.autoscaling == "fixed"


def _best_layout(world: World, capacity: np.ndarray, rules: Rules, ask: Ask, count: int) -> tuple[int, tuple[int, ...]]:
    """Return the most spot over all zone vectors of so many instances, and the most balanced vector that gives it."""
    best: tuple[int, tuple[int, ...]] | None = None
    for layout in vectors(count, rules.zones):
        if not _carries(capacity, rules, ask, layout):
            continue
        allowed = _most_spot(world, capacity, rules, ask, layout) if rules.spot_sold else 0
        if best is None or allowed > best[0]:
            best = allowed, layout
    assert best is not None
    return best


def _most_spot(world: World, capacity: np.ndarray, rules: Rules, ask: Ask, layout: tuple[int, ...]) -> int:
    terms = world.scenario.purchase.spot
    most = math.floor(terms.max_share * sum(layout) + 1e-9)
    if terms.may_vanish == "tolerated":
        return most
    need = rules.protected_share * ask.own
    full = [float(capacity[count]) for count in layout]
    found = 0
    for spot in itertools.product(*(range(count + 1) for count in layout)):
        if not found < sum(spot) <= most:
            continue
        left = [float(capacity[count - gone]) for count, gone in zip(layout, spot, strict=True)]
        if terms.may_vanish == "all_of_a_type":
            stands = sum(left) >= need
        else:
            stands = all(sum(full) - full[z] + left[z] >= need for z in range(len(layout)))
        found = sum(spot) if stands else found
    return found

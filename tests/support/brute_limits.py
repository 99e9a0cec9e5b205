"""Limits on whole plans of the oracle: what is checked on blocks, and what on the ways of buying for them together."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.domain.limits import Quota
from tests.support.brute_blocks import Block
from tests.support.brute_buying import NEVER, Levels
from tests.support.brute_world import World, fits, provider_of

SLACK = 1e-9
LevelsOf = Callable[[tuple[str, str], tuple[Block, ...]], Levels]


@dataclass(frozen=True)
class Chosen:
    """Blocks of all services."""

    blocks: tuple[Block, ...]

    @cached_property
    def by_key(self) -> dict[tuple[str, str], tuple[Block, ...]]:
        """Blocks by place and type."""
        found: dict[tuple[str, str], tuple[Block, ...]] = {}
        for block in self.blocks:
            found[block.key] = (*found.get(block.key, ()), block)
        return found


def within_limits(world: World, chosen: Chosen) -> bool:
    """Whether power, carbon, types and quotas of what runs are kept."""
    limits = world.scenario.limits
    if limits.max_instance_types is not None:
        types = {(provider_of(place), kind) for place, kind in chosen.by_key}
        if len(types) > limits.max_instance_types:
            return False
    if limits.power_kw is not None:
        if any(block.kw is None for block in chosen.blocks):
            return False
        draw = np.sum([block.kw for block in chosen.blocks], axis=0) if chosen.blocks else np.zeros(1)
        if draw.max() > limits.power_kw * (1 + SLACK):
            return False
    if limits.carbon_t is not None:
        if any(block.carbon_kg is None for block in chosen.blocks):
            return False
        if sum(block.carbon_kg for block in chosen.blocks) > limits.carbon_t * 1000.0 * (1 + SLACK):
            return False
    return all(_in_use(world, chosen, quota) for quota in limits.quotas if quota.match.purchase_option is None)


def _in_use(world: World, chosen: Chosen, quota: Quota) -> bool:
    used = np.zeros(world.slot_hours.size)
    for (place, kind), blocks in chosen.by_key.items():
        used += _each(world, quota, place, kind) * np.sum([block.use for block in blocks], axis=0)
    return bool(used.max() <= quota.limit)


def _each(world: World, quota: Quota, place: str, kind: str) -> float:
    """What one instance counts towards a quota."""
    if not fits(quota.match, place, kind, None):
        return 0.0
    return (
        1.0 if quota.max_instances is not None else float(world.catalog.instance_types[provider_of(place), kind].vcpu)
    )


def needs_joint_buying(world: World) -> bool:
    """Whether something limits purchases of several types together."""
    return bool(world.catalog.sites) or any(
        quota.match.purchase_option is not None for quota in world.scenario.limits.quotas
    )


def cheapest_within(world: World, chosen: Chosen, levels_of: LevelsOf) -> float | None:
    """Return the least cost of buying for all types at once within sites and quotas; None where nothing fits."""
    keys = sorted({*chosen.by_key, *_signed_keys(world)})
    rows = []
    for key in keys:
        if key not in chosen.by_key:
            rows.append([(0.0, _taken(world, key, None, 0))])
            continue
        found = levels_of(key, chosen.by_key[key])
        order = np.argsort(found.cost, kind="stable")
        rows.append([(float(found.cost[i]), _taken(world, key, found, i)) for i in order if found.cost[i] < NEVER])
    return _search(rows, _room(world))


def _search(rows: list[list[tuple[float, np.ndarray]]], room: np.ndarray) -> float | None:
    """Try ways of buying, cheapest first, dropping those that cannot beat the best or take too much."""
    if any(not row for row in rows):
        return None
    rest = [*itertools.accumulate((row[0][0] for row in reversed(rows)), initial=0.0)][::-1]
    best = NEVER

    def visit(depth: int, cost: float, left: np.ndarray) -> None:
        nonlocal best
        if depth == len(rows):
            best = min(best, cost)
            return
        for amount, taken in rows[depth]:
            if cost + amount + rest[depth + 1] >= best:
                return
            if (taken <= left + SLACK).all():
                visit(depth + 1, cost + amount, left - taken)

    visit(0, 0.0, room)
    return None if best == NEVER else best


def _signed_keys(world: World) -> set[tuple[str, str]]:
    return {(item.location, item.instance_type) for item in world.scenario.commitments}


def _buying_quotas(world: World) -> list[Quota]:
    return [quota for quota in world.scenario.limits.quotas if quota.match.purchase_option is not None]


def _room(world: World) -> np.ndarray:
    """Kilowatts and rack units of each site, then every quota on a way of buying; what is signed stands anyway."""
    limits = [
        NEVER if limit is None else limit
        for _, site in sorted(world.catalog.sites.items())
        for limit in (site.power_limit_kw, site.rack_units)
    ]
    signed = [_taken(world, key, None, 0)[: len(limits)] for key in _signed_keys(world)]
    room = np.maximum(limits, sum(signed, np.zeros(len(limits))))
    return np.array([*room, *(float(quota.limit) for quota in _buying_quotas(world))])


def _taken(world: World, key: tuple[str, str], found: Levels | None, way: int) -> np.ndarray:
    """What a way of buying takes of everything in `_room`."""
    place, kind = key
    provider = provider_of(place)
    taken = []
    for name, _ in sorted(world.catalog.sites.items()):
        signed = world.signed_of(place, kind, ("owned",)).max(initial=0)
        count = (0.0 if found is None else found.owned[way]) + signed if name == place else 0.0
        server = world.catalog.owned.get((provider, kind, place))
        watts = world.catalog.instance_types[provider, kind].max_power_w or 0.0
        taken += [count * watts / 1000.0, count * (server.rack_units if server is not None else 0.0)]
    for quota in _buying_quotas(world):
        option = quota.match.purchase_option
        bought = 0.0
        if found is not None:
            bought = float({"on_demand": found.on_demand}.get(option, getattr(found, option, found.on_demand))[way])
        if option in ("committed_1y", "committed_3y"):
            bought += float(world.signed_of(place, kind, (option,)).max(initial=0))
        taken.append(_each(world, quota, place, kind) * bought)
    return np.array(taken)

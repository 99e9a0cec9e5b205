"""Purchases of the oracle: every level of every option for one instance type in one place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.support.brute_blocks import Block
from tests.support.brute_world import World, provider_of

STEADY = ("committed_1y", "committed_3y", "owned")
NEVER = float("inf")


@dataclass(frozen=True, eq=False)
class Levels:
    """Every way of buying for a type in a place: cost, and how much of each steady option, shape (ways,) each.

    `on_demand` is the most instances that need on-demand capacity in any slot.
    """

    cost: np.ndarray
    committed_1y: np.ndarray
    committed_3y: np.ndarray
    owned: np.ndarray
    on_demand: np.ndarray


def levels(world: World, place: str, kind: str, blocks: tuple[Block, ...]) -> Levels:
    """Return every way of buying what blocks on one type in one place use."""
    main = np.sum([block.use for block in blocks], axis=0)
    spot = np.sum([block.spot for block in blocks], axis=0)
    early = np.sum([block.early_use for block in blocks], axis=0)
    early_spot = np.sum([block.early_spot for block in blocks], axis=0)
    most = int(max(main.max(), early.max(initial=0.0)))
    each = [_each(world, place, kind, option) for option in STEADY]
    grid = np.stack(np.meshgrid(*(np.arange(1 if cost is None else most + 1) for cost in each), indexing="ij"))
    ways = grid.reshape(3, -1).astype(float)
    ways = ways[:, ways.sum(axis=0) <= most]
    ways = ways[:, ways[2] <= _most_owned(world, place, kind)]
    total = ways.sum(axis=0)
    rent, needs = _hourly_cost(world, place, kind, (main, spot), (early, early_spot), ways)
    cost = rent + sum(count * (price or 0.0) for count, price in zip(ways, each, strict=True))
    cost += _idle(world, place, kind, main, ways[2])
    assert total.size
    return Levels(cost, *ways, needs)


def _each(world: World, place: str, kind: str, option: str) -> float | None:
    return world.owned_each(place, kind) if option == "owned" else world.committed_each(place, kind, option)


def _most_owned(world: World, place: str, kind: str) -> float:
    server = world.catalog.owned.get((provider_of(place), kind, place))
    return NEVER if server is None or server.max_count is None else float(server.max_count)


def _idle(world: World, place: str, kind: str, main: np.ndarray, owned: np.ndarray) -> np.ndarray:
    """Energy of owned machines without work, where they are left on, beyond that of signed ones never used."""
    if world.scenario.owned.unused != "idle" or world.rented(place):
        return np.zeros_like(owned)
    idle_w, _ = world.watts(world.catalog.instance_types[provider_of(place), kind], place)
    price = world.catalog.locations[place].electricity_price_per_kwh or 0.0
    hours = np.zeros_like(owned)
    for signed, (_, length) in zip(world.signed_of(place, kind, ("owned",)), world.segments, strict=True):
        there = owned[:, None] + signed
        hours += length * (np.maximum(0.0, there - main[None, :]) @ world.slot_hours - signed * world.hours)
    return hours * idle_w / 1000.0 * price


def _hourly_cost(world, place, kind, main, early, ways):
    """Return what on demand, spot and early starts cost, and the most instances that need on-demand capacity."""
    price, spot_price = world.hourly(place, kind, "on_demand"), world.spot_hour(place, kind)
    steady, cost, needs = ways.sum(axis=0), np.zeros(ways.shape[1]), np.zeros(ways.shape[1])
    early_hours = np.array([hours for _, _, hours in world.early_pairs])
    now = np.array([pair[0] for pair in world.early_pairs], dtype=int)
    signed, reserved = world.signed(place, kind), world.signed_of(place, kind, ("reserved",))
    signed_owned = world.signed_of(place, kind, ("owned",))
    for index, (_, length) in enumerate(world.segments):
        rest, on_spot = _cover(main, steady + signed[index])
        if price is None:
            cost[(rest > 0).any(axis=1)] = NEVER
        cost += length * (rest @ world.slot_hours) * (price or 0.0)
        cost += length * (on_spot @ world.slot_hours) * (spot_price or 0.0)
        if price is not None and early_hours.size:
            rest_early, spot_early = _cover(early, steady + signed[index])
            cost += length * ((rest_early - rest[:, now]) @ early_hours) * price
            cost += length * ((spot_early - on_spot[:, now]) @ early_hours) * (spot_price or 0.0)
        beyond = main[0][None, :] - on_spot - (ways[2] + signed_owned[index] + reserved[index])[:, None]
        needs = np.maximum(needs, np.maximum(0.0, beyond).max(axis=1))
    return cost * world.support(place), needs


def _cover(use_and_room, steady):
    """On demand and spot by way and slot: steady instances first, then spot as far as it is allowed."""
    use, room = use_and_room
    left = np.maximum(0.0, use[None, :] - steady[:, None])
    on_spot = np.minimum(room[None, :], left)
    return left - on_spot, on_spot

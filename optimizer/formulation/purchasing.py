"""What is bought for the blocks that share an instance type in a location: columns and rows of each such key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from optimizer.domain.purchase import ON_DEMAND, PurchaseOption
from optimizer.domain.scenario import Floats
from optimizer.formulation.blocks import Block
from optimizer.formulation.context import Context
from optimizer.formulation.problem import Columns, Indices, Rows
from optimizer.formulation.rules.owned_count import most_of
from optimizer.formulation.rules.purchases_cover_use import purchases_cover_use
from optimizer.formulation.supply import Key, Supply


@dataclass(frozen=True, slots=True, eq=False)
class KeyUse:
    """The blocks that use an instance type in a location, and what is signed for it.

    Parameters
    ----------
    supply
        How it can be had.
    blocks
        Their columns.
    use, spot
        Instances and room for spot, shape (blocks, slots): the slots of the timeline.
    steady
        Column of each option that is bought for the whole horizon.
    """

    supply: Supply
    blocks: Indices
    use: Floats
    spot: Floats
    steady: dict[PurchaseOption, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A part of the horizon in which the same commitments signed before are in force; `share` of its hours."""

    start: float
    share: float

    def signed(self, supply: Supply) -> int:
        """Instances signed before that are in force."""
        return sum(item.count for item in supply.signed if item.horizon_share > self.start)

    def reserved(self, supply: Supply) -> int:
        """Those of them that are capacity as well as a price."""
        return sum(item.count for item in supply.signed if item.reserved and item.horizon_share > self.start)


def segments_of(supply: Supply) -> list[Segment]:
    """Return the parts of the horizon between the ends of what is signed."""
    ends = sorted({0.0, 1.0, *(item.horizon_share for item in supply.signed if 0.0 < item.horizon_share < 1.0)})
    return [Segment(start, end - start) for start, end in pairwise(ends)]


def key_uses(context: Context, blocks: Sequence[Block]) -> list[KeyUse]:
    """Group blocks by what they are bought as, sorted by key."""
    members: dict[Key, list[int]] = {}
    for number, block in enumerate(blocks):
        members.setdefault(block.configuration.key, []).append(number)
    return [
        KeyUse(
            context.supply(*key),
            np.array(numbers, dtype=np.int64),
            np.array([blocks[number].use for number in numbers]),
            np.array([blocks[number].spot for number in numbers]),
        )
        for key, numbers in sorted(members.items())
    ]


@dataclass(slots=True)
class Purchases:
    """Keys with their columns, what those cost, and the rows that tie them to the blocks."""

    keys: list[KeyUse]
    columns: Columns
    rows: list[Rows]


def purchases_of(context: Context, blocks: Sequence[Block], first_column: int) -> Purchases:
    """Return the columns and rows of everything that is bought.

    Keys whose cost does not depend on what else uses them need neither: their blocks carry it.
    """
    costs: list[Floats] = []
    upper: list[Floats] = []
    integer: list[np.ndarray] = []
    rows: list[Rows] = []
    keys: list[KeyUse] = []
    at = first_column
    for key in key_uses(context, blocks):
        if key.supply.is_separable:
            keys.append(key)
            continue
        largest = _largest_use(key, blocks)
        steady = {option: at + number for number, option in enumerate(sorted(key.supply.steady))}
        costs.append(np.array([key.supply.steady[option] for option in steady]))
        upper.append(np.array([most_of(key.supply, option, largest) for option in steady]))
        integer.append(np.ones(len(steady), dtype=bool))
        at += len(steady)
        keys.append(KeyUse(key.supply, key.blocks, key.use, key.spot, steady))
        flexible, more = _slot_rows(context, keys[-1], at, largest)
        rows += more if context.is_on("purchases_cover_use") else []
        costs.append(flexible.cost)
        upper.append(flexible.upper)
        integer.append(flexible.integer)
        at += flexible.cost.size
    none = np.zeros(0)
    columns = Columns(
        np.concatenate([none, *costs]),
        np.concatenate([none, *upper]),
        np.concatenate([np.zeros(0, dtype=bool), *integer]),
    )
    return Purchases(keys, columns, rows)


def _largest_use(key: KeyUse, blocks: Sequence[Block]) -> float:
    """Most instances that a plan could use: of each service the largest block."""
    largest: dict[int, float] = {}
    for number, use in zip(key.blocks.tolist(), key.use.max(axis=1, initial=0.0).tolist(), strict=True):
        service = blocks[number].service
        largest[service] = max(largest.get(service, 0.0), use)
    return sum(largest.values())


def _slot_rows(context: Context, key: KeyUse, first: int, largest: float) -> tuple[Columns, list[Rows]]:
    """Columns of on demand and spot by different slots, and the rows that cover the use.

    Slots in which every block uses the same, and the same is signed, are one.
    """
    supply, line = key.supply, context.timeline
    slots = line.slot_hours.size if supply.on_demand is not None else line.main_count
    parts = segments_of(supply)
    signed = np.repeat([float(part.signed(supply)) for part in parts], slots)
    hours = np.concatenate([line.slot_hours[:slots] * part.share for part in parts])
    use, spot = (np.tile(values[:, :slots], len(parts)) for values in (key.use, key.spot))
    stacked = np.concatenate([use, spot, [signed]])
    matters = hours > 0.0 if supply.on_demand is not None else np.ones(hours.size, dtype=bool)
    different, back = np.unique(stacked[:, matters], axis=1, return_inverse=True)
    length = np.bincount(back.ravel(), weights=hours[matters], minlength=different.shape[1])
    count, size = different.shape[1], key.blocks.size
    prices = [price for price in (supply.on_demand, supply.spot) if price is not None]
    numbers = [first + count * index + np.arange(count) for index in range(len(prices))]
    empty = np.zeros(0, dtype=np.int64)
    columns = {
        ON_DEMAND: numbers[0] if supply.on_demand is not None else empty,
        "spot": numbers[1] if supply.spot is not None else empty,
        "steady": np.array(list(key.steady.values()), dtype=np.int64),
    }
    name = f"{supply.key[1]} in {supply.key[2]}"
    rows = purchases_cover_use(name, different[:size], different[size : 2 * size], different[-1], key.blocks, columns)
    total = count * len(prices)
    flexible = Columns(
        np.concatenate([np.zeros(0), *(price * length for price in prices)]),
        np.full(total, largest),
        np.zeros(total, dtype=bool),
    )
    return flexible, list(rows)

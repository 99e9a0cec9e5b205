"""What is bought for the chosen blocks: steady instances first, then spot as far as it may, the rest on demand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.costs import Bought
from optimizer.domain.purchase import PurchaseOption
from optimizer.domain.scenario import Floats
from optimizer.formulation.blocks import Block
from optimizer.formulation.context import Context
from optimizer.formulation.problem import Indices
from optimizer.formulation.purchasing import KeyUse, Segment, segments_of
from optimizer.formulation.supply import Key, Supply


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """Spot and on-demand instances in each slot of a part of the horizon, shape (slots,) each."""

    spot: Floats
    on_demand: Floats


@dataclass(frozen=True, slots=True, eq=False)
class KeyBuy:
    """What is bought of one instance type in one location.

    Parameters
    ----------
    supply
        How it can be had.
    blocks
        Chosen blocks that use it.
    steady
        Instances bought for the whole horizon, by option (none of 0).
    """

    supply: Supply
    blocks: tuple[Block, ...]
    steady: Mapping[PurchaseOption, int]

    @property
    def key(self) -> Key:
        """Provider, instance type, location."""
        return self.supply.key

    @property
    def use(self) -> Floats:
        """Instances in use by slot."""
        return self._summed([block.use for block in self.blocks])

    @property
    def room(self) -> Floats:
        """Room for spot by slot."""
        return self._summed([block.spot for block in self.blocks])

    def _summed(self, parts: Sequence[Floats]) -> Floats:
        total: Floats = np.sum(parts, axis=0) if parts else np.zeros(1)
        return total

    def mix(self, segment: Segment) -> Mix:
        r"""Return what covers the use in a part of the horizon.

        .. math:: S_k = \min(s_k, (u_k - C - E)^+), \qquad O_k = (u_k - S_k - C - E)^+
        """
        steady = sum(self.steady.values()) + segment.signed(self.supply)
        beyond = np.maximum(self.use - steady, 0.0)
        spot = np.minimum(self.room, beyond)
        return Mix(spot, beyond - spot)

    def rent(self, context: Context) -> float:
        """What all of it costs over the horizon, signed commitments apart (they are fixed)."""
        supply, hours = self.supply, context.timeline.slot_hours
        steady = sum(count * supply.steady[option] for option, count in self.steady.items())
        flexible, on_demand = 0.0, supply.on_demand
        for segment in segments_of(supply) if on_demand is not None and self.blocks else ():
            mix = self.mix(segment)
            spot = supply.spot if supply.spot is not None else on_demand or 0.0
            flexible += segment.share * float(mix.on_demand @ hours * (on_demand or 0.0) + mix.spot @ hours * spot)
        return steady + flexible

    def bought(self, context: Context, weights: Floats) -> Bought:
        """Return the amounts of the bill, expected over demands of the given weights."""
        line = context.timeline
        main, ahead_hours = _hours(context, weights)
        totals = np.zeros(4)
        for segment in segments_of(self.supply) if self.supply.on_demand is not None and self.blocks else ():
            mix = self.mix(segment)
            for place, values in enumerate((mix.on_demand, mix.spot)):
                by_hour = values[: line.main_count].reshape(len(line.demands), -1)
                ahead = values[line.main_count :].reshape(len(line.demands), -1)
                totals[place] += segment.share * float((by_hour * main).sum())
                totals[2 + place] += segment.share * float(((ahead - by_hour[:, line.before]) * ahead_hours).sum())
        provider, kind, location = self.key
        on_demand, spot, early, early_spot = totals.tolist()
        return Bought(provider, location, kind, on_demand, spot, early, early_spot, self.steady, self.supply.signed)


def _hours(context: Context, weights: Floats) -> tuple[Floats, Floats]:
    """Hours of periods, shape (demands, periods), and of early slots, shape (demands, pairs), under given weights."""
    line = context.timeline
    early = line.hours[line.before] * line.lead_hours * line.share
    return np.outer(weights, line.hours), np.outer(weights, early)


def buys_of(
    context: Context, keys: Sequence[KeyUse], blocks: Sequence[Block], chosen: Indices, values: Floats
) -> list[KeyBuy]:
    """Return what a solution buys: of every key with a chosen block, something steady or something signed.

    Parameters
    ----------
    keys, blocks
        As the problem was assembled from them.
    chosen
        Columns of the chosen blocks.
    values
        The solution.
    """
    found: list[KeyBuy] = []
    for key in keys:
        mine = tuple(blocks[number] for number in key.blocks.tolist() if number in chosen)
        steady = {option: int(values[column]) for option, column in key.steady.items() if values[column] > 0.5}
        if mine or steady:
            found.append(KeyBuy(key.supply, mine, steady))
    known = {item.key for item in found}
    return sorted([*found, *_signed_only(context, known)], key=lambda item: item.key)


def _signed_only(context: Context, known: set[Key]) -> Iterator[KeyBuy]:
    """Commitments signed before that no block uses: they stay on the bill."""
    for item in context.scenario.commitments:
        key = (item.location.split("/", maxsplit=1)[0], item.instance_type, item.location)
        if key not in known:
            known.add(key)
            yield KeyBuy(context.supply(*key), (), {})

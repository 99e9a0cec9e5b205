"""Chosen blocks to rates: what each zone of a block carries, demand by demand and period by period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimizer.domain.purchase import MayVanish
from optimizer.domain.scenario import Floats
from optimizer.formulation.blocks import Block
from optimizer.formulation.context import Context
from optimizer.formulation.problem import Indices
from optimizer.formulation.staffing import shares


@dataclass(frozen=True, slots=True, eq=False)
class BlockLoad:
    """A block's zones in numbers, each of shape (demands, periods, zones).

    `instances` counts whole instances, `capacity_per_s` what they may carry, `share` which part of the block's requests
    each zone takes (0 in a period without instances), `arrival_per_s` what arrives there.
    """

    block: Block
    instances: Indices
    capacity_per_s: Floats
    share: Floats
    arrival_per_s: Floats

    def kept(self, instances: Indices) -> Floats:
        """Capacity of other counts of the same instances, shape as given."""
        capacity: Floats = self.block.staffing.zone_capacity_per_s[instances]
        return capacity


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """Something that may happen at the peak: what is left, and what each zone then receives.

    Both have shape (demands, periods, zones).
    """

    name: str
    instances: Indices
    rate_per_s: Floats


def load_of(block: Block) -> BlockLoad:
    """Spread a block's need over its zones in proportion to what they can carry."""
    instances = block.staffing.instances
    capacity = block.staffing.zone_capacity_per_s[instances]
    share = shares(capacity)
    return BlockLoad(block, instances, capacity, share, block.need_per_s[:, :, None] * share)


def events_of(context: Context, load: BlockLoad) -> Iterator[Event]:
    """Yield what the block's promise must survive, one thing at a time, as planned first."""
    block = load.block
    service = context.scenario.services[block.service]
    need = service.protected_share * block.need_per_s[:, :, None]
    yield Event("as planned", load.instances, load.arrival_per_s)
    survives = context.survives(service)
    total = load.capacity_per_s.sum(axis=2, keepdims=True)
    if survives == "zone":
        left = total - _fullest_other(load.capacity_per_s)
        yield Event("one zone lost", load.instances, _divided(need * load.capacity_per_s, left))
    if survives == "instance":
        fewer = np.maximum(load.instances - 1, 0)
        lost = load.capacity_per_s - load.kept(fewer)
        yield Event("one instance lost", fewer, _divided(need * load.kept(fewer), total - lost))
        left = total - _fullest_other(lost)
        yield Event("an instance elsewhere lost", load.instances, _divided(need * load.capacity_per_s, left))
    if block.group.standby:
        yield Event("standing by", load.instances, block.hardest_per_s[:, :, None] * load.share)
    if block.staffing.spot.any():
        yield from _spot_gone(load, need, context.scenario.purchase.spot.may_vanish)


def _spot_gone(load: BlockLoad, need: Floats, may_vanish: MayVanish) -> Iterator[Event]:
    stay = load.instances - load.block.staffing.spot
    kept = load.kept(stay)
    if may_vanish == "all_of_a_type":
        yield Event("spot gone", stay, need * shares(kept))
    if may_vanish == "one_zone":
        lost, total = load.capacity_per_s - kept, load.capacity_per_s.sum(axis=2, keepdims=True)
        yield Event("spot of the zone gone", stay, _divided(need * kept, total - lost))
        left = total - _fullest_other(lost)
        yield Event("spot of another zone gone", load.instances, _divided(need * load.capacity_per_s, left))


def _divided(above: Floats, below: Floats) -> Floats:
    below = np.broadcast_to(below, above.shape)
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0.0)


def _fullest_other(values: Floats) -> Floats:
    """Largest value among the other zones, shape (demands, periods, zones); 0 with a single zone."""
    if values.shape[2] == 1:
        return np.zeros_like(values)
    order = np.sort(values, axis=2)
    largest, second = order[:, :, -1:], order[:, :, -2:-1]
    only_largest = (values == largest) & ((values == largest).sum(axis=2, keepdims=True) == 1)
    return np.where(only_largest, second, largest)

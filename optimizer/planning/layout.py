"""Chosen blocks to rates: what each zone of a block carries, period by period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats
from optimizer.formulation.blocks import Block


@dataclass(frozen=True, slots=True, eq=False)
class BlockLoad:
    """A block's zones in numbers, each of shape (periods, zones).

    `instances` counts whole instances, `capacity_per_s` what they may carry, `share` which part of the block's requests
    each zone takes (0 in a period without instances), `hardest_per_s` the rate after the loss of the fullest other zone
    where the block is protected against one, else the planned rate.
    """

    block: Block
    instances: NDArray[np.int64]
    capacity_per_s: Floats
    share: Floats
    arrival_per_s: Floats
    hardest_per_s: Floats


def load_of(block: Block, *, protected: bool) -> BlockLoad:
    """Spread a block's need over its zones in proportion to what they can carry."""
    instances = block.staffing.instances
    capacity = block.staffing.zone_capacity_per_s[instances]
    total = capacity.sum(axis=1, keepdims=True)
    share = np.divide(capacity, total, out=np.zeros_like(capacity), where=total > 0.0)
    need = block.need_per_s[:, None]
    hardest = need * share
    if protected and instances.shape[1] > 1:
        left = total - _fullest_other(capacity)
        hardest = np.divide(need * capacity, left, out=np.zeros_like(capacity), where=left > 0.0)
    return BlockLoad(block, instances, capacity, share, need * share, hardest)


def _fullest_other(capacity: Floats) -> Floats:
    """Largest capacity among the other zones, shape (periods, zones)."""
    order = np.sort(capacity, axis=1)
    largest, second = order[:, -1:], order[:, -2:-1]
    only_largest = (capacity == largest) & ((capacity == largest).sum(axis=1, keepdims=True) == 1)
    return np.where(only_largest, second, largest)

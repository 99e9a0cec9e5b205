"""Losing any one zone at the peak leaves the promise standing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats
from optimizer.formulation.rule import Relaxation, Rule

Counts = NDArray[np.int64]
#: Up to this many instances every layout over the zones is tried; beyond, balanced ones on 1..all zones.
EXHAUSTIVE_INSTANCES = 24


@dataclass(frozen=True, slots=True, eq=False)
class Layouts:
    """Best layout of 0..x_max instances over zones.

    `phi_per_s` has shape (x_max + 1,) and never falls; `instances` has shape (x_max + 1, zones), the largest first.
    A layout may use fewer than x instances where more would carry less.
    """

    phi_per_s: Floats
    instances: Counts


def best_layouts(zone_capacity_per_s: Floats, zones: int, *, protect: bool) -> Layouts:
    r"""Lay out 0..x_max instances over at most `zones` zones so that they carry most.

    .. math:: \Phi(x) = \max_{x_1 + .. + x_Z = x} \sum_z \Lambda(x_z) - [protect] \max_z \Lambda(x_z)

    Parameters
    ----------
    zone_capacity_per_s
        Capacity of 0..x_max instances in one zone, never falling, shape (x_max + 1,), requests/s.
    zones
        Zones that may be used, at least 1. They are alike.
    protect
        Whether the fullest zone must be dispensable.

    Notes
    -----
    Exact up to `EXHAUSTIVE_INSTANCES`; balanced layouts beyond. Cost O(x_max x zones) plus a fixed table.
    """
    x_max = zone_capacity_per_s.size - 1
    small = min(x_max, EXHAUSTIVE_INSTANCES)
    phi, instances = _exhaustive(zone_capacity_per_s, zones, small, protect=protect)
    if x_max > small:
        more_phi, more_instances = _balanced(zone_capacity_per_s, zones, small + 1, protect=protect)
        phi, instances = np.concatenate([phi, more_phi]), np.concatenate([instances, more_instances])
    best = _running_best(phi)
    return Layouts(phi[best], instances[best])


def _running_best(values: Floats) -> Counts:
    """Index of the first largest value up to each position."""
    is_new = np.concatenate([[True], values[1:] > np.maximum.accumulate(values)[:-1]])
    return np.maximum.accumulate(np.where(is_new, np.arange(values.size), 0)).astype(np.int64)


def _exhaustive(capacity: Floats, zones: int, x_max: int, *, protect: bool) -> tuple[Floats, Counts]:
    parts, starts = _partitions(zones, EXHAUSTIVE_INSTANCES)
    parts, starts = parts[: starts[x_max + 1]], starts[: x_max + 1]
    loads = capacity[parts]
    values = loads.sum(axis=1) - (loads[:, 0] if protect else 0.0)
    best = np.array(
        [start + int(np.argmax(block)) for start, block in zip(starts, np.split(values, starts[1:]), strict=True)]
    )
    return values[best], parts[best]


def _balanced(capacity: Floats, zones: int, first: int, *, protect: bool) -> tuple[Floats, Counts]:
    totals = np.arange(first, capacity.size)
    values = np.empty((zones, totals.size))
    for used in range(1, zones + 1):
        small, extra = np.divmod(totals, used)
        fullest = capacity[small + (extra > 0)]
        values[used - 1] = extra * capacity[np.minimum(small + 1, capacity.size - 1)] + (used - extra) * capacity[small]
        values[used - 1] -= fullest if protect else 0.0
    # Of layouts that carry the same, the one on more zones.
    used_best = zones - np.argmax(values[::-1], axis=0)
    small, extra = np.divmod(totals, used_best)
    column = np.arange(zones)
    instances = np.where(column < used_best[:, None], small[:, None] + (column < extra[:, None]), 0)
    return values[used_best - 1, np.arange(totals.size)], instances.astype(np.int64)


@lru_cache(maxsize=16)
def _partitions(zones: int, largest: int) -> tuple[Counts, Counts]:
    """Every split of 0..largest into at most `zones` falling parts, balanced first, and where each total starts."""
    rows: list[tuple[int, ...]] = []
    starts = []
    for total in range(largest + 1):
        starts.append(len(rows))
        splits = sorted(_splits(total, zones, total))
        rows += [split + (0,) * (zones - len(split)) for split in splits]
    starts.append(len(rows))
    return np.array(rows, dtype=np.int64).reshape(len(rows), zones), np.array(starts, dtype=np.int64)


def _splits(total: int, parts: int, largest: int) -> list[tuple[int, ...]]:
    if total == 0:
        return [()]
    if parts == 0:
        return []
    smallest = -(-total // parts)
    return [
        (first, *rest)
        for first in range(smallest, min(total, largest) + 1)
        for rest in _splits(total - first, parts - 1, first)
    ]


RULE = Rule(
    name="zone_loss",
    place="staffing",
    meaning="Losing any one zone at the peak leaves the latency promise standing.",
    relaxation=Relaxation("accept that a lost zone breaks the promise", "share", 30.0),
    apply=best_layouts,
)

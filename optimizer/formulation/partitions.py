"""Every way of laying a few instances over like zones."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from optimizer.formulation.problem import Indices

#: Up to this many instances every layout over the zones is tried; beyond, balanced ones on 1..all zones.
EXHAUSTIVE_INSTANCES = 24


@lru_cache(maxsize=16)
def partitions(zones: int, largest: int = EXHAUSTIVE_INSTANCES) -> tuple[Indices, Indices]:
    """Return every split of 0..largest into at most `zones` falling parts, and where each total starts.

    Splits of a total come balanced first.
    """
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


@lru_cache(maxsize=4096)
def lies_within(zones: int, outer: int, inner: int) -> np.ndarray:
    """Say which splits of `inner` instances lie within which of `outer`, shape (splits of outer, splits of inner).

    Zones are alike and parts fall, so one split lies within another where each part does.
    """
    parts, starts = partitions(zones)
    larger, smaller = parts[starts[outer] : starts[outer + 1]], parts[starts[inner] : starts[inner + 1]]
    return np.asarray((smaller[None, :, :] <= larger[:, None, :]).all(axis=2))

"""The promised percentile of each chosen block, by a simulation of its own.

Capacity tables interpolate and share one random sample; what a plan promises is simulated again, for the hardest
minutes of the block, with a sample that planning never saw.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.formulation.blocks import Block
from optimizer.formulation.rules.latency import NO_TARGET_S
from optimizer.performance import OperatingPoint, percentile_at
from optimizer.planning.layout import BlockLoad

#: Cases of a block that are simulated: the fullest by rate over capacity.
CASES = 2
#: Keeps the samples of promises apart from those of capacity tables.
SEED_OFFSET = 1_000_003


def hardest_cases(load: BlockLoad) -> list[tuple[int, float]]:
    """Return (replicas, requests/s) of the cases nearest to the capacity of their zone, hardest first."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(load.capacity_per_s > 0.0, load.hardest_per_s / load.capacity_per_s, 0.0)
    per_instance = load.block.configuration.candidate.replicas_per_instance
    cases: dict[tuple[int, float], None] = {}
    for flat in np.argsort(-ratio, axis=None, kind="stable"):
        period, zone = np.unravel_index(int(flat), ratio.shape)
        if ratio[period, zone] <= 0.0 or len(cases) == CASES:
            break
        cases[int(load.instances[period, zone]) * per_instance, float(load.hardest_per_s[period, zone])] = None
    return list(cases)


def promised_s(load: BlockLoad, seed: int) -> float:
    """Return the latency at the percentile that a block's pools keep in their hardest case, seconds, network apart."""
    point = load.block.configuration.point
    found = [percentile_at(point, replicas, rate, seed + SEED_OFFSET).value_s for replicas, rate in hardest_cases(load)]
    # A pool that is overloaded has no percentile; the figure stays finite, and far above any target.
    return min(max(found, default=point.service_s[0]), NO_TARGET_S)


def broken_promises(loads: Sequence[BlockLoad], promises: Sequence[float]) -> list[OperatingPoint]:
    """Return the operating points whose own re-evaluation misses their target."""
    return [
        load.block.configuration.point
        for load, promise in zip(loads, promises, strict=True)
        if promise > load.block.configuration.point.target_s
    ]


def edge_ms(block: Block, overhead_s: float, promise_s: float) -> float:
    """Return the promise at the origin's edge, milliseconds: network and overhead included."""
    return (block.network_s + overhead_s + promise_s) * 1000.0

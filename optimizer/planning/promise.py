"""The promised percentile of each chosen block, by a simulation of its own.

Capacity tables interpolate and share one random sample; what a plan promises is simulated again, for the hardest
minutes of the block, with a sample that planning never saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from optimizer.beside import Beside, in_turn
from optimizer.domain.scenario import Floats
from optimizer.formulation.blocks import Block
from optimizer.formulation.context import Context
from optimizer.formulation.problem import Indices
from optimizer.formulation.rules.latency import NO_TARGET_S
from optimizer.performance import OperatingPoint, percentiles_at
from optimizer.planning.layout import BlockLoad, events_of

#: Cases of a block that are simulated: so many of the fullest, and as many of those with the longest queues.
CASES = 2
#: Keeps the samples of promises apart from those of capacity tables.
SEED_OFFSET = 1_000_003
#: So many promises are remembered by what they depend on.
REMEMBERED = 1024
#: Where a busy share is capped, so that the length of a queue stays finite.
ALMOST_BUSY = 1.0 - 1e-9


def hardest_cases(context: Context, load: BlockLoad) -> list[tuple[int, float]]:
    """Return (replicas, requests/s) of the cases nearest to the capacity of their zone and of those that queue longest.

    The two differ where the cap on utilisation, and not the target, limits what a zone with many replicas carries.
    """
    events = list(events_of(context, load))
    instances = np.concatenate([event.instances.ravel() for event in events])
    rates = np.concatenate([event.rate_per_s.ravel() for event in events])
    ratio = _divided(rates, np.where(instances > 0, load.kept(instances), 0.0))
    replicas = instances * load.block.configuration.candidate.replicas_per_instance
    point = load.block.configuration.point
    busy = np.minimum(_divided(rates, replicas * point.batch_size / point.service_s[-1]), ALMOST_BUSY)
    queue = _divided(busy / (1.0 - busy), replicas)
    cases: dict[tuple[int, float], None] = {}
    for hardness in (ratio, queue):
        found = len(cases)
        for place in np.argsort(-hardness, kind="stable").tolist():
            if hardness[place] <= 0.0 or len(cases) == found + CASES:
                break
            cases[int(replicas[place]), float(rates[place])] = None
    return list(cases)


def _divided(above: Floats, below: Floats | Indices) -> Floats:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def promised_s(context: Context, load: BlockLoad, seed: int) -> float:
    """Return the latency at the percentile that a block's pools keep in their hardest case, seconds, network apart."""
    return _slowest_s(load.block.configuration.point, tuple(hardest_cases(context, load)), seed + SEED_OFFSET)


@lru_cache(maxsize=REMEMBERED)
def _slowest_s(point: OperatingPoint, cases: tuple[tuple[int, float], ...], seed: int) -> float:
    """Return the longest percentile of some cases; plans that differ elsewhere ask for the same pools again."""
    found = [estimate.value_s for estimate in percentiles_at(point, cases, seed)]
    # A pool that is overloaded has no percentile; the figure stays finite, and far above any target.
    return min(max(found, default=point.service_s[0]), NO_TARGET_S)


def promises_s(context: Context, loads: Sequence[BlockLoad], beside: Beside = in_turn) -> tuple[float, ...]:
    """Return `promised_s` of every block, half of them found beside the others."""
    seed = context.store.seed
    later = beside(lambda: [promised_s(context, load, seed) for load in loads[1::2]])
    found = [0.0] * len(loads)
    found[::2] = [promised_s(context, load, seed) for load in loads[::2]]
    found[1::2] = later()
    return tuple(found)


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

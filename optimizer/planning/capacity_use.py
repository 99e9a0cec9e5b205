"""Where paid capacity goes: serving, margins, the latency target, a lost zone, rounding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.formulation.context import Context
from optimizer.planning.layout import BlockLoad

LABELS = (
    "serving the peak",
    "slow end of the error bands",
    "retries and releases",
    "headroom for the latency target",
    "rounding to whole instances",
    "spare for a lost zone",
    "counts held between hours",
)


def capacity_shares(context: Context, loads: Sequence[BlockLoad]) -> dict[str, float]:
    """Return the share of paid instance cost by what it is needed for; shares sum to 1 (empty without instances).

    Each block is taken apart in a chain: the peak at full batches and central service times; the same at the planned
    service times; with retries and releases; at the rate the latency target allows; in whole instances; with a zone to
    spare; and as held between hours.
    """
    parts = np.zeros(len(LABELS))
    for load in loads:
        chain = _chain(context, load)
        steps = np.diff(np.concatenate([np.zeros((1, chain.shape[1])), chain]), axis=0)
        parts += steps @ context.period_hours * load.block.configuration.hourly_cost
    total = float(parts.sum())
    return {label: float(part) / total for label, part in zip(LABELS, parts, strict=True)} if total > 0.0 else {}


def _chain(context: Context, load: BlockLoad) -> Floats:
    """Instances after each step, never falling, shape (steps, periods)."""
    block = load.block
    point, candidate = block.configuration.point, block.configuration.candidate
    planned_rate = block.configuration.batch_size / point.service_s[-1] * candidate.replicas_per_instance
    central_items = context.service_seconds(candidate.curve, candidate.service.items_per_request, 0.0)
    central_rate = (
        block.configuration.batch_size
        / central_items[block.configuration.batch_size - 1]
        * candidate.replicas_per_instance
    )
    peak = block.need_per_s / context.headroom_factor
    unprotected = block.staffing.unprotected_instances.astype(np.float64)
    needed = block.staffing.needed_instances.astype(np.float64)
    carried = block.staffing.zone_capacity_per_s[block.staffing.unprotected_instances]
    with np.errstate(divide="ignore", invalid="ignore"):
        continuous = np.where(carried > 0.0, block.need_per_s * unprotected / carried, 0.0)
    steps = [
        peak / central_rate,
        peak / planned_rate,
        block.need_per_s / planned_rate,
        np.minimum(continuous, unprotected),
        unprotected,
        needed,
        load.instances.sum(axis=1).astype(np.float64),
    ]
    return np.maximum.accumulate(np.array(steps), axis=0)

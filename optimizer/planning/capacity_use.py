"""Where paid capacity goes: serving, margins, the latency target, what may fail, rounding."""

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
    "spare for what may fail",
    "counts held between hours",
)


def capacity_shares(context: Context, loads: Sequence[BlockLoad]) -> dict[str, float]:
    """Return the share of paid instance cost by what it is needed for; shares sum to 1 (empty without instances).

    Each block is taken apart in a chain: the peak at full batches and central service times; the same at the planned
    service times; with retries and releases; at the rate the latency target allows; in whole instances; with what may
    fail to spare; and as held between hours.
    """
    parts = np.zeros(len(LABELS))
    for load in loads:
        chain = _chain(context, load)
        steps = np.diff(np.concatenate([np.zeros((1, chain.shape[1])), chain]), axis=0)
        parts += steps @ context.period_hours * _hourly_cost(context, load)
    total = float(parts.sum())
    return {label: float(part) / total for label, part in zip(LABELS, parts, strict=True)} if total > 0.0 else {}


def _hourly_cost(context: Context, load: BlockLoad) -> float:
    """Average cost of an instance-hour of a block, as bought by itself."""
    block = load.block
    hours = float(load.instances.sum(axis=2).ravel() @ context.timeline.full_hours)
    # What is signed already, and cannot be bought, costs nothing more.
    rent = block.rent_alone if np.isfinite(block.rent_alone) else 0.0
    return (rent + block.running.cost) / hours if hours > 0.0 else 0.0


def _chain(context: Context, load: BlockLoad) -> Floats:
    """Instances after each step under the demand planned for, never falling, shape (steps, periods)."""
    block = load.block
    point, candidate = block.configuration.point, block.configuration.candidate
    planned_rate = block.configuration.full_instance_rate_per_s
    central = context.service_seconds(candidate.curve, candidate.service.items_per_request, 0.0)
    central_rate = planned_rate * point.service_s[-1] / central[block.configuration.batch_size - 1]
    need = block.need_per_s[0]
    peak = need / context.headroom_factor
    unprotected = block.staffing.unprotected_instances.astype(np.float64)
    needed = block.staffing.needed_instances.astype(np.float64)
    reachable = np.minimum(block.staffing.unprotected_instances, block.staffing.zone_capacity_per_s.size - 1)
    carried = block.staffing.zone_capacity_per_s[reachable]
    with np.errstate(divide="ignore", invalid="ignore"):
        continuous = np.where(carried > 0.0, need * unprotected / carried, 0.0)
    steps = [
        peak / central_rate,
        peak / planned_rate,
        need / planned_rate,
        np.minimum(continuous, unprotected),
        unprotected,
        needed,
        load.instances[0].sum(axis=1).astype(np.float64),
    ]
    return np.maximum.accumulate(np.array(steps), axis=0)

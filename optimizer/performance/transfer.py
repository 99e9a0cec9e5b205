"""Service times of an accelerator that nobody measured, scaled from the measured one that is most like it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from optimizer.domain.catalog import Accelerator
from optimizer.domain.measured import EstimatedCurve, MeasuredCurve
from optimizer.performance.fitting import fit

#: Half to double: holds for nine pairs of accelerators of ten.
ESTIMATED_BAND = 1.0


def distance(a: Accelerator, b: Accelerator) -> float:
    """How unlike two accelerators are: sum of the absolute log ratios of 16-bit FLOPS and bandwidth."""
    flops = a.bf16_dense_tflops / b.bf16_dense_tflops
    return abs(math.log(flops)) + abs(math.log(a.memory_bandwidth_gb_per_s / b.memory_bandwidth_gb_per_s))


def estimate(base: MeasuredCurve, have: Accelerator, wanted: Accelerator) -> EstimatedCurve:
    """Scale a measured curve to another accelerator.

    The fixed part (launch overhead) shrinks with the square root of the bandwidth ratio, the part that grows with the
    batch with the geometric mean of the FLOPS and the bandwidth ratio.
    """
    flops = wanted.bf16_dense_tflops / have.bf16_dense_tflops
    bandwidth = wanted.memory_bandwidth_gb_per_s / have.memory_bandwidth_gb_per_s
    planned_s = base.planned_s
    fixed = min(fit("two slopes", base.batch_items, planned_s)(0.0), planned_s[0])
    scaled = (fixed / math.sqrt(bandwidth) + (s - fixed) / math.sqrt(flops * bandwidth) for s in planned_s)
    return EstimatedCurve(base, wanted.name, tuple(scaled), flops, bandwidth, ESTIMATED_BAND)


def nearest(
    curves: Iterable[MeasuredCurve], wanted: Accelerator, known: Mapping[str, Accelerator]
) -> MeasuredCurve | None:
    """Return the curve on the accelerator most like `wanted`; None where there is none, or its peaks are unknown."""
    there = [curve for curve in curves if curve.accelerator in known]
    return min(there, key=lambda curve: distance(known[curve.accelerator], wanted), default=None)


def estimates(
    curves: Iterable[MeasuredCurve], accelerators: Iterable[Accelerator], known: Mapping[str, Accelerator]
) -> list[EstimatedCurve]:
    """Estimate every profile on every accelerator it was not measured on, from the nearest measured one.

    Parameters
    ----------
    curves
        Measured, of any number of models, precisions and replicas.
    accelerators
        To estimate for.
    known
        Peaks by name.
    """
    groups: dict[tuple[str, str, int], list[MeasuredCurve]] = {}
    for curve in curves:
        groups.setdefault((curve.served_model, curve.precision, curve.accelerators_per_replica), []).append(curve)
    found = []
    for group in groups.values():
        measured = {curve.accelerator for curve in group}
        for wanted in accelerators:
            base = None if wanted.name in measured else nearest(group, wanted, known)
            if base is not None:
                found.append(estimate(base, known[base.accelerator], wanted))
    return found

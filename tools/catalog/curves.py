"""Service time by batch size: fit, error band, and scaling to an accelerator that was not measured."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from optimizer.performance.fitting import band_of, leave_one_out

TWO_SLOPES_POINTS = 4


@dataclass(frozen=True)
class Fit:
    """Service time ``fixed + slope_1 min(k, knee) + slope_2 max(k - knee, 0)``, in the unit of the points."""

    fixed: float
    slope_1: float
    slope_2: float
    knee: float

    def at(self, batch: float) -> float:
        """Return the service time of a batch."""
        return self.fixed + self.slope_1 * min(batch, self.knee) + self.slope_2 * max(batch - self.knee, 0.0)


@dataclass(frozen=True)
class Accelerator:
    """Dense 16-bit peak (TFLOPS) and memory bandwidth (GB/s)."""

    tflops: float
    bandwidth: float


def fit(batch: list[int], service: list[float]) -> Fit:
    """Fit two slopes by relative non-negative least squares; one slope below four points.

    The knee is the measured batch size with the smallest residual. All coefficients are >= 0.
    """
    knees = batch[1:-1] if len(batch) >= TWO_SLOPES_POINTS else [batch[-1]]
    return min((_fit_at(batch, service, knee) for knee in knees), key=lambda found: found[0])[1]


def _fit_at(batch: list[int], service: list[float], knee: int) -> tuple[float, Fit]:
    k, s = np.asarray(batch, dtype=float), np.asarray(service, dtype=float)
    columns = [np.ones_like(k), np.minimum(k, knee), np.maximum(k - knee, 0.0)]
    design = np.column_stack(columns if len(batch) >= TWO_SLOPES_POINTS else columns[:2])
    coefficients, residual = nnls(design / s[:, None], np.ones_like(s))
    fixed, slope_1, slope_2 = np.append(coefficients, coefficients[-1])[:3]
    return float(residual), Fit(float(fixed), float(slope_1), float(slope_2), float(knee))


def error_band(batch: list[int], mean_s: list[float]) -> float:
    """Return the band of a measured curve as ``fleetopt profile fit`` has it: of mean times, straight between them."""
    errors = [one.error for one in leave_one_out("measured", batch, mean_s)]
    return band_of(errors, len(batch))


def running_maximum(service: list[float]) -> list[float]:
    """Raise every point to the slowest smaller batch: a batch never takes less time than a part of it."""
    return [float(value) for value in np.maximum.accumulate(service)]


def distance(a: Accelerator, b: Accelerator) -> float:
    """How unlike two accelerators are: sum of the absolute log ratios of 16-bit FLOPS and bandwidth."""
    return abs(math.log(a.tflops / b.tflops)) + abs(math.log(a.bandwidth / b.bandwidth))


def scaled(batch: list[int], service: list[float], measured: Accelerator, wanted: Accelerator) -> list[float]:
    """Estimate the curve on `wanted` from the one on `measured`.

    The fixed part (launch overhead) shrinks with the square root of the bandwidth ratio, the part that grows with
    the batch with the geometric mean of the FLOPS and the bandwidth ratio.
    """
    fixed = min(fit(batch, service).fixed, service[0])
    flops, bandwidth = wanted.tflops / measured.tflops, wanted.bandwidth / measured.bandwidth
    return [fixed / math.sqrt(bandwidth) + (s - fixed) / math.sqrt(flops * bandwidth) for s in service]

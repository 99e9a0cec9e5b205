"""Fitted and estimated curves as rows of a catalog's ``profiles.csv``."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from optimizer.domain.measured import EstimatedCurve, FittedCurve, MeasuredCurve, ProfileFit
from optimizer.report.csv_table import Value
from optimizer.report.words import percent

PROFILE_COLUMNS = (
    "served_model",
    "precision",
    "accelerator",
    "accelerators_per_replica",
    "batch_size",
    "service_time_s",
    "throughput_per_s",
    "error_band",
    "min_vcpu",
    "basis",
    "source",
    "as_of",
    "licence",
)


def profile_rows(fit: ProfileFit) -> list[tuple[Value, ...]]:
    """Return every row, curve by curve, by rising batch."""
    rows = [row for curve in fit.curves for row in _fitted_rows(curve)]
    return rows + [row for curve in fit.estimates for row in _estimated_rows(curve)]


def _fitted_rows(fitted: FittedCurve) -> Iterator[tuple[Value, ...]]:
    curve = fitted.measured
    for point, service_s in zip(curve.points, fitted.service_s, strict=True):
        as_measured = fitted.form == "measured" and point.raised_from_s is None
        rate = point.throughput_per_s if as_measured else None
        figures = (point.batch_items, _rounded(service_s), rate, fitted.error_band)
        yield _row(curve, curve.accelerator, figures, fitted.basis, source_text(fitted))


def source_text(fitted: FittedCurve) -> str:
    """Say where a curve comes from and how it was read, for every row of it."""
    curve = fitted.measured
    percentiles = sum(point.scatter > 1.0 for point in curve.points)
    form = "measured points" if fitted.form == "measured" else f"{fitted.form} through {len(curve.points)} points"
    error = "" if fitted.error is None else f", leave-one-out error {percent(fitted.error)} in the median"
    p95 = f", p95 latency at {percentiles} of {len(curve.points)}" if percentiles else ""
    return f"{curve.source}; {form}{p95}{error}"


def _estimated_rows(estimate: EstimatedCurve) -> Iterator[tuple[Value, ...]]:
    base, flops, bandwidth = estimate.base, estimate.flops_ratio, estimate.bandwidth_ratio
    source = (
        f"estimated from the measured {base.accelerator} curve ({base.source}): 16-bit FLOPS x {flops:.3f}, memory "
        f"bandwidth x {bandwidth:.3f}; part growing with the batch / {math.sqrt(flops * bandwidth):.3f}, "
        f"fixed part / {math.sqrt(bandwidth):.3f}; measure before buying"
    )
    for batch, service_s in zip(base.batch_items, estimate.service_s, strict=True):
        figures = (batch, _rounded(service_s), None, estimate.error_band)
        yield _row(base, estimate.accelerator, figures, "estimated", source)


def _row(
    curve: MeasuredCurve, accelerator: str, figures: tuple[Value, ...], basis: str, source: str
) -> tuple[Value, ...]:
    model, precision, _, count = curve.key
    return (model, precision, accelerator, count, *figures, curve.min_vcpu, basis, source, curve.as_of, curve.licence)


def _rounded(seconds: float) -> float:
    """Keep six significant digits: no clock of a serving stack has more."""
    return float(f"{seconds:.6g}")


def key_of(row: Sequence[Value]) -> tuple[str, ...]:
    """Return what names the curve of a row, as text."""
    return tuple(str(value) for value in row[:4])

"""Measured curves of public data, and the peaks of the accelerators they ran on."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

from optimizer.domain.catalog import Accelerator, ProfileCurve, Source
from optimizer.domain.measured import LeftOutRow, MeasuredCurve
from optimizer.inputs import load_catalog
from optimizer.inputs.measurements import MeasurementAsked, Measurements, read_measurements

FOLDER = Path(__file__).resolve().parents[1] / "data" / "measurements"
DATA_SETS = ("encoders", "dlrm", "dcnv2", "wide-and-deep")
#: The catalog whose measured curves are judged beside the data sets.
SHIPPED = "public-cloud"


@lru_cache(maxsize=1)
def read_all() -> dict[str, Measurements]:
    """Read every data set as a planner would, without the rows that contradict themselves."""
    return {
        name: read_measurements([FOLDER / f"{name}.csv"], MeasurementAsked(), skip_rejected=True) for name in DATA_SETS
    }


def curves_of(name: str) -> tuple[MeasuredCurve, ...]:
    """Curves of a data set, or the measured ones of the shipped catalog."""
    return shipped_curves() if name == SHIPPED else read_all()[name].curves


def left_out_of(name: str) -> tuple[LeftOutRow, ...]:
    """Rows of a data set that no curve rests on."""
    return read_all()[name].left_out


@lru_cache(maxsize=1)
def shipped_curves() -> tuple[MeasuredCurve, ...]:
    """Measured curves of the shipped catalog, found again in the data sets with their means."""
    return tuple(_found_again(curve) for curve in load_catalog([SHIPPED]).profiles if curve.source.basis == "measured")


def _found_again(shipped: ProfileCurve) -> MeasuredCurve:
    """Return the one measured curve that is planned as a shipped one; a raised point may differ by 1 %."""
    (found,) = (
        curve
        for name in DATA_SETS
        for curve in curves_of(name)
        if (curve.accelerator, curve.precision) == (shipped.accelerator, shipped.precision)
        and tuple(curve.batch_items) == shipped.batch_items
        and all(abs(a / b - 1.0) < 0.01 for a, b in zip(curve.planned_s, shipped.service_s, strict=True))
    )
    return found


@lru_cache(maxsize=1)
def peaks() -> dict[str, Accelerator]:
    """Accelerators of the data sets."""
    rows = csv.DictReader((FOLDER / "accelerators.csv").read_text(encoding="utf-8").splitlines())
    return {
        row["accelerator"]: Accelerator(
            row["accelerator"],
            float(row["bf16_dense_tflops"]),
            float(row["memory_bandwidth_gb_per_s"]),
            None,
            Source("datasheet", row["source"], "2026-11-24"),
        )
        for row in rows
    }

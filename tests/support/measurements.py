"""Measured curves of public data, and the peaks of the accelerators they ran on."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

from optimizer.domain.catalog import Accelerator, Source
from optimizer.domain.measured import LeftOutRow, MeasuredCurve, MeasuredPoint
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
    """Measured curves of the shipped catalog, as they are planned with."""
    return tuple(
        MeasuredCurve(
            curve.served_model,
            curve.precision,
            curve.accelerator,
            curve.accelerators_per_replica,
            curve.min_vcpu,
            tuple(MeasuredPoint(SHIPPED, k, s) for k, s in zip(curve.batch_items, curve.service_s, strict=True)),
            curve.source.source,
            curve.source.as_of,
        )
        for curve in load_catalog([SHIPPED]).profiles
        if curve.source.basis == "measured"
    )


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

"""Profiles: measured batch curves, and curves estimated for accelerators that were not measured."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from . import curves
from .accelerators import sold
from .models import MODELS, Model
from .scope import Scope
from .tables import DataFolder, Row, Table, Value, table

REPOSITORY = "NVIDIA/DeepLearningExamples@7299639"
#: Software of 2020 to 2023; the tables are not dated one by one.
AS_OF = "2023"
#: TensorRT and the TensorFlow builds that were measured run on this vendor's accelerators only.
MEASURED_VENDOR = "NVIDIA"
#: A row whose throughput x latency is this far from its batch was not one static batch at a time.
RATIO_MIN, RATIO_MAX = 0.93, 1.07
#: Above this ratio of p95 to mean latency the p95 is the service time.
JITTER_MAX = 1.05
ESTIMATED_BAND = 1.0
#: Embedding tables that do not fit the accelerator are read by the host; measured on a host with many vCPUs.
HOST_TABLES_MIN_VCPU = 8
HOST_TABLES_ACCELERATOR = "T4-16GB"


@dataclass(frozen=True)
class Point:
    """One point of a measured curve, seconds and items per second."""

    batch: int
    mean_s: float
    service_s: float
    throughput_per_s: float
    is_p95: bool


@dataclass(frozen=True)
class Curve:
    """A measured curve of one model and precision on one accelerator, points by rising batch."""

    model: Model
    precision: str
    accelerator: str
    points: tuple[Point, ...]
    document: str

    @property
    def batch(self) -> list[int]:
        """Batch sizes, items."""
        return [point.batch for point in self.points]

    @property
    def mean_s(self) -> list[float]:
        """Mean times, never falling with the batch: what the band is made of."""
        return curves.running_maximum([point.mean_s for point in self.points])

    @property
    def service_s(self) -> list[float]:
        """Service times as shipped: never falling with the batch."""
        return curves.running_maximum([point.service_s for point in self.points])


def profiles(data: DataFolder, scope: Scope) -> Table:
    """Build profiles.csv: one row for each point."""
    known = known_accelerators(data, scope)
    measured = [curve for curve in measured_curves(data) if curve.accelerator in known]
    return profile_table(rows_of(measured, known, known))


def profile_table(rows: Iterable[dict[str, Value]]) -> Table:
    """Build profiles.csv from its rows."""
    return table(
        "profiles.csv",
        "served_model,precision,accelerator,accelerators_per_replica,batch_size,service_time_s,throughput_per_s,"
        "error_band,min_vcpu,basis,source,as_of,licence",
        rows,
        ("served_model", "precision", "accelerator", "accelerators_per_replica", "batch_size"),
    )


def known_accelerators(data: DataFolder, scope: Scope) -> dict[str, curves.Accelerator]:
    """Peaks of the catalog's accelerators that the measured software runs on."""
    return {
        row["accelerator"]: curves.Accelerator(float(row["bf16_dense_tflops"]), float(row["memory_bandwidth_gb_s"]))
        for row in sold(data, scope)
        if row["vendor"] == MEASURED_VENDOR
    }


def rows_of(
    measured: list[Curve], known: dict[str, curves.Accelerator], names: Collection[str]
) -> Iterator[dict[str, Value]]:
    """Yield the points of every profile on the accelerators of `names`, estimated where none was measured."""
    for curve in measured:
        if curve.accelerator in names:
            yield from _measured_rows(curve)
    for name in names:
        for base in _bases(measured, name, known):
            yield from _estimated_rows(base, name, known)


def measured_curves(data: DataFolder) -> list[Curve]:
    """Return the curves of the shipped models: static batches that pass the ratio filter, one model instance."""
    rows = data.rows("throughput/nvidia_batch_latency_curves.csv", keeps)
    found = []
    for model in MODELS:
        groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in rows:
            if belongs(row, model):
                groups[row["precision"], row["accelerator"]].append(row)
        found += [
            Curve(
                model,
                precision,
                name,
                tuple(sorted(map(_point, group), key=lambda point: point.batch)),
                _document(group),
            )
            for (precision, name), group in groups.items()
        ]
    return found


def keeps(row: Row) -> bool:
    """Whether a row is one static batch at a time, on one accelerator, whose throughput and latency agree."""
    alone = row["accelerator_count"] == "1" and row["model_instances"] == "1" and row["concurrency"] == "1"
    if "static batch" not in row["scenario"] or not alone or not (row["throughput"] and row["latency_avg_ms"]):
        return False
    ratio = float(row["throughput"]) * float(row["latency_avg_ms"]) / 1000 / int(row["batch_size"])
    return RATIO_MIN <= ratio <= RATIO_MAX


def belongs(row: Row, model: Model) -> bool:
    """Whether a row is of this model: name, variant, sequence length and back end decide, names alone do not."""
    key = (row["model"], row["variant"], row["sequence_length"], row["backend"])
    wanted = (model.curve_model, model.curve_variant, model.sequence_length, model.backend)
    return key == wanted and row["precision"] in model.precisions


def _point(row: Row) -> Point:
    mean_ms, p95_ms = float(row["latency_avg_ms"]), float(row["latency_p95_ms"])
    is_p95 = p95_ms > JITTER_MAX * mean_ms
    service_s = (p95_ms if is_p95 else mean_ms) / 1000
    return Point(int(row["batch_size"]), mean_ms / 1000, service_s, float(row["throughput"]), is_p95)


def _document(group: list[Row]) -> str:
    return group[0]["reference"].partition(" # ")[0]


def _row(curve: Curve, accelerator: str, batch: int, service_s: float) -> dict[str, Value]:
    hosted = curve.model.has_tables and accelerator == HOST_TABLES_ACCELERATOR
    return {
        "served_model": curve.model.name,
        "precision": curve.precision,
        "accelerator": accelerator,
        "accelerators_per_replica": 1,
        "batch_size": batch,
        "service_time_s": round(service_s, 7),
        "min_vcpu": HOST_TABLES_MIN_VCPU if hosted else 0,
        "as_of": AS_OF,
        "licence": "Apache-2.0",
    }


def _measured_rows(curve: Curve) -> Iterator[dict[str, Value]]:
    band = curves.error_band(curve.batch, curve.mean_s)
    of_curve = f" (p95 at {sum(point.is_p95 for point in curve.points)} of the curve's {len(curve.points)} points)"
    for point, service_s in zip(curve.points, curve.service_s, strict=True):
        reading = "p95 latency" if point.is_p95 else "mean latency"
        raised = f", raised from {point.service_s * 1000:g} ms to the slowest smaller batch"
        yield _row(curve, curve.accelerator, point.batch, service_s) | {
            "throughput_per_s": point.throughput_per_s,
            "error_band": band,
            "basis": "measured",
            "source": f"{REPOSITORY} {curve.document}; {curve.model.backend}, static batch, {reading}"
            + of_curve
            + (raised if service_s > point.service_s else ""),
        }


def _bases(measured: list[Curve], accelerator: str, known: dict[str, curves.Accelerator]) -> Iterator[Curve]:
    """Yield, for each profile not measured on `accelerator`, its curve on the measured accelerator most like it."""
    groups: dict[tuple[str, str], list[Curve]] = defaultdict(list)
    for curve in measured:
        groups[curve.model.name, curve.precision].append(curve)
    for group in groups.values():
        if all(curve.accelerator != accelerator for curve in group):
            yield min(group, key=lambda curve: curves.distance(known[curve.accelerator], known[accelerator]))


def _estimated_rows(base: Curve, accelerator: str, known: dict[str, curves.Accelerator]) -> Iterator[dict[str, Value]]:
    have, wanted = known[base.accelerator], known[accelerator]
    flops, bandwidth = wanted.tflops / have.tflops, wanted.bandwidth / have.bandwidth
    source = (
        f"estimated from the measured {base.accelerator} curve ({REPOSITORY} {base.document}; {base.model.backend}): "
        f"16-bit FLOPS x {flops:.3f}, memory bandwidth x {bandwidth:.3f}; part growing with the batch / "
        f"{math.sqrt(flops * bandwidth):.3f}, fixed part / {math.sqrt(bandwidth):.3f}; measure before buying"
    )
    for batch, service_s in zip(base.batch, curves.scaled(base.batch, base.service_s, have, wanted), strict=True):
        yield _row(base, accelerator, batch, service_s) | {
            "throughput_per_s": round(batch / service_s, 1),
            "error_band": ESTIMATED_BAND,
            "basis": "estimated",
            "source": source,
        }

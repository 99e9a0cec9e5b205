"""Accelerators: peaks, bandwidth, board power."""

from __future__ import annotations

from .scope import COLLECTED, Scope
from .tables import DataFolder, Row, Table, Value, number, table

_AICONFIGURATOR = "ai-dynamo/aiconfigurator@095f58a systems/*.yaml"
_DATASHEET = "facts, vendor datasheet"
#: Basis, source and licence of the peaks, by the name the collected file gives the source.
SOURCES = {
    "aiconfigurator systems yaml": ("datasheet", _AICONFIGURATOR, "Apache-2.0"),
    "public spec pages (search 2026-11)": ("datasheet", "NVIDIA public specification pages", _DATASHEET),
    "public spec pages (search 2026-11) + aiconfigurator systems yaml": (
        "datasheet",
        f"{_AICONFIGURATOR}; NVIDIA public specification pages",
        "Apache-2.0",
    ),
    "InferenceX-app gpu-specs": (
        "datasheet",
        "vendor figures as quoted by SemiAnalysisAI/InferenceX-app@77ca49a; board power: MLPerf v4.1 system name",
        _DATASHEET,
    ),
    "Google Cloud TPU docs": ("datasheet", "Google Cloud TPU documentation", "CC BY 4.0"),
}
UNVERIFIED = "UNVERIFIED general knowledge"
#: Accelerators whose peaks are in no document that was found: what is said about each.
UNVERIFIED_SOURCES = {
    "A10G-24GB": "general knowledge, unverified (the vendor publishes no datasheet of this part); board power unknown",
    "A10-24GB": "general knowledge, unverified; board power unknown",
    "H100-NVL-94GB": "general knowledge, unverified; board power: mlco2/impact (vendor datasheet)",
}
#: Board limits that were only observed on rented machines are under a share-alike licence: left out.
OBSERVED = "observed power limit"


def accelerators(data: DataFolder, scope: Scope) -> Table:
    """Build accelerators.csv: the accelerators of the catalog's instance types."""
    return accelerator_table(sold(data, scope))


def accelerator_table(rows: list[Row]) -> Table:
    """Build accelerators.csv from the collected rows."""
    return table(
        "accelerators.csv",
        "accelerator,bf16_dense_tflops,memory_bandwidth_gb_per_s,board_power_w,basis,source,as_of,licence",
        map(_accelerator, rows),
        ("accelerator",),
    )


def _accelerator(row: Row) -> dict[str, Value]:
    if row["spec_source"] == UNVERIFIED:
        basis, licence = "estimate", "facts, no source document"
        source = UNVERIFIED_SOURCES[row["accelerator"]]
    else:
        basis, source, licence = SOURCES[row["spec_source"]]
    return {
        "accelerator": row["accelerator"],
        "bf16_dense_tflops": float(row["bf16_dense_tflops"]),
        "memory_bandwidth_gb_per_s": float(row["memory_bandwidth_gb_s"]),
        "board_power_w": _watts(row),
        "basis": basis,
        "source": source,
        "as_of": COLLECTED,
        "licence": licence,
    }


def sold(data: DataFolder, scope: Scope) -> list[Row]:
    """Rows of the accelerators that the catalog's instance types have."""
    names = {row["accelerator"] for row in data.rows("instances/specs.csv", scope.holds_type)}
    return data.rows("hardware/accelerators.csv", lambda row: row["accelerator"] in names)


def board_watts(data: DataFolder) -> dict[str, float | None]:
    """Board limit of every accelerator, None where it was not published."""
    return {row["accelerator"]: _watts(row) for row in data.rows("hardware/accelerators.csv")}


def _watts(row: Row) -> float | None:
    return None if row["power_source"].startswith(OBSERVED) else number(row["board_power_limit_w"])

"""Instance types and accelerators."""

from __future__ import annotations

from collections.abc import Iterator

from .flagship import COLLECTED, KEYS
from .tables import DataFolder, Row, Table, Value, number, table

#: Most watts of one vCPU under load, by vendor of the CPU (Cascade Lake and EPYC 3rd generation, used for newer CPUs).
MAX_WATTS_PER_VCPU = {"intel": 3.967, "amd": 2.019}
WATTS_SOURCE = "cloud-carbon-footprint/cloud-carbon-coefficients@dda7621 (2023)"
#: Observed on rented machines by a source under a share-alike licence: left out.
POWER_LEFT_OUT = frozenset({"A10G-24GB"})

SPEC_SOURCES = {
    "karpenter-aws-docs-2026-07": (
        "aws/karpenter-provider-aws@1d92708 website/content/en/v1.14/reference/instance-types.md",
        "2026-07-11",
    ),
    "cyclenerd-gcp-2026-07": (
        "Cyclenerd/google-cloud-pricing-cost-calculator@8c32d22 tools/machinetypes.csv; network: "
        "Cyclenerd/google-cloud-compute-machine-types@6df0dc7 instances/series",
        "2026-07-01",
    ),
}
ACCELERATOR_SOURCES = {
    "aiconfigurator systems yaml": ("datasheet", "ai-dynamo/aiconfigurator@095f58a systems/*.yaml", "Apache-2.0"),
    "public spec pages (search 2026-11)": ("datasheet", "NVIDIA public specification pages", "facts, vendor datasheet"),
    "public spec pages (search 2026-11) + aiconfigurator systems yaml": (
        "datasheet",
        "ai-dynamo/aiconfigurator@095f58a systems/*.yaml; NVIDIA public specification pages",
        "Apache-2.0",
    ),
    "UNVERIFIED general knowledge": (
        "estimate",
        "general knowledge, unverified (the vendor publishes no datasheet of this part); board power unknown",
        "facts, no source document",
    ),
}


def instance_types(data: DataFolder) -> Table:
    """Build instance_types.csv. Idle watts stay empty: the only figures are under a share-alike licence."""
    specs = {(row["provider"], row["instance_type"]): row for row in data.rows("instances/specs.csv")}
    watts = _board_watts(data)
    return table(
        "instance_types.csv",
        "provider,instance_type,vcpu,memory_gib,accelerator,accelerator_count,accelerator_memory_gib,network_gbps,"
        "idle_power_w,max_power_w,basis,source,as_of,licence",
        (_instance_type(specs[key], watts) for key in KEYS),
        ("provider", "instance_type"),
    )


def _instance_type(spec: Row, board_watts: dict[str, float | None]) -> dict[str, Value]:
    source, as_of = SPEC_SOURCES[spec["spec_source"]]
    power = max_power_w(spec, board_watts)
    note = f"; max power estimated: board limits + vCPU x {WATTS_SOURCE}" if power is not None else ""
    return {
        "provider": spec["provider"],
        "instance_type": spec["instance_type"],
        "vcpu": int(spec["vcpu"]),
        "memory_gib": float(spec["memory_gib"]),
        "accelerator": spec["accelerator"],
        "accelerator_count": int(spec["accelerator_count"] or 0),
        "accelerator_memory_gib": float(spec["accelerator_memory_gib"] or 0),
        "network_gbps": number(spec["network_gbps"]),
        "idle_power_w": None,
        "max_power_w": power,
        "basis": "list",
        "source": source + note,
        "as_of": as_of,
        "licence": "Apache-2.0",
    }


def max_power_w(spec: Row, board_watts: dict[str, float | None]) -> float | None:
    """Watts of a busy instance without fans, NICs and switches: accelerators x board limit + vCPU x most W per vCPU."""
    cpu_w = int(spec["vcpu"]) * MAX_WATTS_PER_VCPU[spec["cpu_vendor"]]
    if not spec["accelerator"]:
        return round(cpu_w, 1)
    board_w = board_watts[spec["accelerator"]]
    return None if board_w is None else round(int(spec["accelerator_count"]) * board_w + cpu_w, 1)


def accelerators(data: DataFolder) -> Table:
    """Build accelerators.csv: the accelerators of the shipped instance types."""
    return table(
        "accelerators.csv",
        "accelerator,bf16_dense_tflops,memory_bandwidth_gb_per_s,board_power_w,basis,source,as_of,licence",
        (_accelerator(row) for row in _used(data)),
        ("accelerator",),
    )


def _accelerator(row: Row) -> dict[str, Value]:
    basis, source, licence = ACCELERATOR_SOURCES[row["spec_source"]]
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


def _used(data: DataFolder) -> Iterator[Row]:
    specs = data.rows("instances/specs.csv", lambda row: (row["provider"], row["instance_type"]) in KEYS)
    names = {row["accelerator"] for row in specs}
    yield from data.rows("hardware/accelerators.csv", lambda row: row["accelerator"] in names)


def _board_watts(data: DataFolder) -> dict[str, float | None]:
    return {row["accelerator"]: _watts(row) for row in _used(data)}


def _watts(row: Row) -> float | None:
    return None if row["accelerator"] in POWER_LEFT_OUT else number(row["board_power_limit_w"])

"""Instance types."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .accelerators import board_watts
from .scope import Scope
from .tables import DataFolder, Row, Table, Value, number, table

#: Most watts of one vCPU under load, by vendor of the CPU (Cascade Lake, EPYC 3rd generation and Graviton2, used for
#: newer CPUs).
MAX_WATTS_PER_VCPU = {"intel": 3.967, "amd": 2.019, "aws": 1.693, "google-axion": 1.693, "alibaba-arm": 1.693}
WATTS_SOURCE = "cloud-carbon-footprint/cloud-carbon-coefficients@dda7621 (2023)"
#: Letter after the generation of an Alibaba family: ``a`` AMD, ``y`` an Arm CPU of its own; others are of Intel.
ALIBABA_FAMILY = re.compile(r"ecs\.[a-z]+\d+([a-z]*)[-.]")
ALIBABA_VENDORS = {"a": "amd", "y": "alibaba-arm"}
#: Letters after the size of an Azure type: an ``a`` among them stands for a CPU of AMD.
AZURE_LETTERS = re.compile(r"Standard_[A-Z]+\d+([a-z]*)_")


@dataclass(frozen=True)
class SpecSource:
    """Where the figures of a type were read; `licence` is that of types with an accelerator if it differs."""

    source: str
    as_of: str
    accelerator_source: str = ""
    accelerator_licence: str = "Apache-2.0"
    network_known: bool = True


SPEC_SOURCES = {
    "karpenter-aws-docs-2026-07": SpecSource(
        "aws/karpenter-provider-aws@1d92708 website/content/en/v1.14/reference/instance-types.md", "2026-07-11"
    ),
    "autoscaler-aws-2026-08": SpecSource(
        "kubernetes/autoscaler@55c37cd cloudprovider/aws (network not stated there)", "2026-08", network_known=False
    ),
    "cyclenerd-gcp-2026-07": SpecSource(
        "Cyclenerd/google-cloud-pricing-cost-calculator@8c32d22 tools/machinetypes.csv; network: "
        "Cyclenerd/google-cloud-compute-machine-types@6df0dc7 instances/series",
        "2026-07-01",
    ),
    "autoscaler-azure-2026-08+ms-docs": SpecSource(
        "kubernetes/autoscaler@55c37cd cloudprovider/azure azure_instance_types.go",
        "2026-08",
        "; accelerators and network: MicrosoftDocs/azure-compute-docs sizes/gpu-accelerated (2024-2025)",
        "Apache-2.0 and CC BY 4.0",
    ),
    "cloudpilot-priceserver-2024-10": SpecSource(
        "cloudpilot-ai/priceserver@de6fe92 alibabacloud_price.json", "2024-10-09", "; accelerator by the family's name"
    ),
}


def instance_types(data: DataFolder, scope: Scope) -> Table:
    """Build instance_types.csv. Idle watts stay empty: the only figures are under a share-alike licence."""
    watts = board_watts(data)
    return table(
        "instance_types.csv",
        "provider,instance_type,vcpu,memory_gib,accelerator,accelerator_count,accelerator_memory_gib,network_gbps,"
        "idle_power_w,max_power_w,basis,source,as_of,licence",
        (_instance_type(spec, watts) for spec in data.rows("instances/specs.csv", scope.holds_type)),
        ("provider", "instance_type"),
    )


def _instance_type(spec: Row, watts: dict[str, float | None]) -> dict[str, Value]:
    read = SPEC_SOURCES[spec["spec_source"]]
    power = max_power_w(spec, watts)
    note = f"; max power estimated: board limits + vCPU x {WATTS_SOURCE}" if power is not None else ""
    return {
        "provider": spec["provider"],
        "instance_type": spec["instance_type"],
        "vcpu": int(spec["vcpu"]),
        "memory_gib": float(spec["memory_gib"]),
        "accelerator": spec["accelerator"],
        "accelerator_count": int(float(spec["accelerator_count"] or 0)),
        "accelerator_memory_gib": float(spec["accelerator_memory_gib"] or 0),
        "network_gbps": number(spec["network_gbps"]) if read.network_known else None,
        "idle_power_w": None,
        "max_power_w": power,
        "basis": "list",
        "source": read.source + (read.accelerator_source if spec["accelerator"] else "") + note,
        "as_of": read.as_of,
        "licence": read.accelerator_licence if spec["accelerator"] else "Apache-2.0",
    }


def max_power_w(spec: Row, watts: dict[str, float | None]) -> float | None:
    """Watts of a busy instance without fans, NICs and switches: accelerators x board limit + vCPU x most W per vCPU.

    None where the vendor of the CPU or the limit of the board is not known.
    """
    per_vcpu = MAX_WATTS_PER_VCPU.get(cpu_vendor(spec))
    if per_vcpu is None:
        return None
    cpu_w = int(spec["vcpu"]) * per_vcpu
    if not spec["accelerator"]:
        return round(cpu_w, 1)
    board_w = watts[spec["accelerator"]]
    return None if board_w is None else round(int(float(spec["accelerator_count"])) * board_w + cpu_w, 1)


def cpu_vendor(spec: Row) -> str:
    """Vendor of the CPU as listed; for Azure and Alibaba, which list none, by the letters of the type's name."""
    if spec["provider"] == "alicloud":
        family = ALIBABA_FAMILY.match(spec["instance_type"])
        return "" if family is None else ALIBABA_VENDORS.get(family[1], "intel")
    if spec["provider"] != "azure":
        return spec["cpu_vendor"]
    found = AZURE_LETTERS.match(spec["instance_type"])
    return "amd" if found is not None and "a" in found[1] else "intel"

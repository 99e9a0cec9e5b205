"""Served models and the measured curves that belong to them."""

from __future__ import annotations

from dataclasses import dataclass

from .tables import DataFolder, Table, Value, table

RUNTIME_GIB = 1.0
HOST_BASE_GIB = 8.0
#: Dense layers of the ranking models: below 20 million parameters in fp32, 0.07 GiB, taken as 0.1.
DENSE_GIB = 0.1
ASSUMED = "assumed by this project: runtime_gib 1, host_base_gib 8"


@dataclass(frozen=True)
class Model:
    """A served model: its row in the collected model list, and where its batch curves are."""

    name: str
    listed_as: str
    curve_model: str
    curve_variant: str
    sequence_length: str
    backend: str
    precisions: tuple[str, ...]
    task: str
    has_tables: bool = False


MODELS = (
    Model("bert-6l-768-s384", "bert-6l-768", "bert-dist6l-768", "", "384", "NVIDIA TensorRT", ("fp16",), "encoder"),
    Model("bert-base-s128", "bert-base", "bert-base", "", "128", "TensorFlow2", ("fp16",), "encoder"),
    *(
        Model(
            f"{name}-criteo-4b",
            f"{name}-criteo-4b",
            f"{name} criteo",
            "4B parameters",
            "",
            "TensorFlow + NVIDIA TensorRT",
            ("fp16", "fp32"),
            "ranking",
            has_tables=True,
        )
        for name in ("dcnv2", "dlrm")
    ),
)


def served_models(data: DataFolder) -> Table:
    """Build served_models.csv."""
    listed = {row["model"]: row for row in data.rows("models/served_models.csv")}

    def row(model: Model) -> dict[str, Value]:
        found = listed[model.listed_as]
        size_gib = float(found["weights_gib_measured_format"])
        source = listed["dlrm-criteo-4b"]["source"] if found["source"] == "as DLRM" else found["source"]
        dense = "; weights_gib is the dense part, at most 0.1" if model.has_tables else ""
        return {
            "served_model": model.name,
            "task": model.task,
            "parameters": int(found["parameters"]),
            "weights_gib": DENSE_GIB if model.has_tables else size_gib,
            "tables_gib": size_gib if model.has_tables else 0,
            "runtime_gib": RUNTIME_GIB,
            "host_base_gib": HOST_BASE_GIB,
            "basis": "estimate",
            "source": f"{source}{dense}; {ASSUMED}",
            "as_of": found["date"],
            "licence": "Apache-2.0",
        }

    return table(
        "served_models.csv",
        "served_model,task,parameters,weights_gib,tables_gib,runtime_gib,host_base_gib,basis,source,as_of,licence",
        map(row, MODELS),
        ("served_model",),
    )

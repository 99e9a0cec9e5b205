"""Cut the measured batch curves that tests, ``make accuracy`` and the docs judge the figures by.

Run ``python tools/build_measurements.py --data ../shared/data``. It writes ``tests/data/measurements/*.csv``, which
``fleetopt profile fit`` reads as they are, and their manifest. Nothing is filtered but what is no fixed batch on one
accelerator: rows that contradict themselves are there to be rejected.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from catalog.accelerators import SOURCES
from catalog.manifest import write_manifest
from catalog.profiles import AS_OF, REPOSITORY
from catalog.tables import DataFolder, Row, Table, Value

ROOT = Path(__file__).resolve().parent.parent
CURVES = "throughput/nvidia_batch_latency_curves.csv"
ACCELERATORS = "hardware/accelerators.csv"
LICENCE = "Apache-2.0"
_NO_SLUG = re.compile(r"[^a-z0-9]+")
#: Families by the beginning of a model's name.
FAMILIES = {"bert": "encoders", "dlrm": "dlrm", "dcnv2": "dcnv2", "wide-and-deep": "wide-and-deep"}


def build(data_folder: Path, out: Path) -> list[Path]:
    """Write one file for each family of models, the peaks of their accelerators, and the manifest."""
    out.mkdir(parents=True, exist_ok=True)
    data = DataFolder(data_folder)
    rows = data.rows(CURVES, _is_fixed_batch)
    tables = [_family(name, [row for row in rows if row["model"].startswith(name)]) for name in FAMILIES]
    tables.append(_peaks(data, {row["accelerator"] for row in rows}))
    files = [table.write(out) for table in tables]
    return [*files, write_manifest(out, files, data, "tools/build_measurements.py")]


def _is_fixed_batch(row: Row) -> bool:
    """Whether a row is a fixed batch on one accelerator with time and throughput."""
    fixed = "static batch" in row["scenario"] and row["accelerator_count"] == "1"
    return fixed and bool(row["throughput"] and row["latency_avg_ms"])


def _family(name: str, rows: list[Row]) -> Table:
    columns = (
        "served_model,precision,accelerator,batch_size,latency_avg_ms,latency_p95_ms,latency_p99_ms,throughput_per_s,"
        "concurrency,source,as_of,licence"
    )
    ordered = sorted(map(_point, rows), key=lambda row: tuple(row[column] for column in columns.split(",")[:4]))
    return Table(f"{FAMILIES[name]}.csv", tuple(columns.split(",")), tuple(ordered))


def _point(row: Row) -> dict[str, Value]:
    return {
        "served_model": "-".join(_names(row)),
        "precision": row["precision"],
        "accelerator": row["accelerator"],
        "batch_size": int(row["batch_size"]),
        "latency_avg_ms": float(row["latency_avg_ms"]),
        "latency_p95_ms": float(row["latency_p95_ms"]),
        "latency_p99_ms": float(row["latency_p99_ms"]),
        "throughput_per_s": float(row["throughput"]),
        "concurrency": int(row["concurrency"] or 1),
        "source": f"{REPOSITORY} {row['reference'].partition(' # ')[0]}; {row['backend']}",
        "as_of": AS_OF,
        "licence": LICENCE,
    }


def _names(row: Row) -> Iterator[str]:
    """What tells one model, software and way of serving from another."""
    length = f"s{row['sequence_length']}" if row["sequence_length"] else ""
    instances = f"{row['model_instances']} instances" if row["model_instances"] != "1" else ""
    for part in (row["model"], row["variant"], length, row["backend"], instances):
        if slug := _NO_SLUG.sub("-", part.lower()).strip("-"):
            yield slug


def _peaks(data: DataFolder, names: set[str]) -> Table:
    columns = "accelerator,bf16_dense_tflops,memory_bandwidth_gb_per_s,source,licence"
    rows: list[dict[str, Value]] = [
        {
            "accelerator": row["accelerator"],
            "bf16_dense_tflops": float(row["bf16_dense_tflops"]),
            "memory_bandwidth_gb_per_s": float(row["memory_bandwidth_gb_s"]),
            "source": SOURCES[row["spec_source"]][1],
            "licence": SOURCES[row["spec_source"]][2],
        }
        for row in data.rows(ACCELERATORS, lambda row: row["accelerator"] in names)
    ]
    return Table(
        "accelerators.csv", tuple(columns.split(",")), tuple(sorted(rows, key=lambda row: str(row["accelerator"])))
    )


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of collected data")
    parser.add_argument("--out", type=Path, default=ROOT / "tests" / "data" / "measurements", help="where to")
    arguments = parser.parse_args()
    for path in build(arguments.data, arguments.out):
        print(path)


if __name__ == "__main__":
    main()

"""Build the catalog that ``fleetopt init`` writes: a few rows of the public catalog, each with its source.

Run ``python tools/build_template.py`` after the public catalog was built; everything else of the template is written by
hand.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "catalogs" / "public-cloud"
OUT = ROOT / "optimizer" / "templates" / "first" / "catalog"

Row = dict[str, str]
TYPES = (("aws", "g4dn.xlarge"), ("aws", "g5.xlarge"), ("aws", "g6.xlarge"), ("gcp", "g2-standard-4"))
PLACES = (("aws", "us-east-1"), ("gcp", "us-central1"))
NAMES = {"/".join(place) for place in PLACES}
MODEL = "bert-base-s128"
ACCELERATORS = ("T4-16GB", "A10G-24GB", "L4-24GB")


def _type(row: Row) -> bool:
    return (row["provider"], row["instance_type"]) in TYPES


def _place(row: Row) -> bool:
    return (row["provider"], row["region"]) in PLACES


#: Which rows of each file are kept.
KEPT: dict[str, Callable[[Row], bool]] = {
    "instance_types": _type,
    "accelerators": lambda row: row["accelerator"] in ACCELERATORS,
    "locations": _place,
    "location_energy": _place,
    "prices": lambda row: _type(row) and _place(row),
    "availability": lambda row: _type(row) and _place(row),
    "network": lambda row: row["from"] in NAMES and row["to"] in NAMES | {"internet"},
    "storage": _place,
    "served_models": lambda row: row["served_model"] == MODEL,
    "profiles": lambda row: row["served_model"] == MODEL and row["accelerator"] in ACCELERATORS,
}


def build(source: Path, out: Path) -> list[Path]:
    """Write the kept rows of every file to `out` and return the files."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name, keep in KEPT.items():
        with (source / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = [row for row in reader if keep(row)]
            columns = reader.fieldnames or []
        path = out / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        written.append(path)
    return written


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, default=SOURCE, help="folder of the public catalog")
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write")
    arguments = parser.parse_args()
    for path in build(arguments.source, arguments.out):
        print(path)


if __name__ == "__main__":
    main()

"""Build the shipped catalog ``catalogs/public-cloud`` from the folder of collected public data.

Run ``python tools/build_catalog.py --data ../shared/data``. The same data gives the same bytes; ``README.md`` of the
catalog is written by hand and not touched.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from catalog import accelerators, energy, instances, locations, models, network, prices, profiles, scope, storage
from catalog.manifest import write_manifest
from catalog.tables import DataFolder, Table

ROOT = Path(__file__).resolve().parent.parent
CATALOG_YAML = """\
format: fleetopt/catalog/1
name: public-cloud
currency: USD
as_of: "2026-07-30"       # newest price; every row states its own date
basis: list               # unless a row says estimate
description: >-
  {types} instance types of AWS, Google Cloud and Azure in {locations} regions, with zones, prices, network, storage,
  and service-time curves of two query encoders and two ranking models. Written by tools/build_catalog.py.
"""


def tables(data: DataFolder, held: scope.Scope) -> list[Table]:
    """Build every table of the catalog."""
    return [
        instances.instance_types(data, held),
        accelerators.accelerators(data, held),
        locations.locations(data, held, locations.countries(data)),
        energy.location_energy(data, held),
        locations.availability(data, held),
        locations.availability_unlicensed(data, held),
        prices.prices(data, held),
        network.network(data, held),
        storage.storage(data, held),
        models.served_models(data),
        profiles.profiles(data, held),
    ]


def build(data_folder: Path, out: Path) -> list[Path]:
    """Write the catalog to `out` and return the files written, the manifest last."""
    out.mkdir(parents=True, exist_ok=True)
    data = DataFolder(data_folder)
    held = scope.public_cloud(data)
    files = [one.write(out) for one in tables(data, held)]
    description = out / "catalog.yaml"
    counts = CATALOG_YAML.format(types=len(held.types), locations=len(held.locations))
    description.write_text(counts, encoding="utf-8")
    files.append(description)
    manifest = write_manifest(out, files, data, "tools/build_catalog.py")
    return [*files, manifest]


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of collected data")
    parser.add_argument("--out", type=Path, default=ROOT / "catalogs" / "public-cloud", help="folder to write")
    arguments = parser.parse_args()
    for path in build(arguments.data, arguments.out):
        print(path)


if __name__ == "__main__":
    main()

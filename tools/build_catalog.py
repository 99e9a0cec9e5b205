"""Build the shipped catalogs from the folder of collected public data.

Run ``python tools/build_catalog.py --data ../shared/data``. The same data gives the same bytes; ``README.md`` of a
catalog is written by hand and not touched.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from catalog.catalogs import CATALOGS
from catalog.manifest import write_manifest
from catalog.tables import DataFolder

ROOT = Path(__file__).resolve().parent.parent


def build(data_folder: Path, out: Path, name: str) -> list[Path]:
    """Write the catalog `name` to `out` and return the files written, the manifest last."""
    out.mkdir(parents=True, exist_ok=True)
    data = DataFolder(data_folder)
    built = CATALOGS[name](data)
    files = [one.write(out) for one in built.tables]
    description = out / "catalog.yaml"
    description.write_text(built.description, encoding="utf-8")
    files.append(description)
    manifest = write_manifest(out, files, data, "tools/build_catalog.py")
    return [*files, manifest]


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of collected data")
    parser.add_argument("--out", type=Path, default=ROOT / "catalogs", help="folder of the catalogs")
    parser.add_argument("names", nargs="*", default=sorted(CATALOGS), help="catalogs to build; all if none is named")
    arguments = parser.parse_args()
    for name in arguments.names:
        for path in build(arguments.data, arguments.out / name, name):
            print(path)


if __name__ == "__main__":
    main()

"""One catalog folder as tables: read once, each cell checked, not yet compared with anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.inputs.catalog_tables import TABLES, TableSpec
from optimizer.inputs.collection import collection_put_off
from optimizer.inputs.csv_table import Table, read_table
from optimizer.inputs.document import Node
from optimizer.inputs.explain import validate
from optimizer.inputs.faults import Faults
from optimizer.inputs.files import decode, is_file, read_bytes
from optimizer.inputs.overrides import read_document
from optimizer.inputs.raw_table import RawTable, read_raw_table
from optimizer.inputs.schema import CatalogKeys
from optimizer.inputs.shipped import CATALOG_FILE, Found
from optimizer.inputs.wording import likely_name


@dataclass(frozen=True, slots=True, eq=False)
class CatalogPart:
    """One folder: its ``catalog.yaml``, its tables by file name, and a hash that row order does not change."""

    found: Found
    document: Node
    keys: CatalogKeys
    tables: Mapping[str, Table]
    sha256: str

    def broken_file(self, name: str) -> bool:
        """Whether a file is there although it gave no table: that was told when it was read."""
        return name not in self.tables and is_file(self.found.path / name)


@collection_put_off()
def read_part(found: Found, faults: Faults) -> CatalogPart | None:
    """Read a catalog folder; None where its ``catalog.yaml`` cannot be used (tables are checked all the same)."""
    _refuse_near_names(found, faults)
    document = read_document(found.path / CATALOG_FILE, f"{found.shown}/{CATALOG_FILE}", faults)
    keys = None if document is None else validate(CatalogKeys, document, faults)
    raw = {spec.file: table for spec in TABLES if (table := _read_raw(found, spec, faults)) is not None}
    tables = {
        spec.file: read_table(raw[spec.file], spec.columns, spec.key, faults) for spec in TABLES if spec.file in raw
    }
    if document is None or keys is None:
        return None
    return CatalogPart(found, document, keys, tables, _fingerprint(keys, raw))


def _refuse_near_names(found: Found, faults: Faults) -> None:
    """Tell files whose name is nearly that of one that is not there: they would not be read."""
    known = {spec.file.removesuffix(".csv") for spec in TABLES}
    absent = [name for name in known if not is_file(found.path / f"{name}.csv")]
    for name in sorted({file.stem for file in found.path.glob("*.csv")} - known):
        if meant := likely_name(name, absent, alike=0.75):
            place = f"{found.shown}/{name}.csv"
            faults.add(place, "is none of the files of a catalog", f"Did you mean {meant}.csv?", "unknown-file")


def _read_raw(found: Found, spec: TableSpec, faults: Faults) -> RawTable | None:
    path, shown = found.path / spec.file, f"{found.shown}/{spec.file}"
    if not is_file(path):
        return None
    content = read_bytes(path, shown, faults)
    text = None if content is None else decode(content, shown, faults)
    return None if text is None else read_raw_table(text, shown, faults)


def _fingerprint(keys: CatalogKeys, raw: Mapping[str, RawTable]) -> str:
    """Return the SHA-256 of what the catalog says, whatever the order of rows and columns and the line ends."""
    files = {}
    for name, table in raw.items():
        order = sorted(range(len(table.header)), key=lambda index: table.header[index])
        columns = [[cell.strip() for cell in table.cells[index]] for index in order]
        files[name] = [tuple(table.header[index] for index in order), *sorted(zip(*columns, strict=True))]
    text = json.dumps({"catalog": keys.model_dump(), "files": files}, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()

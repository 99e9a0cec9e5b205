"""``catalog.md``: every file and column of a catalog."""

from __future__ import annotations

from optimizer.inputs.catalog_tables import TABLES, TableSpec
from optimizer.inputs.meanings import CATALOG_MEANINGS, PROVENANCE_MEANINGS
from optimizer.inputs.schema import CatalogKeys
from reference.columns import column_table
from reference.scenario import key_tables
from reference.words import joined

INTRO = """\
# Files and columns of a catalog

A catalog is a folder with `catalog.yaml` and CSV files; commas or semicolons separate their cells. An empty cell says
that the figure is not known; it is never read as 0. Every row names its source, its date and how the figure came to be.
`fleetopt catalog check FOLDER` tells every fault of a whole catalog; one that is laid over another is checked with the
scenario that names both.

Of several catalogs that a scenario names, a row of a later one replaces the row with the same key of an earlier one. A
catalog that is only ever laid over another needs `catalog.yaml` and the files it changes.
"""


def catalog_page() -> str:
    """Return the page."""
    return "\n".join((INTRO, key_tables(CatalogKeys, "The file catalog.yaml"), *map(_file, TABLES)))


def _file(spec: TableSpec) -> str:
    meanings = {**PROVENANCE_MEANINGS, **CATALOG_MEANINGS[spec.file]}
    key = joined(f"`{name}`" for name in spec.key)
    needed = "" if spec.needed else " The file may be left out."
    return f"## `{spec.file}`\n\nA row is named by {key}.{needed}\n\n" + column_table(spec.columns, meanings)

"""Curves written to a catalog folder: a new one, or rows of one that exists replaced and added."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from optimizer.cli.guard import told
from optimizer.domain.measured import ProfileFit
from optimizer.errors import FleetoptError
from optimizer.inputs.catalog_tables import PROFILES
from optimizer.inputs.csv_table import read_table
from optimizer.inputs.faults import Faults
from optimizer.inputs.files import decode, read_bytes
from optimizer.inputs.raw_table import read_raw_table
from optimizer.inputs.shipped import CATALOG_FILE, shipped_catalogs
from optimizer.report.csv_table import Value, csv_text
from optimizer.report.profile_rows import PROFILE_COLUMNS, key_of, profile_rows
from optimizer.report.words import counted
from optimizer.whole_file import refuse_unwritable, write_file

_NO_SLUG = re.compile(r"[^a-z0-9]+")
DESCRIPTION = """\
format: fleetopt/catalog/1
name: {name}
currency: {currency}
as_of: "{as_of}"
basis: quote
description: Service times that we measured
"""


@dataclass(frozen=True, slots=True)
class Existing:
    """Rows of curves that a folder has already, as text in the order of `PROFILE_COLUMNS`."""

    rows: tuple[tuple[str, ...], ...]
    has_description: bool


def refuse_bad_folder(folder: Path, reads: Sequence[Path]) -> Existing:
    """Return what a folder holds, or say why curves cannot be written to it before time is spent.

    Raises
    ------
    FleetoptError
        If it is a file, lies in no folder, is a shipped catalog, may not be written, or its rows cannot be read.
    """
    if folder.is_dir():
        if folder.resolve() in {path.resolve() for path in shipped_catalogs().values()}:
            raise FleetoptError(f"{folder}: comes with fleetopt. Name a folder of yours: it is laid over that catalog.")
        refuse_unwritable(folder / PROFILES.file, reads)
        return Existing(_rows_of(folder / PROFILES.file), (folder / CATALOG_FILE).is_file())
    if folder.exists():
        raise FleetoptError(f"{folder}: is no folder. Name a folder for the catalog.")
    if not folder.parent.is_dir():
        raise FleetoptError(f"{folder}: folder {folder.parent} does not exist. Make it first, or name another.")
    return Existing((), has_description=False)


def _rows_of(path: Path) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a ``profiles.csv``; none where there is no such file."""
    if not path.is_file():
        return ()
    faults = Faults()
    content = read_bytes(path, str(path), faults)
    text = None if content is None else decode(content, str(path), faults)
    raw = None if text is None else read_raw_table(text, str(path), faults)
    if raw is not None:
        read_table(raw, PROFILES.columns, PROFILES.key, faults)
    faults.raise_if_any()
    assert raw is not None
    columns = [raw.cells[raw.header.index(n)] if n in raw.header else [""] * len(raw) for n in PROFILE_COLUMNS]
    return tuple(tuple(cell.strip() for cell in row) for row in zip(*columns, strict=True))


def write_into(folder: Path, fit: ProfileFit, existing: Existing | None, currency: str, *, quiet: bool) -> None:
    """Write curves; a curve of the folder with the same name is replaced, the others stay.

    Estimates do not replace what was measured.
    """
    there = existing or Existing((), has_description=False)
    new = profile_rows(fit)
    basis = PROFILE_COLUMNS.index("basis")
    measured_there = {key_of(row) for row in there.rows if row[basis] != "estimated"}
    new = [row for row in new if row[basis] != "estimated" or key_of(row) not in measured_there]
    named = {key_of(row) for row in new}
    kept: list[Sequence[Value]] = [row for row in there.rows if key_of(row) not in named]
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise FleetoptError(f"{folder}: cannot be made ({error.strerror or error}). Name another folder.") from error
    write_file(folder / PROFILES.file, csv_text(PROFILE_COLUMNS, [*kept, *new]))
    if not there.has_description:
        as_of = max(curve.measured.as_of for curve in fit.curves)
        name = _NO_SLUG.sub("-", folder.resolve().name.lower()).strip("-") or "measured"
        write_file(folder / CATALOG_FILE, DESCRIPTION.format(name=name, currency=currency, as_of=as_of))
    if not quiet:
        replaced = len({key_of(row) for row in there.rows} & named)
        told(
            f"wrote {folder / PROFILES.file}: {counted(len(named), 'curve')}"
            + (f", {replaced} of them in the place of one that was there" if replaced else "")
        )
        told(f"plan with it: fleetopt plan SCENARIO --set {shlex.quote(f'catalog=[public-cloud, {folder}]')}")

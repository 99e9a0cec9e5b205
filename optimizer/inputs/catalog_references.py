"""Names in one catalog file that stand for rows of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.domain.scenario import INTERNET
from optimizer.inputs import catalog_tables as tables
from optimizer.inputs.csv_table import Table
from optimizer.inputs.faults import Faults
from optimizer.inputs.wording import did_you_mean, show

Tables = Mapping[str, Table]
_PLACE = ("provider", "region")
_TYPE = ("provider", "instance_type")

#: File, columns that form a name, column the fault is placed at, and the kind of thing named.
REFERENCES: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    (tables.INSTANCE_TYPES.file, ("accelerator",), "accelerator", "accelerators"),
    (tables.LOCATION_ENERGY.file, _PLACE, "region", "locations"),
    (tables.PRICES.file, _TYPE, "instance_type", "instance types"),
    (tables.PRICES.file, _PLACE, "region", "locations"),
    (tables.AVAILABILITY.file, _TYPE, "instance_type", "instance types"),
    (tables.AVAILABILITY.file, _PLACE, "region", "locations"),
    (tables.AVAILABILITY_UNLICENSED.file, _TYPE, "instance_type", "instance types"),
    (tables.AVAILABILITY_UNLICENSED.file, _PLACE, "region", "locations"),
    (tables.NETWORK.file, ("from",), "from", "locations"),
    (tables.NETWORK.file, ("to",), "to", "destinations"),
    (tables.STORAGE.file, _PLACE, "region", "locations"),
    (tables.PROFILES.file, ("served_model",), "served_model", "served models"),
    (tables.PROFILES.file, ("accelerator",), "accelerator", "accelerators"),
    (tables.OWNED.file, _TYPE, "instance_type", "instance types"),
    (tables.OWNED.file, _PLACE, "region", "locations"),
    (tables.SITES.file, _PLACE, "region", "locations"),
)
#: Kind of thing: the file that lists it, and the columns that name it.
LISTED = {
    "accelerators": (tables.ACCELERATORS.file, ("accelerator",)),
    "instance types": (tables.INSTANCE_TYPES.file, _TYPE),
    "locations": (tables.LOCATIONS.file, _PLACE),
    "served models": (tables.SERVED_MODELS.file, ("served_model",)),
}


@dataclass(frozen=True, slots=True)
class Known:
    """Names of one kind, and the files that list them."""

    names: set[str]
    files: str


def check_references(parts: Sequence[Tables], faults: Faults) -> None:
    """Tell names that no file of any of the catalogs lists, and zones that a location does not have.

    A file that is missing or has names that cannot be read was told already; nothing is looked up in it then.
    """
    known = {kind: _known(parts, file, columns) for kind, (file, columns) in LISTED.items()}
    places = known["locations"]
    known["destinations"] = None if places is None else Known({*places.names, INTERNET}, places.files)
    for part in parts:
        for file, columns, place, kind in REFERENCES:
            there = known[kind]
            if file in part and there is not None:
                _check(part[file], columns, place, kind, there, faults)
    zones = _zones(parts)
    for part in parts:
        for spec in (tables.AVAILABILITY, tables.AVAILABILITY_UNLICENSED):
            if spec.file in part and places is not None:
                _check_zones(part[spec.file], zones, places.files, faults)


def _joined(table: Table, columns: Sequence[str]) -> list[str | None]:
    """Return the name each row forms, ``provider/region``; None where a part of it is missing."""
    parts = zip(*(table.columns[column] for column in columns), strict=True)
    return [None if None in name else "/".join(name) for name in parts]


def _known(parts: Sequence[Tables], file: str, columns: Sequence[str]) -> Known | None:
    """Return the names a file lists over all catalogs, None where it is missing or a name cannot be read."""
    listing = [part[file] for part in parts if file in part]
    names = {name for table in listing for name in _joined(table, columns)}
    if not listing or None in names:
        return None
    return Known({name for name in names if name is not None}, " and ".join(table.file for table in listing))


def _check(table: Table, columns: Sequence[str], place: str, kind: str, known: Known, faults: Faults) -> None:
    """Tell each name that is not listed once, at its first row."""
    different = set(zip(*(table.columns[column] for column in columns), strict=True))
    if all(None not in name and "/".join(name) in known.names for name in different):
        return
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(_joined(table, columns)):
        if name is not None and name not in known.names:
            rows.setdefault(name, []).append(row)
    for name, found in rows.items():
        times = f" in {len(found)} rows" if len(found) > 1 else ""
        what = f"not among the {kind} of the catalog (found {show(name)}{times})"
        mend = did_you_mean(name, known.names, kind, known.files)
        faults.add_unless_told(table.where(found[0], place), what, mend, "unknown-name")


def _zones(parts: Sequence[Tables]) -> dict[str, Any]:
    zones: dict[str, Any] = {}
    for part in parts:
        if (table := part.get(tables.LOCATIONS.file)) is not None:
            zones.update(zip(map(str, _joined(table, _PLACE)), table.columns["zones"], strict=True))
    return zones


def _check_zones(table: Table, zones: Mapping[str, Any], files: str, faults: Faults) -> None:
    for row, (place, sold) in enumerate(zip(_joined(table, _PLACE), table.columns["zones"], strict=True)):
        there = zones.get(str(place))
        if not (there and sold):
            continue
        for zone in sorted(set(sold) - set(there)):
            what = f"{place} has no such zone (found {show(zone)})"
            mend = did_you_mean(zone, there, "zones", files)
            faults.add_unless_told(table.where(row, "zones"), what, mend, "unknown-name")

"""Catalogs: one or several folders of facts as one record, every fault of every file at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from optimizer.domain.catalog import Catalog
from optimizer.domain.purchase import CurrencyRate
from optimizer.inputs import catalog_owned
from optimizer.inputs import catalog_records as records
from optimizer.inputs import catalog_tables as tables
from optimizer.inputs.catalog_part import CatalogPart, read_part
from optimizer.inputs.catalog_references import check_references
from optimizer.inputs.csv_table import Table
from optimizer.inputs.currency import in_currency
from optimizer.inputs.document import place_of
from optimizer.inputs.faults import Faults
from optimizer.inputs.shipped import find_catalog

Reader = Callable[[Table, Faults], records.Keyed]
#: What is built from which file, in a fixed order; two kinds come from ``network.csv``, and zones from two files.
READERS: tuple[tuple[str, str, Reader], ...] = (
    ("instance_types", tables.INSTANCE_TYPES.file, records.instance_types),
    ("accelerators", tables.ACCELERATORS.file, records.accelerators),
    ("locations", tables.LOCATIONS.file, records.locations),
    ("location_energy", tables.LOCATION_ENERGY.file, records.location_energy),
    ("prices", tables.PRICES.file, records.prices),
    ("availability", tables.AVAILABILITY.file, records.availability),
    ("availability", tables.AVAILABILITY_UNLICENSED.file, records.availability),
    ("round_trips", tables.NETWORK.file, records.round_trips),
    ("transfer", tables.NETWORK.file, records.transfer),
    ("storage", tables.STORAGE.file, records.storage),
    ("served_models", tables.SERVED_MODELS.file, records.served_models),
    ("profiles", tables.PROFILES.file, records.profiles),
    ("owned", tables.OWNED.file, catalog_owned.owned),
    ("sites", tables.SITES.file, catalog_owned.sites),
)
Records = dict[str, dict[Any, Any]]
#: Overridden rows that are named.
EXAMPLES = 3
#: Basis of a curve that nobody measured.
ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class ReadCatalog:
    """A catalog, and what its reader wants to have said about it."""

    catalog: Catalog
    warnings: tuple[str, ...]


def load_catalog(names: Sequence[str], relative_to: Path | None = None) -> Catalog:
    """Read one or several catalogs as one.

    Parameters
    ----------
    names
        Shipped names, or paths of folders; rows of a later one override those of earlier ones.
    relative_to
        Folder that paths are relative to; the working folder if not given.

    Returns
    -------
    Catalog
        Independent of the order of rows in its files.

    Raises
    ------
    InputError
        With every fault of every file.
    """
    faults = Faults()
    if not names:
        faults.add("catalog", "no catalog is named", "Name one, for example public-cloud.", "missing")
    found = read_catalogs(names, relative_to, [f"catalog {name}" for name in names], faults)
    if found is None or len(faults):
        faults.refuse()
    return found.catalog


def read_catalogs(
    names: Sequence[str],
    relative_to: Path | None,
    places: Sequence[str],
    faults: Faults,
    rates: Sequence[CurrencyRate] = (),
) -> ReadCatalog | None:
    """Read catalogs as one; None where a fault was found in any of them.

    Parameters
    ----------
    places
        Where each name was given, for the fault that there is no such catalog.
    rates
        Dated rates that bring a catalog into the currency of the first one.
    """
    before = len(faults)
    parts = []
    for name, place in zip(names, places, strict=True):
        found = find_catalog(name, relative_to, place, faults)
        part = read_part(found, faults) if found is not None else None
        parts += [part] if part is not None else []
    if len(parts) < len(names) or not parts:
        return None
    _refuse_missing_files(parts, faults)
    _refuse_currencies(parts, rates, faults)
    check_references([part.tables for part in parts], faults)
    by_part = [_records(part, faults) for part in parts]
    by_part = [_converted(part, parts[0], built, rates) for part, built in zip(parts, by_part, strict=True)]
    if len(faults) > before:
        return None
    merged, warnings = _merge(parts, by_part)
    catalog_owned.check_owned(merged, f"{parts[-1].found.shown}/{tables.OWNED.file}", faults)
    if len(faults) > before:
        return None
    return ReadCatalog(_catalog(parts, merged), tuple(warnings))


def _refuse_missing_files(parts: Sequence[CatalogPart], faults: Faults) -> None:
    for spec in tables.TABLES:
        if spec.needed and not any(spec.file in part.tables or part.broken_file(spec.file) for part in parts):
            place = f"{parts[0].found.shown}/{spec.file}"
            columns = ",".join(column.name for column in spec.columns if column.required)
            faults.add_unless_told(place, "no such file", f"Write it with the columns {columns}.", "no-file")


def _refuse_currencies(parts: Sequence[CatalogPart], rates: Sequence[CurrencyRate], faults: Faults) -> None:
    first, known = parts[0].keys, {rate.currency for rate in rates}
    for part in parts[1:]:
        if part.keys.currency not in {first.currency, *known}:
            what = f"one plan has one currency (found {part.keys.currency}, {first.name} has {first.currency})"
            mend = f"Give currency_rates an entry for {part.keys.currency}: rate in {first.currency}, as_of and source."
            faults.add(place_of(part.document, ("currency",)), what, mend, "currency")


def _converted(part: CatalogPart, first: CatalogPart, built: Records, rates: Sequence[CurrencyRate]) -> Records:
    """Return the records of a part in the currency of the first one."""
    if part.keys.currency == first.keys.currency:
        return built
    rate = next((item for item in rates if item.currency == part.keys.currency), None)
    return built if rate is None else in_currency(built, rate)


def _records(part: CatalogPart, faults: Faults) -> Records:
    """Return the records of one folder by kind and key."""
    built: Records = {kind: {} for kind, _, _ in READERS}
    for kind, file, reader in READERS:
        for key, record in reader(part.tables[file], faults) if file in part.tables else ():
            if kind == "availability" and key in built[kind]:
                place = f"{part.found.shown}/{file} {', '.join(key)}"
                faults.add(place, f"is in {tables.AVAILABILITY.file} too", "Delete one of the two.", "duplicate-row")
            built[kind][key] = record
    return built


def _merge(parts: Sequence[CatalogPart], by_part: Sequence[Records]) -> tuple[Records, list[str]]:
    """Lay the records of later folders over those of earlier ones, and say which of them that changed."""
    merged: Records = {kind: {} for kind, _, _ in READERS}
    warnings = []
    for part, built in zip(parts, by_part, strict=True):
        for kind, found in built.items():
            rows = found
            if kind == "profiles":
                rows, weaker = _measured_first(found, merged[kind])
                if weaker:
                    what = f"{len(weaker)} estimated profiles do not override measured ones of earlier catalogs"
                    warnings.append(f"catalog {part.keys.name}: {what} ({_examples(weaker)}).")
            changed = [key for key, row in rows.items() if merged[kind].get(key, row) != row]
            if changed:
                what = f"{len(changed)} {kind.replace('_', ' ')} override those of earlier catalogs"
                warnings.append(f"catalog {part.keys.name}: {what} ({_examples(changed)}).")
            merged[kind].update(rows)
    return merged, warnings


def _measured_first(rows: dict[Any, Any], earlier: Mapping[Any, Any]) -> tuple[dict[Any, Any], list[Any]]:
    """Part curves into those that count and the keys of estimates for what was measured, whatever the order."""
    weaker = [
        key
        for key, curve in rows.items()
        if curve.source.basis == ESTIMATED and key in earlier and earlier[key].source.basis != ESTIMATED
    ]
    return {key: curve for key, curve in rows.items() if key not in weaker}, weaker


def _examples(keys: Sequence[tuple[Any, ...]]) -> str:
    """Name the first few keys and count the rest."""
    named = [" ".join(map(str, key)) for key in sorted(keys)[:EXAMPLES]]
    rest = len(keys) - len(named)
    return "; ".join(named) + (f" and {rest} more" if rest else "")


def _catalog(parts: Sequence[CatalogPart], merged: Records) -> Catalog:
    pairs = {kind: dict(sorted(rows.items())) for kind, rows in merged.items()}
    hashes = [part.sha256 for part in parts]
    return Catalog(
        name=" + ".join(part.keys.name for part in parts),
        currency=parts[0].keys.currency,
        as_of=min(part.keys.as_of for part in parts),
        sha256=hashes[0] if len(hashes) == 1 else hashlib.sha256("+".join(hashes).encode()).hexdigest(),
        instance_types=pairs["instance_types"],
        accelerators=_by_name(pairs["accelerators"]),
        locations=_with_energy(_by_name(pairs["locations"]), _by_name(pairs["location_energy"])),
        prices=pairs["prices"],
        availability=pairs["availability"],
        round_trips=pairs["round_trips"],
        transfer=pairs["transfer"],
        storage=pairs["storage"],
        served_models=_by_name(pairs["served_models"]),
        profiles=tuple(pairs["profiles"].values()),
        owned=pairs["owned"],
        sites=_by_name(pairs["sites"]),
        idle_power_share=_idle_power_share(parts),
        folders=tuple(str(part.found.path) for part in parts),
    )


def _idle_power_share(parts: Sequence[CatalogPart]) -> float:
    """Return what the last catalog that says so gives, else the default."""
    given = [part.keys for part in parts if "idle_power_share" in part.keys.model_fields_set]
    return (given or [parts[0].keys])[-1].idle_power_share


def _by_name(rows: Mapping[tuple[str], Any]) -> dict[str, Any]:
    return {key[0]: row for key, row in rows.items()}


def _with_energy(places: Mapping[str, Any], energy: Mapping[str, Any]) -> dict[str, Any]:
    unknown = (None, None, None)
    result = {}
    for name, place in places.items():
        pue, grid, price = energy.get(name, unknown)
        result[name] = replace(place, pue=pue, grid_gco2_per_kwh=grid, electricity_price_per_kwh=price)
    return result

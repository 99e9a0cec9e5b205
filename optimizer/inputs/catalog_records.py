"""From table rows to catalog records, with the rules that hold within one row or one curve."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

from optimizer.domain.catalog import (
    Accelerator,
    Availability,
    InstanceType,
    Location,
    Price,
    ProfileCurve,
    RoundTrip,
    ServedModel,
    Source,
    StoragePrice,
    TransferTier,
)
from optimizer.inputs.csv_table import Row, Table
from optimizer.inputs.faults import Faults
from optimizer.units import seconds

#: Key and record, as the catalog's mappings hold them.
Keyed = Iterator[tuple[Any, Any]]
TERM_MONTHS = {"on_demand": 0, "spot": 0, "committed_1y": 12, "committed_3y": 36}


@lru_cache(maxsize=4096)
def _source(basis: str, source: str, as_of: str, licence: str | None) -> Source:
    """Return a source; rows that say the same share one."""
    return Source(basis, source, as_of, licence or "")


def source_of(row: Row) -> Source:
    """Return where a row comes from."""
    return _source(row["basis"], row["source"], row["as_of"], row["licence"])


def place_name(row: Row) -> str:
    """Return the location of a row as scenarios name it: ``provider/region``."""
    return f"{row['provider']}/{row['region']}"


def instance_types(table: Table, faults: Faults) -> Keyed:
    """Yield instance types; accelerator, count and memory must be given together."""
    for index, row in table.rows():
        name, count, memory = row["accelerator"], row["accelerator_count"] or 0, row["accelerator_memory_gib"] or 0.0
        if (name is None) != (count == 0) or (name is None) != (memory == 0.0):
            what = f"accelerator, count and memory must be given together (found {name or 'none'}, {count}, {memory:g})"
            mend = "Leave all three empty, or fill them all in."
            faults.add_unless_told(table.where(index, "accelerator"), what, mend, "contradiction")
        yield (
            (row["provider"], row["instance_type"]),
            InstanceType(
                provider=row["provider"],
                name=row["instance_type"],
                vcpu=row["vcpu"],
                memory_gib=row["memory_gib"],
                accelerator=name,
                accelerator_count=count,
                accelerator_memory_gib=memory,
                network_gbps=row["network_gbps"],
                idle_power_w=row["idle_power_w"],
                max_power_w=row["max_power_w"],
                source=source_of(row),
            ),
        )


def accelerators(table: Table, faults: Faults) -> Keyed:  # noqa: ARG001  one signature for all tables
    """Yield accelerators."""
    for _, row in table.rows():
        yield (
            (row["accelerator"],),
            Accelerator(
                row["accelerator"],
                row["bf16_dense_tflops"],
                row["memory_bandwidth_gb_per_s"],
                row["board_power_w"],
                source_of(row),
            ),
        )


def locations(table: Table, faults: Faults) -> Keyed:  # noqa: ARG001  as above
    """Yield locations, their energy figures still unknown."""
    for _, row in table.rows():
        place = Location(row["provider"], row["region"], row["zones"], row["country"], None, None, None, source_of(row))
        yield (place.name,), place


def location_energy(table: Table, faults: Faults) -> Keyed:  # noqa: ARG001  as above
    """Yield PUE, grid carbon and electricity price by location."""
    for _, row in table.rows():
        yield (place_name(row),), (row["pue"], row["grid_gco2_per_kwh"], row["electricity_price_per_kwh"])


def prices(table: Table, faults: Faults) -> Keyed:
    """Yield prices; an offered one is above 0, an unknown one is empty."""
    for index, row in table.rows():
        place, option, status = place_name(row), row["purchase_option"], row["status"]
        price, term = row["price_per_hour"], row["term_months"] or 0
        if not _price_fits(status, price, term, option):
            _tell_price(table, index, row, faults)
        yield (
            (row["provider"], row["instance_type"], place, option),
            Price(
                row["provider"],
                row["instance_type"],
                place,
                option,
                status,
                price,
                row["upfront"] or 0.0,
                term,
                source_of(row),
            ),
        )


def _price_fits(status: str, price: float | None, term: int, option: str) -> bool:
    """Whether status, price and term agree; looked at for every row, so that only others are looked at closely."""
    if status == "offered":
        return price is not None and price != 0.0 and term == TERM_MONTHS[option]
    return price is None or (price != 0.0 and status != "unknown")


def _tell_price(table: Table, index: int, row: Row, faults: Faults) -> None:
    place, price, term = table.where(index, "price_per_hour"), row["price_per_hour"], row["term_months"] or 0
    if row["status"] == "offered" and price is None:
        mend = "Give the price, or status unknown: a missing price is never 0."
        faults.add_unless_told(place, "is missing for an offered instance", mend, "no-value")
    if price == 0.0:
        mend = "Give the list price, or leave it empty with status unknown."
        faults.add_unless_told(place, "must be above 0 (found 0)", mend, "out-of-range")
    elif row["status"] == "unknown" and price is not None:
        mend = "Leave it empty, or give status offered."
        faults.add_unless_told(place, f"must be empty where the status is unknown (found {price:g})", mend)
    if row["status"] == "offered" and term != TERM_MONTHS[row["purchase_option"]]:
        what = f"must be {TERM_MONTHS[row['purchase_option']]} for {row['purchase_option']} (found {term})"
        faults.add_unless_told(table.where(index, "term_months"), what, "Correct the term, or the option.")


def availability(table: Table, faults: Faults) -> Keyed:  # noqa: ARG001  as above
    """Yield the zones that sell a type."""
    for _, row in table.rows():
        provider, name, place = row["provider"], row["instance_type"], place_name(row)
        yield (provider, name, place), Availability(provider, name, place, row["zones"], source_of(row))


def round_trips(table: Table, faults: Faults) -> Keyed:
    """Yield round trips both ways round; rows that state the same pair must agree."""
    told: dict[tuple[str, str], tuple[float, int]] = {}
    for index, row in table.rows():
        a, b, rtt_ms = row["from"], row["to"], row["rtt_ms"]
        _check_network(table, index, row, faults)
        if rtt_ms is None:
            continue
        first_ms, first_index = told.setdefault((min(a, b), max(a, b)), (rtt_ms, index))
        if rtt_ms != first_ms:
            what = f"differs from line {table.lines[first_index]} (found {rtt_ms:g} and {first_ms:g})"
            mend = f"Give one round trip between {a} and {b}."
            faults.add_unless_told(table.where(index, "rtt_ms"), what, mend, "contradiction")
            continue
        source = _source("stated", row["rtt_source"] or "", row["rtt_as_of"] or "", row["licence"])
        for one, other in ((a, b), (b, a)):
            yield (one, other), RoundTrip(one, other, seconds(rtt_ms), source)


#: Columns of ``network.csv`` that a figure does not go without: a row without source or date is refused.
NEEDED_BESIDE = {
    "rtt_source": "rtt_ms",
    "rtt_as_of": "rtt_ms",
    "tier_from_gb": "price_per_gb",
    "price_basis": "price_per_gb",
    "price_source": "price_per_gb",
    "price_as_of": "price_per_gb",
}


def _check_network(table: Table, index: int, row: Row, faults: Faults) -> None:
    if row["rtt_ms"] is None and row["price_per_gb"] is None:
        mend = "Give rtt_ms or price_per_gb, or delete the row."
        faults.add_unless_told(table.where(index, "rtt_ms"), "neither rtt_ms nor price_per_gb is given", mend)
    for column, figure in NEEDED_BESIDE.items():
        if row[figure] is not None and row[column] is None:
            what = f"is missing beside {figure}"
            faults.add_unless_told(table.where(index, column), what, "Give it, or delete the row.", "no-value")


def transfer(table: Table, faults: Faults) -> Keyed:
    """Yield the price tiers of each pair by rising volume; the first starts at 0."""
    tiers: dict[tuple[str, str], list[tuple[TransferTier, int]]] = {}
    for index, row in table.rows():
        if row["price_per_gb"] is None or row["tier_from_gb"] is None:
            continue
        basis, told, as_of = row["price_basis"] or "", row["price_source"] or "", row["price_as_of"] or ""
        source = _source(basis, told, as_of, row["licence"])
        tier = TransferTier(row["from"], row["to"], row["tier_from_gb"], row["price_per_gb"], source)
        tiers.setdefault((row["from"], row["to"]), []).append((tier, index))
    for (origin, destination), found in tiers.items():
        found.sort(key=lambda item: item[0].from_gb)
        lowest, index = found[0]
        if lowest.from_gb != 0.0 and not table.faulty:
            what = f"the first tier must start at 0 (found {lowest.from_gb:g})"
            faults.add_unless_told(table.where(index, "tier_from_gb"), what, "Add the tier from 0.", "out-of-range")
        yield (origin, destination), tuple(tier for tier, _ in found)


def storage(table: Table, faults: Faults) -> Keyed:  # noqa: ARG001  as above
    """Yield storage prices."""
    for _, row in table.rows():
        kind, place = row["storage_class"], place_name(row)
        yield (kind, place), StoragePrice(kind, place, row["price_per_gb_month"], source_of(row))


def served_models(table: Table, faults: Faults) -> Keyed:  # noqa: ARG001  as above
    """Yield served models."""
    for _, row in table.rows():
        yield (
            (row["served_model"],),
            ServedModel(
                name=row["served_model"],
                parameters=row["parameters"],
                weights_gib=row["weights_gib"],
                tables_gib=row["tables_gib"],
                runtime_gib=row["runtime_gib"],
                host_base_gib=row["host_base_gib"],
                source=source_of(row),
            ),
        )


CURVE_KEY = ("served_model", "precision", "accelerator", "accelerators_per_replica")


def profiles(table: Table, faults: Faults) -> Keyed:
    """Yield curves by rising batch size; a larger batch is never served sooner, band and basis hold for a whole curve.

    The source of a curve is that of its smallest batch.
    """
    points: dict[tuple[Any, ...], list[tuple[int, Row]]] = {}
    for index, row in table.rows():
        points.setdefault(tuple(row[name] for name in CURVE_KEY), []).append((index, row))
    for key, found in points.items():
        found.sort(key=lambda item: item[1]["batch_size"])
        _check_curve(table, found, faults)
        first = found[0][1]
        model, precision, accelerator, count = key
        yield (
            key,
            ProfileCurve(
                served_model=model,
                precision=precision,
                accelerator=accelerator,
                accelerators_per_replica=count,
                batch_items=tuple(row["batch_size"] for _, row in found),
                service_s=tuple(row["service_time_s"] for _, row in found),
                error_band=first["error_band"],
                min_vcpu=first["min_vcpu"] or 0,
                source=source_of(first),
            ),
        )


def _check_curve(table: Table, points: list[tuple[int, Row]], faults: Faults) -> None:
    first_index, first = points[0]
    for (_, smaller), (index, larger) in pairwise(points):
        if larger["service_time_s"] < smaller["service_time_s"]:
            what = (
                f"batch {larger['batch_size']} is served sooner than batch {smaller['batch_size']} "
                f"(found {larger['service_time_s']:g} and {smaller['service_time_s']:g} s)"
            )
            mend = "Measure again, or delete one of the two rows."
            faults.add_unless_told(table.where(index, "service_time_s"), what, mend, "out-of-order")
        for column in ("error_band", "basis", "min_vcpu"):
            if larger[column] != first[column]:
                other = f"line {table.lines[first_index]} has {first[column]}"
                what = f"differs within a curve (found {larger[column]}, {other})"
                faults.add_unless_told(table.where(index, column), what, "Give all rows of a curve the same.")

"""Locations, their energy figures, and which zones sell which type."""

from __future__ import annotations

from .flagship import COLLECTED, KEYS, LOCATIONS
from .tables import DataFolder, Row, Table, Value, number, table

COUNTRIES = {"USA": "US"}
#: Newest year for which one source states grid carbon for both providers on the same grid (Virginia: one value).
CARBON_YEAR = "2023"
PUE_YEAR = "2024"
ZONE_LIST = "Cyclenerd@4ed73c6 machinetypezone.csv, 2023-05 (later zones missing)"
AVAILABILITY_COLUMNS = "provider,instance_type,region,zones,basis,source,as_of,licence"


def _here(row: Row) -> bool:
    return (row["provider"], row["region"]) in LOCATIONS


def locations(data: DataFolder) -> Table:
    """Build locations.csv: regions and their zones."""
    country = {(row["provider"], row["region"]): row["country_iso3"] for row in data.rows("locations/regions.csv")}
    return table(
        "locations.csv",
        "provider,region,zones,country,basis,source,as_of,licence",
        (
            {
                "provider": row["provider"],
                "region": row["region"],
                "zones": row["zones"],
                "country": COUNTRIES[country[row["provider"], row["region"]]],
                "basis": "list",
                "source": row["source"] + (f" ({row['note']})" if row["note"] else ""),
                "as_of": row["date"],
                "licence": row["licence"],
            }
            for row in data.rows("locations/zones.csv", _here)
        ),
        ("provider", "region"),
    )


def location_energy(data: DataFolder) -> Table:
    """Build location_energy.csv: one source and one year for carbon, so that providers can be compared."""
    measured = data.rows("energy/cloud_region_pue_carbon.csv", lambda row: _here(row) and row["is_estimate"] == "0")
    figures = {(row["provider"], row["region"], row["year"]): row for row in measured}
    return table(
        "location_energy.csv",
        "provider,region,pue,grid_gco2_per_kwh,electricity_price_per_kwh,basis,source,as_of,licence",
        (_energy(row, figures) for row in data.rows("locations/regions.csv", _here)),
        ("provider", "region"),
    )


def _energy(row: Row, figures: dict[tuple[str, str, str], Row]) -> dict[str, Value]:
    provider, region = row["provider"], row["region"]
    return {
        "provider": provider,
        "region": region,
        "pue": number(figures[provider, region, PUE_YEAR]["pue"]),
        "grid_gco2_per_kwh": number(figures[provider, region, CARBON_YEAR]["grid_gco2_kwh_avg_consumption"]),
        "electricity_price_per_kwh": number(row["electricity_usd_per_kwh"]),
        "basis": "estimate",
        "source": f"PUE {PUE_YEAR} and grid carbon {CARBON_YEAR} (annual average of consumption): "
        f"Green-Software-Foundation/real-time-cloud@b2858aa; electricity: {row['electricity_basis']}",
        "as_of": CARBON_YEAR,
        "licence": "PUE and carbon: none stated, facts only; electricity: US public domain",
    }


def availability(data: DataFolder) -> Table:
    """Build availability.csv: types whose zones a permissively licensed source lists."""
    rows = _known_zones(data)
    return table(
        "availability.csv",
        AVAILABILITY_COLUMNS,
        (
            _zones(
                row,
                "Cyclenerd/google-cloud-pricing-cost-calculator@4ed73c6 tools/machinetypezone.csv "
                "(zones opened later are missing)",
                "2023-05",
                row["licence"],
            )
            for row in rows
            if row["zones_source"] == ZONE_LIST
        ),
        ("provider", "instance_type", "region"),
    )


def availability_unlicensed(data: DataFolder) -> Table:
    """Build availability_unlicensed.csv: the rest, facts from a source that states no licence."""
    rows = _known_zones(data)
    return table(
        "availability_unlicensed.csv",
        AVAILABILITY_COLUMNS,
        (
            _zones(
                row,
                "skypilot-org/skypilot-catalog@8427bbf v8/gcp/vms.csv (undated; as_of is the day it was read)",
                COLLECTED,
                "none stated, facts only",
            )
            for row in rows
            if row["zones_source"] != ZONE_LIST
        ),
        ("provider", "instance_type", "region"),
    )


def _known_zones(data: DataFolder) -> list[Row]:
    def known(row: Row) -> bool:
        return _here(row) and (row["provider"], row["instance_type"]) in KEYS and bool(row["zones"])

    return data.rows("locations/gcp_type_availability.csv", known)


def _zones(row: Row, source: str, as_of: str, licence: str) -> dict[str, Value]:
    return {
        "provider": row["provider"],
        "instance_type": row["instance_type"],
        "region": row["region"],
        "zones": row["zones"],
        "basis": "list",
        "source": source,
        "as_of": as_of,
        "licence": licence,
    }

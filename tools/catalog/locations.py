"""Locations, and which zones sell which type."""

from __future__ import annotations

from .scope import COLLECTED, Scope
from .tables import DataFolder, Row, Table, Value, table

COUNTRIES = {
    "USA": "US",
    "BEL": "BE",
    "BRA": "BR",
    "CHN": "CN",
    "DEU": "DE",
    "IND": "IN",
    "IRL": "IE",
    "JPN": "JP",
    "NLD": "NL",
    "SGP": "SG",
}
ZONE_LIST = "Cyclenerd@4ed73c6 machinetypezone.csv, 2023-05 (later zones missing)"
AVAILABILITY_COLUMNS = "provider,instance_type,region,zones,basis,source,as_of,licence"


def locations(data: DataFolder, scope: Scope, country_of: dict[tuple[str, str], str]) -> Table:
    """Build locations.csv: regions, their zones, and their country by ISO 3166."""
    return table(
        "locations.csv",
        "provider,region,zones,country,basis,source,as_of,licence",
        (
            {
                "provider": row["provider"],
                "region": row["region"],
                "zones": row["zones"],
                "country": country_of[row["provider"], row["region"]],
                "basis": "list",
                "source": row["source"] + (f" ({row['note']})" if row["note"] else ""),
                "as_of": row["date"],
                "licence": row["licence"],
            }
            for row in data.rows("locations/zones.csv", scope.holds_place)
        ),
        ("provider", "region"),
    )


def countries(data: DataFolder) -> dict[tuple[str, str], str]:
    """Two-letter country of every collected region."""
    rows = data.rows("locations/regions.csv")
    return {(row["provider"], row["region"]): COUNTRIES[row["country_iso3"]] for row in rows}


def availability(data: DataFolder, scope: Scope) -> Table:
    """Build availability.csv: types whose zones a permissively licensed source lists."""
    source = (
        "Cyclenerd/google-cloud-pricing-cost-calculator@4ed73c6 tools/machinetypezone.csv "
        "(zones opened later are missing)"
    )
    rows = [row for row in _known_zones(data, scope) if row["zones_source"] == ZONE_LIST]
    return _zones_table(data, "availability.csv", [(row, source, "2023-05", row["licence"]) for row in rows])


def availability_unlicensed(data: DataFolder, scope: Scope) -> Table:
    """Build availability_unlicensed.csv: the rest, facts from a source that states no licence."""
    source = "skypilot-org/skypilot-catalog@8427bbf v8/gcp/vms.csv (undated; as_of is the day it was read)"
    rows = [row for row in _known_zones(data, scope) if row["zones_source"] != ZONE_LIST]
    told = [(row, source, COLLECTED, "none stated, facts only") for row in rows]
    return _zones_table(data, "availability_unlicensed.csv", told)


def _known_zones(data: DataFolder, scope: Scope) -> list[Row]:
    def known(row: Row) -> bool:
        return scope.holds_place(row) and scope.holds_type(row) and bool(row["zones"])

    return data.rows("locations/gcp_type_availability.csv", known)


def _zones_table(data: DataFolder, name: str, told: list[tuple[Row, str, str, str]]) -> Table:
    """Zones by type, without zones that the location does not list (special purpose)."""
    open_zones = {(row["provider"], row["region"]): row["zones"].split("|") for row in data.rows("locations/zones.csv")}

    def row_of(row: Row, source: str, as_of: str, licence: str) -> dict[str, Value]:
        there = open_zones[row["provider"], row["region"]]
        return {
            "provider": row["provider"],
            "instance_type": row["instance_type"],
            "region": row["region"],
            "zones": "|".join(zone for zone in row["zones"].split("|") if zone in there),
            "basis": "list",
            "source": source,
            "as_of": as_of,
            "licence": licence,
        }

    return table(name, AVAILABILITY_COLUMNS, (row_of(*one) for one in told), ("provider", "instance_type", "region"))

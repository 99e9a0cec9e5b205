"""Energy of locations: PUE, grid carbon, electricity price."""

from __future__ import annotations

from collections.abc import Iterable

from .scope import Scope
from .tables import DataFolder, Row, Table, Value, number, table

COLUMNS = "provider,region,pue,grid_gco2_per_kwh,electricity_price_per_kwh,basis,source,as_of,licence"
#: Newest year for which one source states grid carbon for all providers on the same grid (Virginia: one value).
CARBON_YEAR = "2023"
PUE_YEARS = ("2024", "2023", "2022")
GREEN_SOFTWARE = "Green-Software-Foundation/real-time-cloud@b2858aa"
#: Two rows of the source share this region's name: the Irish one is meant.
WRONG_ROWS = {("azure", "northeurope", "Finland")}
#: Regions the source does not list, in the same city as one that it lists.
SAME_GRID = {
    ("azure", "germanywestcentral"): ("aws", "eu-central-1"),
    ("azure", "japaneast"): ("aws", "ap-northeast-1"),
}
US_LICENCE = "PUE and carbon: none stated, facts only; electricity: US public domain"
OTHER_LICENCE = "PUE and carbon: none stated, facts only; electricity: facts, secondary source"

Figures = dict[tuple[str, str, str], Row]


def location_energy(data: DataFolder, scope: Scope) -> Table:
    """Build location_energy.csv: one source and one year for carbon, so that providers can be compared."""
    measured = data.rows("energy/cloud_region_pue_carbon.csv", _is_measured)
    figures = {(row["provider"], row["region"], row["year"]): row for row in measured}
    rows = data.rows("locations/regions.csv", scope.holds_place)
    return energy_table(_energy(row, figures) for row in rows)


def energy_table(rows: Iterable[dict[str, Value]]) -> Table:
    """Build location_energy.csv from its rows."""
    return table("location_energy.csv", COLUMNS, rows, ("provider", "region"))


def _is_measured(row: Row) -> bool:
    return row["is_estimate"] == "0" and (row["provider"], row["region"], row["location"]) not in WRONG_ROWS


def _energy(row: Row, figures: Figures) -> dict[str, Value]:
    pue, pue_source = _pue(row, figures)
    carbon, carbon_source = _carbon(row, figures)
    one_source = pue_source.endswith(GREEN_SOFTWARE) and carbon_source.endswith(GREEN_SOFTWARE)
    read = f"{pue_source.partition(':')[0]} and {carbon_source}" if one_source else f"{pue_source}; {carbon_source}"
    return {
        "provider": row["provider"],
        "region": row["region"],
        "pue": pue,
        "grid_gco2_per_kwh": carbon,
        "electricity_price_per_kwh": number(row["electricity_usd_per_kwh"]),
        "basis": "estimate",
        "source": f"{read}; electricity: {_electricity(row)}",
        "as_of": CARBON_YEAR,
        "licence": US_LICENCE if row["country_iso3"] == "USA" else OTHER_LICENCE,
    }


def _pue(row: Row, figures: Figures) -> tuple[float | None, str]:
    """The provider's figure for the region of its newest year, else its fleet average."""
    for year in PUE_YEARS:
        found = figures.get((row["provider"], row["region"], year))
        if found is not None and found["pue"]:
            return number(found["pue"]), f"PUE {year}: {GREEN_SOFTWARE}"
    return number(row["pue"]), f"PUE: {row['pue_basis']}"


def _carbon(row: Row, figures: Figures) -> tuple[float | None, str]:
    """Carbon of the region in the common year and source; else of its grid; else the mean of the country."""
    place = (row["provider"], row["region"])
    of = f"grid carbon {CARBON_YEAR} (annual average of consumption)"
    for named in (place, SAME_GRID.get(place, place)):
        found = figures.get((*named, CARBON_YEAR))
        if found is not None and found["grid_gco2_kwh_avg_consumption"]:
            shown = "" if named == place else f" of {'/'.join(named)}, the same city"
            return number(found["grid_gco2_kwh_avg_consumption"]), f"{of}{shown}: {GREEN_SOFTWARE}"
    return number(row["grid_gco2_per_kwh"]), f"grid carbon: {row['carbon_basis']}"


def _electricity(row: Row) -> str:
    confidence = row["electricity_confidence"]
    return row["electricity_basis"] + ("" if confidence == "medium" else f" ({confidence} confidence)")

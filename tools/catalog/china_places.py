"""Energy, network and storage of the Chinese regions: estimates, as no source states them."""

from __future__ import annotations

from collections.abc import Iterator

from . import china
from .energy import energy_table
from .network import between_zones_rtt, network_table
from .scope import Scope
from .storage import GP3, SOURCES, storage_table
from .tables import DataFolder, Row, Table, Value

OPENCOST = "opencost/opencost@5f65333 configs/alibaba"
#: Hong Kong, by the other clouds: the region nearest to the mainland that has a list price.
NEIGHBOURS = {GP3: ("aws", "ap-east-1", "block"), "storage/bucket/standard": ("gcp", "asia-east2", "object")}


def location_energy(data: DataFolder, scope: Scope) -> Table:
    """Build location_energy.csv: figures of the country, and an average of public clouds."""
    (carbon,) = data.rows("energy/country_grid_carbon.csv", lambda row: row["country_iso3"] == "CHN")
    (pue,) = data.rows("energy/pue_providers.csv", lambda row: row["provider"] == "public cloud")
    (power,) = data.rows("energy/electricity_price_kwh_low_confidence.csv", lambda row: row["area"] == "China")
    eur = float(power["price_per_kwh"])
    source = (
        f"PUE: average of public clouds {pue['year']} (IDC), none of this provider found; grid carbon: mean of China "
        f"{carbon['year']}, mlco2/codecarbon@b05965e; electricity: industrial, {power['period']}, secondary article, "
        f"{eur:g} EUR x {china.USD_PER_EUR:g} USD per EUR x {china.RATES} (very low confidence)"
    )
    return energy_table(
        {
            "provider": provider,
            "region": region,
            "pue": float(pue["pue"]),
            "grid_gco2_per_kwh": float(carbon["gco2_kwh"]),
            "electricity_price_per_kwh": china.cny(eur * china.USD_PER_EUR),
            "basis": "estimate",
            "source": source,
            "as_of": carbon["year"],
            "licence": "carbon: MIT; PUE and electricity: facts, secondary sources",
        }
        for provider, region in scope.locations
    )


def network(data: DataFolder, scope: Scope) -> Table:
    """Build network.csv: round trips by distance, prices by the defaults of a public cost monitor."""
    (row,) = data.rows("network/opencost_default_prices.csv", lambda row: row["provider"] == "alibaba")
    return network_table([*_between(data, scope, row), *_to_the_internet(scope, row)])


def _between(data: DataFolder, scope: Scope, defaults: Row) -> Iterator[dict[str, Value]]:
    rtt_ms, rtt_source = china.round_trips_ms(data), china.round_trip_source(data)
    for a in scope.names:
        for b in scope.names:
            same = a == b
            found = {"rtt_ms": rtt_ms[a, b], "rtt_source": rtt_source, "rtt_as_of": china.AS_OF} if not same else {}
            column = "zone_egress_usd_gb" if same else "region_egress_usd_gb"
            yield _price(a, b, float(defaults[column])) | (between_zones_rtt() if same else found)


def _to_the_internet(scope: Scope, defaults: Row) -> Iterator[dict[str, Value]]:
    for name in scope.names:
        yield _price(name, "internet", float(defaults["internet_egress_usd_gb"]))


def _price(a: str, b: str, usd: float) -> dict[str, Value]:
    return {
        "from": a,
        "to": b,
        "tier_from_gb": 0,
        "price_per_gb": china.cny(usd),
        "price_basis": "estimate",
        "price_source": f"{OPENCOST}: undated default of {usd:g} USD per GB x {china.RATES}; no list price found",
        "price_as_of": china.AS_OF,
        "licence": "Apache-2.0",
    }


def storage(data: DataFolder, scope: Scope) -> Table:
    """Build storage.csv: what the nearest region of another cloud asks, in CNY."""

    def wanted(row: Row) -> bool:
        return (row["provider"], row["region"]) == NEIGHBOURS.get(row["product"], ("", ""))[:2]

    listed = data.rows("storage/block_object_storage_usd_gb_month.csv", wanted)
    return storage_table(_storage(row, place) for row in listed for place in scope.locations)


def _storage(row: Row, place: tuple[str, str]) -> dict[str, Value]:
    source, licence = SOURCES[row["provider"]]
    usd = float(row["price"])
    return {
        "storage_class": NEIGHBOURS[row["product"]][2],
        "provider": place[0],
        "region": place[1],
        "price_per_gb_month": china.cny(usd),
        "basis": "estimate",
        "source": f"no list price of {place[0]} found: {row['provider']}/{row['region']} (Hong Kong) asks {usd:g} USD, "
        f"x {china.RATES}; {source} ({row['product']})",
        "as_of": row["date"],
        "licence": licence,
    }

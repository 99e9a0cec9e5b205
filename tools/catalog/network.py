"""Round trips and transfer prices between zones and between locations."""

from __future__ import annotations

from collections.abc import Iterator

from .egress import egress
from .scope import COLLECTED, Scope
from .tables import DataFolder, Table, Value, table

COLUMNS = "from,to,rtt_ms,rtt_source,rtt_as_of,tier_from_gb,price_per_gb,price_basis,price_source,price_as_of,licence"
BETWEEN_ZONES_RTT_MS = 1.0
BETWEEN_ZONES_RTT_SOURCE = "assumed; the only figure found is IBM Cloud's median between zones, 0.76 ms (2026-08)"
OPENCOST = "opencost/opencost@5f65333 configs (undated default; as_of is the day it was read)"


def network(data: DataFolder, scope: Scope) -> Table:
    """Build network.csv: between zones, between locations and to the internet."""
    return network_table([*_between_zones(data, scope), *_between_locations(data, scope), *egress(data, scope)])


def network_table(rows: list[dict[str, Value]]) -> Table:
    """Build network.csv from its rows; those without a round trip have none to say."""
    nothing: dict[str, Value] = {"rtt_ms": None, "rtt_source": "", "rtt_as_of": ""}
    return table("network.csv", COLUMNS, (nothing | row for row in rows), ("from", "to", "tier_from_gb"))


def between_zones_rtt() -> dict[str, Value]:
    """Round trip between two zones of a location."""
    return {
        "rtt_ms": BETWEEN_ZONES_RTT_MS,
        "rtt_source": BETWEEN_ZONES_RTT_SOURCE,
        "rtt_as_of": COLLECTED,
    }


def _between_zones(data: DataFolder, scope: Scope) -> Iterator[dict[str, Value]]:
    rows = data.rows("network/opencost_default_prices.csv", lambda row: bool(scope.regions(row["provider"])))
    per_gb = {row["provider"]: float(row["zone_egress_usd_gb"]) for row in rows}
    for name in scope.names:
        yield {
            "from": name,
            "to": name,
            "tier_from_gb": 0,
            "price_per_gb": per_gb[name.partition("/")[0]],
            "price_basis": "estimate",
            "price_source": OPENCOST,
            "price_as_of": COLLECTED,
            "licence": "Apache-2.0",
        } | between_zones_rtt()


def _between_locations(data: DataFolder, scope: Scope) -> Iterator[dict[str, Value]]:
    rtt_ms = round_trips_ms(data, scope)
    for row in data.rows("network/inter_region_transfer_usd_gb_2022.csv"):
        pair = (f"{row['src_provider']}/{row['src_region']}", f"{row['dst_provider']}/{row['dst_region']}")
        if pair in rtt_ms:
            yield {
                "from": pair[0],
                "to": pair[1],
                "rtt_ms": rtt_ms[pair],
                "rtt_source": "skyplane-project/skyplane ping, the lower direction unless faster than light in fibre",
                "rtt_as_of": "2022-04",
                "tier_from_gb": 0,
                "price_per_gb": float(row["usd_per_gb"]),
                "price_basis": "estimate",
                "price_source": "skyplane-project/skyplane@945dca2 profiles (cloud price lists of 2022)",
                "price_as_of": "2022",
                "licence": "Apache-2.0",
            }


def round_trips_ms(data: DataFolder, scope: Scope) -> dict[tuple[str, str], float]:
    """Round trips between the locations in both directions, milliseconds; one value a pair."""
    rows = data.rows("locations/rtt_default_regions_ms.csv", lambda row: {row["a"], row["b"]} <= set(scope.names))
    return {pair: float(row["rtt_ms"]) for row in rows for pair in ((row["a"], row["b"]), (row["b"], row["a"]))}

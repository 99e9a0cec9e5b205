"""Round trips, transfer prices and storage prices."""

from __future__ import annotations

from collections.abc import Iterator

from .flagship import COLLECTED, LOCATIONS, REGIONS
from .tables import DataFolder, Row, Table, Value, table

GB_PER_GIB = 2**30 / 1e9
GB_PER_TIB = 2**40 / 1e9
BETWEEN_ZONES_RTT_MS = 1.0
#: First GB of each tier of Google's internet egress, by the name the price list gives it.
EGRESS_TIERS_GB = {"0-1 TiB/month": 0.0, "1-10 TiB/month": GB_PER_TIB, "10n TiB/month": 10 * GB_PER_TIB}
DESTINATION = "internet:worldwide"

STORAGE_PRODUCTS = {
    "Storage General Purpose gp3 GB Mo": "block",
    "disk/balanced": "block",
    "storage/bucket/standard": "object",
}
STORAGE_SOURCES = {
    "aws": ("yeo/ec2.shop@74c9fd8", "MIT"),
    "gcp": ("Cyclenerd/google-cloud-pricing-cost-calculator@fd66b26 pricing.yml", "Apache-2.0"),
}
NAMES = tuple(f"{provider}/{region}" for provider, region in LOCATIONS)


def network(data: DataFolder) -> Table:
    """Build network.csv: between zones, between locations and to the internet."""
    return table(
        "network.csv",
        "from,to,rtt_ms,rtt_source,rtt_as_of,tier_from_gb,price_per_gb,price_basis,price_source,price_as_of,licence",
        [*_between_zones(data), *_between_locations(data), *_aws_egress(data), *_gcp_egress(data)],
        ("from", "to", "tier_from_gb"),
    )


def _row(
    pair: tuple[str, str], tier: tuple[float, float], price: tuple[str, str, str], **more: Value
) -> dict[str, Value]:
    basis, source, as_of = price
    return {
        "from": pair[0],
        "to": pair[1],
        "rtt_ms": None,
        "rtt_source": "",
        "rtt_as_of": "",
        "tier_from_gb": round(tier[0], 6),
        "price_per_gb": round(tier[1], 9),
        "price_basis": basis,
        "price_source": source,
        "price_as_of": as_of,
        "licence": "Apache-2.0",
    } | more


def _between_zones(data: DataFolder) -> Iterator[dict[str, Value]]:
    rows = data.rows("network/opencost_default_prices.csv", lambda row: row["provider"] in REGIONS)
    per_gb = {row["provider"]: float(row["zone_egress_usd_gb"]) for row in rows}
    price = ("estimate", "opencost/opencost@5f65333 configs (undated default; as_of is the day it was read)", COLLECTED)
    rtt = "assumed; the only figure found is IBM Cloud's median between zones, 0.76 ms (2026-08)"
    for name in NAMES:
        yield _row(
            (name, name),
            (0.0, per_gb[name.partition("/")[0]]),
            price,
            rtt_ms=BETWEEN_ZONES_RTT_MS,
            rtt_source=rtt,
            rtt_as_of=COLLECTED,
        )


def _between_locations(data: DataFolder) -> Iterator[dict[str, Value]]:
    rtt_ms = round_trips_ms(data)
    source = "skyplane-project/skyplane@945dca2 profiles (cloud price lists of 2022)"
    for row in data.rows("network/inter_region_transfer_usd_gb_2022.csv"):
        pair = (f"{row['src_provider']}/{row['src_region']}", f"{row['dst_provider']}/{row['dst_region']}")
        if pair in rtt_ms:
            yield _row(
                pair,
                (0.0, float(row["usd_per_gb"])),
                ("estimate", source, "2022"),
                rtt_ms=rtt_ms[pair],
                rtt_source="skyplane-project/skyplane ping, the lower direction unless faster than light in fibre",
                rtt_as_of="2022-04",
            )


def round_trips_ms(data: DataFolder) -> dict[tuple[str, str], float]:
    """Round trips between the shipped locations in both directions, milliseconds; one value a pair."""
    rows = data.rows("locations/rtt_default_regions_ms.csv", lambda row: {row["a"], row["b"]} <= set(NAMES))
    return {pair: float(row["rtt_ms"]) for row in rows for pair in ((row["a"], row["b"]), (row["b"], row["a"]))}


def _aws_egress(data: DataFolder) -> Iterator[dict[str, Value]]:
    source = "skyplane-project/skyplane aws_transfer (2023): first tier only, later tiers are cheaper and unknown here"
    for row in data.rows("network/aws_transfer_usd_gb_2023.csv"):
        name = f"aws/{row['src_region']}"
        if row["dst_region_or_internet"] == "internet" and name in NAMES:
            yield _row((name, "internet"), (0.0, float(row["usd_per_gb"])), ("list", source, "2023"))


def _gcp_egress(data: DataFolder) -> Iterator[dict[str, Value]]:
    source = (
        "Cyclenerd/google-cloud-pricing-cost-calculator@fd66b26 pricing.yml, worldwide without China and Australia; "
        "listed in USD per GiB and tiers in TiB, converted to GB"
    )
    for row in data.rows("network/gcp_internet_egress_usd_gib.csv"):
        name = f"gcp/{row['region']}"
        if row["destination"] == DESTINATION and name in NAMES:
            tier = (EGRESS_TIERS_GB[row["tier"]], float(row["usd_per_gib"]) / GB_PER_GIB)
            yield _row((name, "internet"), tier, ("list", source, row["date"]))


def storage(data: DataFolder) -> Table:
    """Build storage.csv: one block and, where known, one object class for each location."""

    def wanted(row: Row) -> bool:
        return (row["provider"], row["region"]) in LOCATIONS and row["product"] in STORAGE_PRODUCTS

    return table(
        "storage.csv",
        "storage_class,provider,region,price_per_gb_month,basis,source,as_of,licence",
        (
            {
                "storage_class": STORAGE_PRODUCTS[row["product"]],
                "provider": row["provider"],
                "region": row["region"],
                "price_per_gb_month": float(row["price"]),
                "basis": "list",
                "source": f"{STORAGE_SOURCES[row['provider']][0]} ({row['product']})",
                "as_of": row["date"],
                "licence": STORAGE_SOURCES[row["provider"]][1],
            }
            for row in data.rows("storage/block_object_storage_usd_gb_month.csv", wanted)
        ),
        ("storage_class", "provider", "region"),
    )

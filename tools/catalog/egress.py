"""Prices of traffic to the internet."""

from __future__ import annotations

from collections.abc import Iterator

from .scope import Scope
from .tables import DataFolder, Row, Value

GB_PER_GIB = 2**30 / 1e9
GB_PER_TIB = 2**40 / 1e9
#: First GB of each tier of Google's internet egress, by the name the price list gives it.
TIERS_GB = {"0-1 TiB/month": 0.0, "1-10 TiB/month": GB_PER_TIB, "10n TiB/month": 10 * GB_PER_TIB}
DESTINATION = "internet:worldwide"
AWS = "skyplane-project/skyplane aws_transfer (2023): first tier only, later tiers are cheaper and unknown here"
GCP = (
    "Cyclenerd/google-cloud-pricing-cost-calculator@fd66b26 pricing.yml, worldwide without China and Australia; "
    "listed in USD per GiB and tiers in TiB, converted to GB"
)
AZURE = (
    "skyplane-project/skyplane@945dca2 profiles (cloud price lists of 2022): price to another cloud, "
    "which leaves by the internet; first tier only"
)


def egress(data: DataFolder, scope: Scope) -> Iterator[dict[str, Value]]:
    """Yield the price tiers of each location to the internet."""
    yield from _aws(data, scope)
    yield from _gcp(data, scope)
    yield from _azure(data, scope)


def egress_row(name: str, tier: tuple[float, float], basis: str, source: str, as_of: str) -> dict[str, Value]:
    """Return one tier: where it begins, in GB, and its price per GB."""
    return {
        "from": name,
        "to": "internet",
        "tier_from_gb": round(tier[0], 6),
        "price_per_gb": round(tier[1], 9),
        "price_basis": basis,
        "price_source": source,
        "price_as_of": as_of,
        "licence": "Apache-2.0",
    }


def _aws(data: DataFolder, scope: Scope) -> Iterator[dict[str, Value]]:
    for row in data.rows("network/aws_transfer_usd_gb_2023.csv"):
        name = f"aws/{row['src_region']}"
        if row["dst_region_or_internet"] == "internet" and name in scope.names:
            yield egress_row(name, (0.0, float(row["usd_per_gb"])), "list", AWS, "2023")


def _gcp(data: DataFolder, scope: Scope) -> Iterator[dict[str, Value]]:
    by_region: dict[str, list[Row]] = {}
    for row in data.rows("network/gcp_internet_egress_usd_gib.csv", scope.holds_place):
        if row["destination"] == DESTINATION:
            by_region.setdefault(row["region"], []).append(row)
    for region, rows in by_region.items():
        yield from _gcp_tiers(f"gcp/{region}", sorted(rows, key=lambda row: TIERS_GB[row["tier"]]))


def _gcp_tiers(name: str, rows: list[Row]) -> Iterator[dict[str, Value]]:
    """Yield tiers that never rise: one listed below a later one is a slip of the list and takes the later price."""
    for number, row in enumerate(rows):
        listed = float(row["usd_per_gib"])
        per_gib = max(float(later["usd_per_gib"]) for later in rows[number:])
        slip = f"; listed at {listed:g}, below the next tier: taken equal to it" if per_gib > listed else ""
        tier = (TIERS_GB[row["tier"]], per_gib / GB_PER_GIB)
        yield egress_row(name, tier, "estimate" if slip else "list", GCP + slip, row["date"])


def _azure(data: DataFolder, scope: Scope) -> Iterator[dict[str, Value]]:
    def to_another_cloud(row: Row) -> bool:
        return row["src_provider"] == "azure" != row["dst_provider"]

    prices: dict[str, set[float]] = {}
    for row in data.rows("network/inter_region_transfer_usd_gb_2022.csv", to_another_cloud):
        prices.setdefault(row["src_region"], set()).add(float(row["usd_per_gb"]))
    for region in scope.regions("azure"):
        yield egress_row(f"azure/{region}", (0.0, max(prices[region])), "estimate", AZURE, "2022")

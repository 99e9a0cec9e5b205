"""Prices of storage: block for every location, object where it is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .network import round_trips_ms
from .scope import Scope
from .tables import DataFolder, Row, Table, Value, table

COLUMNS = "storage_class,provider,region,price_per_gb_month,basis,source,as_of,licence"
GP3 = "Storage General Purpose gp3 GB Mo"
PRODUCTS = {GP3: "block", "disk/balanced": "block", "storage/bucket/standard": "object"}
SOURCES = {
    "aws": ("yeo/ec2.shop@74c9fd8", "MIT"),
    "gcp": ("Cyclenerd/google-cloud-pricing-cost-calculator@fd66b26 pricing.yml", "Apache-2.0"),
}


def storage(data: DataFolder, scope: Scope) -> Table:
    """Build storage.csv: listed prices, and an estimate of the block price where there is none (Azure)."""
    listed = data.rows("storage/block_object_storage_usd_gb_month.csv", lambda row: row["product"] in PRODUCTS)
    rows = [_listed(row) for row in listed if scope.holds_place(row)]
    known = {(row["provider"], row["region"]) for row in rows if row["storage_class"] == "block"}
    missing = [place for place in scope.locations if place not in known]
    gp3 = {f"aws/{row['region']}": row for row in listed if row["product"] == GP3}
    return storage_table([*rows, *_estimates(missing, gp3, round_trips_ms(data, scope))])


def storage_table(rows: Iterable[dict[str, Value]]) -> Table:
    """Build storage.csv from its rows."""
    return table("storage.csv", COLUMNS, rows, ("storage_class", "provider", "region"))


def _listed(row: Row) -> dict[str, Value]:
    source, licence = SOURCES[row["provider"]]
    return {
        "storage_class": PRODUCTS[row["product"]],
        "provider": row["provider"],
        "region": row["region"],
        "price_per_gb_month": float(row["price"]),
        "basis": "list",
        "source": f"{source} ({row['product']})",
        "as_of": row["date"],
        "licence": licence,
    }


def _estimates(
    missing: Iterable[tuple[str, str]], gp3: dict[str, Row], rtt_ms: dict[tuple[str, str], float]
) -> Iterator[dict[str, Value]]:
    """Yield the block price of the AWS region with the shortest round trip for locations without one."""
    for provider, region in missing:
        here = f"{provider}/{region}"
        nearest = min((name for name in gp3 if (here, name) in rtt_ms), key=lambda name: (rtt_ms[here, name], name))
        reason = (
            f"no list price of {provider} found: taken equal to {nearest}, the AWS region with the shortest round trip "
            f"({rtt_ms[here, nearest]:g} ms); {_listed(gp3[nearest])['source']}"
        )
        yield _listed(gp3[nearest]) | {"provider": provider, "region": region, "basis": "estimate", "source": reason}

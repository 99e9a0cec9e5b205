"""Prices: one row for each type, region of its provider and purchase option."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .flagship import KEYS, REGIONS
from .tables import DataFolder, Row, Table, Value, number, table

OPTIONS = ("on_demand", "spot", "committed_1y", "committed_3y")
TERM_MONTHS = {"on_demand": 0, "spot": 0, "committed_1y": 12, "committed_3y": 36}
#: Spot at an eighth of on demand or less is the floor of the spot market, not an offer.
SPOT_FLOOR_SHARE = 0.125
#: Their committed prices were read before AWS cut these families' on-demand prices by a third and more.
STALE_COMMITTED = ("p4d.", "p4de.", "p5.")

AWS_2026 = "aws/karpenter-provider-aws@6fc13b5"
AWS_2025 = "yeo/ec2.shop@74c9fd8 (price list of 2025-04-04)"
AWS_COMMITTED = f"{AWS_2025}, No Upfront, standard, shared tenancy"
SPOT_ADVISOR = "on demand x (1 - saving shown by alexei-led/spotinfo@5eedf20, 2025-06)"
GCP = "Cyclenerd/google-cloud-pricing-cost-calculator@fd66b26 pricing.yml"
NOT_SOLD = (
    "not sold in this region: Cyclenerd/google-cloud-pricing-cost-calculator@8bf3293 tools/machinetyperegion.csv "
    "(2026-08-17); list price for information"
)


@dataclass(frozen=True)
class Quote:
    """A price before it is known whether it is offered; `price` None where no usable figure is known."""

    price: float | None
    basis: str
    source: str
    as_of: str
    licence: str


def prices(data: DataFolder) -> Table:
    """Build prices.csv; every combination has a row, also where the price is unknown."""
    rows = {
        (row["provider"], row["instance_type"], row["region"]): row
        for name in ("instances/prices_accelerator.csv", "instances/prices_cpu.csv")
        for row in data.rows(name, lambda row: (row["provider"], row["instance_type"]) in KEYS)
    }
    sold = {
        (row["provider"], row["instance_type"], row["region"]): row["offered"] == "1"
        for row in data.rows("locations/gcp_type_availability.csv")
    }
    return table(
        "prices.csv",
        "provider,instance_type,region,purchase_option,status,price_per_hour,upfront,term_months,applies_to,unit,"
        "as_of,basis,source,licence",
        _all_rows(rows, sold),
        ("provider", "instance_type", "region", "purchase_option"),
    )


def _all_rows(
    rows: dict[tuple[str, str, str], Row], sold: dict[tuple[str, str, str], bool]
) -> Iterator[dict[str, Value]]:
    for provider, name in KEYS:
        for region in REGIONS[provider]:
            key = (provider, name, region)
            for option in OPTIONS:
                yield _price_row(rows[key], option, offered=sold.get(key, True))


def _price_row(row: Row, option: str, *, offered: bool) -> dict[str, Value]:
    found = quote(row, option)
    status = "not_offered" if not offered else "unknown" if found.price is None else "offered"
    return {
        "provider": row["provider"],
        "instance_type": row["instance_type"],
        "region": row["region"],
        "purchase_option": option,
        "status": status,
        "price_per_hour": found.price,
        "upfront": 0,
        "term_months": TERM_MONTHS[option],
        "applies_to": "type",
        "unit": "instance",
        "as_of": found.as_of,
        "basis": found.basis,
        "source": found.source if offered else f"{found.source}; {NOT_SOLD}",
        "licence": found.licence,
    }


def quote(row: Row, option: str) -> Quote:
    """Return the price of `option` in a row of the collected price files, with its source."""
    if option == "on_demand":
        return on_demand(row)
    return spot(row) if option == "spot" else committed(row, option)


def on_demand(row: Row) -> Quote:
    """On demand: the list price, or the regional list price scaled by a later change (basis ``estimate``)."""
    price, listed = float(row["ondemand_per_hour_est_2026_07"]), float(row["ondemand_per_hour"])
    if price != listed:
        source = f"{AWS_2025} x change of the us-east-1 price to {AWS_2026} (2026-07-20)"
        return Quote(price, "estimate", source, "2026-07", "MIT and Apache-2.0")
    source, licence = {
        "karpenter-aws": (AWS_2026, "Apache-2.0"),
        "ec2.shop": (AWS_2025, "MIT"),
        "cyclenerd-gcp": (GCP, "Apache-2.0"),
    }[row["price_source"]]
    return Quote(price, "list", source, row["price_date"], licence)


def spot(row: Row) -> Quote:
    """Spot: a list price at GCP, an estimate at AWS; a price at the market's floor is not used."""
    price, full = number(row["spot_per_hour"]), float(row["ondemand_per_hour_est_2026_07"])
    at_floor = price is not None and price <= SPOT_FLOOR_SHARE * full
    note = f"; at {SPOT_FLOOR_SHARE:g} of on demand or less: a floor, not an offer" if at_floor else ""
    used = None if at_floor else price
    if row["provider"] == "aws":
        return Quote(used, "estimate", SPOT_ADVISOR + note, "2025-06", "Apache-2.0")
    return Quote(used, "list", GCP + note, row["price_date"], "Apache-2.0")


def committed(row: Row, option: str) -> Quote:
    """Commitments of one or three years without upfront payment; stale and missing figures are unknown."""
    years = option.removeprefix("committed_").removesuffix("y")
    price = number(row[f"reserved_{years}y_no_upfront_per_hour"])
    if row["provider"] == "gcp":
        note = " (committed-use price / 730 h)" if price is not None else ": no committed-use price of this type"
        return Quote(price, "list", GCP + note, row["price_date"], "Apache-2.0")
    if row["instance_type"].startswith(STALE_COMMITTED):
        note = ", read before the on-demand price was cut: stale, not used"
        return Quote(None, "list", AWS_COMMITTED + note, "2025-04-04", "MIT")
    return Quote(price, "list", AWS_COMMITTED, "2025-04-04", "MIT")

"""Prices: one row for each type, region of its provider and purchase option."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .quotes import AZURE, Quote, quote
from .scope import Scope
from .tables import DataFolder, Row, Table, Value, table

OPTIONS = ("on_demand", "spot", "committed_1y", "committed_3y")
TERM_MONTHS = {"on_demand": 0, "spot": 0, "committed_1y": 12, "committed_3y": 36}
NOT_SOLD = (
    "not sold in this region: Cyclenerd/google-cloud-pricing-cost-calculator@8bf3293 tools/machinetyperegion.csv "
    "(2026-08-17)"
)
NO_FIGURE = Quote(None, "list", "", "2026-08-17", "Apache-2.0")
#: What is said of a type that the price list of a region does not name, with the date and licence of that list.
NOT_LISTED = {
    "aws": Quote(
        None, "list", "not in this region's price list, yeo/ec2.shop@74c9fd8; may be sold since", "2025-04-04", "MIT"
    ),
    "azure": Quote(
        None,
        "list",
        "not in this region's price list, Azure/karpenter-provider-azure@352646f",
        "2026-06-18",
        "Apache-2.0",
    ),
    "gcp": Quote(
        None, "list", "sold in this region, but without a price in the collected lists", "2026-07-30", "Apache-2.0"
    ),
    "alicloud": Quote(
        None, "list", "not in this region's price list, cloudpilot-ai/priceserver@de6fe92", "2024-10-09", "Apache-2.0"
    ),
}

#: Some rows of the Azure list state the price with Windows, 0.046 USD per vCPU more.
WITH_WINDOWS = Quote(
    None,
    "list",
    f"{AZURE}: above the same size with an Intel CPU: the price with a Windows licence, not used",
    "2026-06-18",
    "Apache-2.0",
)

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Collected:
    """Price rows by provider, type and region, and whether a type is sold there (where a source says so)."""

    rows: Mapping[Key, Row]
    sold: Mapping[Key, bool]


def prices(data: DataFolder, scope: Scope) -> Table:
    """Build prices.csv; every combination has a row, also where the price is unknown."""
    return table(
        "prices.csv",
        "provider,instance_type,region,purchase_option,status,price_per_hour,upfront,term_months,applies_to,unit,"
        "as_of,basis,source,licence",
        _all_rows(_collected(data, scope), scope),
        ("provider", "instance_type", "region", "purchase_option"),
    )


def _collected(data: DataFolder, scope: Scope) -> Collected:
    names = ("instances/prices_accelerator.csv", "instances/prices_cpu.csv")
    rows = {_key(row): row for name in names for row in data.rows(name, scope.holds_type)}
    offers = data.rows("locations/gcp_type_availability.csv")
    return Collected(rows, {_key(row): row["offered"] == "1" for row in offers})


def _key(row: Row) -> Key:
    return row["provider"], row["instance_type"], row["region"]


def _all_rows(collected: Collected, scope: Scope) -> Iterator[dict[str, Value]]:
    for provider, name in scope.types:
        for region in scope.regions(provider):
            for option in OPTIONS:
                yield price_row(collected, (provider, name, region), option)


def price_row(collected: Collected, key: Key, option: str) -> dict[str, Value]:
    """Return the row of one option: a price, a list price of a type that is not sold, or why there is no figure."""
    offered = collected.sold.get(key, True)
    found = _found(collected, key, option, offered=offered)
    status = "not_offered" if not offered else "unknown" if found.price is None else "offered"
    provider, name, region = key
    return {
        "provider": provider,
        "instance_type": name,
        "region": region,
        "purchase_option": option,
        "status": status,
        "price_per_hour": found.price,
        "upfront": 0,
        "term_months": TERM_MONTHS[option],
        "applies_to": "type",
        "unit": "instance",
        "as_of": found.as_of,
        "basis": found.basis,
        "source": found.source if offered else _not_sold(found),
        "licence": found.licence,
    }


def _found(collected: Collected, key: Key, option: str, *, offered: bool) -> Quote:
    row = collected.rows.get(key)
    if row is None:
        return NOT_LISTED[key[0]] if offered else NO_FIGURE
    with_windows = option == "on_demand" and is_with_windows(row, collected.rows.get(_intel_twin(key)))
    return WITH_WINDOWS if with_windows else quote(row, option)


def _intel_twin(key: Key) -> Key:
    """Azure's same size with an Intel CPU: ``D16s_v5`` beside ``D16as_v5``."""
    provider, name, region = key
    return provider, name.replace("as_v5", "s_v5"), region


def is_with_windows(row: Row, intel: Row | None) -> bool:
    """Whether an Azure size costs more than its twin with an Intel CPU, which no Linux price does."""
    if row["provider"] != "azure" or intel is None:
        return False
    return float(row["ondemand_per_hour"]) > float(intel["ondemand_per_hour"])


def _not_sold(found: Quote) -> str:
    told = NOT_SOLD if found.price is None else f"{NOT_SOLD}; list price for information"
    return f"{found.source}; {told}" if found.source else told

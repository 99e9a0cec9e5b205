"""Several catalogs as one: what overrides what, and currencies."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.inputs import load_inputs
from tests.unit.inputs.small_files import (
    CATALOG_KEYS,
    WEST,
    fault_at,
    faults_of,
    small_catalog,
    write_catalog,
)


def test_every_amount_of_money_is_converted_and_nothing_else(small: Path) -> None:
    """The whole small catalog in EUR behind an empty one in USD: prices doubled, watts, times and batches as before."""
    write_catalog(Path("euro"), keys={**CATALOG_KEYS, "name": "euro", "currency": "EUR"})
    write_catalog(Path("dollar"), {"locations.csv": small_catalog()["locations.csv"]}, {**CATALOG_KEYS, "name": "usd"})
    rate = "currency_rates=[{currency: EUR, rate: 2, as_of: 2026-10-01, source: a bank}]"
    plain = load_inputs(small).catalog
    twice = load_inputs(small, ["catalog=[dollar, euro]", rate]).catalog
    assert twice.currency == "USD"
    for key, price in plain.prices.items():
        other = twice.prices[key]
        both = (price.price_per_hour, other.price_per_hour)
        assert both == (None, None) or both[1] == 2 * both[0]  # type: ignore[operator]
        assert other.upfront == 2 * price.upfront
    for pair, tiers in plain.transfer.items():
        assert [(t.from_gb, 2 * t.price_per_gb) for t in tiers] == [
            (t.from_gb, t.price_per_gb) for t in twice.transfer[pair]
        ]
    for name, disk in plain.storage.items():
        assert twice.storage[name].price_per_gb_month == 2 * disk.price_per_gb_month
    for place, row in plain.locations.items():
        assert (twice.locations[place].pue, twice.locations[place].grid_gco2_per_kwh) == (
            row.pue, row.grid_gco2_per_kwh,
        )  # fmt: skip
        if row.electricity_price_per_kwh is not None:
            assert twice.locations[place].electricity_price_per_kwh == 2 * row.electricity_price_per_kwh
    for key, server in plain.owned.items():
        other_server = twice.owned[key]
        assert other_server.purchase_price_low == 2 * server.purchase_price_low
        assert other_server.purchase_price_high == 2 * server.purchase_price_high
        assert other_server.residual_share == server.residual_share
        assert other_server.source.source.endswith("; converted from EUR at 2 of 2026-10-01, a bank")
    for place, site in plain.sites.items():
        assert twice.sites[place].space_price_per_kw_month == 2 * (site.space_price_per_kw_month or 0.0)
        assert twice.sites[place].power_limit_kw == site.power_limit_kw
    assert twice.profiles == plain.profiles
    assert twice.instance_types == plain.instance_types
    assert twice.round_trips == plain.round_trips


def test_another_currency_is_converted_by_a_dated_rate(small: Path) -> None:
    """A second catalog in EUR at 1.10: prices, disks and transfer are multiplied, and every source says so."""
    rows = [{**small_catalog()["prices.csv"][0], "price_per_hour": 0.4, "basis": "quote"}]
    write_catalog(Path("quotes"), {"prices.csv": rows}, {**CATALOG_KEYS, "name": "quotes", "currency": "EUR"})
    rate = "currency_rates=[{currency: EUR, rate: 1.1, as_of: 2026-10-01, source: a bank}]"
    price = load_inputs(small, ["catalog=[catalog, quotes]", rate]).catalog.prices[
        "aws", "one.large", WEST, "on_demand"
    ]
    assert price.price_per_hour == pytest.approx(0.44)
    assert price.source.source.endswith("; converted from EUR at 1.1 of 2026-10-01, a bank")


def test_several_catalogs_are_one(small: Path) -> None:
    """A later catalog overrides rows, and says which; a currency of its own is refused."""
    first, second = small_catalog()["prices.csv"][:2]
    rows = [{**first, "price_per_hour": 0.4, "basis": "quote"}, second]  # the second is as it was
    write_catalog(Path("quotes"), {"prices.csv": rows}, {**CATALOG_KEYS, "name": "quotes", "as_of": "2025-12-01"})
    inputs = load_inputs(small, ["catalog=[catalog, quotes]"])
    assert inputs.catalog.prices["aws", "one.large", WEST, "on_demand"].price_per_hour == 0.4
    assert inputs.catalog.prices["aws", "four.large", WEST, "on_demand"].price_per_hour == 2.5
    assert (inputs.catalog.name, inputs.catalog.as_of) == ("small + quotes", "2025-12-01")
    assert inputs.scenario.catalog_names == ("catalog", "quotes")
    told = "catalog quotes: 1 prices override those of earlier catalogs (aws one.large aws/west on_demand)."
    assert [warning for warning in inputs.warnings if "override" in warning] == [told]
    write_catalog(Path("quotes"), {"prices.csv": rows}, {**CATALOG_KEYS, "name": "quotes", "currency": "EUR"})
    fault = fault_at(lambda: load_inputs(small, ["catalog=[catalog, quotes]"]), "quotes/catalog.yaml:3 currency")
    assert fault.what == "one plan has one currency (found EUR, small has USD)"


def test_three_overridden_rows_are_named_and_the_rest_counted(small: Path) -> None:
    """Five prices are changed: the warning names the first three by key."""
    rows = [{**row, "source": "a quote"} for row in small_catalog()["prices.csv"]]
    write_catalog(Path("quotes"), {"prices.csv": rows}, {**CATALOG_KEYS, "name": "quotes"})
    (told,) = (w for w in load_inputs(small, ["catalog=[catalog, quotes]"]).warnings if "override" in w)
    assert told == (
        "catalog quotes: 5 prices override those of earlier catalogs (aws four.large aws/west on_demand; "
        "aws one.large aws/west committed_1y; aws one.large aws/west on_demand and 2 more)."
    )


def test_a_catalog_of_prices_leaves_the_idle_share_of_an_earlier_one(small: Path) -> None:
    """Only a catalog that states ``idle_power_share`` sets it."""
    rows = [small_catalog()["prices.csv"][0]]
    write_catalog(Path("catalog"), keys={**CATALOG_KEYS, "idle_power_share": 0.5})
    write_catalog(Path("quotes"), {"prices.csv": rows}, {**CATALOG_KEYS, "name": "quotes"})
    assert load_inputs(small, ["catalog=[catalog, quotes]"]).catalog.idle_power_share == 0.5
    write_catalog(Path("quotes"), {"prices.csv": rows}, {**CATALOG_KEYS, "name": "quotes", "idle_power_share": 0.2})
    assert load_inputs(small, ["catalog=[catalog, quotes]"]).catalog.idle_power_share == 0.2


def test_a_catalog_is_named_once(small: Path) -> None:
    """The same name twice in a list is refused, for catalogs, locations and profiles alike."""
    for key in ("catalog=[catalog, catalog]", "locations=[aws/west, aws/west]", "services.tail.profile=[a/b, a/b]"):
        told = faults_of(lambda key=key: load_inputs(small, [key]))  # type: ignore[misc]
        assert [f.code for f in told if f.where == f"--set {key.split('=')[0]}"] == ["duplicate"]

"""The catalog of Alibaba Cloud: old prices that say so, estimates that say how they came to be, one currency."""

from __future__ import annotations

import hashlib
import json

import pytest

from optimizer.inputs import load_catalog
from tests.unit.catalog.conftest import ROOT, read

FOLDER = ROOT / "catalogs" / "china-cloud"
SOLD = {
    "cn-beijing": {"A10-24GB", "V100-16GB"},
    "cn-guangzhou": {"A10-24GB", "T4-16GB"},
    "cn-hangzhou": {"V100-32GB"},
    "cn-heyuan": {"A10-24GB", "T4-16GB"},
    "cn-shenzhen": {"A10-24GB", "A100-SXM-80GB"},
}


@pytest.fixture(scope="module")
def china():
    """Rows of one file by its name without ``.csv``."""
    return lambda name: read(FOLDER / f"{name}.csv")


@pytest.fixture(scope="module")
def catalog():
    """The catalog as plans read it."""
    return load_catalog(["china-cloud"])


def test_it_loads_in_its_own_currency(catalog):
    """CNY, as of October 2024, with an age that nobody overlooks in its description and on its page."""
    assert (catalog.currency, catalog.as_of) == ("CNY", "2024-10-09")
    assert "description: >-\n  Prices of October 2024, on demand only." in (FOLDER / "catalog.yaml").read_text("utf-8")
    assert "**Prices of October 2024, on demand only.**" in (FOLDER / "README.md").read_text("utf-8")
    assert {price.source.as_of for price in catalog.prices.values()} == {"2024-10-09"}


def test_only_on_demand_is_offered(catalog):
    """No source has spot or committed prices of this provider: they are unknown, not 0 and not guessed."""
    assert {price.purchase_option for price in catalog.prices.values() if price.status == "offered"} == {"on_demand"}
    assert all(price.price_per_hour is None for price in catalog.prices.values() if price.status == "unknown")
    assert {price.status for price in catalog.prices.values()} == {"offered", "unknown"}


def test_prices_are_in_cny(catalog):
    """A T4 in Guangzhou costs 11.63 CNY an hour, a V100 in Hangzhou 19.739, an A100 in Shenzhen 34.742."""
    for name, region, price in [
        ("ecs.gn6i-c4g1.xlarge", "cn-guangzhou", 11.63),
        ("ecs.gn6e-c12g1.3xlarge", "cn-hangzhou", 19.739),
        ("ecs.gn7e-c16g1.4xlarge", "cn-shenzhen", 34.742),
        ("ecs.gn7i-c8g1.2xlarge", "cn-heyuan", 8.5794),
    ]:
        assert catalog.prices["alicloud", name, f"alicloud/{region}", "on_demand"].price_per_hour == price


def test_regions_sell_what_the_list_says(catalog):
    """Accelerators by region, as the list of 2024-10 has them."""
    sold = {region: set() for region in SOLD}
    for (provider, name, place, _), price in catalog.prices.items():
        accelerator = catalog.instance_types[provider, name].accelerator
        if price.status == "offered" and accelerator:
            sold[place.partition("/")[2]].add(accelerator)
    assert sold == SOLD


def test_everything_but_prices_is_marked_as_an_estimate(china):
    """Transfer, round trips, storage and energy state their reasoning on every row."""
    for row in china("network"):
        assert row["price_basis"] == "estimate"
        assert "CNY per USD (assumed)" in row["price_source"]
        if row["rtt_ms"] and row["from"] != row["to"]:
            assert row["rtt_source"].startswith("estimate, not measured")
    assert {row["basis"] for name in ("storage", "location_energy") for row in china(name)} == {"estimate"}
    assert all("Hong Kong" in row["source"] and "assumed" in row["source"] for row in china("storage"))


def test_transfer_and_storage_are_converted(catalog):
    """At 7.1 CNY per USD: 0.123 to the internet, 0.08 between regions, a disk of 0.1056 and objects of 0.023."""
    beijing, shenzhen = "alicloud/cn-beijing", "alicloud/cn-shenzhen"
    assert catalog.transfer[beijing, "internet"][0].price_per_gb == pytest.approx(0.123 * 7.1)
    assert catalog.transfer[beijing, shenzhen][0].price_per_gb == pytest.approx(0.08 * 7.1)
    assert catalog.transfer[beijing, beijing][0].price_per_gb == pytest.approx(0.02 * 7.1)
    assert catalog.storage["block", beijing].price_per_gb_month == pytest.approx(0.1056 * 7.1, abs=1e-5)
    assert catalog.storage["object", beijing].price_per_gb_month == pytest.approx(0.023 * 7.1, abs=1e-5)


def test_electricity_minds_the_currency(catalog):
    """0.08 EUR x 1.08 x 7.1 = 0.613 CNY a kWh, not 0.08 of anything."""
    for place in catalog.locations.values():
        assert place.electricity_price_per_kwh == pytest.approx(0.08 * 1.08 * 7.1, abs=1e-4)
        assert (place.pue, place.grid_gco2_per_kwh, place.country) == (1.25, 582.3, "CN")


def test_round_trips_grow_with_distance(catalog):
    """Every pair has one; Guangzhou to Shenzhen, 105 km, is below 6 ms, Beijing to Shenzhen, 1,940 km, is 50 ms."""
    names = [f"alicloud/{region}" for region in SOLD]
    rtt_ms = {(a, b): 1000 * catalog.round_trips[a, b].rtt_s for a in names for b in names}
    assert all(rtt_ms[a, b] == rtt_ms[b, a] for a, b in rtt_ms)
    near = rtt_ms["alicloud/cn-guangzhou", "alicloud/cn-shenzhen"]
    # 105 km: 1.05 ms in fibre x 2.47 + 2
    assert near == pytest.approx(1.05 * 2.47 + 2, abs=0.1)
    # 1,944 km: 19.44 ms in fibre x 2.47 + 2
    assert rtt_ms["alicloud/cn-beijing", "alicloud/cn-shenzhen"] == pytest.approx(19.44 * 2.47 + 2, abs=0.3)


def test_curves_are_those_of_the_same_accelerators_elsewhere(catalog):
    """A T4 is a T4 on any cloud: measured curves equal those of public-cloud."""
    elsewhere = {
        (curve.profile, curve.accelerator): curve
        for curve in load_catalog(["public-cloud"]).profiles
        if curve.source.basis == "measured"
    }
    measured = [curve for curve in catalog.profiles if curve.source.basis == "measured"]
    assert len(measured) == 15
    for curve in measured:
        other = elsewhere[curve.profile, curve.accelerator]
        assert (curve.batch_items, curve.service_s) == (other.batch_items, other.service_s)


def test_files_equal_their_manifest():
    """Nobody edited a written file by hand."""
    manifest = json.loads((FOLDER / "MANIFEST.json").read_text(encoding="utf-8"))
    written = [path for path in FOLDER.iterdir() if path.name not in {"MANIFEST.json", "README.md"}]
    assert manifest["files"] == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in written}


@pytest.mark.parametrize(
    ("name", "vendor"),
    [
        ("ecs.c7.4xlarge", "intel"),
        ("ecs.g8a.2xlarge", "amd"),
        ("ecs.c8y.8xlarge", "alibaba-arm"),
        ("ecs.gn6i-c4g1.xlarge", "intel"),
        ("ecs.gn7e-c16g1.4xlarge", "intel"),
    ],
)
def test_cpu_of_alibaba_by_family(tool, name, vendor):
    """The letter after the generation: a for AMD, y for its own Arm CPU (listed as amd64), else Intel."""
    assert tool("catalog.instances").cpu_vendor({"provider": "alicloud", "instance_type": name}) == vendor

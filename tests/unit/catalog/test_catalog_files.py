"""The committed files: complete, in order, with a source on every row, and equal to their manifest."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise

import pytest

COLUMNS = {
    "instance_types": "provider,instance_type,vcpu,memory_gib,accelerator,accelerator_count,accelerator_memory_gib,"
    "network_gbps,idle_power_w,max_power_w,basis,source,as_of,licence",
    "accelerators": "accelerator,bf16_dense_tflops,memory_bandwidth_gb_per_s,board_power_w,basis,source,as_of,licence",
    "locations": "provider,region,zones,country,basis,source,as_of,licence",
    "location_energy": "provider,region,pue,grid_gco2_per_kwh,electricity_price_per_kwh,basis,source,as_of,licence",
    "prices": "provider,instance_type,region,purchase_option,status,price_per_hour,upfront,term_months,applies_to,"
    "unit,as_of,basis,source,licence",
    "availability": "provider,instance_type,region,zones,basis,source,as_of,licence",
    "availability_unlicensed": "provider,instance_type,region,zones,basis,source,as_of,licence",
    "network": "from,to,rtt_ms,rtt_source,rtt_as_of,tier_from_gb,price_per_gb,price_basis,price_source,price_as_of,"
    "licence",
    "storage": "storage_class,provider,region,price_per_gb_month,basis,source,as_of,licence",
    "served_models": "served_model,task,parameters,weights_gib,tables_gib,runtime_gib,host_base_gib,basis,source,"
    "as_of,licence",
    "profiles": "served_model,precision,accelerator,accelerators_per_replica,batch_size,service_time_s,"
    "throughput_per_s,error_band,min_vcpu,basis,source,as_of,licence",
}
COUNTS = {
    "instance_types": 61 + 48 + 26,  # AWS, Google, Azure
    "accelerators": 19,
    "locations": 23,
    "location_energy": 23,
    "prices": 4 * (61 * 8 + 48 * 9 + 26 * 6),  # purchase options x types x regions of the provider
    "availability": 69,
    "availability_unlicensed": 60,
    # between zones, ordered pairs, egress of AWS and Azure, three tiers of nine Google regions
    "network": 23 + 23 * 22 + 8 + 6 + 9 * 3,
    "storage": 23 + 9,  # block everywhere, object at Google
    "served_models": 4,
    "profiles": 16 * 39,  # accelerators x points of all curves
}
KEYS = {
    "instance_types": ("provider", "instance_type"),
    "accelerators": ("accelerator",),
    "locations": ("provider", "region"),
    "location_energy": ("provider", "region"),
    "prices": ("provider", "instance_type", "region", "purchase_option"),
    "availability": ("provider", "instance_type", "region"),
    "availability_unlicensed": ("provider", "instance_type", "region"),
    "network": ("from", "to", "tier_from_gb"),
    "storage": ("storage_class", "provider", "region"),
    "served_models": ("served_model",),
    "profiles": ("served_model", "precision", "accelerator", "accelerators_per_replica", "batch_size"),
}
NUMERIC = {"tier_from_gb", "accelerators_per_replica", "batch_size"}
PERMISSIVE = {
    "Apache-2.0",
    "Apache-2.0 and CC BY 4.0",
    "CC BY 4.0",
    "MIT",
    "MIT and Apache-2.0",
    "facts, vendor datasheet",
    "facts, no source document",
    "no figure taken",
}
#: Bytes of all files together.
LARGEST = 3_000_000
KEPT_APART = {"location_energy", "availability_unlicensed"}


@pytest.mark.parametrize("name", COLUMNS)
def test_file_has_its_columns_and_rows(shipped, rows, name):
    """Header, row count, UTF-8, LF and a line feed at the end are as the readers expect."""
    raw = (shipped / f"{name}.csv").read_bytes()
    assert raw.decode("utf-8").splitlines()[0] == COLUMNS[name]
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert len(rows(name)) == COUNTS[name]


@pytest.mark.parametrize("name", KEYS)
def test_rows_are_sorted_and_unique(rows, name):
    """Rows rise strictly by key, so that a refresh shows as a readable difference and no row is said twice."""
    found = [tuple(float(row[k]) if k in NUMERIC else row[k] for k in KEYS[name]) for row in rows(name)]
    assert all(a < b for a, b in pairwise(found))


@pytest.mark.parametrize("name", COLUMNS)
def test_every_row_says_where_it_comes_from(rows, name):
    """Basis, source, date and licence are filled on every row; round trips and transfer prices have their own."""
    prefix = "price_" if name == "network" else ""
    for row in rows(name):
        needed = [f"{prefix}basis", f"{prefix}source", f"{prefix}as_of", "licence"]
        if row.get("rtt_ms"):
            needed += ["rtt_source", "rtt_as_of"]
        assert all(row[column].strip() for column in needed), row


@pytest.mark.parametrize("name", COLUMNS)
def test_licences_are_permissive_or_the_file_is_apart(rows, name):
    """No share-alike or unlicensed row sits among the permissive ones; two files of bare facts say so on each row."""
    licences = {row["licence"] for row in rows(name)}
    if name in KEPT_APART:
        assert all("none stated, facts only" in licence for licence in licences)
    else:
        assert licences <= PERMISSIVE


def test_files_equal_their_manifest(shipped):
    """Nobody edited a written file by hand: SHA-256 of every file is the one the script wrote down."""
    manifest = json.loads((shipped / "MANIFEST.json").read_text(encoding="utf-8"))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in shipped.iterdir()
        if path.name not in {"MANIFEST.json", "README.md"}
    }
    assert found == manifest["files"]
    assert all(len(digest) == 64 for digest in manifest["inputs"].values())


def test_demand_equals_its_manifest(shipped):
    """The shipped demand is the one the script wrote."""
    folder = shipped.parents[1] / "scenarios" / "shop-search"
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    assert manifest["files"] == {"demand.csv": hashlib.sha256((folder / "demand.csv").read_bytes()).hexdigest()}


def test_the_catalog_is_wide_and_light(shipped, rows):
    """At least 120 types of three providers in at least 20 regions, in less than 3 MB."""
    assert len(rows("instance_types")) >= 120
    assert {row["provider"] for row in rows("instance_types")} == {"aws", "azure", "gcp"}
    assert len(rows("locations")) >= 20
    assert sum(path.stat().st_size for path in shipped.iterdir()) < LARGEST


def test_every_region_is_complete(rows):
    """Each region has block storage, energy figures, a price for at least 10 types, and a way to every other."""
    names = {(row["provider"], row["region"]) for row in rows("locations")}
    assert {(row["provider"], row["region"]) for row in rows("storage") if row["storage_class"] == "block"} == names
    energy = {(row["provider"], row["region"]): row for row in rows("location_energy")}
    assert energy.keys() == names
    assert all(
        row[column] for row in energy.values() for column in ("pue", "grid_gco2_per_kwh", "electricity_price_per_kwh")
    )
    offered = [row for row in rows("prices") if (row["status"], row["purchase_option"]) == ("offered", "on_demand")]
    for provider, region in names:
        assert sum((row["provider"], row["region"]) == (provider, region) for row in offered) >= 10
    places = {"/".join(name) for name in names}
    pairs = {(row["from"], row["to"]) for row in rows("network") if row["rtt_ms"] and row["price_per_gb"]}
    assert pairs == {(a, b) for a in places for b in places}


def test_every_type_has_a_price_row_everywhere(rows):
    """Each type has one row for every region of its provider and purchase option; none is silently missing."""
    regions = {}
    for row in rows("locations"):
        regions.setdefault(row["provider"], []).append(row["region"])
    options = ("on_demand", "spot", "committed_1y", "committed_3y")
    wanted = {
        (row["provider"], row["instance_type"], region, option)
        for row in rows("instance_types")
        for region in regions[row["provider"]]
        for option in options
    }
    assert {tuple(row[k] for k in KEYS["prices"]) for row in rows("prices")} == wanted


def test_prices_are_unknown_or_above_zero(rows):
    """An unknown price is empty, never 0; every other price is above 0; terms and upfront are as the option says."""
    terms = {"on_demand": "0", "spot": "0", "committed_1y": "12", "committed_3y": "36"}
    for row in rows("prices"):
        assert row["status"] in {"offered", "not_offered", "unknown"}
        assert row["price_per_hour"] == "" or float(row["price_per_hour"]) > 0
        assert row["status"] != "offered" or row["price_per_hour"], row
        assert row["status"] != "unknown" or not row["price_per_hour"], row
        assert (row["term_months"], row["upfront"]) == (terms[row["purchase_option"]], "0")


def test_names_join_without_a_miss(rows):
    """Accelerators, models, types and regions named in one file exist in the file that describes them."""
    accelerators = {row["accelerator"] for row in rows("accelerators")}
    types = {(row["provider"], row["instance_type"]) for row in rows("instance_types")}
    regions = {(row["provider"], row["region"]) for row in rows("locations")}
    names = {f"{provider}/{region}" for provider, region in regions}
    assert {row["accelerator"] for row in rows("instance_types")} - {""} == accelerators
    assert {row["accelerator"] for row in rows("profiles")} < accelerators
    assert {row["served_model"] for row in rows("profiles")} == {row["served_model"] for row in rows("served_models")}
    assert {(row["provider"], row["region"]) for row in rows("location_energy")} == regions
    assert {row["from"] for row in rows("network")} == names
    assert {row["to"] for row in rows("network")} == names | {"internet"}
    zones = {(row["provider"], row["region"]): set(row["zones"].split("|")) for row in rows("locations")}
    for row in [*rows("availability"), *rows("availability_unlicensed")]:
        assert (row["provider"], row["instance_type"]) in types
        assert row["zones"]
        assert set(row["zones"].split("|")) <= zones[row["provider"], row["region"]]

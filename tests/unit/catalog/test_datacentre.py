"""The catalog of owned hardware: its figures by hand, alone and beside the public catalog."""

from __future__ import annotations

import hashlib
import json

import pytest

from optimizer.inputs import load_catalog
from optimizer.inputs.catalog import read_catalogs
from optimizer.inputs.faults import Faults
from tests.unit.catalog.conftest import ROOT, read

FOLDER = ROOT / "catalogs" / "datacentre"
ASHBURN, HILLSBORO = "own/ashburn", "own/hillsboro"


@pytest.fixture(scope="module")
def alone():
    """The catalog by itself."""
    return load_catalog(["datacentre"])


@pytest.mark.parametrize(
    ("kind", "end", "price"),
    [
        # 36,000 x 1.08 + 3,500 x 1.3 kW of 15: power asks for more of a rack than 2 of 42 units
        ("gpu-8x-l4", "mid", 36_000 * 1.08 + 3_500 * 1.3 / 15),
        ("gpu-8x-l4", "low", 28_000 * 1.05 + 2_000 * 1.3 / 15),
        ("gpu-8x-l4", "high", 48_000 * 1.15 + 6_000 * 1.3 / 15),
        # 20,000 x 1.08 + 3,500 x 0.9 kW of 15
        ("cpu-2s-genoa-192c", "mid", 20_000 * 1.08 + 3_500 * 0.9 / 15),
        # 6,000 W while serving, not the 10,200 W of the nameplate
        ("gpu-8x-h100-sxm-80", "mid", 270_000 * 1.08 + 3_500 * 6.0 / 15),
    ],
)
def test_a_purchase_price_has_its_switches_and_rack(alone, kind, end, price):
    """The collected price, a share for switches, and the part of a rack that height or power takes, whole USD."""
    for place in (ASHBURN, HILLSBORO):
        assert alone.owned["own", kind, place].purchase_price(end) == round(price)


def test_a_server_fits_into_a_rack_and_its_price_range_rises():
    """No server needs more than one rack, by height or by power; low, mid and high differ."""
    types = {row["instance_type"]: row for row in read(FOLDER / "instance_types.csv")}
    for row in read(FOLDER / "owned.csv"):
        power, units = float(types[row["instance_type"]]["max_power_w"]) / 15_000, float(row["rack_units"]) / 42
        assert max(power, units) <= 1.0
        assert float(row["purchase_price_low"]) < float(row["purchase_price_mid"]) < float(row["purchase_price_high"])


def test_power_is_that_of_serving(alone):
    """Nameplates give way to the notes of the collected rows; idle power is known for every server."""
    power = {name: kind.max_power_w for (_, name), kind in alone.instance_types.items()}
    assert power["gpu-8x-h100-sxm-80"] == 6000.0
    assert power["gpu-8x-a100-sxm-80"] == 4000.0
    assert power["gpu-8x-b200-sxm-180"] == 10400.0
    assert power["gpu-4x-a100-pcie-80"] == 1255.0
    for kind in alone.instance_types.values():
        assert 0 < kind.idle_power_w < kind.max_power_w


def test_busy_power_is_what_the_notes_say(tool, data_folder):
    """Where a row of the collected data names a busy power, that figure is taken."""
    module = tool("catalog.datacentre")
    data = tool("catalog.tables").DataFolder(data_folder)
    noted = {row["server_type"]: row["note"] for row in data.rows(module.SERVERS) if "busy" in row["note"]}
    assert len(noted) == 2
    for name, note in noted.items():
        assert f"use {module.BUSY_POWER_W[name]:,.0f} W" in note


def test_rooms_have_limits_and_prices(alone):
    """20 racks of 15 kW and 42 units, the price of a kW, people, PUE and the electricity of the state."""
    for place, electricity in ((ASHBURN, 0.0893), (HILLSBORO, 0.0872)):
        site, room = alone.sites[place], alone.locations[place]
        assert (site.power_limit_kw, site.rack_units) == (300.0, 840.0)
        assert (site.space_price_per_kw_month, site.servers_per_operator) == (217.3, 250.0)
        assert (room.pue, room.electricity_price_per_kwh, room.zones) == (1.5, electricity, ("a", "b"))


def test_lines_start_from_the_region_beside(alone):
    """1.5 ms to the region beside; anywhere else that much more than from there; twice between the rooms."""
    cloud = load_catalog(["public-cloud"])
    for place, beside in ((ASHBURN, "aws/us-east-1"), (HILLSBORO, "aws/us-west-2")):
        assert alone.round_trips[place, beside].rtt_s == pytest.approx(0.0015)
        for name in alone.locations:
            if not name.startswith("own/") and name != beside:
                expected = cloud.round_trips[beside, name].rtt_s + 0.0015
                assert alone.round_trips[place, name].rtt_s == pytest.approx(expected, abs=6e-5)
                assert alone.round_trips[name, place].rtt_s == alone.round_trips[place, name].rtt_s
    between = cloud.round_trips["aws/us-east-1", "aws/us-west-2"].rtt_s + 0.003
    assert alone.round_trips[ASHBURN, HILLSBORO].rtt_s == pytest.approx(between, abs=6e-5)


def test_every_line_has_a_price(alone):
    """Out of a cloud as to the internet with all its tiers, out of a room the same small price everywhere."""
    cloud = load_catalog(["public-cloud"])
    for name in alone.locations:
        for room in (ASHBURN, HILLSBORO):
            out, back = alone.transfer[name, room], alone.transfer[room, name]
            if name.startswith("own/"):
                assert len(out) == 1
                continue
            told = [(tier.from_gb, tier.price_per_gb) for tier in cloud.transfer[name, "internet"]]
            assert [(tier.from_gb, tier.price_per_gb) for tier in out] == told
            assert [tier.price_per_gb for tier in back] == [0.005]
    assert alone.transfer[ASHBURN, ASHBURN][0].price_per_gb == 0.0


def test_every_accelerator_has_its_curves(alone):
    """All six profiles on all accelerators; those of the A30 are measured but for one."""
    have = {(curve.profile, curve.accelerator) for curve in alone.profiles}
    profiles = {profile for profile, _ in have}
    assert len(profiles) == 6
    assert have == {(profile, name) for profile in profiles for name in alone.accelerators}
    a30 = {curve.profile: curve.source.basis for curve in alone.profiles if curve.accelerator == "A30-24GB"}
    assert {profile for profile, basis in a30.items() if basis == "estimated"} == {"bert-base-s128/fp16"}


@pytest.mark.parametrize("names", [["public-cloud", "datacentre"], ["datacentre", "public-cloud"]])
def test_beside_the_public_catalog_nothing_is_overridden(names):
    """What both state is stated alike, so that the order of the two does not matter."""
    faults = Faults()
    read_both = read_catalogs(names, None, names, faults)
    assert not len(faults)
    assert read_both.warnings == ()
    assert len(read_both.catalog.locations) == 25
    assert len(read_both.catalog.owned) == 26


def test_every_figure_is_an_estimate_with_a_source():
    """No row of what is bought, and no site, passes for a list price."""
    for name in ("owned", "sites", "instance_types", "storage", "location_energy"):
        for row in read(FOLDER / f"{name}.csv"):
            assert row["basis"] == "estimate"
            assert row["source"]
            assert row["licence"]


def test_files_equal_their_manifest():
    """Nobody edited a written file by hand."""
    manifest = json.loads((FOLDER / "MANIFEST.json").read_text(encoding="utf-8"))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.iterdir()
        if path.name not in {"MANIFEST.json", "README.md"}
    }
    assert found == manifest["files"]

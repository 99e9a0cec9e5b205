"""Each way in which figures of places and networks would have produced a wrong plan, held off in the rows."""

from __future__ import annotations

import math

import pytest

GB_PER_GIB = 1.073741824
#: Kilometres that light travels in fibre in a millisecond.
FIBRE_KM_PER_MS = 200.0
EARTH_KM = 6371.0
#: Latitude and longitude of the city (or county) of each location.
CITIES = {
    "aws/ap-northeast-1": (35.7, 139.7), "aws/ap-south-1": (19.1, 72.9), "aws/ap-southeast-1": (1.3, 103.8),
    "aws/eu-central-1": (50.1, 8.7), "aws/eu-west-1": (53.35, -6.3), "aws/sa-east-1": (-23.5, -46.6),
    "aws/us-east-1": (39.0, -77.5), "aws/us-west-2": (45.8, -119.7), "azure/eastus": (38.7, -78.2),
    "azure/germanywestcentral": (50.1, 8.7), "azure/japaneast": (35.7, 139.7), "azure/northeurope": (53.35, -6.3),
    "azure/westeurope": (52.4, 4.9), "azure/westus3": (33.4, -112.1), "gcp/asia-northeast1": (35.7, 139.7),
    "gcp/asia-south1": (19.1, 72.9), "gcp/asia-southeast1": (1.35, 103.7), "gcp/europe-west1": (50.4, 3.8),
    "gcp/europe-west4": (53.4, 6.8), "gcp/southamerica-east1": (-23.5, -46.6), "gcp/us-central1": (41.2, -95.9),
    "gcp/us-east4": (39.0, -77.5), "gcp/us-west1": (45.6, -121.2),
}  # fmt: skip


def floor_ms(a, b):
    """Round trip of light in a straight fibre between two cities."""
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(math.radians, CITIES[name])) for name in (a, b))
    haversine = (
        math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * 2 * EARTH_KM * math.asin(math.sqrt(haversine)) / FIBRE_KM_PER_MS


@pytest.fixture(scope="module")
def rtt_ms(rows):
    """Round trips by pair of locations, milliseconds."""
    return {(row["from"], row["to"]): float(row["rtt_ms"]) for row in rows("network") if row["to"] != "internet"}


@pytest.fixture(scope="module")
def energy(rows):
    """Energy rows by ``provider/region``."""
    return {f"{row['provider']}/{row['region']}": row for row in rows("location_energy")}


def test_round_trips_are_one_value_a_pair(rtt_ms):
    """The lower direction of the six pairs of the first four locations, the same both ways."""
    expected = {
        ("aws/us-east-1", "aws/us-west-2"): 68.3,
        ("aws/us-east-1", "gcp/us-central1"): 28.5,  # the other direction reads 41.9
        ("aws/us-east-1", "gcp/us-east4"): 2.8,
        ("aws/us-west-2", "gcp/us-central1"): 62.0,
        ("aws/us-west-2", "gcp/us-east4"): 81.4,
        ("gcp/us-central1", "gcp/us-east4"): 22.3,  # the other direction reads 37.9
    }
    for (a, b), value in expected.items():
        assert rtt_ms[a, b] == rtt_ms[b, a] == value
    assert {rtt_ms[name, name] for name in CITIES} == {1.0}


def test_no_round_trip_is_faster_than_light(rtt_ms):
    """Every pair has a round trip, equal both ways, that light in fibre could make; cities are known to some 50 km."""
    for a in CITIES:
        for b in CITIES:
            assert rtt_ms[a, b] == rtt_ms[b, a]
            assert rtt_ms[a, b] >= floor_ms(a, b) - 0.5, (a, b, floor_ms(a, b))
    # the lower directions, 106.1, 92.6, 143.6 and 66.6 ms, would be faster than light
    assert rtt_ms["aws/ap-southeast-1", "gcp/us-central1"] == 193.9
    assert rtt_ms["aws/us-east-1", "gcp/asia-northeast1"] == 153.6
    assert rtt_ms["aws/us-east-1", "gcp/asia-southeast1"] == 216.6
    assert rtt_ms["gcp/europe-west1", "gcp/us-west1"] == 133.9


def test_places_without_round_trips_or_transfer_prices_are_left_out(rows):
    """Azure regions that were never pinged, or without transfer prices, are not here (southeastasia lacks both)."""
    names = {f"{row['provider']}/{row['region']}" for row in rows("locations")}
    assert names == CITIES.keys()
    priced = {(row["from"], row["to"]) for row in rows("network") if row["price_per_gb"]}
    assert priced == {(a, b) for a in CITIES for b in [*CITIES, "internet"]}


def test_nothing_between_places_is_free_by_mistake(rows):
    """The sources read 0 inside a region: between zones a price stands there, and nowhere is a price 0."""
    assert all(float(row["price_per_gb"]) > 0 for row in rows("network"))
    assert {row["price_per_gb"] for row in rows("network") if row["from"] == row["to"]} == {"0.01"}


def test_types_known_in_few_zones_say_so(rows):
    """g2 in us-east4 and a2 in us-west1 are in one zone: the loss of a zone cannot be survived there."""
    zones = {
        (row["instance_type"], row["region"]): row["zones"]
        for name in ("availability", "availability_unlicensed")
        for row in rows(name)
    }
    g2 = {name for name, _ in zones if name.startswith("g2-standard-")}
    assert {zones[name, "us-east4"] for name in g2} == {"a"}
    assert {zones[f"a2-highgpu-{count}g", "us-west1"] for count in (1, 2, 4, 8)} == {"b"}
    assert zones["a2-ultragpu-1g", "us-east4"] == "c"
    assert zones["a2-ultragpu-1g", "us-central1"] == "a|c"
    assert ("a2-highgpu-1g", "us-east4") not in zones
    assert zones["n2-standard-8", "us-central1"] == "a|b|c|f"  # zone d is for special purposes


def test_carbon_is_of_one_source(energy):
    """Regions of all providers on one grid have one value, from one source and year."""
    grids = {
        "396.25": ("aws/us-east-1", "gcp/us-east4", "azure/eastus"),
        "119.76": ("aws/us-west-2", "gcp/us-west1"),
        "536.06": ("aws/ap-northeast-1", "gcp/asia-northeast1", "azure/japaneast"),
        "403.4": ("aws/eu-west-1", "azure/northeurope"),  # not the 82.34 of a Finnish row of the same name
        "283.17": ("azure/westeurope", "gcp/europe-west4"),
        "370.93": ("aws/eu-central-1", "azure/germanywestcentral"),
    }
    for value, names in grids.items():
        assert {energy[name]["grid_gco2_per_kwh"] for name in names} == {value}
    country_means = {name for name, row in energy.items() if "country mean" in row["source"]}
    assert country_means == {"azure/westus3"}
    for name, row in energy.items():
        assert "Green-Software-Foundation/real-time-cloud@b2858aa" in row["source"] or name in country_means


def test_pue_is_of_the_provider_and_says_where_it_is_a_fleet_average(energy):
    """Seven regions have the provider's average only, and say so; every figure is between 1.07 and 1.42."""
    averages = {name for name, row in energy.items() if "fleet average" in row["source"]}
    assert averages == {
        "azure/germanywestcentral", "azure/japaneast", "gcp/asia-northeast1", "gcp/asia-south1",
        "gcp/southamerica-east1",
    }  # fmt: skip
    assert all(1.07 <= float(row["pue"]) <= 1.42 for row in energy.values())


def test_electricity_is_in_dollars(energy):
    """US states by EIA 2023, not the figure labelled in EUR; EUR prices are converted, continent means are marked."""
    price = {name: float(row["electricity_price_per_kwh"]) for name, row in energy.items()}
    # means of 0.0895 and 0.0892 (Virginia), 0.0992 and 0.0752 (Oregon), 0.1033 and 0.0691 (Iowa)
    for name, expected in [("aws/us-east-1", 0.0893), ("aws/us-west-2", 0.0872), ("gcp/us-central1", 0.0862)]:
        assert price[name] == pytest.approx(expected, abs=1e-4)
    assert price["gcp/us-east4"] == price["azure/eastus"] == price["aws/us-east-1"]
    assert price["aws/eu-central-1"] == pytest.approx(0.233 * 1.08, abs=1e-4)
    for name, row in energy.items():
        assert ("low confidence" in row["source"]) == (not row["licence"].endswith("US public domain")), name


def test_power_figures_of_a_share_alike_source_stay_out(rows):
    """Idle watts are empty everywhere; busy watts are empty where the board limit was only observed or is unknown."""
    types = rows("instance_types")
    assert {row["idle_power_w"] for row in types} == {""}
    assert {row["accelerator"] for row in types if not row["max_power_w"]} == {
        "A10-24GB", "A10G-24GB", "V100-16GB", "V100-32GB", "TPU-v5e", "TPU-v6e",
    }  # fmt: skip


def test_google_egress_is_converted_from_gib(rows):
    """Listed in USD per GiB with tiers at 1 and 10 TiB; here in USD per GB with tiers in GB, in every region."""
    tiers = {name: [] for name in CITIES if name.startswith("gcp")}
    for row in rows("network"):
        if row["to"] == "internet" and row["from"].startswith("gcp"):
            tiers[row["from"]].append((float(row["tier_from_gb"]), float(row["price_per_gb"])))
    for found in tiers.values():
        assert [start for start, _ in found] == pytest.approx([0.0, 1099.511627776, 10995.11627776])
        assert found[0][1] >= found[1][1] > found[2][1]
    central = [price for _, price in tiers["gcp/us-central1"]]
    assert central == pytest.approx([0.12 / GB_PER_GIB, 0.11 / GB_PER_GIB, 0.08 / GB_PER_GIB])
    tokyo = [price for _, price in tiers["gcp/asia-northeast1"]]
    # listed 0.085, 0.12, 0.085: the first tier is a slip of the list
    assert tokyo == pytest.approx([0.12 / GB_PER_GIB, 0.12 / GB_PER_GIB, 0.085 / GB_PER_GIB])


def test_prices_per_gb_do_not_round_trip_through_memory_units(rows):
    """AWS egress and storage are listed per GB and stay as they are."""
    aws = {row["from"]: row["price_per_gb"] for row in rows("network") if row["to"] == "internet"}
    assert (aws["aws/us-east-1"], aws["aws/sa-east-1"], aws["aws/ap-northeast-1"]) == ("0.09", "0.15", "0.114")
    block = {row["region"]: row for row in rows("storage") if row["storage_class"] == "block"}
    assert (block["us-east-1"]["price_per_gb_month"], block["sa-east-1"]["price_per_gb_month"]) == ("0.08", "0.152")


def test_storage_that_nobody_lists_is_an_estimate(rows):
    """Azure has no storage price in the data: each region takes the nearest AWS region's and says so."""
    azure = {row["region"]: row for row in rows("storage") if row["provider"] == "azure"}
    assert {row["basis"] for row in azure.values()} == {"estimate"}
    taken = {region: row["source"].partition("equal to ")[2].partition(",")[0] for region, row in azure.items()}
    assert taken == {
        "eastus": "aws/us-east-1", "germanywestcentral": "aws/eu-central-1", "japaneast": "aws/ap-northeast-1",
        "northeurope": "aws/eu-west-1", "westeurope": "aws/eu-central-1", "westus3": "aws/us-west-2",
    }  # fmt: skip
    listed = {row["basis"] for row in rows("storage") if row["provider"] != "azure"}
    assert listed == {"list"}

"""Each way in which the collected data would have produced a wrong plan, held off in the committed rows."""

from __future__ import annotations

from collections import defaultdict

import pytest

GB_PER_GIB = 1.073741824
DISCOUNTED = {"committed_1y": (0.60, 0.70), "committed_3y": (0.34, 0.48)}


@pytest.fixture
def prices(rows):
    """Price rows by provider, type, region, option."""
    columns = ("provider", "instance_type", "region", "purchase_option")
    return {tuple(row[column] for column in columns): row for row in rows("prices")}


@pytest.fixture
def curves(rows):
    """Rows of each curve by model, precision and accelerator."""
    found = defaultdict(list)
    for row in rows("profiles"):
        found[row["served_model"], row["precision"], row["accelerator"]].append(row)
    return found


def test_a_listed_price_is_not_an_offer(prices):
    """a2-highgpu-1g has a list price in us-east4 and is not sold there; it is the only such type of this catalog."""
    not_sold = {key[:3] for key, row in prices.items() if row["status"] == "not_offered"}
    assert not_sold == {("gcp", "a2-highgpu-1g", "us-east4")}
    row = prices["gcp", "a2-highgpu-1g", "us-east4", "on_demand"]
    assert row["price_per_hour"] == "3.934355"
    assert "not sold in this region" in row["source"]


def test_types_known_in_one_zone_only_say_so(rows):
    """g2 and a2-ultragpu are in one zone of us-east4: the loss of a zone cannot be survived there."""
    zones = {
        (row["instance_type"], row["region"]): row["zones"]
        for name in ("availability", "availability_unlicensed")
        for row in rows(name)
    }
    assert {zones[name, "us-east4"] for name in starting_with("g2-standard-", zones)} == {"a"}
    assert zones["a2-ultragpu-1g", "us-east4"] == "c"
    assert zones["a2-ultragpu-1g", "us-central1"] == "a|c"
    assert ("a2-highgpu-1g", "us-east4") not in zones


def starting_with(prefix, zones):
    """Names of the types that start with `prefix`."""
    return {name for name, _region in zones if name.startswith(prefix)}


def test_commitments_older_than_a_price_cut_are_unknown(prices):
    """No committed price of p4d, p4de or p5 is used: they were read before on demand fell by a third and more."""
    for key, row in prices.items():
        if key[1].startswith(("p4d.", "p4de.", "p5.")) and key[3].startswith("committed"):
            assert row["status"] == "unknown"
            assert "stale" in row["source"]


def test_other_commitments_have_ordinary_discounts(prices):
    """What is left costs 60 to 70 % (1 year) and 34 to 48 % (3 years) of on demand: no stale price slipped through."""
    checked = 0
    for (provider, name, region, option), row in prices.items():
        if option in DISCOUNTED and row["status"] == "offered":
            low, high = DISCOUNTED[option]
            full = float(prices[provider, name, region, "on_demand"]["price_per_hour"])
            assert low <= float(row["price_per_hour"]) / full <= high, row
            checked += 1
    # 28 types in 2 regions x 2 terms = 112; less p4d, p4de, p5 (12), a2-ultragpu (4) and a2-highgpu in us-east4 (2)
    assert checked == 112 - 12 - 4 - 2


def test_spot_at_the_floor_is_not_an_offer(prices):
    """Every spot price used is above an eighth of on demand and below it."""
    for (provider, name, region, option), row in prices.items():
        if option == "spot" and row["price_per_hour"]:
            share = float(row["price_per_hour"]) / float(prices[provider, name, region, "on_demand"]["price_per_hour"])
            assert 0.125 < share < 1.0, row


def test_estimated_prices_are_marked(prices):
    """AWS spot, and on demand of the families whose regional list price is older than the cut, are estimates."""
    estimates = {key for key, row in prices.items() if row["basis"] == "estimate"}
    cut = {("aws", name, "us-west-2", "on_demand") for name in ("p4d.24xlarge", "p4de.24xlarge", "p5.48xlarge")}
    spot = {key for key in prices if key[0] == "aws" and key[3] == "spot"}
    assert estimates == cut | spot


def test_aws_regions_carry_their_own_dates(prices):
    """us-east-1 is listed in 2026-07, us-west-2 in 2025-04 or scaled to 2026-07: the difference is on the rows."""
    dates = defaultdict(set)
    for key, row in prices.items():
        if key[0] == "aws" and key[3] == "on_demand":
            dates[key[2], row["basis"]].add(row["as_of"])
    assert dates == {
        ("us-east-1", "list"): {"2026-07-20"},
        ("us-west-2", "list"): {"2025-04-04"},
        ("us-west-2", "estimate"): {"2026-07"},
    }


def test_no_precision_is_named_that_nobody_measured(curves):
    """Curves are fp16 or fp32; there is no int8 curve of any batch model."""
    assert {(model, precision) for model, precision, _ in curves} == {
        ("bert-6l-768-s384", "fp16"),
        ("bert-base-s128", "fp16"),
        ("dcnv2-criteo-4b", "fp16"),
        ("dcnv2-criteo-4b", "fp32"),
        ("dlrm-criteo-4b", "fp16"),
        ("dlrm-criteo-4b", "fp32"),
    }


def test_models_of_one_name_are_not_mixed(curves):
    """Sequence lengths 128 and 384 and the 4B and 22B rankers share names in the data: each curve is one of them."""
    t4 = curves["bert-base-s128", "fp16", "T4-16GB"]
    assert [row["batch_size"] for row in t4] == ["1", "2", "4", "8"]
    assert t4[-1]["service_time_s"] == "0.01502"  # sequence length 384 takes 41.53 ms, TensorFlow 1 33.07 ms
    # the 22B model takes 66.14 ms
    assert curves["dlrm-criteo-4b", "fp16", "T4-16GB"][-1]["service_time_s"] == "0.061946"


def test_candidates_set_the_range_of_requests(curves):
    """Ranking curves reach from 256 to 32,768 candidates: 400 a request is in range from 1 to 81 requests a batch."""
    for (model, _, _), points in curves.items():
        if "criteo" in model:
            sizes = [int(row["batch_size"]) for row in points]
            assert sizes == [256 * 2**i for i in range(8)]
            assert min(sizes) <= 400
            assert 81 * 400 <= max(sizes) < 82 * 400


def test_tables_go_to_a_host_that_can_hold_and_read_them(rows, curves):
    """The 4B tables do not fit a T4 and do not fit the host of g4dn.xlarge; g4dn.2xlarge holds them, A10G and L4 do."""
    types = {row["instance_type"]: row for row in rows("instance_types")}
    model = {row["served_model"]: row for row in rows("served_models")}["dlrm-criteo-4b"]
    on_accelerator = float(model["weights_gib"]) + float(model["tables_gib"]) + float(model["runtime_gib"])
    on_host = float(model["host_base_gib"]) + float(model["tables_gib"])
    assert float(types["g4dn.xlarge"]["accelerator_memory_gib"]) < on_accelerator
    assert float(types["g4dn.xlarge"]["memory_gib"]) < on_host <= float(types["g4dn.2xlarge"]["memory_gib"])
    assert on_accelerator <= float(types["g5.xlarge"]["accelerator_memory_gib"]) == 22.4
    assert float(types["g2-standard-4"]["accelerator_memory_gib"]) == 24
    for (name, _, accelerator), points in curves.items():
        assert {row["min_vcpu"] for row in points} == (
            {"8"} if "criteo" in name and accelerator == "T4-16GB" else {"0"}
        )


def test_latency_and_throughput_agree(curves):
    """Throughput x service time is the batch within 7 %; above only for a p95 or a point raised to a smaller batch."""
    for points in curves.values():
        for row in points:
            ratio = float(row["throughput_per_s"]) * float(row["service_time_s"]) / int(row["batch_size"])
            exact = row["basis"] == "measured" and "mean latency" in row["source"] and "raised" not in row["source"]
            assert ratio >= 0.93
            assert ratio <= (1.07 if exact or row["basis"] == "estimated" else 1.35), row


def test_curves_never_fall(curves):
    """Batches rise strictly and service times never fall; the T4 at batch 2 is raised to batch 1 and says so."""
    for points in curves.values():
        sizes = [int(row["batch_size"]) for row in points]
        times = [float(row["service_time_s"]) for row in points]
        assert sizes == sorted(set(sizes))
        assert times == sorted(times)
    second = curves["bert-base-s128", "fp16", "T4-16GB"][1]
    assert second["service_time_s"] == "0.01084"
    assert "raised from 9.27 ms to the slowest smaller batch" in second["source"]


def test_only_hardware_for_sale_has_curves(rows, curves):
    """No curve of an accelerator that no shipped type has (A30, V100); only the T4 and the A100-80 were measured."""
    assert {key[2] for key in curves} == {row["accelerator"] for row in rows("instance_types")} - {""}
    measured = {key[2] for key, points in curves.items() if points[0]["basis"] == "measured"}
    assert measured == {"T4-16GB", "A100-SXM-80GB"}


def test_bands_say_what_is_measured(curves):
    """One band for each curve: 1.0 where estimated, the curve's own leave-one-out error where measured."""
    for points in curves.values():
        (basis,) = {row["basis"] for row in points}
        (band,) = {float(row["error_band"]) for row in points}
        assert band == 1.0 if basis == "estimated" else 0 < band <= 0.28
        assert all("measure before buying" in row["source"] for row in points if basis == "estimated")


def test_round_trips_are_one_value_a_pair(rows):
    """The lower direction, the same both ways, never faster than light in fibre (floors from city coordinates)."""
    rtt = {(row["from"], row["to"]): row["rtt_ms"] for row in rows("network") if row["to"] != "internet"}
    expected = {
        ("aws/us-east-1", "aws/us-west-2"): (68.3, 35.1),
        ("aws/us-east-1", "gcp/us-central1"): (28.5, 15.8),  # the other direction reads 41.9
        ("aws/us-east-1", "gcp/us-east4"): (2.8, 0.1),
        ("aws/us-west-2", "gcp/us-central1"): (62.0, 19.8),
        ("aws/us-west-2", "gcp/us-east4"): (81.4, 35.0),
        ("gcp/us-central1", "gcp/us-east4"): (22.3, 15.8),  # the other direction reads 37.9
    }
    for (a, b), (value, floor) in expected.items():
        assert float(rtt[a, b]) == float(rtt[b, a]) == value > floor
    assert {rtt[pair] for pair in rtt if pair[0] == pair[1]} == {"1"}


def test_carbon_is_of_one_source(rows):
    """Both providers' regions in Virginia are on one grid and have one value, from one source and year."""
    energy = {(row["provider"], row["region"]): row for row in rows("location_energy")}
    virginia = {energy["aws", "us-east-1"]["grid_gco2_per_kwh"], energy["gcp", "us-east4"]["grid_gco2_per_kwh"]}
    assert virginia == {"396.25"}
    assert len({row["source"].partition("; electricity")[0] for row in energy.values()}) == 1


def test_electricity_is_in_dollars_of_the_state(rows):
    """Mean of the state's commercial and industrial price (EIA 2023), not the figure labelled in EUR."""
    price = {row["region"]: float(row["electricity_price_per_kwh"]) for row in rows("location_energy")}
    # means of 0.0895 and 0.0892 (Virginia), 0.0992 and 0.0752 (Oregon), 0.1033 and 0.0691 (Iowa)
    assert price == {
        "us-east-1": pytest.approx(0.0893, abs=1e-4),
        "us-west-2": pytest.approx(0.0872, abs=1e-4),
        "us-central1": pytest.approx(0.0862, abs=1e-4),
        "us-east4": pytest.approx(0.0893, abs=1e-4),
    }


def test_power_figures_of_a_share_alike_source_stay_out(rows):
    """Idle watts are empty everywhere; busy watts are empty where the board limit was only observed (A10G)."""
    types = rows("instance_types")
    assert {row["idle_power_w"] for row in types} == {""}
    assert {row["accelerator"] for row in types if not row["max_power_w"]} == {"A10G-24GB"}


def test_google_egress_is_converted_from_gib(rows):
    """Listed in USD per GiB with tiers at 1 and 10 TiB; here in USD per GB with tiers in GB."""
    tiers = [
        (float(row["tier_from_gb"]), float(row["price_per_gb"]))
        for row in rows("network")
        if (row["from"], row["to"]) == ("gcp/us-central1", "internet")
    ]
    assert [start for start, _ in tiers] == pytest.approx([0.0, 1099.511627776, 10995.11627776])
    assert [price for _, price in tiers] == pytest.approx([0.12 / GB_PER_GIB, 0.11 / GB_PER_GIB, 0.08 / GB_PER_GIB])


def test_prices_per_gb_do_not_round_trip_through_memory_units(rows):
    """AWS egress and storage are listed per GB and stay as they are."""
    aws = {row["price_per_gb"] for row in rows("network") if row["from"].startswith("aws") and row["to"] == "internet"}
    assert aws == {"0.09"}
    assert {row["price_per_gb_month"] for row in rows("storage") if row["provider"] == "aws"} == {"0.08"}

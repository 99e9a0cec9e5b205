"""Each way in which the collected prices would have produced a wrong plan, held off in the committed rows."""

from __future__ import annotations

from collections import defaultdict

import pytest

#: Ordinary discounts: what a commitment costs beside on demand.
DISCOUNTED = {"committed_1y": (0.59, 0.70), "committed_3y": (0.33, 0.51)}
#: Prices of a type differ at most by this factor between the regions of a provider.
SPREAD = {"aws": 2.3, "gcp": 1.6, "azure": 1.5}
A2_HIGH = {f"a2-highgpu-{count}g" for count in (1, 2, 4, 8)}
A2_ULTRA = {f"a2-ultragpu-{count}g" for count in (1, 2, 4, 8)}


@pytest.fixture(scope="module")
def prices(rows):
    """Price rows by provider, type, region, option."""
    columns = ("provider", "instance_type", "region", "purchase_option")
    return {tuple(row[column] for column in columns): row for row in rows("prices")}


def amount(row):
    """Price of a row, USD per hour."""
    return float(row["price_per_hour"])


def test_a_listed_price_is_not_an_offer(prices):
    """Google lists prices of types that it does not sell in a region: those rows are no offers, under any option."""
    not_sold = defaultdict(set)
    for (provider, name, region, _), row in prices.items():
        if row["status"] == "not_offered":
            assert provider == "gcp"
            assert "not sold in this region" in row["source"]
            not_sold[region].add(name)
    assert not_sold["us-east4"] == A2_HIGH
    assert not_sold["us-west1"] == A2_ULTRA
    assert not_sold["asia-south1"] >= A2_HIGH | A2_ULTRA
    assert not_sold["southamerica-east1"] >= {"g2-standard-4", "c3d-standard-8", "a3-highgpu-8g"}
    assert not_sold.keys() == {
        "us-east4", "us-west1", "asia-south1", "asia-northeast1", "europe-west1", "southamerica-east1",
    }  # fmt: skip
    listed = {key[:3] for key, row in prices.items() if row["status"] == "not_offered" and row["price_per_hour"]}
    assert len(listed) == 55  # 54 of the default list, and g2-standard-16
    row = prices["gcp", "a2-highgpu-1g", "us-east4", "on_demand"]
    assert row["price_per_hour"] == "3.934355"


def test_no_option_of_an_unsold_type_is_an_offer(prices):
    """Where on demand is not sold, spot and commitments are not either: nothing can be bought by another door."""
    for (provider, name, region, _), row in prices.items():
        on_demand = prices[provider, name, region, "on_demand"]["status"]
        assert (row["status"] == "not_offered") == (on_demand == "not_offered")


def test_commitments_older_than_a_price_cut_are_unknown(prices):
    """No committed price of p4d, p4de or p5 is used: they were read before on demand fell by a third and more."""
    stale = [
        row
        for key, row in prices.items()
        if key[1].startswith(("p4d.", "p4de.", "p5.")) and key[3].startswith("committed")
    ]
    assert {row["status"] for row in stale} == {"unknown"}
    assert {row["price_per_hour"] for row in stale} == {""}
    assert "stale" in prices["aws", "p4d.24xlarge", "us-east-1", "committed_1y"]["source"]
    assert "stale" in prices["aws", "p5.48xlarge", "us-west-2", "committed_3y"]["source"]


def test_other_commitments_have_ordinary_discounts(prices):
    """What is left costs 59 to 70 % (1 year) and 33 to 51 % (3 years) of on demand: no stale price slipped through."""
    checked = defaultdict(int)
    for (provider, name, region, option), row in prices.items():
        if option in DISCOUNTED and row["status"] == "offered":
            low, high = DISCOUNTED[option]
            assert low <= amount(row) / amount(prices[provider, name, region, "on_demand"]) <= high, row
            checked[provider, option] += 1
    assert checked == {
        ("aws", "committed_1y"): 309, ("aws", "committed_3y"): 309,
        ("gcp", "committed_1y"): 292, ("gcp", "committed_3y"): 292,
    }  # fmt: skip


def test_spot_at_the_floor_is_not_an_offer(prices):
    """Every spot price used is above an eighth of on demand and below it; dropped ones say why."""
    for (provider, name, region, option), row in prices.items():
        if option == "spot" and row["price_per_hour"]:
            assert 0.125 < amount(row) / amount(prices[provider, name, region, "on_demand"]) < 1.0, row
    floors = {key for key, row in prices.items() if "a floor, not an offer" in row["source"]}
    assert {key[3] for key in floors} == {"spot"}
    assert ("aws", "g4dn.xlarge", "sa-east-1", "spot") in floors  # 12 % of on demand
    assert len(floors) == 18 + 22  # AWS, Google
    assert {prices[key]["price_per_hour"] for key in floors} == {""}


def test_azure_sells_on_demand_only_here(prices):
    """No source has a spot or committed price of Azure: all of them are unknown, none is guessed or 0."""
    azure = {key: row for key, row in prices.items() if key[0] == "azure"}
    others = [row for key, row in azure.items() if key[3] != "on_demand"]
    assert len(others) == 26 * 6 * 3
    assert {(row["status"], row["price_per_hour"]) for row in others} == {("unknown", "")}
    assert sum(row["status"] == "offered" for row in azure.values()) > 100


def test_regions_with_wrong_azure_prices_are_left_out(rows):
    """Prices of newzealandnorth are ten times too low, of brazilsouth twice too high, of India a third: not here."""
    regions = {row["region"] for row in rows("locations") if row["provider"] == "azure"}
    assert regions == {"eastus", "germanywestcentral", "japaneast", "northeurope", "westeurope", "westus3"}


@pytest.mark.parametrize("provider", SPREAD)
def test_no_region_is_out_of_line(prices, provider):
    """A type costs about the same in all regions of a provider: a price ten times too low or twice too high shows."""
    by_type = defaultdict(list)
    for key, row in prices.items():
        if key[0] == provider and key[3] == "on_demand" and row["status"] == "offered":
            by_type[key[1]].append(amount(row))
    assert by_type
    for name, found in by_type.items():
        assert max(found) <= SPREAD[provider] * min(found), name


def test_prices_with_windows_are_not_linux_prices(prices):
    """Four rows of the Azure list are 0.046 USD per vCPU too high, the price with Windows: unknown instead."""
    windows = {key[1:3] for key, row in prices.items() if "Windows" in row["source"]}
    assert windows == {
        ("Standard_D16as_v5", "westeurope"),  # 1.568 for 0.832
        ("Standard_D16as_v5", "westus3"),  # 1.424 for 0.688
        ("Standard_D32as_v5", "germanywestcentral"),  # 3.136 for 1.664
        ("Standard_D8as_v5", "northeurope"),  # 0.752 for 0.384
    }
    for size in (8, 16, 32):
        for region in ("eastus", "japaneast", "westus3", "westeurope", "northeurope", "germanywestcentral"):
            amd = prices["azure", f"Standard_D{size}as_v5", region, "on_demand"]
            intel = prices["azure", f"Standard_D{size}s_v5", region, "on_demand"]
            assert amd["status"] == "unknown" or amount(amd) < amount(intel)


def test_types_without_a_commitment_have_none(prices):
    """a2-ultragpu has no committed price anywhere; p5.4xlarge and c8i are priced in us-east-1 only, on demand only."""
    ultra = [row for key, row in prices.items() if key[1] in A2_ULTRA and key[3].startswith("committed")]
    assert {row["status"] for row in ultra} == {"unknown", "not_offered"}
    assert {row["price_per_hour"] for row in ultra} == {""}
    for name in ("p5.4xlarge", "c8i.4xlarge", "c8i.8xlarge"):
        known = {key[2:] for key, row in prices.items() if key[1] == name and row["status"] == "offered"}
        assert known == {("us-east-1", "on_demand")}


def test_undated_prices_are_not_used(prices):
    """The only TPU prices found carry no date: they stay out, and no row shows a date that nobody stated."""
    tpu = [row for key, row in prices.items() if key[1].startswith(("ct5lp", "ct6e"))]
    assert len(tpu) == 6 * 9 * 4
    assert {row["price_per_hour"] for row in tpu} == {""}
    assert {row["status"] for row in tpu} == {"unknown", "not_offered"}
    assert "without a date" in prices["gcp", "ct5lp-hightpu-1t", "us-central1", "on_demand"]["source"]
    assert max(row["as_of"] for row in prices.values() if row["status"] == "offered") == "2026-07-30"


def test_estimated_prices_are_marked(prices):
    """AWS spot, and on demand of the families whose regional list price is older than a cut, are estimates."""
    estimates = {key for key, row in prices.items() if row["basis"] == "estimate" and row["status"] == "offered"}
    assert {key[0] for key in estimates} == {"aws"}
    spot = {key for key, row in prices.items() if key[0] == "aws" and key[3] == "spot" and row["status"] == "offered"}
    scaled = estimates - spot
    assert spot <= estimates
    assert {key[3] for key in scaled} == {"on_demand"}
    assert {key[1].partition(".")[0] for key in scaled} == {"p4d", "p4de", "p5", "p5en"}
    assert ("aws", "p4d.24xlarge", "us-west-2", "on_demand") in scaled
    assert not any(key[2] == "us-east-1" for key in scaled)


def test_dates_differ_by_region_and_are_on_the_rows(prices):
    """us-east-1 is listed in 2026-07, other AWS regions in 2025-04 or scaled to 2026-07, Azure in 2026-06."""
    dates = defaultdict(set)
    for key, row in prices.items():
        if key[3] == "on_demand" and row["status"] == "offered":
            place = "us-east-1" if key[2] == "us-east-1" else key[0]
            dates[place, row["basis"]].add(row["as_of"])
    assert dates == {
        ("us-east-1", "list"): {"2026-07-20"},
        ("aws", "list"): {"2025-04-04"},
        ("aws", "estimate"): {"2026-07"},
        ("gcp", "list"): {"2026-07-30"},
        ("azure", "list"): {"2026-06-18"},
    }


def test_slices_of_an_accelerator_are_no_types(rows):
    """A third of an A10 is no A10: only whole ones are here, and none of a type whose count is disputed."""
    types = rows("instance_types")
    assert all(row["accelerator_count"].isdigit() for row in types)
    assert all((row["accelerator"] == "") == (row["accelerator_count"] == "0") for row in types)
    a10 = {row["instance_type"]: row["accelerator_count"] for row in types if row["accelerator"] == "A10-24GB"}
    assert a10 == {"Standard_NV36ads_A10_v5": "1", "Standard_NV72ads_A10_v5": "2"}

"""Own or rent: the electricity price at which both cost the same, by hand, and the plans on either side of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.api import load_scenario
from optimizer.domain.plan import Plan
from optimizer.planning.planner import find
from tests.support.asked import shared_store

# What the shipped scenario `cloud-and-owned` and its catalogs say. Its index is encoded day and night at one rate.
REQUESTS_PER_S = 3000 / 1.1  # mean; 3,000 in the busiest five minutes
HOURS_PER_MONTH, HOURS_PER_YEAR, SECONDS_PER_MONTH = 730, 8760, 730 * 3600
KB_IN, KB_OUT = 2, 4
LOG_GB_KEPT = REQUESTS_PER_S * SECONDS_PER_MONTH / 1e6 * 0.2 * 30 / (HOURS_PER_MONTH / 24)
COPY_GIB, GB_PER_GIB = 0.2, 1.073741824
MONITORING = 15  # a month for an instance

# gpu-4x-t4 in own/ashburn: three servers, one accelerator for a replica.
SERVERS, PRICE, YEARS, RESIDUAL_SHARE, DISCOUNT = 3, 17_490, 5, 0.1, 0.08
IDLE_W, FULL_W, PUE = 220, 900, 1.5
# Eight requests take 15.02 ms, at the slow end of an error band of 22.8 %, on each of four accelerators.
FULL_RATE_PER_S = 4 * 8 / (0.01502 * 1.228)

# g4dn.xlarge in aws/us-east-1: nine for a year; there all traffic leaves the room and the answers come back.
RENTED, RENT_PER_HOUR, SUPPORT_SHARE = 9, 0.331, 0.03
GB_PER_MONTH_OF_A_KB = REQUESTS_PER_S * SECONDS_PER_MONTH / 1e6
TO_CLOUD_PER_GB, FROM_CLOUD_PER_GB = 0.005, 0.09


def owned_a_month() -> float:
    """Three servers without their electricity."""
    kept = RESIDUAL_SHARE * PRICE / (1 + DISCOUNT) ** YEARS
    annuity = (PRICE - kept) * DISCOUNT / (1 - (1 + DISCOUNT) ** -YEARS)
    maintenance, operators = 0.05 * PRICE, 120_000 / 250
    space = FULL_W / 1000 * 217.3
    each = (annuity + maintenance + operators) / 12 + space + MONITORING + 0.02 * COPY_GIB * GB_PER_GIB
    return SERVERS * each + 0.02 * LOG_GB_KEPT


def rented_a_month() -> float:
    """Nine instances, with the support plan's share of what the cloud is paid; the room's line is not."""
    there, back = KB_IN * TO_CLOUD_PER_GB * GB_PER_MONTH_OF_A_KB, KB_OUT * FROM_CLOUD_PER_GB * GB_PER_MONTH_OF_A_KB
    storage = 0.08 * (RENTED * COPY_GIB * GB_PER_GIB + LOG_GB_KEPT)
    to_cloud = RENTED * RENT_PER_HOUR * HOURS_PER_MONTH + back + storage
    return to_cloud * (1 + SUPPORT_SHARE) + there + RENTED * MONITORING


def kwh_a_month() -> float:
    """Idle power of three servers, and the rest for as many as are busy on average, cooling included."""
    busy = REQUESTS_PER_S / FULL_RATE_PER_S
    return PUE * (SERVERS * IDLE_W + (FULL_W - IDLE_W) * busy) / 1000 * HOURS_PER_MONTH


def threshold() -> float:
    """Price of a kWh at which owned and rented cost the same."""
    return (rented_a_month() - owned_a_month()) / kwh_a_month()


def plan_at(price_per_kwh: float, folder: Path) -> Plan:
    """Return the cheapest plan of the shipped scenario with another electricity price in the room."""
    (folder / "catalog.yaml").write_text(
        "format: fleetopt/catalog/1\nname: power\ncurrency: USD\n"
        'as_of: "2026-11-20"\nbasis: quote\ndescription: power\n'
    )
    (folder / "location_energy.csv").write_text(
        "provider,region,pue,grid_gco2_per_kwh,electricity_price_per_kwh,basis,source,as_of\n"
        f"own,ashburn,{PUE},396.25,{price_per_kwh!r},quote,a contract,2026-11-20\n"
    )
    inputs = load_scenario("cloud-and-owned", [f"catalog=[public-cloud, datacentre, {folder}]"])
    return find(inputs.scenario, inputs.catalog, shared_store(), gap=0.0, promises=False).plan


def bought_for(plan: Plan, service: str) -> set[tuple[str, str]]:
    """Where a service runs, and on what."""
    return {(pool.location, pool.instance_type) for pool in plan.pools if pool.service == service}


def committed(plan: Plan) -> int:
    """Instances signed for a year."""
    return sum(row.count_by_period[0] for row in plan.fleet if row.purchase_option == "committed_1y")


def test_the_threshold_by_hand_flips_the_plan(tmp_path: Path):
    """Two per cent below the computed price the index runs on the room's own servers, two above on rented ones.

    The page of the search, whose peaks last hours, is rented on both sides: the room is used as far as it pays.
    """
    below, above = (plan_at(threshold() * (1 + change), tmp_path) for change in (-0.02, 0.02))
    assert bought_for(below, "index") == {("own/ashburn", "gpu-4x-t4")}
    assert bought_for(above, "index") == {("aws/us-east-1", "g4dn.xlarge")}
    for plan in (below, above):
        assert bought_for(plan, "retrieval") == {("aws/us-east-1", "g4dn.xlarge")}
    owned = [row for row in below.fleet if row.purchase_option == "owned"]
    assert [set(row.count_by_period) for row in owned] == [{SERVERS}]
    assert not [row for row in above.fleet if row.purchase_option == "owned"]
    assert committed(above) - committed(below) == RENTED


def test_the_totals_move_as_by_hand(tmp_path: Path):
    """From below to above the threshold the bill rises by electricity up to it, and by nothing beyond it.

    So the totals by hand are the planner's, to the last line: rent instead of purchase, operators, space and power.
    """
    low, high = threshold() * 0.98, threshold() * 1.02
    below, above = plan_at(low, tmp_path), plan_at(high, tmp_path)
    months = below.objective.horizon_hours / HOURS_PER_MONTH
    expected = (threshold() - low) * kwh_a_month() * months
    assert above.objective.total - below.objective.total == pytest.approx(expected, abs=0.01)


def test_the_four_numbers():
    """As they stand on the page about owned hardware."""
    assert round(owned_a_month()) == 2019
    assert round(rented_a_month()) == 5221
    assert round(kwh_a_month()) == 1893
    assert round(threshold(), 3) == 1.691

"""Bills worked by hand against the ledger of the second reading."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction

import pytest

from optimizer.domain.plan import PlanPeriod
from optimizer.verification.ledger import Ledger, blended
from optimizer.verification.view import View
from tests.unit.verification.hand_plan import NORTH, with_inputs, with_pool


def by_category(plan):
    """Amounts of the ledger by category, exact."""
    sums = defaultdict(Fraction)
    for entry in Ledger(View(plan)).entries:
        sums[entry.category] += entry.amount
    return dict(sums)


def test_the_bill_of_the_plan_by_hand(plan):
    """Both services over one month, worked in `hand_plan`."""
    found = by_category(plan)
    assert float(found["compute"]) == pytest.approx(3440.0 + 6880.0)
    assert float(found["network"]) == pytest.approx(18.576 + 62.152 + 2.0448 + 8.1792, abs=1e-9)
    # 2.529912 x 0.08 + 151.794735 x 0.10 + 185.76 x 0.02 + 20.448 x 0.10
    assert float(found["storage"]) == pytest.approx(0.202393 + 15.179473 + 3.7152 + 2.0448, abs=1e-5)
    assert float(found["monitoring"]) == pytest.approx((1720 + 860) / 730 * 15)
    assert float(found["people"]) == pytest.approx(5000.0)
    assert float(found["maintenance"]) == pytest.approx((10320 + 90.952 + 21.141866) / 10, abs=1e-5)
    assert found["energy"] == 0
    assert float(sum(found.values())) == pytest.approx(plan.cost.total, abs=1e-6)


def test_a_bill_over_two_months_with_a_pair_that_two_services_share(plan):
    """Tiers count the month's volume of all services together, so twice the horizon has the same average price."""
    plan = plan.replace(periods=(PlanPeriod("day", 12, 1200.0, 1200.0), PlanPeriod("sale", 12, 260.0, 260.0)))
    # rank's shop now calls from the internet as well, and rank is served in the north, on the pools of search
    plan = with_inputs(plan, lambda inputs: inputs["origins"][0].update(at="internet"))
    plan = plan.replace(routing=plan.routing[:4])
    # requests x 40 kB, 1460 hours: shop 2 x 74,304,000 -> 5944.32 GB, web 2 x 18,576,000 -> 1486.08 GB
    # a month: 3715.2 GB = 500 x 0.10 + 3215.2 x 0.05 = 210.76, so 421.52 for the two
    found = by_category(plan)
    assert float(found["network"]) == pytest.approx(421.52, abs=1e-9)
    # rent doubles with the hours, people too
    assert float(found["compute"]) == pytest.approx(2 * (3440.0 + 6880.0))
    assert float(found["people"]) == pytest.approx(10_000.0)


def test_a_bill_with_stated_disks_and_a_half_used_instance(plan):
    """3 replicas need 2 quads; disks of a stated size; no support plan; nobody on call."""
    plan = with_inputs(
        plan,
        lambda inputs: [
            inputs["storage"].update(model_copies_gib=50.0, log_retention_days=730.0 / 12.0),
            inputs["operations"].update(people=[], support_share_of_spend=0.0),
        ],
    )
    plan = with_pool(plan, 2, replicas_by_period=(3, 4))
    found = by_category(plan)
    # quads: 2 x 600 + 2 x 130 = 1460 h = exactly 2 months; x 8 = 11,680; ones as before 1720 h, 3440
    assert float(found["compute"]) == pytest.approx(3440.0 + 11_680.0)
    # disks: 50 GiB = 53.6870912 GB; quads 2 months x 53.6870912 x 0.10 = 10.73741824;
    #        ones 1720 / 730 x 53.6870912 x 0.08 = 10.1196489713972...
    # logs for 2 months: 2 x (185.76 x 0.02 + 20.448 x 0.10) = 2 x 5.76 = 11.52
    assert float(found["storage"]) == pytest.approx(10.73741824 + 10.11964897 + 11.52, abs=1e-7)
    # (1720 + 1460) / 730 x 15 = 65.3424657...
    assert float(found["monitoring"]) == pytest.approx(65.34246575, abs=1e-7)
    assert found["maintenance"] == 0
    assert "people" not in found


@pytest.mark.parametrize(
    ("gb", "average"),
    [
        (0, Fraction(12, 100)),  # nothing moved: the first price stands
        (400, Fraction(12, 100)),
        (1000, Fraction(12, 100)),
        (2000, Fraction(10, 100)),  # 1000 x 0.12 + 1000 x 0.08 = 200
        (5000, Fraction(88, 1000)),  # 120 + 4000 x 0.08 = 440
        (10_000, Fraction(64, 1000)),  # 440 + 5000 x 0.04 = 640
    ],
)
def test_tiers_are_read_like_a_tax_table(gb, average):
    """Each tier prices the part of a month's volume above its start."""
    tiers = [
        {"from_gb": start, "price_per_gb": Fraction(price, 100)} for start, price in ((0, 12), (1000, 8), (5000, 4))
    ]
    assert blended(tiers, Fraction(gb)) == average


def test_block_storage_stands_in_for_object_storage(plan):
    """With an object price in the south the logs of rank cost a fifth."""
    before = by_category(plan)["storage"]
    row = {"storage_class": "object", "location": "south/two", "price_per_gb_month": 0.02}
    row |= {"as_of": "2026-01-01", "basis": "list", "source": "made for a test"}
    after = by_category(with_inputs(plan, lambda inputs: inputs["storage_prices"].append(row)))["storage"]
    assert float(before - after) == pytest.approx(20.448 * 0.08)


def test_one_zone_has_no_traffic_between_zones(plan):
    """With 1 - 1/Z of the traffic crossing, a location of one zone moves nothing, one of four zones 3/4."""

    def between_zones(zones):
        changed = with_inputs(plan, lambda inputs: inputs["zones"].update({NORTH: zones}))
        return sum(entry.quantity for entry in Ledger(View(changed)).entries if entry.pair == (NORTH, NORTH))

    assert between_zones(["a"]) == 0
    # 74,304,000 x 50 kB = 3715.2 GB, three quarters of it
    assert float(between_zones(["a", "b", "c", "d"])) == pytest.approx(2786.4)


def test_doubling_the_mean_changes_volume_only(plan):
    """Network and logs double with the mean at the same peak; rent, disks, monitoring and people stay."""

    def twice(inputs):
        for origins in inputs["demand"].values():
            for rates in origins.values():
                rates["mean"] = [2 * rate for rate in rates["mean"]]

    one_tier = with_inputs(plan, lambda inputs: inputs["transfer"].pop(2))
    before, after = by_category(one_tier), by_category(with_inputs(one_tier, twice))
    assert after["network"] == 2 * before["network"]
    logs = Fraction(18576, 100) * Fraction(0.02) + Fraction(20448, 1000) * Fraction(0.10)
    assert float(after["storage"] - before["storage"]) == pytest.approx(float(logs))
    assert all(after[name] == before[name] for name in ("compute", "monitoring", "people", "energy"))


def test_rent_is_at_the_price_of_the_inputs(plan):
    """A fleet that pays itself a discount is billed at what the inputs say."""
    cheap = plan.replace(fleet=tuple(replace(row, price_per_hour=0.01) for row in plan.fleet))
    assert by_category(cheap)["compute"] == by_category(plan)["compute"]


def test_requests_and_responses_pay_their_own_direction(plan):
    """A cent more on the way back is paid for the 408.96 GB of responses, not for the 102.24 GB of requests."""
    before = by_category(plan)["network"]
    after = by_category(with_inputs(plan, lambda inputs: inputs["transfer"][4].update(price_per_gb=0.03)))["network"]
    assert float(after - before) == pytest.approx(4.0896, abs=1e-9)

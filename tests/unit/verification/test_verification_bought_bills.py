"""Three bills of bought capacity worked by hand against the ledger of the second reading, and prices one by one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction

import pytest

from optimizer.domain.plan import PlanPeriod
from optimizer.verification.ledger import Ledger
from optimizer.verification.prices import dated, months_left_over, owning, paid
from optimizer.verification.view import View
from tests.unit.verification.hand_bought import (
    ANY,
    SITE,
    allowed,
    changed_inputs,
    fleet_row,
    listed_price,
    only_search,
    owned_plan,
    ruled_plan,
    signed_item,
    spot_plan,
    two_demands_plan,
)
from tests.unit.verification.hand_plan import NORTH, with_inputs, with_pool


def amounts(plan):
    """Amounts of the ledger by category and how it is bought."""
    sums = defaultdict(Fraction)
    for entry in Ledger(View(plan)).entries:
        sums[f"{entry.category} {entry.option}".strip()] += entry.amount
    return {name: float(amount) for name, amount in sums.items() if amount}


def committed_and_started_early():
    """Three periods, counts by zone (1, 2, 3) and (1, 2, 1), 3 committed for a year, a quarter of an hour of lead."""
    plan = only_search()
    periods = [PlanPeriod("day", 10, 300.0, 300.0), PlanPeriod("day", 11, 300.0, 300.0)]
    plan = plan.replace(periods=(*periods, PlanPeriod("sale", 10, 130.0, 130.0)))

    def longer(inputs):
        for rates in inputs["demand"]["search"].values():
            rates.update({name: [*rates[name][:1], *rates[name]] for name in ("mean", "peak")})

    plan = changed_inputs(
        plan,
        longer,
        allowed("committed_1y", after_horizon="charge", scale_up_lead_hours=0.25),
        listed_price("committed_1y", 1.0, upfront=438.0, term_months=12),
    )
    for zone, counts in enumerate(((1, 2, 3), (1, 2, 1))):
        plan = with_pool(plan, zone, replicas_by_period=counts, spot_replicas_by_period=(0, 0, 0))
    routes = tuple(replace(route, share_by_period=(0.5, 0.5, 0.5)) for route in plan.routing)
    return plan.replace(routing=routes, fleet=(fleet_row("", "committed_1y", (3, 3, 3), 1.05),))


def test_a_bill_with_commitments_and_early_starts():
    """Committed for a year at 1.00 and 438 upfront: 438 / (12 x 730) = 0.05 more; 2.00 on demand."""
    plan = committed_and_started_early()
    found = amounts(plan)
    # 3 x 730 h x 1.05
    assert found["compute committed_1y"] == pytest.approx(2299.5)
    # in use 2, 4 and 4: 0, 1 and 1 on demand; (300 + 130) h x 2.00
    assert found["compute on_demand"] == pytest.approx(860.0)
    # the last quarter of an hour, zone by zone the larger count of both hours, beyond 3:
    #   day 10 to day 11: 2 + 2 = 4, 1 instead of 0: 300 h x 0.25 = 75 h
    #   day 11 to day 10 (300 of 430 days): 4, 1 as before: nothing; to sale 10 (130 of 430): max(2, 3) + max(2, 1) = 5,
    #   2 instead of 1, although both hours run 4: 300 h x 0.25 x 130 / 430 = 22.674419 h
    #   sale 10 to day 10: 3 + 1 = 4; to itself: 4; nothing
    # 97.674419 h x 2.00
    assert found["overhead on_demand"] == pytest.approx(195.348837, abs=1e-6)
    # 12 months of term less the horizon's one: 3 x 11 x 730 h x 1.05
    assert found["obligation committed_1y"] == pytest.approx(25_294.5)
    assert float(Ledger(View(plan)).obligation) == pytest.approx(25_294.5)


def test_a_rest_that_keeps_part_of_its_value_is_counted_in_part():
    """40 % of the rest keeps its value, 60 % is a cost; what is still to be paid is all of it."""
    terms = allowed("committed_1y", after_horizon="value_share", value_share=0.4, scale_up_lead_hours=0.25)
    plan = with_inputs(committed_and_started_early(), terms)
    assert amounts(plan)["obligation committed_1y"] == pytest.approx(0.6 * 25_294.5)
    assert float(Ledger(View(plan)).obligation) == pytest.approx(25_294.5)


@pytest.mark.parametrize("mode", ["day_type", "fixed"])
def test_counts_that_do_not_change_by_the_hour_are_not_started_early(mode):
    """The lead time is paid only where the fleet follows the hours."""
    plan = with_inputs(committed_and_started_early(), lambda inputs: inputs.update(autoscaling=mode))
    assert "overhead on_demand" not in amounts(plan)


def test_a_bill_with_owned_machines_some_of_them_idle():
    """4 machines of 30,000 in one's own site, of which 2 run for 600 h and 4 for 130 h."""
    plan = owned_plan()
    found = amounts(plan)
    # the annuity over 4 years at 8 % is 9,057.62 a year; a month of 4
    assert found["compute owned"] == pytest.approx(4 * 9057.62 / 12, abs=0.01)
    # 5 % of 4 x 30,000, a month; no support plan on one's own hardware
    assert found["maintenance owned"] == pytest.approx(500.0)
    assert set(found) == {
        "compute owned", "maintenance owned", "energy", "energy owned", "other owned", "people", "people owned",
        "storage", "monitoring",
    }  # fmt: skip
    # busy: 30 / 200 and 60 / 200; 1.4 x (600 h x (2 x 100 + 0.15 x 400) + 130 h x (4 x 100 + 0.3 x 400)) W
    # = 1.4 x (156,000 + 67,600) = 313.04 kWh at 0.10
    assert found["energy"] == pytest.approx(31.304)
    # 4 x 730 h less the 2 x 600 + 4 x 130 that run: 1,200 h x 100 W x 1.4 = 168 kWh
    assert found["energy owned"] == pytest.approx(16.8)
    # 4 x 0.5 kW for a month at 150
    assert found["other owned"] == pytest.approx(300.0)
    # 4 / 50 of an operator at 120,000, a month; and half an engineer as ever
    assert found["people owned"] == pytest.approx(800.0)
    assert found["people"] == pytest.approx(5000.0)
    # at the peak 90 / 200 and 180 / 200 busy: 1.4 x (400 + 0.9 x 400) W
    assert plan.pools[0].peak_kw == pytest.approx(1.064)
    assert plan.pools[0].carbon_kg == pytest.approx(313.04 * 0.3)


def test_machines_that_are_switched_off_draw_nothing():
    """The energy of machines without work is gone, and only that."""
    idle, off = amounts(owned_plan()), amounts(owned_plan(unused="off"))
    assert {name: idle[name] for name in idle if name not in off} == {"energy owned": pytest.approx(16.8)}
    assert all(off[name] == pytest.approx(idle[name]) for name in off)


def test_a_bill_with_spot_a_price_rule_and_a_commitment_that_ends():
    """1 signed at 1.20 for a quarter of the horizon; spot 0.90, of 1 and 2 instances; 10 % off on demand: 1.80."""
    rule = {"match": {**ANY, "purchase_option": "on_demand"}, "discount_share": 0.1, "price_per_hour": None}
    plan = changed_inputs(
        spot_plan(),
        lambda inputs: inputs["commitments"].append(signed_item(count=1, horizon_share=0.25, months_after_horizon=2.0)),
        lambda inputs: inputs["price_rules"].append({**rule, "reason": "as agreed"}),
    )
    found = amounts(plan)
    # 2 and 4 run, a quarter of the time 1 and 3 beyond what is signed; in either case 1 and 2 of them are spot
    # spot: 1 x 600 + 2 x 130 = 860 h at 0.90
    assert found["compute spot"] == pytest.approx(774.0)
    # 5 % of it for interruptions
    assert found["overhead spot"] == pytest.approx(38.7)
    # on demand: 0.25 x (0 x 600 + 1 x 130) + 0.75 x (1 x 600 + 2 x 130) = 677.5 h at 1.80
    assert found["compute on_demand"] == pytest.approx(1219.5)
    # 730 x 0.25 h at 1.20
    assert found["compute committed_1y"] == pytest.approx(219.0)
    # 10 % support on these, on 18.576 + 62.152 of traffic and 0.2024 + 3.7152 of storage
    assert found["maintenance"] == pytest.approx((774 + 38.7 + 1219.5 + 219 + 80.728 + 3.917593) / 10, abs=1e-4)
    # people and what is signed, with its support: 5,000 + 219 x 1.1
    assert float(Ledger(View(plan)).fixed) == pytest.approx(5240.9)
    # 2 months more of it after the horizon
    assert float(Ledger(View(plan)).obligation) == pytest.approx(2 * 730 * 1.2)


def test_spot_that_starts_early_is_paid_with_its_interruptions():
    """Zone a grows from 1 to 2 and its room for spot with it; zone b grows on demand."""
    plan = spot_plan()
    plan = plan.replace(periods=(PlanPeriod("day", 10, 300.0, 300.0), PlanPeriod("day", 11, 300.0, 300.0)))
    found = amounts(with_inputs(plan, lambda inputs: inputs["purchase"].update(scale_up_lead_hours=0.5)))
    # 10 to 11: 4 instead of 2 run, 2 instead of 1 may be spot: 1 more of either, 300 h x 0.5; 11 to 10: nothing
    assert found["overhead on_demand"] == pytest.approx(150 * 2.0)
    # 150 h x 0.90 x 1.05 beside 5 % of the 900 spot hours (1 x 300 + 2 x 300)
    assert found["overhead spot"] == pytest.approx(150 * 0.945 + 900 * 0.9 * 0.05)


def test_the_bill_is_expected_over_the_demands():
    """Half the peaks in three of four cases: 1 + 1 instances instead of 2 + 2 in the short hours."""
    found = amounts(two_demands_plan())
    # 2 x 600 + (0.25 x 4 + 0.75 x 2) x 130 = 1525 h at 2.00; monitoring 15 per 730 h
    assert found["compute on_demand"] == pytest.approx(3050.0)
    assert found["monitoring"] == pytest.approx(1525 / 730 * 15)


def ruled(*rules):
    """Price of type one in north/one on demand, listed at 2.00, under these rules."""
    rows = [
        {"match": {**ANY, **match}, "discount_share": discount, "price_per_hour": price, "reason": "asked"}
        for match, discount, price in rules
    ]
    view = View(with_inputs(only_search(), lambda inputs: inputs["price_rules"].extend(rows)))
    return float(paid(view, "one", NORTH, "on_demand"))


@pytest.mark.parametrize(
    ("rules", "price"),
    [
        ([({}, 0.1, None)], 1.8),
        ([({}, 0.1, None), ({}, 0.5, None)], 0.9),
        ([({}, None, 1.5), ({}, 0.2, None)], 1.2),  # in turn: the price, then 20 % off
        ([({}, 0.2, None), ({}, None, 1.5)], 1.5),
        ([({"provider": "south"}, 0.5, None)], 2.0),
        ([({"provider": "north", "instance_type": "o?e"}, 0.5, None)], 1.0),
        ([({"instance_type": "*-large"}, 0.5, None)], 2.0),
        ([({"purchase_option": "spot"}, 0.5, None)], 2.0),
    ],
)
def test_rules_on_prices_apply_in_turn(rules, price):
    """Discounts multiply, a price of its own replaces, and a rule speaks only of what it names."""
    assert ruled(*rules) == pytest.approx(price)


def test_a_rule_makes_an_unknown_price_known_and_never_one_that_is_not_offered():
    """A quote of 0.70 for spot that the catalog lists without a price, or not at all, or as not sold."""

    def spot(status, price):
        view = changed_inputs(ruled_plan(), listed_price("spot", price))

        def quoted(inputs):
            inputs["prices"][-1]["status"] = status
            row = {"match": {**ANY, "purchase_option": "spot"}, "discount_share": None, "price_per_hour": 0.7}
            inputs["price_rules"].append({**row, "reason": "quote"})

        return View(with_inputs(view, quoted))

    assert float(paid(spot("unknown", None), "one", NORTH, "spot")) == pytest.approx(0.7)
    assert paid(spot("not_offered", 0.5), "one", NORTH, "spot") is None
    assert dated(spot("unknown", None), "one", NORTH, "spot") == ("2027-01-01", "quote")
    assert dated(spot("offered", 0.9), "one", NORTH, "on_demand") == ("2026-01-01", "quote")


@pytest.mark.parametrize(
    ("rate", "residual", "yearly"),
    [
        (0.08, 0.0, 9057.62),
        (0.0, 0.0, 7500.0),
        (0.0, 0.2, 6000.0),  # 24,000 over 4 years
        # 6,000 after 4 years are worth 6,000 / 1.08^4 = 4,410.18 today: (30,000 - 4,410.18) x 0.301921
        (0.08, 0.2, 7726.10),
    ],
)
def test_the_annuity_of_a_machine(rate, residual, yearly):
    """30,000 over 4 years."""

    def change(inputs):
        inputs["owned"]["discount_rate_per_year"] = rate
        inputs["owned_servers"][0]["residual_share"] = residual

    view = View(with_inputs(owned_plan(), change))
    assert float(owning(view, view.plan.inputs["owned_servers"][0]) * 8760) == pytest.approx(yearly, abs=0.01)


@pytest.mark.parametrize(
    ("months", "option", "left"),
    [(1, "committed_1y", 11), (12, "committed_1y", 0), (13, "committed_1y", 11), (12, "committed_3y", 24),
     (36, "committed_3y", 0), (48, "committed_3y", 24), (5, "on_demand", 0), (5, "owned", 0)],
)  # fmt: skip
def test_what_is_left_of_a_term_that_is_renewed(months, option, left):
    """A term is signed again as often as the horizon needs; what lies beyond is left over."""
    view = View(with_inputs(only_search(), lambda inputs: inputs.update(horizon_months=months)))
    assert months_left_over(view, option) == left


def test_a_machine_with_its_own_maintenance_share_ignores_the_scenarios():
    """10 % of 120,000 for a month."""
    plan = with_inputs(owned_plan(), lambda i: i["owned_servers"][0].update(maintenance_share_per_year=0.1))
    assert amounts(plan)["maintenance owned"] == pytest.approx(1000.0)


def test_nobody_to_operate_and_no_contract_for_power_cost_nothing():
    """Without their prices both lines are gone."""

    def change(inputs):
        inputs["owned"]["operator_cost_per_year"] = None
        inputs["sites"][0]["space_price_per_kw_month"] = None

    found = amounts(with_inputs(owned_plan(), change))
    assert "people owned" not in found
    assert "other owned" not in found


def test_signed_machines_without_work_draw_idle_power_too():
    """2 of the 4 machines are signed before and nothing is bought for them: they are as idle as the bought ones."""
    item = signed_item(location=SITE, instance_type="box", purchase_option="owned", count=2, price_per_hour=0.0)
    plan = owned_plan(count=2)
    plan = with_inputs(plan, lambda inputs: inputs["commitments"].append({**item, "horizon_share": 1.0}))
    found = amounts(plan)
    assert found["energy owned"] == pytest.approx(16.8)
    # what no plan can change: people, and the idle power of 2 machines: 2 x 730 h x 100 W x 1.4 at 0.10
    assert float(Ledger(View(plan)).fixed) == pytest.approx(5000.0 + 20.44)

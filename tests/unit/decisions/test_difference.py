"""Differences between plans: parts that add up, told only beyond the gaps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.costs import Rates
from optimizer.decisions.difference import PARTS, Work, difference, work_of
from optimizer.domain.plan import Plan
from tests.support.asked import cheapest_plan, shared_store
from tests.support.tiny_question import tiny_case
from tests.unit.report.sample_plan import sample_plan


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Any plan: only its objective is read."""
    return sample_plan()


def _with(plan: Plan, total: float, bound: float) -> Plan:
    return plan.replace(objective=replace(plan.objective, total=total, lower_bound=bound))


def test_the_parts_by_hand(plan: Plan):
    """100 hours at 2.00 become 60 hours at 3.00; 20 then 9 of it is rounding; 250 then 160 is paid; 50 then 70 else.

    price (3 - 2) x 80 = 80; performance (60 - 100) x 2.5 + 11 = -89; rounding -11;
    commitments (160 - 180) - (250 - 200) = -70; other 20. Sum -70 = 230 - 300.
    """
    before = Work({"web": (100.0, 2.0)}, 20.0, 200.0, 250.0, 300.0)
    after = Work({"web": (60.0, 3.0)}, 9.0, 180.0, 160.0, 230.0)
    found = difference(_with(plan, 300.0, 300.0), _with(plan, 230.0, 230.0), before, after)
    assert dict(found.parts) == pytest.approx(
        {"price": 80.0, "performance": -89.0, "rounding": -11.0, "commitments": -70.0, "other": 20.0}
    )
    assert found.amount == pytest.approx(-70.0)


def test_a_difference_within_the_gaps_is_not_told(plan: Plan):
    """The cheapest plans lie between bound and total: only intervals that do not meet differ."""
    work = Work({}, 0.0, 0.0, 0.0, 100.0)
    other = Work({}, 0.0, 0.0, 0.0, 102.0)
    told = difference(_with(plan, 100.0, 99.0), _with(plan, 102.0, 100.5), work, other)
    assert (told.told, told.least, told.most) == (True, 0.5, 3.0)
    apart = difference(_with(plan, 100.0, 99.0), _with(plan, 102.0, 99.9), work, other)
    assert (apart.told, apart.amount) == (False, 2.0)


def test_parts_add_up_on_random_plans():
    """To the cent, for every pair of plans of one scenario with and without what outlasts a month."""
    checked = 0
    for case in range(6):
        scenario, catalog = tiny_case(case)
        flexible = replace(scenario, purchase=replace(scenario.purchase, options=("on_demand",)), pins=())
        plans = [cheapest_plan(asked, catalog, shared_store()) for asked in (scenario, flexible)]
        if None in plans:
            continue
        first, other = plans
        works = [work_of(first, Rates(scenario, catalog)), work_of(other, Rates(flexible, catalog))]
        found = difference(first, other, *works)
        assert set(found.parts) == set(PARTS)
        assert sum(found.parts.values()) == pytest.approx(found.amount, abs=0.005)
        assert found.amount == pytest.approx(other.objective.total - first.objective.total, abs=0.005)
        checked += 1
    assert checked >= 2


def test_hours_in_use_are_those_of_the_fleet():
    """With on demand alone every hour paid is an hour used, at the price paid: nothing is left for commitments."""
    checked = 0
    for case in range(6):
        scenario, catalog = tiny_case(case)
        purchase = replace(scenario.purchase, options=("on_demand",), scale_up_lead_hours=0.0)
        scenario = replace(scenario, purchase=purchase, commitments=(), pins=())
        plan = cheapest_plan(scenario, catalog, shared_store())
        if plan is None:
            continue
        work = work_of(plan, Rates(scenario, catalog))
        assert work.at_list == pytest.approx(plan.cost.by_category.get("compute", 0.0), rel=1e-9)
        assert work.paid == pytest.approx(work.at_list, rel=1e-9)
        checked += 1
    assert checked >= 2

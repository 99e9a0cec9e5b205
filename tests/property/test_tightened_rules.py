"""A stricter rule never makes a plan cheaper, at gap 0, whatever the scenario."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Scenario
from optimizer.errors import Infeasible, NoPlanFound
from optimizer.performance import CapacityStore
from optimizer.planning.planner import find_plan
from tests.support.asked import cheapest, cheapest_plan, no_less, shared_store
from tests.support.tightened import TIGHTENED
from tests.support.tiny_question import tiny_case

Known = dict[int, tuple[Scenario, Catalog, Plan | None]]
FIRST, DEFAULT_CASES, ALL_CASES = 1000, 4, 30
CASES = [
    pytest.param(FIRST + number, marks=() if number < DEFAULT_CASES else pytest.mark.slow)
    for number in range(ALL_CASES)
]


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """Simulated capacities, shared with other tests."""
    return shared_store()


@pytest.fixture(scope="module")
def known() -> Known:
    """Questions with their plans, worked out once for all rules."""
    return {}


def _case(case: int, known: Known, store: CapacityStore) -> tuple[Scenario, Catalog, Plan | None]:
    if case not in known:
        scenario, catalog = tiny_case(case)
        known[case] = scenario, catalog, cheapest_plan(scenario, catalog, store)
    return known[case]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("rule", list(TIGHTENED))
def test_a_stricter_rule_never_costs_less(rule: str, case: int, known: Known, store: CapacityStore):
    """The total with one rule made stricter is at least the total before (no plan at all costs most)."""
    scenario, catalog, plan = _case(case, known, store)
    loose, strict = TIGHTENED[rule](scenario, plan)
    assert no_less(cheapest(strict, catalog, store), cheapest(loose, catalog, store))


@pytest.mark.parametrize("case", CASES)
def test_a_budget_changes_nothing_or_refuses(case: int, known: Known, store: CapacityStore):
    """A budget just above the least total leaves the plan as it is; one just below is refused, with what is short."""
    scenario, catalog, plan = _case(case, known, store)
    if plan is None:
        return
    months = scenario.horizon_hours / 730
    enough, short = (
        replace(scenario, limits=replace(scenario.limits, budget_per_month=plan.objective.total * share / months))
        for share in (1.0001, 0.9999)
    )
    assert cheapest(enough, catalog, store) == pytest.approx(plan.objective.total, rel=1e-9)
    with pytest.raises((Infeasible, NoPlanFound), match="budget"):
        find_plan(short, catalog, store, gap=0.0, promises=False)

"""A stricter rule never makes a plan cheaper, at gap 0, whatever the scenario."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Scenario
from optimizer.errors import Infeasible, NoPlanFound
from optimizer.formulation.rules import RULES
from optimizer.performance import CapacityStore
from optimizer.planning.planner import find
from tests.support.asked import NEVER, AssumedStore, cheapest, cheapest_plan, no_less
from tests.support.tightened_rules import TIGHTENED, Question, ways
from tests.support.tiny_question import tiny_case

Known = dict[int, tuple[Scenario, Catalog, Plan | None]]
ALL_CASES = range(1000, 1030)
DEFAULT_CASES = (1002, 1003)
CASES = [pytest.param(case, marks=() if case in DEFAULT_CASES else pytest.mark.slow) for case in ALL_CASES]

#: Rules (and ways) too rarely felt by tiny questions; where they are felt is what the tests of the registry show.
NEVER_DEARER_HERE = (("utilisation_cap", 0), ("one_pool_per_location", 0), ("spot_may_vanish", 2))


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """Capacities that take no time to simulate: what is shown here holds at any."""
    return AssumedStore()


@pytest.fixture(scope="module")
def known() -> Known:
    """Questions with their plans, worked out once for all rules."""
    return {}


def _case(case: int, known: Known, store: CapacityStore) -> tuple[Scenario, Catalog, Plan | None]:
    if case not in known:
        scenario, catalog = tiny_case(case)
        known[case] = scenario, catalog, cheapest_plan(scenario, catalog, store)
    return known[case]


def _least(asked: Question, store: CapacityStore) -> float:
    try:
        plan = find(asked.scenario, asked.catalog, store, gap=0.0, promises=False, rules_off=asked.rules_off).plan
    except (Infeasible, NoPlanFound):
        return NEVER
    return plan.objective.total


def test_every_rule_is_made_stricter():
    """No rule without a way to make it stricter; the budget and pages have tests of their own."""
    assert {*TIGHTENED, "budget", "pipelines"} == set(RULES)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("rule", "way"), ways())
def test_a_stricter_rule_never_costs_less(rule: str, way: int, case: int, known: Known, store: CapacityStore):
    """The total with one rule made stricter is at least the total before (no plan at all costs most)."""
    scenario, catalog, plan = _case(case, known, store)
    loose, strict = TIGHTENED[rule][way](Question(scenario, catalog), plan)
    assert no_less(_least(strict, store), _least(loose, store))


@pytest.mark.slow
@pytest.mark.parametrize(("rule", "way"), [item for item in ways() if item not in NEVER_DEARER_HERE])
def test_stricter_rules_cost_more_somewhere(rule: str, way: int, known: Known, store: CapacityStore):
    """Of all cases at least one is dearer with the stricter rule: what is made stricter does something."""

    def is_dearer(case: int) -> bool:
        scenario, catalog, plan = _case(case, known, store)
        loose, strict = TIGHTENED[rule][way](Question(scenario, catalog), plan)
        return _least(strict, store) > _least(loose, store) * (1 + 1e-9)

    assert any(is_dearer(case) for case in ALL_CASES)


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
        find(short, catalog, store, gap=0.0, promises=False)

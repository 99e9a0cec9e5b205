"""The split of a page's target: no other split of the same target is cheaper, and a plan keeps what it says."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from optimizer.errors import Infeasible, NoPlanFound
from optimizer.planning.planner import find, plan_scenario
from tests.support.asked import shared_store
from tests.support.chained import Alone, chained_scenario, spare_s
from tests.support.small import small_catalog

#: Many plans each.
pytestmark = pytest.mark.slow

#: Money that is the same.
CENT = 0.01


def test_the_split_is_the_best_of_all_on_a_grid():
    """Enumerated: every split on a grid, each stage planned as a service of its own, by the planner without pages."""
    scenario, catalog, store = chained_scenario(0.100), small_catalog(), shared_store()
    grid = tuple(0.001 * budget for budget in (24.0, 34.0, 48.0, 66.0))
    found = find(scenario, catalog, store, gap=0.0, promises=False, budgets={0: grid, 1: grid})
    alone = Alone(scenario, catalog, store)
    splits = [split for split in product(grid, repeat=2) if sum(split) <= spare_s(scenario)]
    best = min(alone.total(split) for split in splits)
    objective = found.plan.objective
    assert objective.total - objective.fixed == pytest.approx(best, abs=CENT)
    assert min(alone.total(split) for split in product(grid, repeat=2)) < best - CENT, "the target must bind"


def _no_dearer_than(count: int) -> None:
    scenario, catalog, store = chained_scenario(0.090, (120.0, 360.0)), small_catalog(), shared_store()
    objective = find(scenario, catalog, store, gap=0.0, promises=False).plan.objective
    alone, spare = Alone(scenario, catalog, store), spare_s(scenario)
    shares = np.random.default_rng(7).uniform(0.15, 0.85, count).tolist()
    totals = [alone.total((spare * share, spare * (1.0 - share))) for share in (0.5, *shares)]
    assert objective.total - objective.fixed <= min(totals) + CENT


@pytest.mark.slow
def test_the_split_costs_no_more_than_the_equal_one_and_random_ones():
    """The equal split and a few random ones, each stage planned alone."""
    _no_dearer_than(2)


@pytest.mark.slow
def test_the_split_costs_no_more_than_two_hundred_random_ones():
    """The same with 200 random splits."""
    _no_dearer_than(200)


@pytest.mark.slow
def test_a_page_with_less_time_never_costs_less():
    """On one grid of budgets, so that both plans choose among the same splits."""
    catalog, store = small_catalog(), shared_store()
    grid = tuple(0.001 * budget for budget in (24.0, 34.0, 48.0, 66.0))
    totals = [
        find(chained_scenario(target), catalog, store, gap=0.0, promises=False, budgets={0: grid, 1: grid}).plan
        for target in (0.120, 0.100, 0.085)
    ]
    costs = [plan.objective.total for plan in totals]
    assert costs[0] <= costs[1] + CENT
    assert costs[1] <= costs[2] + CENT
    assert costs[0] < costs[2] - CENT


@pytest.mark.slow
def test_a_page_is_planned_verified_and_replayed():
    """Every rule holds, the stages fit into the target, and pages come back sooner than the budgets say."""
    plan = plan_scenario(chained_scenario(), small_catalog(), gap=0.0)
    (page,) = plan.pipelines
    assert sum(stage.budget_ms for stage in page.stages) <= page.target_p99_ms
    assert [stage.percentile for stage in page.stages] == pytest.approx([0.995, 0.9975])
    assert all(stage.promised_ms <= stage.budget_ms for stage in page.stages)
    (replayed,) = [check for check in plan.checks if check.rule == "end_to_end"][:1]
    assert replayed.holds
    assert replayed.worst_value < page.promised_p99_ms <= page.target_p99_ms
    assert all(check.holds for check in plan.checks)


def test_a_target_below_the_least_times_is_refused_with_the_difference():
    """Two stages of 11 ms each with 3 ms of network and overhead take 28 ms at least; 25 are asked."""
    with pytest.raises(Infeasible, match=r"page from origin shop .* 28\.0 ms .* 3\.0 ms too little"):
        find(chained_scenario(0.025), small_catalog(), shared_store())


@pytest.mark.slow
def test_a_target_that_no_split_can_keep_names_the_page():
    """Just above the least times nothing can be carried: no plan, and the page is named."""
    with pytest.raises(NoPlanFound, match="page"):
        find(chained_scenario(0.02801, (500.0, 500.0)), small_catalog(), shared_store())

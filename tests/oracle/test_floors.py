"""Floors of blocks against every plan there is: nothing that the cheapest plan needs may be left out for its cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.formulation.assemble import assemble
from optimizer.formulation.context import Context
from optimizer.formulation.groups import make_blocks
from optimizer.formulation.within import floors_of
from optimizer.performance import CapacityStore
from optimizer.planning.guessed import can_be_guessed
from optimizer.solve import solve_problem
from tests.support.asked import AssumedStore
from tests.support.brute_force import cheapest_total
from tests.support.tiny_question import tiny_case

DEFAULT_CASES, ALL_CASES = 14, 150
#: Enumerating these takes seconds.
LONG = (1, 9, 10, 11)


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """Capacities from a formula: what they are is nothing to a floor, and they take no time to simulate."""
    return AssumedStore()


def _few_types(case: int, store: CapacityStore) -> Context:
    """Return a tiny question that may use one instance type, or two: spot, commitments, power, pins at random."""
    scenario, catalog = tiny_case(case)
    scenario = replace(scenario, limits=replace(scenario.limits, max_instance_types=1 + case % 2))
    return Context(scenario, catalog, store)


@pytest.mark.parametrize(
    "case",
    [pytest.param(n, marks=() if n < DEFAULT_CASES and n not in LONG else pytest.mark.slow) for n in range(ALL_CASES)],
)
def test_blocks_within_the_least_cost_hold_the_cheapest_plan(case: int, store: CapacityStore):
    """With no more room than the enumerated minimum the cheapest plan is still found, and no floor lies above it."""
    context = _few_types(case, store)
    assert can_be_guessed(context)
    expected = cheapest_total(context.scenario, context.catalog, store)
    if expected is None:
        return
    fixed = context.rates.fixed_total()
    floors = floors_of(context)
    assert floors.least_total + fixed <= expected * (1.0 + 1e-9) + 1e-9
    found = floors.blocks(expected - fixed)
    problem = assemble(context, found.blocks, found.locations).problem
    outcome = solve_problem(problem, seed=0, gap=0.0, time_limit_s=None)
    assert outcome.cost + fixed == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_something_is_left_out_for_its_cost(store: CapacityStore):
    """The cases above are none in which every block may be in a plan that is cheap enough."""
    fewer = 0
    for case in set(range(DEFAULT_CASES)) - set(LONG):
        context = _few_types(case, store)
        expected = cheapest_total(context.scenario, context.catalog, store)
        if expected is not None:
            kept = floors_of(context).blocks(expected - context.rates.fixed_total())
            fewer += len(kept.blocks) < len(make_blocks(context).blocks)
    assert fewer >= 2

"""The plan's total equals the least total over every plan there is."""

from __future__ import annotations

import random

import pytest

from optimizer.errors import Infeasible
from optimizer.performance import CapacityStore
from optimizer.planning import plan_scenario
from tests.support.brute_force import cheapest_total
from tests.support.tiny import tiny_catalog, tiny_scenario

DEFAULT_CASES = 40
ALL_CASES = 200


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """One set of simulated capacities for all cases."""
    return CapacityStore(cache_folder=None, seed=0)


def _compare(case: int, store: CapacityStore) -> bool:
    rng = random.Random(case)
    catalog = tiny_catalog(rng)
    scenario = tiny_scenario(rng, catalog)
    expected = cheapest_total(scenario, catalog, store)
    if expected is None:
        with pytest.raises(Infeasible):
            plan_scenario(scenario, catalog, gap=0.0, store=store)
        return False
    plan = plan_scenario(scenario, catalog, gap=0.0, store=store)
    assert plan.objective.total == pytest.approx(expected, rel=1e-9, abs=1e-6)
    assert plan.objective.lower_bound == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert all(check.holds for check in plan.checks)
    return True


@pytest.mark.parametrize("case", range(DEFAULT_CASES))
def test_total_equals_brute_force(case: int, store: CapacityStore):
    """At gap 0 the total is the enumerated minimum, and infeasible means that enumeration finds nothing."""
    _compare(case, store)


@pytest.mark.slow
@pytest.mark.parametrize("case", range(DEFAULT_CASES, ALL_CASES))
def test_total_equals_brute_force_more(case: int, store: CapacityStore):
    """The same on many more scenarios."""
    _compare(case, store)


def test_cases_are_not_all_infeasible(store: CapacityStore):
    """Of the default cases, both feasible and infeasible ones occur often enough to mean something."""
    feasible = sum(_compare(case, store) for case in range(DEFAULT_CASES))
    assert DEFAULT_CASES // 3 < feasible < DEFAULT_CASES

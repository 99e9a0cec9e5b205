"""Waits of batches: the plan's total equals the least total over every plan with or without them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.catalog import Catalog
from optimizer.domain.scenario import Scenario
from optimizer.performance import CapacityStore
from optimizer.planning import plan_scenario
from optimizer.verification import verify
from tests.support.asked import assert_plans_at, shared_store
from tests.support.brute_force import cheapest_total
from tests.support.tiny_question import tiny_case

DEFAULT_CASES, ALL_CASES = 6, 80
#: Seconds that the services of every third case are asked to wait.
FIXED_S = 0.006
#: A case in which a wait saves 16 %.
WAIT_PAYS = 7


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """Simulated capacities, shared with other tests."""
    return shared_store()


def shared_case(number: int) -> tuple[Scenario, Catalog]:
    """Return a tiny question whose replicas share one queue; every third one fixes the wait."""
    scenario, catalog = tiny_case(number)
    wait_s = FIXED_S if number % 3 == 2 else None
    services = tuple(replace(service, dispatch="shared", max_wait_s=wait_s) for service in scenario.services)
    return replace(scenario, services=services), catalog


@pytest.mark.parametrize(
    "case", [pytest.param(n, marks=() if n < DEFAULT_CASES else pytest.mark.slow) for n in range(ALL_CASES)]
)
def test_total_equals_brute_force(case: int, store: CapacityStore):
    """At gap 0 the total is the enumerated minimum over waits as well, and every rule holds on a second reading."""
    scenario, catalog = shared_case(case)
    assert_plans_at(cheapest_total(scenario, catalog, store), scenario, catalog, store)


def test_a_plan_that_waits_does_not_hold_without_its_wait(store: CapacityStore):
    """Where a wait saves instances the fleet holds with it only, and a plan without waits costs more."""
    scenario, catalog = shared_case(WAIT_PAYS)
    plan = plan_scenario(scenario, catalog, gap=0.0, store=store)
    assert any(pool.max_wait_ms > 0.0 for pool in plan.pools)
    assert all(check.holds for check in verify(plan))
    at_once = plan.replace(pools=tuple(replace(pool, max_wait_ms=0.0) for pool in plan.pools))
    assert {check.rule for check in verify(at_once) if not check.holds} == {"latency"}
    services = tuple(replace(service, max_wait_s=0.0) for service in scenario.services)
    without = plan_scenario(replace(scenario, services=services), catalog, gap=0.0, store=store)
    assert without.objective.total > 1.1 * plan.objective.total

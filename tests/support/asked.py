"""Totals at gap 0 and one set of capacities, for tests that compare many plans: found, but not read a second time."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from optimizer.api import cache_folder
from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Floats, Scenario
from optimizer.errors import Infeasible, NoPlanFound
from optimizer.performance import CapacityStore, OperatingPoint, optimistic_capacity
from optimizer.planning.planner import find, plan_scenario

NEVER = float("inf")


@cache
def shared_store() -> CapacityStore:
    """One set of simulated capacities for all tests of a process, kept in the folder that the whole run shares."""
    return CapacityStore(cache_folder(), seed=0)


class AssumedStore(CapacityStore):
    """Capacities from a formula instead of a simulation: below the bound, nearer to it the more replicas a pool has.

    A plan made with them is the cheapest one at these capacities, and would not pass its second reading.
    """

    def curve(self, point: OperatingPoint, replicas_max: int) -> Floats:
        """Return what 0..replicas_max replicas are taken to carry, requests/s."""
        replicas = np.arange(replicas_max + 1)
        return optimistic_capacity(point, replicas_max) * (1.0 - 0.4 / (replicas + 1.0))


def cheapest_plan(scenario: Scenario, catalog: Catalog, store: CapacityStore) -> Plan | None:
    """Return the cheapest plan, None if there is none; promises are not simulated again."""
    try:
        return find(scenario, catalog, store, gap=0.0, promises=False).plan
    except (Infeasible, NoPlanFound):
        return None


def assert_plans_at(expected: float | None, scenario: Scenario, catalog: Catalog, store: CapacityStore) -> None:
    """Assert that the plan at gap 0 costs what enumeration found, proves it, and holds; no plan where it found none."""
    if expected is None:
        with pytest.raises((Infeasible, NoPlanFound)):
            plan_scenario(scenario, catalog, gap=0.0, store=store)
        return
    plan = plan_scenario(scenario, catalog, gap=0.0, store=store)
    assert plan.objective.total == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert plan.objective.lower_bound == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert all(check.holds for check in plan.checks)


def total_of(plan: Plan | None) -> float:
    """Total of a plan, infinite without one."""
    return NEVER if plan is None else plan.objective.total


def cheapest(scenario: Scenario, catalog: Catalog, store: CapacityStore) -> float:
    """Return the total of the cheapest plan, infinite if there is none."""
    return total_of(cheapest_plan(scenario, catalog, store))


def no_less(one: float, other: float) -> bool:
    """Whether a total is at least another, up to rounding."""
    return one == NEVER or one >= other - 1e-6 * max(1.0, abs(other))

"""The plan's total equals the least total over every plan there is."""

from __future__ import annotations

import pytest

from optimizer.domain.scenario import Floats
from optimizer.errors import Infeasible, NoPlanFound
from optimizer.performance import CapacityStore, OperatingPoint, optimistic_capacity
from optimizer.planning import plan_scenario
from tests.support.asked import AssumedStore, assert_plans_at, cheapest_plan, shared_store
from tests.support.brute_force import cheapest_total
from tests.support.brute_wide import can_enumerate, cheapest_wide
from tests.support.brute_world import World
from tests.support.tiny_question import tiny_case

DEFAULT_CASES, ALL_CASES = 5, 300
#: In the default run as well: two services (under quotas), no plan, and more machines in a site than it has room for.
TELLING = (13, 15, 180)
#: Simulating their capacities takes seconds; at assumed ones they are in the default run.
LONG = (1, 2, 13)
DEFAULT_QUOTAS, ALL_QUOTAS = 2, 150
#: Cases with capacities from a formula, which take no time to simulate. Beyond the first ones: spot that stands by for
#: a location, counts held by day type that rise too fast, and more machines in a site than it has room for.
DEFAULT_ASSUMED, TELLING_ASSUMED = 40, (48, 76, 180)


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """Simulated capacities, shared with other tests."""
    return shared_store()


def _cases(default: int, all_: int, telling: tuple[int, ...] = TELLING, long: tuple[int, ...] = ()) -> list[object]:
    quick = {*range(default), *telling} - {*long}
    marks = [() if case in quick else pytest.mark.slow for case in range(all_)]
    return [pytest.param(case, marks=mark) for case, mark in enumerate(marks)]


@pytest.mark.parametrize("case", _cases(DEFAULT_CASES, ALL_CASES, long=LONG))
def test_total_equals_brute_force(case: int, store: CapacityStore):
    """At gap 0 the total is the enumerated minimum, and no plan is found exactly where enumeration finds none."""
    scenario, catalog = tiny_case(case)
    assert_plans_at(cheapest_total(scenario, catalog, store), scenario, catalog, store)


@pytest.mark.parametrize("case", _cases(DEFAULT_ASSUMED, ALL_CASES, TELLING_ASSUMED))
def test_total_equals_brute_force_at_assumed_capacities(case: int):
    """The same for capacities that are not simulated; no plan is read a second time, since none would hold."""
    scenario, catalog = tiny_case(case)
    expected = cheapest_total(scenario, catalog, AssumedStore())
    plan = cheapest_plan(scenario, catalog, AssumedStore())
    assert (plan is None) == (expected is None)
    if plan is not None:
        assert plan.objective.total == pytest.approx(expected, rel=1e-6, abs=1e-6)
        assert plan.objective.lower_bound == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("case", _cases(DEFAULT_QUOTAS, ALL_QUOTAS))
def test_total_under_quotas_lies_between_two_plan_spaces(case: int, store: CapacityStore):
    """Under quotas the total is at most that of undivided origins, and at least that of the wider space.

    "Infeasible" is said only where the wider space, with origins divided in eighths and two configurations in a
    location, holds nothing either.
    """
    scenario, catalog = tiny_case(case, with_quotas=True)
    narrow = cheapest_total(scenario, catalog, store)
    world = World(scenario, catalog, store)
    enumerated = can_enumerate(world)
    wide = cheapest_wide(world, narrow) if enumerated else None
    try:
        total = plan_scenario(scenario, catalog, gap=0.0, store=store).objective.total
    except (Infeasible, NoPlanFound) as error:
        assert narrow is None
        assert wide is None or not isinstance(error, Infeasible)
        return
    assert narrow is None or total <= narrow * (1 + 1e-6)
    if enumerated:
        assert wide is not None
        assert total >= wide * (1 - 1e-6)


class _AtBest:
    """Capacities that cannot be exceeded: near enough to say how many questions have an answer, and not simulated."""

    def curve(self, point: OperatingPoint, replicas_max: int) -> Floats:
        """Return the bound of what 0..replicas_max replicas carry."""
        return optimistic_capacity(point, replicas_max)


@pytest.mark.slow
def test_cases_are_not_all_infeasible():
    """Among every fifth case, both feasible and infeasible ones occur often enough to mean something."""
    totals = [cheapest_total(*tiny_case(case), _AtBest()) for case in range(0, ALL_CASES, 5)]
    assert 0.45 < sum(total is not None for total in totals) / len(totals) < 0.8

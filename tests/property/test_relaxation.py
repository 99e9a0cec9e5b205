"""The proof of "infeasible" is sound: whatever plan there is, the relaxation holds it."""

from __future__ import annotations

import random

import pytest

from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Scenario
from optimizer.formulation.context import Context
from optimizer.formulation.optimistic import outlook_of
from optimizer.planning.infeasible.checks import instant_findings
from optimizer.planning.infeasible.proof import SURE, least_breach
from tests.support.asked import AssumedStore, cheapest_plan
from tests.support.in_part import one_in
from tests.support.limited import limits_just_kept, rich_case

#: By default one case in so many.
CASES, EVERY = 40, 4


class Plans:
    """The plan of each case, made once."""

    def __init__(self) -> None:
        self.store = AssumedStore()
        self._known: dict[int, tuple[Scenario, Catalog, Plan | None]] = {}

    def of(self, case: int) -> tuple[Scenario, Catalog, Plan | None]:
        """Return scenario, catalog, and the plan or None."""
        if case not in self._known:
            scenario, catalog = rich_case(random.Random(5000 + case))
            self._known[case] = scenario, catalog, cheapest_plan(scenario, catalog, self.store)
        return self._known[case]


@pytest.fixture(scope="module")
def plans() -> Plans:
    """One set of plans."""
    return Plans()


@pytest.mark.parametrize("case", one_in(EVERY, range(CASES)))
def test_limits_that_a_plan_just_keeps_are_never_proved_broken(case: int, plans: Plans):
    """With budget, power, carbon, types, quotas, replicas and pins at what a plan uses, nothing is said against it."""
    scenario, catalog, plan = plans.of(case)
    if plan is None:
        return
    context = Context(limits_just_kept(plan, scenario, catalog), catalog, plans.store)
    outlook = outlook_of(context)
    assert instant_findings(context, outlook) == []
    assert least_breach(context, outlook) <= SURE


def test_enough_cases_have_a_plan(plans: Plans):
    """More than half of the cases that run by default have a plan, so that the test above says something."""
    cases = range(0, CASES, EVERY)
    assert sum(plans.of(case)[2] is not None for case in cases) > len(cases) // 2

"""What must hold for every plan, at gap 0, whatever the scenario."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Demand, Scenario
from optimizer.errors import Infeasible
from optimizer.performance import CapacityStore
from optimizer.planning import plan_scenario
from tests.support.asked import AssumedStore, cheapest_plan, shared_store
from tests.support.in_part import one_in
from tests.support.tiny import tiny_catalog, tiny_scenario

CASES = one_in(3, range(1000, 1030))


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """Capacities that take no time to simulate: what is shown here holds at any."""
    return AssumedStore()


def _case(case: int) -> tuple[Scenario, Catalog]:
    rng = random.Random(case)
    catalog = tiny_catalog(rng)
    return tiny_scenario(rng, catalog), catalog


def _plan(scenario: Scenario, catalog: Catalog, store: CapacityStore) -> Plan | None:
    return cheapest_plan(scenario, catalog, store)


def _total(scenario: Scenario, catalog: Catalog, store: CapacityStore) -> float:
    plan = _plan(scenario, catalog, store)
    return float("inf") if plan is None else plan.objective.total


@pytest.mark.parametrize("case", CASES)
def test_cheaper_used_type_never_raises_the_total(case: int, store: CapacityStore):
    """A fifth off the price of a used instance type leaves the total the same or lower, by what it saves at least."""
    scenario, catalog = _case(case)
    plan = _plan(scenario, catalog, store)
    if plan is None or not plan.fleet:
        return
    row = plan.fleet[0]
    key = (row.provider, row.instance_type, row.location, "on_demand")
    price = catalog.prices[key]
    cheaper = replace(catalog, prices={**catalog.prices, key: replace(price, price_per_hour=0.8 * row.price_per_hour)})
    rent = sum(
        line.amount
        for line in plan.cost.lines
        if line.category == "compute" and (line.instance_type, line.location) == (row.instance_type, row.location)
    )
    saved = 0.2 * rent * (1 + scenario.operations.support_share_of_spend)
    assert _total(scenario, cheaper, store) <= plan.objective.total - saved + 1e-6


@pytest.mark.parametrize("case", CASES)
def test_deleting_an_unused_type_changes_nothing(case: int, store: CapacityStore):
    """An instance type that no pool uses can leave the catalog without moving fleet or total."""
    scenario, catalog = _case(case)
    plan = _plan(scenario, catalog, store)
    if plan is None:
        return
    used = {(row.provider, row.instance_type) for row in plan.fleet}
    for unused in sorted(set(catalog.instance_types) - used):
        kinds = {key: kind for key, kind in catalog.instance_types.items() if key != unused}
        without = _plan(scenario, replace(catalog, instance_types=kinds), store)
        assert without is not None
        assert without.fleet == plan.fleet
        assert without.cost == plan.cost


@pytest.mark.parametrize("case", CASES)
def test_order_of_catalog_rows_does_not_matter(case: int, store: CapacityStore):
    """Shuffled rows give the same plan to the last digit."""
    scenario, catalog = _case(case)
    plan = _plan(scenario, catalog, store)
    rng = random.Random(case)

    def shuffled(mapping: dict) -> dict:
        items = list(mapping.items())
        rng.shuffle(items)
        return dict(items)

    profiles = list(catalog.profiles)
    rng.shuffle(profiles)
    mixed = replace(
        catalog,
        instance_types=shuffled(catalog.instance_types),
        prices=shuffled(catalog.prices),
        locations=shuffled(catalog.locations),
        transfer=shuffled(catalog.transfer),
        profiles=tuple(profiles),
    )
    again = _plan(scenario, mixed, store)
    assert (None if plan is None else plan.to_dict()) == (None if again is None else again.to_dict())


@pytest.mark.parametrize("case", CASES)
def test_more_demand_never_costs_less(case: int, store: CapacityStore):
    """A tenth more peak and mean of every origin costs the same or more."""
    scenario, catalog = _case(case)
    more = replace(
        scenario,
        services=tuple(replace(item, demand=_scaled(item.demand, peak=1.1, mean=1.1)) for item in scenario.services),
    )
    assert _total(scenario, catalog, store) <= _total(more, catalog, store) + 1e-6


@pytest.mark.parametrize("case", CASES)
def test_doubled_mean_moves_volume_costs_only(case: int, store: CapacityStore):
    """Twice the mean at the same peak changes network, logs and support on them; never the fleet's rent or people.

    With one allowed location and no choice of place, the fleet cannot move; so the check is on such scenarios.
    """
    scenario, catalog = _case(case)
    scenario = replace(scenario, locations=scenario.locations[:1])
    plan = _plan(scenario, catalog, store)
    if plan is None:
        return
    doubled = replace(
        scenario, services=tuple(replace(s, demand=_scaled(s.demand, peak=1.0, mean=2.0)) for s in scenario.services)
    )
    again = _plan(doubled, catalog, store)
    assert again is not None
    assert again.fleet == plan.fleet
    for category in ("compute", "people", "monitoring", "energy"):
        assert again.cost.by_category[category] == plan.cost.by_category[category]
    assert again.cost.by_category.get("network", 0.0) >= plan.cost.by_category.get("network", 0.0)


@pytest.mark.parametrize("case", CASES)
def test_doubled_prices_double_the_rent(case: int, store: CapacityStore):
    """All prices per hour times two: compute at most doubles, and the total never falls."""
    scenario, catalog = _case(case)
    plan = _plan(scenario, catalog, store)
    if plan is None:
        return
    doubled = {
        key: replace(row, price_per_hour=None if row.price_per_hour is None else 2 * row.price_per_hour)
        for key, row in catalog.prices.items()
    }
    total = _total(scenario, replace(catalog, prices=doubled), store)
    rent = plan.cost.by_category["compute"] * (1 + scenario.operations.support_share_of_spend)
    assert plan.objective.total - 1e-6 <= total <= plan.objective.total + rent + 1e-6


@pytest.mark.parametrize("case", CASES)
def test_bill_equals_objective(case: int):
    """The lines of the bill add up to the objective to a cent, the bound does not lie above it, the plan verifies."""
    scenario, catalog = _case(case)
    try:
        plan = plan_scenario(scenario, catalog, gap=0.0, store=shared_store())
    except Infeasible:
        return
    assert sum(line.amount for line in plan.cost.lines) == pytest.approx(plan.objective.total, abs=0.01)
    assert plan.objective.lower_bound <= plan.objective.total
    assert plan.objective.gap <= 1e-6


def _scaled(demand: Demand, *, peak: float, mean: float) -> Demand:
    peak_per_s, mean_per_s = demand.peak_per_s * peak, np.minimum(demand.mean_per_s * mean, np.inf)
    return Demand(mean_per_s, peak_per_s, {"high": peak_per_s}, demand.source)

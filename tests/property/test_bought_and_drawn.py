"""What is bought covers what runs, the bill is the objective, and power and carbon follow the formula by hand."""

from __future__ import annotations

import random

import pytest

from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan, Pool
from optimizer.domain.scenario import Scenario
from optimizer.performance import CapacityStore
from tests.support.asked import AssumedStore, cheapest_plan
from tests.support.tiny_question import tiny_case

FIRST, DEFAULT_CASES, ALL_CASES = 3000, 12, 30
CASES = [
    pytest.param(FIRST + number, marks=() if number < DEFAULT_CASES else pytest.mark.slow)
    for number in range(ALL_CASES)
]


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """Capacities that take no time to simulate: what is shown here holds at any."""
    return AssumedStore()


def _instances(catalog: Catalog, pool: Pool, replicas: tuple[int, ...]) -> list[float]:
    each = catalog.instance_types[pool.provider, pool.instance_type].accelerator_count // pool.accelerators_per_replica
    return [count / each for count in replicas]


@pytest.mark.parametrize("case", CASES)
def test_what_is_bought_covers_what_runs(case: int, store: CapacityStore):
    """On demand, spot, committed and owned together are at least the instances of all pools, in every period.

    Signed commitments count where they last the whole horizon.
    """
    scenario, catalog = tiny_case(case)
    plan = cheapest_plan(scenario, catalog, store)
    if plan is None:
        return
    for place, kind in {(pool.location, pool.instance_type) for pool in plan.pools}:
        pools = [pool for pool in plan.pools if (pool.location, pool.instance_type) == (place, kind)]
        rows = [row for row in plan.fleet if (row.location, row.instance_type) == (place, kind)]
        lasting = [
            row for row in rows if not row.until or min(row.expected_count_by_period) >= max(row.count_by_period)
        ]
        for period in range(len(plan.periods)):
            used = sum(_instances(catalog, pool, pool.replicas_by_period)[period] for pool in pools)
            assert sum(row.count_by_period[period] for row in lasting) >= used
            spot = sum(row.count_by_period[period] for row in rows if row.purchase_option == "spot")
            assert spot <= sum(_instances(catalog, pool, pool.spot_replicas_by_period)[period] for pool in pools)
        steady = [row for row in rows if row.purchase_option in ("committed_1y", "committed_3y", "owned")]
        assert all(len(set(row.count_by_period)) == 1 for row in steady)


@pytest.mark.parametrize("case", CASES)
def test_lines_add_up_to_the_objective(case: int, store: CapacityStore):
    """The lines of the bill add up to the objective to a cent, no line is negative, and the bound is not above it."""
    scenario, catalog = tiny_case(case)
    plan = cheapest_plan(scenario, catalog, store)
    if plan is None:
        return
    assert sum(line.amount for line in plan.cost.lines) == pytest.approx(plan.objective.total, abs=0.01)
    assert all(line.amount >= 0.0 for line in plan.cost.lines)
    assert plan.objective.lower_bound <= plan.objective.total


@pytest.mark.parametrize("case", CASES)
def test_power_and_carbon_of_a_pool_by_hand(case: int, store: CapacityStore):
    """PUE x (idle x instances + (max - idle) x busy), at the peak in kW and over the horizon in kWh and kg."""
    scenario, catalog = tiny_case(case)
    plan = cheapest_plan(scenario, catalog, store)
    if plan is None or not plan.pools:
        return
    number = random.Random(case).randrange(len(plan.pools))
    pool = plan.pools[number]
    kind, place = catalog.instance_types[pool.provider, pool.instance_type], catalog.locations[pool.location]
    if kind.max_power_w is None:
        assert (pool.peak_kw, pool.energy_kwh, pool.carbon_kg) == (None, None, None)
        return
    idle_w = kind.idle_power_w if kind.idle_power_w is not None else 0.3 * kind.max_power_w
    each = kind.accelerator_count // pool.accelerators_per_replica
    full_rate = each * pool.batch_size / pool.service_time.seconds[-1]

    def kilowatts(instances: float, rate: float) -> float:
        busy = min(instances, rate / full_rate)
        return place.pue * (idle_w * instances + (kind.max_power_w - idle_w) * busy) / 1000

    counts = _instances(catalog, pool, pool.replicas_by_period)
    peak = max(kilowatts(x, rate) for x, rate in zip(counts, pool.arrival_rate_per_s_by_period, strict=True))
    assert pool.peak_kw == pytest.approx(peak, rel=1e-9)
    energy = sum(
        weight * period.days * kilowatts(instances, _mean(scenario, plan, number, t))
        for name, weight in scenario.weights.items()
        for t, (period, instances) in enumerate(
            zip(scenario.periods, _instances(catalog, pool, _replicas(scenario, pool, name)), strict=True)
        )
    )
    assert pool.energy_kwh == pytest.approx(energy, rel=1e-9, abs=1e-9)
    if place.grid_gco2_per_kwh is None:
        assert pool.carbon_kg is None
    else:
        assert pool.carbon_kg == pytest.approx(energy * place.grid_gco2_per_kwh / 1000, rel=1e-9, abs=1e-9)


def test_pools_with_figures_are_many(store: CapacityStore):
    """Of the pools drawn in the cases above, at least half have power and carbon to compare."""
    drawn = []
    for case in range(FIRST, FIRST + DEFAULT_CASES):
        plan = cheapest_plan(*tiny_case(case), store)
        if plan is not None and plan.pools:
            drawn.append(plan.pools[random.Random(case).randrange(len(plan.pools))])
    known = [pool for pool in drawn if pool.carbon_kg is not None and pool.energy_kwh]
    assert len(known) >= max(3, len(drawn) / 2)


def _replicas(scenario: Scenario, pool: Pool, demand: str) -> tuple[int, ...]:
    return pool.replicas_by_period if demand == scenario.plan_for else pool.at_demand[demand].replicas_by_period


def _mean(scenario: Scenario, plan: Plan, pool: int, period: int) -> float:
    """Mean requests/s that routes bring to a pool."""
    service = next(item for item in scenario.services if item.name == plan.pools[pool].service)
    names = [origin.name for origin in scenario.origins]
    return sum(
        route.share_by_period[period] * float(service.demand.mean_per_s[names.index(route.origin)][period])
        for route in plan.routing
        if route.pool == pool
    )

"""How much is committed, and for how long, against figures worked out here."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from optimizer.domain.purchase import Purchase
from optimizer.domain.scenario import NetworkUse, Period
from optimizer.performance import CapacityStore
from tests.support.asked import cheapest_plan, shared_store
from tests.support.small import demand, service, small_catalog, small_scenario
from tests.support.small_market import YEAR, price, with_prices

HOURS_PER_YEAR = 8760.0


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """Simulated capacities, shared with other tests."""
    return shared_store()


@pytest.mark.parametrize("case", range(30))
def test_the_level_is_that_of_the_usage_duration_curve(case: int, store: CapacityStore):
    """The k-th instance is committed where its hours on demand cost more than a year of commitment does.

    One type alone, 1.00 an hour on demand, some price for a year; eight periods of random length and demand.
    """
    rng = random.Random(case)
    lengths = [rng.randint(1, 9) for _ in range(8)]
    hours = [HOURS_PER_YEAR * length / sum(lengths) for length in lengths]
    peaks = [float(rng.choice([0, 50, 150, 300, 500, 800, 1200])) for _ in hours]
    committed = rng.choice([0.35, 0.5, 0.62, 0.8])
    scenario = replace(
        small_scenario(service("s", demand([peaks]))),
        periods=tuple(Period(f"kind {number}", 0, length) for number, length in enumerate(hours)),
        horizon_months=12,
        purchase=Purchase(("on_demand", "committed_1y")),
        network=NetworkUse(0.1, 0.1, 1.0),
    )
    plan = cheapest_plan(scenario, with_prices(small_catalog(), price("committed_1y", committed)), store)
    assert plan is not None
    used = [sum(pool.replicas_by_period[t] for pool in plan.pools) for t in range(len(hours))]

    def worth_it(level: int) -> bool:
        return (
            sum(length for length, count in zip(hours, used, strict=True) if count >= level)
            > committed * HOURS_PER_YEAR
        )

    expected = sum(worth_it(level) for level in range(1, max(used) + 1))
    rows = [row for row in plan.fleet if row.purchase_option == "committed_1y"]
    assert sum(row.count_by_period[0] for row in rows) == expected


@pytest.mark.parametrize(
    ("three_years", "terms", "chosen"),
    [
        # A year of a steady load: 0.60 x 8,760 h = 5,256 under a 1-year commitment.
        # 36 months at 0.40: 0.40 x 36 x 730 h = 10,512 are charged, though an hour is a third cheaper.
        (0.40, Purchase(("on_demand", "committed_1y", "committed_3y"), "charge"), "committed_1y"),
        # 36 months at 0.19: 4,993.20, less than one year of the other.
        (0.19, Purchase(("on_demand", "committed_1y", "committed_3y"), "charge"), "committed_3y"),
        # 36 months at 0.21: 5,518.80, just above.
        (0.21, Purchase(("on_demand", "committed_1y", "committed_3y"), "charge"), "committed_1y"),
        # At 0.40 with nine tenths of the rest worth keeping: 0.40 x (12 + 24 x 0.1) x 730 h = 4,204.80.
        (0.40, Purchase(("on_demand", "committed_1y", "committed_3y"), "value_share", 0.9), "committed_3y"),
        # With half of it: 0.40 x (12 + 24 x 0.5) x 730 h = 7,008.
        (0.40, Purchase(("on_demand", "committed_1y", "committed_3y"), "value_share", 0.5), "committed_1y"),
        # Refused, however cheap.
        (0.01, Purchase(("on_demand", "committed_1y", "committed_3y"), "refuse"), "committed_1y"),
    ],
)
def test_a_term_beyond_the_horizon_counts_in_full(
    three_years: float, terms: Purchase, chosen: str, store: CapacityStore
):
    """Twelve months never take three years where 36 months of it cost more than the 1-year price."""
    catalog = with_prices(small_catalog(), price("committed_1y", 0.60), price("committed_3y", three_years))
    scenario = small_scenario(service("s", demand([[500.0, 500.0]])), periods=YEAR, horizon_months=12, purchase=terms)
    plan = cheapest_plan(scenario, catalog, store)
    assert plan is not None
    assert {row.purchase_option for row in plan.fleet} == {chosen}
    left = 0.0 if chosen == "committed_1y" else 24 * 730 * three_years * plan.fleet[0].count_by_period[0]
    assert plan.obligation_after_horizon == pytest.approx(left)


@pytest.mark.parametrize("case", range(20))
def test_a_steady_load_takes_what_it_pays_least_for(case: int, store: CapacityStore):
    """With every term charged in full: 8,760 h on demand at 1.00, 8,760 h for a year, or 26,280 h for three."""
    rng = random.Random(case)
    one, three = rng.uniform(0.3, 1.2), rng.uniform(0.05, 0.5)
    catalog = with_prices(small_catalog(), price("committed_1y", one), price("committed_3y", three))
    terms = Purchase(("on_demand", "committed_1y", "committed_3y"), "charge")
    scenario = small_scenario(service("s", demand([[500.0, 500.0]])), periods=YEAR, horizon_months=12, purchase=terms)
    plan = cheapest_plan(scenario, catalog, store)
    assert plan is not None
    paid = {"on_demand": 8760 * 1.0, "committed_1y": 8760 * one, "committed_3y": 26280 * three}
    cheapest = min(paid, key=paid.__getitem__)
    assert {row.purchase_option for row in plan.fleet} == {cheapest}
    count = max(max(row.count_by_period) for row in plan.fleet)
    spent = sum(line.amount for line in plan.cost.lines if line.category in ("compute", "obligation"))
    assert spent == pytest.approx(count * paid[cheapest])

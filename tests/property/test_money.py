"""What prices do to a plan, at gap 0: dearer is never cheaper, more choice is never dearer, twice is twice."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from typing import Any

import pytest

from optimizer.domain.catalog import Catalog
from optimizer.domain.purchase import PurchaseOption
from optimizer.domain.scenario import Scenario
from optimizer.performance import CapacityStore
from tests.support.asked import NEVER, AssumedStore, cheapest, cheapest_plan, no_less
from tests.support.tiny_question import tiny_case

FIRST, DEFAULT_CASES, ALL_CASES = 2000, 8, 30
CASES = [
    pytest.param(FIRST + number, marks=() if number < DEFAULT_CASES else pytest.mark.slow)
    for number in range(ALL_CASES)
]
OPTIONS: tuple[PurchaseOption, ...] = ("on_demand", "spot", "committed_1y", "committed_3y", "owned")
#: Every field that is money, wherever it stands.
MONEY = frozenset(
    {
        "price_per_hour", "upfront", "price_per_gb", "price_per_gb_month", "electricity_price_per_kwh",
        "purchase_price_low", "purchase_price_mid", "purchase_price_high", "space_price_per_kw_month",
        "cost_per_year", "monitoring_per_instance_month", "operator_cost_per_year", "budget_per_month",
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """Capacities that take no time to simulate: what is shown here holds at any."""
    return AssumedStore()


def _without_lead(scenario: Scenario) -> Scenario:
    """Without early starts, whose cost depends on the zones that instances happen to stand in."""
    return replace(scenario, purchase=replace(scenario.purchase, scale_up_lead_hours=0.0))


def _times(value: Any, factor: float) -> Any:
    """Return a record, or anything made of records, with all money in it multiplied."""
    if isinstance(value, dict):
        return {key: _times(item, factor) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_times(item, factor) for item in value)
    if not hasattr(value, "__dataclass_fields__"):
        return value
    changes = {}
    for field in fields(value):
        now = getattr(value, field.name)
        if field.name in MONEY:
            changes[field.name] = None if now is None else now * factor
        elif field.init:
            changes[field.name] = _times(now, factor)
    return replace(value, **changes)


@pytest.mark.parametrize("case", CASES)
def test_a_dearer_price_never_lowers_the_total(case: int, store: CapacityStore):
    """A third more for one row of the price table, whichever, leaves the total the same or higher."""
    scenario, catalog = tiny_case(case)
    scenario, rng = _without_lead(scenario), random.Random(case)
    before = cheapest(scenario, catalog, store)
    for key in rng.sample(sorted(catalog.prices), 3):
        row = catalog.prices[key]
        if row.price_per_hour is None:
            continue
        dearer = replace(row, price_per_hour=1.33 * row.price_per_hour, upfront=1.33 * row.upfront)
        more = replace(catalog, prices={**catalog.prices, key: dearer})
        assert no_less(cheapest(scenario, more, store), before)


@pytest.mark.parametrize("case", CASES)
def test_more_options_never_raise_the_total(case: int, store: CapacityStore):
    """With one option after the other allowed, the total falls or stays."""
    scenario, catalog = tiny_case(case)
    scenario = _without_lead(scenario)
    before = NEVER
    for count in range(1, len(OPTIONS) + 1):
        allowed = replace(scenario, purchase=replace(scenario.purchase, options=OPTIONS[:count]))
        now = cheapest(allowed, catalog, store)
        assert no_less(before, now)
        before = now


@pytest.mark.parametrize("case", CASES)
def test_all_money_doubled_doubles_the_total(case: int, store: CapacityStore):
    """Every price, salary, budget and purchase price times two: the total times two, and the same fleet."""
    scenario, catalog = tiny_case(case)
    plan = cheapest_plan(scenario, catalog, store)
    again = cheapest_plan(_times(scenario, 2.0), _times(catalog, 2.0), store)
    assert (plan is None) == (again is None)
    if plan is not None and again is not None:
        assert again.objective.total == pytest.approx(2.0 * plan.objective.total, rel=1e-9)
        assert again.obligation_after_horizon == pytest.approx(2.0 * plan.obligation_after_horizon, rel=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_rows_changes_nothing(case: int, store: CapacityStore):
    """Shuffled catalog rows give the same plan to the last digit; shuffled questions the same total."""
    scenario, catalog = tiny_case(case)
    plan = cheapest_plan(scenario, catalog, store)
    again = cheapest_plan(scenario, _shuffled(catalog, random.Random(case)), store)
    assert (None if plan is None else plan.to_dict()) == (None if again is None else again.to_dict())
    turned = replace(
        scenario,
        services=scenario.services[::-1],
        commitments=scenario.commitments[::-1],
        pins=scenario.pins[::-1],
        purchase=replace(scenario.purchase, options=scenario.purchase.options[::-1]),
    )
    before = NEVER if plan is None else plan.objective.total
    assert cheapest(turned, catalog, store) == pytest.approx(before, rel=1e-9)


def _shuffled(catalog: Catalog, rng: random.Random) -> Catalog:
    changes: dict[str, Any] = {}
    for name in ("instance_types", "prices", "locations", "transfer", "owned", "sites", "storage", "round_trips"):
        rows = list(getattr(catalog, name).items())
        rng.shuffle(rows)
        changes[name] = dict(rows)
    return replace(catalog, profiles=tuple(rng.sample(catalog.profiles, len(catalog.profiles))), **changes)

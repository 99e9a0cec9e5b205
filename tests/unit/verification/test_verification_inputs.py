"""The inputs that a plan repeats against the scenario and the catalog it was made from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.verification import verify
from tests.unit.verification.documents import GONE, changed, name, places
from tests.unit.verification.hand_plan import hand_plan, with_inputs


def complaints(plan, records):
    """What the comparison tells."""
    return [check.detail for check in verify(plan, *records) if check.rule == "inputs" and not check.holds]


#: Figures and words of the inputs, one by one.
LEAVES = [
    path
    for path, value in places(hand_plan().inputs)
    if isinstance(value, (int, float)) or value in ("zone", "shared", "central")
]


@pytest.fixture(scope="module")
def only_inputs():
    """The comparison alone, without the readings of the plan."""
    from optimizer.verification.sources import inputs
    from optimizer.verification.view import View

    return lambda plan, records: [check.detail for check in inputs(View(plan), *records) if not check.holds]


def test_the_plan_by_hand_rests_on_its_records(plan, records):
    """Seconds there and milliseconds here are the same figure."""
    assert complaints(plan, records) == []


@pytest.mark.parametrize("path", LEAVES, ids=name)
def test_every_figure_is_compared(plan, records, only_inputs, path):
    """Each number or choice of the inputs, changed by a tenth or to another word, is told with its place."""
    value = dict(places(plan.inputs))[path]
    new = value * 1.1 + (1 if value == 0 or isinstance(value, int) else 0) if not isinstance(value, str) else "other"
    assert only_inputs(plan.replace(inputs=changed(plan.inputs, path, new)), records)


#: Rows and keys whose loss changes what the plan rests on.
TABLES = ("services", "origins", "transfer", "storage_prices")
ROWS = [path for path, _ in places(hand_plan().inputs) if len(path) == 2 and path[0] in TABLES]


@pytest.mark.parametrize("path", [path for path in ROWS if path != ("transfer", 0) and path[1] != 3], ids=name)
def test_a_missing_row_is_told(plan, records, path):
    """A tier or storage class left out would change a price; it is told even where a fallback exists."""
    found = {
        check.rule
        for check in verify(plan.replace(inputs=changed(plan.inputs, path, GONE)), *records)
        if not check.holds
    }
    assert found


def test_a_dropped_tier_is_told(plan, records):
    """Without its second tier the transfer price is another one, though each row that is left is right."""
    without = with_inputs(plan, lambda inputs: inputs["transfer"].pop(2))
    assert any("tiers" in text for text in complaints(without, records))


def test_a_dropped_object_price_is_told(plan, records):
    """Without it the logs would be billed at the block price."""
    without = with_inputs(plan, lambda inputs: inputs["storage_prices"].pop(1))
    assert any("storage_prices in north/one" in text for text in complaints(without, records))


def test_another_scenario_or_catalog_is_told(plan, records):
    """Hash, name, currency and periods belong to what the plan was made from."""
    scenario, catalog = records
    assert complaints(plan, (replace(scenario, sha256="0" * 64), catalog))
    assert complaints(plan, (replace(scenario, periods=scenario.periods[:1]), catalog))
    assert complaints(plan, (scenario, replace(catalog, sha256="0" * 64)))
    assert complaints(plan, (scenario, replace(catalog, currency="EUR")))


def test_a_price_that_changed_since_is_told(plan, records):
    """The same plan against a newer catalog: the place, what the plan has and what holds now."""
    scenario, catalog = records
    key = ("north", "one", "north/one", "on_demand")
    newer = replace(catalog, prices={**catalog.prices, key: replace(catalog.prices[key], price_per_hour=2.5)})
    (text,) = complaints(plan, (scenario, newer))
    assert text == "prices.one in north/one.price_per_hour: 2.0 in the plan, 2.5 in what it was made from"


def test_rows_the_catalog_does_not_have_are_told(plan, records):
    """A plan that rests on a type, curve or model nobody knows."""
    scenario, catalog = records
    for field in ("instance_types", "served_models", "storage", "round_trips", "locations", "transfer"):
        assert complaints(plan, (scenario, replace(catalog, **{field: {}})))
    assert complaints(plan, (scenario, replace(catalog, profiles=())))
    assert complaints(plan, (scenario, replace(catalog, prices={})))


def test_without_records_nothing_is_compared(plan):
    """A plan file alone is read alone."""
    assert "inputs" not in {check.rule for check in verify(plan)}

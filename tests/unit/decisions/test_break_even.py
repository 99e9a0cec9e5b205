"""Break-even prices against plans made just below and just above them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.costs import Rates
from optimizer.decisions.break_even import (
    ENTERS_SHARE,
    BreakEvenQuestion,
    at_factor,
    break_even,
    spent_on,
)
from optimizer.decisions.records import BreakEven
from optimizer.decisions.work import How, Question
from optimizer.domain.catalog import Catalog
from optimizer.domain.scenario import Scenario
from optimizer.inputs import load_inputs
from optimizer.planning import plan_scenario
from tests.support.asked import cheapest_plan, shared_store
from tests.support.small import demand, service, small_scenario
from tests.support.small_market import SITE, market
from tests.support.tiny_question import tiny_case

DEFAULT_CASES, ALL_CASES = 1, 20


def _share(scenario: Scenario, catalog: Catalog, key: tuple[str, str], factor: float) -> float:
    """What the cheapest plan spends on a type at a factor on its prices; 0 where there is no plan."""
    asked, known = at_factor(scenario, catalog, *key, factor)
    plan = cheapest_plan(asked, known, shared_store())
    return 0.0 if plan is None else spent_on(plan, Rates(scenario, catalog), *key) / plan.cost.total


def _found(case: int) -> tuple[Scenario, Catalog, tuple[str, str], BreakEven] | None:
    """The first type of a tiny case that has a break-even price."""
    scenario, catalog = tiny_case(case)
    if cheapest_plan(scenario, catalog, shared_store()) is None:
        return None
    for key in sorted(catalog.instance_types):
        answer = break_even(BreakEvenQuestion(Question(scenario, catalog, How()), *key))
        if answer.status == "found":
            return scenario, catalog, key, answer
    return None


@pytest.mark.parametrize("cases", [DEFAULT_CASES, pytest.param(ALL_CASES, marks=pytest.mark.slow)])
def test_random_cases_enter_below_and_leave_above(cases: int):
    """Half a per cent below the price the cheapest plan spends 1 % on the type, half a per cent above it does not."""
    checked = 0
    for case in range(200):
        if (found := _found(case)) is None:
            continue
        scenario, catalog, key, answer = found
        assert answer.factor is not None
        assert _share(scenario, catalog, key, answer.factor * 0.995) >= ENTERS_SHARE, (case, answer)
        assert _share(scenario, catalog, key, answer.factor * 1.005) < ENTERS_SHARE, (case, answer)
        checked += 1
        if checked == cases:
            return
    pytest.fail(f"only {checked} of {cases} cases have a break-even price")


def test_the_price_by_hand():
    """Two types that do the same work tie where their prices are equal, and the plans that tie are named."""
    scenario, catalog, key = _two_alike(0.8)
    answer = break_even(BreakEvenQuestion(Question(scenario, catalog, How()), *key))
    assert answer.status == "found"
    assert answer.factor == pytest.approx(1.0 / 0.8, rel=1e-9)
    assert [price.break_even for price in answer.prices] == pytest.approx(
        [price.price / 0.8 for price in answer.prices]
    )
    assert answer.with_types == ("p/twin",)
    assert answer.without_types == ("p/one",)


def _two_alike(ratio: float) -> tuple[Scenario, Catalog, tuple[str, str]]:
    """A type ``twin`` that is like ``one`` but for its price."""
    scenario = small_scenario(service("web", demand([[90.0, 90.0]])))
    catalog = market()
    kinds, prices = dict(catalog.instance_types), dict(catalog.prices)
    kinds["p", "twin"] = replace(kinds["p", "one"], name="twin")
    for (provider, kind, place, option), row in catalog.prices.items():
        if (provider, kind) == ("p", "one") and row.price_per_hour is not None:
            dear = row.price_per_hour * ratio
            prices["p", "twin", place, option] = replace(row, instance_type="twin", price_per_hour=dear)
    return scenario, replace(catalog, instance_types=kinds, prices=prices), ("p", "twin")


def test_what_no_price_brings_in_is_told():
    """A type without a profile takes part at no price."""
    scenario, catalog, _ = _two_alike(0.8)
    kinds = {**catalog.instance_types, ("p", "idle"): replace(catalog.instance_types["p", "one"], name="idle")}
    known = replace(catalog, instance_types=kinds)
    answer = break_even(BreakEvenQuestion(Question(scenario, known, How()), "p", "idle"))
    assert (answer.status, answer.factor) == ("never", None)


def test_what_nothing_can_replace_is_told():
    """Where no plan does without a type, it has no break-even price."""
    scenario, catalog, _ = _two_alike(0.8)
    kinds = {key: kind for key, kind in catalog.instance_types.items() if key == ("p", "one")}
    alone = replace(catalog, instance_types=kinds, owned={})
    answer = break_even(BreakEvenQuestion(Question(scenario, alone, How()), "p", "one"))
    assert (answer.status, answer.factor) == ("always", None)


def test_a_purchase_price_breaks_even_too():
    """Of a machine to buy the purchase price moves, with the maintenance that is a share of it."""
    scenario = small_scenario(service("web", demand([[90.0, 90.0]])), locations=("p/home", SITE), horizon_months=36)
    purchase = replace(scenario.purchase, options=("on_demand", "owned"))
    scenario = replace(scenario, purchase=purchase, operations=replace(scenario.operations, people=()))
    catalog = market()
    asked = Question(scenario, catalog, How())
    answer = break_even(BreakEvenQuestion(asked, "own", "box"))
    assert answer.status == "found"
    assert answer.factor is not None
    assert [(price.purchase_option, price.price) for price in answer.prices] == [("owned", 3600.0)]
    assert _share(scenario, catalog, ("own", "box"), answer.factor * 0.995) >= ENTERS_SHARE
    assert _share(scenario, catalog, ("own", "box"), answer.factor * 1.005) < ENTERS_SHARE


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["g6.xlarge", "g6e.xlarge", "g4dn.xlarge"])
def test_the_flagship_enters_below_and_leaves_above(kind: str):
    """The same on the flagship, with whole plans at gap 0 that are verified."""
    inputs = load_inputs("shop-search")
    scenario, catalog = replace(inputs.scenario, running=()), inputs.catalog
    answer = break_even(BreakEvenQuestion(Question(scenario, catalog, How()), "aws", kind))
    assert answer.factor is not None
    shares = []
    for factor in (answer.factor * 0.995, answer.factor * 1.005):
        asked, known = at_factor(scenario, catalog, "aws", kind, factor)
        plan = plan_scenario(asked, known, gap=0.0, store=shared_store(), explain=False)
        shares.append(spent_on(plan, Rates(scenario, catalog), "aws", kind) / plan.cost.total)
    assert shares[0] >= ENTERS_SHARE > shares[1]

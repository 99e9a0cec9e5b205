"""The screening list against exact break-even prices."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.decisions.break_even import BreakEvenQuestion, break_even
from optimizer.decisions.screening.screen import screening
from optimizer.decisions.work import How, InThisProcess, Question
from optimizer.domain.catalog import Catalog
from optimizer.domain.limits import Limits
from optimizer.inputs import load_inputs
from optimizer.inputs.options_file import without_types
from tests.support.asked import cheapest_plan, shared_store
from tests.support.owned_question import owned_question
from tests.support.small import HOME, demand, service, small_scenario
from tests.support.small_market import market, with_type
from tests.support.tiny_question import tiny_case

EXACT = How(gap=0.0)
CASES, MORE_CASES = 3, 40


def _screened(question: Question) -> dict[str, float]:
    found = screening(question, InThisProcess(), lambda *_: None)
    assert found is not None
    assert [item.factor for item in found.types] == sorted((item.factor for item in found.types), reverse=True)
    return {f"{item.provider}/{item.instance_type}": item.factor for item in found.types}


def _exact(question: Question, name: str) -> float | None:
    return break_even(BreakEvenQuestion(question, *name.split("/"))).factor


def test_the_price_by_hand():
    """A twin that is a quarter dearer enters at four fifths of its price; used types are not listed."""
    catalog: Catalog = with_type(market(), "twin", 1.25)
    scenario = small_scenario(service("web", demand([[90.0, 90.0]])))
    question = Question(scenario, catalog, EXACT)
    found = screening(question, InThisProcess(), lambda *_: None)
    assert found is not None
    (item,) = found.types
    assert (item.instance_type, item.location, item.replaces) == ("twin", HOME, f"web in {HOME}")
    assert item.factor == pytest.approx(0.8)
    assert (item.price, item.break_even) == pytest.approx((1.25, 1.0))


def test_a_machine_enters_by_its_purchase_price():
    """Space and idle power of a box stay as they are: at its factor the cheapest plan costs the same with it."""
    question = owned_question(12, most=None)
    dear = {key: replace(row, purchase_price_mid=30_000.0) for key, row in question.catalog.owned.items()}
    question = replace(question, catalog=replace(question.catalog, owned=dear))
    factor = _screened(question)["own/box"]
    assert factor == pytest.approx(_exact(question, "own/box"), rel=1e-6)


@pytest.mark.parametrize("cases", [CASES, pytest.param(MORE_CASES, marks=pytest.mark.slow)])
def test_it_is_a_lower_bound_of_the_exact_price(cases: int):
    """On random markets of every purchase option and without limits no type enters below what the list says.

    Some enter just there.
    """
    exact = listed = 0
    for case in range(cases):
        scenario, catalog = tiny_case(case)
        scenario = replace(scenario, pins=(), limits=Limits())
        sites = {name: replace(site, power_limit_kw=None, rack_units=None) for name, site in catalog.sites.items()}
        catalog = replace(catalog, sites=sites)
        question = Question(scenario, catalog, EXACT)
        if cheapest_plan(scenario, catalog, shared_store()) is None:
            continue
        for name, factor in _screened(question).items():
            price = _exact(question, name)
            if price is not None:
                listed += 1
                assert factor <= price * (1.0 + 1e-6), (case, name, factor, price)
                exact += factor >= price * 0.999
    assert listed >= cases // 3
    assert exact >= 1


def test_types_of_a_shipped_scenario_enter_where_they_are_said_to():
    """Two types of the smallest scenario, to six digits; the one that is used is not listed."""
    inputs = load_inputs("single-service")
    kept = {("aws", "g4dn.xlarge"), ("aws", "g4dn.2xlarge"), ("aws", "g5.xlarge")}
    catalog = without_types(inputs.catalog, inputs.catalog.instance_types.keys() - kept)
    question = Question(inputs.scenario, catalog, EXACT)
    found = _screened(question)
    assert sorted(found) == ["aws/g4dn.2xlarge", "aws/g5.xlarge"]
    for name, factor in found.items():
        assert factor == pytest.approx(_exact(question, name), rel=1e-6)

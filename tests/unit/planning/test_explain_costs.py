"""A part of the bill explained: its lines add up, and other prices cost what a plan at those prices costs."""

from __future__ import annotations

import pytest

from optimizer import api
from optimizer.domain.explained import Explanation
from optimizer.domain.plan import Plan
from optimizer.errors import InputError
from optimizer.planning.explain_costs import _PRICES
from optimizer.report.explain_page import explain_report
from optimizer.report.report import Format, render

#: Many plans each.
pytestmark = pytest.mark.slow

ALONE = "single-service"


@pytest.fixture(scope="module")
def cheapest() -> Plan:
    """The cheapest plan."""
    return api.plan(ALONE, gap=0.0)


def _moved(answer: Explanation) -> list[float]:
    return [verdict.total or 0.0 for verdict in answer.verdicts]


@pytest.mark.parametrize("category", ["network", pytest.param("people", marks=pytest.mark.slow)])
def test_lines_are_those_of_the_bill_and_prices_that_decide_nothing_move_it_in_proportion(
    cheapest: Plan, category: str
) -> None:
    """The category's sum; where no choice hangs on the price, a tenth of the price is a tenth of the sum."""
    answer = api.explain(ALONE, category)
    whole = sum(line.amount for line in answer.lines)
    assert answer.lines == tuple(sorted(answer.lines, key=lambda line: -line.amount))
    assert whole == pytest.approx(cheapest.cost.by_category[category])
    assert whole > 0.0
    support = api.load_scenario(ALONE).scenario.operations.support_share_of_spend if category == "network" else 0.0
    dearer, cheaper = _moved(answer)
    assert dearer - answer.total == pytest.approx(0.1 * whole * (1.0 + support))
    assert answer.total - cheaper == pytest.approx(0.1 * whole * (1.0 + support))


@pytest.mark.slow
def test_cheaper_instances_cost_what_the_plan_by_hand_costs() -> None:
    """As with a discount of one's own on every price."""
    answer = api.explain(ALONE, "compute")
    rule = "price_rules=[{match: {provider: aws}, discount_share: 0.1, reason: test}]"
    by_hand = api.plan(api.load_scenario(ALONE, [rule]), gap=0.0).objective.total
    assert _moved(answer)[1] == pytest.approx(by_hand)


@pytest.mark.slow
def test_a_line_moves_with_its_own_price(cheapest: Plan) -> None:
    """One type under one option alone is dearer: the plan may turn away from it, so it costs no more than a tenth."""
    name = next(line.item for line in cheapest.cost.lines if line.category == "compute")
    answer = api.explain(ALONE, f"line:{name}")
    whole = sum(line.amount for line in answer.lines)
    assert {line.item for line in answer.lines} == {name}
    assert 0.0 < _moved(answer)[0] - answer.total <= 0.1 * whole * 1.04  # support is a share of it


def test_a_line_that_the_bill_lacks_names_those_it_has() -> None:
    """With the likeliest first."""
    with pytest.raises(InputError, match="monitoring") as refused:
        api.explain(ALONE, "line:monitoringg")
    assert "must be a line of the bill" in str(refused.value)


@pytest.mark.slow
def test_a_category_without_lines_has_no_verdict_and_says_so() -> None:
    """Nothing is spent on licences: no price is moved."""
    answer = api.explain(ALONE, "licence")
    assert (answer.lines, answer.verdicts) == ((), ())
    assert "nothing" in render(explain_report(answer), Format.TABLE)


def test_every_category_that_costs_something_has_a_price(cheapest: Plan) -> None:
    """What the bill holds can be moved."""
    assert {name for name, amount in cheapest.cost.by_category.items() if amount} <= set(_PRICES)

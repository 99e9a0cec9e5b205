"""Ordered machines: until they arrive the option is rented, and its total is the mix of both plans."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from optimizer.decisions.answer import answer_of
from optimizer.decisions.cash.flow import CashQuestion, cash_of
from optimizer.decisions.made import Made, OptionQuestion, made
from optimizer.decisions.steady import steady_counts
from optimizer.decisions.work import Question, Refusal, planned
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import Purchase
from optimizer.inputs import Inputs, OptionInputs
from optimizer.inputs.option_terms import CashTerms
from tests.support.owned_question import owned_question
from tests.support.small import HOME
from tests.support.small_market import SITE


def _made(question: Question, months: int) -> Made:
    found = made(OptionQuestion(question, as_today=False, lead_time_months=months))
    assert isinstance(found, Made), found
    return found


def test_the_total_is_the_mix_of_two_plans_made_by_hand():
    """6 of 24 months without a machine to buy, 18 with: to the cent, line by line, and so are the bounds."""
    question = owned_question(24, purchase=Purchase(options=("on_demand", "owned")))
    rented = replace(question.scenario, purchase=Purchase(options=("on_demand",)))
    before, after = planned(replace(question, scenario=rented)), planned(question)
    assert isinstance(before, Plan)
    assert isinstance(after, Plan)
    found = _made(question, 6)
    total = 0.25 * before.objective.total + 0.75 * after.objective.total
    assert found.bill.objective.total == pytest.approx(total, abs=0.01)
    assert found.bill.objective.lower_bound == pytest.approx(total, abs=0.01)
    energy = 0.25 * before.cost.by_category.get("energy", 0.0) + 0.75 * after.cost.by_category["energy"]
    assert found.bill.cost.by_category["energy"] == pytest.approx(energy)
    assert math.fsum(line.amount for line in found.bill.cost.lines) == pytest.approx(total, abs=0.01)
    assert steady_counts(after) == {(SITE, "box", "owned"): 1}


def test_the_terms_of_the_plan_are_signed_from_the_beginning():
    """A year that the plan signs stands before the machine comes; nothing else is signed for these months."""
    question = owned_question(30)
    found = _made(question, 6)
    assert found.early is not None
    assert found.plan is not None
    signed = steady_counts(found.plan)[HOME, "one", "committed_1y"]
    assert signed > 0
    assert steady_counts(found.early.plan) == {}
    there = [row for row in found.early.plan.fleet if row.purchase_option == "committed_1y"]
    assert [row.count_by_period[0] for row in there] == [signed]
    rent = [line.amount for line in found.early.plan.cost.lines if line.purchase_option == "committed_1y"]
    whole = [line.amount for line in found.plan.cost.lines if line.purchase_option == "committed_1y"]
    assert math.fsum(rent) == pytest.approx(math.fsum(whole))


def test_the_answer_says_what_runs_until_then():
    """Months, what they cost, and the fleet without the machine; the fleet of the option has it."""
    question = owned_question(24)
    found = _made(question, 6)
    item = OptionInputs("ordered", (), Inputs(question.scenario, question.catalog, ()), 6)
    answer = answer_of(item, found)
    assert answer.until_arrival is not None
    assert found.early is not None
    assert answer.until_arrival.months == 6
    assert answer.until_arrival.total == pytest.approx(found.early.plan.objective.total * 0.25)
    assert "owned" not in {row.purchase_option for row in answer.until_arrival.fleet}
    assert "owned" in {row.purchase_option for row in answer.fleet}
    assert sum(answer.by_service.values()) == pytest.approx(answer.total)


@pytest.mark.parametrize("months", [24, 30])
def test_payments_add_up_to_the_mix(months: int):
    """The machine is paid when it comes and sold at the end: the sum of all payments is the total to the cent."""
    question = owned_question(months)
    found = _made(question, 5)
    flow = cash_of(CashQuestion("it", question, found, CashTerms(months, 0.0)))
    assert flow.total == pytest.approx(found.bill.objective.total, abs=0.01)
    assert flow.payments[5] - flow.payments[4] == pytest.approx(3600.0)


def test_nothing_to_rent_meanwhile_is_no_plan():
    """Where only owned machines are allowed, the months until they come have no plan, and that is the answer."""
    question = owned_question(24, most=None, purchase=Purchase(options=("owned",)), locations=(SITE,))
    assert isinstance(planned(question), Plan)
    found = made(OptionQuestion(question, as_today=False, lead_time_months=3))
    assert isinstance(found, Refusal)
    assert found.reasons[0].startswith("until the machines arrive, 3 months: ")


def test_who_buys_nothing_waits_for_nothing():
    """A lead time changes nothing about an option that is rented."""
    question = owned_question(24, purchase=Purchase(options=("on_demand",)))
    found = _made(question, 6)
    plan = planned(question)
    assert isinstance(plan, Plan)
    assert (found.early, found.bill.objective.total) == (None, plan.objective.total)

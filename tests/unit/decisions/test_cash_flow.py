"""Cash flows against the totals of plans: nothing is lost, nothing is counted twice, each year is planned."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from optimizer.decisions.bill import bill_of
from optimizer.decisions.cash.beside import cash_flow
from optimizer.decisions.cash.flow import CashQuestion, cash_of
from optimizer.decisions.cash.records import OptionCash
from optimizer.decisions.draws.beside import drawn
from optimizer.decisions.made import Made
from optimizer.decisions.steady import steady_counts
from optimizer.decisions.work import InThisProcess, Question, planned
from optimizer.domain.limits import Limits
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import Commitment, Purchase
from optimizer.inputs.option_terms import CashTerms, DrawTerms
from tests.support.owned_question import owned_question
from tests.support.small import HOME
from tests.support.small_market import SITE


def _plan(question: Question) -> Plan:
    plan = planned(question)
    assert isinstance(plan, Plan), plan
    return plan


def _flow(question: Question, terms: CashTerms) -> OptionCash:
    plan = _plan(question)
    return cash_of(CashQuestion("it", question, Made(bill_of(plan), plan), terms))


@pytest.mark.parametrize("months", [24, 30])
def test_without_growth_the_payments_are_the_plan_to_the_cent(months: int):
    """Rent, a term with upfront that outlasts 30 months, a machine and its idle power: their sum is the total."""
    question = owned_question(months)
    plan = _plan(question)
    assert {option for _, _, option in steady_counts(plan)} == {"committed_1y", "owned"}
    flow = _flow(question, CashTerms(months, 0.0))
    assert math.fsum(flow.payments) == pytest.approx(plan.objective.total, abs=0.01)
    assert flow.net_present_cost == pytest.approx(plan.objective.total, abs=0.01)
    assert len(flow.payments) == months + 1


def test_what_was_signed_before_is_in_the_sum():
    """A commitment that ends within the horizon, and a machine that stands already and draws idle power."""
    signed = (
        Commitment(HOME, "one", "committed_1y", 1, 0.4, "2027-07-01", 0.25, 0.0, reserved=False, reason="before"),
        Commitment(SITE, "box", "owned", 1, 0.02, "2031-01-01", 1.0, 24.0, reserved=False, reason="before"),
    )
    question = owned_question(24, commitments=signed, purchase=Purchase(options=("on_demand", "owned")))
    flow = _flow(question, CashTerms(24, 0.0))
    assert flow.total == pytest.approx(_plan(question).objective.total, abs=0.01)
    assert flow.payments[1] - flow.payments[20] == pytest.approx(0.4 * 730.0 * 1.1)


def test_payments_are_discounted_from_the_end_of_their_month():
    """21 % a year is 10 % in half a year: what is paid after 12 months is worth 1 / 1.21."""
    question = owned_question(24)
    flow = _flow(question, CashTerms(24, 0.21))
    worth = np.array(flow.payments) * 1.1 ** (-np.arange(25) / 6.0)
    assert flow.cumulative == pytest.approx(np.cumsum(worth))
    assert flow.cumulative[0] == flow.payments[0] > 3600.0


def test_a_later_year_is_planned_with_its_demand_and_what_stands():
    """Demand doubles: the second year's payments are those of a plan made by hand, in which the machine is paid for."""
    question = owned_question(12, most=2, purchase=Purchase(options=("on_demand", "owned")))
    terms = CashTerms(24, 0.0, demand_growth_per_year=1.0)
    assert steady_counts(_plan(question)) == {(SITE, "box", "owned"): 1}
    flow = _flow(question, terms)
    stands = Commitment(SITE, "box", "owned", 1, 0.0, "9999-12-31", 1.0, 0.0, reserved=False, reason="bought")
    services = tuple(
        replace(
            item,
            demand=replace(
                item.demand,
                mean_per_s=item.demand.mean_per_s * 2.0,
                peak_per_s=item.demand.peak_per_s * 2.0,
                peaks_per_s={"high": item.demand.peak_per_s * 2.0},
            ),
        )
        for item in question.scenario.services
    )
    by_hand = replace(question.scenario, services=services, commitments=(stands,))
    one_left = owned_question(12, most=1).catalog
    plan = _plan(replace(question, scenario=by_hand, catalog=one_left))
    new, space, annuity = steady_counts(plan).get((SITE, "box", "owned"), 0), 20.0, 100.0
    assert new == 1
    assert flow.payments[14] == pytest.approx(plan.objective.total / 12.0 - new * annuity + space)
    assert [(item.instance_type, item.count) for item in flow.years[1].bought] == [("box", 1)]
    assert flow.years[1].demand_factor == 2.0


def test_rent_falls_and_nothing_else_does():
    """With only rent, the second year costs what the first one does less a tenth of rent and its support."""
    question = owned_question(12, purchase=Purchase(options=("on_demand",)))
    plan = _plan(question)
    flow = _flow(question, CashTerms(24, 0.0, rent_decline_per_year=0.1))
    rent = plan.cost.by_category["compute"]
    assert flow.payments[1] == pytest.approx(plan.objective.total / 12.0)
    assert flow.payments[13] == pytest.approx((plan.objective.total - 0.1 * rent * 1.1) / 12.0)


def test_what_is_written_off_is_bought_again():
    """A box lasts 36 months: over 48 the same plan buys it twice, and pays its upfront once a year."""
    flow = _flow(owned_question(12), CashTerms(48, 0.0))
    boxes = [sum(item.count for item in year.bought if item.purchase_option == "owned") for year in flow.years]
    assert boxes == [1, 0, 0, 1]
    terms = [item.at_once for year in flow.years for item in year.bought if item.purchase_option == "committed_1y"]
    assert len(terms) == 4
    assert len(set(terms)) == 1


def test_a_year_without_a_plan_says_why():
    """A budget that the grown demand breaks is the answer, with its year; no figure stands beside it."""
    question = owned_question(12)
    budget = _plan(question).objective.total / 12.0 * 1.2
    limited = replace(question, scenario=replace(question.scenario, limits=Limits(budget_per_month=budget)))
    flow = _flow(limited, CashTerms(36, 0.0, demand_growth_per_year=0.5))
    assert flow.reasons[0].startswith("year 2: ")
    assert flow.net_present_cost is None


def test_sums_in_another_currency_stand_beside_nothing():
    """An option whose catalog counts in another currency says so, in payments and in draws."""
    question = owned_question(12, purchase=Purchase(options=("on_demand",)))
    other = replace(question, catalog=replace(question.catalog, currency="CNY"))
    made = [Made(bill_of(plan), plan) for plan in (_plan(question), _plan(other))]
    terms = CashTerms(12, 0.0)
    asked = [CashQuestion(*item, terms) for item in zip(("ours", "theirs"), (question, other), made, strict=True)]
    flow = cash_flow(asked, terms, InThisProcess(), lambda *_: None)
    assert [option.net_present_cost is None for option in flow.options] == [False, True]
    options = list(zip(("ours", "theirs"), (question, other), made, strict=True))
    draws = drawn(options, DrawTerms("as_planned"), 10, InThisProcess(), lambda *_: None)
    assert [option.cheapest_share for option in draws.options] == [1.0, None]
    assert "currency" in draws.options[1].reasons[0]


def test_what_stands_is_not_bought_again_before_it_is_gone():
    """The horizon of a later year reaches beyond the machine's end; that is decided then, and not now."""
    question = owned_question(36, purchase=Purchase(options=("owned",)), locations=(SITE,), most=None)
    flow = _flow(question, CashTerms(36, 0.0, demand_growth_per_year=1e-6))
    first, second, third = flow.years
    assert sum(item.count for item in first.bought) > 0
    assert (second.bought, third.bought) == ((), ())
    assert flow.payments[13] == pytest.approx(flow.payments[1], rel=1e-3)

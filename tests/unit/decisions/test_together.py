"""Commitments decided for all that may come together, against every other choice of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

import pytest

from optimizer.costs import Rates
from optimizer.decisions.coming import cases_of, for_demand, scenario_when
from optimizer.decisions.commitments import committed, committed_by, one_of_each, sunk_cost, with_commitments
from optimizer.decisions.records import Bought, Regret
from optimizer.decisions.regret import ALL, regret_table
from optimizer.decisions.together import TogetherQuestion, decide_together
from optimizer.decisions.work import How, InThisProcess, Question
from optimizer.domain.limits import Limits, Quota
from optimizer.domain.purchase import Match, PriceChange
from tests.support.asked import NEVER, cheapest_plan, shared_store
from tests.support.brute_force import cheapest_total
from tests.support.small import HOME, demand, service, small_scenario
from tests.support.small_market import market, price, with_prices
from tests.support.uncertain_question import uncertain_case

#: Questions that can be counted out: at most so many types in places, and so many of each that any row signs.
MOST_KEYS, MOST_SIGNED = 3, 5
FEW, MANY = (2, 16, 27), range(60)
#: Of these, one decided together costs less than any made for one demand.
ALIKE_OR_LESS = (16, 27, 44)


def _silent(_stage: str, _detail: str) -> None:
    pass


def _table(question: Question, changes: Sequence[PriceChange]) -> Regret | None:
    return regret_table(question, InThisProcess(), _silent, changes)


def _least_by_hand(
    question: Question, changes: Sequence[PriceChange], keys: Sequence[Bought], most: int
) -> float | None:
    """Least expected cost over all counts of everything that can be signed for, by an oracle that enumerates plans."""
    cases = [case for case in cases_of(question.scenario, changes) if case.weight > 0.0]
    totals = []
    for counts in product(range(most + 1), repeat=len(keys)):
        names = [(key.location, key.instance_type, key.purchase_option) for key in keys]
        bought = committed(dict(zip(names, counts, strict=True)))
        expected: float | None = 0.0
        for case in cases:
            standing = with_commitments(scenario_when(question.scenario, case, changes), bought)
            total = cheapest_total(standing, question.catalog, shared_store())
            if total is None or expected is None:
                expected = None
                break
            expected += case.weight * (total + sunk_cost(question, bought))
        totals.append(expected)
    return min((total for total in totals if total is not None), default=None)


@pytest.mark.parametrize("numbers", [FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=["few", "many"])
def test_deciding_together_equals_counting_out_every_choice(numbers: Sequence[int]):
    """Of all counts that could be signed for, none costs less in expectation; plans are enumerated as well."""
    checked = 0
    for number in numbers:
        scenario, catalog, changes = uncertain_case(number)
        place = next(name for name in scenario.locations if not name.startswith("own/"))
        scenario = replace(scenario, locations=(place,), commitments=())
        question = Question(scenario, catalog, How())
        keys = one_of_each(question, scenario.purchase.options)
        if len(keys) > MOST_KEYS or (table := _table(question, changes[:1])) is None:
            continue
        most = max((item.most for row in table.rows for item in row.committed), default=0)
        if not 0 < most <= MOST_SIGNED:
            continue
        together = next(row for row in table.rows if row.made_for == ALL)
        assert together.expected == pytest.approx(_least_by_hand(question, changes[:1], keys, most + 1), abs=0.01)
        checked += 1
    assert checked >= 3


@pytest.mark.parametrize(
    "numbers", [ALIKE_OR_LESS, pytest.param(range(90), marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_deciding_together_is_never_dearer_than_deciding_for_one(numbers: Sequence[int]):
    """In expectation no row costs less than that of all together, under every demand and change of prices."""
    cheaper = 0
    for number in numbers:
        scenario, catalog, changes = uncertain_case(number)
        table = _table(Question(scenario, catalog, How()), changes)
        rows = {} if table is None else {row.made_for: row for row in table.rows}
        if ALL not in rows:
            continue
        together = rows[ALL].expected
        alone = [row.expected for row in rows.values() if row.expected is not None]
        assert together is not None
        assert together <= min(alone) + 0.01, number
        cheaper += together < min(row.expected or NEVER for row in rows.values() if row.made_for != ALL) - 1.0
    assert cheaper >= 1


def _one_type() -> Question:
    """One type, one hour kind: 1.00 by the hour, 0.60 for a year; each demand is so many instances."""
    kind = price("committed_1y", 0.6)
    scenario = small_scenario(service("web", demand([[90.0, 90.0]])), horizon_months=12)
    peaks = {name: scenario.services[0].demand.peak_per_s * share for name, share in
             (("low", 1.0), ("mid", 3.0), ("high", 5.0))}  # fmt: skip
    (web,) = scenario.services
    web = replace(web, demand=replace(web.demand, peaks_per_s=peaks, peak_per_s=peaks["high"]))
    purchase = replace(scenario.purchase, options=("on_demand", "committed_1y"))
    scenario = replace(scenario, services=(web,), purchase=purchase, plan_for="high")
    return Question(scenario, with_prices(market(), kind), How())


def _signed(question: Question, changes: Sequence[PriceChange] = ()) -> dict[str, int]:
    table = _table(question, changes)
    assert table is not None
    return {row.made_for: sum(item.most for item in row.committed) for row in table.rows}


def test_the_share_of_time_in_use_decides():
    """A year pays from 60 % of the time on: 0.75 in use signs for mid, 0.5 for low alone; weight 0 does not matter."""
    question = _one_type()
    for weights, like in (
        ({"low": 0.25, "mid": 0.5, "high": 0.25}, "mid"),
        ({"low": 0.5, "mid": 0.25, "high": 0.25}, "low"),
        ({"low": 0.2, "mid": 0.1, "high": 0.7}, "high"),
        ({"low": 0.25, "mid": 0.75, "high": 0.0}, "mid"),
    ):
        signed = _signed(replace(question, scenario=replace(question.scenario, cost_weights=weights)))
        assert signed["low"] < signed["mid"] < signed["high"]
        assert signed[ALL] == signed[like], weights


def test_a_weight_of_0_does_not_matter():
    """Nothing is decided together for one demand that can be expected, and a third changes nothing for two."""
    question = _one_type()
    sure = replace(question, scenario=replace(question.scenario, cost_weights={"low": 0.0, "mid": 1.0, "high": 0.0}))
    assert ALL not in _signed(sure)
    two = {"low": 0.5, "mid": 0.5}
    signed = [
        _signed(replace(question, scenario=replace(question.scenario, cost_weights=weights)))[ALL]
        for weights in (two, {**two, "high": 0.0})
    ]
    assert signed[0] == signed[1]


def test_prices_that_may_rise_sign_for_more():
    """By the hour at 1.00 half the time in use is too little for a year at 0.60; where 2.00 may come it is not."""
    question = _one_type()
    weights = {"low": 0.5, "mid": 0.0, "high": 0.5}
    question = replace(question, scenario=replace(question.scenario, cost_weights=weights))
    doubled = PriceChange("doubled", Match(purchase_option="on_demand"), 2.0, 0.5)
    before, after = _signed(question), _signed(question, (doubled,))
    assert before[ALL] == before["low"]
    assert after[ALL] == before["high"]
    never = _signed(question, (replace(doubled, weight=0.0),))
    assert never[ALL] == before[ALL]


def test_what_is_signed_for_keeps_its_price():
    """An entry by hand: a year is paid at today's 0.60 in every column, what is by the hour at the changed price."""
    question = _one_type()
    change = PriceChange("doubled", Match(provider="p"), 2.0, 0.0)
    table = _table(question, (change,))
    assert table is not None
    rows = {row.made_for: row for row in table.rows}
    rates = Rates(question.scenario, question.catalog)
    support, hours = rates.support_factor(HOME), question.scenario.horizon_hours
    low, high = (sum(item.most for item in rows[name].committed) for name in ("low", "high"))
    assert rows["high"].totals["high"] == rows["high"].totals["high, doubled"]
    extra = (rows["low"].totals["high, doubled"] or 0.0) - (rows["low"].totals["high"] or 0.0)
    assert extra == pytest.approx((high - low) * 1.0 * hours * support, rel=1e-9)
    assert [(case.name, case.price_change) for case in table.cases[3:5]] == [
        ("low, doubled", "doubled"), ("mid, doubled", "doubled")]  # fmt: skip


def _decided(question: Question, weights: Mapping[str, float], limits: Limits) -> int:
    """How many are signed for together, under limits."""
    asked = replace(question.scenario, cost_weights=weights, limits=limits)
    cases = cases_of(asked, ())
    alone = tuple(replace(question, scenario=scenario_when(asked, case, ())) for case in cases)
    found = decide_together(TogetherQuestion(alone, tuple(case.weight for case in cases)))
    assert found is not None
    return sum(item.most for item in found)


def test_no_more_is_signed_for_than_a_quota_allows():
    """A quota of the commitment bounds what is shared by all cases."""
    weights = {"low": 0.1, "mid": 0.1, "high": 0.8}
    quota = Quota(Match(None, HOME, None, "committed_1y"), 2, None, "quota")
    assert _decided(_one_type(), weights, Limits()) > 2
    assert _decided(_one_type(), weights, Limits(quotas=(quota,))) == 2


def test_no_case_costs_more_than_the_budget():
    """Least expected is to sign for the low demand; where the high one must stay in a budget, that signs for it."""
    question, weights = _one_type(), {"low": 0.8, "mid": 0.1, "high": 0.1}
    plan = cheapest_plan(for_demand(question.scenario, "high"), question.catalog, shared_store())
    assert plan is not None
    budget = Limits(budget_per_month=(plan.cost.total + 1.0) / (question.scenario.horizon_hours / 730))
    needed = sum(item.most for item in committed_by(plan))
    assert _decided(question, weights, Limits()) < needed
    assert _decided(question, weights, budget) == needed

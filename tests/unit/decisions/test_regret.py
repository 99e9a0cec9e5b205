"""Regret: each entry against a plan made for that demand with those commitments."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.costs import Rates
from optimizer.decisions.coming import for_demand
from optimizer.decisions.records import Regret
from optimizer.decisions.regret import ALL, regret_table
from optimizer.decisions.work import How, InThisProcess, Question
from optimizer.domain.limits import Limits, Quota
from optimizer.domain.purchase import Match, PriceChange
from optimizer.inputs import load_inputs
from tests.support.asked import cheapest_plan, shared_store
from tests.support.tiny_question import tiny_case


def _silent(_stage: str, _detail: str) -> None:
    pass


Table = tuple[Question, Regret]


def _tables(cases: range) -> list[Table]:
    """Questions in which something is committed, with their tables."""
    found = []
    for case in cases:
        scenario, catalog = tiny_case(case)
        question = Question(scenario, catalog, How())
        table = regret_table(question, InThisProcess(), _silent)
        if table is not None and any(row.committed for row in table.rows):
            found.append((question, table))
    return found


@pytest.fixture(
    scope="module", params=[range(6), pytest.param(range(6, 80), marks=pytest.mark.slow)], ids=["few", "many"]
)
def tables(request: pytest.FixtureRequest) -> list[Table]:
    """Tables of tiny questions."""
    return _tables(request.param)


def test_commitments_for_the_demand_that_comes_cost_its_own_plan(tables: list[Table]):
    """What is signed and then planned around costs what the plan that signed it costs, and is never regretted."""
    checked = 0
    for question, table in tables:
        for row in (row for row in table.rows if row.made_for != ALL):
            own = cheapest_plan(for_demand(question.scenario, row.made_for), question.catalog, shared_store())
            assert own is not None
            assert row.totals[row.made_for] == pytest.approx(own.cost.total, rel=1e-7, abs=0.01)
            assert row.regrets[row.made_for] == pytest.approx(0.0, abs=0.02)
            checked += bool(row.committed)
    assert checked >= 1


def test_the_least_regret_is_the_least_of_the_largest(tables: list[Table]):
    """The named row has no larger regret than any other; expected costs follow the weights."""
    for _, table in tables:
        largest = {row.made_for: row.largest for row in table.rows if row.largest is not None}
        if table.least_regret is not None:
            assert largest[table.least_regret] <= min(largest.values()) + 0.01
        for row in table.rows:
            if row.expected is not None:
                by_hand = sum(weight * (row.totals[name] or 0.0) for name, weight in table.weights.items())
                assert row.expected == pytest.approx(by_hand)


def test_an_entry_equals_a_plan_made_by_hand():
    """Commitments in a scenario file, with demand, prices and what is left to buy, give the entry's total."""
    base = load_inputs("cloud-and-owned", ["owned.operator_cost_per_year=0"])
    question = Question(base.scenario, base.catalog, How())
    change = PriceChange("cheaper", Match("aws", None, None, "on_demand"), 0.7, 0.0)
    table = regret_table(question, InThisProcess(), _silent, (change,))
    assert table is not None
    rates = Rates(base.scenario, base.catalog)
    row = next(row for row in table.rows if row.made_for == "low")
    assert {item.purchase_option for item in row.committed} >= {"owned"}
    signed, hours = [], base.scenario.horizon_hours
    for item in row.committed:
        provider = item.location.split("/")[0]
        cost = rates.steady_cost(provider, item.instance_type, item.location, item.purchase_option)
        price = cost / hours / rates.support_factor(provider)
        signed.append(
            f"{{location: {item.location}, instance_type: {item.instance_type}, purchase_option: "
            f"{item.purchase_option}, count: {item.most}, until: 2099-12-31, price_per_hour: {price!r}}}"
        )
    rule = "{match: {provider: aws, purchase_option: on_demand}, discount_share: 0.3, reason: it came}"
    for name, rules in (("low", ""), ("high", ""), ("high, cheaper", rule)):
        sets = [
            "owned.operator_cost_per_year=0", f"plan_for={name.split(',')[0]}", f"price_rules=[{rules}]",
            "purchase.options=[on_demand, spot]",
            f"commitments=[{', '.join(signed)}]",
        ]  # fmt: skip
        by_hand = load_inputs("cloud-and-owned", sets)
        # What is sent and stored is the same whatever comes.
        services = tuple(
            replace(mine, demand=replace(mine.demand, mean_per_s=service.demand.mean_per_s))
            for mine, service in zip(by_hand.scenario.services, base.scenario.services, strict=True)
        )
        plan = cheapest_plan(replace(by_hand.scenario, services=services), by_hand.catalog, shared_store())
        assert plan is not None
        assert row.totals[name] == pytest.approx(plan.cost.total, rel=1e-9, abs=0.01)


def test_one_demand_has_no_regret():
    """With a single demand there is nothing to compare."""
    scenario, catalog = tiny_case(0)
    services = tuple(
        replace(s, demand=replace(s.demand, peaks_per_s={"high": s.demand.peak_per_s})) for s in scenario.services
    )
    question = Question(replace(scenario, services=services), catalog, How())
    assert regret_table(question, InThisProcess(), _silent) is None


def _high_breaks_a_quota(weights: dict[str, float]) -> Regret:
    """Table of a question in which only the high demand is more than a quota lets run."""
    scenario, catalog = tiny_case(5)
    plan = cheapest_plan(for_demand(scenario, "mid"), catalog, shared_store())
    assert plan is not None
    most = sum(max(row.count_by_period) for row in plan.fleet)
    quotas = tuple(Quota(Match(None, place), most, None, "limit of the account") for place in scenario.locations)
    services = tuple(
        replace(s, demand=replace(s.demand, peaks_per_s={**s.demand.peaks_per_s, "high": 20.0 * s.demand.peak_per_s}))
        for s in scenario.services
    )
    changed = replace(scenario, services=services, limits=Limits(quotas=quotas), cost_weights=weights)
    change = PriceChange("dearer", Match(None, None, None, "on_demand"), 1.3, 0.0)
    table = regret_table(Question(changed, catalog, How()), InThisProcess(), _silent, (change,))
    assert table is not None
    return table


def test_a_demand_without_a_plan_says_why_and_the_others_stand():
    """Only the high demand breaks the quota: no row signs for it and none serves it, at no prices."""
    table = _high_breaks_a_quota({"mid": 1.0})
    refused = [case for case in table.cases if not case.has_plan]
    assert [(case.name, case.status) for case in refused] == [("high", "infeasible"), ("high, dearer", "infeasible")]
    assert all("limits.quotas" in " ".join(case.reasons) for case in refused)
    served = ["low", "mid", "low, dearer", "mid, dearer"]
    assert [row.made_for for row in table.rows] == served
    for row in table.rows:
        assert row.totals["high"] is row.totals["high, dearer"] is row.regrets["high"] is None
        regrets = [row.regrets[name] for name in served]
        assert row.largest == max(value for value in regrets if value is not None)
        assert row.expected == row.totals["mid"]
    assert (table.least_regret, table.least_expected) != (None, None)


def test_what_is_expected_is_not_known_where_a_demand_of_a_weight_has_no_plan():
    """Nor is anything decided for all together; the regrets stand."""
    table = _high_breaks_a_quota({"mid": 0.5, "high": 0.5})
    assert ALL not in [row.made_for for row in table.rows]
    assert {row.expected for row in table.rows} == {None}
    assert table.least_expected is None
    assert table.least_regret is not None

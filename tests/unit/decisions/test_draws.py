"""Drawn totals against plans and against expectations worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.decisions.draws.beside import drawn
from optimizer.decisions.draws.drawn import FIVE_PERCENT, Luck, at_levels, told, totals_of
from optimizer.decisions.draws.nodes import NodeQuestion, Nodes, nodes_of
from optimizer.decisions.draws.records import Draws
from optimizer.decisions.draws.steady import Held
from optimizer.decisions.made import Made, OptionQuestion, made
from optimizer.decisions.work import InThisProcess, Question, planned
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import Purchase
from optimizer.inputs.option_terms import DrawTerms
from tests.support.owned_question import owned_question
from tests.support.small import HOME

NUMBER = 40_000
BAND = {"low": 0.7, "mid": 1.0, "high": 1.4}
FIXED = DrawTerms(traffic="as_planned")


def _with_band(question: Question, planned_for: str = "mid") -> Question:
    """Return the question with a band around its demands, planned for one of them."""
    services = []
    for item in question.scenario.services:
        usual = item.demand.peak_per_s
        peaks = {name: usual * factor for name, factor in BAND.items()}
        demand = replace(item.demand, peak_per_s=peaks[planned_for], peaks_per_s=peaks, mean_per_s=usual * 0.7)
        services.append(replace(item, demand=demand))
    return replace(question, scenario=replace(question.scenario, services=tuple(services), plan_for=planned_for))


def _made(question: Question, months: int = 0) -> Made:
    found = made(OptionQuestion(question, as_today=False, lead_time_months=months))
    assert isinstance(found, Made), found
    return found


def _drawn(options: dict[str, tuple[Question, Made]], terms: DrawTerms, number: int = NUMBER) -> Draws:
    asked = [(label, *option) for label, option in options.items()]
    return drawn(asked, terms, number, InThisProcess(), lambda *_: None)


def test_without_spread_every_draw_is_the_bill():
    """At once and with a lead time: mean and percentiles are the total to the cent, and the mean has no error."""
    question = _with_band(owned_question(24))
    options = {"at once": (question, _made(question)), "ordered": (question, _made(question, 6))}
    found = _drawn(options, FIXED, 100)
    for option in found.options:
        total = options[option.label][1].bill.objective.total
        assert (option.mean, option.p5, option.p95) == pytest.approx((total,) * 3, abs=0.01)
        assert option.mean_error == pytest.approx(0.0, abs=1e-6)
    assert found.demands == ()


@pytest.mark.parametrize("planned_for", ["mid", "high"])
def test_at_the_demand_planned_for_the_cost_is_the_plan(planned_for: str):
    """The fleet follows the demand, and at its own demand it is the plan; less demand is cheaper, more is dearer."""
    question = _with_band(owned_question(24), planned_for)
    found = nodes_of(NodeQuestion("it", question, _made(question), ("low", "mid", "high")))
    assert isinstance(found, Nodes)
    costs = dict(zip(BAND, found.rest + sum(found.rent.values(), np.zeros(3)), strict=True))
    plan = planned(question)
    assert isinstance(plan, Plan)
    if planned_for == "mid":
        assert costs["mid"] == pytest.approx(plan.objective.total, abs=0.01)
        assert found.rent["p", "on_demand"][2] > found.rent["p", "on_demand"][0]
    assert costs["low"] < costs["mid"] < costs["high"]


def test_rent_at_another_demand_is_a_plan_made_by_hand():
    """Without anything signed, the cost at ``high`` is the plan for it with as much more sent and stored."""
    question = _with_band(owned_question(12, purchase=Purchase(options=("on_demand",))))
    found = nodes_of(NodeQuestion("it", question, _made(question), ("mid", "high")))
    assert isinstance(found, Nodes)
    high = _with_band(owned_question(12, purchase=Purchase(options=("on_demand",))), "high")
    more = tuple(
        replace(item, demand=replace(item.demand, mean_per_s=item.demand.mean_per_s * 1.4))
        for item in high.scenario.services
    )
    plan = planned(replace(high, scenario=replace(high.scenario, services=more)))
    assert isinstance(plan, Plan)
    costs = found.rest + sum(found.rent.values(), np.zeros(2))
    assert costs[1] == pytest.approx(plan.objective.total, abs=0.01)


def _one(
    rest: list[float], rent: dict[tuple[str, str], list[float]] | None = None, held: tuple[Held, ...] = ()
) -> Nodes:
    return Nodes(np.array(rest), {key: np.array(costs) for key, costs in (rent or {}).items()}, held)


def test_traffic_passes_each_end_of_its_band_in_5_percent():
    """Percentiles are the costs at low and high; the mean is that of a bent line under a normal, within 4 errors."""
    luck = Luck(NUMBER, 7, DrawTerms())
    totals = totals_of(_one([80.0, 100.0, 150.0]), ("low", "mid", "high"), luck, 8760.0, {})
    (option,) = told(["it"], [totals])
    assert option.p5 == pytest.approx(80.0, rel=0.02)
    assert option.p50 == pytest.approx(100.0, rel=0.02)
    assert option.p95 == pytest.approx(150.0, rel=0.02)
    half = 1.0 / np.sqrt(2.0 * np.pi) / FIVE_PERCENT
    assert option.mean_error is not None
    assert abs((option.mean or 0.0) - (100.0 + half * (50.0 - 20.0))) < 4.0 * option.mean_error


def test_costs_go_on_straight_beyond_the_band_and_stop_at_nothing():
    """Two demands make one line; one demand is no line."""
    levels = np.array([-20.0, -2.0, 0.5, 2.0])
    assert at_levels(np.array([80.0, 100.0, 150.0]), ("low", "mid", "high"), levels).tolist() == [
        0.0,
        60.0,
        125.0,
        200.0,
    ]
    assert at_levels(np.array([100.0, 110.0]), ("mid", "high"), levels).tolist() == [0.0, 80.0, 105.0, 120.0]
    assert at_levels(np.array([3.0]), (), levels).tolist() == [3.0] * 4


def test_prices_keep_their_mean_and_have_their_spread():
    """Spot of one provider at 30 %: 100 fixed and 200 of rent have the mean 300 and the deviation 60."""
    luck = Luck(NUMBER, 1, DrawTerms(traffic="as_planned", spot_spread=0.3))
    totals = totals_of(_one([100.0], {("p", "spot"): [200.0], ("p", "on_demand"): [50.0]}), (), luck, 8760.0, {})
    assert totals.mean() == pytest.approx(350.0, abs=4.0 * 60.0 / np.sqrt(NUMBER))
    assert totals.std() == pytest.approx(60.0, rel=0.03)
    assert (totals > 150.0).all()


def test_failures_cost_what_takes_their_place():
    """10 machines for 2 years failing 0.5 times for 20 hours at 3.00: 600; 3 zones lost 0.1 times, a third of them."""
    held = (Held(HOME, "one", 10.0, 3.0, is_rented=True),)
    terms = DrawTerms("as_planned", instance_failures_per_year=0.5, repair_hours=20.0)
    totals = totals_of(_one([0.0], held=held), (), Luck(NUMBER, 3, terms), 2 * 8760.0, {HOME: 3})
    assert totals.mean() == pytest.approx(10 * 2 * 0.5 * 20 * 3.0, rel=0.01)
    assert totals.var() == pytest.approx(10.0 * (20 * 3.0) ** 2, rel=0.05)
    terms = DrawTerms("as_planned", zone_outages_per_year=0.1, zone_outage_hours=4.0)
    totals = totals_of(_one([0.0], held=held), (), Luck(NUMBER, 3, terms), 2 * 8760.0, {HOME: 3})
    assert totals.mean() == pytest.approx(3 * 2 * 0.1 * (10.0 / 3.0) * 4.0 * 3.0, rel=0.02)


def test_every_option_meets_the_same_luck():
    """What costs a little more in every draw is never the cheapest, however wide the draws; equals share it."""
    luck = Luck(1000, 0, DrawTerms(spot_spread=0.5))
    rent = {("p", "spot"): [50.0, 100.0, 200.0]}
    names = ("low", "mid", "high")
    costs = [totals_of(_one([more] * 3, rent), names, luck, 8760.0, {}) for more in (100.0, 100.0, 100.5)]
    shares = [option.cheapest_share for option in told(["a", "b", "dearer"], costs)]
    assert shares == [0.5, 0.5, 0.0]


def test_the_seed_decides():
    """The same seed draws the same, another one does not, and the error of the share is that of a coin."""
    nodes = (_one([80.0, 100.0, 150.0]), _one([100.0, 100.0, 100.0]))
    names = ("low", "mid", "high")
    first, again, other = (
        [totals_of(node, names, Luck(1000, seed, DrawTerms()), 8760.0, {}) for node in nodes] for seed in (1, 1, 2)
    )
    assert (first[0] == again[0]).all()
    assert (first[0] != other[0]).any()
    one = told(["a", "b"], first)[0]
    assert one.cheapest_share == pytest.approx(0.5, abs=0.06)
    assert one.cheapest_error == pytest.approx(np.sqrt(0.25 / 1000), rel=0.02)

"""Pages and the services that they pass move together, whatever changes their demand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.decisions.cash.years import in_year
from optimizer.decisions.coming import for_demand
from optimizer.decisions.draws.demands import at_level
from optimizer.decisions.movers import binding_movers
from optimizer.domain.scenario import Demand, Period, Scenario
from optimizer.domain.sources import (
    asked_by,
    each_demand,
    has_own_target,
    sources_of,
    stages_alone,
    times,
    with_demands,
    with_page_target,
)
from optimizer.errors import InputError
from optimizer.forecasting.came import Came, came_of
from optimizer.formulation.rules.pipelines import ROUNDING_S
from optimizer.inputs.history import History, HistorySeries
from optimizer.inputs.option_terms import CashTerms
from optimizer.inputs.rolling_file import load_rolling
from optimizer.planning.explain_services import _eased
from optimizer.planning.infeasible.changes import Case
from optimizer.planning.infeasible.on_services import less_demand, longer_latency
from optimizer.planning.replanning.corrected import corrected, corrections, that_came
from optimizer.planning.today_holds import today_target_s
from optimizer.verification.replaying.rows import Edges, stages_note
from optimizer.verification.view import View
from tests.support.chained import chained_scenario
from tests.support.fleet_question import QUESTION, write_question
from tests.support.small import demand, small_catalog
from tests.unit.verification.hand_plan import hand_plan

OWN = 25.0
#: The question of one service with a page over two of them; the second has requests of its own.
PAGES = QUESTION.replace(
    "    demand: {constant_per_s: {shop: 90}, peak_to_mean: 1.5}\n",
    "    demand: {constant_per_s: {shop: 5}}\n"
    "  embed: {profile: bert/fp16}\n"
    "pipelines:\n"
    "  page:\n"
    "    latency: {p99_ms: 90}\n"
    "    demand: {constant_per_s: {shop: 40}}\n"
    "    stages: [{service: embed}, {service: rank, fan_out: 2}]\n",
).replace("  search:", "  rank:")


def with_own(own_per_s: float = OWN) -> Scenario:
    """A page of two stages, of which the second has requests of its own besides; a band around all demands."""
    scenario = chained_scenario(0.120, (60.0, 180.0))
    own = demand([[own_per_s, own_per_s]])
    given = [demand([[0.0, 0.0]]), own, scenario.pipelines[0].demand]
    return replace(with_demands(scenario, [_banded(each) for each in given]), plan_for="mid")


def _banded(rates: Demand) -> Demand:
    low, high = 0.8 * rates.peak_per_s, 1.5 * rates.peak_per_s
    return replace(rates, peaks_per_s={"low": low, "mid": rates.peak_per_s, "high": high})


def assert_together(scenario: Scenario, own_share: float | None = None) -> None:
    """Services carry what their pages bring, and the second stage on average a share of its own requests besides."""
    page = scenario.pipelines[0].demand
    first, second = (service.demand for service in scenario.services)
    for kind in ("mean_per_s", "peak_per_s"):
        pages = getattr(page, kind)
        np.testing.assert_allclose(getattr(first, kind), pages, rtol=1e-12)
        rest = getattr(second, kind) - 2.0 * pages
        assert (rest >= -1e-9).all()
        if own_share is not None and kind == "mean_per_s":
            np.testing.assert_allclose(rest, own_share * OWN, rtol=1e-9)


def test_what_pages_bring_is_told_apart_from_own_requests():
    """60 and 180 pages with two requests each and 25 of its own: 145 and 385; a stage without own ones is silent."""
    scenario = with_own()
    np.testing.assert_allclose(scenario.services[1].demand.peak_per_s, [[145.0, 385.0]])
    first, second, page = sources_of(scenario)
    assert first.is_silent
    assert not second.is_silent
    np.testing.assert_allclose(second.demand.peak_per_s, [[OWN, OWN]])
    assert (page.name, page.is_page) == ("page", True)
    assert stages_alone(scenario) == {"s0": "page"}
    assert [asked_by(scenario, number) for number in range(3)] == [["s0"], ["s1"], ["s0", "s1"]]


def test_without_pages_demands_are_what_they_were():
    """The very same arrays."""
    scenario = replace(with_own(), pipelines=())
    assert all(
        source.demand is service.demand for source, service in zip(sources_of(scenario), scenario.services, strict=True)
    )


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_every_source_grows_alike(factor: float):
    """Pages and own requests."""
    found = each_demand(with_own(), lambda rates: times(rates, factor))
    assert_together(found, factor)
    np.testing.assert_allclose(found.pipelines[0].demand.peak_per_s, [[60.0 * factor, 180.0 * factor]])


def test_a_later_year_a_demand_that_comes_and_a_drawn_one_move_pages():
    """Half as much a year later; the low demand; each with its pages."""
    scenario = with_own()
    terms = CashTerms(36, 0.0, rent_decline_per_year=0.0, demand_growth_per_year=-0.5, value_kept_per_year=None)
    later, _ = in_year(scenario, small_catalog(), terms, 1, ())
    assert_together(later, 0.5)
    low = for_demand(scenario, "low")
    np.testing.assert_allclose(low.pipelines[0].demand.peak_per_s, [[48.0, 144.0]])
    np.testing.assert_allclose(low.services[1].demand.peak_per_s, [[0.8 * 145.0, 0.8 * 385.0]])
    assert_together(each_demand(scenario, lambda rates: at_level(rates, "low", "mid")), 0.8)


DAYS, HOURS = 14, 24


def _by_the_hour() -> Scenario:
    """One day type of 24 hours: 60 pages/s in each, 25 requests/s of the second stage's own."""
    scenario = chained_scenario(0.120, (60.0,) * HOURS)
    periods = tuple(Period("day", hour, 30.0) for hour in range(HOURS))
    given = [demand([[0.0] * HOURS]), demand([[OWN] * HOURS]), scenario.pipelines[0].demand]
    return replace(with_demands(scenario, given), periods=periods)


def _counts(**per_hour: float) -> History:
    """Two weeks of as many requests in every hour."""
    days, hours = np.repeat(np.arange(DAYS) + 739_000, HOURS), np.tile(np.arange(HOURS), DAYS)
    series = tuple(
        HistorySeries(name, "shop", days, hours, np.full(DAYS * HOURS, count)) for name, count in per_hour.items()
    )
    return History("h.csv", "0" * 64, 3600, series, (), 0)


def _came(scenario: Scenario, **per_s: float) -> Came:
    return came_of(_counts(**{name: rate * 3600.0 for name, rate in per_s.items()}), scenario, {})


def test_counts_of_pages_are_what_came_of_every_stage():
    """A third of the pages that were expected, and twice the own requests."""
    scenario = _by_the_hour()
    came = that_came(scenario, _came(scenario, page=20.0, s1=2.0 * OWN))
    np.testing.assert_allclose(came.pipelines[0].demand.mean_per_s, 20.0)
    np.testing.assert_allclose(came.services[0].demand.mean_per_s, 20.0)
    np.testing.assert_allclose(came.services[1].demand.mean_per_s, 40.0 + 2.0 * OWN)
    assert_together(came, 2.0)


def test_a_forecast_of_pages_is_corrected_with_its_stages():
    """Pages came at 40 of 60: everything that they bring follows, requests of another kind stay."""
    scenario = _by_the_hour()
    seen = _came(scenario, page=40.0)
    factors = corrections(scenario, seen)
    assert factors == {(2, 0): pytest.approx(40.0 / 60.0)}
    found = corrected(scenario, seen, factors)
    np.testing.assert_allclose(found.pipelines[0].demand.mean_per_s, 40.0)
    assert_together(found, 1.0)


def test_counts_of_a_stage_that_pages_alone_ask_are_refused():
    """Pages cannot be told from them; the pages to count are named, and so is what there is for an unknown name."""
    scenario = _by_the_hour()
    with pytest.raises(InputError, match=r"h\.csv s0/shop: its requests come from pages alone .*the pages: page"):
        came_of(_counts(s0=10.0), scenario, {})
    with pytest.raises(InputError, match=r"unknown service or page .*Did you mean page\?"):
        came_of(_counts(pag=10.0), scenario, {})


def test_stages_follow_the_target_of_their_page_unless_their_own_is_stricter():
    """120 ms to 150 or 60: the second stage has 80 ms of its own and keeps them where they are stricter."""
    scenario = with_own()
    first, second = scenario.services
    scenario = replace(scenario, services=(first, replace(second, latency_s=0.080)))
    assert [has_own_target(scenario, service) for service in scenario.services] == [False, True]
    for target_s, kept in ((0.150, [0.150, 0.080]), (0.060, [0.060, 0.060])):
        moved = with_page_target(scenario, 0, target_s)
        assert moved.pipelines[0].latency_s == target_s
        assert [service.latency_s for service in moved.services] == kept


def test_an_explanation_moves_the_page_of_a_stage():
    """Its target and its peaks; what the page brings to the other stage follows."""
    scenario = with_own()
    eased = dict(_eased(scenario, 0))
    assert eased["page: 125 ms instead of 120"].pipelines[0].latency_s == pytest.approx(0.125)
    lower = eased["peaks 10 % lower, of its pages too"]
    assert_together(lower, 1.0)
    movers = [mover for mover in binding_movers(hand_plan(), scenario, small_catalog()) if mover.group == "latency"]
    assert [(mover.what, mover.change) for mover in movers] == [
        ("latency of page", "108 ms instead of 120"),
        ("latency of page", "132 ms instead of 120"),
    ]


WEEK = """week,service,origin,day_type,hour,mean,high,actual
{rows}
"""


def test_a_week_of_pages_is_a_week_of_their_stages(tmp_path: Path):
    """40 pages expected, 60 came: the second stage is asked twice as often, with 5 requests of its own in both."""
    write_question(tmp_path, question=PAGES)
    rows = [
        f"w1,{name},shop,everyday,{hour},{mean},{high},{actual}"
        for name, mean, high, actual in (("page", 40, 40, 60), ("rank", 5, 5, 5))
        for hour in range(24)
    ]
    weeks = tmp_path / "weeks.csv"
    weeks.write_text(WEEK.format(rows="\n".join(rows)), encoding="utf-8")
    _, (week,) = load_rolling(weeks, tmp_path / "question.yaml")
    for asked, pages in ((week.forecast, 40.0), (week.actual, 60.0)):
        np.testing.assert_allclose(asked.pipelines[0].demand.peak_per_s, pages)
        found = {service.name: set(service.demand.peak_per_s.ravel().tolist()) for service in asked.services}
        assert found == {"embed": {pages}, "rank": {2.0 * pages + 5.0}}


def test_a_replay_holds_a_stage_to_its_budget():
    """Of 80 ms the page allows search 50 at the furthest edge; 30 and 4 of them are the network and the gateway."""
    plan = hand_plan()
    inputs = {**plan.inputs, "pipelines": [{"stages": [{"service": "search", "fan_out": 1}]}]}
    pools = tuple(replace(pool, target={"p99_ms": 50.0}) if pool.service == "search" else pool for pool in plan.pools)
    alone, staged = Edges(View(plan)), Edges(View(plan.replace(inputs=inputs, pools=pools)))
    pool = pools[0]
    origin = plan.routing[0].origin
    assert (pool.service, plan.routing[0].pool) == ("search", 0)
    assert stages_note(alone.view) == ()
    assert stages_note(staged.view)[0].startswith("search: stages of pages")
    shorter_s = alone.limit_s("search", origin, pool.location) - staged.limit_s("search", origin, pool.location)
    nearer_ms = pool.network_ms + pool.overhead_ms - alone.elsewhere_ms("search", origin, pool.location)
    assert shorter_s == pytest.approx((80.0 - 50.0 + nearer_ms) / 1e3)
    target = staged.limit_s("search", origin, pool.location) * 1e3 + alone.elsewhere_ms("search", origin, pool.location)
    assert staged.target_ms("search", origin, pool.location) == pytest.approx(target)


def test_todays_stage_has_an_equal_part_of_its_page():
    """Half of 120 ms, less 2 ms of overhead and 1 ms of network; its own target where that is stricter."""
    scenario = with_own()
    first = scenario.services[0]
    half_s = today_target_s(scenario, first, 0.001)
    assert half_s == pytest.approx(0.057, abs=2e-6)
    assert 2.0 * (half_s + first.overhead_s + 0.001) <= scenario.pipelines[0].latency_s - ROUNDING_S, "all must fit"
    assert today_target_s(scenario, replace(first, latency_s=0.040), 0.001) == pytest.approx(0.037)
    assert today_target_s(replace(scenario, pipelines=()), first, 0.001) == pytest.approx(0.117)


def test_ways_out_of_a_stage_are_those_of_its_page():
    """A longer target and fewer requests: the keys that a planner can change, and what they change."""
    case = Case(with_own(), small_catalog())
    longer = longer_latency(case, 0, 0.150)
    assert (longer.key, longer.needed) == ("pipelines.page.latency.p99_ms", 150.0)
    assert longer.apply(case).scenario.pipelines[0].latency_s == 0.150
    assert less_demand(case, 0, 0.5).key == "pipelines.page.demand"
    fewer = less_demand(case, 1, 0.5)
    assert fewer.key == "services.s1.demand and pipelines.page.demand"
    assert_together(fewer.apply(case).scenario, 0.5)

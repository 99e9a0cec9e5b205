"""A whole plan replayed: each origin at its own edge, hours of every class, five minutes as a whole, the verdict."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from optimizer import api
from optimizer.domain.plan import PlanPeriod, PoolAtDemand
from optimizer.errors import InputError
from optimizer.planning import plan_scenario
from optimizer.verification.replay import PoolModel
from optimizer.verification.replaying import WhatIf, replay
from optimizer.verification.replaying.classes import classes_of
from optimizer.verification.replaying.engine import PLAIN, Engine, load_engine, plain_stays
from optimizer.verification.replaying.fleet import Fleet
from optimizer.verification.replaying.minutes import MOST_REQUESTS, Stream, play_minutes
from optimizer.verification.view import View
from tests.support.asked import shared_store
from tests.support.small import demand, service, small_catalog, small_scenario
from tests.unit.verification.hand_plan import with_inputs, with_pool

#: Quick, and never a sample: every case is played.
QUICK = replace(
    load_engine(), effort=replace(PLAIN, most_runs=10, requests=4000, is_sample=False, windows=5, most_windows=5)
)
SAMPLE = Engine("plain", plain_stays, PLAIN)


def hours(report, **wanted):
    """Rows of hours with these values."""
    rows = [row for row in report.rows if row.kind == "hour"]
    return [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]


def minutes(report, **wanted):
    """Rows of five minutes with these values."""
    rows = [row for row in report.rows if row.kind == "five minutes"]
    return [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]


def test_an_origin_is_judged_at_its_own_edge(plan):
    """The web is 18 ms x 1.5 farther than the shop: its percentile at the same pool is 27 ms higher."""
    (shop,) = hours(replay(plan, engine=QUICK), service="search", period=1, origin="shop")
    (web,) = hours(replay(plan, engine=QUICK), service="search", period=1, origin="web")
    assert web.reached_ms - shop.reached_ms == pytest.approx(27.0)
    assert (shop.zones, shop.replicas, shop.requests_per_s, shop.target_ms) == (
        ("a", "b"),
        2,
        pytest.approx(90.0),
        80.0,
    )


def test_the_percentile_is_the_exact_one(plan):
    """One replica at half of its full batches: 20 ms x 2.03883213, plus overhead 4 ms and 2 ms x 1.5 to the shop."""
    report = replay(plan, WhatIf(scale=100.0 / 45.0), engine=load_engine())
    (row,) = hours(report, service="search", period=0, origin="shop")
    assert (row.replicas, row.requests_per_s) == (1, pytest.approx(100.0))
    assert row.reached_ms == pytest.approx(7.0 + 40.7766426, abs=3.0 * row.plus_minus_ms)


def test_the_late_share_counts_what_is_left_of_the_target(plan):
    """With a target of exactly that percentile 1 % is late at the shop's edge; the web's, 27 ms nearer, is missed."""
    exact_ms = 7.0 + 40.7766426

    def change(inputs):
        inputs["services"][0]["latency_ms"] = exact_ms

    report = replay(with_inputs(plan, change), WhatIf(scale=100.0 / 45.0), engine=load_engine())
    (shop,) = hours(report, service="search", period=0, origin="shop")
    (web,) = hours(report, service="search", period=0, origin="web")
    assert shop.late_share == pytest.approx(0.01, rel=0.1)
    assert shop.holds
    # 13.8 ms are left at the web's: less than a batch of two takes
    assert not web.holds
    assert web.late_share > 0.5
    assert shop.late_at_least < shop.late_share <= shop.late_in_worst_run
    assert not report.holds
    assert report.broken[0].late_share == max(row.late_share for row in report.rows)


def test_like_cases_are_simulated_once(plan):
    """Search has two zones alike and two origins, rank one: with two periods four cases, of which each row tells."""
    report = replay(plan, engine=QUICK)
    assert (report.cases, report.cases_in_all) == (4, 4)
    # search: 2 periods x 2 origins, rank: 2 periods
    assert len(hours(report)) == 6
    assert report.requests == 4 * 40_000 + sum(row.requests for row in minutes(report))


def test_hours_have_their_classes(plan):
    """The sale is the busiest sale; the day is the busiest day, quietest and, with 600 of 730 hours, median as well."""
    fleet = Fleet(View(plan), 1.0)
    assert classes_of(fleet, "search") == {
        0: ("busiest day", "median hour", "quietest hour"),
        1: ("busiest sale",),
    }
    # 300 hours of the day are less than half of 730
    shorter = (PlanPeriod("day", 12, 300.0, 300.0), PlanPeriod("sale", 12, 430.0, 430.0))
    assert classes_of(Fleet(View(plan.replace(periods=shorter)), 1.0), "search")[1] == ("busiest sale", "median hour")


def test_hours_without_demand_have_no_class(plan):
    """The quietest hour is the quietest that anyone asks in."""

    def change(inputs):
        for rates in inputs["demand"]["rank"].values():
            rates["peak"] = [0.0, 16.0]

    assert classes_of(Fleet(View(with_inputs(plan, change)), 1.0), "rank") == {
        1: ("busiest sale", "median hour", "quietest hour")
    }


def test_one_row_of_each_service_is_the_hardest(plan):
    """The hour with most late requests is marked, and its five minutes are the ones played."""
    report = replay(plan, WhatIf(scale=2.0), engine=QUICK)
    for name in ("search", "rank"):
        (worst,) = [row for row in hours(report, service=name) if "hardest hour" in row.classes]
        assert worst.severity == max(row.severity for row in hours(report, service=name))
        assert {row.period for row in minutes(report, service=name)} == {worst.period}


def test_five_minutes_have_their_requests(plan):
    """Search brings 5 x 300 s x 180 requests/s in 4 replicas of 2 zones, four fifths of them from the shop."""
    report = replay(plan, WhatIf(scale=2.0), engine=QUICK)
    shop, web = minutes(report, service="search")
    assert (shop.origin, shop.zones, shop.window_s) == ("shop", ("a", "b"), 300.0)
    rate = 360.0 if shop.period == 1 else 180.0
    assert shop.requests_per_s == pytest.approx(rate)
    assert shop.replicas == (4 if shop.period == 1 else 2)
    expected = 5 * 300 * rate
    assert shop.requests + web.requests == pytest.approx(expected, abs=5 * expected**0.5)
    assert shop.requests == pytest.approx(0.8 * expected, rel=0.02)


def test_five_minutes_and_the_going_on_agree(plan):
    """Far from overload the windows reach what the long run reaches."""
    report = replay(plan, WhatIf(scale=2.0), engine=load_engine())
    for row in minutes(report):
        (like,) = hours(report, service=row.service, period=row.period, origin=row.origin)
        assert row.reached_ms == pytest.approx(like.reached_ms, abs=4.0 * (row.plus_minus_ms + like.plus_minus_ms))


def stays_of_window(model, engine=QUICK, rates=(("shop", 1.0),), limit=0.0):
    """What one call of the five minutes finds."""
    return play_minutes([Stream(0, model, rates)], dict.fromkeys((name for name, _ in rates), limit), 0.99, 1, engine)


def test_all_replicas_of_a_round_robin_are_played():
    """4 replicas in turn are M/D/4: at 80 % load p99 is 3.45458441 services of 10 ms; a sample follows one of them."""
    pool, exact_s = PoolModel(4, (0.010,), 0.0, "round_robin", 320.0), 0.0345458441
    for engine, queues in ((QUICK, 4), (SAMPLE, 1)):
        found = stays_of_window(pool, engine)["shop"]
        assert found.requests == pytest.approx(5 * 300 * 80 * queues, rel=0.02)
        assert found.reached.value_s == pytest.approx(exact_s, abs=4.0 * found.reached.half_width_s)
        assert found.reached.half_width_s < 0.1 * exact_s


def test_an_overloaded_pool_queues_for_five_minutes_only():
    """At twice what it serves the last request of 300 s waits 300 s more: p99 is near that, not beyond."""
    found = stays_of_window(PoolModel(1, (0.1,), 0.0, "shared", 20.0))["shop"]
    assert 270.0 < found.reached.value_s < 330.0


def test_five_minutes_of_too_many_requests_are_cut_short():
    """40,000 requests/s: 100 s are 4 million requests; the row says how long it was."""
    counted = []

    def nothing(arrivals, servers, service_s, max_wait_s, factors):
        counted.append(arrivals.size)
        return np.zeros(arrivals.size)

    engine = Engine("fake", nothing, replace(QUICK.effort, windows=1, most_windows=1))
    found = stays_of_window(PoolModel(1, (1e-6,), 0.0, "shared", 40_000.0), engine)["shop"]
    assert found.window_s == 100.0
    assert found.requests == pytest.approx(MOST_REQUESTS, rel=0.01)


def test_requests_of_rare_origins_are_told_apart():
    """One of a hundred requests is the web's; without a request in any window an origin has no figure."""
    rates = (("shop", 99.0), ("web", 1.0))
    found = stays_of_window(PoolModel(1, (0.001,), 0.0, "shared", 100.0), rates=rates)
    assert found["web"].requests == pytest.approx(1500, rel=0.2)
    rare = stays_of_window(PoolModel(1, (0.001,), 0.0, "shared", 1e-9))
    assert rare == {}


def test_an_overloaded_hour_never_holds(plan):
    """100 times the rates: no percentile is reached, whatever the target."""

    def change(inputs):
        for row in inputs["services"]:
            row["latency_ms"] = 1e9

    report = replay(with_inputs(plan, change), WhatIf(scale=100.0), engine=QUICK)
    assert all(row.overloaded and not row.holds and row.reached_ms is None for row in hours(report))
    # the five minutes themselves are over before anyone has waited so long
    assert all(row.holds for row in minutes(report))
    assert not report.holds


def test_requests_without_a_replica_are_late(plan):
    """Without its only zone rank is not served: all of its requests are late, nothing is simulated for it."""
    report = replay(plan, WhatIf(zone="south/two/a"), engine=QUICK)
    (row, *_) = hours(report, service="rank")
    assert (row.replicas, row.late_share, row.holds, row.reached_ms) == (0, 1.0, False, None)
    assert {row.service for row in report.broken} == {"rank"}
    assert all(row.holds for row in hours(report, service="search"))
    assert minutes(report, service="rank") == []


def test_another_demand_has_its_own_counts_and_rates(plan):
    """At half the demand, with half the replicas of rank: rates and counts of that demand are played."""

    def change(inputs):
        inputs["cost_weights"] = {"high": 0.5, "low": 0.5}
        for origins in inputs["demand"].values():
            for rates in origins.values():
                rates["at_demand"] = {"low": [rate / 2.0 for rate in rates["peak"]]}

    lower = with_inputs(plan, change)
    for index, pool in enumerate(plan.pools):
        low = PoolAtDemand(
            (1, 1),
            (0, 0),
            tuple(rate / 2.0 for rate in pool.arrival_rate_per_s_by_period),
            tuple(claim / 2.0 for claim in pool.capacity_per_s_by_period),
        )
        lower = with_pool(lower, index, at_demand={"low": low})
    report = replay(lower, WhatIf(demand="low"), engine=QUICK)
    (row,) = hours(report, service="rank", period=1)
    assert (row.replicas, row.requests_per_s) == (1, pytest.approx(12.0))
    assert report.what_if.demand == "low"


def test_a_sample_plays_the_classes_and_the_hardest(plan):
    """Of six periods two are neither of a class nor hard: they are not played, and the report says how many were."""
    many = tuple(PlanPeriod("day", hour, 100.0, 100.0) for hour in range(7))
    rate = [10.0, 20.0, 30.0, 40.0, 48.0, 60.0, 96.0]

    def change(inputs):
        for origins in inputs["demand"].values():
            for rates in origins.values():
                peak = rates["peak"][1]
                rates.update(mean=[0.5 * peak * x / 96.0 for x in rate], peak=[peak * x / 96.0 for x in rate])

    def longer(pool):
        top, claim = pool.arrival_rate_per_s_by_period[1], pool.capacity_per_s_by_period[1]
        full = pool.replicas_by_period[1] * pool.batch_size / pool.service_time.seconds[-1]
        return replace(
            pool,
            replicas_by_period=(pool.replicas_by_period[1],) * 7,
            spot_replicas_by_period=(0,) * 7,
            arrival_rate_per_s_by_period=tuple(top * x / 96.0 for x in rate),
            capacity_per_s_by_period=(claim,) * 7,
            utilisation_by_period=tuple(top * x / 96.0 / full for x in rate),
        )

    longer_plan = with_inputs(plan, change).replace(
        periods=many,
        pools=tuple(longer(pool) for pool in plan.pools),
        fleet=tuple(replace(row, count_by_period=(2,) * 7, expected_count_by_period=(2.0,) * 7) for row in plan.fleet),
        routing=tuple(replace(route, share_by_period=(route.share_by_period[0],) * 7) for route in plan.routing),
    )
    report = replay(longer_plan, engine=SAMPLE)
    # quietest 0, median 3, hardest two 5 and 6, of which 6 is the busiest
    assert {row.period for row in hours(report, service="search")} == {0, 3, 5, 6}
    assert (report.cases, report.cases_in_all) == (8, 14)
    assert len({row.period for row in hours(replay(longer_plan, engine=QUICK), service="search")}) == 7


def test_a_replay_depends_on_its_seed_alone(plan):
    """The same seed gives the same answer, another one other traffic."""
    first = replay(plan, seed=1, engine=QUICK)
    assert replay(plan, seed=1, engine=QUICK) == first
    other = replay(plan, seed=2, engine=QUICK)
    assert [row.reached_ms for row in other.rows] != [row.reached_ms for row in first.rows]
    assert (first.seed, other.seed) == (1, 2)


def test_progress_is_told(plan):
    """The question first, then every case."""
    told = []
    replay(plan, engine=QUICK, progress=lambda stage, detail: told.append((stage, detail)))
    assert told[0] == ("replay", "as planned")
    assert ("replay", "4 of 4 cases, 0 million requests") in told


def test_a_plan_that_cannot_be_read_is_refused(plan):
    """A pool with one period too few is a fault of the input, not a crash."""
    with pytest.raises(InputError) as error:
        replay(with_pool(plan, 0, replicas_by_period=(1,)), engine=QUICK)
    assert "plan: " in str(error.value)


def test_figures_are_finite(plan):
    """Whatever the question, JSON can hold every row."""
    for question in (WhatIf(scale=1e-6), WhatIf(scale=100.0), WhatIf(zone="fullest"), WhatIf(region="two")):
        for row in replay(plan, question, engine=QUICK).rows:
            figures = (row.reached_ms, row.plus_minus_ms, row.late_share, row.late_at_least, row.utilisation)
            assert all(figure is None or math.isfinite(figure) for figure in figures)


@pytest.fixture(scope="module")
def planned():
    """A service of many replicas whose target, not the cap on utilisation, decides; any one zone may fail."""
    asked = service("s", demand([[6000.0, 9000.0]]), redundancy="zone", latency_s=0.020)
    return plan_scenario(small_scenario(asked), small_catalog(), store=shared_store())


@pytest.mark.parametrize("question", [WhatIf(), WhatIf(zone="fullest"), WhatIf(instance=True)])
def test_a_plan_keeps_its_promises_through_what_it_protects_from(planned, question):
    """As planned, without the fullest zone and without an instance every row holds."""
    report = api.replay(planned, question)
    assert report.rows
    assert report.holds
    assert report.broken == ()


def test_pools_of_many_replicas_are_not_larger_than_they_must_be(planned):
    """Without the fullest zone and with 15 % more, every pool of 8 and more replicas breaks."""
    report = api.replay(planned, WhatIf(zone="fullest", scale=1.15))
    large = [row for row in report.rows if row.replicas >= 8]
    assert large
    assert not any(row.holds for row in large)

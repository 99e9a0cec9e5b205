"""A log played against a plan: each request followed by itself, other origins besides, and what cannot be told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from optimizer.domain.forecast import Notice
from optimizer.domain.log_played import LogArrivals, LogPlayed, LogWindow
from optimizer.domain.plan import PlanPeriod, PoolAtDemand, Route
from optimizer.verification.replay import sojourns
from optimizer.verification.replaying import WhatIf, trace
from optimizer.verification.replaying.engine import PLAIN, Engine, load_engine, plain_stays
from optimizer.verification.replaying.trace import lower_end, replay_log
from optimizer.verification.replaying.trace_arrivals import between, requests_until
from optimizer.verification.replaying.trace_result import NOWHERE
from tests.unit.verification.hand_plan import with_inputs, with_pool

#: 2026-09-07 14:50, a Monday: windows up to 15:10 cross the hour.
FIRST_S = 1_788_792_600
FAST = load_engine()
SLOW = Engine("plain", plain_stays, PLAIN)


def _log(by_origin, service="search", kind="requests", windows=4, notices=()):
    """A log of some windows from 14:50 on, as the plan's workday hours 14 and 15."""
    rows = tuple(
        LogWindow(FIRST_S + 300 * n, 300.0, f"window {n}", "workday", 14 if n < 2 else 15) for n in range(windows)
    )
    step_s = max(arrivals.step_s for arrivals in by_origin.values())
    return LogPlayed("log.csv", "0", kind, step_s, "UTC", service, rows, by_origin, notices)


def _own_times(rate_per_s, seed=1, windows=4):
    """Requests at their own times, at random."""
    random = np.random.default_rng(seed)
    seconds = 300.0 * windows
    times = np.sort(random.random(random.poisson(rate_per_s * seconds))) * seconds
    return LogArrivals(FIRST_S + times, None, 0.0)


@pytest.fixture
def hourly(plan):
    """The plan worked by hand, its two periods the hours 14 and 15 of a workday, nothing but the shop."""

    def change(inputs):
        inputs["demand"]["search"]["web"]["peak"] = [0.0, 0.0]

    periods = (PlanPeriod("workday", 14, 600.0, 600.0), PlanPeriod("workday", 15, 130.0, 130.0))
    return with_inputs(plan.replace(periods=periods), change)


def _one_pool(plan):
    """All of search goes to zone a: one replica at 14 h, two at 15 h."""
    return plan.replace(routing=(Route("search", "shop", 0, (1.0, 1.0), 2.0), *plan.routing[4:]))


@pytest.mark.parametrize("rate", [100.0, 180.0, 230.0])
def test_each_request_is_late_as_in_a_slow_simulation(hourly, rate):
    """Dealt out in turn over the replicas of its hour, queues going on over it: the same count in each window."""
    arrivals = _own_times(rate)
    found = replay_log(_one_pool(hourly), _log({"shop": arrivals}))
    at_s = arrivals.begins_s - FIRST_S
    turn, stays = np.arange(at_s.size), np.empty(at_s.size)
    replica = np.where(at_s < 600.0, 0, turn % 2)
    for number in (0, 1):
        own = np.flatnonzero(replica == number)
        stays[own] = sojourns(at_s[own].tolist(), 1, (0.0125, 0.015, 0.0175, 0.020), 0.0)
    late = stays > 0.080 - 0.004 - 0.002 * 1.5
    window = (at_s // 300.0).astype(int)
    assert [row.late for row in found.rows] == [int(late[window == n].sum()) for n in range(4)]
    assert [row.requests for row in found.rows] == np.bincount(window).tolist()
    assert [row.replicas for row in found.rows] == [2, 2, 4, 4]
    reached = [7.0 + 1e3 * np.sort(stays[window == n])[int(np.ceil(0.99 * (window == n).sum())) - 1] for n in range(4)]
    assert [row.reached_ms for row in found.rows] == pytest.approx(reached)
    assert found.holds == (rate < 150.0)


def test_a_shared_queue_has_the_servers_of_its_hour(hourly):
    """Rank has 2 and 4 replicas on one queue: late as two and four servers make it, each hour from an idle start."""
    arrivals = _own_times(43.0, seed=4)
    found = replay_log(hourly, _log({"shop": arrivals}, "rank"))
    at_s = arrivals.begins_s - FIRST_S
    late = np.concatenate([
        np.array(sojourns(at_s[part].tolist(), servers, (0.06, 0.09), 0.0)) > 0.185
        for part, servers in ((at_s < 600.0, 2), (at_s >= 600.0, 4))
    ])  # fmt: skip
    window = (at_s // 300.0).astype(int)
    assert [row.late for row in found.rows] == [int(late[window == n].sum()) for n in range(4)]
    assert [row.holds for row in found.rows] == [False, False, True, True]


def test_other_origins_come_besides_as_planned(plan, hourly):
    """The log is of the shop alone: what the plan has of the web fills the same pools, and is not judged."""
    log = _log({"shop": _own_times(60.0)})
    alone = replay_log(hourly, log)

    def crowd(inputs):
        inputs["demand"]["search"]["web"]["peak"] = [200.0, 200.0]

    beside = replay_log(with_inputs(hourly, crowd), log)
    assert {row.origin for row in beside.rows} == {"shop"}
    assert sum(row.requests for row in beside.rows) == sum(row.requests for row in alone.rows)
    assert alone.requests == sum(row.requests for row in alone.rows)
    # 200 x 1.5 for retries and releases, on 1200 s
    assert beside.requests - alone.requests == pytest.approx(200.0 * 1.5 * 1200.0, rel=0.01)
    assert alone.holds
    assert not beside.holds
    assert any("web come besides" in note for note in beside.notes)


def test_requests_divide_as_the_routes_say(hourly):
    """A quarter to zone a: one replica there has a quarter to serve, the rest overloads zone b."""
    routes = (Route("search", "shop", 0, (0.25, 0.25), 2.0), Route("search", "shop", 1, (0.75, 0.75), 2.0))
    log = _log({"shop": _own_times(300.0, windows=2)}, windows=2)
    uneven = replay_log(hourly.replace(routing=(*routes, *hourly.routing[4:])), log)
    even = replay_log(hourly, log)
    assert even.holds
    assert 0.70 < uneven.rows[1].late_share < 0.78


def test_hours_without_a_route_are_late_nowhere(hourly):
    """The plan brings the shop nowhere at 15 h: those requests are told and late, the others judged as they are."""
    routes = tuple(replace(route, share_by_period=(0.5, 0.0)) for route in hourly.routing[:2])
    found = replay_log(hourly.replace(routing=(*routes, *hourly.routing[4:])), _log({"shop": _own_times(60.0)}))
    lost = [row for row in found.rows if row.location == NOWHERE]
    assert [(row.hour, row.replicas, row.late_share, row.reached_ms) for row in lost] == [(15, 0, 1.0, None)] * 2
    assert not found.holds
    assert [row.holds for row in found.rows if row.location] == [True, True]
    assert any("workday 15 h" in note for note in found.notes)


def test_several_origins_of_a_log_are_told_apart(hourly):
    """Each is judged at its own edge: the web is 27 ms farther from the same pools."""
    log = _log({"shop": _own_times(60.0), "web": _own_times(60.0, seed=2)})
    found = replay_log(hourly, log)
    shop, web = ([row.reached_ms for row in found.rows if row.origin == name] for name in ("shop", "web"))
    assert np.mean(np.array(web) - np.array(shop)) == pytest.approx(27.0, abs=1.5)
    assert [(place.origin, place.windows) for place in found.places] == [("shop", 4), ("web", 4)]


def test_plain_and_compiled_simulators_agree(hourly):
    """The same rows, whichever plays; the same again with the same seed, others with another one."""
    log = _log({"shop": _own_times(150.0)})
    rows = replay_log(hourly, log, engine=FAST).rows
    assert rows == replay_log(hourly, log, engine=SLOW).rows
    assert rows != replay_log(hourly, log, seed=1, engine=FAST).rows


def test_where_not_all_can_be_played_the_fullest_five_minutes_are(hourly, monkeypatch):
    """The busiest for what is planned then, after the five minutes before it, and it is said."""
    monkeypatch.setattr(trace, "MOST_REQUESTS", 30_000)
    quiet, busy = _own_times(40.0), _own_times(100.0, seed=3)
    times = np.where(busy.begins_s // 300 == (FIRST_S + 300) // 300, busy.begins_s, np.inf)
    both = LogArrivals(np.sort(np.concatenate([quiet.begins_s, times[np.isfinite(times)]])), None, 0.0)
    found = replay_log(hourly, _log({"shop": both}))
    assert [row.start for row in found.rows] == ["window 1"]
    assert (found.windows, found.windows_in_all) == (1, 4)
    assert found.requests > 1.2 * found.rows[0].requests, "the window before fills the queues"
    assert any("1 of 4 five minutes" in note for note in found.notes)


def test_what_a_log_cannot_show_is_said(hourly):
    """Times finer than the target need no word; seconds may hide what the target feels; minutes hide every burst."""
    counts = {step: LogArrivals(FIRST_S + np.arange(0.0, 1200.0, step), np.full(1200 // step, 60.0 * step), float(step))
              for step in (1, 60)}  # fmt: skip
    assert not replay_log(hourly, _log({"shop": _own_times(60.0)})).notes
    seconds = replay_log(hourly, _log({"shop": counts[1]}, kind="counts")).notes
    minutes = replay_log(hourly, _log({"shop": counts[60]}, kind="counts", notices=(Notice(4, "gap", "a gap"),))).notes
    assert "counts of 1 s" in seconds[0]
    assert "may feel" in seconds[0]
    assert "may break all the same" in minutes[0]
    assert "holes of the log: 1," in minutes[1]


def test_counts_are_spread_within_their_steps_and_none_is_lost():
    """Whole steps keep their counts; of one that reaches over a window the parts add up on average."""
    counts = np.array([5.0, 0.0, 7.0, 2.5])
    arrivals = LogArrivals(FIRST_S + np.array([0.0, 10.0, 20.0, 30.0]), counts, 10.0)
    random = np.random.default_rng(1)
    drawn = [between(arrivals, FIRST_S, FIRST_S + 300, random) for _ in range(400)]
    assert all((np.diff(times) >= 0.0).all() for times in drawn)
    bins = np.array([np.bincount((times // 10).astype(int), minlength=4) for times in drawn])
    assert (bins[:, :3] == [5, 0, 7]).all()
    assert bins[:, 3].mean() == pytest.approx(2.5, abs=0.1)
    hour = LogArrivals(np.array([FIRST_S - 600.0]), np.array([36_000.0]), 3600.0)
    parts = [between(hour, FIRST_S + 300 * n, FIRST_S + 300 * (n + 1), random).size for n in range(10)]
    assert parts == pytest.approx([3000.0] * 10, rel=0.1)
    assert requests_until(hour, np.array([FIRST_S - 700.0, FIRST_S, FIRST_S + 9999.0])).tolist() == [0.0, 6000.0, 36e3]


def test_own_times_stay_what_they_are():
    """Times by a tenth of a second are spread within it; finer ones are played as they are; none is twice or lost."""
    times = FIRST_S + np.round(np.sort(np.random.default_rng(2).random(5000) * 600.0), 1)
    arrivals = LogArrivals(times, None, 0.1)
    random = np.random.default_rng(3)
    both = [between(arrivals, FIRST_S + start, FIRST_S + start + 300, random) for start in (0, 300)]
    assert sum(part.size for part in both) == np.count_nonzero(times < FIRST_S + 600.0)
    assert np.allclose(np.floor(both[0] * 10 + 1e-6), np.rint((times[: both[0].size] - FIRST_S) * 10), atol=1.0)
    exact = LogArrivals(times, None, 0.0)
    assert between(exact, FIRST_S, FIRST_S + 300, random).tolist() == (times[times < FIRST_S + 300] - FIRST_S).tolist()


@pytest.mark.parametrize(("requests", "allowed"), [(300, 0.01), (3000, 0.01), (100_000, 0.01), (400, 0.05)])
def test_a_promise_kept_to_the_hair_is_seldom_called_broken(requests, allowed):
    """Of independent requests of which exactly as many are late as may be, at most some two windows of a hundred."""
    late = np.arange(requests + 1)
    broken = np.array([lower_end(int(n), requests) > allowed for n in late])
    assert binom.pmf(late, requests, allowed)[broken].sum() < 0.025
    assert lower_end(int(3 * allowed * requests) + 3, requests) > allowed


def test_a_pool_without_scatter_is_not_scattered(hourly):
    """Where batches scatter more are late, from the same log."""
    log = _log({"shop": _own_times(170.0)})
    time = replace(hourly.pools[0].service_time, p99_over_mean=2.0)
    wild = replay_log(_one_pool(with_pool(hourly, 0, service_time=time)), log)
    calm = replay_log(_one_pool(hourly), log)
    assert sum(row.late for row in wild.rows) > 2 * sum(row.late for row in calm.rows)


def test_a_stage_of_a_page_is_held_to_its_part(hourly):
    """Not to the target of the page, which is the service's own here; and it is said."""

    def stage(inputs):
        inputs["pipelines"] = [{"name": "page", "stages": [{"service": "search", "fan_out": 1}]}]

    plan = with_inputs(hourly, stage)
    for index in (0, 1):
        plan = with_pool(plan, index, target={"p99_ms": 25.0})
    log = _log({"shop": _own_times(60.0)})
    held, page = replay_log(plan, log), replay_log(hourly, log)
    assert {row.target_ms for row in held.rows} == {25.0}
    assert (held.holds, page.holds) == (False, True)
    assert any("a stage of a page" in note for note in held.notes)


def test_another_demand_has_its_own_fleet(hourly):
    """The log is the same, the replicas are those that run at low demand."""

    def change(inputs):
        inputs["cost_weights"] = {"high": 0.5, "low": 0.5}
        for origins in inputs["demand"].values():
            for rates in origins.values():
                rates["at_demand"] = {"low": [rate / 2.0 for rate in rates["peak"]]}

    plan = with_inputs(hourly, change)
    for index, pool in enumerate(plan.pools):
        low = PoolAtDemand((1, 1), (0, 0), pool.arrival_rate_per_s_by_period, pool.capacity_per_s_by_period)
        plan = with_pool(plan, index, at_demand={"low": low})
    log = _log({"shop": _own_times(300.0)})
    high, low = (replay_log(plan, log, WhatIf(demand=demand)) for demand in (None, "low"))
    assert [row.replicas for row in high.rows] == [2, 2, 4, 4]
    assert [row.replicas for row in low.rows] == [2, 2, 2, 2]
    assert [row.planned_per_s for row in low.rows] == [24.0, 24.0, 48.0, 48.0]
    assert low.demand == "low"


def _without_web(plan, **service):
    def change(inputs):
        inputs["services"][0].update(service)

    return with_inputs(plan, change)


@pytest.mark.parametrize("dispatch", ["round_robin", "shared"])
def test_a_lost_zone_leaves_its_requests_to_the_other(hourly, dispatch):
    """As a plan without its replicas whose routes bring all to the other zone; too few of them here."""
    plan = _without_web(hourly, dispatch=dispatch)
    for index in (0, 1):
        plan = with_pool(plan, index, dispatch=dispatch)
    log = _log({"shop": _own_times(190.0)})
    lost = replay_log(plan, log, WhatIf(zone="north/one/a"))
    routes = (Route("search", "shop", 0, (0.0, 0.0), 2.0), Route("search", "shop", 1, (1.0, 1.0), 2.0))
    without = replay_log(
        with_pool(plan, 0, replicas_by_period=(0, 0)).replace(routing=(*routes, *plan.routing[4:])), log
    )
    assert [row.replicas for row in lost.rows] == [1, 1, 2, 2]
    assert lost.rows == without.rows
    assert (lost.holds, replay_log(plan, log).holds) == (False, True)
    assert lost.what_if.text == "without zone north/one/a"


def test_a_lost_instance_is_one_replica_of_the_fullest_zone(hourly):
    """An instance holds one replica: three of four are left at 15 h, one of two at 14 h."""
    found = replay_log(hourly, _log({"shop": _own_times(60.0)}), WhatIf(instance=True))
    assert [row.replicas for row in found.rows] == [1, 1, 3, 3]


def test_requests_that_nobody_is_left_to_serve_are_late(hourly):
    """Rank has one zone only."""
    found = replay_log(hourly, _log({"shop": _own_times(10.0)}, "rank"), WhatIf(zone="south/two/a"))
    assert {(row.location, row.late_share, row.reached_ms) for row in found.rows} == {(NOWHERE, 1.0, None)}
    assert any("find nobody left" in note for note in found.notes)
    assert any("rank was not planned to survive the loss of a zone" in note for note in found.notes)


def test_what_need_not_be_carried_is_not_played(hourly):
    """Of a service that carries half after a loss half of the log is played, without a loss all of it."""
    plan, log = _without_web(hourly, protected_share=0.5), _log({"shop": _own_times(150.0)})
    whole, half = (replay_log(plan, log, asked) for asked in (None, WhatIf(zone="north/one/a")))
    assert sum(row.requests for row in half.rows) / sum(row.requests for row in whole.rows) == pytest.approx(
        0.5, abs=0.01
    )
    assert "after a loss search need carry 50 % of its requests: others are not played" in half.notes
    assert not whole.notes


def test_twice_the_requests_are_the_same_ones_and_one_more_of_each(hourly):
    """Each at its own time and once more within half a second, in its own five minutes; half are some of them."""
    arrivals = _own_times(50.0)
    times = [between(arrivals, FIRST_S, FIRST_S + 300, np.random.default_rng(1), scale) for scale in (1.0, 2.0, 0.5)]
    once, twice, half = times
    assert twice.size == 2 * once.size
    assert np.isin(once, twice).all()
    assert np.isin(half, once).all()
    assert half.size == pytest.approx(0.5 * once.size, rel=0.05)
    assert (twice.min() >= 0.0, twice.max() < 300.0, (np.diff(twice) >= 0.0).all()) == (True, True, True)
    by_now = np.searchsorted(twice, once + 0.5, side="right")  # no copy is further away than half a second
    assert (by_now >= np.arange(1, once.size + 1) * 2 - 50).all()
    log = _log({"shop": arrivals})
    rows = [replay_log(hourly, log, WhatIf(scale=scale)).rows for scale in (1.0, 2.0)]
    assert [row.requests for row in rows[1]] == [2 * row.requests for row in rows[0]]
    assert [row.planned_per_s for row in rows[1]] == [row.planned_per_s for row in rows[0]]
    assert replay_log(hourly, log, WhatIf(scale=2.0)).rows == rows[1]


def test_a_part_of_a_copy_is_played_by_chance():
    """2.3 times: two of each, and a third of three in ten."""
    found = between(_own_times(80.0), FIRST_S, FIRST_S + 300, np.random.default_rng(1), 2.3)
    once = between(_own_times(80.0), FIRST_S, FIRST_S + 300, np.random.default_rng(1))
    assert found.size / once.size == pytest.approx(2.3, abs=0.02)


@pytest.mark.parametrize("counts", [np.array([5.0, 0.0, 7.0, 2.0]), None])
def test_counts_are_multiplied_in_their_steps(counts):
    """Three times as many in each step, no copy of its own in another one."""
    arrivals = LogArrivals(FIRST_S + np.array([0.0, 10.0, 20.0, 30.0]), counts, 10.0)
    found = between(arrivals, FIRST_S, FIRST_S + 300, np.random.default_rng(1), 3.0)
    each = np.ones(4) if counts is None else counts
    assert np.bincount((found // 10).astype(int), minlength=4).tolist() == (3 * each).tolist()


def test_other_origins_grow_with_the_log(plan, hourly):
    """The web is planned with 100 requests/s: at twice the rates twice as many come besides."""

    def crowd(inputs):
        inputs["demand"]["search"]["web"]["peak"] = [100.0, 100.0]

    log = _log({"shop": _own_times(20.0)})
    one, two = (replay_log(with_inputs(hourly, crowd), log, WhatIf(scale=scale)) for scale in (1.0, 2.0))
    assert two.requests == pytest.approx(2 * one.requests, rel=0.01)

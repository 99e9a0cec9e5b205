"""Every way to replay a plan plays the same pool: by the hour, the whole day, a log; with SimPy as the judge.

Batches may wait for more requests, replicas take in turn, at random or from one queue, and times may scatter.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.domain.log_played import LogArrivals, LogPlayed, LogWindow
from optimizer.domain.plan import PlanPeriod, Route, ServiceTime
from optimizer.verification.pages_replayed import play
from optimizer.verification.replaying import replay
from optimizer.verification.replaying.day import play_day
from optimizer.verification.replaying.day_engine import load_day_engine
from optimizer.verification.replaying.engine import load_engine
from optimizer.verification.replaying.lost_zone import lose_zone
from optimizer.verification.replaying.trace import replay_log
from optimizer.verification.view import View
from tests.support.bursts import arrivals, switching
from tests.support.event_pool import simulate
from tests.unit.verification.hand_plan import hand_plan, with_inputs, with_pool

#: 2026-09-07 14:00, a Monday.
FIRST_S = 1_788_789_600
#: Overhead, and the round trip between the shop and its location, ms.
ELSEWHERE_MS = 4.0 + 2.0 * 1.5
needs_numba = pytest.mark.skipif(load_engine().name == "plain", reason="without numba samples are played")


def _plan(rate_per_s, limit_s, replicas, dispatch, service_s, wait_ms, scatter=1.0):
    """One pool for search, all of it from the shop, at 14 h of a workday; rank is asked for nothing."""

    def change(inputs):
        inputs["services"][0].update(latency_ms=ELSEWHERE_MS + 1e3 * limit_s, dispatch=dispatch)
        for service, origin in (("search", "web"), ("rank", "shop")):
            inputs["demand"][service][origin]["peak"] = [0.0, 0.0]
        inputs["demand"]["search"]["shop"]["peak"] = [rate_per_s / 1.5, rate_per_s / 1.5]  # x retries and releases

    periods = (PlanPeriod("workday", 14, 600.0, 600.0), PlanPeriod("workday", 15, 130.0, 130.0))
    plan = with_inputs(hand_plan().replace(periods=periods), change)
    time = ServiceTime(tuple(range(1, len(service_s) + 1)), tuple(service_s), scatter)
    changes = {"dispatch": dispatch, "service_time": time, "max_wait_ms": wait_ms, "batch_size": len(service_s)}
    plan = with_pool(plan, 0, replicas_by_period=(replicas, replicas), **changes)
    return plan.replace(routing=(Route("search", "shop", 0, (1.0, 1.0), 2.0), *plan.routing[4:]))


def _log(at_s):
    windows = tuple(LogWindow(FIRST_S + 300 * n, 300.0, f"{n}", "workday", 14) for n in range(4))
    by_origin = {"shop": LogArrivals(FIRST_S + at_s, None, 0.0)}
    return LogPlayed("log.csv", "0", "requests", 0.0, "UTC", "search", windows, by_origin, ())


def _pool(case):
    """A small pool, and how many requests/s come to it."""
    rng = np.random.default_rng([5, case])
    replicas, batch = int(rng.integers(1, 4)), int(rng.integers(1, 5))
    service_s = tuple(0.006 + np.cumsum(rng.exponential(0.003, batch)))
    wait_ms = float(rng.choice([2.0, 5.0, 12.0])) if case % 4 else 0.0
    return replicas, service_s, wait_ms, float(rng.uniform(0.3, 0.8)) * replicas * batch / service_s[-1]


def _by_simpy(at_s, replicas, wait_ms, service_s, dispatch):
    stays, _ = simulate(at_s, replicas, wait_ms / 1e3, service_s, dispatch)
    return stays


@pytest.mark.parametrize("dispatch", ["round_robin", "shared"])
@pytest.mark.parametrize("case", range(8))
def test_a_bursty_log_is_late_as_in_simpy(case, dispatch):
    """The same requests late in each five minutes, whatever bursts and waits there are."""
    replicas, service_s, wait_ms, rate = _pool(case)
    rate = min(rate, 60.0)
    at_s = FIRST_S + arrivals(switching(rate, 2.5, 0.15, 8.0, 1200, case), 1.0, case) - FIRST_S  # as a log rounds them
    stays = _by_simpy(at_s, replicas, wait_ms, service_s, dispatch)
    limit_s = float(np.quantile(stays, 0.95))
    rows = replay_log(_plan(rate, limit_s, replicas, dispatch, service_s, wait_ms), _log(at_s)).rows
    window = (at_s // 300.0).astype(int)
    late = [int(np.count_nonzero(stays[window == n] > limit_s + 1e-9)) for n in range(4)]
    least = [int(np.count_nonzero(stays[window == n] > limit_s - 1e-9)) for n in range(4)]
    assert all(few <= row.late <= many for few, row, many in zip(late, rows, least, strict=True))
    percentiles = [np.sort(stays[window == n])[int(np.ceil(0.99 * (window == n).sum() - 1e-9)) - 1] for n in range(4)]
    assert [row.reached_ms for row in rows] == pytest.approx([ELSEWHERE_MS + 1e3 * value for value in percentiles])


@needs_numba
@pytest.mark.slow
@pytest.mark.parametrize("dispatch", ["round_robin", "random", "shared"])
@pytest.mark.parametrize("case", range(5))
def test_hours_days_and_logs_agree(case, dispatch):
    """One in twenty late in SimPy is one in twenty in each replay, within chance; where times scatter they agree."""
    replicas, service_s, wait_ms, rate = _pool(case)
    rng, scatter = np.random.default_rng([6, case]), 1.6 if case == 3 else 1.0
    at_s = np.sort(rng.random(rng.poisson(1200.0 * rate)) * 1200.0)
    of = rng.integers(replicas, size=at_s.size) if dispatch == "random" else np.zeros(at_s.size, dtype=int)
    stays = np.concatenate([
        _by_simpy(at_s[of == queue], replicas if dispatch != "random" else 1, wait_ms, service_s, dispatch)
        for queue in np.unique(of)
    ])  # fmt: skip
    limit_s = float(np.quantile(stays, 0.95)) * (1.15 if scatter > 1.0 else 1.0)
    plan = _plan(rate, limit_s, replicas, dispatch, service_s, wait_ms, scatter)
    by_hour = [row.late_share for row in replay(plan).rows if row.service == "search"]
    by_day = [row.late_share for row in play_day(plan, engine=load_day_engine()).rows if row.service == "search"]
    by_log = replay_log(plan, _log(at_s))
    log = sum(row.late for row in by_log.rows) / sum(row.requests for row in by_log.rows)
    expected = 0.05 if scatter == 1.0 else by_hour[0]
    assert 0.003 < expected < 0.3
    for share in (*by_hour, *by_day, log):
        assert share == pytest.approx(expected, rel=0.12, abs=0.002)


@needs_numba
def test_a_lone_request_waits_for_others_in_every_replay():
    """A request a minute waits 30 ms for others and is served alone, 10 ms: 40 ms at the pool, 47 ms at the shop.

    One in 2,000 meets another one within the 30 ms, and takes longer.
    """
    service_s, wait_ms = (0.010, 0.012, 0.014), 30.0
    plan = _plan(1.0 / 60.0, 0.0405, 1, "round_robin", service_s, wait_ms)
    rows = [row for row in replay(plan).rows if row.service == "search"]
    assert {row.kind for row in rows} == {"hour", "five minutes"}
    for row in (*rows, *play_day(plan, engine=load_day_engine()).rows):
        assert row.reached_ms == pytest.approx(47.0, abs=0.2)  # stays of a day are counted in places
        assert row.late_share < 0.02
    log = replay_log(plan, _log(np.arange(10.0, 1200.0, 60.0)))
    assert [row.reached_ms for row in log.rows] == pytest.approx([47.0] * 4, abs=1e-3)
    short = replace(plan.pools[0], max_wait_ms=wait_ms + 1.0)
    late = [row.late_share for row in replay(plan.replace(pools=(short, *plan.pools[1:]))).rows]
    assert min(late) > 0.95


def test_pages_wait_in_every_stage():
    """Search waits 30 ms and serves in 10 ms, rank waits 5 ms and serves in 60 ms; trips 3 and 15 ms, 4 ms overhead.

    Before the loss of a zone as without one: 127 ms for a page that meets no other, and none is quicker.
    """
    plan = _plan(1.5, 0.5, 1, "round_robin", (0.010, 0.012), 30.0)
    plan = with_pool(with_pool(plan, 2, max_wait_ms=5.0), 1, max_wait_ms=30.0)

    def page(inputs):
        stages = [{"service": "search", "fan_out": 1}, {"service": "rank", "fan_out": 1}]
        demand = {"shop": {"mean": [1.0, 1.0], "peak": [1.0, 1.0]}, "web": {"mean": [0.0, 0.0], "peak": [0.0, 0.0]}}
        inputs["pipelines"] = [
            {"name": "page", "latency_ms": 500.0, "percentile": 0.99, "stages": stages, "demand": demand}
        ]
        inputs["demand"]["rank"]["shop"]["peak"] = [1.0, 1.0]

    plan = with_inputs(plan, page)
    expected_s = 0.003 + 0.004 + 0.040 + 0.015 + 0.065
    (pages,) = play(View(plan), 0)
    alone = np.abs(pages.now_s - pages.came_s - expected_s) < 1e-6
    assert 0.6 < alone.mean() < 1.0
    (row,) = lose_zone(plan, engine=load_engine()).pages
    assert row.reached_before_ms is not None
    assert row.reached_before_ms >= 1e3 * expected_s - 1e-6
    assert row.reached_before_ms < 1e3 * expected_s + 100.0

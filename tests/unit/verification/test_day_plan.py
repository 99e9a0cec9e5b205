"""A whole day of a plan: every request counts, five minutes are judged, and a second look is by other traffic."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from optimizer.domain.plan import PlanPeriod
from optimizer.errors import InputError
from optimizer.verification.replay import PoolModel
from optimizer.verification.replaying import WhatIf, replay
from optimizer.verification.replaying import day as days
from optimizer.verification.replaying.day import play_day, worst_of
from optimizer.verification.replaying.day_again import Again
from optimizer.verification.replaying.day_engine import DayEngine, load_day_engine, plain_advance
from optimizer.verification.replaying.day_hours import PoolHours
from optimizer.verification.replaying.day_judged import Window, broken_of, share_of
from optimizer.verification.replaying.day_pool import play_pool
from optimizer.verification.replaying.day_stretch import DayPool, Segment, Stretch
from optimizer.verification.replaying.estimate import Late, late
from optimizer.verification.replaying.fleet import Served
from tests.unit.verification.hand_plan import with_inputs, with_pool

FULL = load_day_engine()
SAMPLE = DayEngine("plain", plain_advance, is_sample=True, threads=1)
pytestmark = pytest.mark.skipif(FULL.is_sample, reason="every request of a day is played with numba only")


def test_every_request_of_every_origin_is_played(plan):
    """Counts of each row are rates x 3600 s within chance, and the rows add up to the report."""
    report = play_day(plan, "sale", engine=FULL)
    assert [(row.service, row.zones, row.origin, row.hour) for row in report.rows] == [
        ("search", ("a",), "shop", 12), ("search", ("a",), "web", 12),
        ("search", ("b",), "shop", 12), ("search", ("b",), "web", 12),
        ("rank", ("a",), "shop", 12),
    ]  # fmt: skip
    for row, rate in zip(report.rows, (72.0, 18.0, 72.0, 18.0, 24.0), strict=True):
        assert abs(row.requests - 3600 * rate) < 4.0 * math.sqrt(3600 * rate)
    assert report.requests == sum(row.requests for row in report.rows)
    assert report.expected == pytest.approx((90 + 90 + 24) * 3900)  # five minutes fill the queues
    assert abs(report.drawn - report.expected) < 4.0 * math.sqrt(report.expected)
    assert (report.judged, report.turned_away, report.pools, report.hours) == (60, 0, 3, 1)
    assert report.holds


def test_the_busiest_day_is_played_unless_one_is_named(plan):
    """Peaks of the sale are twice as high; names of day types are told where one is unknown."""
    assert play_day(plan, engine=FULL).day_type == "sale"
    assert play_day(plan, "day", engine=FULL).day_type == "day"
    with pytest.raises(InputError, match=r'--whole-day: no day type of this plan \(found "monday"\).*day, sale'):
        play_day(plan, "monday", engine=FULL)


def test_the_percentile_is_the_exact_one(plan):
    """One replica at half of its full batches: 20 ms x 2.03883213, plus overhead 4 ms and 2 ms x 1.5 to the shop."""
    report = play_day(plan, "day", WhatIf(scale=100.0 / 45.0), engine=FULL)
    for row in report.rows:
        if row.service == "search":
            farther = 27.0 if row.origin == "web" else 0.0
            assert row.reached_ms == pytest.approx(4.0 + 3.0 + 40.77664 + farther, abs=0.25)


def test_an_hour_of_the_day_agrees_with_the_replay_by_the_hour(plan):
    """The same share of late requests, where one in 250 is late."""
    asked = WhatIf(scale=3.1)
    (theirs,) = [
        row for row in replay(plan, asked).rows if (row.kind, row.origin, row.day_type) == ("hour", "web", "sale")
    ]
    assert 0.002 < theirs.late_share < 0.01
    ours = [row for row in play_day(plan, what_if=asked, engine=FULL).rows if row.origin == "web"]
    assert len(ours) == 2
    for row in ours:  # each within 6 % of the same share, theirs within 8 %, standard deviations
        assert row.late_share == pytest.approx(theirs.late_share, rel=0.3)
        assert row.reached_ms == pytest.approx(theirs.reached_ms, rel=0.02)


def test_threads_do_not_matter_seeds_do(plan):
    """The same seed gives the same rows on one thread and on four."""
    one, four, other = (
        play_day(plan, seed=seed, engine=replace(FULL, threads=threads)) for seed, threads in ((5, 1), (5, 4), (6, 1))
    )
    assert one == four
    assert [row.requests for row in one.rows] != [row.requests for row in other.rows]


@pytest.mark.parametrize("engine", [FULL, SAMPLE], ids=["full", "sample"])
def test_a_day_planned_too_small_breaks(plan, engine):
    """Half of the replicas of search: overloaded, every five minutes break, and no second look is taken."""
    small = with_pool(with_pool(plan, 0, replicas_by_period=(1, 1)), 1, replicas_by_period=(1, 1))
    report = play_day(small, what_if=WhatIf(scale=2.5), engine=engine)
    broken = [row for row in report.rows if not row.holds]
    assert not report.holds
    assert {row.service for row in broken} == {"search"}
    assert all(row.broken == row.judged and row.again_windows == 0 for row in broken)
    worst = worst_of(report.rows)
    assert worst is not None
    assert worst.service == "search"
    assert worst.worst_at_least > 0.9


def test_a_loss_all_day_leaves_the_others_to_carry_it(plan):
    """Without zone a zone b has all requests of search; without the only zone of rank nobody serves."""
    report = play_day(plan, what_if=WhatIf(zone="north/one/a"), engine=FULL)
    search = [row for row in report.rows if row.service == "search"]
    assert {row.zones for row in search} == {("b",)}
    assert {row.what for row in search} == {"without zone a"}
    assert sum(row.requests_per_s for row in search) == pytest.approx(2 * 180.0)  # of two origins, each of the pool
    gone = play_day(plan, what_if=WhatIf(zone="south/two/a"), engine=FULL)
    (rank,) = [row for row in gone.rows if row.service == "rank"]
    assert (rank.replicas, rank.late_share, rank.reached_ms, rank.holds) == (0, 1.0, None, False)
    assert gone.turned_away == pytest.approx(24 * 3900, rel=0.05)


def test_a_stage_of_a_page_is_held_to_its_own_budget(plan):
    """Search may take 70 ms at the web, its furthest edge, and 27 ms less at the shop: 36 ms at the pool."""

    def page(inputs):
        demand = {origin: {"mean": [0.0, 0.0], "peak": [0.0, 0.0]} for origin in ("shop", "web")}
        stages = [{"service": "search", "fan_out": 1}]
        inputs["pipelines"] = [
            {"name": "page", "latency_ms": 200.0, "percentile": 0.99, "stages": stages, "demand": demand}
        ]
        inputs["services"][0]["latency_ms"] = 200.0

    held = with_pool(with_pool(plan, 0, target={"p99_ms": 70.0}), 1, target={"p99_ms": 70.0})
    day = play_day(with_inputs(held, page), "day", WhatIf(scale=100.0 / 45.0), engine=FULL)
    assert day.notes == ("search: stages of pages, held to what a page leaves each; requests come one by one here",)
    rows = day.rows
    targets = {row.origin: row.target_ms for row in rows if row.service == "search"}
    assert targets == {"web": pytest.approx(70.0), "shop": pytest.approx(43.0)}
    # half of full batches: p99 is 40.8 ms at the pool, above the 36 ms that are left, so more than one in a hundred
    assert all(row.late_share > 0.01 and not row.holds for row in rows if row.service == "search")


def test_another_demand_is_played_with_its_own_counts(plan):
    """`--demand` asks for the rates and the replicas of that demand, as in the other replays."""
    with pytest.raises(InputError, match="not counted by this plan"):
        play_day(plan, what_if=WhatIf(demand="low"), engine=FULL)


def test_a_pool_of_a_million_replicas_is_a_mistake(plan):
    """Told, not a failure for want of memory."""
    huge = with_pool(plan, 0, replicas_by_period=(1, 2_000_000))
    with pytest.raises(InputError, match="more than 1,000,000 replicas"):
        play_day(huge, engine=FULL)


def test_no_demand_is_a_day_without_rows(plan):
    """Nothing breaks, nothing is divided by 0."""

    def nobody(inputs):
        for origins in inputs["demand"].values():
            for rates in origins.values():
                rates["peak"] = [0.0, 0.0]

    report = play_day(with_inputs(plan, nobody), engine=FULL)
    assert (report.rows, report.holds, report.requests) == ((), True, 0)


def test_a_sample_says_what_it_played(plan):
    """One queue of each pool, like zones once, around every change of hour; the shared queue whole."""
    report = play_day(plan, engine=SAMPLE)
    assert [row.zones for row in report.rows] == [("a", "b"), ("a", "b"), ("a",)]
    assert report.is_sample
    assert {row.judged for row in report.rows} == {2}  # one hour a day: its last window and its first
    assert report.expected == pytest.approx(3 * 300 * (45 + 24))
    assert abs(report.drawn - report.expected) < 4.0 * math.sqrt(report.expected)
    assert report.rows[0].worst_requests_per_s == pytest.approx(90.0, rel=0.1)
    assert report == play_day(plan, engine=replace(FULL, name="plain", is_sample=True))


def test_a_sample_is_cut_where_a_queue_has_many_requests(monkeypatch, plan):
    """The length is told; the last window of an hour ends with it."""
    monkeypatch.setattr("optimizer.verification.replaying.day_hours.SAMPLE_REQUESTS", 900)
    report = play_day(plan, engine=SAMPLE)
    assert report.window_s == (20.0, 37.0)  # 900 / 45 of search; 900 / 24 of rank
    assert {row.at for row in report.rows if row.service == "search"} <= {"12:00", "12:59:40"}


def hours_of(*parts, limit_s=0.030, percentile=0.99):
    """A pool of one-request servers of 10 ms, with so many replicas and requests/s by the hour."""
    model = PoolModel(1, (0.010,), 0.0, "round_robin", 1.0)
    served = tuple(Served(0, n, "as planned", count, (("shop", rate),)) for n, (count, rate) in enumerate(parts))
    return PoolHours(DayPool(3, model, {"shop": limit_s}, 0.050, percentile), served, ("a",))


def test_an_overload_is_carried_into_the_next_hour():
    """An hour of 103 % leaves a line; the next hour, with room, works it off and its first five minutes break."""
    found = play_pool(hours_of((1, 60.0), (1, 103.0), (1, 60.0), limit_s=0.1), 0, FULL)
    by_hour = {hour: [window for window in found.windows if window.hour == hour] for hour in range(3)}
    assert all(window.holds(0.01) for window in by_hour[0])
    assert not any(window.holds(0.01) for window in by_hour[1][2:])
    # 3 % of 3,600 s x 103 are left, about 11,000, and 40 requests/s are worked off: some 280 s
    broken = [window.start_s - 7200.0 for window in by_hour[2] if not window.holds(0.01)]
    assert broken[0] == 0.0
    assert max(broken) <= 600.0
    assert all(window.holds(0.01) for window in by_hour[2][3:])


def suspect(share, at_least):
    """Five minutes of the first hour, as a first look may find them."""
    return Window(0, 600.0, "shop", 20_000, Late(share, at_least, share), 20, 20_000, 0.04)


def looked_at(hours, *windows):
    """The same windows after a second look, and requests that it took."""
    looked = Again(hours, hours.whole(), 0, FULL)
    return list(looked.judged(windows)), looked.requests


def test_five_minutes_that_broke_by_chance_are_acquitted_by_other_traffic():
    """At 60 % of what the replica can serve hardly any request stays for 80 ms, whatever a first look found."""
    (window,), requests = looked_at(hours_of((1, 60.0), limit_s=0.080), suspect(0.016, 0.012))
    assert window.again is not None
    assert window.again.share < 0.005
    assert window.holds(0.01)
    assert window.again_windows == 5
    assert requests == pytest.approx(5 * 60 * 1200, rel=0.03)  # five minutes before, and up to the third of the hour


def test_five_minutes_that_are_too_small_break_again():
    """At 75 % twice as many requests as may be stay for 80 ms: other traffic confirms what was found."""
    (window,), _ = looked_at(hours_of((1, 75.0), limit_s=0.080), suspect(0.016, 0.012))
    assert window.again is not None
    assert not window.holds(0.01)


def test_a_sample_looks_again_at_its_own_stretch():
    """The last window of an hour and the first of the next are one stretch, one queue, as at first sight."""
    hours, sample = hours_of((2, 120.0), (2, 150.0), limit_s=0.080), replace(FULL, is_sample=True)
    stretch = hours.around(1)
    assert (stretch.from_s, stretch.window_s, stretch.hours) == (3300.0, 300.0, (0, 1))
    looked = Again(hours, stretch, 0, sample)
    first, second = looked.judged([replace(suspect(0.016, 0.012), hour=hour, start_s=3300.0 + 300.0 * hour)
                                   for hour in (0, 1)])  # fmt: skip
    assert first.again is not None
    assert second.again is not None
    assert first.again.share < second.again.share
    assert looked.requests == pytest.approx(
        (first.again_windows + second.again_windows) * 300 * (60 + 60 + 75), rel=0.03
    )


def test_no_second_look_where_it_tells_nothing():
    """Not at what holds, nor at twice what may be late, nor after an hour that leaves its line behind."""
    hours = hours_of((1, 60.0), (1, 120.0), limit_s=0.080)
    fine, far = suspect(0.02, 0.009), replace(suspect(0.9, 0.8), hour=1)
    found, requests = looked_at(hours, fine, far, suspect(0.016, 0.012))
    assert ([window.again for window in found], requests) == ([None] * 3, 0)
    assert [window.holds(0.01) for window in found] == [True, False, False]


def test_the_interval_is_the_widest_of_sections_and_of_their_neighbours_together():
    """As `late` of 20, 10 and 5 sections; hardly any request is no ground for a verdict."""
    rng = np.random.default_rng(2)
    requests, above = rng.integers(50, 90, 20), rng.integers(0, 9, 20)
    merged = [(requests.reshape(-1, by).sum(axis=1), above.reshape(-1, by).sum(axis=1)) for by in (1, 2, 4)]
    ends = [late(sizes.tolist(), late_ones.tolist()).at_least for sizes, late_ones in merged]
    assert share_of(requests, above).at_least == min(ends)
    assert share_of(requests, above).share == above.sum() / requests.sum()
    few = np.zeros(20, dtype=np.int64)
    few[[3, 9]] = 1
    assert (share_of(few, few).share, share_of(few, few).at_least) == (1.0, 0.0)


def test_rare_requests_that_are_all_late_break_the_hour():
    """Three in five minutes are no ground for a verdict, those of an hour are; not those of one window."""
    rare = hours_of((1, 0.01), limit_s=0.001)
    windows = play_pool(rare, 2, FULL).windows
    assert all(window.holds(0.01) for window in windows)
    assert broken_of(windows, 0.01) == len(windows) > 8
    one = [replace(window, late=Late(0.0, 0.0, 0.0)) for window in windows]
    one[3] = windows[3]
    assert broken_of(one, 0.01) == 0


def test_the_day_begins_with_the_queues_of_its_last_hour():
    """Five minutes of it fill them, and do not count."""
    hours = hours_of((1, 90.0), (1, 10.0))
    whole = hours.whole()
    assert whole.segments[0] == Segment(-300.0, 0.0, hours.served[1])
    assert (whole.from_s, len(whole.hours)) == (0.0, 24)
    assert whole.requests == pytest.approx(300 * 10 + 3600 * 100)


def test_hours_are_in_order_whatever_the_order_of_the_plan(plan):
    """Periods of a day type are sorted by their hour."""
    periods = (PlanPeriod("day", 13, 365.0, 365.0), PlanPeriod("day", 12, 365.0, 365.0))
    report = play_day(plan.replace(periods=periods), engine=FULL)
    assert report.hours == 2
    first, second = (row for row in report.rows if (row.service, row.origin) == ("rank", "shop"))
    assert (first.hour, first.requests_per_s, first.classes) == (12, pytest.approx(24.0), ("busiest hour",))
    assert (second.hour, second.requests_per_s) == (13, pytest.approx(9.0))
    assert second.classes == ("median hour", "quietest hour")


def test_progress_tells_how_far_it_is(plan):
    """What is coming, then pool by pool."""
    told = []
    play_day(plan, engine=FULL, progress=lambda stage, detail: told.append((stage, detail)))
    assert told[0] == ("replay", "the whole sale day, about 1 million requests")
    assert told[-1][1].startswith("3 of 3 pools")
    assert days.STAGE == "replay"


def test_a_stretch_knows_when_its_windows_begin():
    """Seconds of the day."""
    assert Stretch((), 7200.0, 300.0, (2, 2)).start_s(1) == 7500.0

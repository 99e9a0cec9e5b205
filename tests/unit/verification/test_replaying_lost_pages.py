"""A zone lost for pages from end to end: every page followed, nothing astray, and what is told of them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.verification.demands import views
from optimizer.verification.replaying.engine import PLAIN, Engine, load_engine, plain_stays
from optimizer.verification.replaying.fleet import Fleet
from optimizer.verification.replaying.lost_page_stage import Flight, Stage
from optimizer.verification.replaying.lost_pages import PageEvent, PageRun, before_ms, worst_window
from optimizer.verification.replaying.lost_result import Assumed
from optimizer.verification.replaying.lost_site import Choices, Player, Site
from optimizer.verification.replaying.lost_zone import lose_zone
from optimizer.verification.replaying.rows import Edges
from optimizer.verification.view import View
from tests.support.event_pages import Clock, Queue, Step
from tests.unit.verification.hand_plan import NORTH, with_inputs, with_pool

SAMPLE = replace(load_engine(), effort=PLAIN)
SALE = 1


@pytest.fixture
def pages(plan):
    """Pages of the shop: two requests to search, then one to rank; 72 pages/s at the sale, nothing else."""

    def change(inputs):
        demand = {"shop": {"mean": [12.0, 24.0], "peak": [24.0, 48.0]}, "web": {"mean": [0.0, 0.0], "peak": [0.0, 0.0]}}
        inputs["pipelines"] = [{
            "name": "page", "latency_ms": 300.0, "percentile": 0.95, "demand": demand,
            "stages": [{"service": "search", "fan_out": 2}, {"service": "rank", "fan_out": 1}],
        }]  # fmt: skip
        inputs["demand"]["search"]["web"]["peak"] = [0.0, 0.0]
        inputs["demand"]["rank"]["shop"]["peak"] = [24.0, 48.0]

    return with_inputs(plan, change)


def _player(plan, **assumed):
    fleet = Fleet(views(View(plan))["high"], 1.0)
    return Player(fleet, Edges(fleet.view), Assumed(**assumed), 0, SAMPLE)


def _event(plan, **assumed):
    return PageEvent(_player(plan, **assumed), NORTH, "a", SALE, [("page", "shop")])


@pytest.mark.parametrize("budget", [0.02, 0.1])
@pytest.mark.parametrize("wait_ms", [0.0, 6.0])
def test_every_page_is_answered_as_on_one_clock(pages, monkeypatch, wait_ms, budget):
    """Lost, tried again, shed and answered at the same time as where all events of both stages are on one clock."""
    for index in (0, 1):  # one queue each; times that are no multiples of each other, so that nothing ties by chance
        time = replace(pages.pools[index].service_time, seconds=(0.0123457, 0.0151831, 0.0177773, 0.0201997))
        pages = with_pool(pages, index, replicas_by_period=(1, 1), max_wait_ms=wait_ms, service_time=time)
    event = _event(pages, retry_budget=budget, detection_s=4.0)
    sites = {site: number for number, stage in enumerate(event.stages) for site in stage.sites}
    chosen: dict[int, Choices] = {}
    choices = Site.choices

    def recorded(site, random, origin, protected):
        chosen[sites[site]] = choices(site, random, origin, protected)
        return chosen[sites[site]]

    monkeypatch.setattr(Site, "choices", recorded)
    flights = []
    passed = Stage.passed
    monkeypatch.setattr(Stage, "passed", lambda stage, random, own, until, **how: (
        flights.extend((flight.came_s, np.isfinite(flight.now_s)) for flight in own),
        passed(stage, random, own, until, **how)))  # fmt: skip
    run = event._run(0)["page", "shop"]
    steps = []
    for number, (site, trip_s, overhead_s, fan_out) in enumerate(
        zip(sites, (0.003, 0.015), (0.004, 0.0), (2, 1), strict=True)
    ):
        alive = np.flatnonzero(flights[number][1])
        of = {int(page): (int(b), int(a), again.tolist()) for page, b, a, again in zip(
            alive, chosen[number].before, chosen[number].after, chosen[number].again, strict=True)}  # fmt: skip
        queues = [
            Queue(model.servers, model.service_s, model.max_wait_s, bool(dead))
            for model, dead in zip(site.models, site.dead, strict=True)
        ]
        reserve = max(1.0, budget * site.rate * 10.0)
        steps.append(Step(fan_out, trip_s, overhead_s, queues, site.clients.retry_after_s, reserve, of))
    clock = Clock(run.arrival_s.tolist(), steps, 4.0, budget, 2)
    done = clock.run()
    answered = np.flatnonzero(~run.shed)
    assert set(answered.tolist()) == set(done)
    assert np.flatnonzero(run.shed).tolist() == sorted(clock.shed)
    found, slow = (run.arrival_s + run.stay_s)[answered], np.array([done[page] for page in answered])
    assert np.abs(found - slow).max() < 1e-9
    assert np.flatnonzero(run.lost).tolist() == sorted(clock.lost)
    assert np.flatnonzero(run.retries).tolist() == sorted(clock.retried)
    assert 0 < len(clock.shed) < len(clock.lost)
    assert len(clock.retried) > 20


def test_a_page_in_flight_is_tried_again_by_hand(pages, monkeypatch):
    """At the pool 3.5 ms before the loss, in service for 12.5 ms: lost at 0 and sent to the other zone after 80 ms.

    The web, 27 ms farther, sets how long clients wait: the target of search. Done at 92.5 ms, 1.5 ms back, 4 ms
    overhead. The page that came 30 ms before is untouched: half of 3 ms, 12.5 ms, half of 3 ms, 4 ms.
    """

    def web_too(inputs):
        inputs["demand"]["search"]["web"]["peak"] = [0.0, 1e-9]

    stage = Stage(_player(with_inputs(pages, web_too)), "search", SALE, NORTH, "a")
    stage.own_rates = {}
    one, zero = np.ones(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    monkeypatch.setattr(Site, "choices", lambda *_: Choices(zero, one, np.stack([one, one], axis=1)))
    flight = Flight.at("shop", {"search": 1}, np.array([-0.030, -0.005]), np.zeros(2))
    stage.passed(np.random.default_rng(0), [flight], 1.0)
    assert flight.now_s == pytest.approx([-0.030 + 0.0015 + 0.0125 + 0.0015 + 0.004, 0.080 + 0.0125 + 0.0015 + 0.004])
    assert (flight.lost.tolist(), flight.retried.tolist()) == ([False, True], [False, True])


def test_requests_that_choose_on_their_own_lose_more_pages(pages):
    """Two requests to zones of equal rates: until the loss is noticed half of the pages lose one, or three quarters."""
    event = _event(pages, detection_s=9.0)
    pools = event.stages[0].hit
    share = float(pools.rates[pools.dead].sum() / pools.rates.sum())
    hit = {}
    for apart in (False, True):
        runs = [event._run(number, apart=apart)["page", "shop"] for number in range(5)]
        early = [run.lost[(run.arrival_s > 0.1) & (run.arrival_s < 8.0)] for run in runs]
        lost = np.concatenate(early)
        hit[apart] = lost.mean()
        expected = 1.0 - (1.0 - share) ** (2 if apart else 1)
        assert lost.mean() == pytest.approx(expected, abs=4.0 * math.sqrt(0.25 / lost.size))
    assert hit[True] > hit[False] + 0.1
    (told,) = event.played()
    worse = max(worst_window([event._run(n, apart=apart)["page", "shop"] for n in range(5)], event.after_s, 0.95)[1]
                for apart in (False, True))  # fmt: skip
    assert (told.requests_go, told.worst_missed_share) == ("apart", worse)


def test_pages_of_single_requests_are_played_once(pages):
    """With one request to each stage there is one way to go."""
    single = with_inputs(pages, lambda inputs: inputs["pipelines"][0]["stages"][0].update(fan_out=1))
    event = _event(single)
    assert [row.requests_go for row in event.played()] == [""]


def test_where_nothing_is_lost_pages_pass_as_without_a_loss(pages, monkeypatch):
    """Pages that are back before the loss are the same; without dead replicas every page is answered in time."""
    lossy = _event(pages)._run(0)["page", "shop"]
    calm = _event(pages)
    seed_of = calm.stages[0].hit
    for stage in calm.stages:
        for site in stage.sites:
            site.dead[:] = False
    monkeypatch.setattr(Stage, "hit", property(lambda _: seed_of))
    safe = calm._run(0)["page", "shop"]
    back = safe.arrival_s + safe.stay_s < 0.0
    assert np.array_equal(lossy.arrival_s, safe.arrival_s)
    assert back.sum() > 1000
    assert np.array_equal(lossy.stay_s[back], safe.stay_s[back])
    assert not (safe.lost.any() or safe.retries.any() or safe.shed.any())
    assert (lossy.shed.any(), lossy.lost.any()) == (True, True)


def test_pages_are_answered_or_shed_and_the_same_again(pages):
    """Nothing goes astray, the course adds up; with room they hold again once the loss is noticed."""
    found = lose_zone(pages, engine=SAMPLE)
    assert found == lose_zone(pages, engine=SAMPLE)
    assert found.rows[0].service == "search"
    (row,) = found.pages
    assert row.pages == row.served + row.shed == sum(item.requests for item in row.seconds)
    assert row.lost > row.retries > 0
    assert row.lost == sum(item.lost for item in row.seconds)
    assert [(stage.service, stage.replicas, stage.replicas_left) for stage in row.stages] == [("search", 4, 2)]
    assert row.pages_per_s == pytest.approx(72.0)
    assert abs(row.pages - 72.0 * 5 * (20 + row.played_s)) < 5 * math.sqrt(row.pages)
    assert row.holds
    assert row.recovered_s is not None
    assert 5.0 <= row.recovered_s <= 11.0
    assert row.worst_missed_share is not None
    assert row.worst_missed_share > 0.2
    assert 120.0 < row.reached_before_ms < 300.0  # one batch of each stage, 22 ms of network and overhead at least
    plain = lose_zone(pages, engine=Engine("plain", plain_stays, PLAIN))
    assert plain.pages == found.pages


def test_the_loss_of_a_stage_without_replicas_elsewhere_is_never_mended(pages):
    """Rank has one zone: if that is lost no page is answered, and the promise does not hold again."""

    def protect(inputs):
        inputs["services"][1]["redundancy"] = "zone"

    (row,) = lose_zone(with_inputs(pages, protect), "south/two/a", engine=SAMPLE).pages
    assert (row.recovered_s, row.holds, row.worst_missed_share, row.worst_reached_ms) == (None, False, 1.0, None)
    after = [item for item in row.seconds if item.second >= 1]
    assert all(item.shed == item.requests for item in after)
    assert [stage.service for stage in row.stages] == ["rank"]
    assert row.shed_unprotected == 0


def test_pages_that_a_service_need_not_carry_are_shed_once_and_not_judged(pages):
    """Search carries half: about half of the pages are shed from the notice on, the others keep their promise."""

    def half(inputs):
        inputs["services"][0]["protected_share"] = 0.5

    (row,) = lose_zone(with_inputs(pages, half), engine=SAMPLE).pages
    after = [item for item in row.seconds if item.second >= 11]
    shed = sum(item.shed for item in after) / sum(item.requests for item in after)
    assert shed == pytest.approx(0.5, abs=0.03)
    assert row.shed_unprotected > 0.9 * sum(item.shed for item in after)
    assert row.holds
    assert row.late_share_after is not None
    assert row.late_share_after < 0.05


def test_a_page_with_a_stage_that_may_lose_a_zone_is_not_followed(pages):
    """It is said which stage; a zone without a protected service is refused."""

    def bare(inputs):
        inputs["services"][0]["redundancy"] = "none"
        inputs["services"][1]["redundancy"] = "zone"

    found = lose_zone(with_inputs(pages, bare), engine=SAMPLE)
    assert [row.location for row in found.pages] == ["south/two"]
    assert f"page from shop is not followed in {NORTH}: search may lose a zone there" in " ".join(found.notes)
    with pytest.raises(InputError, match="no service"):
        lose_zone(with_inputs(pages, bare), f"{NORTH}/a", engine=SAMPLE)


def _pipeline(name, *services):
    demand = {"shop": {"mean": [1.0, 2.0], "peak": [2.0, 4.0]}, "web": {"mean": [0.0, 0.0], "peak": [0.0, 0.0]}}
    stages = [{"service": service, "fan_out": 1} for service in services]
    return {"name": name, "latency_ms": 300.0, "percentile": 0.95, "demand": demand, "stages": stages}


def test_pages_that_share_nothing_with_those_that_are_followed_are_not_played(pages):
    """One that passes rank alone is played only if some page brings search and rank together."""

    def apart(inputs):
        inputs["pipelines"] = [_pipeline("page", "search"), _pipeline("apart", "rank")]

    def joined(inputs):
        inputs["pipelines"] = [
            _pipeline("page", "search"),
            _pipeline("apart", "rank"),
            _pipeline("both", "search", "rank"),
        ]

    alone, every = _event(with_inputs(pages, apart)), _event(with_inputs(pages, joined))
    assert [name for name, _ in alone.rates] == ["page"]
    assert [name for name, _ in every.rates] == ["page", "apart", "both"]
    assert [len(event._run(0)) for event in (alone, every)] == [1, 3]


def _run(came_s, stay_s, target_s=0.1):
    came, stay = np.array(came_s), np.array(stay_s)
    none, every = np.zeros(came.size, dtype=bool), np.ones(came.size, dtype=bool)
    shed = np.isinf(stay)
    return PageRun(came, every, none, none, shed, ~shed & (stay > target_s), stay)


def test_what_was_before_and_at_worst_by_hand():
    """A page a second of 50 ms; seconds 3 to 5 take 200 ms, and one of second 4 is never answered."""
    came = np.arange(-20.0, 30.0) + 0.5
    stay = np.where((came > 3.0) & (came < 6.0), 0.2, 0.05)
    stay[np.searchsorted(came, 4.0)] = np.inf
    run = _run(came, stay)
    assert before_ms([run], 100.0, 0.99) == pytest.approx(50.0)
    assert worst_window([run], 30.0, 0.9) == (0.0, 0.3, pytest.approx(200.0))
    assert worst_window([run], 30.0, 0.99) == (0.0, 0.3, None)
    assert worst_window([_run([-1.0], [0.05])], 30.0, 0.99) == (None, None, None)

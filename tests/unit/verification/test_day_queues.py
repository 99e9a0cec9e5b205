"""The queues of a day, piece by piece: each request stays as long as in the simulator that plays a line at once."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import repeat

import numpy as np
import pytest

from optimizer.verification.replay import PoolModel, sojourns
from optimizer.verification.replaying import day_lines, day_queues
from optimizer.verification.replaying.day_engine import DayEngine, load_day_engine, plain_advance
from optimizer.verification.replaying.day_judged import by_origin, reached_s
from optimizer.verification.replaying.day_lines import play
from optimizer.verification.replaying.day_stretch import DayPool, Segment, Stretch
from optimizer.verification.replaying.estimate import quantile
from optimizer.verification.replaying.fleet import Served

PLAIN = DayEngine("plain", plain_advance, is_sample=False, threads=1)
SERVICE = (0.010, 0.012, 0.013, 0.020)


def stretch(*parts, from_s=0.0, window_s=1.0, origins=(("shop", 1.0),)):
    """Segments of one second, of so many replicas and requests/s each; all windows are judged."""
    segments = [
        Segment(float(n), n + 1.0, Served(0, n, "", replicas, tuple((o, rate * share) for o, share in origins)))
        for n, (replicas, rate) in enumerate(parts)
    ]
    return Stretch(tuple(segments), from_s, window_s, tuple(range(int((len(parts) - from_s) / window_s))))


def pool(dispatch="round_robin", wait=0.0, service=SERVICE, scatter=1.0, **limits):
    """A pool whose requests are late after 30 ms."""
    model = PoolModel(1, service, wait, dispatch, 1.0, scatter)
    return DayPool(0, model, limits or {"shop": 0.030}, 0.040, 0.99)


@pytest.fixture
def recorded(monkeypatch):
    """Play a stretch by code as it stands; return its chunks of arrivals, and how long each request stays."""

    def run(stretch, pool, seed=1):
        chunks, stays = [], {}
        draw = day_lines.drawn

        def drawn(random, model, *given, **options):
            fresh = draw(random, model, *given, **options)
            chunks.append((model.replicas, fresh))
            return fresh

        def count(line, first, after, end_s, *_):
            stays.update((line[request], end_s - line[request]) for request in range(first, after))

        with monkeypatch.context() as patch:
            patch.setattr(day_lines, "CHUNK", 60)
            patch.setattr(day_lines, "drawn", drawn)
            patch.setattr(day_queues, "count", count)
            play(stretch, pool, np.random.default_rng(seed), PLAIN)
        assert len(stays) == sum(fresh.arrival_s.size for _, fresh in chunks)
        return chunks, stays

    return run


def expected(arrivals, pool, servers=1, factor=1.0):
    """Stays of one line, by arrival."""
    model = pool.model
    found = sojourns(arrivals, servers, model.service_s, model.max_wait_s, repeat(factor))
    return dict(zip(arrivals, found, strict=True))


def lines_of(chunks):
    """Arrivals of each queue of a pool whose replicas stay as many."""
    lines = {}
    for _, fresh in chunks:
        for queue, (start, count) in enumerate(zip(fresh.starts, fresh.counts, strict=True)):
            own = fresh.arrival_s[start : start + count * fresh.step : fresh.step] if count else ()
            lines.setdefault(queue, []).extend(float(time) for time in own)
    return lines


@pytest.mark.parametrize("load", [0.2, 0.9, 1.3])
@pytest.mark.parametrize("wait", [0.0, 0.007])
@pytest.mark.parametrize("dispatch", ["round_robin", "random", "shared"])
def test_in_pieces_as_at_once(recorded, dispatch, wait, load):
    """Whatever the load and the dispatch: cut every 60 requests, each stay is the same number."""
    rate = load * 3 * len(SERVICE) / SERVICE[-1]
    given = pool(dispatch, wait)
    chunks, stays = recorded(stretch((3, rate), (3, rate)), given)
    assert len(chunks) > 4
    lines = lines_of(chunks)
    assert len(lines) == (1 if dispatch == "shared" else 3)
    servers = 3 if dispatch == "shared" else 1
    assert stays == {time: stay for line in lines.values() for time, stay in expected(line, given, servers).items()}


def test_requests_are_dealt_in_turn_across_pieces(recorded):
    """The n-th request of the pool comes to the n-th queue, and round again, wherever a piece ends."""
    chunks, stays = recorded(stretch((4, 300.0)), pool())
    together = [float(time) for _, fresh in chunks for time in fresh.arrival_s]
    assert together == sorted(together)
    assert stays == {time: stay for q in range(4) for time, stay in expected(together[q::4], pool()).items()}


def test_batches_that_scatter_take_their_factor(recorded, monkeypatch):
    """In every piece."""
    monkeypatch.setattr(day_lines, "drawn_factors", lambda _model, _random, most: np.full(most, 1.3))
    chunks, stays = recorded(stretch((2, 250.0)), pool(scatter=1.5))
    lines = lines_of(chunks).values()
    assert stays == {time: stay for line in lines for time, stay in expected(line, pool(), factor=1.3).items()}


def test_replicas_that_are_switched_off_finish_what_they_have(recorded):
    """Three overloaded replicas, then one: two get no more, but serve their lines to the end; the first goes on."""
    chunks, stays = recorded(stretch((3, 900.0), (1, 100.0)), pool())
    before = [float(t) for n, fresh in chunks if n == 3 for t in fresh.arrival_s]
    after = [float(t) for n, fresh in chunks if n == 1 for t in fresh.arrival_s]
    lines = [before[0::3] + after, before[1::3], before[2::3]]
    assert max(time + stays[time] for time in lines[1]) > 1.2  # long after they were switched off
    assert stays == {time: stay for line in lines for time, stay in expected(line, pool()).items()}


def test_what_is_queued_stays_queued_where_replicas_are_added(recorded):
    """One overloaded replica keeps its line when two more come, which begin idle."""
    chunks, stays = recorded(stretch((1, 400.0), (3, 300.0)), pool())
    before = [float(t) for n, fresh in chunks if n == 1 for t in fresh.arrival_s]
    after = [float(t) for n, fresh in chunks if n == 3 for t in fresh.arrival_s]
    lines = [before + after[0::3], after[1::3], after[2::3]]
    assert stays[lines[1][0]] == pytest.approx(SERVICE[0])
    assert stays == {time: stay for line in lines for time, stay in expected(line, pool()).items()}


def _shared_slowly(arrivals, service, servers_at, boundary):
    """One line without waits, by looking at every instant at which anything can happen."""
    moments, waiting, ends, stays = sorted([*arrivals, boundary]), [], [], {}
    while moments:
        now = moments.pop(0)
        waiting += [time for time in arrivals if time == now]
        ends = [end for end in ends if end > now]
        while waiting and len(ends) < servers_at(now):
            batch, waiting = waiting[: len(service)], waiting[len(service) :]
            end = now + service[len(batch) - 1]
            ends.append(end)
            stays.update((time, end - time) for time in batch)
            moments = sorted([*moments, end])
    return stays


@pytest.mark.parametrize(("first", "then"), [(1, 4), (4, 1), (2, 3)])
def test_a_shared_line_gets_more_or_fewer_servers(recorded, first, then):
    """New ones take what waits at once; those that are switched off end their batch; the line stays."""
    given = pool("shared")
    chunks, stays = recorded(stretch((first, 700.0), (then, 100.0)), given)
    arrivals = [float(time) for _, fresh in chunks for time in fresh.arrival_s]
    slow = _shared_slowly(arrivals, SERVICE, lambda now: first if now < 1.0 else then, 1.0)
    assert stays == slow


@pytest.mark.parametrize("case", range(12))
def test_compiled_and_plain_count_the_same(case):
    """Any pool through three segments of different fleets: every count, bit by bit."""
    compiled = load_day_engine()
    if compiled.name != "compiled":
        pytest.skip("without numba")
    rng = np.random.default_rng(case)
    dispatch = ("round_robin", "random", "shared")[case % 3]
    fleets = [(int(n), float(rate)) for n, rate in zip(rng.integers(0, 5, 3), rng.uniform(50, 700, 3), strict=True)]
    given = pool(dispatch, float(rng.choice([0.0, 0.004])), scatter=float(rng.choice([1.0, 1.6])), shop=0.02, web=0.05)
    part = stretch(*fleets, from_s=0.5, window_s=0.5, origins=(("shop", 0.7), ("web", 0.3)))
    one, two = (play(part, given, np.random.default_rng(case), engine) for engine in (PLAIN, replace(compiled)))
    assert np.array_equal(one.passed, two.passed)
    assert np.array_equal(one.places, two.places)
    assert (one.drawn, one.turned_away) == (two.drawn, two.turned_away)


@pytest.mark.parametrize("dispatch", ["round_robin", "random", "shared"])
def test_every_request_counts_once(dispatch):
    """As many as were drawn, by section and by stay, as rates x time say within chance; origins as they send."""
    part = stretch((3, 900.0), (0, 500.0), (2, 4000.0), (5, 100.0), origins=(("shop", 0.75), ("web", 0.25)))
    given = pool(dispatch, shop=0.03, web=0.02)
    counts = play(part, given, np.random.default_rng(3), load_day_engine())
    assert counts.requests == counts.drawn == counts.places.sum() == counts.passed.sum()
    assert abs(counts.drawn - part.requests) < 4.0 * math.sqrt(part.requests)
    assert counts.turned_away > 0  # nobody was there in the second segment
    rates = {hour: dict(segment.served.rates) for hour, segment in enumerate(part.segments)}
    found = by_origin(counts, part, given, rates, np.random.default_rng(4))
    assert sum(requests.sum() for requests, _ in found.values()) == counts.requests
    web = found["web"][0].sum()
    assert abs(web - counts.requests / 4) < 4.0 * math.sqrt(counts.requests * 0.25 * 0.75)
    assert all((late <= requests).all() for requests, late in found.values())
    assert found["shop"][1][1].sum() == found["shop"][0][1].sum()  # all late where nobody served


def test_late_requests_of_each_origin_pass_its_own_limit():
    """Half as many requests of two origins: the one with less time left has the larger share of late ones."""
    part = stretch(*[(2, 300.0)] * 4, origins=(("near", 0.5), ("far", 0.5)))
    given = pool(near=0.024, far=0.018)
    counts = play(part, given, np.random.default_rng(3), load_day_engine())
    rates = {hour: {"near": 150.0, "far": 150.0} for hour in range(4)}
    found = by_origin(counts, part, given, rates, np.random.default_rng(4))
    near, far = (found[origin][1].sum() / found[origin][0].sum() for origin in ("near", "far"))
    passed = counts.passed.sum(axis=0) / counts.requests
    assert 0.0 < near < far
    assert near == pytest.approx(passed[2], rel=0.3)
    assert far == pytest.approx(passed[1] + passed[2], rel=0.15)


def test_a_full_queue_turns_requests_away_and_memory_is_bounded(monkeypatch):
    """A queue of more work than a second longer than any request may stay: what comes on top is late."""
    monkeypatch.setattr("optimizer.verification.replaying.day_stretch.LONGEST_QUEUE_S", 1.0)
    part, given = stretch(*[(1, 2000.0)] * 3), pool()
    counts = play(part, given, np.random.default_rng(3), load_day_engine())
    assert given.most_waiting(1) == 1 + int(1.03 * 4 / 0.02)
    served = 3.0 * 4 / 0.02 + given.most_waiting(1)
    assert counts.requests == counts.drawn
    assert counts.turned_away == pytest.approx(counts.drawn - served, abs=5)
    assert reached_s(counts.places[-1], given) is None
    assert counts.passed[-1, 0] == 0


@pytest.mark.parametrize(("rate", "within"), [(20.0, 1 / 500), (300.0, 1 / 500), (390.0, 1 / 500), (440.0, 2 / 5)])
def test_percentiles_are_read_off_counts(recorded, monkeypatch, rate, within):
    """Within a five-hundredth of the target of the exact one, and two fifths of it from four times the target on."""
    part, given = stretch(*[(2, rate)] * 3, window_s=3.0), pool()
    _, stays = recorded(part, given)
    monkeypatch.setattr(day_lines, "CHUNK", 60)
    counts = play(part, given, np.random.default_rng(1), PLAIN)
    exact = quantile(np.array(list(stays.values())), 0.99)
    assert (exact > 4 * given.target_s) == (within > 0.1)
    assert reached_s(counts.places[0], given) == pytest.approx(exact, abs=within * given.target_s)


@pytest.mark.parametrize(("dispatch", "rate"), [("round_robin", 640.0), ("random", 480.0)])
def test_one_queue_of_a_sample_is_like_those_of_the_pool(dispatch, rate):
    """Every n-th request, or one of n by chance: as many and as late as at all queues, within chance."""
    serving = Served(0, 0, "", 4, (("shop", rate),))
    part, given = Stretch((Segment(0.0, 400.0, serving),), 0.0, 400.0, (0,)), pool(dispatch)
    every = play(part, given, np.random.default_rng(3), load_day_engine())
    one = play(part, given, np.random.default_rng(4), replace(load_day_engine(), is_sample=True))
    assert one.requests == pytest.approx(every.requests / 4, rel=0.02)
    late_one, late_all = (counts.passed[:, 1].sum() / counts.requests for counts in (one, every))
    assert 0.005 < late_all < 0.1
    assert late_one == pytest.approx(late_all, rel=0.2)

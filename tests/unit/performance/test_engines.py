"""The two engines: equal to each other to the last bit, and to the recursion written down plainly."""

from __future__ import annotations

import heapq
import sys

import numpy as np
import pytest

from optimizer.performance import kernel, sojourns, vectorised
from optimizer.performance.sample import Shape, judge_shape, unit_arrivals

ENGINES = ["numpy", "numba"]
CASES = [(servers, batch, wait) for servers in (1, 2, 5) for batch in (1, 2, 3, 16, 33) for wait in (0.0, 0.4)]


def recursion(arrivals, servers, wait, service):
    """Departures by the recursion as it is written in the literature, with a heap of free times."""
    free, batch, done = [0.0] * servers, len(service), []
    while len(done) < len(arrivals):
        oldest = len(done)
        full = arrivals[oldest + batch - 1] if oldest + batch <= len(arrivals) else float("inf")
        start = max(free[0], min(arrivals[oldest] + wait, full))
        size = sum(arrival <= start for arrival in arrivals[oldest : oldest + batch])
        heapq.heapreplace(free, start + service[size - 1])
        done += [start + service[size - 1]] * size
    return np.array(done)


#: Beyond few replicas (a ring of free times) and beyond many (a heap), on both sides of small batches.
LARGE = [(servers, batch) for servers in (16, 17, 256, 257) for batch in (2, 8, 9, 17)]


def lanes(servers, batch, *, lanes=4, requests=300, seed=1):
    """A sample at pool rate 1, of more than the requests that are followed."""
    rng = np.random.default_rng([seed, servers, batch])
    return np.cumsum(rng.exponential(1.0, (lanes, requests + batch)), axis=1)


def services(servers, batch, rhos):
    """Service times for utilisations at pool rate 1; they rise, bend and at one place fall."""
    shape = 1.0 + np.sqrt(np.arange(1, batch + 1))
    shape[batch // 2] *= 0.9
    return np.array([rho * servers * batch * shape / shape[-1] for rho in rhos])


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(("servers", "batch", "wait"), CASES)
def test_departures_follow_the_recursion(use, name, servers, batch, wait):
    """At utilisations of 0.3, 0.9 and 1.2 every departure is the recursion's."""
    engine, arrivals = use(name), lanes(servers, batch)
    for service in services(servers, batch, (0.3, 0.9, 1.2)):
        done = engine.depart(arrivals, 300, servers, wait, service)
        expected = [recursion(lane.tolist(), servers, wait, service.tolist())[:300] for lane in arrivals]
        np.testing.assert_allclose(done, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(("servers", "batch", "wait"), CASES)
def test_counts_are_those_of_the_departures(use, name, servers, batch, wait):
    """Late requests after the warm-up are counted one by one, at several rates together."""
    engine, arrivals = use(name), lanes(servers, batch)
    service = services(servers, batch, (0.3, 0.7, 0.9, 1.2))
    waits, limits = np.full(4, wait), 1.3 * service.max(axis=1)
    counts = engine.late(arrivals, (30, 300), servers, waits, service, limits, 10**6)
    for row, limit, count in zip(service, limits, counts, strict=True):
        stays = engine.depart(arrivals, 300, servers, wait, row) - arrivals[:, :300]
        assert count == np.count_nonzero(stays[:, 30:] > limit)


@pytest.mark.parametrize(("servers", "batch", "wait"), CASES)
def test_the_engines_agree_to_the_last_bit(use, servers, batch, wait):
    """Same departures, and same counts, also where counting stops early."""
    compiled, arrivals = use("numba"), lanes(servers, batch, lanes=8, requests=500)
    service = services(servers, batch, np.linspace(0.2, 1.1, 10))
    waits, limits = np.full(10, wait), 1.2 * service.max(axis=1)
    for row in service:
        mine, other = (engine.depart(arrivals, 500, servers, wait, row) for engine in (vectorised, compiled))
        assert np.array_equal(mine, other)
    for allowed in (0, 7, 100, 10**6):
        mine, other = (
            engine.late(arrivals, (50, 500), servers, waits, service, limits, allowed)
            for engine in (vectorised, compiled)
        )
        assert mine.tolist() == other.tolist()
        assert mine.max() <= allowed + 1


@pytest.mark.parametrize("scatter", [False, True])
@pytest.mark.parametrize(("servers", "batch"), LARGE)
def test_the_engines_agree_whatever_keeps_the_free_times(use, servers, batch, scatter):
    """Lone requests are ten times as quick as full batches, so later batches overtake; the last lane has no pair."""
    compiled, stop = use("numba"), 3 * servers * batch
    arrivals = lanes(servers, batch, lanes=3, requests=stop)
    factors = np.random.default_rng(2).lognormal(0.0, 0.3, arrivals.shape) if scatter else None
    for rho in (0.2, 0.7, 1.1):
        service = rho * servers * batch * np.linspace(0.1, 1.0, batch)
        both = [engine.depart(arrivals, stop, servers, 0.1, service, factors) for engine in (vectorised, compiled)]
        assert np.array_equal(*both)
        late = np.count_nonzero((both[0] - arrivals[:, :stop])[:, stop // 4 :] > 1.2 * service[-1])
        asked = (arrivals, (stop // 4, stop), servers, np.array([0.1]), service[None], np.array([1.2 * service[-1]]))
        assert [engine.late(*asked, 10**9, factors)[0] for engine in (vectorised, compiled)] == [late, late]


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("batch", [1, 4])
def test_exactly_at_the_target_is_in_time(use, name, batch):
    """A lone request that stays as long as the target allows is not late, one that stays any longer is."""
    engine, arrivals = use(name), np.arange(1.0, 40.0).reshape(1, -1) * 16.0
    service = np.full((2, batch), 0.5)
    limits = np.array([0.5, np.nextafter(0.5, 0.0)])
    assert engine.late(arrivals, (0, 30), 1, np.zeros(2), service, limits, 99).tolist() == [0, 30]


@pytest.mark.parametrize("name", ENGINES)
def test_in_a_batch_too_exactly_at_the_target_is_in_time(use, name):
    """Requests at 0.25 and 0.5 leave at 2: the first is late at a target of 1.5, the second is not, nor at 1.75 any."""
    engine, arrivals = use(name), np.array([[0.0, 0.25, 0.5, 90.0, 91.0]])
    limits, service = np.array([1.49, 1.5, 1.75]), np.ones((3, 2))
    assert engine.late(arrivals, (0, 3), 1, np.zeros(3), service, limits, 99).tolist() == [2, 1, 0]


@pytest.mark.parametrize("name", ENGINES)
def test_a_request_that_comes_as_a_batch_starts_joins_it(use, name):
    """Arrivals at the very moment of the start are taken, up to the batch size and no further."""
    use(name)
    arrivals = np.array([0.0, 0.5, 1.0, 1.0, 1.0, 1.0, 9.0])
    stays = sojourns(arrivals, 1, 0.0, np.array([1.0, 1.0, 1.0]))
    assert stays.tolist() == [1.0, 1.5, 1.0, 1.0, 2.0, 2.0, 1.0]
    assert sojourns(arrivals, 1, 0.0, np.ones(6)).tolist() == [1.0, 1.5, 1.0, 1.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("name", ENGINES)
def test_batches_of_one_are_dealt_in_turn_whatever_the_dispatch(use, name):
    """With one request a batch and equal service times a shared queue and round robin give the same stays."""
    use(name)
    arrivals = np.cumsum(np.random.default_rng(3).exponential(1.0, 2000))
    shared, dealt = (sojourns(arrivals, 3, 0.0, np.array([2.7]), how) for how in ("shared", "round_robin"))
    np.testing.assert_allclose(shared, dealt, rtol=0, atol=1e-9)


@pytest.mark.parametrize("dispatch", ["shared", "round_robin"])
def test_few_requests_for_many_replicas(dispatch):
    """Fewer requests than replicas, or none at all: each is served at once."""
    service = np.array([2.0, 3.0])
    assert sojourns(np.array([1.0, 1.5]), 8, 0.0, service, dispatch).tolist() == [2.0, 2.0]
    assert sojourns(np.array([]), 8, 0.0, service, dispatch).tolist() == []


def test_numba_is_loaded_once_work_pays_for_it(monkeypatch):
    """The numpy engine starts; after a share of a second of work the compiled one takes over, if there is one."""
    monkeypatch.setattr(kernel._Work, "seconds", 0.0)
    assert kernel.engine() is vectorised
    monkeypatch.setattr(kernel._Work, "seconds", kernel.NUMBA_AFTER_S + 0.01)
    assert kernel.engine() is (kernel.compiled_engine() or vectorised)
    monkeypatch.setattr(kernel, "compiled_engine", lambda: None)
    assert kernel.engine() is vectorised


def test_work_is_counted(monkeypatch, affine):
    """Counting late requests and following stays both add to the work."""
    monkeypatch.setattr(kernel._Work, "seconds", 0.0)
    point = affine(4, 2.0)
    shape = Shape(servers=1, stride=1, lanes=2, warm_up=10, kept=50)
    kernel.late_counts(unit_arrivals(0, shape, 4), shape, point, np.array([2.0]), 5)
    counted = kernel._Work.seconds
    sojourns(np.arange(50.0), 1, 0.0, np.array([0.5]))
    assert 0.0 < counted < kernel._Work.seconds


def test_without_numba_there_is_no_compiled_engine(monkeypatch):
    """An interpreter without the extra gets None and no error."""
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.delitem(sys.modules, "optimizer.performance.compiled", raising=False)
    monkeypatch.delattr("optimizer.performance.compiled", raising=False)
    assert kernel.compiled_engine.__wrapped__() is None


def test_no_folder_for_compiled_code_is_no_error(use, monkeypatch):
    """Where numba finds nowhere to keep machine code, it compiles for this process alone."""
    compiled = use("numba")
    asked = []

    def njit(signature, **options):
        asked.append(options)
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(compiled.numba, "njit", njit)
    assert compiled._compile(recursion, compiled.numba.void) is recursion
    assert [options.get("cache", False) for options in asked] == [True, False]


def test_rates_scale_time_and_not_the_sample(use, affine):
    """Counts at rate r are those of arrivals r times as close, in seconds."""
    use("numpy")
    point = affine(8, 1.5, dispatch="shared", max_wait_s=0.1)
    shape = Shape(servers=2, stride=1, lanes=3, warm_up=20, kept=200)
    arrivals = unit_arrivals(5, shape, 8)
    rates = np.array([4.0, 12.0])
    counts = kernel.late_counts(arrivals, shape, point, rates, 10**6)
    for rate, count in zip(rates, counts, strict=True):
        stays = np.array([sojourns(lane / rate, 2, 0.1, np.array(point.service_s)) for lane in arrivals])
        assert count == np.count_nonzero(stays[:, 20:220] > 1.5)


def test_shapes_agree_with_what_is_followed(affine):
    """A sample holds enough arrivals for the last batch to look as far ahead as it may."""
    point = affine(64, 2.0)
    shape = judge_shape(point, 4)
    assert unit_arrivals(0, shape, 64).shape[1] >= shape.stop + 64

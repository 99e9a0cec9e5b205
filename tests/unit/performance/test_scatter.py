"""Batches that scatter, and requests that come to any replica."""

from __future__ import annotations

import heapq
import math
from dataclasses import replace

import numpy as np
import pytest

from optimizer.performance import CapacityStore, capacity_per_s, optimistic_capacity, percentiles_at
from optimizer.performance.capacity import quantile, stays_of
from optimizer.performance.sample import batch_factors, judge_shape
from optimizer.performance.scatter import least_seconds, sigma_of, slowest_of_one

ENGINES = ["numpy", "numba"]


def recursion(arrivals, servers, service, factors):
    """Departures of batches that scatter, their factor that of their oldest request, written down plainly."""
    free, batch, done = [0.0] * servers, len(service), []
    while len(done) < len(arrivals):
        oldest = len(done)
        start = max(free[0], arrivals[oldest])
        size = sum(arrival <= start for arrival in arrivals[oldest : oldest + batch])
        end = start + service[size - 1] * factors[oldest]
        heapq.heapreplace(free, end)
        done += [end] * size
    return np.array(done)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(("servers", "batch"), [(1, 1), (3, 1), (1, 4), (3, 4), (2, 33)])
def test_departures_and_counts_follow_the_recursion(use, name, servers, batch):
    """Every departure is the recursion's, and late requests are those that it makes late."""
    engine, rng = use(name), np.random.default_rng([servers, batch])
    arrivals = np.cumsum(rng.exponential(1.0, (4, 300 + batch)), axis=1)
    factors = np.exp(0.3 * rng.standard_normal(arrivals.shape))
    service = 0.9 * servers * batch * (1.0 + np.arange(1, batch + 1)) / (1.0 + batch)
    expected = np.array(
        [
            recursion(row.tolist(), servers, service.tolist(), drawn)
            for row, drawn in zip(arrivals, factors, strict=True)
        ]
    )[:, :300]
    done = engine.depart(arrivals, 300, servers, 0.0, service, factors)
    np.testing.assert_allclose(done, expected, rtol=0, atol=1e-9)
    limits = np.array([0.8, 1.5]) * service.max()
    rows = np.repeat(service[None, :], 2, axis=0)
    counts = engine.late(arrivals, (30, 300), servers, np.zeros(2), rows, limits, 10**6, factors)
    stays = (expected - arrivals[:, :300])[:, 30:]
    assert counts.tolist() == [np.count_nonzero(stays > limit) for limit in limits]


@pytest.mark.parametrize("scatter", [1.05, 1.54, 4.0])
def test_factors_have_mean_one_and_the_percentile_that_was_asked(affine, scatter):
    """Their mean is 1, their 99th percentile over it the scatter; a share p of batches keeps `slowest_of_one`."""
    shape = judge_shape(affine(4, 2.0), 1)
    factors = batch_factors(0, shape, 4, scatter)
    assert factors.mean() == pytest.approx(1.0, abs=5e-3)
    assert quantile(factors.ravel(), 0.99) == pytest.approx(scatter, rel=1e-2)
    assert slowest_of_one(scatter, 0.99) == pytest.approx(scatter)
    assert quantile(factors.ravel(), 0.9) == pytest.approx(slowest_of_one(scatter, 0.9), rel=1e-2)
    assert slowest_of_one(1.0, 0.99) == 1.0
    assert batch_factors(0, shape, 4, 1.0) is None


def test_one_replica_with_batches_of_one_waits_as_the_exact_formula_says(use, affine):
    """The mean stay is that of M/G/1, s + lambda s^2 (1 + c^2) / 2 (1 - rho), c the spread of a batch's time."""
    use("numba")
    point = replace(affine(1, 8.0), scatter=1.54)
    variation = math.exp(sigma_of(1.54) ** 2) - 1.0
    found = np.mean([stays_of(point, [(1, 0.7)], seed)[0].mean() for seed in range(8)])
    assert found == pytest.approx(1.0 + 0.7 * (1.0 + variation) / (2.0 * 0.3), rel=0.01)


@pytest.mark.parametrize("dispatch", ["round_robin", "shared", "random"])
@pytest.mark.parametrize(("batch", "target"), [(1, 4.0), (4, 2.0), (16, 1.6)])
def test_more_scatter_carries_no_more_and_the_promise_holds(use, affine, dispatch, batch, target):
    """Capacity falls with scatter, stays below its bound, and an independent run keeps the target at it."""
    use("numba")
    steady = affine(batch, target, dispatch=dispatch)
    rates = [CapacityStore().curve(replace(steady, scatter=scatter), 4)[4] for scatter in (1.0, 1.17, 1.54)]
    assert rates[0] * 1.005 >= rates[1] >= rates[2] * 0.995 > 0.0
    for scatter, rate in zip((1.17, 1.54), rates[1:], strict=True):
        point = replace(steady, scatter=scatter)
        assert rate <= optimistic_capacity(point, 4)[4]
        (judged,) = percentiles_at(point, [(4, float(rate))], 77)
        assert judged.value_s - judged.half_width_s <= target


@pytest.mark.parametrize("scatter", [1.0, 1.17, 1.54, 3.0])
def test_no_capacity_exceeds_its_bound(use, affine, scatter):
    """Also where a full batch takes longer than the target, so that only lucky ones are in time."""
    use("numba")
    for batch, target in [(2, 1.0), (8, 0.8), (16, 1.05), (32, 0.7)]:
        point = replace(affine(batch, target), scatter=scatter)
        assert 0.98 * capacity_per_s(point, 3, 0) <= optimistic_capacity(point, 3)[3] * 1.001


def test_without_scatter_the_least_work_is_the_closed_form():
    """A tiny scatter comes to the same bound as none, from below."""
    service = np.array([1.0, 1.2, 1.5, 2.5])
    exact = least_seconds(service, 1.6, 0.99, 1.0)
    near = least_seconds(service, 1.6, 0.99, 1.0 + 1e-6)
    assert (near <= exact * (1.0 + 1e-9)).all()
    np.testing.assert_allclose(near, exact, rtol=0.05)
    np.testing.assert_allclose(exact[-1], 0.99 * 0.5 + 0.01 * 0.5)


def test_replicas_that_requests_come_to_at_random_carry_what_one_carries(use, affine):
    """N times the capacity of one replica, which with round robin is less than a pool of n carries."""
    use("numba")
    point = affine(8, 1.6, dispatch="random")
    curve = CapacityStore().curve(point, 40)
    np.testing.assert_allclose(curve, curve[1] * np.arange(41), rtol=1e-9)
    assert curve[1] == pytest.approx(CapacityStore().curve(affine(8, 1.6), 1)[1], rel=1e-9)
    assert curve[16] < 0.95 * CapacityStore().curve(affine(8, 1.6), 16)[16]


def test_a_request_that_scatter_makes_late_is_hopeless(affine):
    """Where one lone batch in a hundred is later than the target, no rate is promised."""
    point = replace(affine(1, 1.5), scatter=1.6)
    assert point.hopeless
    assert not replace(point, scatter=1.49).hopeless
    assert CapacityStore().curve(point, 3).tolist() == [0.0] * 4

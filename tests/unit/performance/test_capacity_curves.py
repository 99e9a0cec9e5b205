"""What pools are planned to carry: shape of the curves, safety of the promise, odd inputs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.performance import (
    SAMPLING_DERATE,
    UTILISATION_CAP,
    CapacityStore,
    OperatingPoint,
    capacity_per_s,
    kernel,
    optimistic_capacity,
    percentiles_at,
    sojourns,
    store,
)
from optimizer.performance.capacity import SECTIONS, quantile, stays_of
from optimizer.performance.sample import judge_shape, unit_arrivals
from optimizer.performance.store import BEYOND, EXACT_UP_TO, simulated_counts

DISPATCHES = ["round_robin", "shared"]
#: Two searches of the same crossing end within this of each other.
RESOLUTION = 2e-3


@pytest.mark.parametrize("dispatch", DISPATCHES)
def test_a_curve_starts_at_nothing_and_never_falls(affine, dispatch):
    """One more replica may idle, so it never costs capacity; no replicas carry nothing."""
    for batch, target_s in ((1, 1.5), (16, 0.9)):
        curve = CapacityStore().curve(affine(batch, target_s, dispatch=dispatch), 9)
        assert curve.shape == (10,)
        assert curve[0] == 0.0
        assert (np.diff(curve) >= 0.0).all()


def test_every_simulated_number_of_replicas_has_its_own_capacity(affine):
    """At numbers that are simulated the curve is the derated capacity, unless fewer replicas carry more."""
    point = affine(8, 1.6)
    curve = CapacityStore().curve(point, 16)
    own = {count: SAMPLING_DERATE * capacity_per_s(point, count, 0) for count in simulated_counts(point, 16)}
    assert curve[sorted(own)] == pytest.approx(np.maximum.accumulate([own[count] for count in sorted(own)]), rel=1e-12)


def test_a_capacity_lost_by_one_more_replica_is_kept(affine, monkeypatch):
    """If two replicas were simulated to carry less than one, and 13 or 14 less than 12, the others idle."""
    rates = {1: 1.5, 2: 1.2, 12: 14.0, 14: 11.0}
    monkeypatch.setattr(store, "capacity_per_s", lambda _, replicas, __: rates.get(replicas, replicas / 1.0))
    curve = CapacityStore().curve(affine(2, 2.0), 14)
    assert curve[[1, 2, 3, 12, 13, 14]] == pytest.approx(0.98 * np.array([1.5, 1.5, 3.0, 14.0, 14.0, 14.0]), rel=1e-12)


def test_the_bound_cuts_what_a_simulation_cannot_know(affine, monkeypatch):
    """A capacity above the bound, for whatever reason, is not promised."""
    monkeypatch.setattr(store, "capacity_per_s", lambda *_: 1e9)
    point = affine(4, 0.7)
    assert np.array_equal(CapacityStore().curve(point, 5), optimistic_capacity(point, 5))


@pytest.mark.parametrize("dispatch", DISPATCHES)
def test_between_simulated_numbers_no_more_is_promised_than_simulation_finds(affine, dispatch):
    """The interpolated capacity of 13, 15, 17 and 19 replicas is below their own, by less than 4 %."""
    point = affine(8, 1.6, dispatch=dispatch)
    curve = CapacityStore().curve(point, 20)
    for count in (13, 15, 17, 19):
        own = SAMPLING_DERATE * capacity_per_s(point, count, 0)
        assert 0.96 * own <= curve[count] <= own * (1 + RESOLUTION)


def test_beyond_the_last_simulated_number_its_rate_per_replica_stands(affine):
    """With 256 replicas simulated at most, 300 carry 300/256 as much."""
    point = affine(2, 1.2)
    curve = CapacityStore().curve(point, 300)
    assert BEYOND[-1] == 256
    assert curve[300] == pytest.approx(curve[256] * 300 / 256, rel=1e-12)


def test_a_long_shared_queue_is_taken_as_several(affine):
    """No sample holds more than 8192 requests in service; a larger pool carries as much per replica."""
    assert simulated_counts(affine(1024, 2.0, dispatch="shared"), 100) == list(range(1, 9))
    assert simulated_counts(affine(9000, 2.0, dispatch="shared"), 100) == [1]
    assert simulated_counts(affine(1024, 2.0), 100)[-1] == 112


@pytest.mark.parametrize(("most", "last"), [(1, 1), (12, 12), (13, 14), (14, 14), (20, 20), (21, 22), (257, 256)])
def test_no_more_is_simulated_than_a_curve_needs(affine, most, last):
    """Counts go up to the first that is no smaller than asked for."""
    counts = simulated_counts(affine(1, 2.0), most)
    assert counts == sorted(counts)
    assert counts[-1] == last
    assert counts[: min(most, EXACT_UP_TO)] == list(range(1, min(most, EXACT_UP_TO) + 1))


def test_a_longer_curve_begins_with_the_shorter(affine, monkeypatch):
    """How far a curve is asked for does not change what it says, be the capacities as uneven as they like."""
    monkeypatch.setattr(store, "capacity_per_s", lambda _, replicas, __: replicas * (3.0 + math.sin(replicas)))
    point = affine(4, 1.5)
    whole = CapacityStore().curve(point, 70)
    assert (np.diff(whole) >= 0.0).all()
    for most in range(71):
        assert np.array_equal(CapacityStore().curve(point, most), whole[: most + 1])


@pytest.mark.parametrize("dispatch", DISPATCHES)
def test_a_looser_target_carries_no_less(affine, dispatch):
    """Capacity rises with the target, and with the share of requests that may miss it."""
    for count, batch in ((1, 4), (3, 2), (6, 8)):
        by_target = [
            capacity_per_s(affine(batch, target, dispatch=dispatch), count, 0) for target in (1.1, 1.4, 1.8, 2.5, 4)
        ]
        by_share = [
            capacity_per_s(affine(batch, 1.7, dispatch=dispatch, percentile=share), count, 0)
            for share in (0.999, 0.99, 0.95, 0.8)
        ]
        for rising in (by_target, by_share):
            assert (np.array(rising[1:]) >= np.array(rising[:-1]) * (1 - RESOLUTION)).all()


@pytest.mark.parametrize("dispatch", DISPATCHES)
def test_pools_together_carry_at_least_what_they_carry_apart(affine, dispatch):
    """Superadditive within the error of the sample where the target is 1.3 times a full batch or more."""
    rng = np.random.default_rng(11)
    for _ in range(12):
        batch, target_s = int(rng.choice([1, 2, 4, 8])), float(rng.uniform(1.3, 3.0))
        point = affine(batch, target_s, slope=float(rng.uniform(0.1, 0.9)), dispatch=dispatch)
        one, other = (int(rng.integers(1, 6)) for _ in range(2))
        apart = capacity_per_s(point, one, 0) + capacity_per_s(point, other, 0)
        assert capacity_per_s(point, one + other, 0) >= 0.99 * apart


def test_faster_service_in_proportion_carries_in_proportion(affine):
    """Halving every time doubles every rate."""
    point = affine(6, 1.7)
    half = OperatingPoint(
        tuple(second / 2 for second in point.service_s), 0.0, point.target_s / 2, 0.99, point.dispatch
    )
    assert capacity_per_s(half, 2, 0) == pytest.approx(2 * capacity_per_s(point, 2, 0), rel=1e-12)


def test_one_replica_is_the_same_pool_either_way(affine):
    """Dispatch does not matter where there is nothing to choose."""
    alone = [CapacityStore().curve(affine(5, 1.8, dispatch=dispatch), 1)[1] for dispatch in DISPATCHES]
    assert alone[0] == alone[1]


def test_no_promise_above_the_utilisation_cap(affine):
    """A target that never binds is cut at 0.97 of full batches, before the derate of 0.98."""
    curve = CapacityStore().curve(affine(4, 1000.0), 3)
    assert curve == pytest.approx([0.0, 4 * 0.97 * 0.98, 8 * 0.97 * 0.98, 12 * 0.97 * 0.98], rel=1e-12)


operating_points = st.builds(
    lambda batch, c0, rest, target, percentile, dispatch, wait: OperatingPoint(
        tuple((c0 + np.array(rest[:batch])).tolist()), wait, target, percentile, dispatch
    ),
    batch=st.integers(1, 5),
    c0=st.floats(1e-4, 1.0),
    rest=st.lists(st.floats(0.0, 1.0), min_size=5, max_size=5),
    target=st.floats(1e-3, 20.0),
    percentile=st.sampled_from([0.5, 0.9, 0.99, 0.999]),
    dispatch=st.sampled_from(DISPATCHES),
    wait=st.sampled_from([0.0, 0.01]),
)


@given(point=operating_points, most=st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_the_bound_without_simulation_is_never_below_the_curve(point, most):
    """Whatever the service times, also falling ones, and the target: 0 <= curve <= bound, and both have one length."""
    curve, bound = CapacityStore().curve(point, most), optimistic_capacity(point, most)
    assert curve.shape == bound.shape == (most + 1,)
    assert (curve >= 0.0).all()
    assert (curve <= bound).all()
    assert (
        bound <= SAMPLING_DERATE * UTILISATION_CAP * np.arange(most + 1) * point.full_rate_per_s * (1 + 1e-12)
    ).all()


@given(share=st.floats(1e-9, 1e-3), batch=st.sampled_from([1, 4]))
@settings(max_examples=10, deadline=None)
def test_a_target_just_above_a_lone_request_carries_next_to_nothing(share, batch):
    """One in a hundred requests may find a replica busy, and no more: a few per cent of full batches at best."""
    service = tuple(1.0 + 0.1 * size for size in range(batch))
    point = OperatingPoint(service, 0.0, 1.0 + share, 0.99, "round_robin")
    assert 0.0 < CapacityStore().curve(point, 1)[1] < 0.03


@pytest.mark.parametrize("target_s", [0.0, -1.0, 0.74, float("nan")])
def test_a_target_below_a_lone_request_carries_nothing(affine, target_s):
    """s(1) is 0.75 s; nothing is simulated for less."""
    store = CapacityStore()
    assert store.curve(affine(2, target_s), 4).tolist() == [0.0] * 5
    assert capacity_per_s(affine(2, target_s), 4, 0) == 0.0
    assert store.simulated_values == 0


def percentile_at(point, replicas, rate_per_s, seed):
    """The percentile of a single pool."""
    return percentiles_at(point, [(replicas, rate_per_s)], seed)[0]


def test_pools_are_judged_the_same_in_any_company(affine):
    """Simulated together or alone, sampled alike or not, with or without traffic: to the last digit, in their order."""
    point = affine(4, 2.0)
    cases = [(4, 21.0), (1, 2.0), (9, 50.0), (4, 0.0), (6, 30.0), (2, 99.0)]
    assert percentiles_at(point, cases, 3) == [percentile_at(point, *case, 3) for case in cases]


def test_the_percentile_at_no_traffic_is_that_of_a_lone_request(affine):
    """It is served at once, or after waiting in vain for others to share a batch."""
    assert percentile_at(affine(4, 2.0), 3, 0.0, 1).value_s == 0.625
    assert percentile_at(affine(4, 2.0, max_wait_s=0.25), 3, 0.0, 1).value_s == 0.875
    assert percentile_at(affine(1, 2.0, max_wait_s=0.25), 3, 0.0, 1).value_s == 1.0


def test_an_overloaded_pool_has_no_percentile(affine):
    """At the rate of full batches, or above, stays grow without end."""
    assert percentile_at(affine(4, 2.0), 3, 12.0, 1).value_s == math.inf
    assert percentile_at(affine(4, 2.0), 3, 11.0, 1).value_s < math.inf


def test_stays_are_those_after_the_warm_up(affine):
    """The first requests of every lane, which find an empty pool, are not among them."""
    point = affine(4, 2.0, dispatch="shared")
    shape = judge_shape(point, 2)
    lane = unit_arrivals(7, shape, 4)[3, : shape.stop] / 7.5
    expected = sojourns(lane, 2, 0.0, np.array(point.service_s))[shape.warm_up :]
    (stays,) = stays_of(point, [(2, 7.5)], 7)
    assert stays.shape == (SECTIONS, shape.size // SECTIONS)
    # the last batches of the lane look beyond its end, where this copy has no more arrivals
    np.testing.assert_allclose(stays.reshape(shape.lanes, -1)[3][:-50], expected[:-50], rtol=0, atol=1e-8)


@pytest.mark.parametrize("dispatch", DISPATCHES)
def test_the_half_width_covers_other_samples(affine, dispatch):
    """At 95 %, of 40 samples' intervals at least 33 hold the mean over them (2 % chance of fewer, were they right)."""
    point = affine(8, 2.0, dispatch=dispatch)
    found = [percentile_at(point, 4, 26.0, seed) for seed in range(40)]
    mean = np.mean([each.value_s for each in found])
    assert len({each.value_s for each in found}) == 40
    assert sum(abs(each.value_s - mean) <= each.half_width_s for each in found) >= 33
    assert max(each.half_width_s for each in found) < 0.02 * mean


def independent_percentile(point, replicas, rate_per_s, seed):
    """The percentile in a pool fed request by request from one Poisson stream a lane: no Erlang gaps, other draws."""
    rng = np.random.default_rng([seed, 77])
    requests = -(-max(40_000, 200 * replicas * point.batch_size) // replicas) * replicas
    arrivals = np.cumsum(rng.exponential(1.0 / rate_per_s, (16, requests)), axis=1)
    servers = replicas
    if point.dispatch == "round_robin":
        arrivals = np.ascontiguousarray(arrivals.reshape(16, -1, replicas).swapaxes(1, 2).reshape(16 * replicas, -1))
        servers = 1
    stop = arrivals.shape[1] - point.batch_size
    done = kernel.lane_departures(arrivals, stop, servers, point.max_wait_s, np.array(point.service_s))
    stays = (done - arrivals[:, :stop])[:, stop // 10 :]
    return quantile(stays.ravel(), point.percentile)


def assert_promises_hold(seed, count):
    """Planned capacities of random points whose target binds hold in independent simulation, or at 1 % less traffic."""
    rng = np.random.default_rng(seed)
    held = []
    while len(held) < count:
        batch, replicas = int(2 ** rng.uniform(0, 5)), int(rng.integers(1, 17))
        slope, tight = rng.uniform(0.05, 0.95), rng.random() < 0.5
        service = (1.0 - slope) + slope * np.arange(1, batch + 1) / batch
        target_s = float(rng.uniform(1.3, 2.5) if tight else rng.uniform(1.3, 8.0))
        point = OperatingPoint(tuple(service.tolist()), 0.0, target_s, 0.99, DISPATCHES[len(held) % 3 == 2])
        planned = CapacityStore(seed=len(held)).curve(point, replicas)[replicas]
        if not 0.2 < planned / (SAMPLING_DERATE * replicas * point.full_rate_per_s) < 0.969:
            continue
        held.append(independent_percentile(point, replicas, planned, len(held)) <= target_s)
        assert held[-1] or independent_percentile(point, replicas, 0.99 * planned, len(held)) <= target_s
    assert np.mean(held) >= 0.9


def test_promises_hold():
    """6 planned capacities, two thirds round robin; all of them, since one of six would be too many."""
    assert_promises_hold(seed=1, count=6)


@pytest.mark.slow
def test_more_promises_hold():
    """100 other planned capacities."""
    assert_promises_hold(seed=2, count=100)


@pytest.mark.parametrize(
    ("batch", "slope", "replicas", "dispatch", "target_s", "wait_s"),
    [
        (2, 0.53, 9, "shared", 2.0, 1.2),
        (8, 0.71, 4, "shared", 2.11, 1.64),
        (4, 0.55, 4, "shared", 2.42, 1.6),
        (16, 0.76, 4, "round_robin", 3.74, 3.14),
        (2, 0.76, 2, "random", 2.77, 1.89),
    ],
)
def test_a_long_wait_is_kept_in_quiet_hours_too(affine, batch, slope, replicas, dispatch, target_s, wait_s):
    """A batch of some requests that waits in full takes longest: at every rate up to the capacity the target holds."""
    point = affine(batch, target_s, slope=slope, dispatch=dispatch, max_wait_s=wait_s)
    most = 0.98 * capacity_per_s(point, replicas, 0)
    rates = [most * share for share in (0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)]
    for found in percentiles_at(point, [(replicas, rate) for rate in rates], 77):
        assert found.value_s - found.half_width_s <= target_s


@pytest.mark.parametrize("off", [-1e-13, 0.0, 1e-13, 1e-9])
@pytest.mark.parametrize("batch", [1, 4])
def test_a_target_that_a_lone_request_takes_whole_is_kept_whatever_the_last_bit(batch, off):
    """A stay is a difference of times: an error in the last bit makes no request late, nor a point hopeless."""
    point = OperatingPoint((0.01084,) * batch, 0.0, 0.01084 * (1.0 + off), 0.99, "round_robin")
    roomy = OperatingPoint((0.01084,) * batch, 0.0, 0.01084 * (1.0 + 1e-4), 0.99, "round_robin")
    assert capacity_per_s(point, 4, 7) == pytest.approx(capacity_per_s(roomy, 4, 7), rel=2e-3)
    assert capacity_per_s(point, 4, 7) > 0.0

"""What is asked of a pool, and what can be said without simulating it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from optimizer.domain.catalog import ProfileCurve, Source
from optimizer.performance import OperatingPoint, batch_grid, optimistic_capacity, service_seconds

POINT = OperatingPoint((0.01, 0.015, 0.02, 0.025), 0.0, 0.05, 0.99, "round_robin")
SOURCE = Source("measured", "bench", "2024-05-01")


def curve(items, seconds):
    """A measured curve with nothing else of interest."""
    return ProfileCurve("m", "fp16", "T4", 1, tuple(items), tuple(seconds), 0.1, 4, SOURCE)


def test_points_are_read_off_and_joined_by_straight_lines():
    """At 2 items a request the curve is asked for 2, 4, 6 and 8 items: on a point, between two, between, at the end."""
    measured = curve((1, 2, 5, 8), (0.010, 0.020, 0.050, 0.110))
    assert service_seconds(measured, 2, 0.0) == pytest.approx((0.020, 0.040, 0.070, 0.110), rel=1e-12)


def test_the_margin_lengthens_every_time():
    """A margin of 25 % makes each service time 1.25 times as long."""
    measured = curve((1, 4), (0.010, 0.040))
    assert service_seconds(measured, 1, 0.25) == pytest.approx((0.0125, 0.025, 0.0375, 0.05), rel=1e-12)


def test_a_batch_beyond_the_curve_does_not_exist():
    """With 400 items a request and 1024 measured, two requests fit and three do not."""
    assert len(service_seconds(curve((1, 1024), (0.001, 0.1)), 400, 0.0)) == 2


@pytest.mark.parametrize("items", [1, 7, 33, 1000])
def test_a_request_outside_the_curve_has_no_service_time(items):
    """Below the smallest measured batch, or above the largest, nothing is known."""
    assert service_seconds(curve((8, 32), (0.01, 0.02)), items, 0.0) == ()


@pytest.mark.parametrize("items", [8, 32])
def test_the_ends_of_the_curve_belong_to_it(items):
    """A request as large as the smallest or the largest measured batch is served."""
    assert service_seconds(curve((8, 32), (0.01, 0.02)), items, 0.0)[0] == {8: 0.01, 32: 0.02}[items]


def test_the_batch_grid_has_two_sizes_to_the_octave_and_the_largest():
    """Sizes rise by powers of two with one between; the largest is there once, whether it is on the grid or not."""
    assert batch_grid(20) == (1, 2, 3, 4, 6, 8, 12, 16, 20)
    assert batch_grid(64) == (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
    assert batch_grid(1) == (1,)
    assert batch_grid(5000)[-1] == 5000


def test_the_bound_is_both_guards_times_full_batches():
    """4 requests in 25 ms are 160/s; 0.98 x 0.97 of it for each replica."""
    assert optimistic_capacity(POINT, 3) == pytest.approx([0.0, 152.096, 304.192, 456.288], rel=1e-12)


def test_batches_longer_than_the_target_cannot_carry_the_traffic():
    """Within 16 ms go batches of 1 and 2: 99 % of requests cost 7.5 ms of a replica, 1 % the least, 6.25 ms."""
    short = dataclasses.replace(POINT, target_s=0.016)
    assert optimistic_capacity(short, 1)[1] == pytest.approx(0.98 / (0.99 * 0.0075 + 0.01 * 0.00625), rel=1e-12)


@pytest.mark.parametrize(
    ("target_s", "max_wait_s", "hopeless"), [(0.0099, 0, True), (0.01, 0, False), (0.012, 0.003, True)]
)
def test_a_lone_request_that_is_late_makes_a_point_hopeless(target_s, max_wait_s, hopeless):
    """It must be served, and wait for others that do not come, within the target; exactly within is enough."""
    point = dataclasses.replace(POINT, target_s=target_s, max_wait_s=max_wait_s)
    assert point.hopeless is hopeless
    assert (optimistic_capacity(point, 5) == 0.0).all() == hopeless


def test_batches_of_one_never_wait_for_others():
    """The longest wait does not matter where a batch holds one request."""
    assert not OperatingPoint((0.01,), 1.0, 0.02, 0.99, "shared").hopeless


@pytest.mark.parametrize(
    "wrong",
    [
        {"service_s": ()},
        {"service_s": (0.01, 0.0)},
        {"service_s": (0.01, float("nan"))},
        {"service_s": (0.01, float("inf"))},
        {"max_wait_s": -0.001},
        {"max_wait_s": float("inf")},
        {"percentile": 0.0},
        {"percentile": 1.0},
        {"dispatch": "at_will"},
        {"scatter": 0.99},
        {"scatter": 4.01},
    ],
)
def test_numbers_out_of_range_are_refused(wrong):
    """A point that could not be simulated cannot be made."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        dataclasses.replace(POINT, **wrong)


def test_no_replicas_carry_nothing():
    """The bound for no replicas is one zero, also when fewer than none are asked for."""
    assert optimistic_capacity(POINT, 0).tolist() == [0.0]
    assert np.array_equal(optimistic_capacity(POINT, -1), [0.0])

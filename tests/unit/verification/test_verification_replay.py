"""The simulator of the second reading against exact results, and what its judgement can tell apart."""

from __future__ import annotations

import random
from itertools import accumulate, pairwise

import numpy as np
import pytest

from optimizer.verification.arrivals import unit_arrivals
from optimizer.verification.replay import PoolModel, Replay, sojourns, student_99
from tests.support.in_part import one_in


def affine(c0_s, c1_s, largest):
    """Service times c0 + c1 k of batches of 1..largest."""
    return tuple(c0_s + c1_s * size for size in range(1, largest + 1))


MICRO = [0.0, 1.0, 2.0, 3.0, 10.0]


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        # batches start at 1.5 (2 requests, until 5.5), 5.5 (2, until 9.5), 11.5 (1, until 14.5)
        (1, [5.5, 4.5, 7.5, 6.5, 4.5]),
        # the second server starts requests 3 and 4 at 2 + 1.5 = 3.5, until 7.5
        (2, [5.5, 4.5, 5.5, 4.5, 4.5]),
    ],
)
def test_the_pinned_case_is_exact(servers, expected):
    """Batches of up to 3, waiting at most 1.5 s, s(k) = 2 + k, on one server and on two."""
    assert sojourns(MICRO, servers, affine(2.0, 1.0, 3), 1.5) == expected


def test_a_full_batch_does_not_wait():
    """The third request fills the batch at 2 s, half a second before the first has waited its 2.5 s."""
    # start 2, end 5: 5, 4, 3; then 3 waits from 3 until its time 5.5 (server free at 5), end 5.5 + 1
    assert sojourns([0.0, 1.0, 2.0, 3.0], 1, (1.0, 2.0, 3.0), 2.5) == [5.0, 4.0, 3.0, 3.5]


def test_arrivals_at_the_very_start_of_a_batch_ride_along():
    """A request that arrives at the instant a server falls free is served with the one that waited for it."""
    # the first runs 0..2; those of 1 and 2 start together at 2 and end at 5
    assert sojourns([0.0, 1.0, 2.0], 1, (2.0, 3.0), 0.0) == [2.0, 4.0, 3.0]


def recursion(arrivals, servers, service_s, max_wait_s):
    """The recursion of the performance model, written for this test: t = max(F, min(a_i + D, a_{i+b-1}))."""
    free, stays, first, largest = [0.0] * servers, [], 0, len(service_s)
    while first < len(arrivals):
        fills = arrivals[first + largest - 1] if first + largest <= len(arrivals) else float("inf")
        server = min(range(servers), key=lambda number: free[number])
        start = max(free[server], min(arrivals[first] + max_wait_s, fills))
        size = min(largest, sum(1 for arrival in arrivals[first:] if arrival <= start))
        free[server] = start + service_s[size - 1]
        stays += [free[server] - arrival for arrival in arrivals[first : first + size]]
        first += size
    return stays


@pytest.mark.parametrize("case", range(60))
def test_event_by_event_equals_the_recursion_pathwise(case):
    """Every request of random pools stays as long as the recursion says, to the rounding of floats."""
    chance = random.Random(case)
    servers, largest = chance.randint(1, 6), chance.randint(1, 12)
    service_s = affine(chance.uniform(0.2, 1.0), chance.uniform(0.0, 0.2), largest)
    rate = chance.uniform(0.2, 1.1) * servers * largest / service_s[-1]
    arrivals = list(accumulate(chance.expovariate(rate) for _ in range(250)))
    max_wait_s = chance.choice([0.0, 0.0, 0.3, 1.5])
    found = sojourns(arrivals, servers, service_s, max_wait_s)
    assert found == pytest.approx(recursion(arrivals, servers, service_s, max_wait_s), abs=1e-9)


@pytest.mark.parametrize("case", range(5))
def test_one_server_without_batches_is_lindleys_recursion(case):
    """Waiting follows w' = max(0, w + service - gap) request by request."""
    chance = random.Random(case)
    arrivals = list(accumulate(chance.expovariate(0.9) for _ in range(2000)))
    waits = [0.0]
    for first, second in pairwise(arrivals):
        waits.append(max(0.0, waits[-1] + 1.0 - (second - first)))
    assert sojourns(arrivals, 1, (1.0,), 0.0) == pytest.approx([wait + 1.0 for wait in waits], abs=1e-9)


def test_round_robin_without_batches_equals_a_shared_queue():
    """With equal service times the shared queue assigns in turn: the same stay for every request."""
    arrivals = list(accumulate(random.Random(4).expovariate(3.4) for _ in range(3000)))
    shared = sojourns(arrivals, 4, (1.0,), 0.0)
    for server in range(4):
        own = sojourns(arrivals[server::4], 1, (1.0,), 0.0)
        assert own == pytest.approx(shared[server::4], abs=1e-9)


#: Model, exact p99 of the stay (s), tolerance: 3 standard errors of the mean of 4 runs of 200,000 requests, from the
#: scatter of 40 runs of 60,000 with other seeds, whose means were all within 2 standard errors of the exact value.
EXACT = {
    # M/D/1: the wait is 10.3558868 at 0.8 (Franx 2001), the stay 1 more
    "M/D/1 at 0.8": (PoolModel(1, (1.0,), 0.0, "shared", 0.8), 11.3558868, 0.041),
    "M/D/1 at 0.5": (PoolModel(1, (1.0,), 0.0, "round_robin", 0.5), 4.33625596, 0.014),
    "M/D/4 at 0.8": (PoolModel(4, (1.0,), 0.0, "shared", 3.2), 3.45458441, 0.033),
    # b = 1: round robin over 4 is M/D/4 too
    "round robin of 4 at 0.8": (PoolModel(4, (1.0,), 0.0, "round_robin", 3.2), 3.45458441, 0.019),
    "M/D/16 at 0.8": (PoolModel(16, (1.0,), 0.0, "shared", 12.8), 1.54346668, 0.018),
    # batches, stationary law of the embedded chain
    "batches of 4 at 0.8, flat": (PoolModel(1, (1.0,) * 4, 0.0, "shared", 3.2), 4.02037283, 0.028),
    "batches of 4 at 0.5": (PoolModel(1, affine(0.5, 0.125, 4), 0.0, "shared", 2.0), 2.03883213, 0.008),
    "batches of 16 at 0.8": (PoolModel(1, affine(0.5, 0.5 / 16, 16), 0.0, "shared", 12.8), 2.08953485, 0.012),
}


@pytest.mark.parametrize("case", one_in(2, EXACT))
def test_percentiles_are_the_exact_ones(case):
    """The 99th percentile over 4 runs of 200,000 requests against queueing theory."""
    pool, exact_s, tolerance = EXACT[case]
    found = [Replay(pool, seed, requests=200_000).percentile_s(0.99) for seed in range(4)]
    assert sum(found) / 4 == pytest.approx(exact_s, rel=tolerance)


#: Exact or nearly exact capacities, requests/s: the largest rate with p99 within the limit.
CAPACITIES = {
    "1 replica, b 16": (PoolModel(1, affine(0.004, 0.0005, 16), 0.0, "shared", 1178.14086), 0.030),
    "4 replicas, b 1": (PoolModel(4, (0.005,), 0.0, "shared", 665.406999), 0.020),
    "4 in round robin, b 16": (PoolModel(4, affine(0.004, 0.0005, 16), 0.002, "round_robin", 5148.76355), 0.030),
}


def late(pool, limit_s, factor, seed):
    """Whether a replay at a multiple of the rate finds significantly more than 1 % late."""
    faster = PoolModel(pool.replicas, pool.service_s, pool.max_wait_s, pool.dispatch, pool.rate_per_s * factor)
    return Replay(faster, seed).share_above(limit_s, 0.01).at_least > 0.01


@pytest.mark.parametrize("case", CAPACITIES)
def test_what_is_planned_holds_and_what_is_a_little_too_much_does_not(case):
    """2 % below the exact capacity passes with every seed, 5 % above fails with every seed."""
    pool, limit_s = CAPACITIES[case]
    assert [late(pool, limit_s, 0.98, seed) for seed in range(4)] == [False] * 4
    assert [late(pool, limit_s, 1.05, seed) for seed in range(4)] == [True] * 4


def test_an_overloaded_pool_is_late():
    """At 1.2 times what full batches can serve nearly every request is late; nothing hangs."""
    pool = PoolModel(2, affine(0.01, 0.001, 4), 0.0, "round_robin", 1.2 * 2 * 4 / 0.014)
    assert Replay(pool, 0).share_above(0.1, 0.01).at_least > 0.9


def test_a_huge_shared_pool_costs_no_memory_of_its_size():
    """A million million idle servers are a number, not a list."""
    pool = PoolModel(10**12, (0.01,), 0.0, "shared", 100.0)
    # each request finds a free server
    assert Replay(pool, 0, requests=500).percentile_s(0.99) == pytest.approx(0.01)


def test_the_same_seed_gives_the_same_traffic_and_another_does_not():
    """Replays repeat; uses, seeds, strides and runs have traffic of their own."""
    first = unit_arrivals(0, 1, 2, 0, 100).tolist()
    assert unit_arrivals(0, 1, 2, 0, 100).tolist() == first
    assert unit_arrivals(0, 1, 2, 0, 150).tolist()[:100] == first
    others = ((1, 1, 2, 0), (0, 2, 2, 0), (0, 1, 3, 0), (0, 1, 2, 1))
    assert len({first[0], *(unit_arrivals(*which, 100)[0] for which in others)}) == 5


@pytest.mark.parametrize("stride", [1, 2, 7, 16, 17, 200])
def test_gaps_are_erlang(stride):
    """Gaps of every stride have mean n and variance n."""
    gaps = np.diff(unit_arrivals(0, 5, stride, 0, 20_000), prepend=0.0)
    # standard errors: sqrt(n / N), and n sqrt((2 + 6 / n) / N) for the variance; 5 of them
    assert gaps.mean() == pytest.approx(stride, abs=5 * (stride / 20_000) ** 0.5)
    assert gaps.var() == pytest.approx(stride, abs=5 * stride * ((2 + 6 / stride) / 20_000) ** 0.5)


@pytest.mark.parametrize(("freedom", "exact"), [(4, 3.7469), (9, 2.8214), (19, 2.5395), (39, 2.4258), (79, 2.3745)])
def test_the_student_point_is_that_of_the_tables(freedom, exact):
    """99 % points, one-sided, within 1 %."""
    assert student_99(freedom) == pytest.approx(exact, rel=0.01)


def test_a_stay_that_takes_all_of_the_target_is_in_time():
    """The last bit of a difference of times makes no request late: hardly a request meets another."""
    pool = PoolModel(6, (0.01084,), 0.0, "round_robin", 0.01)
    assert Replay(pool, 0).share_above(0.01084, 0.01).found < 0.001
    assert Replay(pool, 0).share_above(0.01084 * (1.0 - 1e-5), 0.01).found == 1.0

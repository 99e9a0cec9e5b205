"""The compiled simulator is the plain one, how much is played, and what can be said of it."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from optimizer.verification.replay import PoolModel
from optimizer.verification.replaying.engine import COMPILED, PLAIN, Engine, load_engine, plain_stays, utilisation
from optimizer.verification.replaying.estimate import late, mean_reached, quantile, rank, reached
from optimizer.verification.replaying.hours import Case, measure, measure_all
from optimizer.verification.replaying.traffic import Traffic

NONE = np.empty(0)


@pytest.fixture
def compiled():
    """The compiled simulator."""
    return pytest.importorskip("optimizer.verification.replaying.compiled").stays_of


@pytest.mark.parametrize("case", range(80))
def test_compiled_and_plain_agree_to_the_last_bit(compiled, case):
    """Any servers, batches, waits and service times, loads from light to too much: every stay is the same number."""
    rng = np.random.default_rng(case)
    servers, batch = int(rng.integers(1, 12)), int(rng.choice([1, 2, 3, 8, 20]))
    service = 0.004 + np.cumsum(rng.exponential(0.001, batch))
    if case % 4 == 0:
        rng.shuffle(service)
    wait = float(rng.choice([0.0, 0.002, 0.05]))
    arrivals = np.cumsum(rng.exponential(service[-1] / (rng.uniform(0.1, 1.3) * servers * batch), 700))
    if case % 5 == 0:  # many at the very same time
        arrivals = np.round(arrivals, 2)
    factors = np.exp(0.3 * rng.standard_normal(700)) if case % 3 == 0 else NONE
    stays = compiled(arrivals, servers, service, wait, factors)
    assert stays.tolist() == plain_stays(arrivals, servers, service, wait, factors).tolist()


@pytest.mark.parametrize("arrivals", [[], [0.5]])
def test_few_requests_are_no_special_case(compiled, arrivals):
    """None, and one that waits for a batch that never fills."""
    expected = [0.3 + 0.1] * len(arrivals)  # the wait, then the service of one
    assert compiled(np.array(arrivals), 2, np.array([0.1, 0.2]), 0.3, NONE).tolist() == pytest.approx(expected)


def test_a_huge_shared_pool_costs_no_memory_of_its_size(compiled):
    """A million million idle servers are a number, not a list."""
    stays = compiled(np.linspace(0.0, 1.0, 50), 10**12, np.array([0.01]), 0.0, NONE)
    assert stays.tolist() == pytest.approx([0.01] * 50)


def test_without_numba_the_plain_simulator_plays_a_sample(monkeypatch):
    """No import, no failure: less traffic, and it says so."""
    monkeypatch.setitem(sys.modules, "optimizer.verification.replaying.compiled", None)
    engine = load_engine()
    assert (engine.name, engine.effort.is_sample) == ("plain", True)


def pool(busy, replicas=1, batch=1, dispatch="shared"):
    """A pool of the asked utilisation; full batches take 10 ms."""
    return PoolModel(replicas, (0.01,) * batch, 0.0, dispatch, busy * replicas * batch / 0.01)


def test_a_nearly_full_pool_is_played_a_million_times():
    """From a utilisation of 0.96 on at least 1,000,000 requests count, whatever the pool."""
    for each in (pool(0.965), pool(0.965, 9, 3), pool(0.97, 4, 1, "round_robin")):
        assert COMPILED.runs * COMPILED.length(each).counted >= 1_000_000


def test_a_run_is_long_in_batches_and_in_relaxations():
    """400 batches of each replica; 200 b / (1 - rho)^2 requests; the warm-up grows with both."""
    # shared, 64 x 64: 400 x 4096 in all, a tenth of it in each of 10 runs
    assert COMPILED.length(pool(0.5, 64, 64)).counted == 163_840
    assert COMPILED.length(pool(0.5, 64, 64)).warm_up == 20 * 64 * 64
    # 200 x 16 / 0.05^2 = 1,280,000, a tenth of it; warm-up 2 x 16 / 0.05^2 = 12,800, a tenth of the run
    found = COMPILED.length(pool(0.95, 1, 16))
    assert (found.counted, found.warm_up) == (pytest.approx(128_000, rel=1e-6), pytest.approx(12_800, rel=1e-6))
    # light: the least there is, a tenth of it dropped
    assert COMPILED.length(pool(0.1)).counted == 40_000
    assert COMPILED.length(pool(0.1)).warm_up == 4_000


def test_an_overloaded_pool_is_played_for_five_minutes():
    """At 1.2 times what it can serve: 120 requests/s x 300 s at each of 3 queues, from an idle start."""
    length = COMPILED.length(pool(1.2, 3, 1, "round_robin"))
    assert (length.warm_up, length.counted) == (0, 36_000)
    assert utilisation(pool(1.2, 3, 1, "round_robin")) == pytest.approx(1.2)


def test_traffic_repeats_and_longer_runs_begin_alike():
    """A seed is its traffic, drawn once for all lengths; seeds, strides and runs have their own."""
    traffic = Traffic(1, 3, 1500)
    first = traffic.run(0, 1000)
    assert traffic.run(0, 1500)[:1000].tolist() == first.tolist()
    assert Traffic(1, 3, 1500).run(0, 1000).tolist() == first.tolist()
    others = [Traffic(*which, 1500).run(0, 1)[0] for which in ((2, 3), (1, 4), (1, 1))]
    assert len({*others, traffic.run(1, 1)[0], first[0]}) == 5


def test_percentile_is_the_ceil_p_n_th_smallest():
    """Of 1 .. 100 the 99th percentile is 99, of 1 .. 101 it is 100; of one value it is that value."""
    assert quantile(np.arange(1.0, 101.0), 0.99) == 99.0
    assert quantile(np.arange(1.0, 102.0), 0.99) == 100.0
    assert quantile(np.array([3.0]), 0.99) == 3.0
    assert rank(1_000_000, 0.99) == 989_999


@pytest.mark.parametrize("case", range(30))
def test_the_percentile_of_all_runs_is_that_of_their_union(case):
    """Runs of any lengths, with ties and of different levels."""
    rng = np.random.default_rng(case)
    runs = [np.round(rng.exponential(rng.uniform(0.5, 2.0), int(rng.integers(1, 400))), 2) for _ in range(7)]
    percentile = float(rng.choice([0.5, 0.9, 0.95, 0.99]))
    assert reached(runs, percentile).value_s == quantile(np.concatenate(runs), percentile)


def test_intervals_by_hand():
    """5 runs of 100 with 1, 2, 3, 2, 2 late: share 0.02, standard error sqrt(2e-4 / 20), Student with 4 degrees."""
    found = late([100] * 5, [1, 2, 3, 2, 2])
    assert (found.share, found.in_worst_run) == (pytest.approx(0.02), pytest.approx(0.03))
    standard_error = (2e-4 / 20) ** 0.5
    assert found.at_least == pytest.approx(0.02 - stats.t.ppf(0.99, 4) * standard_error, rel=0.02)
    mean = mean_reached([1.0, 2.0, 3.0])
    assert mean.value_s == 2.0
    assert mean.half_width_s == pytest.approx(stats.t.ppf(0.975, 2) / 3**0.5, rel=0.05)


def test_a_share_is_open_between_its_lower_end_and_itself():
    """Allowed below both: missed. Between: not decided. Above: fine. Never below 0."""
    found = late([100] * 5, [1, 2, 3, 2, 2])
    assert [found.is_miss(allowed) for allowed in (0.005, 0.015, 0.03)] == [True, False, False]
    assert [found.is_open(allowed) for allowed in (0.005, 0.015, 0.03)] == [False, True, False]
    assert late([100] * 5, [0, 0, 0, 0, 5]).at_least == 0.0


def test_chance_alone_seldom_makes_a_miss():
    """10 runs whose requests are late with exactly what is allowed: about 1 of 100 replays calls it a miss."""
    rng = np.random.default_rng(0)
    misses = sum(late([4000] * 10, rng.binomial(4000, 0.01, 10).tolist()).is_miss(0.01) for _ in range(2000))
    assert 5 <= misses <= 40  # 20 expected, standard deviation 4.5


def fake_engine(shares):
    """An engine whose n-th run has this share of stays above 1; the last goes on."""
    calls = []

    def stays(arrivals, servers, service_s, max_wait_s, factors):
        share = shares[min(len(calls), len(shares) - 1)]
        calls.append(arrivals.size)
        # 1000 count after a warm-up of 100
        return np.where(np.arange(arrivals.size) >= 1100 - round(share * 1000), 1.0001, 0.9999)

    effort = replace(COMPILED, runs=8, most_runs=32, requests=1000)
    return Engine("fake", stays, effort), calls


@pytest.mark.parametrize(
    ("shares", "runs"),
    [
        ([0.0], 8),  # fine
        ([0.5, 0.6], 4),  # hopeless: half of the usual
        ([0.015], 8),  # a miss, not a hopeless one
        ([0.0, 0.03] * 16, 32),  # above on average, but not surely
        ([0.0, 0.03] * 4 + [0.0], 16),  # above at first, below with more
    ],
)
def test_more_is_played_while_it_is_open(shares, runs):
    """Twice as many runs each time until it is settled, none more where it is clear."""
    engine, calls = fake_engine(shares)
    case = Case(pool(0.1), 0.99, (1.0,))
    measure(case, Traffic(0, 1, 2000), engine)
    assert len(calls) == runs


def test_every_limit_must_be_settled():
    """A hopeless limit of one origin does not end the play for the other, whose share is not known yet."""
    engine, calls = fake_engine([0.0, 0.03] * 16)
    measure(Case(pool(0.1), 0.99, (0.1, 1.0)), Traffic(0, 1, 2000), engine)
    assert len(calls) == 32


def nobody(requests):
    """Hear of progress, and do nothing."""


def test_cases_are_measured_the_same_in_any_company():
    """Alone or among others of other strides and lengths, on threads: a case has its own answer."""
    engine = Engine("plain", plain_stays, replace(PLAIN, requests=500, most_requests=2000))
    cases = [Case(pool(busy, n, 2, "round_robin"), 0.99, (0.02,)) for n in (3, 1) for busy in (0.5, 0.9, 1.1)]
    together = measure_all(cases, 3, engine, nobody)
    alone = {case: measure_all([case], 3, engine, nobody)[case] for case in cases}
    assert together == alone
    threaded = Engine("plain", plain_stays, replace(engine.effort, is_sample=False))
    assert measure_all(cases, 3, threaded, nobody) == alone

"""Batches that scatter and requests that come to any replica, in the second reading."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.performance import CapacityStore, OperatingPoint
from optimizer.planning import plan_scenario
from optimizer.verification import verify
from optimizer.verification.replay import PoolModel, Replay, drawn_factors
from optimizer.verification.replaying import replay
from optimizer.verification.replaying.engine import load_engine
from optimizer.verification.replaying.minutes import Stream, play_minutes
from tests.support.small import demand, service, small_catalog, small_scenario

SCATTER = 1.54


def test_factors_have_mean_one_and_the_percentile_that_was_asked():
    """Their mean is 1, their 99th percentile over it the scatter."""
    pool = PoolModel(1, (0.01,), 0.0, "shared", 50.0, SCATTER)
    factors = np.sort(drawn_factors(pool, np.random.default_rng(1), 400_000))
    assert factors.mean() == pytest.approx(1.0, abs=2e-3)
    assert factors[int(0.99 * factors.size)] == pytest.approx(SCATTER, rel=1e-2)
    assert drawn_factors(replace(pool, scatter=1.0), np.random.default_rng(1), 9).size == 0


def test_the_tail_is_longer_than_without_scatter_and_as_long_as_planning_finds():
    """Both readings agree on what four replicas with batches of eight carry, though they share no line."""
    times = tuple(0.5 + 0.5 * size / 8 for size in range(1, 9))
    for dispatch in ("round_robin", "shared", "random"):
        rate = float(CapacityStore().curve(OperatingPoint(times, 0.0, 2.0, 0.99, dispatch, SCATTER), 4)[4])
        pool = PoolModel(4, times, 0.0, dispatch, rate, SCATTER)
        found = Replay(pool, 3, 200_000).percentile_s(0.99)
        assert 1.85 < found < 2.04
        assert Replay(replace(pool, scatter=1.0), 3, 200_000).percentile_s(0.99) < found


@pytest.mark.parametrize("scatter", [1.0, SCATTER])
def test_replicas_at_random_are_as_many_single_ones(scatter):
    """Five minutes of a pool as a whole agree with one replica at its share of the rate, and are worse than in turn."""
    times, engine = tuple(0.004 + 0.002 * size for size in range(1, 5)), load_engine()
    pool = PoolModel(6, times, 0.0, "random", 6 * 150.0, scatter)
    alone = replace(pool, replicas=1, dispatch="shared", rate_per_s=150.0)

    def reached(model):
        stream = Stream(0, model, (("shop", model.rate_per_s),))
        return play_minutes([stream], {"shop": 1.0}, 0.99, 5, engine)["shop"].reached.value_s

    assert reached(pool) == pytest.approx(reached(alone), rel=0.04)
    assert reached(replace(pool, dispatch="round_robin")) < 0.9 * reached(pool)


def asked(**changes):
    """A scenario of one service that asks for these."""
    return small_scenario(service("search", demand([[200.0, 2000.0]]), **changes))


@pytest.mark.parametrize(
    "changes", [{"scatter": SCATTER}, {"dispatch": "random"}, {"scatter": 1.17, "dispatch": "shared"}]
)
def test_a_plan_for_it_is_verified_and_replayed(changes):
    """Planned with it, the plan holds in both readings; it costs no less than without."""
    scenario, catalog = asked(**changes), small_catalog()
    plan = plan_scenario(scenario, catalog)
    assert all(check.holds for check in verify(plan, scenario, catalog))
    assert replay(plan).holds
    assert plan.cost.total >= plan_scenario(asked(), catalog).cost.total - 0.01


def test_a_plan_that_forgets_the_scatter_is_found_out():
    """The second reading repeats the question: another scatter than asked is a fault of the plan."""
    plan = plan_scenario(asked(scatter=SCATTER), small_catalog())
    pools = tuple(replace(pool, service_time=replace(pool.service_time, p99_over_mean=1.0)) for pool in plan.pools)
    assert {check.rule for check in verify(replace(plan, pools=pools)) if not check.holds} == {"latency"}

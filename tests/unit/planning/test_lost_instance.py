"""A lost instance leaves a zone fewer replicas, which carry less than their part: the plan says how much."""

from __future__ import annotations

import pytest

from optimizer.performance import CapacityStore
from optimizer.planning import plan_scenario
from tests.support.asked import shared_store
from tests.support.small import HOME, demand, service, small_catalog, small_scenario

#: 1 batch of 4 is served in 16 ms: with 40 ms for a request 1 replica keeps its promise at far less than half of 2.
LATENCY_S = 0.040


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """One set of simulated capacities for all tests here."""
    return shared_store()


@pytest.mark.parametrize("rate_per_s", [400.0, 560.0, 800.0])
def test_what_is_left_of_a_zone_is_planned_and_replayed_alike(store: CapacityStore, rate_per_s: float):
    """The same counts in every hour: no hour of the plan says what one replica fewer carries, `after_loss` does.

    Taken in proportion, a zone with one of two replicas left would be given more than it carries, and its replay fail.
    """
    asked = small_scenario(
        service("s", demand([[rate_per_s, rate_per_s]]), redundancy="instance", latency_s=LATENCY_S), locations=(HOME,)
    )
    plan = plan_scenario(asked, small_catalog(), store=store)
    assert all(check.holds for check in plan.checks)
    total = sum(pool.capacity_per_s_by_period[0] for pool in plan.pools)
    for pool in plan.pools:
        (count,) = set(pool.replicas_by_period)
        assert pool.after_loss.replicas == ((count - 1,) if count > 1 else ())
        (left,) = pool.after_loss.capacity_per_s or (0.0,)
        claim = pool.capacity_per_s_by_period[0]
        assert left < claim * (count - 1) / count or count == 1
        assert total - claim + left >= rate_per_s

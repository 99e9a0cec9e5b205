"""The shipped table says what a simulation says, and covers the shipped scenarios."""

from __future__ import annotations

import random

import pytest

from optimizer.inputs import load_inputs, shipped_scenarios
from optimizer.performance import CapacityStore, capacity_per_s
from optimizer.performance.remembered import point_key, shipped_capacities
from optimizer.planning import plan_scenario

SCENARIOS = ["single-service", pytest.param("shop-search", marks=pytest.mark.slow)]


class Watched(CapacityStore):
    """A store that notes the operating points it is asked for."""

    def __init__(self):
        super().__init__()
        self.asked = {}

    def curve(self, point, replicas_max):
        """Note the point, and what is shipped for it."""
        self.asked[point] = shipped_capacities().get(point_key(point, 0), {})
        return super().curve(point, replicas_max)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_shipped_values_are_those_of_a_fresh_simulation(scenario):
    """Planning simulates nothing anew; a few values drawn are right to the last bit, other versions of numpy apart."""
    if not shipped_capacities():
        pytest.skip("no table is shipped; `make capacities` writes it")
    store, inputs = Watched(), load_inputs(shipped_scenarios()[scenario])
    plan_scenario(inputs.scenario, inputs.catalog, store=store)
    assert store.simulated_values == 0, "the table is out of date: run `make capacities`"
    values = [(point, replicas, rate) for point, rates in store.asked.items() for replicas, rate in rates.items()]
    for point, replicas, rate in random.Random(0).sample(values, min(len(values), 20)):
        assert capacity_per_s(point, replicas, 0) == pytest.approx(rate, rel=1e-9)

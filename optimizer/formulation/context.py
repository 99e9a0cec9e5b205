"""What every stage of the formulation needs: the scenario, the catalog, rates, capacity, and which rules hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.costs import Flow, Rates, flows_of
from optimizer.domain.catalog import Catalog, ProfileCurve
from optimizer.domain.scenario import Floats, Redundancy, Scenario
from optimizer.formulation.candidates import ON_DEMAND, Candidate
from optimizer.formulation.rules.autoscaling import held_counts
from optimizer.formulation.rules.capacity import instances_needed
from optimizer.formulation.rules.headroom import headroom_factor
from optimizer.formulation.rules.utilisation_cap import capped_capacity
from optimizer.performance import CapacityStore, OperatingPoint, optimistic_capacity, service_seconds
from optimizer.units import SECONDS_PER_HOUR


class Context:
    """One scenario over one catalog, with the rules that are on.

    Parameters
    ----------
    scenario, catalog
        The question and the facts.
    store
        Simulated capacities.
    rules_off
        Names of rules that do not hold; empty but in the tests that show that the second reading notices.
    derates
        Further factors on the capacity of operating points whose promise failed its own re-evaluation.
    """

    def __init__(
        self,
        scenario: Scenario,
        catalog: Catalog,
        store: CapacityStore,
        rules_off: frozenset[str] = frozenset(),
        derates: dict[OperatingPoint, float] | None = None,
    ) -> None:
        self.scenario, self.catalog, self.store = scenario, catalog, store
        self.rates = Rates(scenario, catalog)
        self.rules_off = rules_off
        self.derates = derates or {}
        self.period_hours: Floats = np.array([period.hours for period in scenario.periods])
        self.headroom_factor = headroom_factor(scenario.headroom, on=self.is_on("headroom"))
        self._service_seconds: dict[tuple[int, int, float], tuple[float, ...]] = {}
        self._capacity: dict[tuple[OperatingPoint, int], Floats] = {}

    def is_on(self, rule: str) -> bool:
        """Whether a rule holds."""
        return rule not in self.rules_off

    def protects(self, redundancy: Redundancy) -> bool:
        """Whether a lost zone must leave the promise standing."""
        return redundancy == "zone" and self.is_on("zone_loss")

    def hourly_cost(self, candidate: Candidate) -> float:
        """All that one instance adds to the bill in one hour."""
        kind = candidate.instance
        return self.rates.hourly_cost(kind.provider, kind.name, candidate.location.name, ON_DEMAND, candidate.model)

    def service_seconds(self, curve: ProfileCurve, items: int, margin: float) -> tuple[float, ...]:
        """Service time by batch size, remembered for each curve."""
        key = (id(curve), items, margin)
        if key not in self._service_seconds:
            self._service_seconds[key] = service_seconds(curve, items, margin)
        return self._service_seconds[key]

    def zone_capacity(self, point: OperatingPoint, replicas_per_instance: int, x_max: int) -> Floats:
        """Capacity of 0..x_max whole instances in one zone, requests/s, never falling."""
        key = (point, replicas_per_instance)
        known = self._capacity.get(key)
        if known is None or known.size <= x_max:
            replicas = x_max * replicas_per_instance
            values = self.store.curve(point, replicas)
            values = capped_capacity(
                values, optimistic_capacity(point, replicas), on=self.is_on("utilisation_cap")
            ) * self.derates.get(point, 1.0)
            known = np.asarray(values[:: max(1, replicas_per_instance)], dtype=np.float64)
            self._capacity[key] = known
        return known[: x_max + 1]

    def instances_needed(self, phi_per_s: Floats, need_per_s: Floats) -> NDArray[np.int64]:
        """Fewest instances for the need of each period (rule `capacity`)."""
        return instances_needed(phi_per_s, need_per_s, on=self.is_on("capacity"))

    def held_counts(self, instances: NDArray[np.int64]) -> NDArray[np.int64]:
        """Counts after the rule `autoscaling`, shape (..., periods)."""
        scenario = self.scenario
        return held_counts(instances, scenario.periods, scenario.autoscaling, on=self.is_on("autoscaling"))

    def flows(self, origin_index: int, location: str) -> tuple[Flow, ...]:
        """What one request moves."""
        return flows_of(self.rates, self.scenario.origins[origin_index], location)

    def requests(self, service_index: int, origin_index: int) -> float:
        """Expected requests of an origin over the horizon."""
        mean_per_s = self.scenario.services[service_index].demand.mean_per_s[origin_index]
        return float(mean_per_s @ self.period_hours) * SECONDS_PER_HOUR

    def is_tiered(self, pair: tuple[str, str]) -> bool:
        """Whether the price of a pair depends on the month's volume."""
        return len(self.rates.transfer_tiers(*pair)) > 1

    def flow_cost(self, service_index: int, location: str, origins: Sequence[int]) -> float:
        """Logs and transfer (but tiered pairs) of the origins' requests over the horizon, support included."""
        cost = 0.0
        for origin in origins:
            requests = self.requests(service_index, origin)
            cost += requests * self.rates.log_cost_per_request(location)
            for flow in self.flows(origin, location):
                if not self.is_tiered(flow.pair):
                    price = self.rates.transfer_tiers(*flow.pair)[0].price_per_gb
                    cost += requests * flow.gb_per_request * price * self.rates.support_factor
        return cost

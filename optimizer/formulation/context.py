"""What every stage of the formulation needs: the scenario, the catalog, rates, capacity, and which rules hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from optimizer.costs import Flow, PowerDraw, Rates, flows_of
from optimizer.domain.catalog import Catalog, ProfileCurve
from optimizer.domain.limits import Pin
from optimizer.domain.running import PlaceKey
from optimizer.domain.scenario import Floats, Scenario, Service
from optimizer.formulation.candidates import Candidate
from optimizer.formulation.layouts import Layouts, SpotRoom, Survives, layouts_for
from optimizer.formulation.problem import Indices
from optimizer.formulation.rules.autoscaling import held_counts
from optimizer.formulation.rules.headroom import headroom_factor
from optimizer.formulation.rules.options_allowed import allowed_options
from optimizer.formulation.rules.pins import pins_for
from optimizer.formulation.rules.replica_bounds import instance_bounds
from optimizer.formulation.rules.scale_up import ramped_counts
from optimizer.formulation.rules.spot_may_vanish import what_vanishes
from optimizer.formulation.rules.utilisation_cap import capped_capacity
from optimizer.formulation.supplies import supply_of
from optimizer.formulation.supply import Key, Supply
from optimizer.formulation.timeline import Timeline, successions, timeline_of
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
    any_block
        Whether one block of each group is enough, the first that serves: a plan is found sooner, and is not the
        cheapest.
    budgets
        What stages of pages may take, seconds, rising, by service (index); None for what is considered at first.
    """

    def __init__(
        self,
        scenario: Scenario,
        catalog: Catalog,
        store: CapacityStore,
        rules_off: frozenset[str] = frozenset(),
        derates: dict[OperatingPoint, float] | None = None,
        *,
        any_block: bool = False,
        budgets: Mapping[int, tuple[float, ...]] | None = None,
    ) -> None:
        self.scenario, self.catalog, self.store = scenario, catalog, store
        self.any_block = any_block
        self.budgets = budgets
        self.rates = Rates(scenario, catalog)
        self.rules_off = rules_off
        self.derates = derates or {}
        self.period_hours: Floats = np.array([period.hours for period in scenario.periods])
        self.timeline: Timeline = timeline_of(scenario, lead_on=self.is_on("scale_up_lead"))
        self.headroom_factor = headroom_factor(scenario.headroom, on=self.is_on("headroom"))
        self.options = allowed_options(scenario, on=self.is_on("options_allowed"))
        terms = scenario.change
        #: What one instance that starts or stops costs.
        self.charge: float = 0.0 if terms is None else terms.cost_per_change
        #: Most instances that run now in any hour, by what they are.
        self.running: dict[PlaceKey, int] = {} if terms is None else terms.most
        self._successions = successions(scenario.periods)
        self._service_seconds: dict[tuple[int, int, float], tuple[float, ...]] = {}
        self._capacity: dict[tuple[OperatingPoint, int], Floats] = {}
        self._layouts: dict[tuple[OperatingPoint, int, int, str, float], Layouts] = {}
        self._supplies: dict[Key, Supply] = {}
        #: Set where a block was left out because it would have more instances than are considered: the page says so.
        self.left_out_large_blocks = False

    def is_on(self, rule: str) -> bool:
        """Whether a rule holds."""
        return rule not in self.rules_off

    def survives(self, service: Service) -> Survives:
        """What a location of the service must be able to lose by itself."""
        if service.redundancy == "zone" and self.is_on("zone_loss"):
            return "zone"
        if service.redundancy == "instance" and self.is_on("instance_loss"):
            return "instance"
        return "nothing"

    def stands_by(self, service: Service) -> bool:
        """Whether each origin of the service needs a standby location."""
        return service.redundancy == "region" and self.is_on("region_loss")

    @property
    def keeps_every_type(self) -> bool:
        """Whether a dearer type may be needed: limits on the whole plan look at more than its cost."""
        few = self.scenario.limits.max_instance_types is not None and self.is_on("max_instance_types")
        return few or self.draw_matters

    @property
    def draw_matters(self) -> bool:
        """Whether what a block draws or emits may decide, besides what it costs."""
        limits = self.scenario.limits
        bounded = {"power_limit": limits.power_kw, "carbon_limit": limits.carbon_t}
        return any(limit is not None and self.is_on(rule) for rule, limit in bounded.items())

    def supply(self, provider: str, instance_type: str, location: str) -> Supply:
        """How an instance type can be had in a location."""
        key = (provider, instance_type, location)
        if key not in self._supplies:
            self._supplies[key] = supply_of(
                self.rates,
                self.options,
                key,
                quotas_on=self.is_on("quotas"),
                owned_on=self.is_on("owned_count"),
                offered_on=self.is_on("offered"),
            )
        return self._supplies[key]

    def supply_for(self, candidate: Candidate) -> Supply:
        """How the candidate's instance type can be had where it stands."""
        return self.supply(candidate.instance.provider, candidate.instance.name, candidate.location.name)

    def spot_room(self, supply: Supply) -> SpotRoom | None:
        """How much spot a pool may hold; None where there is no spot worth having."""
        if supply.spot is None:
            return None
        terms = self.scenario.purchase.spot
        vanishes = what_vanishes(terms.may_vanish, on=self.is_on("spot_may_vanish"))
        return SpotRoom(terms.max_share, vanishes, self.is_on("spot_share"))

    def pins_of(self, service: str, location: str) -> tuple[Pin, ...]:
        """Decisions that are kept about a service in a location."""
        return pins_for(self.scenario.pins, service, location) if self.is_on("pins") else ()

    def pinned_batch(self, service: str, location: str) -> int | None:
        """Batch size that is kept, None where it is free."""
        sizes = [pin.batch_size for pin in self.pins_of(service, location) if pin.batch_size is not None]
        return sizes[0] if sizes else None

    def waits_running(self, service: str, location: str) -> tuple[float, ...]:
        """Waits of the batches of a service that runs in a location now, seconds."""
        terms = self.scenario.change
        here = (pool for pool in terms.running if (pool.service, pool.location) == (service, location)) if terms else ()
        return tuple(sorted({pool.max_wait_s for pool in here}))

    def instance_bounds(self, candidate: Candidate) -> tuple[int, int | None]:
        """Fewest and most instances of the candidate, None for no upper bound."""
        service, per_instance = candidate.service, candidate.replicas_per_instance
        bounds = [instance_bounds(service, per_instance, on=self.is_on("replica_bounds"))]
        bounds += [
            (pin.min_instances, pin.max_instances) for pin in self.pins_of(service.name, candidate.location.name)
        ]
        most = [bound[1] for bound in bounds if bound[1] is not None]
        return max(bound[0] for bound in bounds), min(most, default=None)

    def power(self, candidate: Candidate) -> PowerDraw | None:
        """Draw of one of the candidate's instances, None where it is not known."""
        return self.rates.power(candidate.instance.provider, candidate.instance.name, candidate.location.name)

    def use_cost(self, candidate: Candidate) -> float:
        """What one running instance adds to the bill in one hour besides its rent and its energy."""
        return self.rates.use_cost(candidate.location.name, candidate.model)

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

    def layouts(
        self, point: OperatingPoint, replicas_per_instance: int, zones: int, service: Service, x_max: int
    ) -> Layouts:
        """Layouts of 0..x_max instances or more over zones, remembered."""
        survives = self.survives(service)
        key = (point, replicas_per_instance, zones, survives, service.protected_share)
        known = self._layouts.get(key)
        if known is None or known.capacity.size <= x_max:
            capacity = self.zone_capacity(point, replicas_per_instance, x_max)
            known = self._layouts[key] = layouts_for(capacity, zones, survives, service.protected_share)
        return known

    def changed_counts(self, instances: Indices) -> Indices:
        """Counts after the rules `scale_up` and `autoscaling`, shape (..., periods)."""
        scenario, step = self.scenario, self.scenario.purchase.scale_up_max_instances
        before, after, _ = self._successions
        counts = instances
        while True:
            # A count raised early is held through its day type, which may make another rise too large.
            held = held_counts(counts, scenario.periods, scenario.autoscaling, on=self.is_on("autoscaling"))
            ramped = ramped_counts(held, before, after, step, on=self.is_on("scale_up"))
            if np.array_equal(ramped, counts):
                return counts
            counts = ramped

    def held_need(self, need_per_s: Floats) -> Floats:
        """Need that a layout must carry in each period: the largest among the hours whose counts are held together."""
        scenario = self.scenario
        return held_counts(need_per_s, scenario.periods, scenario.autoscaling, on=self.is_on("autoscaling"))

    def need(self, service: Service, origins: Sequence[int], shares: Sequence[float] = ()) -> Floats:
        """Peak rates of (shares of) origins with headroom, shape (demands, periods), requests/s."""
        peaks = service.demand.peaks_per_s
        rows = [peaks.get(name, service.demand.peak_per_s) for name in self.timeline.demands]
        part = np.array(shares or [1.0] * len(origins))[:, None]
        total: Floats = np.array([(row[list(origins)] * part).sum(axis=0) for row in rows]) * self.headroom_factor
        return total

    def mean_rate(self, service: Service, origins: Sequence[int], shares: Sequence[float] = ()) -> Floats:
        """Expected rate of (shares of) origins, shape (periods,), requests/s."""
        part = np.array(shares or [1.0] * len(origins))[:, None]
        rate: Floats = (service.demand.mean_per_s[list(origins)] * part).sum(axis=0)
        return rate

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

    def flow_cost(
        self, service_index: int, location: str, origins: Sequence[int], shares: Sequence[float] = ()
    ) -> float:
        """Logs and transfer (but tiered pairs) of the origins' requests over the horizon, support included."""
        cost = 0.0
        for origin, share in zip(origins, shares or [1.0] * len(origins), strict=True):
            requests = self.requests(service_index, origin) * share
            cost += requests * self.rates.log_cost_per_request(location)
            for flow in self.flows(origin, location):
                if not self.is_tiered(flow.pair):
                    price = self.rates.transfer_tiers(*flow.pair)[0].price_per_gb
                    cost += requests * flow.gb_per_request * price * self.rates.support_factor(flow.origin)
        return cost

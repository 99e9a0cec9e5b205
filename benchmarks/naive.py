"""A straightforward model of the same problem: one integer for each option, zone and period.

Capacity is n times what one replica carries (a spreadsheet), a lost zone is a row for each zone, and origins go
to locations by binaries. Solved by CBC through PuLP, in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import pulp

from optimizer.domain.scenario import Service
from optimizer.formulation.candidates import Candidate, candidates_of
from optimizer.formulation.context import Context
from optimizer.formulation.rules.accelerator_memory import why_accelerator_too_small
from optimizer.formulation.rules.host_memory import why_host_too_small
from optimizer.formulation.rules.latency import network_s, pool_target_s
from optimizer.formulation.rules.offered import why_not_offered
from optimizer.formulation.rules.service_time_margin import service_time_margin
from optimizer.formulation.rules.zones_sold import zones_for
from optimizer.inputs import load_inputs
from optimizer.performance import CapacityStore, OperatingPoint, batch_grid

#: An origin is only offered locations whose network leaves enough of the target: farther ones would slow every pool.
NETWORK_SHARE = 0.6


@dataclass
class Naive:
    """The model while it is written."""

    context: Context
    model: pulp.LpProblem = field(default_factory=lambda: pulp.LpProblem("naive", pulp.LpMinimize))
    cost: list[pulp.LpAffineExpression] = field(default_factory=list)
    integers: int = 0
    binaries: int = 0

    def write(self) -> None:
        """Write every service, then the objective."""
        for index, service in enumerate(self.context.scenario.services):
            assign = self.assignments(index)
            for place in self.context.scenario.locations:
                self.place(service, place, {d: v for (d, p), v in assign.items() if p == place})
        self.model += pulp.lpSum(self.cost)

    def assignments(self, index: int) -> dict[tuple[int, str], pulp.LpVariable]:
        """One binary for each origin and location in reach; each origin goes to one location."""
        assign = {}
        scenario = self.context.scenario
        for d, origin in enumerate(scenario.origins):
            for place in scenario.locations:
                trip = network_s(scenario, self.context.catalog, [origin], place)
                budget = scenario.services[index].latency_s - scenario.services[index].overhead_s
                if trip is None or trip > NETWORK_SHARE * budget:
                    continue
                assign[d, place] = pulp.LpVariable(f"y_{index}_{d}_{len(assign)}", cat="Binary")
                self.cost.append(self.context.flow_cost(index, place, [d]) * assign[d, place])
            self.model += pulp.lpSum(v for (o, _), v in assign.items() if o == d) == 1
        self.binaries += len(assign)
        return assign

    def place(self, service: Service, place: str, assign: dict[int, pulp.LpVariable]) -> None:
        """Write capacity rows of a service in a location, one for each period (and each zone that may be lost)."""
        context = self.context
        capacity: dict[tuple[int, str], list[pulp.LpAffineExpression]] = defaultdict(list)
        for candidate, rate in self.options(service, place, list(assign)):
            for t, hours in enumerate(context.period_hours):
                for zone in zones_for(candidate):
                    count = pulp.LpVariable(f"n{self.integers}", 0, None, "Integer")
                    self.integers += 1
                    per_hour = (context.supply_for(candidate).on_demand or 0.0) + context.use_cost(candidate)
                    self.cost.append(per_hour * float(hours) * count)
                    capacity[t, zone].append(rate * count)
        zones = sorted({zone for _, zone in capacity})
        for t in range(len(context.period_hours)):
            need = pulp.lpSum(
                context.headroom_factor * float(service.demand.peak_per_s[d, t]) * v for d, v in assign.items()
            )
            for lost in zones if service.redundancy == "zone" and zones else [None]:
                left = [term for zone in zones if zone != lost for term in capacity[t, zone]]
                self.model += pulp.lpSum(left) >= need

    def options(self, service: Service, place: str, origins: list[int]) -> Iterator[tuple[Candidate, float]]:
        """Yield each usable type and profile with what one instance carries at its best batch size."""
        context, scenario = self.context, self.context.scenario
        trips = [network_s(scenario, context.catalog, [scenario.origins[d]], place) or 0.0 for d in origins]
        for candidate in candidates_of(context.catalog, service, place):
            margin = service_time_margin(candidate.curve, scenario.plan_on)
            not_sold = why_not_offered(candidate, context.supply_for(candidate))
            if margin is None or not_sold or why_accelerator_too_small(candidate) or why_host_too_small(candidate):
                continue
            times = context.service_seconds(candidate.curve, service.items_per_request, margin)
            best = 0.0
            for batch in batch_grid(len(times)) if times else ():
                targets = [pool_target_s(service, trip) for trip in trips]
                rates = [self.rate(times[:batch], target, service) for target in targets if target >= times[0]]
                best = max(best, min((rate for rate in rates if rate), default=0.0))
            if best > 0.0:
                yield candidate, best * candidate.replicas_per_instance

    def rate(self, times: tuple[float, ...], target: float, service: Service) -> float:
        """What one replica carries, requests/s."""
        point = OperatingPoint(times, 0.0, target, service.percentile, service.dispatch)
        return float(self.context.store.curve(point, 1)[1])


def main() -> None:
    """Solve with a limit and print one JSON line: total, seconds, sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario")
    parser.add_argument("--limit", type=float, default=40.0)
    parser.add_argument("--set", action="append", default=[], dest="sets")
    arguments = parser.parse_args()
    started = time.perf_counter()
    inputs = load_inputs(arguments.scenario, tuple(arguments.sets))
    naive = Naive(Context(inputs.scenario, inputs.catalog, CapacityStore()))
    naive.write()
    built = time.perf_counter() - started
    naive.model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=arguments.limit, threads=1))
    found = naive.model.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
    fixed = naive.context.rates.fixed_total()
    total = pulp.value(naive.model.objective) + fixed if found else None
    sizes = {"integers": naive.integers, "binaries": naive.binaries}
    json.dump({"total": total, "build_s": built, "wall_s": time.perf_counter() - started, **sizes}, sys.stdout)


if __name__ == "__main__":
    main()

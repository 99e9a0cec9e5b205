"""Which origins are served at all, looked at one by one: no choice between blocks, and few simulations."""

from __future__ import annotations

import numpy as np

from optimizer.formulation.blocks import Configuration, configurations_of
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet, has_demand, usable_of
from optimizer.formulation.rules.latency import network_s, pool_target_s
from optimizer.formulation.rules.locations import allowed_locations
from optimizer.formulation.rules.residency import may_serve
from optimizer.formulation.staffing import MAX_INSTANCES, Need, count, fewest_possible
from optimizer.performance import CapacityStore
from optimizer.planning.infeasible.changes import Case

Pair = tuple[int, int]


class Origins:
    """Origins of services, looked at one by one.

    Parameters
    ----------
    store
        Simulated capacities, shared with everything else.
    """

    def __init__(self, store: CapacityStore) -> None:
        self.store = store

    def context(self, case: Case) -> Context:
        """Return a context of a case."""
        return Context(case.scenario, case.catalog, self.store)

    def unserved(self, case: Case) -> list[Pair]:
        """Return (service, origin) pairs with demand that no configuration carries even alone."""
        context = self.context(case)
        return [
            (index, origin)
            for index, service in enumerate(case.scenario.services)
            for origin in range(len(case.scenario.origins))
            if has_demand(service, origin) and not self.carries(context, (index, origin))
        ]

    def carries(self, context: Context, pair: Pair) -> bool:
        """Whether some location carries a pair alone; two of them where it needs a standby."""
        enough = 2 if context.stands_by(context.scenario.services[pair[0]]) else 1
        found = 0
        for location in allowed_locations(context.scenario, context.catalog):
            found += carried_in(context, pair, location)
            if found == enough:
                return True
        return False

    def served(self, case: Case, pair: Pair) -> bool:
        """Whether a case carries a pair alone."""
        return self.carries(self.context(case), pair)


def carried_in(context: Context, pair: Pair, location: str) -> bool:
    """Whether some configuration in a location carries a pair alone; the most promising ones are simulated first."""
    scenario, service, origin = context.scenario, context.scenario.services[pair[0]], context.scenario.origins[pair[1]]
    trip = network_s(scenario, context.catalog, [origin], location)
    if trip is None or not may_serve(origin, location, on=context.is_on("residency")):
        return False
    usable = usable_of(context, BlockSet(), pair[0], location)
    configurations = configurations_of(context, usable, pool_target_s(service, trip, on=context.is_on("latency")))
    if not configurations:
        return False
    # Where there are quotas an origin may be divided; the larger part is at least a half.
    part = 0.5 if scenario.limits.quotas and not context.stands_by(service) else 1.0
    need = context.need(service, [pair[1]], (part,))
    fewest = fewest_possible(context, configurations, service, need).max(axis=(1, 2))
    return any(
        count(context, configurations[number], service, Need(need, need)) is not None
        for number in np.argsort(fewest, kind="stable").tolist()
        if fewest[number] <= _most(configurations[number])
    )


def _most(configuration: Configuration) -> float:
    return MAX_INSTANCES if configuration.most is None else min(MAX_INSTANCES, configuration.most)

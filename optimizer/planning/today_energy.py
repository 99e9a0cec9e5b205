"""What owned machines of today's fleet draw: idle power in every hour, and more where their service keeps them busy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from optimizer.domain.catalog import Catalog
from optimizer.domain.scenario import Floats, Scenario
from optimizer.formulation.context import Context
from optimizer.performance import CapacityStore
from optimizer.planning.today_holds import Placement, full_rates

#: Service, location, instance type.
Machines = tuple[str, str, str]


def energy_kwh_of(
    scenario: Scenario, catalog: Catalog, store: CapacityStore, placement: Placement
) -> dict[Machines, float]:
    """Return the energy of owned machines over the horizon, kWh with PUE, where their power is known.

    The mean rate of a service in a location keeps the same share of each of its types busy; a machine that serves
    nothing it can carry draws idle power.
    """
    context = Context(scenario, catalog, store)
    counts: dict[Machines, int] = defaultdict(int)
    for row in scenario.running:
        if row.service and context.rates.is_owned(row.location):
            counts[row.service, row.location, row.instance_type] += row.count
    busy = {pair: _busy(context, *pair, placement, counts) for pair in {key[:2] for key in counts}}
    found = {}
    for (service, location, kind), count in counts.items():
        draw = context.rates.power(location.split("/", maxsplit=1)[0], kind, location)
        if draw is not None:
            share = busy[service, location].get(kind, np.zeros(len(scenario.periods)))
            kw = draw.kw(np.full_like(share, float(count)), share * count)
            found[service, location, kind] = float(kw @ context.period_hours)
    return found


def _busy(
    context: Context, name: str, location: str, placement: Placement, counts: Mapping[Machines, int]
) -> dict[str, Floats]:
    """Share of the machines of each type that are at work on average, by period."""
    scenario = context.scenario
    index = next(number for number, service in enumerate(scenario.services) if service.name == name)
    origins = [
        number for number, origin in enumerate(scenario.origins) if placement.get((name, origin.name)) == location
    ]
    rates = full_rates(context, index, location, origins) if origins else {}
    full = sum(rate * counts[name, location, kind] for kind, rate in rates.items())
    if full <= 0.0:
        return {}
    share: Floats = np.minimum(1.0, context.mean_rate(scenario.services[index], origins) / full)
    return {kind: share for kind, rate in rates.items() if rate > 0.0}

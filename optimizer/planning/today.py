"""Today's fleet beside a plan: what it costs, whether it holds, and what each kind of change would save.

The saving is divided by planning again with less freedom: first only the counts follow the demand (today's places and
types, bought as today), then purchases are free as well, and the plan itself is free in everything. Each step is a
proven plan of its own, so the parts add up to the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from optimizer.domain.account import Reach
from optimizer.domain.catalog import Catalog
from optimizer.domain.limits import Pin
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import ON_DEMAND, PurchaseOption, RunningRow
from optimizer.domain.scenario import Scenario
from optimizer.errors import Infeasible, NoPlanFound
from optimizer.performance import CapacityStore
from optimizer.planning.today_bill import today_bill
from optimizer.planning.today_energy import energy_kwh_of
from optimizer.planning.today_holds import placement_of, reaches_of
from optimizer.units import HOURS_PER_MONTH

Planner = Callable[[Scenario], Plan]


@dataclass(frozen=True, slots=True)
class Step:
    """A plan with less freedom: what is free in it, and its total (None where today's choices cannot hold)."""

    cause: str
    total: float | None


def today_of(
    scenario: Scenario, catalog: Catalog, store: CapacityStore, plan: Plan, steps: Sequence[Step]
) -> dict[str, Any]:
    """Return the document of today's fleet beside a plan.

    Parameters
    ----------
    scenario, catalog
        The question; its `running` rows are today's fleet.
    store
        Simulated capacities.
    plan
        The plan that was found.
    steps
        Plans with less freedom than it, as `steps_of` finds them.

    Returns
    -------
    dict
        ``total``, ``a_month``, ``holds``, ``shortages``, ``unpriced`` and ``saving`` by cause; the saving is None where
        the total is not known.
    """
    placement, unplaced = placement_of(scenario, catalog, store)
    placement = {} if unplaced else placement
    energy_kwh = energy_kwh_of(scenario, catalog, store, placement)
    today = today_bill(scenario, catalog, placement, energy_kwh)
    cost = today.cost
    short = [] if unplaced else [each for each in reaches_of(scenario, catalog, store, placement) if not each.holds]
    months = scenario.horizon_hours / HOURS_PER_MONTH
    total = cost.total if not today.unpriced else None
    return {
        "instances": sum(row.count for row in scenario.running),
        "total": total,
        "a_month": None if total is None else total / months,
        "by_category": cost.by_category,
        "unpriced": today.unpriced,
        "holds": None if unplaced else not short,
        "shortages": [_told(item) for item in short],
        "saving": None
        if total is None
        else _saving(total, [*steps, Step("hardware and places", plan.objective.total)]),
    }


def _told(item: Reach) -> dict[str, Any]:
    return {
        "service": item.service,
        "location": item.location,
        "when": item.when,
        "what": item.what,
        "needed_per_s": item.needed_per_s,
        "carried_per_s": item.carried_per_s,
    }


def steps_of(scenario: Scenario, planner: Planner) -> list[Step]:
    """Return plans between today's fleet and a free one, in the order in which a planner would make the changes.

    Parameters
    ----------
    planner
        Plans a changed scenario, without the second reading.
    """
    return [
        Step("counts that follow the demand", _total(planner, _same_choices(scenario))),
        Step("purchase options", _total(planner, _same_hardware(scenario))),
    ]


def _saving(total: float, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """What each kind of change saves; the amounts sum to the whole."""
    saving, before, pending = [], total, ""
    for step in steps:
        cause = f"{pending}, {step.cause}" if pending else step.cause
        if step.total is None:
            pending = cause
            continue
        saving.append({"cause": cause, "amount": before - step.total})
        before, pending = step.total, ""
    return saving


def _total(planner: Planner, scenario: Scenario) -> float | None:
    try:
        return planner(scenario).objective.total
    except (Infeasible, NoPlanFound):
        return None


def _same_choices(scenario: Scenario) -> Scenario:
    """Today's places and types, bought on demand but for what is committed today."""
    signed = tuple(dict.fromkeys(row.purchase_option for row in scenario.running))
    options: tuple[PurchaseOption, ...] = tuple(dict.fromkeys((ON_DEMAND, *signed)))
    return replace(_same_hardware(scenario), purchase=replace(scenario.purchase, options=options))


def _same_hardware(scenario: Scenario) -> Scenario:
    """Today's places and types; every purchase option that the scenario allows, and no further limits."""
    pins = tuple(_pins(scenario.running))
    places = tuple(sorted({row.location for row in scenario.running}))
    kept = tuple(pin for pin in scenario.pins if pin.batch_size is not None)
    limits = replace(scenario.limits, budget_per_month=None, max_instance_types=None)
    return replace(scenario, pins=(*kept, *pins), locations=places, limits=limits, running=())


def _pins(rows: tuple[RunningRow, ...]) -> list[Pin]:
    """Keep each service on its type in each location where it runs, and out of the others."""
    types: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        if row.service:
            types[row.service, row.location][row.instance_type] += row.count
    pins = []
    for (service, location), counts in types.items():
        most = max(counts, key=lambda name: (counts[name], name))
        pins.append(Pin(service, location, most, None, None, 0, None))
    services = {service for service, _ in types}
    places = {row.location for row in rows}
    for service in services:
        elsewhere = sorted(places - {location for name, location in types if name == service})
        pins += [Pin(service, place, "none runs here today", None, None, 0, None) for place in elsewhere]
    return pins

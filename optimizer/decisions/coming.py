"""What may come: one of the demands, at today's prices or after a stated change of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from optimizer.decisions.records import RegretCase
from optimizer.domain.purchase import BY_THE_HOUR, PriceChange, PriceRule
from optimizer.domain.scenario import Scenario
from optimizer.domain.sources import each_demand


def cases_of(scenario: Scenario, changes: Sequence[PriceChange]) -> tuple[RegretCase, ...]:
    """Return every demand at today's prices, then every demand after each change; a weight is the product of both."""
    demands = demands_of(scenario)
    unchanged = max(0.0, 1.0 - sum(change.weight for change in changes))
    prices = [(None, unchanged), *((change.label, change.weight) for change in changes)]
    return tuple(
        RegretCase(_name(demand, label), demand, label, scenario.weights.get(demand, 0.0) * weight)
        for label, weight in prices
        for demand in demands
    )


def _name(demand: str, label: str | None) -> str:
    return demand if label is None else f"{demand}, {label}"


def demands_of(scenario: Scenario) -> tuple[str, ...]:
    """Return the demands that every service knows, low to high."""
    known = [set(service.demand.peaks_per_s) for service in scenario.services]
    return tuple(name for name in ("low", "mid", "high") if all(name in names for names in known))


def scenario_when(scenario: Scenario, case: RegretCase, changes: Sequence[PriceChange]) -> Scenario:
    """Return the scenario in which a case comes, and is known to."""
    demanded = for_demand(scenario, case.demand)
    change = next((item for item in changes if item.label == case.price_change), None)
    return demanded if change is None else after_change(demanded, change)


def for_demand(scenario: Scenario, name: str) -> Scenario:
    """Return the scenario in which one demand comes, and is known to."""
    known = each_demand(scenario, lambda demand: replace(demand, peak_per_s=demand.peaks_per_s[name]))
    return replace(known, plan_for=name, cost_weights={}, running=())


def after_change(scenario: Scenario, change: PriceChange) -> Scenario:
    """Return the scenario in which what is paid by the hour costs a multiple; what is signed for keeps its price."""
    options = [option for option in BY_THE_HOUR if change.match.purchase_option in (None, option)]
    rules = [
        PriceRule(replace(change.match, purchase_option=option), 1.0 - change.factor, None, change.label)
        for option in options
    ]
    return replace(scenario, price_rules=(*scenario.price_rules, *rules))

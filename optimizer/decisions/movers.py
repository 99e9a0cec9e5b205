"""What could bind a plan, each thing eased or tightened by a tenth: a question of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from optimizer.domain.catalog import Catalog
from optimizer.domain.explained import MoveGroup
from optimizer.domain.limits import Limits, Quota
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Scenario
from optimizer.domain.sources import has_own_target, with_page_target
from optimizer.formulation.groups import has_demand
from optimizer.formulation.rules.latency import network_s, pool_target_s
from optimizer.inputs.options_file import without_types
from optimizer.units import milliseconds

LESS, MORE = 0.9, 1.1


@dataclass(frozen=True, slots=True, eq=False)
class Mover:
    """A question in which one thing is another."""

    group: MoveGroup
    what: str
    change: str
    scenario: Scenario
    catalog: Catalog


def binding_movers(plan: Plan, scenario: Scenario, catalog: Catalog) -> Iterator[Mover]:
    """Yield latency targets a tenth tighter and looser, limits a tenth wider, one more region, and one type less."""
    for index, service in enumerate(scenario.services):
        for factor in (LESS, MORE) if has_own_target(scenario, service) else ():
            moved = replace(service, latency_s=service.latency_s * factor)
            change = f"{milliseconds(moved.latency_s):g} ms instead of {milliseconds(service.latency_s):g}"
            yield Mover("latency", f"latency of {service.name}", change, scenario.with_service(index, moved), catalog)
    for number, page in enumerate(scenario.pipelines):
        for factor in (LESS, MORE):
            target_s = page.latency_s * factor
            change = f"{milliseconds(target_s):g} ms instead of {milliseconds(page.latency_s):g}"
            other = with_page_target(scenario, number, target_s)
            yield Mover("latency", f"latency of {page.name}", change, other, catalog)
    yield from _limits(scenario, catalog)
    for place in catalog.locations:
        if place not in scenario.locations and in_reach(scenario, catalog, place):
            wider = replace(scenario, locations=(*scenario.locations, place), locations_given=True)
            yield Mover("region", place.replace("/", " ", 1), "allowed as well", wider, catalog)
    for provider, kind in dict.fromkeys((pool.provider, pool.instance_type) for pool in plan.pools):
        fewer = without_types(catalog, {(provider, kind)})
        yield Mover("hardware", f"{provider} {kind}", "not used", scenario, fewer)


def in_reach(scenario: Scenario, catalog: Catalog, place: str) -> bool:
    """Whether network and overhead alone leave time to serve some origin with demand in a place."""
    for service in scenario.services:
        for number, origin in enumerate(scenario.origins):
            trip = network_s(scenario, catalog, [origin], place)
            if trip is not None and has_demand(service, number) and pool_target_s(service, trip) > 0.0:
                return True
    return False


def _limits(scenario: Scenario, catalog: Catalog) -> Iterator[Mover]:
    limits = scenario.limits
    for index, quota in enumerate(limits.quotas):
        wider = _wider(quota)
        quotas = (*limits.quotas[:index], wider, *limits.quotas[index + 1 :])
        unit = "vCPU" if quota.max_instances is None else "instances"
        change = f"{wider.limit} {unit} instead of {quota.limit}"
        yield _limit(f"quota of {quota.match.label}", change, replace(limits, quotas=quotas), scenario, catalog)
    if limits.max_instance_types is not None:
        most = limits.max_instance_types + 1
        change = f"{most} types instead of {limits.max_instance_types}"
        yield _limit("instance types", change, replace(limits, max_instance_types=most), scenario, catalog)
    budget, power, carbon = limits.budget_per_month, limits.power_kw, limits.carbon_t
    if budget is not None:
        change = f"{catalog.currency} {budget * MORE:,.2f} a month instead of {budget:,.2f}"
        yield _limit("budget", change, replace(limits, budget_per_month=budget * MORE), scenario, catalog)
    if power is not None:
        change = f"{power * MORE:g} kW instead of {power:g}"
        yield _limit("power", change, replace(limits, power_kw=power * MORE), scenario, catalog)
    if carbon is not None:
        change = f"{carbon * MORE:g} t CO2e instead of {carbon:g}"
        yield _limit("carbon", change, replace(limits, carbon_t=carbon * MORE), scenario, catalog)


def _limit(what: str, change: str, limits: Limits, scenario: Scenario, catalog: Catalog) -> Mover:
    return Mover("limit", what, change, replace(scenario, limits=limits), catalog)


def _wider(quota: Quota) -> Quota:
    """A tenth more, and one at least."""
    more = max(quota.limit + 1, math.ceil(quota.limit * MORE - 1e-9))
    return replace(quota, max_vcpu=more) if quota.max_instances is None else replace(quota, max_instances=more)

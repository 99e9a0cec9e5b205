"""Make a printed change in a scenario by its key alone, as a planner would; it shares nothing with what printed it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from optimizer.domain.catalog import Catalog
from optimizer.domain.limits import Pin
from optimizer.domain.scenario import Scenario, Service

Case = tuple[Scenario, Catalog]
Change = Mapping[str, Any]


def with_change(case: Case, change: Change, needed: object = None) -> Case:
    """Return the case with one change made, to `needed` where that is given."""
    value = change["needed"] if needed is None else needed
    head, *rest = change["key"].split(" ")[0].split(".")
    scenario, catalog = case
    if head in ("sites", "owned"):
        return scenario, _in_catalog(catalog, change["key"], value)
    return MADE.get(head, _top)(scenario, [head, *rest], value), catalog


def a_little_less(change: Change) -> object:
    """Return a value 2 % short of what is needed, one less of whole things; None where nothing lies between."""
    needed, now = change["needed"], change["now"]
    if isinstance(needed, int) and isinstance(now, int):
        return needed - 1 if needed - 1 > now else None
    if not isinstance(needed, float):
        return None
    return 1.02 * needed if change["unit"] == "share of the demand" else 0.98 * needed


def _top(scenario: Scenario, path: list[str], value: Any) -> Scenario:
    return replace(scenario, **{path[0]: (*scenario.locations, value) if path[0] == "locations" else value})


def _origins(scenario: Scenario, path: list[str], value: Any) -> Scenario:
    origins = [
        replace(item, residency=(*(item.residency or ()), value)) if item.name == path[1] else item
        for item in scenario.origins
    ]
    return replace(scenario, origins=tuple(origins))


def _services(scenario: Scenario, path: list[str], value: Any) -> Scenario:
    services = [_service(item, path[2:], value) if item.name == path[1] else item for item in scenario.services]
    return replace(scenario, services=tuple(services))


def _service(item: Service, path: list[str], value: Any) -> Service:
    if path[0] == "latency":
        return replace(item, latency_s=value / 1000.0)
    if path[0] == "replicas":
        return replace(item, max_replicas=value)
    if path[0] == "redundancy":
        return replace(item, redundancy=value)
    old = item.demand
    peaks = {name: peak * value for name, peak in old.peaks_per_s.items()}
    demand = replace(old, mean_per_s=old.mean_per_s * value, peak_per_s=old.peak_per_s * value, peaks_per_s=peaks)
    return replace(item, demand=demand)


def _limits(scenario: Scenario, path: list[str], value: Any) -> Scenario:
    limits, field = scenario.limits, path[1]
    if field == "quotas":
        quotas = list(limits.quotas)
        quotas[int(path[2])] = replace(quotas[int(path[2])], **{path[3]: value})
        return replace(scenario, limits=replace(limits, quotas=tuple(quotas)))
    return replace(scenario, limits=replace(limits, **{field: value}))


def _pins(scenario: Scenario, path: list[str], value: Any) -> Scenario:
    pins, number = list(scenario.pins), int(path[1])
    if len(path) > 2:
        pins[number] = replace(pins[number], max_instances=value)
    else:
        pins[number] = Pin(pins[number].service, None, None, None, None, 0, None)
    return replace(scenario, pins=tuple(pins))


def _purchase(scenario: Scenario, path: list[str], value: Any) -> Scenario:
    old, field = scenario.purchase, path[1]
    new = {"options": (*old.options, value), "after_horizon": value}[field]
    return replace(scenario, purchase=replace(old, **{field: new}))


def _in_catalog(catalog: Catalog, key: str, value: Any) -> Catalog:
    table, location, *rest = key.split(" ")
    if table == "sites.csv":
        site = replace(catalog.sites[location], **{rest[0]: value})
        return replace(catalog, sites={**catalog.sites, location: site})
    provider = location.split("/", maxsplit=1)[0]
    server = replace(catalog.owned[provider, rest[0], location], max_count=value)
    return replace(catalog, owned={**catalog.owned, (provider, rest[0], location): server})


MADE: dict[str, Callable[[Scenario, list[str], Any], Scenario]] = {
    "services": _services,
    "limits": _limits,
    "pins": _pins,
    "origins": _origins,
    "purchase": _purchase,
}

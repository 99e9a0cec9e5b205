"""One rule of a question made stricter at a time; each function returns the looser question and the stricter one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from optimizer.domain.limits import Quota
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import Match
from optimizer.domain.scenario import Scenario

Pair = tuple[Scenario, Scenario]
#: The next failure that includes the one before.
STRICTER = {"none": "instance", "instance": "zone", "zone": "zone", "region": "region"}


def _services(scenario: Scenario, **changes: Any) -> Scenario:
    return replace(scenario, services=tuple(replace(item, **changes) for item in scenario.services))


def _purchase(scenario: Scenario, **changes: Any) -> Scenario:
    return replace(scenario, purchase=replace(scenario.purchase, **changes))


def _limited(scenario: Scenario, **changes: Any) -> Scenario:
    return replace(scenario, limits=replace(scenario.limits, **changes))


def _without_lead(scenario: Scenario) -> Scenario:
    """Without early starts, whose cost depends on the zones that instances happen to stand in."""
    return _purchase(scenario, scale_up_lead_hours=0.0)


def quota(scenario: Scenario, plan: Plan | None) -> Pair:
    """What the plan runs in a location at most, less one; then less two."""
    if plan is None or not plan.pools:
        return scenario, scenario
    place = plan.pools[0].location
    each = {(row["provider"], row["name"]): row["accelerator_count"] for row in plan.inputs["instance_types"]}
    most = sum(
        max(p.replicas_by_period) // (each[p.provider, p.instance_type] // p.accelerators_per_replica)
        for p in plan.pools
        if p.location == place
    )
    loose, strict = (
        _limited(scenario, quotas=(Quota(Match(None, place), max(0, most - less), None, "quota"),)) for less in (1, 2)
    )
    return loose, strict


def power(scenario: Scenario, plan: Plan | None) -> Pair:
    """A tenth less than the plan draws at its peak."""
    drawn = None if plan is None else plan.energy["peak_kw"]
    return scenario, _limited(scenario, power_kw=0.9 * drawn) if drawn else scenario


def carbon(scenario: Scenario, plan: Plan | None) -> Pair:
    """A tenth less than the plan emits."""
    emitted = None if plan is None else plan.energy["carbon_kg"]
    return scenario, _limited(scenario, carbon_t=0.9e-3 * emitted) if emitted else scenario


def residency(scenario: Scenario, plan: Plan | None) -> Pair:
    """The first origin may not go to the location that the plan sends it to."""
    if plan is None or not plan.routing:
        return scenario, scenario
    route = plan.routing[0]
    left = tuple(place for place in scenario.locations if place != plan.pools[route.pool].location)
    origins = tuple(
        replace(item, residency=tuple(p for p in left if item.residency is None or p in item.residency))
        if item.name == route.origin
        else item
        for item in scenario.origins
    )
    return scenario, replace(scenario, origins=origins)


def max_types(scenario: Scenario, plan: Plan | None) -> Pair:
    """One instance type for everything, where two were allowed."""
    return _limited(scenario, max_instance_types=2), _limited(scenario, max_instance_types=1)


def min_replicas(scenario: Scenario, plan: Plan | None) -> Pair:
    """Two replicas more in every location in which a service runs."""
    more = tuple(replace(item, min_replicas=item.min_replicas + 2) for item in scenario.services)
    return scenario, replace(scenario, services=more)


def redundancy(scenario: Scenario, plan: Plan | None) -> Pair:
    """One kind of failure more: nothing, an instance, a zone."""
    loose = _without_lead(scenario)
    stricter = tuple(replace(item, redundancy=STRICTER[item.redundancy]) for item in loose.services)
    return loose, replace(loose, services=stricter)


def protected_share(scenario: Scenario, plan: Plan | None) -> Pair:
    """All of the demand survives a failure, where half did."""
    loose = _without_lead(scenario)
    return _services(loose, protected_share=0.5), _services(loose, protected_share=1.0)


def spot_share(scenario: Scenario, plan: Plan | None) -> Pair:
    """Half as much spot."""
    loose = _without_lead(scenario)
    spot = replace(loose.purchase.spot, max_share=loose.purchase.spot.max_share / 2)
    return loose, _purchase(loose, spot=spot)


def fewer_options(scenario: Scenario, plan: Plan | None) -> Pair:
    """The last purchase option is not allowed any more."""
    loose = _without_lead(scenario)
    return loose, _purchase(loose, options=loose.purchase.options[:-1] or loose.purchase.options)


def scale_up(scenario: Scenario, plan: Plan | None) -> Pair:
    """One instance an hour may be added, where two were allowed."""
    loose = _without_lead(scenario)
    return _purchase(loose, scale_up_max_instances=2), _purchase(loose, scale_up_max_instances=1)


def lead(scenario: Scenario, plan: Plan | None) -> Pair:
    """Instances start an hour early, where half an hour was enough."""
    return _purchase(scenario, scale_up_lead_hours=0.5), _purchase(scenario, scale_up_lead_hours=1.0)


TIGHTENED: dict[str, Callable[[Scenario, Plan | None], Pair]] = {
    function.__name__: function
    for function in (
        quota,
        power,
        carbon,
        residency,
        max_types,
        min_replicas,
        redundancy,
        protected_share,
        spot_share,
        fewer_options,
        scale_up,
        lead,
    )
}

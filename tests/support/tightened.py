"""One rule of a scenario made stricter at a time; each function returns the looser scenario and the stricter one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from optimizer.domain.limits import Pin, Quota
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import Commitment, Match
from optimizer.domain.scenario import Demand, Headroom, Scenario

Pair = tuple[Scenario, Scenario]


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


def max_replicas(scenario: Scenario, plan: Plan | None) -> Pair:
    """At most three replicas in a location, or the fewest asked for, where there was no such limit."""
    least = tuple(replace(item, max_replicas=max(3, item.min_replicas)) for item in scenario.services)
    return _services(scenario, max_replicas=None), replace(scenario, services=least)


def _redundancy(scenario: Scenario, before: str, after: str) -> Pair:
    loose = _without_lead(scenario)
    return _services(loose, redundancy=before), _services(loose, redundancy=after)


def instance_loss(scenario: Scenario, plan: Plan | None) -> Pair:
    """Any one instance may be lost, where nothing might."""
    return _redundancy(scenario, "none", "instance")


def zone_loss(scenario: Scenario, plan: Plan | None) -> Pair:
    """Any one zone may be lost, where any one instance might."""
    return _redundancy(scenario, "instance", "zone")


def region_loss(scenario: Scenario, plan: Plan | None) -> Pair:
    """Any one location may be lost, where nothing might."""
    return _redundancy(scenario, "none", "region")


def protected_share(scenario: Scenario, plan: Plan | None) -> Pair:
    """All of the demand survives a failure, where half did."""
    loose = _without_lead(scenario)
    return _services(loose, protected_share=0.5), _services(loose, protected_share=1.0)


def locations(scenario: Scenario, plan: Plan | None) -> Pair:
    """One allowed location less; nothing is signed or pinned there."""
    loose = replace(scenario, commitments=(), pins=())
    return loose, replace(loose, locations=loose.locations[:-1] or loose.locations)


def service_time_margin(scenario: Scenario, plan: Plan | None) -> Pair:
    """Service times at the slow end of their error band, where their middle was taken."""
    return replace(scenario, plan_on="central"), replace(scenario, plan_on="cautious")


def pins(scenario: Scenario, plan: Plan | None) -> Pair:
    """Every service is kept on batches of one."""
    only = tuple(Pin(item.name, None, None, None, 1, 0, None) for item in scenario.services)
    return replace(scenario, pins=()), replace(scenario, pins=only)


def latency(scenario: Scenario, plan: Plan | None) -> Pair:
    """50 ms for an answer, where there were 65."""
    return _services(scenario, latency_s=0.065), _services(scenario, latency_s=0.050)


def headroom(scenario: Scenario, plan: Plan | None) -> Pair:
    """Three in ten requests are sent again, where none was."""
    return replace(scenario, headroom=Headroom(0.0, 0.0)), replace(scenario, headroom=Headroom(0.0, 0.3))


def capacity(scenario: Scenario, plan: Plan | None) -> Pair:
    """A third more at the peak, and as much as before over the hour."""
    services = tuple(replace(item, demand=_higher(item.demand, 4 / 3)) for item in scenario.services)
    return scenario, replace(scenario, services=services)


def _higher(wanted: Demand, factor: float) -> Demand:
    peaks = {name: peak * factor for name, peak in wanted.peaks_per_s.items()}
    return replace(wanted, peak_per_s=wanted.peak_per_s * factor, peaks_per_s=peaks)


def autoscaling(scenario: Scenario, plan: Plan | None) -> Pair:
    """Counts never change, where they did from hour to hour."""
    loose = _without_lead(scenario)
    return replace(loose, autoscaling="hourly"), replace(loose, autoscaling="fixed")


def _vanishing(scenario: Scenario, what: str) -> Scenario:
    return _purchase(scenario, spot=replace(scenario.purchase.spot, may_vanish=what))


def spot_of_a_zone(scenario: Scenario, plan: Plan | None) -> Pair:
    """The spot of any one zone may vanish, where that was tolerated."""
    loose = _without_lead(scenario)
    return _vanishing(loose, "tolerated"), _vanishing(loose, "one_zone")


def spot_of_all_zones(scenario: Scenario, plan: Plan | None) -> Pair:
    """All spot of a type may vanish, where that of a zone might."""
    loose = _without_lead(scenario)
    return _vanishing(loose, "one_zone"), _vanishing(loose, "all_of_a_type")


def all_spot(scenario: Scenario, plan: Plan | None) -> Pair:
    """All spot of a type may vanish, where that was tolerated."""
    loose = _without_lead(scenario)
    return _vanishing(loose, "tolerated"), _vanishing(loose, "all_of_a_type")


def spot_share(scenario: Scenario, plan: Plan | None) -> Pair:
    """Half as much spot."""
    loose = _without_lead(scenario)
    spot = replace(loose.purchase.spot, max_share=loose.purchase.spot.max_share / 2)
    return loose, _purchase(loose, spot=spot)


def fewer_options(scenario: Scenario, plan: Plan | None) -> Pair:
    """The last purchase option is not allowed any more."""
    loose = _without_lead(scenario)
    return loose, _purchase(loose, options=loose.purchase.options[:-1] or loose.purchase.options)


def fewer_signed(scenario: Scenario, plan: Plan | None) -> Pair:
    """One rented instance is there at no cost, where there were three."""
    rented = [] if plan is None else [pool for pool in plan.pools if pool.provider != "own"]
    if not rented:
        return scenario, scenario
    place, kind = rented[0].location, rented[0].instance_type
    loose, strict = (
        replace(
            scenario,
            commitments=(Commitment(place, kind, "committed_1y", count, 0.0, "2040-01-01", 1.0, 0.0, False, "gift"),),
        )
        for count in (3, 1)
    )
    return loose, strict


def scale_up(scenario: Scenario, plan: Plan | None) -> Pair:
    """One instance an hour may be added, where two were allowed."""
    loose = _without_lead(scenario)
    return _purchase(loose, scale_up_max_instances=2), _purchase(loose, scale_up_max_instances=1)


def lead(scenario: Scenario, plan: Plan | None) -> Pair:
    """Instances start an hour early, where half an hour was enough."""
    return _purchase(scenario, scale_up_lead_hours=0.5), _purchase(scenario, scale_up_lead_hours=1.0)

"""Changes of what services ask for: latency, demand, redundancy, replicas, and how they are planned."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.scenario import Redundancy
from optimizer.planning.extract import percentile_key
from optimizer.planning.infeasible.changes import Case, Change, number, of_scenario, of_service, scaled_demand, weight
from optimizer.planning.infeasible.words import rounded_down, rounded_up, too_few
from optimizer.units import milliseconds, seconds

#: What each kind of redundancy may be weakened to, least first.
WEAKER: dict[Redundancy, tuple[Redundancy, ...]] = {
    "region": ("zone", "instance", "none"),
    "zone": ("instance", "none"),
    "instance": ("none",),
    "none": (),
}


def longer_latency(case: Case, index: int, needed_s: float) -> Change:
    """Raise a latency target."""
    service = case.scenario.services[index]
    key = percentile_key(service.percentile)
    now, needed = milliseconds(service.latency_s), rounded_up(milliseconds(needed_s))
    path = f"services.{service.name}.latency.{key}"
    return Change(
        "latency",
        f"latency of {service.name}",
        path,
        float(f"{now:.10g}"),
        needed,
        "ms",
        weight("latency") * (needed / now - 1.0),
        "",
        f"Set {path} to {number(needed)} or more",
        of_service(index, latency_s=seconds(needed)),
    )


def less_demand(case: Case, index: int, share: float) -> Change:
    """Carry a share of a service's demand only: as dear as leaving so much of an origin unserved."""
    service = case.scenario.services[index]
    kept = rounded_down(share)
    path = f"services.{service.name}.demand"

    def changed(given: Case) -> Case:
        services = list(given.scenario.services)
        services[index] = scaled_demand(services[index], kept)
        return given._replace(scenario=replace(given.scenario, services=tuple(services)))

    return Change(
        "capacity",
        f"demand of {service.name}",
        path,
        1.0,
        kept,
        "share of the demand",
        weight("every_origin_served") * (1.0 - kept),
        "",
        f"Carry at most {100.0 * kept:.3g} % of {path}",
        changed,
    )


def weaker_redundancy(case: Case, index: int, kind: Redundancy) -> Change:
    """Let less be lost with the promise standing."""
    service = case.scenario.services[index]
    rule = {"region": "region_loss", "zone": "zone_loss", "instance": "instance_loss"}[service.redundancy]
    steps = 1 + WEAKER[service.redundancy].index(kind)
    path = f"services.{service.name}.redundancy"
    return Change(
        rule,
        f"redundancy of {service.name}",
        path,
        service.redundancy,
        kind,
        "",
        weight(rule) * steps,
        "",
        f"Set {path} to {kind}",
        of_service(index, redundancy=kind),
    )


def more_replicas(case: Case, index: int, needed: int) -> Change:
    """Allow more replicas of a service in a location."""
    service = case.scenario.services[index]
    now, path = service.max_replicas or 0, f"services.{service.name}.replicas.max"
    return Change(
        "replica_bounds",
        f"replicas of {service.name}",
        path,
        now,
        needed,
        "replicas",
        weight("replica_bounds") * (needed - now) / max(now, 1),
        f"{path}: {too_few(now, needed - now, 'replicas')}.",
        f"Raise {path} to {needed}",
        of_service(index, max_replicas=needed),
    )


def other_basis(case: Case) -> Change:
    """Plan on estimated curves too, or without the margin of their error band."""
    now = case.scenario.plan_on
    needed = "cautious" if now == "measured_only" else "central"
    return Change(
        "service_time_margin",
        "service times",
        "plan_on",
        now,
        needed,
        "",
        weight("service_time_margin"),
        "",
        f"Set plan_on to {needed}",
        of_scenario(plan_on=needed),
    )

"""Changes of what services ask for: latency, demand, redundancy, replicas, and how they are planned."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from optimizer.domain.scenario import Redundancy
from optimizer.domain.sources import asked_by, each_demand_of, has_own_target, sources_of, times, with_page_target
from optimizer.planning.extract import percentile_key
from optimizer.planning.infeasible.changes import Case, Change, number, of_scenario, of_service, weight
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
    """Raise a latency target; of a stage without one of its own that of its page."""
    service, pages = case.scenario.services[index], case.scenario.pipelines
    now, needed = milliseconds(service.latency_s), rounded_up(milliseconds(needed_s))
    if has_own_target(case.scenario, service):
        name, path = service.name, f"services.{service.name}.latency.{percentile_key(service.percentile)}"
        apply = of_service(index, latency_s=seconds(needed))
    else:
        place = next(n for n, page in enumerate(pages) if page.latency_s == service.latency_s)
        name = pages[place].name
        path = f"pipelines.{name}.latency.{percentile_key(pages[place].percentile)}"
        apply = _of_page(place, seconds(needed))
    return Change(
        "latency",
        f"latency of {name}",
        path,
        float(f"{now:.10g}"),
        needed,
        "ms",
        weight("latency") * (needed / now - 1.0),
        "",
        f"Set {path} to {number(needed)} or more",
        apply,
    )


def _of_page(page: int, target_s: float) -> Callable[[Case], Case]:
    return lambda given: given._replace(scenario=with_page_target(given.scenario, page, target_s))


def less_demand(case: Case, index: int, share: float) -> Change:
    """Carry a share of a service's demand only: as dear as leaving so much of an origin unserved.

    Of a stage its pages and its own requests are fewer.
    """
    service = case.scenario.services[index]
    kept = rounded_down(share)
    path = " and ".join(_asking(case, service.name)) or f"services.{service.name}.demand"

    def changed(given: Case) -> Case:
        fewer = each_demand_of(given.scenario, service.name, lambda demand: times(demand, kept))
        return given._replace(scenario=fewer)

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


def _asking(case: Case, service: str) -> Iterator[str]:
    """Keys of the demands that ask something of a service."""
    for n, source in enumerate(sources_of(case.scenario)):
        if service in asked_by(case.scenario, n) and not source.is_silent:
            yield f"{'pipelines' if source.is_page else 'services'}.{source.name}.demand"


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

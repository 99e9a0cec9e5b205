"""Why nothing serves an origin of a service, in the planner's terms."""

from __future__ import annotations

from optimizer.domain.scenario import Origin, Service
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet, has_demand
from optimizer.formulation.rules.latency import network_s
from optimizer.formulation.rules.residency import may_serve
from optimizer.planning.extract import percentile_key
from optimizer.planning.infeasible.nothing_usable import why_nothing_usable
from optimizer.planning.infeasible.survey import survey_of
from optimizer.planning.infeasible.too_many import why_too_many
from optimizer.planning.infeasible.why import Why
from optimizer.units import milliseconds


def unserved_pairs(context: Context, blocks: BlockSet) -> list[tuple[int, int]]:
    """Return the (service, origin) pairs with demand that no block serves."""
    served = {(block.service, origin) for block in blocks.blocks for origin in block.origins}
    return [
        (service, origin)
        for service, item in enumerate(context.scenario.services)
        for origin in range(len(context.scenario.origins))
        if has_demand(item, origin) and (service, origin) not in served
    ]


def why_unserved(context: Context, service_index: int, origin_index: int) -> Why:
    """Return what keeps an origin of a service from being served."""
    service, origin = context.scenario.services[service_index], context.scenario.origins[origin_index]
    who = service.name, origin.name
    survey = survey_of(context, service_index)
    resident = [place for place in survey.locations if may_serve(origin, place, on=context.is_on("residency"))]
    if not resident:
        allowed = ", ".join(origin.residency or ())
        text = f"origins.{origin.name}.residency allows {allowed or 'nothing'}, and locations none of them."
        return Why("residency", (f"origins.{origin.name}.residency", "locations"), text, who)
    places = [p for p in resident if network_s(context.scenario, context.catalog, [origin], p) is not None]
    if not places:
        text = f"no round-trip time is known to any allowed location. Give rtt_ms for origin {origin.name}."
        return Why("latency", (f"origins.{origin.name}.rtt_ms",), text, who)
    least = least_latency(context, survey, service, origin, places)
    if least is None:
        return why_nothing_usable(context, survey, service_index, places, who)
    if least[0] > service.latency_s:
        return _why_too_far(service, origin, *least)
    in_reach = [found for place in places if (found := least_latency(context, survey, service, origin, [place]))]
    stands_by = sum(found[0] <= service.latency_s for found in in_reach) > 1
    return why_too_many(context, survey, service, origin, least[0], stands_by=stands_by)


def _why_too_far(service: Service, origin: Origin, least_s: float, what: str) -> Why:
    key = percentile_key(service.percentile)
    target_ms, needed = milliseconds(service.latency_s), milliseconds(least_s)
    text = (
        f"{service.name} cannot meet {key.removesuffix('_ms')} {target_ms:g} ms from origin {origin.name}: "
        f"the least possible is {needed:.1f} ms ({what}). "
        f"Allow a location nearer to {origin.name}, or set {key} above {needed:.1f}."
    )
    return Why("latency", (f"services.{service.name}.latency.{key}",), text)


def least_latency(
    context: Context, survey: BlockSet, service: Service, origin: Origin, places: list[str]
) -> tuple[float, str] | None:
    """Least latency of one lone request over everything usable, with how it comes about; None if nothing is usable."""
    best: tuple[float, str] | None = None
    for location in places:
        trip = network_s(context.scenario, context.catalog, [origin], location)
        for candidate, margin in survey.usable.get((service.name, location), ()):
            times = context.service_seconds(candidate.curve, service.items_per_request, margin)
            if not times or trip is None:
                continue
            total = trip + service.overhead_s + times[0]
            if best is None or total < best[0]:
                best = (
                    total,
                    (
                        f"{milliseconds(trip):.1f} network to {location}, "
                        f"{milliseconds(service.overhead_s):g} overhead, "
                        f"{milliseconds(times[0]):.1f} for one request on {candidate.instance.name}"
                    ),
                )
    return best

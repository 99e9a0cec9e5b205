"""Whether one request alone would be in time on an instance type in a place."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.domain.scenario import Service
from optimizer.formulation.candidates import Candidate
from optimizer.formulation.context import Context
from optimizer.formulation.groups import has_demand
from optimizer.formulation.rules.latency import network_s
from optimizer.formulation.rules.residency import may_serve
from optimizer.units import milliseconds


def why_out_of_reach(
    context: Context, service: Service, place: str, usable: Sequence[tuple[Candidate, float]]
) -> str | None:
    """Return why no origin with demand can be served from a place, or None where one can.

    Parameters
    ----------
    usable
        Candidates of one instance type in that place, with the margin on their service times.
    """
    scenario = context.scenario
    origins = [origin for number, origin in enumerate(scenario.origins) if has_demand(service, number)]
    allowed = [origin for origin in origins if may_serve(origin, place, on=context.is_on("residency"))]
    trips = [trip for origin in allowed if (trip := network_s(scenario, context.catalog, [origin], place)) is not None]
    served = [
        times[0]
        for candidate, margin in usable
        if (times := context.service_seconds(candidate.curve, service.items_per_request, margin))
    ]
    if not allowed:
        return f"residency: no origin of {service.name} may be served in {place}"
    if not trips:
        return f"no round-trip time is known from any origin to {place}"
    if not served:
        return f"its curve does not reach {service.items_per_request} items"
    least = min(trips) + service.overhead_s + min(served)
    if least <= service.latency_s:
        return None
    return (
        f"latency: one request alone takes {milliseconds(least):.1f} ms in {place}, "
        f"{milliseconds(least - service.latency_s):.1f} ms above the target"
    )

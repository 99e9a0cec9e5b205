"""Why nothing fits, in the planner's terms, and what would help."""

from __future__ import annotations

from optimizer.domain.scenario import Origin, Service
from optimizer.formulation.candidates import candidates_of
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet, has_demand
from optimizer.formulation.rules.latency import network_s
from optimizer.planning.extract import percentile_key
from optimizer.units import milliseconds

REASONS_SHOWN = 3


def unserved_pairs(context: Context, blocks: BlockSet) -> list[tuple[int, int]]:
    """Return the (service, origin) pairs with demand that no block serves."""
    served = {(block.service, origin) for block in blocks.blocks for origin in block.origins}
    return [
        (service, origin)
        for service, item in enumerate(context.scenario.services)
        for origin in range(len(context.scenario.origins))
        if has_demand(item, origin) and (service, origin) not in served
    ]


def why_unserved(context: Context, blocks: BlockSet, service_index: int, origin_index: int) -> tuple[str, bool]:
    """Return why an origin of a service cannot be served, and whether that is proved.

    It is proved where every configuration of the catalog fails a filter or misses the target with a single request: no
    count of instances, and no way of dividing the demand, can then help.
    """
    service = context.scenario.services[service_index]
    origin = context.scenario.origins[origin_index]
    head = f"{service.name} cannot serve origin {origin.name}"
    least = _least_latency(context, blocks, service, origin)
    if least is None:
        return f"{head}: {_why_no_candidate(context, blocks, service_index, origin)}", True
    least_s, what = least
    key = percentile_key(service.percentile).removesuffix("_ms")
    target_ms = milliseconds(service.latency_s)
    if least_s > service.latency_s:
        needed = milliseconds(least_s)
        return (
            f"{service.name} cannot meet {key} {target_ms:g} ms from origin {origin.name}: the least possible is "
            f"{needed:.1f} ms ({what}). Allow a location nearer to {origin.name}, or set {key}_ms above {needed:.1f}."
        ), True
    return (
        f"{service.name}: no plan of the kinds considered carries origin {origin.name} "
        f"(the least possible latency is {milliseconds(least_s):.1f} ms, the demand too large or the target too near)."
    ), False


def _least_latency(context: Context, blocks: BlockSet, service: Service, origin: Origin) -> tuple[float, str] | None:
    """Least latency of one lone request over everything usable, with how it comes about; None if nothing is usable."""
    best: tuple[float, str] | None = None
    for location in blocks.locations:
        trip = network_s(context.scenario, context.catalog, [origin], location)
        if trip is None:
            continue
        for candidate, margin in blocks.usable.get((service.name, location), ()):
            times = context.service_seconds(candidate.curve, service.items_per_request, margin)
            if not times:
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


def _outside_measured(blocks: BlockSet, service: Service, places: list[str]) -> list[str]:
    """Say for which profiles one request has fewer or more items than any measured batch."""
    curves = {c.curve.profile: c.curve for place in places for c, _ in blocks.usable.get((service.name, place), ())}
    return [
        f"a request of {service.items_per_request} items lies outside the measured batches of {name} "
        f"({curve.batch_items[0]} to {curve.batch_items[-1]} items)"
        for name, curve in sorted(curves.items())
    ]


def _why_no_candidate(context: Context, blocks: BlockSet, service_index: int, origin: Origin) -> str:
    reachable = [
        place for place in blocks.locations if network_s(context.scenario, context.catalog, [origin], place) is not None
    ]
    if not reachable:
        return f"no round-trip time is known to any allowed location. Give rtt_ms for origin {origin.name}."
    service = context.scenario.services[service_index]
    reasons: dict[str, None] = dict.fromkeys(_outside_measured(blocks, service, reachable))
    for place in reachable:
        if not any(True for _ in candidates_of(context.catalog, service, place)):
            reasons[f"no instance type in {place} has a measured or estimated profile of {service.name}"] = None
    for (index, _, _), texts in sorted(blocks.reasons.items()):
        if index == service_index:
            reasons.update(dict.fromkeys(texts))
    shown = list(reasons)[:REASONS_SHOWN]
    more = f"; and {len(reasons) - len(shown)} more" if len(reasons) > len(shown) else ""
    return "; ".join(shown) + more + ". Allow another location, instance type or profile."

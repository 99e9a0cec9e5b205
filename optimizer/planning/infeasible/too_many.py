"""Why what is usable for an origin does not carry it: pins, counts, a standby location, or sheer demand."""

from __future__ import annotations

import math

from optimizer.domain.scenario import Origin, Service
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet
from optimizer.formulation.optimistic import best_rates
from optimizer.formulation.staffing import MAX_INSTANCES
from optimizer.planning.extract import percentile_key
from optimizer.planning.infeasible.why import Why
from optimizer.units import milliseconds


def why_too_many(
    context: Context, survey: BlockSet, service: Service, origin: Origin, least_s: float, *, stands_by: bool
) -> Why:
    """Return why counts do not reach.

    Parameters
    ----------
    least_s
        Latency of one lone request at best.
    stands_by
        Whether a second location reaches the origin within the target.
    """
    who = service.name, origin.name
    found = (
        _batch_not_measured(context, survey, service, who)
        or _crossed_counts(context, survey, service)
        or _beyond_what_is_considered(context, survey, service, origin)
    )
    if found is not None:
        return found
    if context.stands_by(service) and not stands_by:
        text = (
            "redundancy region needs a standby location, and fewer than two allowed locations reach the origin within "
            "the target. Allow another location, or weaken redundancy."
        )
        return Why("region_loss", (f"services.{service.name}.redundancy", "locations"), text, who)
    return _not_carried(context, service, who, milliseconds(least_s))


def _batch_not_measured(context: Context, survey: BlockSet, service: Service, who: tuple[str, str]) -> Why | None:
    """Say that a pin keeps a batch beyond everything measured."""
    for number, pin in enumerate(context.scenario.pins if context.is_on("pins") else ()):
        if pin.service != service.name or pin.batch_size is None:
            continue
        places = survey.locations if pin.location is None else (pin.location,)
        usable = [found for place in places for found in survey.usable.get((service.name, place), ())]
        largest = max(
            (len(context.service_seconds(item.curve, service.items_per_request, margin)) for item, margin in usable),
            default=0,
        )
        if pin.batch_size > largest:
            key = f"pins.{number}.batch_size"
            text = f"{key} {pin.batch_size} is above the largest measured batch, {largest} requests."
            return Why("pins", (key,), text, who)
    return None


def _crossed_counts(context: Context, survey: BlockSet, service: Service) -> Why | None:
    """Say that a pin allows fewer replicas than the service must have."""
    usable = [candidate for (name, _), found in survey.usable.items() if name == service.name for candidate, _ in found]
    per = max((candidate.replicas_per_instance for candidate in usable), default=0)
    for number, pin in enumerate(context.scenario.pins if context.is_on("replica_bounds") else ()):
        if pin.service != service.name or pin.max_instances is None:
            continue
        most = pin.max_instances * per
        if most < service.min_replicas:
            key, other = f"services.{service.name}.replicas.min", f"pins.{number}.max"
            text = f"{key} {service.min_replicas} is above what {other} {pin.max_instances} allows ({most} replicas)."
            return Why("replica_bounds", (key, other), text)
    return None


def _beyond_what_is_considered(context: Context, survey: BlockSet, service: Service, origin: Origin) -> Why | None:
    """Say that an origin asks for more than any number of instances that is considered carries in a location."""
    number = [item.name for item in context.scenario.origins].index(origin.name)
    asked_per_s = float(context.need(service, [number]).max(initial=0.0))
    at_once = [
        candidate.replicas_per_instance * best_rates(times, math.inf, service.percentile)[1]
        for (name, _), found in survey.usable.items()
        for candidate, margin in (found if name == service.name else ())
        if (times := context.service_seconds(candidate.curve, service.items_per_request, margin))
    ]
    if asked_per_s <= MAX_INSTANCES * max(at_once, default=0.0):
        return None
    key = f"services.{service.name}.demand"
    text = (
        f"{asked_per_s:,.0f} requests/s from {origin.name} are more than {MAX_INSTANCES:,} instances carry, the most "
        f"that is considered for a service in a location ({key})."
    )
    return Why("capacity", (key,), text, (service.name, origin.name))


def _not_carried(context: Context, service: Service, who: tuple[str, str], least_ms: float) -> Why:
    """Say what the demand, the target and the counts are; which of them gives is left to the ways out."""
    percentile = percentile_key(service.percentile)
    keys = [f"services.{service.name}.latency.{percentile}"]
    if service.max_replicas is not None:
        keys.append(f"services.{service.name}.replicas.max")
    keys += [
        f"pins.{number}.max"
        for number, pin in enumerate(context.scenario.pins)
        if pin.service == service.name and pin.max_instances is not None
    ]
    counts = ", or a count is too small" if len(keys) > 1 else ""
    text = (
        f"no plan of the kinds considered carries the demand within {percentile.removesuffix('_ms')} "
        f"{milliseconds(service.latency_s):g} ms: a lone request takes {least_ms:.1f} ms at best, and what is left "
        f"is too little to queue in{counts} ({', '.join(keys)})."
    )
    return Why("replica_bounds" if counts else "capacity", tuple(keys), text, who)

"""Why nothing serves an origin of a service, in the planner's terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.domain.scenario import Origin, Service
from optimizer.formulation.candidates import candidates_of
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet, has_demand, usable_of
from optimizer.formulation.rules.latency import network_s
from optimizer.formulation.rules.locations import allowed_locations
from optimizer.formulation.rules.residency import may_serve
from optimizer.planning.extract import percentile_key
from optimizer.planning.infeasible.memory import why_too_small
from optimizer.planning.infeasible.words import listed
from optimizer.units import milliseconds

REASONS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Why:
    """A rule that stands in the way, the scenario's keys it rests on, and a sentence.

    `who` is a service and an origin that the sentence is true of besides others; None where it names them itself.
    """

    rule: str
    keys: tuple[str, ...]
    text: str
    who: tuple[str, str] | None = None


def told_together(found: Sequence[Why]) -> list[Why]:
    """Return one reason for all origins and services of which the same is true."""
    same: dict[str, list[Why]] = {}
    for why in found:
        same.setdefault(why.text, []).append(why)
    return [_of_all(whys) for whys in same.values()]


def _of_all(whys: Sequence[Why]) -> Why:
    first = whys[0]
    if first.who is None:
        return first
    origins: dict[str, list[str]] = {}
    for why in whys:
        if why.who is not None:
            origins.setdefault(why.who[0], []).append(why.who[1])
    heads = [f"{service} cannot serve origin {listed(names)}" for service, names in origins.items()]
    keys = tuple(dict.fromkeys(key for why in whys for key in why.keys))
    return Why(first.rule, keys, f"{'; '.join(heads)}: {first.text}")


def unserved_pairs(context: Context, blocks: BlockSet) -> list[tuple[int, int]]:
    """Return the (service, origin) pairs with demand that no block serves."""
    served = {(block.service, origin) for block in blocks.blocks for origin in block.origins}
    return [
        (service, origin)
        for service, item in enumerate(context.scenario.services)
        for origin in range(len(context.scenario.origins))
        if has_demand(item, origin) and (service, origin) not in served
    ]


def survey_of(context: Context, service_index: int) -> BlockSet:
    """Return what passes the filters for a service in each allowed location, and why the rest does not."""
    found = BlockSet(locations=allowed_locations(context.scenario, context.catalog, on=context.is_on("locations")))
    for location in found.locations:
        usable_of(context, found, service_index, location)
    return found


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
        return _why_no_candidate(context, survey, service_index, places, who)
    if least[0] > service.latency_s:
        return _why_too_far(service, origin, *least)
    return _why_too_many(context, survey, service, origin, milliseconds(least[0]))


def _why_too_far(service: Service, origin: Origin, least_s: float, what: str) -> Why:
    key = percentile_key(service.percentile)
    target_ms, needed = milliseconds(service.latency_s), milliseconds(least_s)
    text = (
        f"{service.name} cannot meet {key.removesuffix('_ms')} {target_ms:g} ms from origin {origin.name}: "
        f"the least possible is {needed:.1f} ms ({what}). "
        f"Allow a location nearer to {origin.name}, or set {key} above {needed:.1f}."
    )
    return Why("latency", (f"services.{service.name}.latency.{key}",), text)


def _why_too_many(context: Context, survey: BlockSet, service: Service, origin: Origin, least_ms: float) -> Why:
    """Return why counts do not reach: bounds that leave none, a standby location that is missing, or sheer demand."""
    for number, pin in enumerate(context.scenario.pins):
        per = max(
            (
                c.replicas_per_instance
                for (name, _), found in survey.usable.items()
                if name == service.name
                for c, _ in found
            ),
            default=0,
        )
        mine = pin.service == service.name and pin.max_instances is not None
        if mine and (pin.max_instances or 0) * per < service.min_replicas and context.is_on("replica_bounds"):
            key = f"services.{service.name}.replicas.min"
            text = (
                f"{key} {service.min_replicas} is above what pins.{number}.max {pin.max_instances} allows "
                f"({(pin.max_instances or 0) * per} replicas)."
            )
            return Why("replica_bounds", (key, f"pins.{number}.max"), text)
    if context.stands_by(service):
        text = (
            f"{service.name} has no standby location for origin {origin.name}: fewer than two allowed locations "
            "reach it within the target. Allow another location, or weaken redundancy."
        )
        return Why("region_loss", (f"services.{service.name}.redundancy", "locations"), text)
    keys = [f"services.{service.name}.latency.{percentile_key(service.percentile)}"]
    if service.max_replicas is not None:
        keys.append(f"services.{service.name}.replicas.max")
    keys += [
        f"pins.{n}.max" for n, p in enumerate(context.scenario.pins) if p.service == service.name and p.max_instances
    ]
    text = (
        f"{service.name}: no plan of the kinds considered carries origin {origin.name} "
        f"(the least possible latency is {least_ms:.1f} ms; the demand is too large, the target too near, or a "
        f"count too small: {', '.join(keys)})."
    )
    return Why("replica_bounds" if len(keys) > 1 else "capacity", tuple(keys), text)


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


def _outside_measured(survey: BlockSet, service: Service, places: list[str]) -> list[str]:
    """Say for which profiles one request has fewer or more items than any measured batch."""
    curves = {c.curve.profile: c.curve for place in places for c, _ in survey.usable.get((service.name, place), ())}
    return [
        f"a request of {service.items_per_request} items lies outside the measured batches of {name} "
        f"({curve.batch_items[0]} to {curve.batch_items[-1]} items)"
        for name, curve in sorted(curves.items())
    ]


def _why_no_candidate(context: Context, survey: BlockSet, index: int, places: list[str], who: tuple[str, str]) -> Why:
    """Return why nothing is usable in the locations that reach the origin."""
    service = context.scenario.services[index]
    reasons: dict[str, None] = dict.fromkeys(_outside_measured(survey, service, places))
    for place in places:
        if not any(True for _ in candidates_of(context.catalog, service, place)):
            reasons[f"no instance type in {place} has a measured or estimated profile of {service.name}"] = None
    for (number, _, _), texts in sorted(survey.reasons.items()):
        if number == index:
            reasons.update(dict.fromkeys(texts))
    special = why_too_small(context, service, places) or _why_pinned_or_unpriced(context, service, places)
    if special is not None:
        return Why(*special, who)
    shown = list(reasons)[:REASONS_SHOWN]
    more = f"; and {len(reasons) - len(shown)} more" if len(reasons) > len(shown) else ""
    text = "; ".join(shown) + more + ". Allow another location, instance type or profile."
    return Why("offered", ("locations", f"services.{service.name}.profile"), text, who)


def _why_pinned_or_unpriced(
    context: Context, service: Service, places: list[str]
) -> tuple[str, tuple[str, ...], str] | None:
    """Say that pins exclude each other or everything, or that no option allowed has a price."""
    pins = [
        n
        for n, pin in enumerate(context.scenario.pins)
        if pin.service == service.name and pin.location in (None, *places)
    ]
    if pins and context.is_on("pins"):
        free = Context(context.scenario, context.catalog, context.store, context.rules_off | {"pins"})
        index = context.scenario.services.index(service)
        if any(survey_of(free, index).usable.get((service.name, place)) for place in places):
            names = tuple(f"pins.{number}" for number in pins)
            how = "exclude each other" if len(names) > 1 else "leaves nothing that can serve"
            return "pins", names, f"{' and '.join(names)} {how} for {service.name} in {', '.join(places)}."
    candidates = [candidate for place in places for candidate in candidates_of(context.catalog, service, place)]
    if candidates and not any(context.supply_for(candidate).can_be_had for candidate in candidates):
        options = ", ".join(context.scenario.purchase.options)
        left = [option for option in context.scenario.purchase.options if option not in context.options]
        refused = f" (after_horizon refuses {listed(left)})" if left else ""
        text = f"no instance type has a price under purchase.options [{options}]{refused} in {', '.join(places)}."
        return "options_allowed", ("purchase.options",), text
    return None

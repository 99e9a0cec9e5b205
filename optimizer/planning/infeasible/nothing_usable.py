"""Why nothing is usable for an origin."""

from __future__ import annotations

from optimizer.domain.scenario import Service
from optimizer.formulation.candidates import candidates_of
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet
from optimizer.planning.infeasible.memory import why_too_small
from optimizer.planning.infeasible.survey import survey_of
from optimizer.planning.infeasible.why import Why
from optimizer.planning.infeasible.words import listed

REASONS_SHOWN = 3


def _outside_measured(survey: BlockSet, service: Service, places: list[str]) -> list[str]:
    """Say for which profiles one request has fewer or more items than any measured batch."""
    curves = {c.curve.profile: c.curve for place in places for c, _ in survey.usable.get((service.name, place), ())}
    return [
        f"a request of {service.items_per_request} items lies outside the measured batches of {name} "
        f"({curve.batch_items[0]} to {curve.batch_items[-1]} items)"
        for name, curve in sorted(curves.items())
    ]


def why_nothing_usable(context: Context, survey: BlockSet, index: int, places: list[str], who: tuple[str, str]) -> Why:
    """Return why nothing is usable in the locations that reach the origin."""
    service = context.scenario.services[index]
    reasons: dict[str, None] = dict.fromkeys(_outside_measured(survey, service, places))
    for place in places:
        if not any(True for _ in candidates_of(context.catalog, service, place)):
            reasons[f"no instance type in {place} has a measured or estimated profile of {service.name}"] = None
    for (number, _, _), texts in sorted(survey.reasons.items()):
        if number == index:
            reasons.update(dict.fromkeys(texts))
    special = why_too_small(context, service, places) or _pinned_or_unpriced(context, service, places)
    if special is not None:
        return Why(*special, who)
    shown = list(reasons)[:REASONS_SHOWN]
    more = f"; and {len(reasons) - len(shown)} more" if len(reasons) > len(shown) else ""
    text = "; ".join(shown) + more + ". Allow another location, instance type or profile."
    return Why("offered", ("locations", f"services.{service.name}.profile"), text, who)


def _pinned_or_unpriced(
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

"""Why a service runs on an instance type, or what it would cost if it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from optimizer.domain.explained import Verdict
from optimizer.domain.limits import Pin
from optimizer.domain.plan import Plan
from optimizer.formulation.candidates import candidates_of
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet
from optimizer.planning.explain_reach import why_out_of_reach
from optimizer.planning.explain_seen import Seen, most_at_once, spaced


def on_type(seen: Seen, name: str) -> list[Verdict]:
    """Return a verdict on an instance type (``provider/name``) for each service."""
    context = seen.context()
    return [_on_service(seen, context, index, name) for index in range(len(seen.scenario.services))]


def _on_service(seen: Seen, context: Context, index: int, name: str) -> Verdict:
    service, (provider, kind) = seen.scenario.services[index], name.split("/", maxsplit=1)
    label = f"{provider} {kind}"
    used = {(pool.service, pool.provider, pool.instance_type) for pool in seen.plan.pools}
    if (service.name, provider, kind) in used:
        return verdict_without(seen, service.name, (provider, kind))
    survey = seen.survey(index)
    best: tuple[str, Plan] | None = None
    refusals: list[str] = []
    for place in _worth_trying(context, survey, index, (provider, kind), refusals):
        pin = Pin(service.name, place, kind, None, None, 1, None)
        found = seen.try_pin(pin, f"{service.name} on {label} in {place}")
        if isinstance(found, str):
            refusals.append(f"with it, {found}")
        elif best is None or found.objective.total < best[1].objective.total:
            best = place, found
    if best is not None:
        return seen.with_it(label, spaced(best[0]), best[1], service.name)
    reasons = _reasons(context, survey, index, (provider, kind)) + refusals
    return seen.with_it(label, "", "; ".join(dict.fromkeys(reasons)), service.name)


def verdict_without(seen: Seen, service: str, key: tuple[str, str]) -> Verdict:
    """Return the verdict on a type (provider, name) that a service runs on, from the best plan without it."""
    pools = [pool for pool in seen.plan.pools if (pool.service, pool.provider, pool.instance_type) == (service, *key)]
    places = ", ".join(dict.fromkeys(spaced(pool.location) for pool in pools))
    return _instead(seen, " ".join(key), f"{places}: up to {most_at_once(pools)} replicas", service, key)


def _instead(seen: Seen, label: str, where: str, service: str, key: tuple[str, str]) -> Verdict:
    """Verdict on a chosen type from the best plan of a catalog without it, for every service."""
    signed = {(row.location.split("/", maxsplit=1)[0], row.instance_type) for row in seen.scenario.commitments}
    if key in signed:
        return Verdict(label, service, "chosen", where, "", None, None, "signed already: no plan is without it")
    others = {other: kind for other, kind in seen.catalog.instance_types.items() if other != key}
    found = seen.try_plan(seen.scenario, f"without {label}", replace(seen.catalog, instance_types=others))
    verdict = seen.without(label, where, found, service)
    if isinstance(found, str):
        return verdict
    kinds = dict.fromkeys(f"{pool.provider} {pool.instance_type}" for pool in found.pools if pool.service == service)
    return replace(verdict, detail=f"next best: {', '.join(kinds)}")


def _worth_trying(
    context: Context, survey: BlockSet, index: int, key: tuple[str, str], refusals: list[str]
) -> Iterator[str]:
    """Yield the places where the filters let the type pass and a lone request is in time; note why others are not."""
    service = context.scenario.services[index]
    for place in survey.locations:
        usable = [
            (candidate, margin)
            for candidate, margin in survey.usable.get((service.name, place), ())
            if (candidate.instance.provider, candidate.instance.name) == key
        ]
        if not usable:
            continue
        late = why_out_of_reach(context, service, place, usable)
        if late is None:
            yield place
        else:
            refusals.append(late)


def _reasons(context: Context, survey: BlockSet, index: int, key: tuple[str, str]) -> list[str]:
    """Return what the filters said of a type, in every place where it was looked at."""
    found = survey.reasons.get((index, *key), [])
    if found:
        return found
    service = context.scenario.services[index]
    places = [place for place in survey.locations if place.startswith(f"{key[0]}/")]
    if not places:
        return [f"no allowed location is {key[0]}'s. Add one to locations"]
    known = any(
        (candidate.instance.provider, candidate.instance.name) == key
        for place in places
        for candidate in candidates_of(context.catalog, service, place)
    )
    accelerator = context.catalog.instance_types[key].accelerator or "a CPU"
    return [] if known else [f"no profile of {', '.join(service.profiles)} on {accelerator}"]

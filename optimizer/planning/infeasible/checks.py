"""What can be said at once, from tables: no simulation, no solver.

Each check names a requirement that no plan keeps, with what it would need, in the words and keys of the scenario. What
an instance carries is taken at its never-exceeded best, and counts need not be whole, so a check never cries wolf.
"""

from __future__ import annotations

from collections.abc import Callable

from optimizer.formulation.context import Context
from optimizer.formulation.optimistic import Outlook
from optimizer.planning.infeasible.caps import too_small_caps
from optimizer.planning.infeasible.check_totals import small_budget, small_carbon, small_power
from optimizer.planning.infeasible.slow_pages import slow_pages
from optimizer.planning.infeasible.unserved import why_unserved
from optimizer.planning.infeasible.why import Finding, told_together
from optimizer.planning.infeasible.words import listed


def instant_findings(context: Context, outlook: Outlook) -> list[Finding]:
    """Return everything that is found at once, origins that nothing serves first; of slow pages nothing else."""
    if pages := slow_pages(context):
        return pages
    found = [finding for check in CHECKS for finding in check(context, outlook)]
    return list(dict.fromkeys(found))


def unserved_origins(context: Context, outlook: Outlook) -> list[Finding]:
    """Find origins of a service that no configuration of the catalog can serve."""
    told = told_together([why_unserved(context, *outlook.pairs[pair]) for pair in outlook.hopeless])
    return [Finding(why.rule, why.keys, why.text) for why in told]


def excluding_pins(context: Context, outlook: Outlook) -> list[Finding]:
    """Find places where a pin keeps a service, and nothing may run."""
    found = []
    scenario = context.scenario
    for number, pin in enumerate(scenario.pins if context.is_on("pins") else ()):
        if pin.location is None or pin.min_instances == 0:
            continue
        there = [
            offer
            for offer in outlook.offers
            if offer.location == pin.location and scenario.services[outlook.pairs[offer.pair][0]].name == pin.service
        ]
        if not there:
            others = [
                f"pins.{other}"
                for other, item in enumerate(scenario.pins)
                if other != number and item.service == pin.service and item.location in (None, pin.location)
            ]
            against = f" (with {', '.join(others)})" if others else ""
            text = (
                f"pins.{number} keeps {pin.service} in {pin.location} with {pin.min_instances} instances, "
                f"but no configuration may serve an origin from there{against}."
            )
            found.append(Finding("pins", (f"pins.{number}", *others), text))
    return found


def small_counts(context: Context, outlook: Outlook) -> list[Finding]:
    """Find services, and origins of them, that the counts allowed (quotas, replicas, pins, sites) cannot carry."""
    found = []
    scenario = context.scenario
    for index, service in enumerate(scenario.services):
        mine = [number for number, pair in enumerate(outlook.pairs) if pair[0] == index]
        alone = [(f"{service.name} from {scenario.origins[outlook.pairs[n][1]].name}", [n]) for n in mine]
        for who, pairs in [*alone, (service.name, mine)]:
            short = too_small_caps(context, outlook, index, pairs)
            if short is not None:
                rules, keys, text = short
                found.append(Finding(rules, keys, f"{who} {text}"))
                break
    return found


def kept_beyond_quota(context: Context, outlook: Outlook) -> list[Finding]:
    """Find quotas below what pins keep of the types that they count."""
    found = []
    scenario = context.scenario
    for number, quota in enumerate(scenario.limits.quotas if context.is_on("quotas") else ()):
        if quota.match.purchase_option is not None:
            continue
        kept, keys = 0.0, []
        for at, pin in enumerate(scenario.pins if context.is_on("pins") else ()):
            kinds = [
                offer.candidate.instance
                for offer in outlook.offers
                if offer.location == pin.location
                and scenario.services[outlook.pairs[offer.pair][0]].name == pin.service
            ]
            if pin.min_instances and kinds and all(quota.match.fits(kind.name, pin.location or "") for kind in kinds):
                each = 1 if quota.max_instances is not None else min(kind.vcpu for kind in kinds)
                kept += pin.min_instances * each
                keys.append(f"pins.{at}")
        if kept > quota.limit:
            unit = "instances" if quota.max_instances is not None else "vCPUs"
            text = f"quota of {quota.match.label}: {quota.limit} {unit} are fewer than {kept:g} kept by {listed(keys)}."
            found.append(Finding("quotas", (f"limits.quotas.{number}", *keys), text))
    return found


def few_types(context: Context, outlook: Outlook) -> list[Finding]:
    """Find more services that share no usable instance type than types are allowed."""
    limit = context.scenario.limits.max_instance_types
    if limit is None or not context.is_on("max_instance_types"):
        return []
    usable: dict[int, set[tuple[str, str]]] = {}
    for number in range(len(outlook.pairs)):
        kinds = {offer.key[:2] for offer in outlook.of_pair(number)}
        usable[number] = kinds
    apart: list[int] = []
    for number in sorted(usable, key=lambda n: len(usable[n])):
        if usable[number] and all(usable[number].isdisjoint(usable[other]) for other in apart):
            apart.append(number)
    if len(apart) <= limit:
        return []
    names = [_name(context, outlook.pairs[number]) for number in sorted(apart)]
    text = f"instance types: at most {limit} where {len(apart)} are needed, since {listed(names)} share no usable type."
    return [Finding("max_instance_types", ("limits.max_instance_types",), text)]


def _name(context: Context, pair: tuple[int, int]) -> str:
    service, origin = context.scenario.services[pair[0]], context.scenario.origins[pair[1]]
    return f"{service.name} from {origin.name}"


CHECKS: tuple[Callable[[Context, Outlook], list[Finding]], ...] = (
    unserved_origins,
    excluding_pins,
    kept_beyond_quota,
    small_counts,
    few_types,
    small_power,
    small_carbon,
    small_budget,
)

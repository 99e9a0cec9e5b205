"""What a location brings: the best plan without it, or with it."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.explained import Verdict
from optimizer.domain.plan import Plan
from optimizer.formulation.rules.locations import allowed_locations
from optimizer.planning.explain_seen import Seen


def on_place(seen: Seen, name: str) -> list[Verdict]:
    """Return the verdict on a location."""
    label = name.replace("/", " ", 1)
    allowed = allowed_locations(seen.scenario, seen.catalog, on=True)
    if name not in allowed:
        wider = replace(seen.scenario, locations=(*allowed, name), locations_given=True)
        found = seen.try_plan(wider, f"with {label}")
        verdict = seen.with_it(label, "", found)
        if isinstance(found, Plan):
            used = "" if any(pool.location == name for pool in found.pools) else "; nothing would run there"
            verdict = replace(verdict, detail=f"not among the scenario's locations{used}")
        return [verdict]
    here = dict.fromkeys(f"{pool.service} on {pool.instance_type}" for pool in seen.plan.pools if pool.location == name)
    if any(row.location == name for row in seen.scenario.commitments):
        return [Verdict(label, "", "chosen", ", ".join(here), "", None, None, "signed already: no plan is without it")]
    if not here and not any(row.location == name for row in seen.plan.fleet):
        return [seen.unused(label, "allowed, and nothing runs there: the plan without it is the same")]
    rest = tuple(place for place in allowed if place != name)
    if not rest:
        return [seen.without(label, ", ".join(here), "it is the only location that the scenario allows")]
    fewer = replace(seen.scenario, locations=rest, locations_given=True)
    return [seen.without(label, ", ".join(here), seen.try_plan(fewer, f"without {label}"))]

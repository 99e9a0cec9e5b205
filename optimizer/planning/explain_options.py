"""What a purchase option saves: the best plan without it, or with it."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from optimizer.domain.explained import Verdict
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import TERM_MONTHS, PurchaseOption
from optimizer.planning.explain_seen import Seen


def on_option(seen: Seen, name: str) -> list[Verdict]:
    """Return the verdict on a purchase option."""
    option = cast("PurchaseOption", name)
    purchase, months = seen.scenario.purchase, seen.scenario.horizon_months
    term = TERM_MONTHS.get(option, 0)
    if term > months and purchase.after_horizon == "refuse":
        detail = f"a term of {term} months outlasts the horizon of {months}, and purchase.after_horizon is refuse"
        return [seen.unused(name, detail, "cannot")]
    if option not in purchase.options:
        wider = replace(seen.scenario, purchase=replace(purchase, options=(*purchase.options, option)))
        found = seen.try_plan(wider, f"with {name}")
        verdict = seen.with_it(name, "", found)
        if isinstance(found, Plan):
            used = any(row.purchase_option == name for row in found.fleet)
            bought = "" if used else "; nothing would be bought so"
            verdict = replace(verdict, detail=f"not among purchase.options{bought}")
        return [verdict]
    rows = [row for row in seen.plan.fleet if row.purchase_option == name]
    if not rows:
        return [seen.unused(name, "allowed, and nothing is bought so: the plan without it is the same")]
    where = ", ".join(dict.fromkeys(f"{row.instance_type} in {row.location.replace('/', ' ', 1)}" for row in rows))
    rest = tuple(other for other in purchase.options if other != option)
    if not rest:
        return [seen.without(name, where, "it is the only option that the scenario allows")]
    fewer = replace(seen.scenario, purchase=replace(purchase, options=rest))
    return [seen.without(name, where, seen.try_plan(fewer, f"without {name}"))]

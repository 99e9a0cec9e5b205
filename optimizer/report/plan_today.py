"""Today's fleet beside the plan: what it costs, whether it holds, and what each kind of change saves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.domain.plan import Plan
from optimizer.report.page import Facts, Tone
from optimizer.report.plan_run import months_of
from optimizer.report.words import counted, money, money_digits

#: More shortages than this are counted.
SHORTAGES_SHOWN = 3


def today_facts(plan: Plan) -> Facts | None:
    """Return what is known of today's fleet, None where the scenario names none."""
    today = plan.today
    if today is None:
        return None
    lines = [_cost(plan, today), *_saving(plan, today), *_holds(today)]
    tone: Tone = "bad" if today["holds"] is False else "plain"
    return Facts("Today", tuple(line for line in lines if line), tone)


def _cost(plan: Plan, today: Mapping[str, Any]) -> tuple[str, ...]:
    running = counted(today["instances"], "instance")
    if today["total"] is None:
        return (f"{running}, cost not known", f"no price of {', '.join(today['unpriced'])}")
    months, currency = months_of(plan), plan.objective.currency
    digits = money_digits(plan.objective.total / months)
    amounts = (money(total / months, digits) for total in (today["total"], plan.objective.total))
    now, then = amounts
    return (f"{running}, {currency} {now} a month", f"this plan {currency} {then}")


def _saving(plan: Plan, today: Mapping[str, Any]) -> list[tuple[str, ...]]:
    if not today["saving"]:
        return []
    months = months_of(plan)
    digits = money_digits(plan.objective.total / months)
    pieces = []
    for part in today["saving"]:
        amount = part["amount"] / months
        sign = "-" if amount >= 0.0 else "+"
        pieces.append(f"{sign}{money(abs(amount), digits)} {part['cause']}")
    return [tuple(pieces)]


def _holds(today: Mapping[str, Any]) -> list[tuple[str, ...]]:
    if today["holds"] is None:
        return [("whether it holds the targets cannot be told: some service has no instances of its own in reach",)]
    if today["holds"]:
        return [("it holds every target now",)]
    shown = [
        (
            f"{item['service']} in {item['location']} breaks at {item['when']}"
            + (f" {item['what']}" if item["what"] else "")
            + f": {item['carried_per_s']:,.0f} of {item['needed_per_s']:,.0f} requests/s within the target",
        )
        for item in today["shortages"][:SHORTAGES_SHOWN]
    ]
    rest = len(today["shortages"]) - len(shown)
    return [*shown, *([(f"and {rest} more",)] if rest > 0 else [])]

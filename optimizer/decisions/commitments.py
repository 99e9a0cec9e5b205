"""What is signed for the whole horizon: read from a plan, standing in a question, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from optimizer.costs import Rates
from optimizer.decisions.records import Bought
from optimizer.decisions.work import Question
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import OWNED, TERM_MONTHS, Commitment, PurchaseOption
from optimizer.domain.scenario import Scenario

STEADY: tuple[PurchaseOption, ...] = (*TERM_MONTHS, OWNED)
REASON = "bought for another demand"


def committed_by(plan: Plan) -> tuple[Bought, ...]:
    """Return what a plan buys for the whole horizon, signed before excepted."""
    counts: dict[tuple[str, str, str], int] = {}
    for row in plan.fleet:
        if row.purchase_option in STEADY and not row.until:
            key = (row.location, row.instance_type, row.purchase_option)
            counts[key] = counts.get(key, 0) + max(row.count_by_period, default=0)
    return committed(counts)


def committed(counts: Mapping[tuple[str, str, str], int]) -> tuple[Bought, ...]:
    """Return counts by location, instance type and option as what is bought, in their order and none of 0."""
    return tuple(Bought(*key, count, count, float(count)) for key, count in sorted(counts.items()) if count > 0)


def with_commitments(scenario: Scenario, bought: Sequence[Bought]) -> Scenario:
    """Return the scenario in which they stand, at no further cost, and only on demand and spot can be bought."""
    signed = tuple(_signed(item) for item in bought)
    purchase = replace(scenario.purchase, options=scenario.purchase.by_the_hour)
    return replace(scenario, purchase=purchase, commitments=(*scenario.commitments, *signed))


def sunk_cost(question: Question, bought: Sequence[Bought]) -> float:
    """Return what they cost over the horizon besides what signed machines cost anyway (the power of idle ones)."""
    rates = Rates(question.scenario, question.catalog)
    total = 0.0
    for item in bought:
        option = next(option for option in STEADY if option == item.purchase_option)
        each = rates.steady_cost(item.location.split("/", maxsplit=1)[0], item.instance_type, item.location, option)
        total += (each or 0.0) * item.most - rates.signed_cost(_signed(item))
    return total


def one_of_each(question: Question, options: Sequence[PurchaseOption]) -> tuple[Bought, ...]:
    """Return one instance of all that could be signed for: a plan beside them is free to use any type so bought."""
    scenario, catalog = question.scenario, question.catalog
    rates = Rates(scenario, catalog)
    return committed(
        {
            (place, kind, option): 1
            for provider, kind in catalog.instance_types
            for place in scenario.locations
            for option in STEADY
            if place.startswith(f"{provider}/")
            and option in options
            and rates.steady_cost(provider, kind, place, option) is not None
        }
    )


def _signed(item: Bought) -> Commitment:
    option = next(option for option in STEADY if option == item.purchase_option)
    end = date.max.isoformat()
    return Commitment(item.location, item.instance_type, option, item.most, 0.0, end, 1.0, 0.0, False, REASON)

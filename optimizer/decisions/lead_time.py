"""What runs until ordered machines arrive: rented instances in their place, beside what is signed all along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from optimizer.costs import Rates
from optimizer.decisions.steady import Key, steady_counts
from optimizer.decisions.work import Question
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import OWNED, Commitment

REASON = "signed with the order"


@dataclass(frozen=True, slots=True, eq=False)
class Early:
    """The plan for the first months, the question it answers, and the share of the horizon that they are."""

    months: int
    share: float
    question: Question
    plan: Plan


def waits(plan: Plan) -> bool:
    """Whether a plan buys machines that have to arrive."""
    return any(option == OWNED and count > 0 for (_, _, option), count in steady_counts(plan).items())


def early_question(question: Question, plan: Plan) -> Question:
    """Return the question of the months before the machines of a plan arrive.

    The terms that the plan signs are signed from the beginning, at what they cost the plan; besides them there are only
    on demand and spot, of what the scenario allows: nobody signs a year for a few months.
    """
    scenario, rates = question.scenario, Rates(question.scenario, question.catalog)
    signed = tuple(
        _signed(rates, key, count) for key, count in steady_counts(plan).items() if key[2] != OWNED and count > 0
    )
    purchase = replace(scenario.purchase, options=scenario.purchase.by_the_hour)
    asked = replace(scenario, purchase=purchase, commitments=(*scenario.commitments, *signed))
    return replace(question, scenario=asked)


def _signed(rates: Rates, key: Key, count: int) -> Commitment:
    """A term of the plan; its price counts the rest that outlasts the horizon, as the plan does."""
    location, kind, option = key
    cost = rates.steady_cost(location.split("/", maxsplit=1)[0], kind, location, option) or 0.0
    price, end = cost / (rates.scenario.horizon_hours * rates.support_factor(location)), date.max.isoformat()
    return Commitment(location, kind, option, count, price, end, 1.0, 0.0, reserved=False, reason=REASON)

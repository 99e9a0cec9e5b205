"""What a decided option costs at each demand that is known: machines and terms fixed, what is rented following.

Between these points cost is taken to be a straight line. At each of them the fleet is planned again, with what was
bought and signed standing and every service kept on its types and profiles where it runs; a batch size is a setting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.costs import Rates
from optimizer.decisions.cash.flow import running_per_month
from optimizer.decisions.draws.demands import at_demand, level_of
from optimizer.decisions.draws.steady import Held, held_of, held_today
from optimizer.decisions.made import Made
from optimizer.decisions.work import Question, cheapest, refusal_of
from optimizer.domain.plan import Cost, CostLine, Plan
from optimizer.domain.purchase import ON_DEMAND, SPOT
from optimizer.domain.scenario import Floats
from optimizer.errors import FleetoptError, NoAnswer

#: Provider and purchase option whose price is drawn.
Priced = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """Cost of an option at each demand, shape (demands,): `rent` by what its price is drawn as, and the `rest`.

    `held` is what is paid whether it works or not, and has to be replaced where it fails.
    """

    rest: Floats
    rent: Mapping[Priced, Floats]
    held: tuple[Held, ...]

    def mixed(self, other: Nodes, share: float) -> Nodes:
        """Return what holds for a share of the horizon, and the other after that."""
        keys = dict.fromkeys((*self.rent, *other.rent))
        none = np.zeros_like(self.rest)
        rent = {key: self.rent.get(key, none) * share + other.rent.get(key, none) * (1.0 - share) for key in keys}
        held = (*(item.for_share(share) for item in self.held), *(item.for_share(1.0 - share) for item in other.held))
        return Nodes(self.rest * share + other.rest * (1.0 - share), rent, held)


@dataclass(frozen=True, slots=True, eq=False)
class NodeQuestion:
    """An option as it came out, and the demands it is looked at; none of them: as its bill counts it."""

    label: str
    question: Question
    made: Made
    demands: tuple[str, ...]


def nodes_of(asked: NodeQuestion) -> Nodes | tuple[str, ...]:
    """Return an option's cost at each demand, or why there is none."""
    made, question = asked.made, asked.question
    try:
        if made.plan is None:
            return _today(asked)
        found = _planned(question, made.plan, asked.demands)
        if made.early is not None:
            found = _planned(made.early.question, made.early.plan, asked.demands).mixed(found, made.early.share)
    except Exception as error:  # one option that fails does not lose the others
        return refusal_of(error).reasons
    return found


def _planned(question: Question, plan: Plan, demands: Sequence[str]) -> Nodes:
    rates = Rates(question.scenario, question.catalog)
    held = tuple(held_of(rates, plan))
    if not demands:
        return _at(rates, [(0.0, plan.cost)], held)
    months = question.scenario.horizon_months
    fixed = plan.cost.total - running_per_month(question, plan) * months
    bills = []
    for name in demands:
        asked = at_demand(question, plan, name)
        try:
            found = cheapest(asked.scenario, asked.catalog, asked.how, asked.how.store())
        except NoAnswer as refusal:
            message = f"when {name} comes: {str(refusal).splitlines()[0]}"
            raise FleetoptError(message) from refusal
        # What was decided is paid as decided; in this plan it stands for nothing but its idle power.
        bills.append((fixed + running_per_month(asked, found) * months - found.cost.total, found.cost))
    return _at(rates, bills, held)


def _at(rates: Rates, bills: Sequence[tuple[float, Cost]], held: tuple[Held, ...]) -> Nodes:
    """Divide bills, each with what comes on top of it, into rent by provider and option, and the rest."""
    keys = dict.fromkeys(key for _, cost in bills for line in cost.lines if (key := _priced(line)) is not None)
    rent = {
        key: np.array([sum(_with_support(rates, line) for line in cost.lines if _priced(line) == key)
                       for _, cost in bills])
        for key in keys
    }  # fmt: skip
    totals = np.array([more + cost.total for more, cost in bills])
    rest: Floats = totals - sum(rent.values(), np.zeros(len(bills)))
    return Nodes(rest, rent, held)


def _priced(line: CostLine) -> Priced | None:
    """How the price of a line is drawn; None for what does not follow today's prices of rent."""
    rented = line.purchase_option in (ON_DEMAND, SPOT) and line.category in ("compute", "overhead")
    return (line.provider, line.purchase_option) if rented and " signed until " not in line.item else None


def _with_support(rates: Rates, line: CostLine) -> float:
    return line.amount * rates.support_factor(line.location)


def _today(asked: NodeQuestion) -> Nodes | tuple[str, ...]:
    """Today's fleet: only what is sent and stored follows the demand."""
    if not asked.made.is_comparable:
        return ("its bill is not whole",)
    scenario = asked.question.scenario
    rates, cost = Rates(scenario, asked.question.catalog), asked.made.bill.cost
    levels = [level_of(scenario, name) for name in asked.demands] or [1.0]
    follows = sum(
        _with_support(rates, line) for line in cost.lines if line.category == "network" or line.item == "logs"
    )
    return _at(rates, [((level - 1.0) * follows, cost) for level in levels], tuple(held_today(rates)))

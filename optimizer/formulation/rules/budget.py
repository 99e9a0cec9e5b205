"""The plan costs no more than the budget."""

from __future__ import annotations

from optimizer.domain.scenario import Scenario
from optimizer.formulation.rule import Relaxation, Rule
from optimizer.units import HOURS_PER_MONTH


def budget_total(scenario: Scenario, *, on: bool = True) -> float | None:
    r"""Return what the plan may cost over the horizon, None for no limit.

    .. math:: total \le budget \cdot H / 730

    The total is what is minimised, so the rule needs no row: the least total is within the budget or nothing is.
    """
    monthly = scenario.limits.budget_per_month
    return monthly * scenario.horizon_hours / HOURS_PER_MONTH if monthly is not None and on else None


RULE = Rule(
    name="budget",
    place="rows",
    meaning="The plan costs no more than the budget.",
    relaxation=Relaxation("raise the budget", "money", 18.0),
    apply=budget_total,
)

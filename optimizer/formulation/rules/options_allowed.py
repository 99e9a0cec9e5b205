"""Only what the scenario allows is bought, and no term that outlasts the horizon where that is refused."""

from __future__ import annotations

from optimizer.domain.purchase import TERM_MONTHS, PurchaseOption
from optimizer.domain.scenario import Scenario
from optimizer.formulation.rule import Relaxation, Rule

ALL_OPTIONS: tuple[PurchaseOption, ...] = ("on_demand", "spot", "committed_1y", "committed_3y", "owned")


def allowed_options(scenario: Scenario, *, on: bool = True) -> tuple[PurchaseOption, ...]:
    """Return the purchase options that may be used.

    A commitment is refused where its term, renewed as often as the horizon needs, outlasts the horizon and
    `after_horizon` is ``refuse``.
    """
    if not on:
        return ALL_OPTIONS
    refused = scenario.purchase.after_horizon == "refuse"
    return tuple(
        option
        for option in scenario.purchase.options
        if not (refused and option in TERM_MONTHS and scenario.horizon_months % TERM_MONTHS[option] != 0)
    )


RULE = Rule(
    name="options_allowed",
    place="filter",
    meaning="Only the allowed purchase options are used, and no term outlasts the horizon unless that is allowed.",
    relaxation=Relaxation("allow a further purchase option", "option", 5.0),
    apply=allowed_options,
)

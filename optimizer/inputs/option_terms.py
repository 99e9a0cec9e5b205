"""What a file of options asks besides the options themselves, as records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from optimizer.domain.scenario import Scenario
from optimizer.inputs.schema_asked import CashFlowKeys, DrawsKeys


@dataclass(frozen=True, slots=True)
class CashTerms:
    """Over how many months payments are followed, and how they change.

    Parameters
    ----------
    months
        Of the horizon: a 36th of it where it has 36.
    discount_rate_per_year
        What a payment a year later is worth less.
    rent_decline_per_year
        Share by which every price of rented instances falls in a year; below 0 it rises.
    demand_growth_per_year
        Share by which every demand grows in a year; below 0 it shrinks.
    value_kept_per_year
        Share of its value that a bought machine keeps in a year; None for a straight line to what the catalog says is
        left when it is written off.
    """

    months: int
    discount_rate_per_year: float
    rent_decline_per_year: float = 0.0
    demand_growth_per_year: float = 0.0
    value_kept_per_year: float | None = None


def cash_terms_of(keys: CashFlowKeys | None, scenario: Scenario) -> CashTerms | None:
    """Return how payments are followed; without a rate of its own at that of the scenario's owned machines."""
    if keys is None:
        return None
    rate = keys.discount_rate_per_year
    return CashTerms(
        keys.months,
        scenario.owned.discount_rate_per_year if rate is None else rate,
        keys.rent_decline_per_year,
        keys.demand_growth_per_year,
        keys.value_kept_per_year,
    )


@dataclass(frozen=True, slots=True)
class DrawTerms:
    """What is drawn, and how widely: see `DrawsKeys` for each."""

    traffic: Literal["band", "as_planned"] = "band"
    on_demand_spread: float = 0.0
    spot_spread: float = 0.0
    instance_failures_per_year: float = 0.0
    repair_hours: float = 24.0
    zone_outages_per_year: float = 0.0
    zone_outage_hours: float = 4.0


#: Only traffic is drawn.
DEFAULT_DRAWS = DrawTerms()


def draw_terms_of(keys: DrawsKeys) -> DrawTerms:
    """Return what is drawn."""
    return DrawTerms(**keys.model_dump())

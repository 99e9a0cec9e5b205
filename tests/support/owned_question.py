"""A question whose cheapest plan signs a term with an upfront payment for one service and buys a machine for another.

Nothing is discounted, so that payments can be added up by hand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from optimizer.decisions.work import How, Question
from optimizer.domain.catalog import Price
from optimizer.domain.purchase import OwnedTerms, Purchase
from optimizer.domain.scenario import NetworkUse, Operations, Period
from tests.support.small import HOME, SOURCE, demand, service, small_scenario
from tests.support.small_market import SITE, market, with_prices

#: At gap 0: totals are compared to the cent.
EXACT = How(gap=0.0)


def owned_question(
    months: int = 24, *, index_per_s: float = 90.0, most: int | None = 1, rate: float = 0.0, **changes: Any
) -> Question:
    """Return it; a box costs 3,600 and is written off after 36 months, a year is 600 at once and 0.35 an hour."""
    periods = (Period("quiet", 0, 365.0 * months), Period("busy", 0, 365.0 * months))
    scenario = small_scenario(
        service("index", demand([[index_per_s, index_per_s]])),
        service("web", demand([[400.0, 800.0]])),
        locations=(HOME, SITE),
        horizon_months=months,
        periods=periods,
        purchase=Purchase(options=("on_demand", "committed_1y", "owned"), after_horizon="charge"),
        owned=OwnedTerms(discount_rate_per_year=rate, unused="idle"),
        operations=Operations((), 15.0, 0.10, 0.05),
        network=NetworkUse(0.1, 0.1, 1.0),
    )
    year = Price("p", "one", HOME, "committed_1y", "offered", 0.35, 600.0, 12, SOURCE)
    catalog = with_prices(market(max_count=most, space_price_per_kw_month=100.0), year)
    return Question(replace(scenario, **changes), catalog, EXACT)

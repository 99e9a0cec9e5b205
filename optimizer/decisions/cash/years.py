"""The question of a later year: its demand and its prices, with what is bought and signed by then standing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from optimizer.costs import Rates
from optimizer.decisions.cash.lots import Lot, lasts_months
from optimizer.domain.catalog import Catalog
from optimizer.domain.purchase import OWNED, Commitment, Match, PriceRule
from optimizer.domain.scenario import Scenario
from optimizer.domain.sources import each_demand, times
from optimizer.inputs.option_terms import CashTerms
from optimizer.units import MONTHS_PER_YEAR

REASON = "bought in a year before"


@dataclass(frozen=True, slots=True)
class Factors:
    """What demand and rent are multiplied by in a year."""

    demand: float
    rent: float

    @classmethod
    def of(cls, terms: CashTerms, year: int) -> Factors:
        """Return those of a year; the first, 0, has none."""
        return cls((1.0 + terms.demand_growth_per_year) ** year, (1.0 - terms.rent_decline_per_year) ** year)


def is_another(scenario: Scenario, terms: CashTerms, year: int) -> bool:
    """Whether a year asks another question than the first: other demand or prices, or what was signed before ended."""
    if year == 0:
        return False
    ended = bool(scenario.commitments) and year * MONTHS_PER_YEAR >= scenario.horizon_months
    return ended or terms.demand_growth_per_year != 0.0 or terms.rent_decline_per_year != 0.0


def in_year(
    scenario: Scenario, catalog: Catalog, terms: CashTerms, year: int, standing: Sequence[Lot]
) -> tuple[Scenario, Catalog]:
    """Return scenario and catalog of a year, planned for as many months as the first, all of them like this year.

    Parameters
    ----------
    standing
        Lots of earlier years that last into this one: machines at no further price, terms at theirs.
    """
    factors, elapsed = Factors.of(terms, year), year * MONTHS_PER_YEAR
    grown = each_demand(scenario, lambda demand: times(demand, factors.demand))
    rules = scenario.price_rules
    if factors.rent != 1.0:
        rules = (*rules, PriceRule(Match(), 1.0 - factors.rent, None, f"rent in year {year + 1}"))
    rates = Rates(scenario, catalog)
    before = (_later(rates, item, elapsed) for item in scenario.commitments)
    signed = (_standing(rates, lot, elapsed) for lot in standing)
    commitments = (*(item for item in before if item is not None), *signed)
    asked = replace(grown, price_rules=rules, commitments=commitments, running=())
    return asked, _fewer_for_sale(catalog, standing)


def _later(rates: Rates, item: Commitment, elapsed: int) -> Commitment | None:
    left = lasts_months(rates, item) - elapsed
    return _in_force(item, left) if left > 0.0 else None


def _standing(rates: Rates, lot: Lot, elapsed: int) -> Commitment:
    location, kind, option = lot.key
    hours = lot.count * rates.support_factor(location)
    price = 0.0 if option == OWNED else lot.hourly / hours
    signed = Commitment(location, kind, option, lot.count, price, date.max.isoformat(), 1.0, 0.0, False, REASON)
    return _in_force(signed, lot.end - elapsed)


def _in_force(item: Commitment, months: float) -> Commitment:
    """Return a commitment as far as it matters to one year: what comes after it is decided when it comes."""
    return replace(item, horizon_share=min(1.0, months / MONTHS_PER_YEAR), months_after_horizon=0.0)


def _fewer_for_sale(catalog: Catalog, standing: Sequence[Lot]) -> Catalog:
    """Return the catalog in which machines that stand already are no longer to be had."""
    owned = dict(catalog.owned)
    for lot in standing:
        location, kind, option = lot.key
        place = (location.split("/", maxsplit=1)[0], kind, location)
        row = owned.get(place)
        if option == OWNED and row is not None and row.max_count is not None:
            owned[place] = replace(row, max_count=max(0, row.max_count - lot.count))
    return replace(catalog, owned=owned)

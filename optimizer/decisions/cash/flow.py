"""Payments of one option, month by month: what runs in each year, and the lots that are bought and signed for it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.costs import Rates
from optimizer.decisions.cash.lots import Lot, machines, signed_before, term, upkeep
from optimizer.decisions.cash.records import CashYear, OptionCash, Signed
from optimizer.decisions.cash.years import Factors, in_year, is_another
from optimizer.decisions.made import Made
from optimizer.decisions.steady import Key, steady_counts
from optimizer.decisions.work import Question, Refusal, planned
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import OWNED, Commitment
from optimizer.domain.scenario import Floats
from optimizer.inputs.option_terms import CashTerms
from optimizer.units import MONTHS_PER_YEAR


@dataclass(frozen=True, slots=True, eq=False)
class CashQuestion:
    """An option as it came out, and how its payments are followed."""

    label: str
    question: Question
    made: Made
    terms: CashTerms


@dataclass(frozen=True, slots=True, eq=False)
class _Year:
    """A year with the question it answers and what is bought when it begins."""

    number: int
    question: Question
    plan: Plan
    bought: tuple[Lot, ...]

    @property
    def running_per_month(self) -> float:
        """What is paid in a month for all but machines and terms."""
        return running_per_month(self.question, self.plan)


def running_per_month(question: Question, plan: Plan) -> float:
    """Return what a plan pays in a month for all but what it buys, signs, or has signed before."""
    rates = Rates(question.scenario, question.catalog)
    signed = (_signed_rent(rates, item) for item in question.scenario.commitments)
    lots = math.fsum((*_steady_costs(rates, plan), *signed))
    return (plan.cost.total - lots) / question.scenario.horizon_months


def cash_of(asked: CashQuestion) -> OptionCash:
    """Return what an option pays when; reasons where a later year has no plan."""
    terms, plan = asked.terms, asked.made.plan
    if plan is None:
        return _today(asked)
    years: list[_Year] = []
    for number in range(math.ceil(terms.months / MONTHS_PER_YEAR)):
        found = _year(asked, plan, number, [lot for year in years for lot in year.bought])
        if isinstance(found, Refusal):
            reasons = tuple(f"year {number + 1}: {reason}" for reason in found.reasons)
            return OptionCash(asked.label, reasons=reasons)
        years.append(found)
    return _added_up(asked, payments_of(asked, years), tuple(_told(asked, year) for year in years))


def _added_up(asked: CashQuestion, payments: Floats, years: tuple[CashYear, ...]) -> OptionCash:
    terms = asked.terms
    discounts = (1.0 + terms.discount_rate_per_year) ** (-np.arange(terms.months + 1) / MONTHS_PER_YEAR)
    cumulative = np.cumsum(payments * discounts)
    return OptionCash(
        label=asked.label,
        payments=tuple(payments.tolist()),
        cumulative=tuple(cumulative.tolist()),
        total=math.fsum(payments),
        net_present_cost=float(cumulative[-1]),
        years=years,
    )


def _today(asked: CashQuestion) -> OptionCash:
    """Return today's fleet in equal parts: its machines are paid for, and it follows no growth."""
    terms, bill = asked.terms, asked.made.bill
    if not asked.made.is_comparable:
        return OptionCash(asked.label, reasons=("its bill is not whole",))
    if terms.demand_growth_per_year != 0.0 or terms.rent_decline_per_year != 0.0:
        return OptionCash(asked.label, reasons=("today's fleet follows no growth: nobody plans it again",))
    capital = (line.amount for line in bill.cost.lines if (line.category, line.purchase_option) == ("compute", OWNED))
    monthly = (bill.cost.total - math.fsum(capital)) / asked.question.scenario.horizon_months
    payments = np.full(terms.months + 1, monthly)
    payments[0] = 0.0
    return _added_up(asked, payments, ())


def payments_of(asked: CashQuestion, years: Sequence[_Year]) -> Floats:
    """Return the sum of everything that is paid, shape (months + 1,)."""
    months = asked.terms.months
    paid = np.zeros(months + 1)
    for year in years:
        first = year.number * MONTHS_PER_YEAR + 1
        paid[first : first + MONTHS_PER_YEAR] += year.running_per_month
    if asked.made.early is not None:
        paid[1 : asked.made.early.months + 1] = running_per_month(asked.made.early.question, asked.made.early.plan)
    rates = Rates(asked.question.scenario, asked.question.catalog)
    before = [signed_before(rates, item) for item in asked.question.scenario.commitments]
    for lot in (*before, *(lot for year in years for lot in year.bought)):
        paid += lot.payments(months)
    return paid


def _year(asked: CashQuestion, plan: Plan, number: int, earlier: Sequence[Lot]) -> _Year | Refusal:
    """Plan a year where it asks something new; where it does not, what has run out is bought again."""
    start, terms, question = number * MONTHS_PER_YEAR, asked.terms, asked.question
    standing = [lot for lot in earlier if lot.end > start]
    there: dict[Key, int] = {}
    if is_another(question.scenario, terms, number):
        scenario, catalog = in_year(question.scenario, question.catalog, terms, number, standing)
        question = replace(question, scenario=scenario, catalog=catalog)
        found = planned(question)
        if isinstance(found, Refusal):
            return found
        plan = found
    else:
        for lot in standing:
            there[lot.key] = there.get(lot.key, 0) + lot.count
    rates = Rates(question.scenario, question.catalog)
    needed = steady_counts(plan)
    bought = ((key, count - there.get(key, 0)) for key, count in needed.items())
    arrive = start if number or asked.made.early is None else asked.made.early.months
    lots = tuple(
        _lot(rates, key, count, arrive if key[2] == OWNED else start, terms) for key, count in bought if count > 0
    )
    return _Year(number, question, plan, lots)


def _lot(rates: Rates, key: Key, count: int, start: int, terms: CashTerms) -> Lot:
    if key[2] == OWNED:
        return machines(rates, key, count, start, terms.value_kept_per_year)
    return term(rates, key, count, start)


def _steady_costs(rates: Rates, plan: Plan) -> Iterator[float]:
    """What the bill counts for machines and terms, without the energy of machines at rest."""
    hours = rates.scenario.horizon_hours
    for key, count in steady_counts(plan).items():
        location, kind, option = key
        provider = location.split("/", maxsplit=1)[0]
        if option == OWNED:
            yield count * hours * (rates.owned_cost(provider, kind, location).ownership + upkeep(rates, key))
        else:
            yield count * (rates.steady_cost(provider, kind, location, option) or 0.0)


def _signed_rent(rates: Rates, item: Commitment) -> float:
    """What the bill counts for a commitment signed before, without the energy of machines at rest."""
    hours = item.count * rates.scenario.horizon_hours * item.horizon_share
    return hours * item.price_per_hour * rates.support_factor(item.location)


def _told(asked: CashQuestion, year: _Year) -> CashYear:
    factors = Factors.of(asked.terms, year.number)
    bought = tuple(Signed(*lot.key, lot.count, lot.once) for lot in year.bought)
    return CashYear(year.number + 1, factors.demand, factors.rent, year.running_per_month, bought)

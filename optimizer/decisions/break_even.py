r"""The price at which an instance type enters the cheapest plan, found by intersecting lines.

With every price of the type multiplied by a factor f, a plan costs :math:`a + b f`, `b` being what it spends on the
type at today's prices. The cheapest cost is the least of finitely many such lines: concave and piecewise linear. A plan
that spends a share on the type at a low factor and one that does not at a high factor give two lines; where they meet
the cheapest plan is asked for. Either it costs less than both, and takes the place of one of them, or the two tie
there and the factor is exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from optimizer.costs import Rates
from optimizer.decisions.records import BreakEven, BreakEvenPrice
from optimizer.decisions.work import Question, cheapest, types_of
from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import CostLine, Plan
from optimizer.domain.purchase import ON_DEMAND, OWNED, Match, PriceRule
from optimizer.domain.scenario import Scenario
from optimizer.errors import FleetoptError, NoAnswer
from optimizer.inputs.options_file import BOUGHT, without_types
from optimizer.performance import CapacityStore

#: A type takes part in a plan from this share of its cost on.
ENTERS_SHARE = 0.01
#: Factors tried for a plan in which it does, in turn.
TRIED = (1.0, 0.5, 0.2, 0.05)
#: Two costs are equal up to what floats and the solver's tolerances leave.
EQUAL = 1e-8
MOST_PLANS = 40


@dataclass(frozen=True, slots=True, eq=False)
class BreakEvenQuestion:
    """Which instance type, in which scenario."""

    question: Question
    provider: str
    instance_type: str


@dataclass(frozen=True, slots=True)
class _Line:
    """What a plan costs at any factor."""

    fixed: float
    slope: float
    types: tuple[str, ...]

    def at(self, factor: float) -> float:
        return self.fixed + self.slope * factor

    def share(self, factor: float) -> float:
        return self.slope * factor / self.at(factor) if self.slope > 0.0 else 0.0


def break_even(asked: BreakEvenQuestion) -> BreakEven:
    """Return the break-even price of an instance type: below it the cheapest plan spends at least 1 % on it."""
    search = _Search(asked)
    try:
        return search.answer()
    except FleetoptError as refusal:
        return BreakEven(
            asked.provider, asked.instance_type, "failed", plans=search.plans, reason=str(refusal).splitlines()[0]
        )


class _Search:
    def __init__(self, asked: BreakEvenQuestion) -> None:
        self._asked, self._question = asked, asked.question
        self._store: CapacityStore = asked.question.how.store()
        self.plans = 0

    def answer(self) -> BreakEven:
        provider, kind = self._asked.provider, self._asked.instance_type
        entered = next(((f, line) for f in TRIED if (line := self._line(f)).share(f) >= ENTERS_SHARE), None)
        if entered is None:
            return BreakEven(provider, kind, "never", plans=self.plans)
        inside = entered[1]
        try:
            outside = self._line(None)
        except NoAnswer:
            return BreakEven(provider, kind, "always", plans=self.plans)
        while self.plans < MOST_PLANS and inside.slope > outside.slope:
            # The share of a plan rises with the factor, so `inside` has its share where the lines meet as well.
            factor = (outside.fixed - inside.fixed) / (inside.slope - outside.slope)
            found = self._line(factor)
            if found.at(factor) >= inside.at(factor) * (1.0 - EQUAL):
                return self._found(factor, inside, outside)
            if found.share(factor) >= ENTERS_SHARE:
                inside = found
            else:
                outside = found
        message = f"no break-even price after {self.plans} plans"
        raise FleetoptError(message)

    def _found(self, factor: float, inside: _Line, outside: _Line) -> BreakEven:
        return BreakEven(
            self._asked.provider,
            self._asked.instance_type,
            "found",
            factor=factor,
            share=inside.share(factor),
            total=inside.at(factor),
            prices=tuple(self._prices(factor)),
            with_types=inside.types,
            without_types=outside.types,
            plans=self.plans,
        )

    def _line(self, factor: float | None) -> _Line:
        """Cost of the cheapest plan at a factor (None: without the type) at any other."""
        self.plans += 1
        scenario, catalog = self._question.scenario, self._question.catalog
        key = (self._asked.provider, self._asked.instance_type)
        if factor is None:
            plan = cheapest(scenario, without_types(catalog, {key}), self._question.how, self._store)
            return _Line(plan.cost.total, 0.0, types_of(plan))
        asked_scenario, asked_catalog = at_factor(scenario, catalog, *key, factor)
        plan = cheapest(asked_scenario, asked_catalog, self._question.how, self._store)
        spend = spent_on(plan, Rates(scenario, catalog), *key)
        return _Line(plan.cost.total - spend, spend / factor, types_of(plan))

    def _prices(self, factor: float) -> Iterator[BreakEvenPrice]:
        """Prices on demand, else the first option that is known, of each location."""
        scenario, catalog = self._question.scenario, self._question.catalog
        rates, key = Rates(scenario, catalog), (self._asked.provider, self._asked.instance_type)
        for place in scenario.locations:
            server = catalog.owned.get((*key, place))
            if server is not None:
                price = server.purchase_price(scenario.owned.price)
                yield BreakEvenPrice(place, OWNED, price, price * factor)
            for option in (ON_DEMAND, *(option for option in BOUGHT if option != ON_DEMAND)):
                row = rates.price(*key, place, option)
                hour = rates.instance_hour(*key, place, option)
                if row is not None and row.status == "offered" and hour is not None:
                    yield BreakEvenPrice(place, option, hour.amount, hour.amount * factor)
                    break


def at_factor(
    scenario: Scenario, catalog: Catalog, provider: str, instance_type: str, factor: float
) -> tuple[Scenario, Catalog]:
    """Return a question in which every price of an instance type, to rent or to buy, is multiplied by a factor."""
    rates = Rates(scenario, catalog)
    rules = tuple(
        PriceRule(Match(provider, place, instance_type, option), None, hour.amount * factor, "break-even")
        for place in (name for name, row in catalog.locations.items() if row.provider == provider)
        for option in BOUGHT
        if (hour := rates.instance_hour(provider, instance_type, place, option)) is not None
    )
    owned = dict(catalog.owned)
    for key, row in catalog.owned.items():
        if key[:2] == (provider, instance_type):
            owned[key] = replace(
                row,
                purchase_price_low=row.purchase_price_low * factor,
                purchase_price_mid=row.purchase_price_mid * factor,
                purchase_price_high=row.purchase_price_high * factor,
            )
    asked = replace(scenario, price_rules=(*scenario.price_rules, *rules))
    return asked, replace(catalog, owned=owned)


def spent_on(plan: Plan, rates: Rates, provider: str, instance_type: str) -> float:
    """Return what a plan spends on an instance type in proportion to its price, with the support on it."""
    mine = (line for line in plan.cost.lines if (line.provider, line.instance_type) == (provider, instance_type))
    return sum(line.amount * rates.support_factor(line.location) for line in mine if _by_price(line))


def _by_price(line: CostLine) -> bool:
    """Whether a line follows the price: rent but what is signed, and what is a share of the purchase price."""
    if line.category == "maintenance":
        return line.purchase_option == OWNED
    return line.category in ("compute", "overhead", "obligation") and " signed until " not in line.item

"""What commitments made for one demand cost when another one comes.

A row of the table signs what the cheapest plan for its demand commits to (one and three years, owned machines): it is
paid whatever comes. Each entry is then the cheapest plan for its demand with these commitments standing, and only on
demand and spot left to buy; its configuration is free. What is sent and stored is billed on the mean demand, which is
the same in every column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date

from optimizer.costs import Rates
from optimizer.decisions.records import Bought, Regret, RegretRow
from optimizer.decisions.work import Question, cheapest, run_all
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import ON_DEMAND, OWNED, SPOT, TERM_MONTHS, Commitment
from optimizer.domain.scenario import Scenario
from optimizer.errors import NoAnswer

#: The row whose commitments are made for all demands by their weights.
ALL = "all"
STEADY = (*TERM_MONTHS, OWNED)
REASON = "bought for another demand"


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """The cheapest plan of a question, with commitments standing that cost `sunk` over the horizon."""

    question: Question
    sunk: float


def regret_table(question: Question, executor: Executor, progress: Callable[[str, str], None]) -> Regret | None:
    """Return the table of a question; None where it knows fewer than two demands, or one of them has no plan."""
    scenario = question.scenario
    demands = demands_of(scenario)
    if len(demands) < 2:
        return None
    weights = {name: scenario.weights.get(name, 0.0) for name in demands}
    alone = [replace(question, scenario=for_demand(scenario, name)) for name in demands]
    choices = [*demands, *([ALL] if len(scenario.weights) > 1 else [])]
    asked = [*alone, *([question] if len(choices) > len(demands) else [])]
    plans = run_all(executor, _committing, asked, _told(progress, "commitments", choices))
    committed = [committed_by(plan) for plan in plans if plan is not None]
    if len(committed) < len(plans):
        return None
    entries = [_entry(each, bought) for bought in committed for each in alone]
    labels = [f"{choice} committed, {demand} comes" for choice in choices for demand in demands]
    totals = run_all(executor, _total, entries, _told(progress, "regret", labels))
    width = len(demands)
    table = [dict(zip(demands, totals[start : start + width], strict=True)) for start in range(0, len(totals), width)]
    return _regret(weights, choices, committed, table)


def demands_of(scenario: Scenario) -> tuple[str, ...]:
    """Return the demands that every service knows, low to high."""
    known = [set(service.demand.peaks_per_s) for service in scenario.services]
    return tuple(name for name in ("low", "mid", "high") if all(name in names for names in known))


def for_demand(scenario: Scenario, name: str) -> Scenario:
    """Return the scenario in which one demand comes, and is known to."""
    services = tuple(
        replace(service, demand=replace(service.demand, peak_per_s=service.demand.peaks_per_s[name]))
        for service in scenario.services
    )
    return replace(scenario, services=services, plan_for=name, cost_weights={}, running=())


def committed_by(plan: Plan) -> tuple[Bought, ...]:
    """Return what a plan buys for the whole horizon, signed before excepted."""
    rows = (row for row in plan.fleet if row.purchase_option in STEADY and not row.until)
    return tuple(
        Bought(row.location, row.instance_type, row.purchase_option, count, count, float(count))
        for row in rows
        if (count := max(row.count_by_period, default=0)) > 0
    )


def with_commitments(scenario: Scenario, bought: Sequence[Bought]) -> Scenario:
    """Return the scenario in which they stand, at no further cost, and only on demand and spot can be bought."""
    signed = tuple(_signed(item) for item in bought)
    options = tuple(option for option in scenario.purchase.options if option in (ON_DEMAND, SPOT))
    purchase = replace(scenario.purchase, options=options)
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


def _signed(item: Bought) -> Commitment:
    option = next(option for option in STEADY if option == item.purchase_option)
    end = date.max.isoformat()
    return Commitment(item.location, item.instance_type, option, item.most, 0.0, end, 1.0, 0.0, False, REASON)


def _entry(question: Question, bought: Sequence[Bought]) -> _Entry:
    standing = replace(question, scenario=with_commitments(question.scenario, bought))
    return _Entry(standing, sunk_cost(question, bought))


def _committing(question: Question) -> Plan | None:
    how = question.how
    try:
        return cheapest(question.scenario, question.catalog, how, how.store())
    except NoAnswer:
        return None


def _total(entry: _Entry) -> float | None:
    how = entry.question.how
    try:
        plan = cheapest(entry.question.scenario, entry.question.catalog, how, how.store())
    except NoAnswer:
        return None
    return plan.cost.total + entry.sunk


def _told(progress: Callable[[str, str], None], stage: str, labels: Sequence[str]) -> Callable[[int, int], None]:
    def told(number: int, finished: int) -> None:
        progress(f"{stage} {finished} of {len(labels)}", labels[number])

    return told


def _regret(
    weights: Mapping[str, float],
    choices: Sequence[str],
    committed: Sequence[tuple[Bought, ...]],
    table: Sequence[Mapping[str, float | None]],
) -> Regret:
    best = {
        name: min((row[name] for row in table if row[name] is not None), default=None, key=lambda total: total or 0.0)
        for name in weights
    }
    rows = tuple(
        _row(weights, choice, bought, totals, best)
        for choice, bought, totals in zip(choices, committed, table, strict=True)
    )
    by_regret = [(row.largest, row.made_for) for row in rows if row.largest is not None]
    by_cost = [(row.expected, row.made_for) for row in rows if row.expected is not None]
    return Regret(weights, rows, _least(by_regret), _least(by_cost))


def _least(rows: Sequence[tuple[float, str]]) -> str | None:
    """Name the row of the least value, the first of equals."""
    return min(rows, key=lambda row: round(row[0], 2))[1] if rows else None


def _row(
    weights: Mapping[str, float],
    choice: str,
    bought: tuple[Bought, ...],
    totals: Mapping[str, float | None],
    best: Mapping[str, float | None],
) -> RegretRow:
    regrets: dict[str, float | None] = {}
    for name, total in totals.items():
        least = best[name]
        regrets[name] = None if total is None or least is None else total - least
    known = [value for value in regrets.values() if value is not None]
    whole = len(known) == len(regrets)
    expected = sum(weights[name] * (total or 0.0) for name, total in totals.items()) if whole else None
    return RegretRow(choice, bought, dict(totals), regrets, max(known) if whole else None, expected)

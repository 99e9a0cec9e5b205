"""What commitments made for one case cost when another one comes: another demand, or other prices.

A row of the table signs for one and three years, or buys machines, at today's prices: that is paid whatever comes.
Each entry is then the cheapest plan for its case with these commitments standing, and only on demand and spot left to
buy; its configuration is free. What is sent and stored is billed on the mean demand, which is the same in every column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from optimizer.decisions.coming import cases_of, scenario_when
from optimizer.decisions.commitments import committed_by, sunk_cost, with_commitments
from optimizer.decisions.records import Bought, Regret, RegretCase, RegretRow
from optimizer.decisions.together import TogetherQuestion, decide_together
from optimizer.decisions.work import Question, cheapest, run_all
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import PriceChange
from optimizer.errors import NoAnswer
from optimizer.formulation.rules.budget import budget_total

#: The row whose commitments cost least in expectation over all cases.
ALL = "all"
Progress = Callable[[str, str], None]
#: A budget is kept to the cent.
CENT = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """The cheapest plan of a question, with commitments standing that cost `sunk` over the horizon."""

    question: Question
    sunk: float
    budget: float | None


def regret_table(
    question: Question, executor: Executor, progress: Progress, changes: Sequence[PriceChange] = ()
) -> Regret | None:
    """Return the table of a question; None where fewer than two cases may come, or one of them has no plan."""
    cases = cases_of(question.scenario, changes)
    if len(cases) < 2:
        return None
    alone = [replace(question, scenario=scenario_when(question.scenario, case, changes)) for case in cases]
    names = [case.name for case in cases]
    plans = run_all(executor, _committing, alone, _told(progress, "commitments", names))
    choices = {name: committed_by(plan) for name, plan in zip(names, plans, strict=True) if plan is not None}
    if len(choices) < len(cases):
        return None
    choices |= _together(cases, alone, executor, progress)
    different = list(dict.fromkeys(choices.values()))
    entries = [_entry(each, bought) for bought in different for each in alone]
    labels = [f"commitments {number} of {len(different)}, {name} comes"
              for number in range(1, len(different) + 1) for name in names]  # fmt: skip
    totals = run_all(executor, _total, entries, _told(progress, "regret", labels))
    width = len(names)
    table = {
        bought: dict(zip(names, totals[number * width : (number + 1) * width], strict=True))
        for number, bought in enumerate(different)
    }
    return _regret(cases, choices, table)


def _together(
    cases: Sequence[RegretCase], alone: Sequence[Question], executor: Executor, progress: Progress
) -> Mapping[str, tuple[Bought, ...]]:
    """Return what is decided for all cases that have a weight; with one such case, its own row is it."""
    expected = [(each, case.weight) for each, case in zip(alone, cases, strict=True) if case.weight > 0.0]
    if len(expected) < 2:
        return {}
    asked = TogetherQuestion(*map(tuple, zip(*expected, strict=True)))
    told = _told(progress, "commitments together", [f"{len(expected)} cases"])
    (bought,) = run_all(executor, decide_together, [asked], told)
    return {} if bought is None else {ALL: bought}


def _entry(question: Question, bought: Sequence[Bought]) -> _Entry:
    scenario = with_commitments(question.scenario, bought)
    # What is signed for has its cost in `sunk`, which the budget counts as well.
    limits = replace(scenario.limits, budget_per_month=None)
    standing = replace(question, scenario=replace(scenario, limits=limits))
    return _Entry(standing, sunk_cost(question, bought), budget_total(scenario))


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
    total = plan.cost.total + entry.sunk
    return None if entry.budget is not None and total > entry.budget + CENT else total


def _told(progress: Progress, stage: str, labels: Sequence[str]) -> Callable[[int, int], None]:
    def told(number: int, finished: int) -> None:
        progress(f"{stage} {finished} of {len(labels)}", labels[number])

    return told


def _regret(
    cases: Sequence[RegretCase],
    choices: Mapping[str, tuple[Bought, ...]],
    table: Mapping[tuple[Bought, ...], Mapping[str, float | None]],
) -> Regret:
    weights = {case.name: case.weight for case in cases}
    best = {
        name: min((row[name] or 0.0 for row in table.values() if row[name] is not None), default=None)
        for name in weights
    }
    rows = tuple(_row(weights, choice, bought, table[bought], best) for choice, bought in choices.items())
    by_regret = [(row.largest, row.made_for) for row in rows if row.largest is not None]
    by_cost = [(row.expected, row.made_for) for row in rows if row.expected is not None]
    return Regret(tuple(cases), weights, rows, _least(by_regret), _least(by_cost))


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
    expected = [None if totals[name] is None else weight * (totals[name] or 0.0)
                for name, weight in weights.items() if weight > 0.0]  # fmt: skip
    return RegretRow(
        choice,
        bought,
        dict(totals),
        regrets,
        max(known) if len(known) == len(regrets) else None,
        None if None in expected else sum(value or 0.0 for value in expected),
    )

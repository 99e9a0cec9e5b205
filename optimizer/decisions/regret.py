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
from optimizer.decisions.work import Question, Refusal, cheapest, refusal_of, run_all
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import PriceChange
from optimizer.errors import NoAnswer
from optimizer.formulation.rules.budget import budget_total
from optimizer.units import HOURS_PER_MONTH

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
    """Return the table of a question; None where fewer than two cases may come.

    A case without a plan of its own says why, and has no row: nothing can be signed for it.
    """
    cases = cases_of(question.scenario, changes)
    if len(cases) < 2:
        return None
    alone = [replace(question, scenario=scenario_when(question.scenario, case, changes)) for case in cases]
    names = [case.name for case in cases]
    found = run_all(executor, _committing, alone, _told(progress, "commitments", names))
    cases = tuple(_with_outcome(case, plan) for case, plan in zip(cases, found, strict=True))
    choices = {case.name: committed_by(plan) for case, plan in zip(cases, found, strict=True) if isinstance(plan, Plan)}
    choices |= _together(cases, alone, executor, progress)
    table = _totals(cases, alone, list(dict.fromkeys(choices.values())), executor, progress)
    return _regret(question.scenario.horizon_hours / HOURS_PER_MONTH, cases, choices, table)


def _with_outcome(case: RegretCase, found: Plan | Refusal) -> RegretCase:
    reasons = found.reasons if isinstance(found, Refusal) else ()
    return replace(case, status=found.status, reasons=reasons)


def _totals(
    cases: Sequence[RegretCase],
    alone: Sequence[Question],
    different: Sequence[tuple[Bought, ...]],
    executor: Executor,
    progress: Progress,
) -> dict[tuple[Bought, ...], dict[str, float | None]]:
    """Return what each case costs with each of the commitments; those of a case proved to have no plan serve none."""
    served = [number for number, case in enumerate(cases) if case.status != "infeasible"]
    entries = [_entry(alone[number], bought) for bought in different for number in served]
    labels = [f"commitments {row} of {len(different)}, {cases[number].name} comes"
              for row in range(1, len(different) + 1) for number in served]  # fmt: skip
    totals = iter(run_all(executor, _total, entries, _told(progress, "regret", labels)))
    table: dict[tuple[Bought, ...], dict[str, float | None]] = {}
    for bought in different:
        table[bought] = {case.name: None for case in cases}
        table[bought] |= {cases[number].name: next(totals) for number in served}
    return table


def _together(
    cases: Sequence[RegretCase], alone: Sequence[Question], executor: Executor, progress: Progress
) -> Mapping[str, tuple[Bought, ...]]:
    """Return what is decided for all cases that have a weight; with one such case, its own row is it."""
    expected = [number for number, case in enumerate(cases) if case.weight > 0.0]
    if len(expected) < 2 or not all(cases[number].has_plan for number in expected):
        return {}
    asked = TogetherQuestion(
        tuple(alone[number] for number in expected), tuple(cases[number].weight for number in expected)
    )
    told = _told(progress, "commitments together", [f"{len(expected)} cases"])
    (bought,) = run_all(executor, decide_together, [asked], told)
    return {} if bought is None else {ALL: bought}


def _entry(question: Question, bought: Sequence[Bought]) -> _Entry:
    scenario = with_commitments(question.scenario, bought)
    # What is signed for has its cost in `sunk`, which the budget counts as well.
    limits = replace(scenario.limits, budget_per_month=None)
    standing = replace(question, scenario=replace(scenario, limits=limits))
    return _Entry(standing, sunk_cost(question, bought), budget_total(scenario))


def _committing(question: Question) -> Plan | Refusal:
    how = question.how
    try:
        return cheapest(question.scenario, question.catalog, how, how.store())
    except NoAnswer as error:
        return refusal_of(error)


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
    months: float,
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
    return Regret(months, tuple(cases), weights, rows, _least(by_regret), _least(by_cost))


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
    comparable = [regrets[name] for name, least in best.items() if least is not None]
    known = [value for value in comparable if value is not None]
    expected = [None if totals[name] is None else weight * (totals[name] or 0.0)
                for name, weight in weights.items() if weight > 0.0]  # fmt: skip
    return RegretRow(
        choice,
        bought,
        dict(totals),
        regrets,
        max(known) if known and len(known) == len(comparable) else None,
        None if None in expected else sum(value or 0.0 for value in expected),
    )

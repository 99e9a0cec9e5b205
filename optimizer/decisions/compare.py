"""Options side by side: every plan through one executor, then what makes them differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace

from optimizer.costs import Rates
from optimizer.decisions.answer import answer_of
from optimizer.decisions.break_even import BreakEvenQuestion, break_even
from optimizer.decisions.cash.beside import cash_flow
from optimizer.decisions.cash.flow import CashQuestion
from optimizer.decisions.cash.records import CashFlow
from optimizer.decisions.difference import difference, work_of
from optimizer.decisions.draws.beside import drawn
from optimizer.decisions.draws.records import Draws
from optimizer.decisions.made import Made, OptionQuestion, made
from optimizer.decisions.records import COMPARISON_FORMAT, BreakEven, Comparison, OptionAnswer, Regret
from optimizer.decisions.regret import regret_table
from optimizer.decisions.screening.screen import screening
from optimizer.decisions.utilisation import utilisations
from optimizer.decisions.work import How, Question, Refusal, run_all
from optimizer.inputs import OptionInputs, OptionSet

Progress = Callable[[str, str], None]


def compare_options(
    options: OptionSet, how: How, executor: Executor, progress: Progress | None = None, *, draws: int | None = None
) -> Comparison:
    """Plan every option, and compare each with the first one.

    Parameters
    ----------
    options
        As `load_options` reads them.
    how
        Seed, gap and limits of every plan.
    executor
        Where the plans are made.
    progress
        Called with a stage and a detail whenever something is finished.
    draws
        How often each total is drawn; None for not at all.

    Returns
    -------
    Comparison
        An option without a plan says why; the others stand.
    """
    tell = progress or _silent
    questions = [Question(item.inputs.scenario, item.inputs.catalog, how) for item in options.options]
    tell("plan", f"{len(questions)} options")

    found_so_far: dict[int, Made | Refusal] = {}

    def done(number: int, finished: int) -> None:
        label = options.options[number].label
        tell(f"planned {finished} of {len(questions)}", f"{label}, {_total(found_so_far[number])}")

    asked = [OptionQuestion.of(item, question) for item, question in zip(options.options, questions, strict=True)]
    outcomes = run_all(executor, made, asked, done, found_so_far.__setitem__)
    answers = [answer_of(item, found) for item, found in zip(options.options, outcomes, strict=True)]
    first = options.options[0].inputs
    return Comparison(
        format=COMPARISON_FORMAT,
        scenario=first.scenario.name,
        currency=first.catalog.currency,
        options=tuple(_with_differences(options.options, answers, outcomes)),
        break_even=_break_even(options, questions[0], executor, tell),
        utilisation=utilisations(options.utilisation, Rates(first.scenario, first.catalog)),
        regret=_regret(options, questions[0], executor, tell),
        cash_flow=_cash_flow(options, questions, outcomes, executor, tell),
        draws=_draws(options, questions, outcomes, draws, executor, tell),
        screening=screening(questions[0], executor, tell) if options.screening else None,
        plans={
            item.label: found.plan
            for item, found in zip(options.options, outcomes, strict=True)
            if isinstance(found, Made) and found.plan is not None
        },
    )


def _silent(_stage: str, _detail: str) -> None:
    """Tell nobody."""


def _total(found: Made | Refusal) -> str:
    """What an option costs in all, as soon as it is known: the rest of a comparison comes later."""
    if isinstance(found, Refusal):
        return "no plan"
    objective = found.bill.objective
    return f"{objective.currency} {objective.total:,.0f}"


def _with_differences(
    items: Sequence[OptionInputs], answers: Sequence[OptionAnswer], outcomes: Sequence[Made | Refusal]
) -> list[OptionAnswer]:
    first = outcomes[0]
    if not isinstance(first, Made) or not first.is_comparable:
        return list(answers)
    bills = {
        number: (found.bill, work_of(found.bill, Rates(item.inputs.scenario, item.inputs.catalog)))
        for number, (item, found) in enumerate(zip(items, outcomes, strict=True))
        if isinstance(found, Made) and found.is_comparable
    }
    found = list(answers)
    for number, (bill, work) in bills.items():
        if number and bill.objective.currency == first.bill.objective.currency:
            found[number] = replace(found[number], difference=difference(first.bill, bill, bills[0][1], work))
    return found


def _break_even(options: OptionSet, question: Question, executor: Executor, tell: Progress) -> tuple[BreakEven, ...]:
    asked = [BreakEvenQuestion(question, *key) for key in options.break_even]

    def done(number: int, finished: int) -> None:
        tell(f"break-even {finished} of {len(asked)}", "/".join(options.break_even[number]))

    return tuple(run_all(executor, break_even, asked, done))


def _regret(options: OptionSet, question: Question, executor: Executor, tell: Progress) -> Regret | None:
    if not options.regret:
        return None
    return regret_table(question, executor, tell, options.price_changes)


def _cash_flow(
    options: OptionSet,
    questions: Sequence[Question],
    outcomes: Sequence[Made | Refusal],
    executor: Executor,
    tell: Progress,
) -> CashFlow | None:
    if options.cash is None:
        return None
    asked = [
        CashQuestion(item.label, question, found, options.cash)
        for item, question, found in zip(options.options, questions, outcomes, strict=True)
        if isinstance(found, Made)
    ]
    return cash_flow(asked, options.cash, executor, tell)


def _draws(
    options: OptionSet,
    questions: Sequence[Question],
    outcomes: Sequence[Made | Refusal],
    number: int | None,
    executor: Executor,
    tell: Progress,
) -> Draws | None:
    if number is None:
        return None
    asked = [
        (item.label, question, found)
        for item, question, found in zip(options.options, questions, outcomes, strict=True)
        if isinstance(found, Made)
    ]
    return drawn(asked, options.draws, number, executor, tell)

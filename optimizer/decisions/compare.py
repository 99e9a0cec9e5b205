"""Options side by side: every plan through one executor, then what makes them differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace

from optimizer.costs import Rates
from optimizer.decisions.answer import answer_of, refused
from optimizer.decisions.break_even import BreakEvenQuestion, break_even
from optimizer.decisions.cash.beside import cash_flow
from optimizer.decisions.cash.flow import CashQuestion
from optimizer.decisions.cash.records import CashFlow
from optimizer.decisions.difference import difference, work_of
from optimizer.decisions.records import COMPARISON_FORMAT, BreakEven, Comparison, OptionAnswer, Regret
from optimizer.decisions.regret import regret_table
from optimizer.decisions.utilisation import utilisations
from optimizer.decisions.work import How, Question, Refusal, planned, run_all
from optimizer.domain.plan import Plan
from optimizer.inputs import OptionInputs, OptionSet

Progress = Callable[[str, str], None]


def compare_options(options: OptionSet, how: How, executor: Executor, progress: Progress | None = None) -> Comparison:
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

    Returns
    -------
    Comparison
        An option without a plan says why; the others stand.
    """
    tell = progress or _silent
    questions = [Question(item.inputs.scenario, item.inputs.catalog, how) for item in options.options]
    tell("plan", f"{len(questions)} options")

    def done(number: int, finished: int) -> None:
        tell(f"planned {finished} of {len(questions)}", options.options[number].label)

    plans = run_all(executor, planned, questions, done)
    answers = [_answer(item, plan) for item, plan in zip(options.options, plans, strict=True)]
    first = options.options[0].inputs
    return Comparison(
        format=COMPARISON_FORMAT,
        scenario=first.scenario.name,
        currency=first.catalog.currency,
        options=tuple(_with_differences(options.options, answers, plans)),
        break_even=_break_even(options, questions[0], executor, tell),
        utilisation=utilisations(options.utilisation, Rates(first.scenario, first.catalog)),
        regret=_regret(options, questions[0], executor, tell),
        cash_flow=_cash_flow(options, questions, plans, executor, tell),
        plans={item.label: plan for item, plan in zip(options.options, plans, strict=True) if isinstance(plan, Plan)},
    )


def _silent(_stage: str, _detail: str) -> None:
    """Tell nobody."""


def _answer(item: OptionInputs, plan: Plan | Refusal) -> OptionAnswer:
    return answer_of(item, plan) if isinstance(plan, Plan) else refused(item, plan)


def _with_differences(
    items: Sequence[OptionInputs], answers: Sequence[OptionAnswer], plans: Sequence[Plan | Refusal]
) -> list[OptionAnswer]:
    first = plans[0]
    if not isinstance(first, Plan):
        return list(answers)
    works = {
        number: work_of(plan, Rates(item.inputs.scenario, item.inputs.catalog))
        for number, (item, plan) in enumerate(zip(items, plans, strict=True))
        if isinstance(plan, Plan)
    }
    found = list(answers)
    for number, plan in enumerate(plans):
        comparable = number and isinstance(plan, Plan) and plan.objective.currency == first.objective.currency
        if comparable and isinstance(plan, Plan):
            found[number] = replace(found[number], difference=difference(first, plan, works[0], works[number]))
    return found


def _break_even(options: OptionSet, question: Question, executor: Executor, tell: Progress) -> tuple[BreakEven, ...]:
    asked = [BreakEvenQuestion(question, *key) for key in options.break_even]

    def done(number: int, finished: int) -> None:
        tell(f"break-even {finished} of {len(asked)}", "/".join(options.break_even[number]))

    return tuple(run_all(executor, break_even, asked, done))


def _regret(options: OptionSet, question: Question, executor: Executor, tell: Progress) -> Regret | None:
    if not options.regret:
        return None
    return regret_table(question, executor, tell)


def _cash_flow(
    options: OptionSet,
    questions: Sequence[Question],
    plans: Sequence[Plan | Refusal],
    executor: Executor,
    tell: Progress,
) -> CashFlow | None:
    if options.cash is None:
        return None
    asked = [
        CashQuestion(item.label, question, plan, options.cash)
        for item, question, plan in zip(options.options, questions, plans, strict=True)
        if isinstance(plan, Plan)
    ]
    return cash_flow(asked, options.options[0].label, options.cash, executor, tell)

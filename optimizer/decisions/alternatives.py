"""What simpler and safer ways to run the same services would cost: the price of simplicity and of safety."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

from optimizer.decisions.variants import Variant, variants_of
from optimizer.decisions.work import How, Question, Refusal, planned, run_all, types_of
from optimizer.domain.catalog import Catalog
from optimizer.domain.explained import SAME_SHARE
from optimizer.domain.plan import Alternative, Objective, Plan
from optimizer.domain.scenario import Scenario

Progress = Callable[[str, str], None]


def with_alternatives(
    plan: Plan,
    scenario: Scenario,
    catalog: Catalog,
    how: How,
    executor: Executor,
    progress: Progress | None = None,
) -> Plan:
    """Return a plan with its alternatives, each a verified plan of its own or the reason why there is none.

    Parameters
    ----------
    plan
        The plan of `scenario` and `catalog`.
    how
        Seed, gap and limits of every alternative; at gap 0 differences are exact.
    executor
        Where they are planned.
    progress
        Called whenever one is finished.
    """
    variants = variants_of(plan, scenario, catalog)
    asked = [variant for variant in variants if not variant.obstacle]

    def done(number: int, finished: int) -> None:
        if progress is not None:
            progress(f"alternative {finished} of {len(asked)}", asked[number].label)

    questions = [Question(variant.scenario, variant.catalog, how) for variant in asked]
    found = dict(zip((v.label for v in asked), run_all(executor, planned, questions, done), strict=True))
    return plan.replace(
        alternatives=tuple(_alternative(plan, variant, found.get(variant.label)) for variant in variants)
    )


def _alternative(plan: Plan, variant: Variant, found: Plan | Refusal | None) -> Alternative:
    if not isinstance(found, Plan):
        reasons = (variant.obstacle,) if found is None else found.reasons
        return Alternative(variant.label, variant.changes, "no_plan", None, None, None, reasons=reasons)
    other = found.objective
    difference = beyond_gaps(plan.objective, other)
    return Alternative(
        label=variant.label,
        changes=variant.changes,
        verdict="same" if difference == 0.0 else "costs_more" if difference > 0.0 else "saves",
        total=other.total,
        lower_bound=other.lower_bound,
        difference=difference,
        types=types_of(found),
    )


def beyond_gaps(first: Objective, other: Objective) -> float:
    """Return by how much a total is above the first one's, 0 where what is not proved could hold all of it."""
    doubt = SAME_SHARE * max(abs(first.total), abs(other.total))
    apart = other.lower_bound > first.total + doubt or first.lower_bound > other.total + doubt
    return other.total - first.total if apart else 0.0

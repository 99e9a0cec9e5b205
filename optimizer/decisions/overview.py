"""What binds a plan, what one type less costs, and what each assumption moves: many plans through one executor."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace

from optimizer.decisions.movers import Mover, binding_movers, in_reach
from optimizer.decisions.rests_on import NOT_TRIED, assumption_movers
from optimizer.decisions.work import How, Question, Refusal, planned, run_all
from optimizer.domain.catalog import Catalog
from optimizer.domain.explained import Move, Overview, compared
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Scenario
from optimizer.planning import plan_scenario

Progress = Callable[[str, str], None]


def overview_of(
    scenario: Scenario, catalog: Catalog, how: How, executor: Executor, progress: Progress | None = None
) -> Overview:
    """Return what moves the total of the cheapest plan.

    Parameters
    ----------
    how
        Seed and limits of every plan; the gap is 0, so that differences are exact.
    executor
        Where plans are made.
    progress
        Called whenever one is finished.

    Raises
    ------
    Infeasible, NoPlanFound
        Where there is no plan at all.
    """
    exact = replace(how, gap=0.0)
    if progress is not None:
        progress("plan", "the cheapest")
    asked = replace(scenario, running=())
    plan = plan_scenario(asked, catalog, seed=how.seed, gap=0.0, time_limit_s=how.time_limit_s, store=how.store())
    movers = [*binding_movers(plan, asked, catalog), *assumption_movers(plan, asked, catalog)]

    def done(number: int, finished: int) -> None:
        if progress is not None:
            progress(f"{finished} of {len(movers)}", f"{movers[number].what}, {movers[number].change}")

    questions = [Question(mover.scenario, mover.catalog, exact) for mover in movers]
    found = run_all(executor, planned, questions, done)
    return Overview(
        scenario=scenario.name,
        currency=plan.objective.currency,
        horizon_hours=plan.objective.horizon_hours,
        total=plan.objective.total,
        moves=tuple(_move(plan, mover, other) for mover, other in zip(movers, found, strict=True)),
        left_out=tuple(_left_out(asked, catalog)),
    )


def _move(plan: Plan, mover: Mover, other: Plan | Refusal) -> Move:
    if isinstance(other, Refusal):
        reason = other.reasons[0] if other.reasons else "no plan keeps what is asked"
        return Move(mover.group, mover.what, mover.change, "cannot", None, None, reason)
    total = other.objective.total
    verdict, difference = compared(total, plan.objective.total)
    return Move(mover.group, mover.what, mover.change, verdict, total, difference)


def _left_out(scenario: Scenario, catalog: Catalog) -> list[str]:
    further = [place for place in catalog.locations if place not in scenario.locations]
    far = [place for place in further if not in_reach(scenario, catalog, place)]
    told = [f"{len(far)} more locations of the catalog: the network alone is too slow from every origin"] if far else []
    return [*told, *(NOT_TRIED if not scenario.locations_given else NOT_TRIED[:1])]

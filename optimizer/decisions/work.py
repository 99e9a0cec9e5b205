"""Work on several plans: one seam, an `Executor`, behind which are this process, local processes or a cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from optimizer.beside import copies_pay
from optimizer.decisions.records import Status
from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Scenario
from optimizer.errors import EXIT_INFEASIBLE, EXIT_NO_PLAN, FleetoptError
from optimizer.performance import CapacityStore, get_ready
from optimizer.planning import DEFAULT_GAP, plan_scenario
from optimizer.planning.planner import find
from optimizer.solve import solved_before

#: Work of a number of plans that is not known beforehand is worth as many processes as there are cores.
WORTH_PROCESSES = 64

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, eq=False)
class How:
    """How plans are made, wherever that is: what a worker needs besides the question. Paths must be known there."""

    seed: int = 0
    gap: float = DEFAULT_GAP
    time_limit_s: float | None = None
    cache: Path | None = None

    def store(self) -> CapacityStore:
        """Simulated capacities: in one process the same for all questions."""
        return _store(self.cache, self.seed)


@lru_cache(maxsize=1)
def _store(cache: Path | None, seed: int) -> CapacityStore:
    return CapacityStore(cache, seed=seed)


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A scenario over a catalog."""

    scenario: Scenario
    catalog: Catalog
    how: How


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a question has no plan; a record, for errors do not come whole out of another process."""

    status: Status
    reasons: tuple[str, ...]


def refusal_of(error: Exception) -> Refusal:
    """Return an error as the record of it."""
    if not isinstance(error, FleetoptError):
        return Refusal("failed", (f"{type(error).__name__}: {error}",))
    statuses: dict[int, Status] = {EXIT_INFEASIBLE: "infeasible", EXIT_NO_PLAN: "no_plan"}
    lines = tuple(line.strip() for line in str(error).splitlines() if line.strip())
    return Refusal(statuses.get(error.exit_code, "failed"), lines)


def planned(question: Question) -> Plan | Refusal:
    """Return the verified plan of a question, or why there is none."""
    how = question.how
    # What today's fleet costs is the same for every option, and is asked of `plan`.
    scenario = replace(question.scenario, running=())
    try:
        return plan_scenario(
            scenario,
            question.catalog,
            seed=how.seed,
            gap=how.gap,
            time_limit_s=how.time_limit_s,
            store=how.store(),
            explain=False,
        )
    except Exception as error:  # one option that fails does not lose the others
        return refusal_of(error)


def cheapest(scenario: Scenario, catalog: Catalog, how: How, store: CapacityStore) -> Plan:
    """Return the cheapest plan at gap 0 for its money alone: promises are not simulated again.

    Raises
    ------
    Infeasible, NoPlanFound
        As `find`.
    """
    return find(scenario, catalog, store, seed=how.seed, gap=0.0, time_limit_s=how.time_limit_s, promises=False).plan


def run_all(
    executor: Executor,
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    done: Callable[[int, int], None],
    came: Callable[[int, Result], None] | None = None,
) -> list[Result]:
    """Do each task, and return the results in the order of the tasks.

    Parameters
    ----------
    done
        Called with the number of a finished task and how many are finished.
    came
        Called before that with the number of the task and its result, to tell of it at once.
    """
    futures = {executor.submit(work, task): number for number, task in enumerate(tasks)}
    results: dict[int, Result] = {}
    try:
        for finished in as_completed(futures):
            number = futures[finished]
            results[number] = finished.result()
            if came is not None:
                came(number, results[number])
            done(number, len(results))
    finally:
        for future in futures:
            future.cancel()
    return [results[number] for number in range(len(tasks))]


class InThisProcess(Executor):
    """Does each task when it is given, one after the other."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401  as its base
        """Do the task now."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # as any executor: it is raised where the result is asked for
            future.set_exception(error)
        return future


def local_processes(tasks: int) -> Executor:
    """Return one process for each core, but no more than there are tasks; one task is done in this process.

    They are copies of this process where that can do no harm: a copy has the catalog, the compiled simulation and the
    table of capacities at once. Elsewhere, and where this process has solved, they are started afresh.
    """
    workers = min(tasks, os.cpu_count() or 1)
    if workers <= 1:
        return InThisProcess()
    copies = copies_pay() and not solved_before()
    if copies:
        get_ready()
    context = multiprocessing.get_context("fork" if copies else "spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_end_quietly)


def _end_quietly() -> None:
    """Let Ctrl-C end a worker without a word: the process that waits for it speaks."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def types_of(plan: Plan) -> tuple[str, ...]:
    """Return the instance types of a plan's pools, as ``provider/type``."""
    return tuple(sorted({f"{pool.provider}/{pool.instance_type}" for pool in plan.pools}))

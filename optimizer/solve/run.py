"""Run the solver on a problem."""

from __future__ import annotations

import datetime as dt
import threading
import time
from dataclasses import replace

import numpy as np
from ortools.math_opt.python import mathopt

from optimizer.domain.scenario import Floats
from optimizer.formulation.build import build_model
from optimizer.formulation.problem import Problem
from optimizer.solve.core import LEAST_BLOCKS, solve_core
from optimizer.solve.outcome import Outcome, Status

#: Set once this process, or the one it is a copy of, has run the solver.
_solved = threading.Event()
#: A whole number further than this from an integer is a solver fault, not rounding.
INTEGRALITY = 1e-5


def solve_problem(problem: Problem, *, seed: int, gap: float, time_limit_s: float | None) -> Outcome:
    """Solve to the asked relative gap of the changeable cost.

    Parameters
    ----------
    seed
        Random seed of the solver; the same seed and problem give the same values.
    gap
        Relative gap at which to stop, 0 for a proved optimum.
    time_limit_s
        Give up after so many seconds with the best plan found; None for no limit.

    Raises
    ------
    RuntimeError
        If the solver ends in a way that means neither an answer nor a limit.
    """
    if problem.columns.cost.size == 0:
        feasible = all(bool((rows.lower <= 0.0).all() and (rows.upper >= 0.0).all()) for rows in problem.rows)
        return Outcome(Status.OPTIMAL if feasible else Status.INFEASIBLE, np.zeros(0), 0.0, None, 0.0)
    _solved.set()
    deadline = None if time_limit_s is None else time.monotonic() + time_limit_s

    def whole(part: Problem) -> Outcome:
        return _solved_whole(part, seed=seed, gap=gap, deadline=deadline)

    if problem.block_count < LEAST_BLOCKS or (prices := _prices(problem, seed, deadline)) is None:
        return whole(problem)
    return solve_core(problem, prices, whole)


def _solved_whole(problem: Problem, *, seed: int, gap: float, deadline: float | None) -> Outcome:
    """Solve all of a problem at once; `deadline` is a time of the monotonic clock."""
    model, variables = build_model(problem)
    parameters = mathopt.SolveParameters(
        enable_output=False,
        random_seed=seed,
        relative_gap_tolerance=gap,
        absolute_gap_tolerance=0.0,
        time_limit=_time_left(deadline),
    )
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
    status, stopped_by = _mapped(result.termination)
    bound = max(float(result.termination.objective_bounds.dual_bound), 0.0)
    if status in (Status.INFEASIBLE, Status.NOTHING):
        return Outcome(status, None, bound if np.isfinite(bound) else 0.0, stopped_by)
    values = _rounded(np.array(result.variable_values(variables)), problem.columns.integer)
    return Outcome(status, values, bound, stopped_by, float(problem.columns.cost @ values))


def _prices(problem: Problem, seed: int, deadline: float | None) -> Floats | None:
    """Prices of the rows in the linear relaxation; None where it has no answer in time.

    Without presolve: on the many rows of purchases that takes ten times as long as the simplex itself.
    """
    relaxed = replace(problem, columns=replace(problem.columns, integer=np.zeros(problem.columns.cost.size, bool)))
    model, _ = build_model(relaxed)
    parameters = mathopt.SolveParameters(
        random_seed=seed, presolve=mathopt.Emphasis.OFF, time_limit=_time_left(deadline)
    )
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return None
    rows = sorted(model.linear_constraints(), key=lambda row: row.id)
    return np.array(result.dual_values(rows))


def _time_left(deadline: float | None) -> dt.timedelta | None:
    return None if deadline is None else dt.timedelta(seconds=max(0.0, deadline - time.monotonic()))


def solved_before() -> bool:
    """Whether this process has run the solver, whose threads do not live on in a copy of it."""
    return _solved.is_set()


def _mapped(termination: mathopt.Termination) -> tuple[Status, str | None]:
    reason = termination.reason
    limit = None if termination.limit is None else termination.limit.name.lower()
    if reason == mathopt.TerminationReason.OPTIMAL:
        return Status.OPTIMAL, None
    if reason == mathopt.TerminationReason.FEASIBLE:
        return Status.FEASIBLE, limit
    if reason == mathopt.TerminationReason.NO_SOLUTION_FOUND:
        return Status.NOTHING, limit
    if reason in (mathopt.TerminationReason.INFEASIBLE, mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED):
        # Every column has an upper bound, so unbounded is not possible.
        return Status.INFEASIBLE, None
    message = f"the solver ended with {reason.name}: {termination.detail}"
    raise RuntimeError(message)


def _rounded(values: np.ndarray, integer: np.ndarray) -> np.ndarray:
    """Whole numbers made whole; the distance must be rounding."""
    nearest = np.where(integer, np.round(values), values)
    if values.size and float(np.abs(nearest - values).max()) > INTEGRALITY:
        message = "the solver returned a fractional count"
        raise RuntimeError(message)
    return nearest

"""What a solve ends with: statuses are told apart, bounds hold, empty problems have answers."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.formulation.problem import Columns, Problem, Rows
from optimizer.solve import Status, solve_problem


def _problem(cost: list[float], rows: list[Rows]) -> Problem:
    count = len(cost)
    columns = Columns(np.array(cost), np.ones(count), np.ones(count, dtype=bool))
    return Problem(columns, tuple(rows), fixed=100.0, block_count=count)


def _row(columns: list[int], lower: float, upper: float, label: str = "one") -> Rows:
    return Rows.from_lists(
        "test", (label,), [np.array(columns, dtype=np.int64)], [np.ones(len(columns))], [lower], [upper]
    )


def test_cheapest_choice():
    """Of three blocks that each serve, the cheapest is taken, and the bound meets it without the fixed part."""
    outcome = solve_problem(_problem([3.0, 2.0, 5.0], [_row([0, 1, 2], 1, 1)]), seed=0, gap=0.0, time_limit_s=None)
    assert outcome.status is Status.OPTIMAL
    assert outcome.values is not None
    assert outcome.values.tolist() == [0.0, 1.0, 0.0]
    assert outcome.lower_bound == pytest.approx(2.0)
    assert outcome.stopped_by is None


def test_impossible_rows_are_infeasible_without_values():
    """Two rows that exclude each other are proved infeasible, and there is nothing to read."""
    outcome = solve_problem(
        _problem([1.0, 1.0], [_row([0, 1], 2, 2), _row([0, 1], -np.inf, 1, "other")]),
        seed=0,
        gap=0.0,
        time_limit_s=None,
    )
    assert outcome.status is Status.INFEASIBLE
    assert outcome.values is None


def test_a_row_nobody_can_serve():
    """A pair without a block (0 = 1) is infeasible, with and without other columns."""
    nobody = _row([], 1, 1)
    assert solve_problem(_problem([], [nobody]), seed=0, gap=0.0, time_limit_s=None).status is Status.INFEASIBLE
    assert solve_problem(_problem([1.0], [nobody]), seed=0, gap=0.0, time_limit_s=None).status is Status.INFEASIBLE


def test_nothing_to_decide_is_optimal():
    """No blocks and no demand: an empty plan, cost 0."""
    outcome = solve_problem(_problem([], []), seed=0, gap=0.0, time_limit_s=None)
    assert (outcome.status, outcome.lower_bound) == (Status.OPTIMAL, 0.0)


def test_no_time_means_nothing_found():
    """With no time at all the answer is "nothing found" or a plan with its limit, never a plan of zeros."""
    rng = np.random.default_rng(1)
    count = 400
    rows = [_row(sorted(rng.choice(count, 12, replace=False).tolist()), 1, 1, f"r{k}") for k in range(60)]
    outcome = solve_problem(_problem(rng.uniform(1, 2, count).tolist(), rows), seed=0, gap=0.0, time_limit_s=1e-6)
    if outcome.values is None:
        assert outcome.status in (Status.NOTHING, Status.INFEASIBLE)
    else:
        assert outcome.values.sum() > 0.0


def test_same_seed_same_values():
    """The same problem and seed give the same vector."""
    rng = np.random.default_rng(2)
    rows = [_row(sorted(rng.choice(40, 6, replace=False).tolist()), 1, np.inf, f"r{k}") for k in range(15)]
    problem = _problem(rng.uniform(1, 2, 40).tolist(), rows)
    first, second = (solve_problem(problem, seed=3, gap=0.0, time_limit_s=None) for _ in range(2))
    assert first.values is not None
    assert second.values is not None
    assert first.values.tolist() == second.values.tolist()

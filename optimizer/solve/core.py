r"""Solve a large problem over the few blocks that can be in a cheapest plan.

The linear relaxation gives a price :math:`y_i` to every row. Whatever the prices, a plan x costs at least

.. math:: z(y) + \sum_j \max(d_j, 0)\, x_j, \qquad d_j = c_j - y^\top A_j

with :math:`z(y)` from the limits of rows and columns (weak duality), so a plan that has block b costs at least
:math:`z + d_b`. Blocks with the least d are solved over first. What their cheapest plan costs, U, tells which other
blocks a cheaper one may have: those with :math:`z + d_b < U`. Where all of them were solved over, nothing is cheaper;
else the problem is solved once more, over them. The bound is worked out here from the prices: it holds however exactly
the solver solved the relaxation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats
from optimizer.formulation.problem import Columns, Problem, Rows
from optimizer.solve.outcome import Outcome, Status

#: Fewer blocks are solved over at once: looking which of them count takes as long.
LEAST_BLOCKS = 120
#: Blocks that are solved over first.
FIRST_BLOCKS = 80
#: Where they allow no plan, so many times more.
MORE = 4
#: Sums of floats may be so much too high, as a share.
ROUNDING = 1e-9

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Floor:
    """What plans cost at least without the fixed part: any of them, and what each block adds, shape (blocks,)."""

    least: float
    added: Floats


def floor_of(problem: Problem, prices: Floats) -> Floor:
    """Return what plans cost at least by the prices of rows, in the order of the rows; any prices are right."""
    first, total = 0, 0.0
    reduced = problem.columns.cost.copy()
    for rows in problem.rows:
        price = prices[first : first + rows.lower.size]
        first += rows.lower.size
        # a price that leans on a limit that is not there proves nothing: it counts as 0
        lowest, highest = np.where(np.isfinite([rows.upper, rows.lower]), [[-np.inf], [np.inf]], 0.0)
        price = np.clip(price, lowest, highest)
        limit = np.where(price > 0.0, rows.lower, np.where(price < 0.0, rows.upper, 0.0))
        total += float(price @ limit)
        reduced -= np.bincount(rows.column, weights=rows.value * price[rows.row], minlength=reduced.size)
    saves = reduced < 0.0  # an unlimited column that saves leaves no floor: minus infinity
    total += float(reduced[saves] @ problem.columns.upper[saves])
    return Floor(total, np.maximum(reduced[: problem.block_count], 0.0))


def without_blocks(problem: Problem, kept: Mask) -> Problem:
    """Return the problem without the columns of some blocks; `kept` has shape (blocks,)."""
    columns = _there(problem, kept)
    number = np.cumsum(columns) - 1
    fewer = Columns(problem.columns.cost[columns], problem.columns.upper[columns], problem.columns.integer[columns])
    rows = tuple(_without(part, columns, number) for part in problem.rows)
    return Problem(fewer, rows, problem.fixed, int(kept.sum()))


def _without(rows: Rows, columns: Mask, number: NDArray[np.int64]) -> Rows:
    there = columns[rows.column]
    return replace(rows, row=rows.row[there], column=number[rows.column[there]], value=rows.value[there])


def solve_core(problem: Problem, prices: Floats, solve: Callable[[Problem], Outcome]) -> Outcome:
    """Return the outcome of a problem by solving over few of its blocks.

    Parameters
    ----------
    prices
        Of the rows, from the linear relaxation.
    solve
        Solves a problem whole; the gap that it leaves is the only one.
    """
    floor = floor_of(problem, prices)
    kept = _cheapest(floor, FIRST_BLOCKS)
    while not kept.all():
        outcome = solve(without_blocks(problem, kept))
        if outcome.status is Status.INFEASIBLE:
            kept = _cheapest(floor, MORE * int(kept.sum()))
            continue
        if outcome.values is None:
            return _at_best(outcome, min(outcome.lower_bound, floor.least))
        wanted = floor.least + floor.added < outcome.cost + abs(outcome.cost) * ROUNDING
        if outcome.status is not Status.OPTIMAL or not (wanted & ~kept).any():
            left_out = floor.least + float(floor.added[~kept].min())
            return _whole(problem, kept, _at_best(outcome, min(outcome.lower_bound, left_out)))
        kept |= wanted
    return solve(problem)


def _cheapest(floor: Floor, count: int) -> Mask:
    """Tell which blocks add least; all that add nothing are among them."""
    order = np.argsort(floor.added, kind="stable")
    kept = floor.added <= 0.0
    kept[order[:count]] = True
    return kept


def _there(problem: Problem, kept: Mask) -> Mask:
    """Columns that are left."""
    return np.concatenate([kept, np.ones(problem.columns.cost.size - problem.block_count, dtype=bool)])


def _whole(problem: Problem, kept: Mask, outcome: Outcome) -> Outcome:
    """Give values to the blocks that were left out as well."""
    values = np.zeros(problem.columns.cost.size)
    values[_there(problem, kept)] = outcome.values
    return replace(outcome, values=values)


def _at_best(outcome: Outcome, bound: float) -> Outcome:
    return replace(outcome, lower_bound=max(bound, 0.0))

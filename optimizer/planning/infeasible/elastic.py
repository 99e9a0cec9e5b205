"""The problem with room to give: columns that say by how much each limit would have to be larger.

Only rows that mean something to a planner give (limits, sites, pins, standby, and every origin served); what is bought
still covers what runs. Of all ways to give, the least is looked for, in shares of what stands now, weighted by how dear
each rule is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.formulation.context import Context
from optimizer.formulation.problem import Columns, Problem, Rows
from optimizer.formulation.rules.budget import budget_total
from optimizer.planning.infeasible.changes import Change, weight

#: A limit of 0 is measured in steps of its own unit.
UNIT = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Rows in which a slack appears: which group of rows, which of them, and with which coefficient in each."""

    group: int
    rows: tuple[int, ...]
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Give:
    """One thing that may give.

    Parameters
    ----------
    rule
        By which its weight is known.
    now
        What stands now: slack counts as a share of it.
    whole
        Whether it gives in whole steps.
    places
        Where it gives.
    caps
        Columns whose upper bound it lifts: (column, bound without it).
    make
        The changes for so much slack; empty where no single change means it.
    """

    rule: str
    now: float
    whole: bool
    places: tuple[Place, ...]
    make: Callable[[float], list[Change]]
    caps: tuple[tuple[int, float], ...] = ()

    @property
    def cost(self) -> float:
        """Cost of one unit of slack."""
        return weight(self.rule) / max(self.now, UNIT)


def with_budget(context: Context, problem: Problem) -> Problem:
    """Return the problem with the budget as its last rows: the objective within what it leaves of the fixed part."""
    limit = budget_total(context.scenario, on=context.is_on("budget"))
    if limit is None:
        return problem
    priced = np.flatnonzero(problem.columns.cost)
    scale = max(limit, UNIT)
    rows = Rows.from_lists(
        "budget",
        ("horizon",),
        [priced],
        [problem.columns.cost[priced] / scale],
        [-np.inf],
        [(limit - problem.fixed) / scale],
    )
    return replace(problem, rows=(*problem.rows, rows))


def elastic_problem(problem: Problem, gives: Sequence[Give]) -> Problem:
    """Return the problem of giving least: one column more for each, and no other cost."""
    first = problem.columns.cost.size
    rows, upper = list(problem.rows), problem.columns.upper.copy()
    for number, give in enumerate(gives):
        for place in give.places:
            rows[place.group] = _with_slack(rows[place.group], place, first + number)
        for column, bound in give.caps:
            rows.append(_lifted(give.rule, column, first + number, float(upper[column])))
            upper[column] = bound
    count = len(gives)
    columns = Columns(
        np.concatenate([np.zeros(first), [give.cost for give in gives]]),
        np.concatenate([upper, np.full(count, np.inf)]),
        np.concatenate([problem.columns.integer, [give.whole for give in gives]]).astype(bool),
    )
    return Problem(columns, tuple(_even(group) for group in rows), 0.0, problem.block_count)


def _with_slack(rows: Rows, place: Place, column: int) -> Rows:
    at = np.array(place.rows, dtype=np.int64)
    return replace(
        rows,
        row=np.concatenate([rows.row, at]),
        column=np.concatenate([rows.column, np.full(at.size, column)]),
        value=np.concatenate([rows.value, np.full(at.size, place.value)]),
    )


def _lifted(rule: str, column: int, slack: int, bound: float) -> Rows:
    """Bound a column by what it was bounded by, and its slack."""
    members = [np.array([column, slack], dtype=np.int64)]
    return Rows.from_lists(rule, (rule,), members, [np.array([1.0, -1.0])], [-np.inf], [bound])


def _even(rows: Rows) -> Rows:
    """Return rows whose largest coefficient is 1 where a limit near 0 made them huge."""
    largest = np.ones(len(rows.labels))
    np.maximum.at(largest, rows.row, np.abs(rows.value))
    scale = np.where(largest > 1e6, largest, 1.0)
    return replace(rows, value=rows.value / scale[rows.row], lower=rows.lower / scale, upper=rows.upper / scale)

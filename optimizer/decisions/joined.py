"""Problems of several cases as one: what is signed for is shared between them, everything else is each case's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.purchase import OWNED, PurchaseOption
from optimizer.domain.scenario import Floats
from optimizer.formulation.assemble import Assembled, counted_of
from optimizer.formulation.context import Context
from optimizer.formulation.problem import Columns, Indices, Problem, Rows
from optimizer.formulation.purchasing import KeyUse
from optimizer.formulation.rules.quotas import quota_rows
from optimizer.formulation.rules.site_limits import site_limits
from optimizer.formulation.supply import Key

#: What is signed for: an instance type in a location, and the option.
Signed = tuple[Key, PurchaseOption]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """The problem of one case, its weight, and the most it may cost (None for no limit)."""

    assembled: Assembled
    weight: float
    budget: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Columns and rows of all cases; the shared columns come first.

    Parameters
    ----------
    cases
        What was joined.
    shared
        What each of the shared columns signs for.
    signed_cost
        What one of each costs over the horizon, shape (shared,).
    places
        Of each case, the column here of each of its own.
    upper, integer
        Of all columns.
    rows
        Of all cases, and of what is signed for.
    """

    cases: tuple[Case, ...]
    shared: tuple[Signed, ...]
    signed_cost: Floats
    places: tuple[Indices, ...]
    upper: Floats
    integer: np.ndarray
    rows: tuple[Rows, ...]

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.upper.size)

    def cost_of(self, number: int) -> Floats:
        """What every column costs if a case comes, shape (columns,); the fixed part of its bill is left out."""
        cost = np.zeros(self.width)
        cost[self.places[number]] = self.cases[number].assembled.problem.columns.cost
        cost[: len(self.shared)] = self.signed_cost
        return cost


def joined(cases: Sequence[Case], context: Context) -> Joined:
    """Return the cases as one problem.

    Parameters
    ----------
    context
        Of any case: what can be signed for, and what limits that, is the same in all.
    """
    found = {
        (key.supply.key, option): key.supply.steady[option]
        for case in cases
        for key in case.assembled.keys
        for option in key.steady
    }
    shared = tuple(sorted(found))
    places, width = [], len(shared)
    for case in cases:
        place = _places(case.assembled, shared, width)
        places.append(place)
        width = max(width, int(place.max(initial=-1)) + 1)
    upper, integer = np.zeros(width), np.zeros(width, dtype=bool)
    for case, place in zip(cases, places, strict=True):
        columns = case.assembled.problem.columns
        upper[place] = np.maximum(upper[place], columns.upper)
        integer[place] = columns.integer
    whole = Joined(
        cases=tuple(cases),
        shared=shared,
        signed_cost=np.array([found[item] for item in shared], dtype=np.float64),
        places=tuple(places),
        upper=upper,
        integer=integer,
        rows=(),
    )
    return replace(whole, rows=(*_own_rows(whole), *_shared_rows(whole, context), *_budgets(whole)))


def _places(assembled: Assembled, shared: Sequence[Signed], first: int) -> Indices:
    """Return where each column of a case goes: what it signs for to the shared ones, the rest from `first` on."""
    place = np.full(assembled.problem.columns.cost.size, -1, dtype=np.int64)
    number = {item: index for index, item in enumerate(shared)}
    for key in assembled.keys:
        for option, column in key.steady.items():
            place[column] = number[key.supply.key, option]
    own = np.flatnonzero(place < 0)
    place[own] = first + np.arange(own.size)
    return place


def _own_rows(whole: Joined) -> Iterator[Rows]:
    for case, place in zip(whole.cases, whole.places, strict=True):
        for rows in case.assembled.problem.rows:
            yield replace(rows, column=place[rows.column])


def _shared_rows(whole: Joined, context: Context) -> Iterator[Rows]:
    """Limits on all that is signed for, also by types that only some of the cases use."""
    owned = {key: column for column, (key, option) in enumerate(whole.shared) if option == OWNED}
    if owned:
        yield site_limits(context.catalog, owned, context.scenario.commitments)
    for quota in context.scenario.limits.quotas:
        if quota.match.purchase_option in {option for _, option in whole.shared}:
            counted = counted_of(context, quota, list(_signed_keys(whole, context)))
            yield from quota_rows(quota, counted, whole.width)[1]


def _signed_keys(whole: Joined, context: Context) -> Iterator[KeyUse]:
    """Each type in a location with its shared columns, without blocks."""
    columns: dict[Key, dict[PurchaseOption, int]] = {}
    for column, (key, option) in enumerate(whole.shared):
        columns.setdefault(key, {})[option] = column
    nothing = np.zeros((0, context.timeline.slot_hours.size))
    for key, steady in columns.items():
        yield KeyUse(context.supply(*key), np.zeros(0, dtype=np.int64), nothing, nothing, steady)


def _budgets(whole: Joined) -> Iterator[Rows]:
    """Keep each case within its budget: the least expected cost does not see to that."""
    for number, case in enumerate(whole.cases):
        if case.budget is not None:
            yield _at_most(whole.cost_of(number), case.budget - case.assembled.problem.fixed)


def _at_most(cost: Floats, budget: float) -> Rows:
    columns = np.flatnonzero(cost)
    # One row of amounts of money beside rows of counts: brought to their size.
    scale = max(1.0, float(np.abs(cost).max(initial=0.0)))
    return Rows.from_lists("budget", ("budget",), [columns], [cost[columns] / scale], [-np.inf], [budget / scale])


def least_expected(whole: Joined) -> Problem:
    """Return the problem of the least expected cost."""
    cost = sum((case.weight * whole.cost_of(number) for number, case in enumerate(whole.cases)), np.zeros(whole.width))
    return Problem(Columns(cost, whole.upper, whole.integer), whole.rows, 0.0, 0)

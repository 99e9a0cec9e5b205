"""Bounds of pages against everything made: nothing that the cheapest plan needs may be left out for its cost."""

from __future__ import annotations

import pytest

from optimizer.domain.scenario import Floats
from optimizer.formulation import pages_within
from optimizer.formulation.assemble import assemble
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet, make_blocks
from optimizer.formulation.pages_within import PagesWithin
from optimizer.planning.page_plans import pages_can_be_guessed
from optimizer.solve import Status, solve_problem
from tests.support.tiny_pages import TimelyStore, paged_context

DEFAULT_CASES, ALL_CASES = 25, 250
CASES = [pytest.param(n, marks=() if n < DEFAULT_CASES else pytest.mark.slow) for n in range(ALL_CASES)]


@pytest.fixture(scope="module")
def store() -> TimelyStore:
    """Capacities by a formula."""
    return TimelyStore()


def _cheapest(context: Context, blocks: BlockSet) -> float | None:
    problem = assemble(context, blocks.blocks, blocks.locations).problem
    outcome = solve_problem(problem, seed=0, gap=0.0, time_limit_s=None)
    return outcome.cost if outcome.status is Status.OPTIMAL else None


def _of_all(case: int, store: TimelyStore) -> float | None:
    """Return the least cost over all blocks there are, without the fixed part."""
    context = paged_context(case, store)
    return _cheapest(context, make_blocks(context))


@pytest.mark.parametrize("case", CASES)
def test_what_is_left_out_within_the_least_cost_is_not_needed(case: int, store: TimelyStore):
    """With no more room than the cheapest plan of all blocks needs it is still found, and no bound lies above it."""
    expected = _of_all(case, store)
    if expected is None:
        return
    context = paged_context(case, store)
    assert pages_can_be_guessed(context)
    pages = PagesWithin(context)
    for most in (float("inf"), expected):
        assert pages.least_total(most) <= expected * (1.0 + 1e-9) + 1e-9
    pages.simulate(expected)
    assert _cheapest(context, pages.block_set) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("case", range(0, DEFAULT_CASES, 5))
def test_budgets_that_come_later_are_bounded_as_well(case: int, store: TimelyStore):
    """The same where half of the budgets are added after others were looked at."""
    expected = _of_all(case, store)
    if expected is None:
        return
    context = paged_context(case, store)
    grids = dict(context.budgets or {})
    context.budgets = {index: grid[::2] for index, grid in grids.items()}
    pages = PagesWithin(context)
    pages.least_total()
    pages.add_budgets({index: grid[1::2] for index, grid in grids.items()})
    assert context.budgets == grids
    pages.simulate(expected)
    assert _cheapest(context, pages.block_set) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_most_is_left_out(store: TimelyStore):
    """The cases above are none in which every block may be in a plan that is cheap enough."""
    made = kept = 0
    for case in range(DEFAULT_CASES):
        if (expected := _of_all(case, store)) is not None:
            pages = PagesWithin(paged_context(case, store))
            pages.simulate(expected)
            kept += sum(len(result.counts) for result in pages.block_set.groups.values())
            every = make_blocks(paged_context(case, store))
            made += sum(len(result.counts) for result in every.groups.values())
    assert kept < 0.5 * made


def test_floors_that_are_five_per_cent_too_high_are_noticed(store: TimelyStore, monkeypatch: pytest.MonkeyPatch):
    """The tests above would see it: with such floors some cheapest plan is not found."""
    right = pages_within.bounded

    def too_high(*arguments: object) -> tuple[Floats, Floats]:
        floor, least = right(*arguments)  # type: ignore[arg-type]
        return 1.05 * floor, least

    monkeypatch.setattr(pages_within, "bounded", too_high)
    missed = 0
    for case in range(DEFAULT_CASES):
        if (expected := _of_all(case, store)) is not None:
            context = paged_context(case, store)
            pages = PagesWithin(context)
            pages.simulate(expected)
            found = _cheapest(context, pages.block_set)
            missed += found is None or found > expected + 0.01
    assert missed >= 1

"""The cheapest plan of pages: only what a plan that is cheap enough may have is simulated."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet
from optimizer.formulation.pages_within import PagesWithin
from optimizer.planning.chosen import Chosen
from optimizer.planning.guessed import FURTHER, MOST_GUESSES, ROUNDING, costs_add_up, tried
from optimizer.planning.splits import best_split

Progress = Callable[[str, str], None]
#: The first guess, over what any plan costs at least; the fixed part, which no choice changes, is not counted.
FIRST_GUESS = 1.003


def pages_can_be_guessed(context: Context) -> bool:
    """Whether there are pages, and the cost of a plan says which blocks it may have."""
    return bool(context.scenario.pipelines) and costs_add_up(context)


def cheapest_of_pages(
    context: Context, solve: Callable[[BlockSet], Chosen], *, closer: bool, progress: Progress | None = None
) -> tuple[BlockSet, Chosen]:
    """Return the cheapest choice with the blocks that it was chosen from.

    Parameters
    ----------
    solve
        Solves over blocks, and refuses where an origin is not served.
    closer
        Whether further budgets are looked at around those that were chosen.

    Raises
    ------
    Infeasible, NoPlanFound
        If no split fits, with everything simulated.
    """
    pages = PagesWithin(context, progress)
    cost = float("inf")

    def choose() -> Chosen:
        nonlocal cost
        chosen = _cheapest(context, pages, solve, cost)
        cost = chosen.outcome.cost
        return chosen

    if closer and context.budgets:
        told = partial(progress, "budgets") if progress is not None else lambda _: None
        chosen = best_split(context, choose, pages.add_budgets, told)
    else:
        chosen = choose()
    pages.note_left_out()
    return pages.block_set, chosen


def _cheapest(context: Context, pages: PagesWithin, solve: Callable[[BlockSet], Chosen], cost: float) -> Chosen:
    """Return the cheapest choice over all budgets that are looked at; one that costs `cost` is known."""
    least = pages.least_total(cost)
    most = min(least * FIRST_GUESS, cost)
    for _ in range(MOST_GUESSES):
        pages.simulate(most)
        chosen = tried(context, pages.block_set, solve)
        # Within a gap a later plan may cost a little more than the known one, whose blocks are all there.
        if chosen is not None and (most >= cost or chosen.outcome.cost <= most + abs(most) * ROUNDING):
            return chosen
        if most >= cost:
            break
        further = least + (most - least) * FURTHER if chosen is None else chosen.outcome.cost
        most = min(further, cost)
    pages.simulate(cost)
    return solve(pages.block_set)

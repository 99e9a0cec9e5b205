"""The cheapest plan, looked for among the plans that cost no more than a guess.

Nothing is simulated that only dearer plans would use. Where the cheapest plan of what is left costs no more than the
guess, no other plan is cheaper. Where it costs more, what it costs is the next guess, and holds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimizer.errors import Infeasible, NoPlanFound
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet
from optimizer.formulation.within import floors_of
from optimizer.planning.chosen import Chosen
from optimizer.planning.infeasible import unserved_pairs

Progress = Callable[[str, str], None]
#: The first guess, over what any plan costs at least; the fixed part, which no choice changes, is not counted.
FIRST_GUESS = 1.15
#: How much further a guess lies from the least than one with which no plan fits.
FURTHER = 3.0
#: After so many guesses nothing is left out.
MOST_GUESSES = 4
#: Costs that are the same.
ROUNDING = 1e-9


def can_be_guessed(context: Context) -> bool:
    """Whether a plan's cost says which blocks it may have, and no stages of pages share a target."""
    return costs_add_up(context) and not context.scenario.pipelines and not context.budgets


def costs_add_up(context: Context) -> bool:
    """Whether floors of blocks hold: not where origins may be divided (quotas), or changes are charged for."""
    plain = not context.scenario.limits.quotas and context.charge == 0.0
    return plain and not context.any_block and not context.rules_off


def cheapest_guessed(
    context: Context, choose: Callable[[BlockSet], Chosen], progress: Progress | None = None
) -> tuple[BlockSet, Chosen] | None:
    """Return the cheapest choice with the blocks that it was chosen from; None where no guess held.

    Parameters
    ----------
    choose
        Solves over blocks.
    """
    floors = floors_of(context, progress)
    least = floors.least_total
    if not np.isfinite(least):
        return None
    most = least * FIRST_GUESS
    for _ in range(MOST_GUESSES):
        block_set = floors.blocks(most, progress)
        chosen = tried(context, block_set, choose)
        if chosen is None:
            most = least + (most - least) * FURTHER
        elif chosen.outcome.cost <= most + abs(most) * ROUNDING:
            return block_set, chosen
        else:
            most = chosen.outcome.cost
    return None


def tried(context: Context, block_set: BlockSet, choose: Callable[[BlockSet], Chosen]) -> Chosen | None:
    """Return the cheapest choice, None where no plan of these blocks fits."""
    if unserved_pairs(context, block_set):
        return None
    try:
        return choose(block_set)
    except (Infeasible, NoPlanFound):
        return None

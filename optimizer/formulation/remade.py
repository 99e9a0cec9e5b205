"""Blocks of a question that differs from a known one in a decision about one service in one place."""

from __future__ import annotations

from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet, considered_in, first_set, solve_group


def is_reusable(context: Context, known: BlockSet, service: int) -> bool:
    """Whether the blocks of other places hold in a question that differs for a service (index) in one place only.

    They do not where what stages of pages may take is chosen over all places, a broken promise lowered capacities, a
    quota divided origins, or the service stands by in one place for another.
    """
    divided = any(group.eighths for group in known.groups)
    apart = not context.stands_by(context.scenario.services[service])
    return apart and not (context.scenario.pipelines or context.derates or divided)


def remade_in(context: Context, known: BlockSet, service: int, location: str) -> BlockSet:
    """Return the blocks of a question, with those of a service (index) in a place made and all others taken over.

    Parameters
    ----------
    context
        The question; it differs from that of `known` in what is asked of this service in this place.
    known
        What `make_blocks` returned, for which `is_reusable` holds.

    Returns
    -------
    BlockSet
        Blocks and groups as of `make_blocks`. What filters said of candidates is that of `known`.
    """
    made = first_set(context)
    groups = dict(known.groups)
    for group, usable in considered_in(context, made, service, location):
        groups[group] = solve_group(context, group, usable)
    blocks = [block for result in groups.values() for block in result.blocks]
    return BlockSet(blocks, groups, known.reasons, known.usable, known.like_cheaper, known.locations)

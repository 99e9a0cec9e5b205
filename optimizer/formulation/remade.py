"""Blocks of a question that differs from a known one in a decision about one service in one place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.domain.scenario import Floats, Service
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet, make_blocks


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
    scenario = context.scenario
    services = tuple(asked if index == service else _silent(asked) for index, asked in enumerate(scenario.services))
    alone = replace(scenario, services=services, locations=(location,), locations_given=True)
    small = Context(alone, context.catalog, context.store, context.rules_off, any_block=context.any_block)
    made = make_blocks(small)
    context.left_out_large_blocks |= small.left_out_large_blocks
    place = service, location
    groups = {
        group: made.groups[group] if (group.service, group.location) == place else result
        for group, result in known.groups.items()
    }
    blocks = [block for result in groups.values() for block in result.blocks]
    return BlockSet(blocks, groups, known.reasons, known.usable, known.like_cheaper, known.locations)


def _silent(service: Service) -> Service:
    """Return a service that nothing is asked of."""

    def none(rates: Floats) -> Floats:
        return np.zeros_like(rates)

    demand = service.demand
    peaks = {name: none(rates) for name, rates in demand.peaks_per_s.items()}
    quiet = replace(demand, mean_per_s=none(demand.mean_per_s), peak_per_s=none(demand.peak_per_s), peaks_per_s=peaks)
    return replace(service, demand=quiet)

"""The split of a page's budget over its stages: looked for closer and closer around the best one so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from optimizer.errors import Infeasible, NoPlanFound
from optimizer.formulation.assemble import edge_seconds
from optimizer.formulation.blocks import Block
from optimizer.formulation.budgets import Budgets, budgets_of, closer_budgets
from optimizer.formulation.context import Context
from optimizer.formulation.rules.pipelines import ROUNDING_S, pages_from
from optimizer.planning.chosen import Chosen

#: So often new budgets are looked at at most; each time the steps around a chosen budget are halved.
ROUNDS = 7
#: Where no split of the first budgets fits, all of them are halved so often.
ROUNDS_WITHOUT_PLAN = 2


def best_split(
    context: Context, choose: Callable[[], Chosen], add: Callable[[Budgets], None], told: Callable[[str], None]
) -> Chosen:
    """Return the best choice over budgets that grow closer around it.

    Parameters
    ----------
    choose
        Solves over the budgets that are looked at.
    add
        Adds budgets to those.
    told
        Called with what is being looked at.

    Raises
    ------
    Infeasible, NoPlanFound
        If no split fits.
    """
    chosen: Chosen | None = None
    for number in range(ROUNDS):
        try:
            chosen = choose()
        except (Infeasible, NoPlanFound):
            if chosen is not None or number >= ROUNDS_WITHOUT_PLAN:
                raise
        known = context.budgets or {}
        if chosen is None:
            new = closer_budgets(context, known, {index: set(levels) for index, levels in known.items()}, {})
        else:
            new = closer_budgets(context, known, budgets_of(chosen.blocks), slack_of(context, chosen.blocks))
        if not new:
            break
        told(f"{sum(map(len, new.values()))} more budgets of stages")
        add(new)
    return choose() if chosen is None else chosen


def slack_of(context: Context, blocks: Sequence[Block]) -> Budgets:
    """Return what the targets still leave to each service that is a stage, seconds; the longest of a stage counts."""
    edges = edge_seconds(context, blocks)
    names = [service.name for service in context.scenario.services]
    least: dict[int, float] = {}
    for pipeline in context.scenario.pipelines:
        stages = [names.index(stage.service) for stage in pipeline.stages]
        for origin in pages_from(pipeline):
            mine = [[edges[b, origin] for b, block in enumerate(blocks) if block.service == s] for s in stages]
            taken = float(np.sum([max(times, default=0.0) for times in mine]))
            left = pipeline.latency_s - 2.0 * ROUNDING_S - taken
            for service in stages:
                least[service] = min(least.get(service, np.inf), left)
    return {service: (left,) for service, left in least.items()}

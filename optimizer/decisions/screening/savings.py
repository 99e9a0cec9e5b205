"""What a plan saves if some of its pools are served by something else: their own cost, and purchases they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.decisions.work import Question
from optimizer.formulation.blocks import Block
from optimizer.formulation.context import Context
from optimizer.planning.buying import KeyBuy
from optimizer.planning.planner import Found, find


@dataclass(frozen=True, slots=True)
class Saving:
    """Pools of one service that something else could serve.

    Parameters
    ----------
    service, origins, standby
        What would have to be served: as of a group of the formulation.
    places
        Where these pools stand; `others` are further places of the service, where it has a pool already.
    value
        What the plan costs less without them.
    """

    service: int
    origins: tuple[int, ...]
    standby: tuple[tuple[int, str], ...]
    places: tuple[str, ...]
    others: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Planned:
    """The savings of a plan, its total, and the (provider, instance type) it uses."""

    savings: tuple[Saving, ...]
    total: float
    used: frozenset[tuple[str, str]]


def savings_of(question: Question) -> Planned:
    """Plan a question, and return what each pool, and all pools of each service, would save.

    Raises
    ------
    Infeasible, NoPlanFound
        If it has no plan.
    """
    how = question.how
    found = find(
        question.scenario, question.catalog, how.store(), seed=how.seed, gap=how.gap, time_limit_s=how.time_limit_s,
        promises=False,
    )  # fmt: skip
    kinds = (block.configuration.candidate.instance for block in found.chosen.blocks)
    used = frozenset((kind.provider, kind.name) for kind in kinds)
    return Planned(tuple(_savings(found)), found.plan.cost.total, used)


def _savings(found: Found) -> Iterator[Saving]:
    blocks = [block for block in found.chosen.blocks if not block.group.eighths]
    for service in range(len(found.context.scenario.services)):
        mine = [block for block in blocks if block.service == service]
        sets = [[block] for block in mine]
        # Several pools become one where nothing stands by for another.
        if len(mine) > 1 and not any(block.group.standby for block in mine):
            sets.append(mine)
        for chosen in sets:
            places = tuple(block.location for block in chosen)
            origins = tuple(sorted(origin for block in chosen for origin in block.origins))
            others = tuple(block.location for block in mine if block not in chosen)
            yield Saving(service, origins, chosen[0].group.standby, places, others, _value(found, chosen))


def _value(found: Found, gone: Sequence[Block]) -> float:
    """Own cost of the blocks, and the change of every purchase that they take part in."""
    bought = sum(_given_up(found.context, buy, gone) for buy in found.chosen.buys)
    return bought + sum(block.own_cost for block in gone)


def _given_up(context: Context, buy: KeyBuy, gone: Sequence[Block]) -> float:
    rest = tuple(block for block in buy.blocks if all(block is not other for other in gone))
    if len(rest) == len(buy.blocks):
        return 0.0
    before = buy.rent(context)
    if not rest:
        return before
    # What is signed before stays; of the purchases either all of them stay or none does, or they are made anew.
    costs = [replace(buy, blocks=rest).rent(context)]
    if not buy.supply.signed:
        line = context.timeline
        use = np.sum([block.use for block in rest], axis=0)
        spot = np.sum([block.spot for block in rest], axis=0)
        costs.append(buy.supply.cost_alone(use, spot, line.slot_hours, line.main_count))
    return before - min(costs)

r"""Commitments decided for all that may come together: one problem, in which every case has a fleet of its own.

With :math:`C` the instances signed for, :math:`p_k` the weight of case k and :math:`x_k` its fleet and what it pays by
the hour,

.. math:: \min_{C, x} \; c\,C + \sum_k p_k\, q_k x_k \qquad \text{so that } (C, x_k) \text{ is a plan for case } k
          \quad \forall k

:math:`C` is decided before it is known what comes and :math:`x_k` after (two stages, with recourse). Each case is the
problem that its own plan solves, over blocks of which none is left out that could pay beside *some* commitments: a
type may cost nothing in one case because it is signed for the sake of another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.decisions.commitments import committed, one_of_each, with_commitments
from optimizer.decisions.joined import Case, Joined, joined, least_expected
from optimizer.decisions.records import Bought
from optimizer.decisions.work import Question
from optimizer.formulation.assemble import Assembled, assemble
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet, make_blocks
from optimizer.formulation.rules.budget import budget_total
from optimizer.performance import CapacityStore
from optimizer.planning.bound_quotas import quota_bound_services
from optimizer.planning.buying import buys_of
from optimizer.planning.chosen import Chosen
from optimizer.solve import Outcome, solve_problem


@dataclass(frozen=True, slots=True, eq=False)
class TogetherQuestion:
    """What may come: a question for each case, and its weight."""

    questions: tuple[Question, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Coming:
    """A case before it is joined to the others."""

    context: Context
    blocks: BlockSet
    assembled: Assembled


def decide_together(asked: TogetherQuestion) -> tuple[Bought, ...] | None:
    """Return the commitments of the least expected cost over all cases; None where none serve them all."""
    store = asked.questions[0].how.store()
    parts = [_coming(question, store, frozenset()) for question in asked.questions]
    whole, outcome = _solved(asked, parts)
    wide = [_bound(part, whole, outcome, number) for number, part in enumerate(parts)]
    if any(wide):
        parts = [
            _coming(question, store, services) if services else part
            for question, part, services in zip(asked.questions, parts, wide, strict=True)
        ]
        whole, outcome = _solved(asked, parts)
    if outcome.values is None:
        return None
    counts = outcome.values[: len(whole.shared)].round().astype(int).tolist()
    return committed(
        {(key[2], key[1], str(option)): count for (key, option), count in zip(whole.shared, counts, strict=True)}
    )


def _coming(question: Question, store: CapacityStore, wide: frozenset[int]) -> _Coming:
    """Return the problem of a case; `wide` are the services whose origins may be divided."""
    scenario, catalog = question.scenario, question.catalog
    context = Context(scenario, catalog, store)
    signed = one_of_each(question, context.options)
    # Beside one of each, no block is left out for the price of a type that others may have signed for.
    beside = Context(with_commitments(scenario, signed), catalog, store)
    blocks = make_blocks(beside, None, wide)
    return _Coming(context, blocks, assemble(context, blocks.blocks, blocks.locations))


def _solved(asked: TogetherQuestion, parts: Sequence[_Coming]) -> tuple[Joined, Outcome]:
    how = asked.questions[0].how
    limits = [budget_total(part.context.scenario) for part in parts]
    whole = joined(
        [Case(part.assembled, weight, limit) for part, weight, limit in zip(parts, asked.weights, limits, strict=True)],
        parts[0].context,
    )
    return whole, solve_problem(least_expected(whole), seed=how.seed, gap=0.0, time_limit_s=how.time_limit_s)


def _bound(part: _Coming, whole: Joined, outcome: Outcome, number: int) -> frozenset[int]:
    """Services of a case that a quota keeps from what they would run: as for a plan, their origins may be divided."""
    blocks = part.blocks.blocks
    if outcome.values is None:
        return quota_bound_services(part.context, part.blocks, None)
    values = outcome.values[whole.places[number]]
    picked = np.flatnonzero(values[: len(blocks)] > 0.5)
    buys = buys_of(part.context, part.assembled.keys, blocks, picked, values)
    chosen = Chosen(tuple(blocks[index] for index in picked.tolist()), (), (), tuple(buys), outcome)
    return quota_bound_services(part.context, part.blocks, chosen)

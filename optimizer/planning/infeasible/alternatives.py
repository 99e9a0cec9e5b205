"""Alternatives that might mend a scenario, least first, and what is short in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from optimizer.formulation.assemble import assemble
from optimizer.formulation.groups import BlockSet
from optimizer.formulation.problem import Problem
from optimizer.planning.infeasible.changes import Case, Change, Changes, merged, size_of
from optimizer.planning.infeasible.elastic import Give, elastic_problem, with_budget
from optimizer.planning.infeasible.gives import gives_of, unserved_gives
from optimizer.planning.infeasible.others import less_demand, more_counts, other_changes
from optimizer.planning.infeasible.pair_changes import changes_for
from optimizer.planning.infeasible.pairs import Origins, Pair
from optimizer.planning.infeasible.room import LIMIT_S, Room
from optimizer.solve import solve_problem

#: Slack below this is rounding.
NOTHING = 1e-6
#: A figure that is raised rises by this share.
RISE = 0.01
#: How near to the least a figure that is not whole must be.
GAP = 0.001


@dataclass(frozen=True, slots=True)
class Alternative:
    """Changes that belong together.

    Parameters
    ----------
    changes
        What is changed.
    larger
        The next larger figures, where they are figures.
    blocks
        What a plan is chosen from, where the changes leave that as it was.
    attempt
        Whether nothing says yet that they help.
    """

    changes: Changes
    larger: Callable[[], Alternative] | None = None
    blocks: BlockSet | None = None
    attempt: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Alternatives, least first as far as they are known, and what is short, a sentence each.

    `last` are those that take long to find: looked for where nothing else helps.
    """

    each: Iterator[Alternative]
    shortages: list[str] = field(default_factory=list)
    last: Iterator[Alternative] = field(default_factory=lambda: iter(()))


def alternatives_of(case: Case, room: Room) -> Found:
    """Return what might mend a case: for origins that nothing serves, else for limits that do not fit together."""
    origins = Origins(room.store)
    pairs = origins.unserved(case)
    if pairs:
        counts = (Alternative((change,)) for change in more_counts(case, room))
        return Found(_for_pairs(origins, case, pairs), last=counts)
    return _for_limits(case, room)


def _for_pairs(origins: Origins, case: Case, pairs: Sequence[Pair]) -> Iterator[Alternative]:
    """Yield for all unserved origins together: one kind of change that mends all, else the least of each."""
    by_pair = [changes_for(origins, case, pair) for pair in pairs]
    if not all(by_pair):
        return
    options: list[Changes] = []
    for kind in dict.fromkeys(_kind(change) for change in by_pair[0]):
        mine = [next((change for change in changes if _kind(change) == kind), None) for changes in by_pair]
        if all(change is not None for change in mine):
            options.append(merged([change for change in mine if change is not None]))
    options = options or [merged([changes[0] for changes in by_pair])]
    yield from (Alternative(changes) for changes in sorted(options, key=size_of))


def _kind(change: Change) -> str:
    """What a change has in common with those that do the same for another origin."""
    return change.rule if change.rule not in ("pins", "options_allowed") else change.key


def _for_limits(case: Case, room: Room) -> Found:
    """Find the least relaxation of all limits together, then of each kind alone, then other changes."""
    context = room.context(case)
    block_set = room.blocks(context)
    assembled = assemble(context, block_set.blocks, block_set.locations)
    problem = with_budget(context, assembled.problem)
    gives = gives_of(context, case, replace(assembled, problem=problem), block_set.blocks)
    together = _least(problem, gives, room, block_set)
    shortages = [] if together is None else _short(together)
    if together is None:
        shortages = _left_out(problem, gives, room)
    alone = [
        found
        for _, mine in itertools.groupby(sorted(gives, key=lambda g: g.rule), key=lambda g: g.rule)
        if (found := _least(problem, list(mine), room, block_set)) is not None
    ]
    known = sorted([*([together] if together else []), *alone], key=lambda found: size_of(found.changes))
    rest = (Alternative((change,), attempt=attempt) for change, attempt in other_changes(case, room))
    last = (Alternative((change,)) for change in less_demand(case, room))
    return Found(itertools.chain([item for item in known if item.changes], rest), shortages, last)


def _least(problem: Problem, gives: Sequence[Give], room: Room, blocks: BlockSet) -> Alternative | None:
    """Return the least relaxation of what may give, None where even that does not help."""
    if not gives:
        return None
    outcome = solve_problem(elastic_problem(problem, gives), seed=room.store.seed, gap=GAP, time_limit_s=LIMIT_S)
    if outcome.values is None:
        return None
    slack = outcome.values[-len(gives) :].tolist()
    if max(slack) <= NOTHING:
        # The blocks do fit: what failed is their promise, and a step more of everything may do.
        return _given(gives, _raised(gives, slack, everything=True), blocks)
    return _given(gives, slack, blocks)


def _given(gives: Sequence[Give], slack: Sequence[float], blocks: BlockSet) -> Alternative:
    changes = [change for give, more in zip(gives, slack, strict=True) if more > NOTHING for change in give.make(more)]
    # Without redundancy or pins there are other blocks to choose from.
    same = not any(change.rule in ("region_loss", "pins") for change in changes)
    return Alternative(merged(changes), lambda: _given(gives, _raised(gives, slack), blocks), blocks if same else None)


def _raised(gives: Sequence[Give], slack: Sequence[float], *, everything: bool = False) -> list[float]:
    """Return slack that is one step larger where there is some."""
    return [
        more + (1.0 if give.whole else RISE * (give.now + more)) if everything or more > NOTHING else 0.0
        for give, more in zip(gives, slack, strict=True)
    ]


def _short(found: Alternative) -> list[str]:
    return [change.shortage or f"{change.what}: does not fit beside the rest." for change in found.changes]


def _left_out(problem: Problem, gives: Sequence[Give], room: Room) -> list[str]:
    """Name the origins that no choice of blocks serves beside the others, whatever limits give."""
    labels = [label for rows in problem.rows if rows.rule == "every_origin_served" for label in rows.labels]
    every = [*unserved_gives(problem.rows), *gives]
    outcome = solve_problem(elastic_problem(problem, every), seed=room.store.seed, gap=GAP, time_limit_s=LIMIT_S)
    if outcome.values is None:
        return []
    slack = outcome.values[-len(every) :][: len(labels)].tolist()
    names = [label.split(",", maxsplit=1) for label, more in zip(labels, slack, strict=True) if more > NOTHING]
    return [f"{service}: no configuration serves {origin} beside the other origins." for service, origin in names]

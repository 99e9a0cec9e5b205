"""The order of the changes, each fleet on the way written as a plan of its own and read by the second reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from optimizer.domain.replan import Step
from optimizer.domain.scenario import Scenario
from optimizer.formulation.context import Context
from optimizer.planning.planner import Found
from optimizer.planning.replanning.moves import Way
from optimizer.planning.replanning.orders import Order, orders
from optimizer.planning.replanning.passage import FORECAST, IN_FORCE, State
from optimizer.planning.replanning.reader import Reader
from optimizer.planning.replanning.readings import Reading, told
from optimizer.planning.replanning.stands import Stand, by_service, stand_of

Progress = Callable[[str, str], None]


class Walk:
    """From what runs now to a plan, step by step.

    Parameters
    ----------
    found
        The plan to reach.
    running
        What runs now.
    in_force
        The scenario with the demand that is carried now; None where it cannot be compared with the forecast, which
        then stands for both.
    """

    def __init__(self, found: Found, running: Sequence[Stand], in_force: Scenario | None) -> None:
        self._found, self._context = found, found.context
        self._asked = {FORECAST: self._context.scenario, IN_FORCE: in_force or self._context.scenario}
        new = [stand_of(block) for block in found.chosen.blocks]
        names = [service.name for service in self._context.scenario.services]
        origins = [origin.name for origin in self._context.scenario.origins]
        self._names = names
        self._origins = origins
        self._old, self._new = by_service(running), by_service(new)
        self._way = Way(names, self._old, self._new, origins)
        steady = {buy.key: buy.steady for buy in found.chosen.buys}
        self.reader = Reader(self._context, steady, self._asked)

    def ordered(self, progress: Progress | None = None) -> tuple[str, tuple[Step, ...]]:
        """Return the first order in which no step breaks a rule, else the one that breaks fewest, and its steps.

        Commitments are signed before anything starts under them; each step has its second reading.
        """
        found: list[tuple[str, tuple[Step, ...]]] = []
        for order in orders(self._names, self._old, self._new, self._in_force):
            steps = tuple(self._steps(order, progress))
            if not any(step.broken for step in steps):
                return order.words, steps
            found.append((order.words, steps))
        return min(found, key=lambda item: sum(bool(step.broken) for step in item[1]))

    def _steps(self, order: Order, progress: Progress | None) -> Iterator[Step]:
        number = 0
        start = self._way.start()
        for what in self._signed():
            number += 1
            yield self._step(number, ("commit", "all places", what), start)
        for move in order.moves(self._names, self._origins, self._old):
            number += 1
            if progress is not None:
                progress("steps", f"{number}: {move.kind} {move.where}")
            yield self._step(number, (move.kind, move.where, move.what), move.state)

    @property
    def _in_force(self) -> Context:
        """Where parts of both fleets carry the demand in force together."""
        own = self._context
        asked = self._asked[IN_FORCE]
        scenario = replace(own.scenario, services=asked.services, pipelines=asked.pipelines, change=None)
        return Context(scenario, own.catalog, own.store, derates=own.derates)

    def broken_now(self) -> tuple[str, ...]:
        """Return the rules that what runs now breaks at the demand in force."""
        return told(self._now.broken)

    @cached_property
    def _exposed(self) -> frozenset[int]:
        return self.reader.exposed(self._way.start())

    @cached_property
    def _now(self) -> Reading:
        return self.reader.read(self._way.start(), self._exposed)

    def _step(self, number: int, what: tuple[str, str, tuple[str, ...]], state: State) -> Step:
        found = self.reader.read(state, self._exposed)
        new, still = found.beside(self._now)
        carries = {self._names[n]: demand for n, demand in state.carries.items()}
        return Step(number, what[0], what[1], what[2], carries, found.count, told(new), still)  # type: ignore[arg-type]

    def _signed(self) -> Iterator[tuple[str, ...]]:
        """What the plan commits to, in words; nothing where it signs nothing new."""
        what = tuple(
            f"{'buy' if option == 'owned' else 'sign'} {count} {buy.key[1]} in {buy.key[2]}, {option.replace('_', ' ')}"
            for buy in self._found.chosen.buys
            for option, count in buy.steady.items()
        )
        if what:
            yield what

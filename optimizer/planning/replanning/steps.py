"""The order of the changes, each fleet on the way written as a plan of its own and read by the second reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from optimizer.domain.limits import Limits, Quota
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import Match, PurchaseOption
from optimizer.domain.replan import Step
from optimizer.domain.scenario import Scenario, Service
from optimizer.formulation.blocks import Block
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet
from optimizer.formulation.held import block_with
from optimizer.formulation.problem import Indices
from optimizer.formulation.supply import Key
from optimizer.planning.buying import KeyBuy
from optimizer.planning.chosen import Chosen
from optimizer.planning.document import write_plan
from optimizer.planning.layout import load_of
from optimizer.planning.planner import Found
from optimizer.planning.promise import promised_s
from optimizer.planning.replanning.moves import Way
from optimizer.planning.replanning.orders import Order, orders
from optimizer.planning.replanning.passage import FORECAST, IN_FORCE, State
from optimizer.planning.replanning.readings import Reading, told
from optimizer.planning.replanning.stands import Stand, stand_of
from optimizer.solve import Outcome, Status
from optimizer.verification import CHECKS, Replays, verify
from optimizer.verification.view import View

Progress = Callable[[str, str], None]
#: More instances than any fleet has.
ENOUGH = 1_000_000_000
#: Rules of what runs without traffic as well.
ROOM_RULES = ("quotas", "power_limit")


class Walk:
    """From what runs now to a plan, step by step.

    Parameters
    ----------
    found
        The plan to reach.
    running
        What runs now.
    in_force
        Services with the demand that is carried now; None where it cannot be compared with the forecast, which then
        stands for both.
    """

    def __init__(self, found: Found, running: Sequence[Stand], in_force: tuple[Service, ...] | None) -> None:
        self._found, self._context = found, found.context
        self._demand = {FORECAST: self._context.scenario.services}
        self._demand[IN_FORCE] = in_force or self._context.scenario.services
        new = [stand_of(block) for block in found.chosen.blocks]
        names = [service.name for service in self._context.scenario.services]
        origins = [origin.name for origin in self._context.scenario.origins]
        self._names = names
        self._origins = origins
        self._old, self._new = _by_service(running), _by_service(new)
        self._way = Way(names, self._old, self._new, origins)
        self._running = running
        self._promised: dict[tuple[object, ...], float] = {}
        self._replays: Replays = {}
        self._contexts: dict[tuple[object, ...], Context] = {}

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
        scenario = replace(own.scenario, services=self._demand[IN_FORCE], change=None)
        return Context(scenario, own.catalog, own.store, derates=own.derates)

    def plan_of(self, state: State, *, waiting: bool = False) -> tuple[Plan, Scenario]:
        """Return the fleet of a state as a plan, with the scenario at whose demand it is read.

        Parameters
        ----------
        waiting
            Whether what runs without traffic is in it.
        """
        context = self._context_of(self._scenario(state), tuple(state.carries.items()))
        scenario = context.scenario
        blocks = [self._block(context, stand) for stands in state.serving.values() for stand in stands]
        loads = [load_of(block) for block in blocks]
        promises = [self._promise(context, block, state.carries[block.service]) for block in blocks]
        if waiting:
            idle = [self._idle(context, stand) for stand in state.waiting]
            blocks, loads = [*blocks, *idle], [*loads, *(load_of(block) for block in idle)]
            promises += [0.0] * len(idle)
        outcome = Outcome(Status.FEASIBLE, np.zeros(0), 0.0, None)
        chosen = Chosen(tuple(blocks), tuple(loads), tuple(promises), self._buys(context, blocks), outcome)
        locations = tuple(sorted({*scenario.locations}))
        return write_plan(context, BlockSet(locations=locations), chosen, seed=context.store.seed, gap=1.0), scenario

    def _context_of(self, scenario: Scenario, carries: tuple[tuple[int, str], ...]) -> Context:
        """One context for all states at the same demands in the same places: it remembers what layouts carry."""
        key = (carries, scenario.locations, bool(scenario.limits.quotas))
        if key not in self._contexts:
            own = self._context
            self._contexts[key] = Context(scenario, own.catalog, own.store, derates=own.derates)
        return self._contexts[key]

    def broken_now(self) -> tuple[str, ...]:
        """Return the rules that what runs now breaks at the demand in force."""
        return told(self._now.broken)

    @cached_property
    def _now(self) -> Reading:
        return self._read(self._way.start())

    def _step(self, number: int, what: tuple[str, str, tuple[str, ...]], state: State) -> Step:
        found = self._read(state)
        new, still = found.beside(self._now)
        carries = {self._names[n]: demand for n, demand in state.carries.items()}
        return Step(number, what[0], what[1], what[2], carries, found.count, told(new), still)  # type: ignore[arg-type]

    def _read(self, state: State) -> Reading:
        """The second reading of a state; what runs without traffic counts where room is limited."""
        plan, scenario = self.plan_of(state)
        checks = list(verify(plan, scenario, self._context.catalog, replays=self._replays))
        limits = scenario.limits
        if state.waiting and (limits.quotas or limits.power_kw is not None):
            view = View(self.plan_of(state, waiting=True)[0])
            checks += [check for rule in ROOM_RULES for check in CHECKS[rule](view)]
        return Reading(len(checks), tuple(check for check in checks if not check.holds))

    def _signed(self) -> Iterator[tuple[str, ...]]:
        """What the plan commits to, in words; nothing where it signs nothing new."""
        what = tuple(
            f"{'buy' if option == 'owned' else 'sign'} {count} {buy.key[1]} in {buy.key[2]}, {option.replace('_', ' ')}"
            for buy in self._found.chosen.buys
            for option, count in buy.steady.items()
        )
        if what:
            yield what

    def _scenario(self, state: State) -> Scenario:
        """The scenario on the way: each service at its demand, without what holds for a whole horizon.

        Budget, carbon, the number of types and pinned decisions are those of the plan that is reached, and so are the
        other demands that money is counted for: what stands for days must carry the one that is planned for.
        """
        base = self._context.scenario
        services = tuple(self._demand[state.carries[n]][n] for n in range(len(base.services)))
        limits = Limits(power_kw=base.limits.power_kw, quotas=base.limits.quotas or _divided(state))
        places = {stand.location for stands in state.serving.values() for stand in stands}
        locations = tuple(dict.fromkeys((*base.locations, *sorted(places))))
        return replace(
            base,
            services=services,
            limits=limits,
            pins=(),
            change=None,
            running=(),
            locations=locations,
            cost_weights={base.plan_for: 1.0},
        )

    def _block(self, context: Context, stand: Stand) -> Block:
        planned = slice(len(context.timeline.demands))
        counts = (stand.instances[planned], np.minimum(stand.spot, stand.instances)[planned])
        return block_with(context, stand.group, stand.configuration, counts, network_s=stand.network_s)

    def _idle(self, context: Context, stand: Stand) -> Block:
        group = replace(stand.group, origins=(), standby=(), eighths=())
        planned = stand.instances[: len(context.timeline.demands)]
        counts: tuple[Indices, Indices] = (planned, np.zeros_like(planned))
        return block_with(context, group, stand.configuration, counts, network_s=stand.network_s)

    def _promise(self, context: Context, block: Block, carries: str) -> float:
        """Simulated once for the same counts at the same demand."""
        staffing = block.staffing
        key = (block.group, id(block.configuration), carries, staffing.instances.tobytes(), staffing.spot.tobytes())
        if key not in self._promised:
            self._promised[key] = promised_s(context, load_of(block), context.store.seed)
        return self._promised[key]

    def _buys(self, context: Context, blocks: Sequence[Block]) -> tuple[KeyBuy, ...]:
        """What is signed before and by the plan, and the rest by the hour."""
        steady: dict[Key, Mapping[PurchaseOption, int]] = {buy.key: buy.steady for buy in self._found.chosen.buys}
        signed = {
            (item.location.split("/", maxsplit=1)[0], item.instance_type, item.location)
            for item in context.scenario.commitments
        }
        members: dict[Key, list[Block]] = {}
        for block in blocks:
            members.setdefault(block.configuration.key, []).append(block)
        keys = sorted({*members, *signed, *(key for key, counts in steady.items() if counts)})
        return tuple(KeyBuy(context.supply(*key), tuple(members.get(key, ())), steady.get(key, {})) for key in keys)


def _divided(state: State) -> tuple[Quota, ...]:
    """A quota that nothing reaches: where there is one, two types may divide the traffic of a place."""
    if all(not stand.group.eighths for stands in state.serving.values() for stand in stands):
        return ()
    return (Quota(Match(None, None, None, None), ENOUGH, None, "two types may stand in a place on the way"),)


def _by_service(stands: Sequence[Stand]) -> dict[int, tuple[Stand, ...]]:
    found: dict[int, list[Stand]] = {}
    for stand in stands:
        found.setdefault(stand.group.service, []).append(stand)
    return {n: tuple(mine) for n, mine in found.items()}

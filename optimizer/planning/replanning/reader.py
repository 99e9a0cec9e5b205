"""A fleet on the way as a plan of its own, and what the second reading says of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from optimizer.domain.limits import Limits, Quota
from optimizer.domain.plan import Check, Plan
from optimizer.domain.purchase import Match, PurchaseOption
from optimizer.domain.scenario import Pipeline, Scenario, Service
from optimizer.domain.sources import least
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
from optimizer.planning.promise import promised_s
from optimizer.planning.replanning.passage import IN_FORCE, State
from optimizer.planning.replanning.readings import Reading
from optimizer.planning.replanning.stands import Stand
from optimizer.solve import Outcome, Status
from optimizer.verification import CHECKS, Replays, verify
from optimizer.verification.view import View

#: Instances signed for the horizon, by what they are and how.
Steady = Mapping[Key, Mapping[PurchaseOption, int]]
#: More instances than any fleet has.
ENOUGH = 1_000_000_000
#: Rules of what runs without traffic as well.
ROOM_RULES = ("quotas", "power_limit")
#: Rules of what must be survived.
LOSS_RULES = ("instance_loss", "zone_loss", "region_loss")


class Reader:
    """Reads fleets on the way to a plan, each at every demand that money is counted for.

    Parameters
    ----------
    context
        Of the plan to reach.
    steady
        What that plan signs, by what it is.
    asked
        Scenarios, of which services and pages are read, by the demand at which a state carries them.
    """

    def __init__(self, context: Context, steady: Steady, asked: Mapping[str, Scenario]) -> None:
        self._context, self._steady, self._asked = context, steady, asked
        self._promised: dict[tuple[object, ...], float] = {}
        self._replays: Replays = {}
        self._contexts: dict[tuple[object, ...], Context] = {}

    def exposed(self, start: State) -> frozenset[int]:
        """Return the services that do not survive today what they are asked to survive."""
        plan, _ = self.plan_of(start)
        services = self._services(start)
        return frozenset(
            n
            for n, asked in enumerate(services)
            if any(
                not check.holds
                for check in _losses(plan, {s.name: s.redundancy if s is asked else "none" for s in services})
            )
        )

    def read(self, state: State, exposed: Collection[int] = ()) -> Reading:
        """Return the second reading of a state; what runs without traffic counts where room is limited.

        Parameters
        ----------
        exposed
            Services that lose their promise with a zone (an instance, a region) before the first step. Until they carry
            the forecast, what is left of them after a loss is read, and no latency after it: there is none to break.
        """
        now = frozenset(n for n in exposed if state.carries[n] == IN_FORCE)
        plan, scenario = self.plan_of(state, exposed=now)
        checks = list(verify(plan, scenario, self._context.catalog, replays=self._replays))
        if now:
            checks = [check for check in checks if check.rule not in LOSS_RULES]
            checks += _losses(plan, {service.name: service.redundancy for service in self._services(state)})
        limits = scenario.limits
        if state.waiting and (limits.quotas or limits.power_kw is not None):
            view = View(self.plan_of(state, waiting=True)[0])
            checks += [check for rule in ROOM_RULES for check in CHECKS[rule](view)]
        return Reading(len(checks), tuple(check for check in checks if not check.holds))

    def plan_of(
        self, state: State, *, waiting: bool = False, exposed: frozenset[int] = frozenset()
    ) -> tuple[Plan, Scenario]:
        """Return the fleet of a state as a plan, with the scenario at whose demand it is read.

        Parameters
        ----------
        waiting
            Whether what runs without traffic is in it.
        exposed
            Services that are written as surviving nothing.
        """
        key = (*state.carries.items(), exposed)
        context = self._context_of(self._scenario(state, exposed), key)
        scenario = context.scenario
        blocks = [self._block(context, stand) for stands in state.serving.values() for stand in stands]
        loads = [load_of(block) for block in blocks]
        promises = [self._promise(context, block, key) for block in blocks]
        if waiting:
            idle = [self._idle(context, stand) for stand in state.waiting]
            blocks, loads = [*blocks, *idle], [*loads, *(load_of(block) for block in idle)]
            promises += [0.0] * len(idle)
        outcome = Outcome(Status.FEASIBLE, np.zeros(0), 0.0, None)
        chosen = Chosen(tuple(blocks), tuple(loads), tuple(promises), self._buys(context, blocks), outcome)
        locations = tuple(sorted({*scenario.locations}))
        return write_plan(context, BlockSet(locations=locations), chosen, seed=context.store.seed, gap=1.0), scenario

    def _context_of(self, scenario: Scenario, carries: tuple[object, ...]) -> Context:
        """One context for all states at the same demands in the same places: it remembers what layouts carry."""
        key = (carries, scenario.locations, bool(scenario.limits.quotas))
        if key not in self._contexts:
            own = self._context
            self._contexts[key] = Context(scenario, own.catalog, own.store, derates=own.derates)
        return self._contexts[key]

    def _scenario(self, state: State, exposed: frozenset[int]) -> Scenario:
        """The scenario on the way: each service at its demand, without what holds for a whole horizon.

        Budget, carbon, the number of types and pinned decisions are those of the plan that is reached.
        """
        base = self._context.scenario
        services = tuple(
            replace(service, redundancy="none") if n in exposed else service
            for n, service in enumerate(self._services(state))
        )
        limits = Limits(power_kw=base.limits.power_kw, quotas=base.limits.quotas or _divided(state))
        places = {stand.location for stands in state.serving.values() for stand in stands}
        locations = tuple(dict.fromkeys((*base.locations, *sorted(places))))
        return replace(
            base,
            services=services,
            pipelines=tuple(self._page(state, n) for n in range(len(base.pipelines))),
            limits=limits,
            pins=(),
            change=None,
            running=(),
            locations=locations,
        )

    def _services(self, state: State) -> list[Service]:
        """The services as a state carries them."""
        return [self._asked[state.carries[n]].services[n] for n in range(len(self._context.scenario.services))]

    def _page(self, state: State, number: int) -> Pipeline:
        """A page as all its stages carry it: while some still carry the demand in force, what both have in common."""
        names = [service.name for service in self._context.scenario.services]
        page = self._context.scenario.pipelines[number]
        carried = {state.carries[names.index(stage.service)] for stage in page.stages}
        pages = [self._asked[demand].pipelines[number] for demand in sorted(carried)]
        now = next((self._asked[IN_FORCE].pipelines[number] for _ in carried & {IN_FORCE}), pages[0])
        return now if len(pages) == 1 else replace(now, demand=least(pages[0].demand, pages[1].demand))

    def _block(self, context: Context, stand: Stand) -> Block:
        counts = (stand.instances, np.minimum(stand.spot, stand.instances))
        return block_with(context, stand.group, stand.configuration, counts, network_s=stand.network_s)

    def _idle(self, context: Context, stand: Stand) -> Block:
        group = replace(stand.group, origins=(), standby=(), eighths=())
        counts: tuple[Indices, Indices] = (stand.instances, np.zeros_like(stand.instances))
        return block_with(context, group, stand.configuration, counts, network_s=stand.network_s)

    def _promise(self, context: Context, block: Block, carries: tuple[object, ...]) -> float:
        """Simulated once for the same counts at the same demand."""
        staffing = block.staffing
        key = (block.group, id(block.configuration), carries, staffing.instances.tobytes(), staffing.spot.tobytes())
        if key not in self._promised:
            self._promised[key] = promised_s(context, load_of(block), context.store.seed)
        return self._promised[key]

    def _buys(self, context: Context, blocks: Sequence[Block]) -> tuple[KeyBuy, ...]:
        """What is signed before and by the plan, and the rest by the hour."""
        steady = self._steady
        signed = {
            (item.location.split("/", maxsplit=1)[0], item.instance_type, item.location)
            for item in context.scenario.commitments
        }
        members: dict[Key, list[Block]] = {}
        for block in blocks:
            members.setdefault(block.configuration.key, []).append(block)
        keys = sorted({*members, *signed, *(key for key, counts in steady.items() if counts)})
        return tuple(KeyBuy(context.supply(*key), tuple(members.get(key, ())), steady.get(key, {})) for key in keys)


def _losses(plan: Plan, survives: Mapping[str, str]) -> list[Check]:
    """What is left after the losses that services are asked to survive."""
    rows = [{**row, "redundancy": survives[row["name"]]} for row in plan.inputs["services"]]
    view = View(plan.replace(inputs={**plan.inputs, "services": rows}))
    return [check for rule in LOSS_RULES for check in CHECKS[rule](view)]


def _divided(state: State) -> tuple[Quota, ...]:
    """A quota that nothing reaches: where there is one, two types may divide the traffic of a place."""
    if all(not stand.group.eighths for stands in state.serving.values() for stand in stands):
        return ()
    return (Quota(Match(None, None, None, None), ENOUGH, None, "two types may stand in a place on the way"),)

"""What each change is worth: the plan again with one service left as it is, or changed as a free hand would."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.domain.catalog import Catalog
from optimizer.domain.replan import ServiceChange
from optimizer.domain.scenario import Scenario
from optimizer.errors import Infeasible, NoPlanFound
from optimizer.formulation.blocks import Block
from optimizer.formulation.changing import changes_of
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet, has_demand
from optimizer.formulation.held import held_as_is, shortfall_of
from optimizer.formulation.rules.locations import allowed_locations
from optimizer.formulation.rules.pins import why_pinned_away
from optimizer.performance import CapacityStore
from optimizer.planning.planner import Found, find
from optimizer.planning.replanning.stands import Stand, stand_of
from optimizer.units import milliseconds

#: Gains smaller than this are none.
HALF_CENT = 0.005


class Weighing:
    """Plans with parts of two fleets.

    Parameters
    ----------
    scenario, catalog, store
        The question, with changes charged.
    context
        In which blocks are made.
    now
        What runs now.
    """

    def __init__(
        self, scenario: Scenario, catalog: Catalog, store: CapacityStore, context: Context, now: Sequence[Stand]
    ) -> None:
        self._scenario, self._catalog, self._store = scenario, catalog, store
        self._context, self._now = context, now

    def all_kept(self) -> Found | None:
        """Return the plan of what runs now, None where it does not carry the demand."""
        blocks: list[Block] = []
        for service in range(len(self._scenario.services)):
            kept = self._kept(service)
            if kept is None:
                return None
            blocks += kept
        return self._with(blocks, promises=True)

    def changes(self, best: Found) -> tuple[ServiceChange, ...]:
        """Return the services that a plan changes, each with what leaving it as it is would lose."""
        chosen = _by_service(best.chosen.blocks)
        found = []
        for service in range(len(self._scenario.services)):
            mine = chosen.get(service, [])
            if not self._differs(service, mine):
                continue
            kept = self._kept(service)
            rest = [block for n, blocks in chosen.items() if n != service for block in blocks]
            other = None if kept is None else self._with([*rest, *kept])
            worth = None if other is None else other.plan.objective.total - best.plan.objective.total
            reason = _told(mine) if worth is not None else self._why_not(service)
            found.append(self._change(service, mine, "needed" if worth is None else "pays", worth, reason))
        return tuple(found)

    def left(self, best: Found, free: Found) -> tuple[ServiceChange, ...]:
        """Return what a free hand would do otherwise than a plan, each with what doing it would lose."""
        chosen, other = _by_service(best.chosen.blocks), _by_service(free.chosen.blocks)
        found = []
        for service in range(len(self._scenario.services)):
            mine, theirs = chosen.get(service, []), other.get(service, [])
            if _same(mine, theirs):
                continue
            rest = [block for n, blocks in chosen.items() if n != service for block in blocks]
            changed = self._with([*rest, *theirs])
            if changed is None:
                continue
            loses = changed.plan.objective.total - best.plan.objective.total
            if loses > HALF_CENT:
                found.append(self._change(service, theirs, "does not pay", loses, _told(theirs)))
        return tuple(found)

    def _change(
        self, service: int, blocks: Sequence[Block], verdict: str, worth: float | None, reason: str
    ) -> ServiceChange:
        name = self._scenario.services[service].name
        counts = [pair for key, pair in changes_of(self._context, blocks).items() if key[0] == name]
        started, stopped = sum(pair[0] for pair in counts), sum(pair[1] for pair in counts)
        charge = self._context.charge * (started + stopped)
        return ServiceChange(name, verdict, started, stopped, charge, worth, reason)  # type: ignore[arg-type]

    def _kept(self, service: int) -> list[Block] | None:
        """What runs of a service now, as blocks; None where it does not carry the demand or serve every origin."""
        stands = [stand for stand in self._now if stand.group.service == service]
        allowed = allowed_locations(self._scenario, self._catalog)
        blocks = []
        for stand in stands:
            block = held_as_is(self._context, stand.group, stand.configuration, stand.network_s)
            fits = stand.configuration.point.service_s[0] <= stand.configuration.point.target_s
            if block is None or not fits or stand.location not in allowed or not self._may_stay(stand):
                return None
            blocks.append(block)
        served: dict[int, float] = {}
        for stand in stands:
            for origin, share in zip(stand.group.origins, stand.group.shares, strict=True):
                served[origin] = served.get(origin, 0.0) + share
        asked = self._scenario.services[service]
        wanted = [n for n in range(len(self._scenario.origins)) if has_demand(asked, n)]
        return blocks if all(abs(served.get(n, 0.0) - 1.0) < 1e-9 for n in wanted) else None

    def _may_stay(self, stand: Stand) -> bool:
        """Whether pins and the wait that the scenario asks for leave what runs on its type and settings."""
        asked, (size, wait_s) = self._scenario.services[stand.group.service], stand.configuration.batching
        candidate, place = stand.configuration.candidate, stand.location
        if why_pinned_away(candidate, self._context.pins_of(asked.name, place)) is not None:
            return False
        at_size = self._context.pinned_batch(asked.name, place) in (None, size)
        return at_size and (size == 1 or asked.max_wait_s in (None, wait_s))

    def _differs(self, service: int, blocks: Sequence[Block]) -> bool:
        stands = [stand for stand in self._now if stand.group.service == service]
        return not _same_stands(stands, [stand_of(block) for block in blocks])

    def _why_not(self, service: int) -> str:
        """Why what runs of a service cannot stay as it is."""
        for stand in self._now:
            if stand.group.service != service:
                continue
            short = shortfall_of(self._context, stand.group, stand.configuration)
            if short is not None:
                when = self._scenario.periods[short.period].label
                carried = f"{short.carried_per_s:,.0f} of {short.needed_per_s:,.0f} requests/s"
                return f"what runs in {stand.location} carries {carried} at {when}"
            (size, wait_s), asked_s = stand.configuration.batching, self._scenario.services[service].max_wait_s
            if asked_s is not None and size > 1 and wait_s != asked_s:
                waits = f"{milliseconds(wait_s):g} ms, {milliseconds(asked_s):g} ms is asked"
                return f"batches of what runs in {stand.location} wait {waits}"
        return "what runs now breaks a rule or does not reach every origin"

    def _with(self, blocks: Sequence[Block], *, promises: bool = False) -> Found | None:
        locations = allowed_locations(self._scenario, self._catalog)
        known = BlockSet(blocks=list(blocks), locations=locations)
        try:
            found = find(self._scenario, self._catalog, self._store, gap=0.0, promises=promises, blocks=known)
        except (Infeasible, NoPlanFound):
            return None
        # A promise that its own simulation misses is mended with other blocks: then these cannot be had.
        return found if all(any(block is own for own in blocks) for block in found.chosen.blocks) else None


def _by_service(blocks: Sequence[Block]) -> dict[int, list[Block]]:
    found: dict[int, list[Block]] = {}
    for block in blocks:
        found.setdefault(block.service, []).append(block)
    return found


def _same(first: Sequence[Block], second: Sequence[Block]) -> bool:
    return _same_stands([stand_of(block) for block in first], [stand_of(block) for block in second])


def _same_stands(first: Sequence[Stand], second: Sequence[Stand]) -> bool:
    return sorted(map(_identity, first)) == sorted(map(_identity, second))


def _identity(stand: Stand) -> tuple[object, ...]:
    group = stand.group
    who = (tuple(sorted(zip(group.origins, group.shares, strict=True))), tuple(sorted(group.standby)))
    return stand.location, stand.kind, stand.configuration.batching, who, stand.instances.tobytes()


def _told(blocks: Sequence[Block]) -> str:
    """A fleet of a service in a few words."""
    parts = []
    for block in blocks:
        most = int(block.staffing.instances[0].sum(axis=1).max(initial=0))
        kind = block.configuration.candidate.instance.name
        size, wait_s = block.configuration.batching
        wait = f" that wait {milliseconds(wait_s):g} ms" if wait_s else ""
        parts.append(f"{most} x {kind} in {block.location}, batches of {size}{wait}")
    return "; ".join(parts)

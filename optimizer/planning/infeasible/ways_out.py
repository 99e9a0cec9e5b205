"""Ways out of a scenario that no plan fits: the least changes, each tried by planning with it before it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from optimizer.domain.plan import Plan
from optimizer.planning.infeasible.alternatives import Alternative, alternatives_of
from optimizer.planning.infeasible.changes import Case, Changes, Value, applied, merged, size_of
from optimizer.planning.infeasible.room import Room

WAYS_TOLD = 3
#: So many alternatives are planned with before the search ends: without any way out, and with one.
TRIES, MORE_TRIES = 8, 4
#: Services x locations x origins up to which attempts are made beside a way out that is known: each plans anew.
FEW_GROUPS = 12
#: A figure that fails its trial is raised so often.
CORRECTIONS = 3
#: Changes that mend one thing may uncover the next: so many in a row are looked for.
ROUNDS = 3
#: Changes of these rules lead to service times and targets that nothing was simulated for.
NEW_POINTS = frozenset({"latency", "locations", "residency", "service_time_margin", "options_allowed", "pins"})


@dataclass(frozen=True, slots=True)
class WayOut:
    """Changes with which a plan was found, and that plan; `cheapest` says whether it is the cheapest one."""

    changes: Changes
    plan: Plan
    cheapest: bool

    @property
    def size(self) -> float:
        """How far the changes give."""
        return size_of(self.changes)


def ways_out(case: Case, room: Room, told: Callable[[str], None]) -> tuple[list[WayOut], list[str]]:
    """Return ways out, least first, and what is short in the scenario as it is.

    Where no alternative is enough by itself, the least one is kept and the next shortage looked at.

    Parameters
    ----------
    told
        Called with what is being tried.
    """
    kept: Changes = ()
    shortages: list[str] = []
    for _ in range(ROUNDS):
        found = alternatives_of(applied(case, kept), room)
        # What is short after a change is no reason for what was asked.
        shortages = shortages if kept else found.shortages
        search = _Search(case, kept, room, told)
        search.look(found.each)
        if not search.ways:
            search.look(found.last)
        if search.ways or search.first is None:
            return sorted(search.ways, key=lambda way: way.size), shortages
        kept = merged((*kept, *search.first.changes))
    return [], shortages


class _Search:
    """Tries alternatives, one after the other, until enough of them have a plan."""

    def __init__(self, case: Case, kept: Changes, room: Room, told: Callable[[str], None]) -> None:
        self.case, self.kept, self.room, self.told = case, kept, room, told
        self.ways: list[WayOut] = []
        self.first: Alternative | None = None
        self._tried: set[frozenset[tuple[str, Value]]] = set()

    def look(self, each: Iterator[Alternative]) -> None:
        """Try alternatives; the first one is kept for where none is enough."""
        for alternative in each:
            figures = frozenset((change.key, change.needed) for change in alternative.changes)
            if figures in self._tried:
                continue
            if alternative.attempt and self.ways and _groups(self.case) > FEW_GROUPS:
                continue
            self._tried.add(figures)
            self.first = self.first or alternative
            self.told(", ".join(sorted(change.key for change in alternative.changes)))
            way = _tried(self.case, self.kept, alternative, self.room)
            if way is not None and not _covered(way, self.ways):
                self.ways.append(way)
            if len(self.ways) == WAYS_TOLD or len(self._tried) >= (MORE_TRIES if self.ways else TRIES):
                return


def _groups(case: Case) -> int:
    """How much there is to plan: services x locations x origins."""
    scenario = case.scenario
    return len(scenario.services) * len(scenario.locations) * len(scenario.origins)


def _tried(case: Case, kept: Changes, alternative: Alternative, room: Room) -> WayOut | None:
    """Plan with an alternative; a figure that fails is raised a little, as often as `CORRECTIONS`.

    Where nothing was simulated yet for what the changes lead to, any plan will do; and where limits on counts or on
    the whole plan make looking further long, a mere attempt ends there.
    """
    current: Alternative | None = alternative
    limits = case.scenario.limits
    bounded = room.context(case).keeps_every_type or bool(limits.quotas)
    for _ in range(1 + CORRECTIONS):
        if current is None:
            return None
        changes = merged((*kept, *current.changes))
        changed = applied(case, changes)
        new = current.attempt or any(change.rule in NEW_POINTS for change in changes)
        plan = room.any_plan(changed) if new else None
        if plan is not None:
            return WayOut(changes, plan, cheapest=False)
        plan = None if current.attempt and bounded else room.plan(changed, current.blocks)
        if plan is not None:
            return WayOut(changes, plan, cheapest=True)
        current = current.larger() if current.larger is not None else None
    return None


def _covered(way: WayOut, ways: Sequence[WayOut]) -> bool:
    """Whether a way asks for everything that another one asks for, and more."""
    keys = {change.key for change in way.changes}
    return any({change.key for change in other.changes} <= keys for other in ways)

"""Parts of a way from one fleet to another: states, moves, and what a service keeps in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimizer.domain.replan import StepKind
from optimizer.planning.replanning.stands import Stand

#: Location and zone.
Place = tuple[str, str]
IN_FORCE, FORECAST = "in force", "forecast"


@dataclass(frozen=True, slots=True)
class State:
    """What serves at a moment: stands by service, and the demand at which each service is read."""

    serving: Mapping[int, tuple[Stand, ...]]
    carries: Mapping[int, str]
    #: Instances that run and do not serve yet, or no longer.
    waiting: tuple[Stand, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """One step and the state that it leaves."""

    kind: StepKind
    where: str
    what: tuple[str, ...]
    state: State


@dataclass(slots=True)
class Passage:
    """A service on its way: what serves now, what shall serve, and what goes on in place."""

    name: str
    old: tuple[Stand, ...]
    new: tuple[Stand, ...]

    def pair_of(self, stand: Stand, among: Sequence[Stand]) -> Stand | None:
        """The stand of the same kind in the same place: its instances go on in place."""
        same = [other for other in among if (other.location, other.kind) == (stand.location, stand.kind)]
        return same[0] if len(same) == 1 else None

    @property
    def moves(self) -> bool:
        """Whether traffic or a setting is switched: other places, kinds, origins or batch sizes."""
        return {serves(stand) for stand in self.old} != {serves(stand) for stand in self.new}

    @property
    def started(self) -> list[tuple[Stand | None, Stand]]:
        """Each new stand, with the old one that it goes on from."""
        return [(self.pair_of(stand, self.old), stand) for stand in self.new]

    @property
    def ended(self) -> list[tuple[Stand, Stand | None]]:
        """Each old stand, with the new one that goes on from it."""
        return [(stand, self.pair_of(stand, self.new)) for stand in self.old]


def serves(stand: Stand) -> tuple[object, ...]:
    """Return what is switched when it changes: place, kind, batch size and wait, and for whom."""
    group = stand.group
    who = (frozenset(zip(group.origins, group.shares, strict=True)), frozenset(group.standby))
    return stand.location, stand.kind, stand.configuration.batching, *who


@dataclass(frozen=True, slots=True)
class Changed:
    """Instances of a service that start or stop in a zone; `count` 0 where only some hours have others."""

    name: str
    service: str
    count: int

    def text(self, verb: str) -> str:
        """``start 2 g4dn.xlarge for ranking``."""
        if self.count:
            return f"{verb} {self.count} {self.name}"
        return f"{'more' if verb == 'start' else 'fewer'} {self.name} in some hours"


def batches(changes: Sequence[tuple[Place, list[Changed]]]) -> list[list[tuple[Place, list[Changed]]]]:
    """Zones in which instances start or stop one by one, those in which only hours change together, first."""
    real = [item for item in changes if item[1]]
    by_hour = [item for item in real if not any(each.count for each in item[1])]
    return [*([by_hour] if by_hour else []), *([item] for item in real if item not in by_hour)]

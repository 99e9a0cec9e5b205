"""Orders in which one fleet becomes another: all at once, one service after the other, or in parts that fit a limit.

Adding before anything is taken away is the safest order, and needs room for both fleets at once. Where a limit leaves
less room, services change one after the other, those that free most first; then each in parts of its traffic: so much
of the new starts, takes its part over, and as much of the old stops.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from optimizer.formulation.blocks import EIGHTHS
from optimizer.formulation.context import Context
from optimizer.formulation.held import adapted
from optimizer.planning.replanning.moves import Way
from optimizer.planning.replanning.passage import FORECAST, IN_FORCE, Move, Passage
from optimizer.planning.replanning.stands import Stand, stand_of

Fleet = Mapping[int, tuple[Stand, ...]]
TOGETHER = "everything is added before anything is taken away"
ONE_BY_ONE = "one service after the other"
PARTS = {2: "one service after the other, in halves", 4: "one service after the other, in quarters",
         8: "one service after the other, in eighths"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of the way: the fleet to reach, the services that change, and how they are read from then on."""

    fleet: Fleet
    going: frozenset[int]
    towards: str = FORECAST


@dataclass(frozen=True, slots=True)
class Order:
    """A way in words and in legs."""

    words: str
    legs: tuple[Leg, ...]

    def moves(self, names: Sequence[str], origins: Sequence[str], old: Fleet) -> Iterator[Move]:
        """Yield every move, leg after leg."""
        carries: Mapping[int, str] = dict.fromkeys(range(len(names)), IN_FORCE)
        for leg in self.legs:
            way = Way(names, old, leg.fleet, origins, carries=carries, going=leg.going, towards=leg.towards)
            yield from way.moves()
            old, carries = leg.fleet, way.carries


def orders(names: Sequence[str], old: Fleet, new: Fleet, in_force: Context) -> Iterator[Order]:
    """Yield orders from the safest to those that need least room.

    Parameters
    ----------
    in_force
        With the demand that parts of the old and the new fleet carry together.
    """
    everyone = frozenset(range(len(names)))
    yield Order(TOGETHER, (Leg(new, everyone),))
    if len(names) > 1:
        yield Order(ONE_BY_ONE, tuple(_one_by_one(old, new, {})))
    for parts, words in PARTS.items():
        divided = {n: _parts(names[n], old.get(n, ()), new.get(n, ()), in_force, parts) for n in everyone}
        if any(divided.values()):
            yield Order(words, tuple(_one_by_one(old, new, divided)))


def _one_by_one(old: Fleet, new: Fleet, parts: Mapping[int, Sequence[tuple[Stand, ...]]]) -> Iterator[Leg]:
    """Services that free most first; those that have parts, part by part."""

    def growth(n: int) -> int:
        return sum(_most(stand) for stand in new.get(n, ())) - sum(_most(stand) for stand in old.get(n, ()))

    fleet = dict(old)
    for n in sorted({*old, *new}, key=lambda n: (growth(n), n)):
        for stands in parts.get(n, ()):
            fleet = {**fleet, n: stands}
            yield Leg(fleet, frozenset({n}), IN_FORCE)
        fleet = {**fleet, n: new.get(n, ())}
        yield Leg(fleet, frozenset({n}))


def _most(stand: Stand) -> int:
    return int(stand.instances[0].sum(axis=1).max(initial=0))


def _parts(
    name: str, old: tuple[Stand, ...], new: tuple[Stand, ...], context: Context, parts: int
) -> list[tuple[Stand, ...]]:
    """Fleets between an old one and a new one that takes its traffic over in equal parts; none where it does not."""
    passage = Passage(name, old, new)
    gone = [stand for stand, after in passage.ended if after is None]
    come = [stand for before, stand in passage.started if before is None]
    swaps = [(stand, other) for stand in gone for other in come if _same_traffic(stand, other)]
    if not swaps or len(swaps) != len(gone) or len(swaps) != len(come):
        return []
    kept = tuple(stand for stand in old if stand not in gone)
    found = []
    for part in range(1, parts):
        eighths = part * EIGHTHS // parts
        shared = [
            _part(context, stand, count)
            for before, after in swaps
            for stand, count in ((before, EIGHTHS - eighths), (after, eighths))
        ]
        if any(stand is None for stand in shared):
            return []
        found.append((*kept, *(stand for stand in shared if stand is not None)))
    return found


def _same_traffic(one: Stand, other: Stand) -> bool:
    whole = not (one.group.standby or other.group.standby or one.group.eighths or other.group.eighths)
    return whole and one.group.origins == other.group.origins and bool(one.group.origins)


def _part(context: Context, stand: Stand, eighths: int) -> Stand | None:
    """What of a stand carries some eighths of its origins at the demand of a context."""
    group = replace(stand.group, eighths=tuple((origin, eighths) for origin in stand.group.origins))
    counts = (stand.instances, stand.spot)
    block = adapted(context, group, stand.configuration, counts, stand.network_s, trimmed=True)
    return None if block is None else stand_of(block)

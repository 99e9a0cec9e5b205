"""From what runs to what shall run in small moves: everything is added before anything is taken away, zone by zone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from optimizer.domain.replan import StepKind
from optimizer.formulation.blocks import EIGHTHS
from optimizer.planning.replanning.passage import (
    FORECAST,
    IN_FORCE,
    Changed,
    Move,
    Passage,
    Place,
    State,
    batches,
    serves,
)
from optimizer.planning.replanning.stands import Stand, joined, narrowed
from optimizer.units import milliseconds


class Way:
    """The moves from one fleet to another.

    Parameters
    ----------
    names
        Of the services.
    old, new
        What runs now and what shall run, by service (index).
    origins
        Names of the origins.
    carries
        The demand at which each service is read before the first move; None for the one in force.
    going
        Services that are on their way; None for all.
    towards
        The demand at which they are read once they are there.
    """

    def __init__(
        self,
        names: Sequence[str],
        old: Mapping[int, tuple[Stand, ...]],
        new: Mapping[int, tuple[Stand, ...]],
        origins: Sequence[str],
        *,
        carries: Mapping[int, str] | None = None,
        going: Collection[int] | None = None,
        towards: str = FORECAST,
    ) -> None:
        self._origins = origins
        self._services = {n: Passage(name, old.get(n, ()), new.get(n, ())) for n, name in enumerate(names)}
        self._serving = {n: service.old for n, service in self._services.items()}
        self._carries = dict.fromkeys(self._services, IN_FORCE) if carries is None else dict(carries)
        self._open = set(self._services if going is None else going)
        self._towards = towards
        self._waiting: list[tuple[int, Stand]] = []

    def start(self) -> State:
        """Return the state before the first move."""
        return self._state()

    @property
    def carries(self) -> Mapping[int, str]:
        """The demand at which each service is read by now."""
        return self._carries

    def moves(self) -> Iterator[Move]:
        """Yield every move in its order: starts, switches, stops."""
        yield from self._starts()
        yield from self._switches()
        yield from self._stops()

    def _state(self) -> State:
        return State(dict(self._serving), dict(self._carries), tuple(stand for _, stand in self._waiting))

    def _places(self, stands: Iterator[Stand]) -> list[tuple[str, str]]:
        return sorted({(stand.location, zone) for stand in stands for zone in stand.zones})

    def _starts(self) -> Iterator[Move]:
        """More of what goes on in place, and what is new, which waits for its traffic."""
        places = self._places(stand for service in self._services.values() for stand in service.new)
        found = batches([(place, self._begun(*place)) for place in places])
        self._carry_forecast([place for batch in found for place, _ in batch])
        for number, batch in enumerate(found):
            for place, _ in batch:
                for n in self._services:
                    self._begin(n, *place)
            self._carry_forecast([place for later in found[number + 1 :] for place, _ in later])
            yield self._move("start", batch)

    def _move(self, kind: StepKind, batch: Sequence[tuple[Place, list[Changed]]]) -> Move:
        """One zone with what starts or stops there, or every zone in which only the hours change."""
        if any(item.count for _, found in batch for item in found):
            ((location, zone), found) = batch[0]
            return Move(kind, f"{location} {zone}", tuple(item.text(kind) for item in found), self._state())
        zones: dict[tuple[str, str], list[str]] = {}
        for (location, zone), found in batch:
            for item in found:
                zones.setdefault((item.name, location), []).append(zone)
        more = "more" if kind == "start" else "fewer"
        what = tuple(f"{more} {name} in some hours in {place} {','.join(zs)}" for (name, place), zs in zones.items())
        return Move("schedule", "by the hour", what, self._state())

    def _begun(self, location: str, zone: str) -> list[Changed]:
        """What starts in a zone."""
        found = []
        for service in self._services.values():
            for before, after in service.started:
                if after.location != location or zone not in after.zones:
                    continue
                now = np.zeros_like(after.instances) if before is None else before.instances
                place = after.zones.index(zone)
                if (after.instances[:, :, place] > now[:, :, place]).any():
                    count = after.most(zone) - (0 if before is None else before.most(zone))
                    found.append(Changed(f"{after.kind[0]} for {service.name}", service.name, max(count, 0)))
        return found

    def _begin(self, n: int, location: str, zone: str) -> None:
        service = self._services[n]
        for before, after in service.started:
            if after.location != location or zone not in after.zones:
                continue
            if before is None:
                self._wait(n, after, zone)
            else:
                grown = tuple(
                    joined(stand, after, [zone]) if service.pair_of(stand, service.new) is after else stand
                    for stand in self._serving[n]
                )
                self._serving[n] = grown

    def _wait(self, n: int, after: Stand, zone: str) -> None:
        """Add a zone of a new stand to what runs without traffic."""
        mine = next((s for m, s in self._waiting if m == n and s.configuration is after.configuration), None)
        none = Stand(after.group, after.configuration, np.zeros_like(after.instances), after.spot, after.network_s)
        rest = [(m, s) for m, s in self._waiting if s is not mine]
        self._waiting = [*rest, (n, narrowed(mine or none, after, [zone]))]

    def _carry_forecast(self, to_come: Sequence[tuple[str, str]]) -> None:
        """Read a service at the forecast once all it needs has started; with its new spot, which fewer may be."""
        waiting = {item.service for place in to_come for item in self._begun(*place)}
        for n, service in self._services.items():
            if n in self._open and service.name not in waiting and not service.moves:
                self._lead_over(n)

    def _lead_over(self, n: int) -> None:
        """Let the new stands of a service serve; what goes on nowhere waits for its end."""
        self._open.discard(n)
        self._carries[n] = self._towards
        self._serving[n] = self._serving_new(n)
        gone = [(n, stand) for stand, after in self._services[n].ended if after is None]
        self._waiting = [*((m, s) for m, s in self._waiting if m != n), *gone]

    def _serving_new(self, n: int) -> tuple[Stand, ...]:
        """New stands, each with the larger counts of what it goes on from."""
        return tuple(
            after if before is None else joined(after, before, after.zones)
            for before, after in self._services[n].started
        )

    def _switches(self) -> Iterator[Move]:
        for n, service in self._services.items():
            if n not in self._open:
                continue
            self._lead_over(n)
            yield Move("switch", service.name, tuple(self._switched(service)), self._state())

    def _switched(self, service: Passage) -> Iterator[str]:
        for before, after in service.started:
            origins = ", ".join(self._origins[origin] for origin in after.group.origins)
            if before is None and after.group.eighths:
                yield f"lead {_parts(after)} of {origins} to {after.kind[0]} in {after.location}"
                continue
            if before is None:
                led = f" from {origins}" if origins else ""
                yield f"lead traffic{led} to {after.kind[0]} in {after.location}"
                continue
            yield from _settings(before, after)
            if after.group.eighths and before.group.origins == after.group.origins:
                verb, to = ("leave", "on") if before.group.shares > after.group.shares else ("lead", "to")
                yield f"{verb} {_parts(after)} of {origins} {to} {after.kind[0]} in {after.location}"
            elif serves(before)[3:] != serves(after)[3:]:
                yield f"lead traffic from {origins or 'no origin'} to {after.location}"
        for stand, following in service.ended:
            if following is None:
                yield f"no more traffic to {stand.kind[0]} in {stand.location}"

    def _stops(self) -> Iterator[Move]:
        places = self._places(stand for service in self._services.values() for stand in service.old)
        for batch in batches([(place, self._ending(*place)) for place in places]):
            for place, _ in batch:
                for n in self._services:
                    self._end(n, *place)
            yield self._move("stop", batch)

    def _ending(self, location: str, zone: str) -> list[Changed]:
        """What stops in a zone."""
        found = []
        for service in self._services.values():
            for stand, after in service.ended:
                if stand.location != location or zone not in stand.zones:
                    continue
                then = np.zeros_like(stand.instances) if after is None else after.instances
                place = stand.zones.index(zone)
                if (stand.instances[:, :, place] > then[:, :, place]).any():
                    count = stand.most(zone) - (0 if after is None else after.most(zone))
                    found.append(Changed(f"{stand.kind[0]} for {service.name}", service.name, max(count, 0)))
        return found

    def _end(self, n: int, location: str, zone: str) -> None:
        for stand, after in self._services[n].ended:
            if stand.location != location or zone not in stand.zones:
                continue
            if after is None:
                self._unwait(n, stand, zone)
                continue
            self._serving[n] = tuple(
                narrowed(serving, after, [zone])
                if (serving.location, serving.kind) == (after.location, after.kind)
                else serving
                for serving in self._serving[n]
            )

    def _unwait(self, n: int, stand: Stand, zone: str) -> None:
        none = Stand(stand.group, stand.configuration, np.zeros_like(stand.instances), stand.spot, stand.network_s)
        mine = next(s for m, s in self._waiting if m == n and s.configuration is stand.configuration)
        rest = [(m, s) for m, s in self._waiting if s is not mine]
        self._waiting = [*rest, (n, narrowed(mine, none, [zone]))]


def _settings(before: Stand, after: Stand) -> Iterator[str]:
    """What is set anew where instances go on in place."""
    place = f"on {after.kind[0]} in {after.location}"
    (old, old_wait_s), (new, new_wait_s) = before.configuration.batching, after.configuration.batching
    if old != new:
        yield f"change the batch size {place} from {old} to {new}"
    if old_wait_s != new_wait_s:
        yield f"change the wait of batches {place} from {milliseconds(old_wait_s):g} to {milliseconds(new_wait_s):g} ms"


def _parts(stand: Stand) -> str:
    return f"{round(EIGHTHS * stand.group.shares[0])} of {EIGHTHS} parts"

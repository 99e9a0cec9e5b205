"""Requests of a log in the pools of a plan, stretch by stretch: who serves each, and how long it stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.domain.log_played import WINDOW_S, LogPlayed, LogWindow
from optimizer.domain.scenario import Floats
from optimizer.verification.arrivals import chosen, poisson
from optimizer.verification.replay import PoolModel, drawn_factors
from optimizer.verification.replaying.engine import Engine
from optimizer.verification.replaying.fleet import Fleet
from optimizer.verification.replaying.lost import NOWHERE, Ints
from optimizer.verification.replaying.trace_arrivals import between
from optimizer.verification.replaying.trace_routes import ROUNDING, Routes, after_loss, as_planned
from optimizer.verification.replaying.what_if import WhatIf

#: Keeps these numbers apart from every other use of the same seed.
TRACE = 0x7472616365


@dataclass(frozen=True, slots=True)
class Came:
    """Requests that came to a pool one after the other: when, of which origin, in which window, to which replicas.

    Parameters
    ----------
    at_s
        Rising, seconds from the beginning of the stretch.
    origin, window
        Numbers of them; those of other origins than the log's come after its own.
    replicas
        Of the pool when each comes.
    """

    at_s: Floats
    origin: Ints
    window: Ints
    replicas: Ints


@dataclass(frozen=True, eq=False)
class Pools:
    """The pools of one service, and what comes to them hour by hour, as planned or after a loss.

    `origins` are those of the log first, then the others that the service has.
    """

    fleet: Fleet
    log: LogPlayed
    what_if: WhatIf
    seed: int
    engine: Engine

    @cached_property
    def indices(self) -> list[int]:
        """Of all pools of the service."""
        return [index for members in self.fleet.sites_of(self.log.service).values() for index in members]

    @cached_property
    def origins(self) -> list[str]:
        """Those of the log, then those whose requests the plan brings here besides."""
        routes = (route for index in self.indices for route in self.fleet.view.routes_to(index))
        return list(dict.fromkeys([*self.log.by_origin, *sorted({route.origin for route in routes})]))

    @cached_property
    def _periods(self) -> dict[tuple[str, int], int]:
        return {(row.day_type, row.hour): number for number, row in enumerate(self.fleet.view.plan.periods)}

    def period(self, window: LogWindow) -> int:
        """Period of the plan that a window falls in."""
        return self._periods[window.day_type, window.hour]

    @cached_property
    def planned_routes(self) -> Routes:
        """Where requests go as planned."""
        return as_planned(self.fleet, self.indices, self.origins)

    @cached_property
    def _happened(self) -> tuple[Routes, tuple[str, ...]]:
        if not self.what_if.losses:
            return self.planned_routes, ()
        return after_loss(self.fleet, self.log.service, self.what_if, self.indices, self.origins)

    @property
    def routes(self) -> Routes:
        """Where requests go."""
        return self._happened[0]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a planner should know about the loss."""
        return self._happened[1]

    def stays(self, windows: Sequence[LogWindow], before: LogWindow | None) -> Iterator[tuple[int, Came, Floats]]:
        """Return, pool by pool, what came in some windows that follow each other, and how long each request stayed.

        What comes in the window `before` fills the queues, and has the number -1; -1 is also the pool of requests that
        the plan sends nowhere, which stay for ever.
        """
        generator = np.random.default_rng([TRACE, self.seed, windows[0].start_s])
        parts: list[list[Came]] = [[] for _ in self.indices]
        played = [*([] if before is None else [before]), *windows]
        for number, window in enumerate(played, start=len(windows) - len(played)):
            at_s, pool, origin = self._drawn(window, generator)
            for place in range(NOWHERE, len(self.indices)):
                own = np.flatnonzero(pool == place)
                count = self._replicas(place, window)
                fixed = [np.full(own.size, value, dtype=np.int64) for value in (number, count)]
                came = Came(at_s[own] + (window.start_s - played[0].start_s), origin[own], fixed[0], fixed[1])
                if place == NOWHERE:
                    yield NOWHERE, came, np.full(own.size, np.inf)
                else:
                    parts[place].append(came)
        for place, index in enumerate(self.indices):
            came = _joined(parts[place])
            yield index, came, self._served(index, came, generator)

    def _replicas(self, place: int, window: LogWindow) -> int:
        return 0 if place == NOWHERE else int(self.routes.replicas[self.period(window), place])

    def _drawn(self, window: LogWindow, generator: np.random.Generator) -> tuple[Floats, Ints, Ints]:
        """Requests of a window by time: those of the log, and at planned rates those of the other origins."""
        times, pools, origins = [], [], []
        for number, name in enumerate(self.origins):
            at_s, to = self._of_origin(number, name, window, generator)
            times.append(at_s)
            pools.append(to)
            origins.append(np.full(at_s.size, number, dtype=np.int64))
        order = np.argsort(np.concatenate(times), kind="stable")
        return np.concatenate(times)[order], np.concatenate(pools)[order], np.concatenate(origins)[order]

    def _of_origin(
        self, number: int, name: str, window: LogWindow, generator: np.random.Generator
    ) -> tuple[Floats, Ints]:
        """Requests of an origin in a window, and the pool of each; those that need not be carried are left out."""
        period, arrivals = self.period(window), self.log.by_origin.get(name)
        shares, nowhere = self.routes.shares[period, :, number], float(self.routes.nowhere[period, number])
        if arrivals is None:
            at_s = poisson(generator, self.planned(name, window) * float(shares.sum()), WINDOW_S)
            return at_s, chosen(generator, shares, at_s.size) if at_s.size else np.empty(0, dtype=np.int64)
        at_s = between(arrivals, window.start_s, window.start_s + WINDOW_S, generator, self.fleet.scale)
        kept = float(shares.sum()) + nowhere
        if self.what_if.losses and kept < 1.0 - ROUNDING:
            at_s = at_s[generator.random(at_s.size) < kept]
        if not nowhere:
            return at_s, chosen(generator, shares, at_s.size)
        to = chosen(generator, np.append(shares, nowhere), at_s.size)
        return at_s, np.where(to == shares.size, NOWHERE, to)

    def planned(self, origin: str, window: LogWindow) -> float:
        """Requests/s that are planned for of an origin in the hour of a window, retries, releases and scale counted."""
        view = self.fleet.view
        return view.peak(self.log.service, origin, self.period(window)) * view.headroom_factor * self.fleet.scale

    def _served(self, index: int, came: Came, generator: np.random.Generator) -> Floats:
        """How long each request stays; replicas that are gone in a later hour finish what they have."""
        pool = self.fleet.pools[index]
        stays = np.empty(came.at_s.size)
        wait_s, scatter = pool.max_wait_ms / 1000.0, pool.service_time.p99_over_mean
        service = np.array(pool.service_time.seconds)
        for queue, replicas in _queues(came, pool.dispatch, generator):
            # its rate stands for nothing here: requests come when the log says
            model = PoolModel(replicas, tuple(pool.service_time.seconds), wait_s, pool.dispatch, 1.0, scatter)
            factors = drawn_factors(model, generator, queue.size)
            at_s = np.ascontiguousarray(came.at_s[queue])
            stays[queue] = self.engine.stays(at_s, model.servers, service, wait_s, factors)
        return stays


def _joined(parts: Sequence[Came]) -> Came:
    at_s, origin, window, replicas = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("at_s", "origin", "window", "replicas")
    )
    return Came(at_s, origin, window, replicas)


def _queues(came: Came, dispatch: str, generator: np.random.Generator) -> Iterator[tuple[Ints, int]]:
    """Requests of each queue with the servers it has: one for each replica, or a shared one while their count stays."""
    if dispatch == "shared":
        for part in np.split(np.arange(came.at_s.size), np.flatnonzero(np.diff(came.replicas)) + 1):
            if part.size:
                yield part, int(came.replicas[part[0]])
        return
    turn = np.arange(came.at_s.size) if dispatch == "round_robin" else (
        (generator.random(came.at_s.size) * came.replicas).astype(np.int64)
    )  # fmt: skip
    of = turn % np.maximum(came.replicas, 1)
    for part in np.split(np.argsort(of, kind="stable"), np.cumsum(np.bincount(of))[:-1]) if of.size else ():
        if part.size:
            yield part, 1

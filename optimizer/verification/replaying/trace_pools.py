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
    """The pools of one service, and what the routes of the plan bring to them hour by hour.

    `origins` are those of the log first, then the others that the service has.
    """

    fleet: Fleet
    log: LogPlayed
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
    def shares(self) -> Floats:
        """Share of an origin's requests that goes to a pool with any replica, shape (periods, pools, origins)."""
        shares = np.zeros((len(self.fleet.periods), len(self.indices), len(self.origins)))
        for number, index in enumerate(self.indices):
            alive = np.array(self.fleet.pools[index].replicas_by_period) > 0
            for route in self.fleet.view.routes_to(index):
                shares[:, number, self.origins.index(route.origin)] += np.where(alive, route.share_by_period, 0.0)
        return shares

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
        return 0 if place == NOWHERE else self.fleet.replicas(self.indices[place], self.period(window))

    def _drawn(self, window: LogWindow, generator: np.random.Generator) -> tuple[Floats, Ints, Ints]:
        """Requests of a window by time: those of the log, and at planned rates those of the other origins."""
        shares = self.shares[self.period(window)]
        times, pools, origins = [], [], []
        for number, name in enumerate(self.origins):
            arrivals = self.log.by_origin.get(name)
            weights = shares[:, number]
            if arrivals is not None:
                at_s = between(arrivals, window.start_s, window.start_s + WINDOW_S, generator)
            else:
                at_s = poisson(generator, self.planned(name, window) * float(weights.sum()), WINDOW_S)
            times.append(at_s)
            nowhere = np.full(at_s.size, NOWHERE, dtype=np.int64)
            pools.append(chosen(generator, weights, at_s.size) if weights.sum() > 0.0 else nowhere)
            origins.append(np.full(at_s.size, number, dtype=np.int64))
        order = np.argsort(np.concatenate(times), kind="stable")
        return np.concatenate(times)[order], np.concatenate(pools)[order], np.concatenate(origins)[order]

    def planned(self, origin: str, window: LogWindow) -> float:
        """Requests/s that are planned for of an origin in the hour of a window, retries and releases counted."""
        view = self.fleet.view
        return view.peak(self.log.service, origin, self.period(window)) * view.headroom_factor

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

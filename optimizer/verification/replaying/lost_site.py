"""A service in a location that loses a zone: who comes to which pool before and after, and when each is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.verification.replay import PoolModel, drawn_factors
from optimizer.verification.replaying.engine import Engine
from optimizer.verification.replaying.fleet import Fleet, Served
from optimizer.verification.replaying.hours import model_of
from optimizer.verification.replaying.lost import NOWHERE, Clients, Drawn, Ints, Landed, landed
from optimizer.verification.replaying.lost_draws import by_origin, table
from optimizer.verification.replaying.lost_result import Assumed
from optimizer.verification.replaying.lost_run import Bools
from optimizer.verification.replaying.minutes import by_queue
from optimizer.verification.replaying.rows import Edges

#: Played before the loss and after it, seconds; after it less where that is more than so many requests.
BEFORE_S, AFTER_S, LEAST_AFTER_S = 20.0, 180.0, 20.0
MOST_REQUESTS, SAMPLE_REQUESTS = 2_000_000, 200_000
RUNS = 5


@dataclass(frozen=True, eq=False)
class Player:
    """What all events of a plan have in common."""

    fleet: Fleet
    edges: Edges
    assumed: Assumed
    seed: int
    engine: Engine

    def after_s(self, rate_per_s: float) -> float:
        """Whole seconds that are played after the loss where so many requests come."""
        most = SAMPLE_REQUESTS if self.engine.effort.is_sample else MOST_REQUESTS
        least = self.assumed.detection_s + LEAST_AFTER_S
        return float(int(max(least, min(AFTER_S, most / rate_per_s - BEFORE_S))))


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Pool of each request before the loss is known, after it (-1: turned away), and of its retries until then."""

    before: Ints
    after: Ints
    again: Ints

    def at(self, arrival_s: Floats, owner: Ints | slice = slice(None)) -> Drawn:
        """Return requests that come at `arrival_s`, each with the choices of its `owner`."""
        return Drawn(arrival_s, self.before[owner], self.after[owner], self.again[owner])


class Site:
    """A service in a location of which a zone is gone from an instant on.

    Parameters
    ----------
    zone
        The one that is lost; None where the location loses none.
    before, after
        What pools serve before the loss, and once it is known; replicas that stay are the same.
    """

    def __init__(
        self, player: Player, service: str, zone: str | None, before: Sequence[Served], after: Sequence[Served]
    ) -> None:
        pools, edges, assumed = player.fleet.pools, player.edges, player.assumed
        self.engine, self.pool = player.engine, pools[before[0].pool_index]
        members = {item.pool_index: item for item in (*after, *before)}  # replicas are the same in both
        self.indices = sorted(members)
        self.models: list[PoolModel] = [model_of(pools[index], members[index]) for index in self.indices]
        self.dead: Bools = np.array([pools[index].zone == zone for index in self.indices])
        self.origins = sorted({origin for item in before for origin, _ in item.rates})
        self.rates = table(before, self.indices, self.origins)
        self.rates_after = table(after, self.indices, self.origins)
        self.rate = float(self.rates.sum())
        self.least_share = float(player.fleet.view.services[service]["protected_share"])
        # Clients wait as long as they are promised, at the furthest edge.
        target_s = max(edges.target_ms(service, origin, self.pool.location) for origin in self.origins) / 1e3
        self.clients = Clients(
            assumed.detection_s, target_s, assumed.retry_budget, assumed.reserve_s, assumed.most_retries
        )

    @property
    def protected_share(self) -> Floats:
        """Share of the requests of each origin that must be carried once the loss is known; if nobody stays, too."""
        kept: Floats = self.rates_after.sum(axis=0) / self.rates.sum(axis=0)
        kept = np.minimum(1.0, np.round(kept, 12))  # sums of shares fall short of 1 by rounding
        return np.where(kept > 0.0, kept, self.least_share)

    def choices(self, random: np.random.Generator, origin: Ints, protected: Bools) -> Choices:
        """Return where chance sends requests of these origins."""
        before, after = (by_origin(random, rates, origin) for rates in (self.rates, self.rates_after))
        after[~protected] = NOWHERE
        again = np.stack([by_origin(random, self.rates, origin) for _ in range(self.clients.most_retries)], axis=1)
        return Choices(before, after, again)

    def carried(self, random: np.random.Generator, drawn: Drawn) -> tuple[Landed, Floats]:
        """Play the zone up to its loss, then the others with all that comes to them.

        Returns
        -------
        tuple
            What became of each request, and when it is done, seconds from the loss on, nan where it was shed.
        """
        ends_s = np.full(drawn.arrival_s.size, np.nan)
        doomed = self.dead[drawn.before] & (drawn.arrival_s < 0.0)
        self._serve(random, np.where(doomed, drawn.arrival_s, np.nan), drawn.before, ends_s)
        in_flight = doomed & (ends_s > 0.0)
        found = landed(drawn, self.dead, in_flight, self.rate, self.clients)
        self._serve(random, np.where(doomed & ~in_flight, np.nan, found.at_s), found.pool, ends_s)
        ends_s[found.pool == NOWHERE] = np.nan
        return found, ends_s

    def untouched(self, random: np.random.Generator, at_s: Floats, pool: Ints) -> Floats:
        """Return when requests are done where no zone is lost; -1 serves none."""
        ends_s = np.full(at_s.size, np.nan)
        self._serve(random, at_s, pool, ends_s)
        return ends_s

    def _serve(self, random: np.random.Generator, at_s: Floats, pool: Ints, ends_s: Floats) -> None:
        """Write when each request that comes to a pool at `at_s` is done; nan comes to none."""
        for number, model in enumerate(self.models):
            own = np.flatnonzero((pool == number) & ~np.isnan(at_s))
            own = own[np.argsort(at_s[own], kind="stable")]
            for queue in by_queue(model, model.queues, own.size, random):
                mine = own[queue]
                factors = drawn_factors(model, random, mine.size)
                comes = np.ascontiguousarray(at_s[mine]) + BEFORE_S  # the simulator's clock starts at 0
                service = np.array(model.service_s)
                stays = self.engine.stays(comes, model.servers, service, model.max_wait_s, factors)
                ends_s[mine] = at_s[mine] + stays

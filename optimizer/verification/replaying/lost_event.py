"""One zone of a service in a location, lost at an instant, with all its requests before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.verification.arrivals import chosen, poisson
from optimizer.verification.replay import PoolModel, drawn_factors
from optimizer.verification.replaying.engine import Engine
from optimizer.verification.replaying.estimate import late
from optimizer.verification.replaying.fleet import Fleet, Served
from optimizer.verification.replaying.hours import model_of
from optimizer.verification.replaying.lost import NOWHERE, Clients, Drawn, Ints, landed
from optimizer.verification.replaying.lost_draws import by_origin, table
from optimizer.verification.replaying.lost_result import Assumed, ZoneLoss
from optimizer.verification.replaying.lost_run import Run, by_second, counts
from optimizer.verification.replaying.minutes import by_queue
from optimizer.verification.replaying.rows import Edges

#: Keeps these numbers apart from every other use of the same seed.
LOST_ZONE = 0x6C6F7374
#: Played before the loss and after it, seconds; after it less where that is more than so many requests.
BEFORE_S, AFTER_S, LEAST_AFTER_S = 20.0, 180.0, 20.0
MOST_REQUESTS, SAMPLE_REQUESTS = 2_000_000, 200_000
RUNS = 5
#: Whether the promise holds is asked of so many seconds, by steps of one.
WINDOW_S = 10


@dataclass(frozen=True, eq=False)
class Player:
    """What all events of a plan have in common."""

    fleet: Fleet
    edges: Edges
    assumed: Assumed
    seed: int
    engine: Engine


class Event:
    """One zone of a service in a location, lost in one hour, a number of times.

    Parameters
    ----------
    before, after
        What pools serve before the loss, and once it is known; replicas that stay are the same.
    """

    def __init__(
        self, player: Player, service: str, zone: str, before: Sequence[Served], after: Sequence[Served]
    ) -> None:
        self.player, self.service, self.zone, self.before = player, service, zone, before
        pools = player.fleet.pools
        self.pool = pools[before[0].pool_index]
        members = {item.pool_index: item for item in (*after, *before)}  # replicas are the same in both
        self.indices = sorted(members)
        self.models: list[PoolModel] = [model_of(pools[index], members[index]) for index in self.indices]
        self.dead = [pools[index].zone == zone for index in self.indices]
        self.origins = sorted({origin for item in before for origin, _ in item.rates})
        self.rates = table(before, self.indices, self.origins)
        self.rates_after = table(after, self.indices, self.origins)
        self.rate = float(self.rates.sum())
        row = player.fleet.view.services[service]
        edges, place = player.edges, self.pool.location
        self.allowed = 1.0 - float(row["percentile"])
        # Clients wait as long as they are promised, at the furthest edge.
        self.target_s = max(edges.target_ms(service, origin, place) for origin in self.origins) / 1e3
        self.limits_s = np.array([edges.limit_s(service, origin, place) for origin in self.origins])
        most = SAMPLE_REQUESTS if player.engine.effort.is_sample else MOST_REQUESTS
        least = player.assumed.detection_s + LEAST_AFTER_S
        self.after_s = float(int(max(least, min(AFTER_S, most / self.rate - BEFORE_S))))
        self.clients = Clients(
            player.assumed.detection_s, self.target_s, player.assumed.retry_budget, player.assumed.reserve_s,
            player.assumed.most_retries,
        )  # fmt: skip

    def played(self) -> ZoneLoss:
        """Play all runs and add them up."""
        runs = [self._run(run) for run in range(RUNS)]
        seconds = tuple(by_second(runs, int(-BEFORE_S), int(self.after_s)))
        recovered_s, share = self._recovery(runs)
        period = self.player.fleet.view.plan.periods[self.before[0].period]
        alive = [model.replicas for model, dead in zip(self.models, self.dead, strict=True) if not dead]
        requests, shed = sum(run.arrival_s.size for run in runs), sum(int(run.shed.sum()) for run in runs)
        return ZoneLoss(
            service=self.service,
            location=self.pool.location,
            zone=self.zone,
            day_type=period.day_type,
            hour=period.hour,
            requests_per_s=self.rate,
            protected_share=round(float(self.rates_after.sum()) / self.rate, 12),
            replicas=sum(model.replicas for model in self.models),
            replicas_left=sum(alive),
            played_s=self.after_s,
            runs=RUNS,
            requests=requests,
            lost=sum(int(run.lost.sum()) for run in runs),
            retries=sum(int(run.retries.sum()) for run in runs),
            served=requests - shed,
            shed=shed,
            shed_unprotected=sum(int((run.shed & ~run.protected).sum()) for run in runs),
            late=sum(int((run.late & run.protected).sum()) for run in runs),
            allowed_share=self.allowed,
            late_share_after=share,
            recovered_s=recovered_s,
            holds=recovered_s is not None and recovered_s <= self.player.assumed.recovery_s,
            seconds=seconds,
        )

    def _run(self, run: int) -> Run:
        """Draw requests, play the zone up to its loss, then the others with all that comes to them."""
        random = np.random.default_rng([LOST_ZONE, self.player.seed, run, self.indices[0]])
        arrival_s = poisson(random, self.rate, BEFORE_S + self.after_s) - BEFORE_S
        origin = chosen(random, self.rates.sum(axis=0), arrival_s.size)
        protected = random.random(arrival_s.size) < self._kept()[origin]
        before, after = (by_origin(random, rates, origin) for rates in (self.rates, self.rates_after))
        after[~protected] = NOWHERE
        again = np.stack([by_origin(random, self.rates, origin) for _ in range(self.clients.most_retries)], axis=1)
        drawn, dead = Drawn(arrival_s, before, after, again), np.array(self.dead)
        ends_s = np.full(arrival_s.size, np.nan)
        doomed = dead[before] & (arrival_s < 0.0)
        self._serve(random, np.where(doomed, arrival_s, np.nan), before, ends_s)
        in_flight = doomed & (ends_s > 0.0)
        found = landed(drawn, dead, in_flight, self.rate, self.clients)
        self._serve(random, np.where(doomed & ~in_flight, np.nan, found.at_s), found.pool, ends_s)
        shed = found.pool == NOWHERE
        is_late = ~shed & (ends_s - arrival_s > self.limits_s[origin])
        return Run(arrival_s, protected, found, is_late)

    def _kept(self) -> Floats:
        """Share of the requests of each origin that is carried once the loss is known."""
        kept: Floats = self.rates_after.sum(axis=0) / self.rates.sum(axis=0)
        return np.minimum(1.0, np.round(kept, 12))  # sums of shares fall short of 1 by rounding

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
                stays = self.player.engine.stays(comes, model.servers, service, model.max_wait_s, factors)
                ends_s[mine] = at_s[mine] + stays

    def _recovery(self, runs: Sequence[Run]) -> tuple[float | None, float | None]:
        """Seconds to the first window from which on the promise holds, in it and in all that follows it."""
        missed = [counts(run, run.protected & (run.late | run.shed), self.after_s) for run in runs]
        asked = [counts(run, run.protected, self.after_s) for run in runs]
        for second in range(int(self.after_s) - WINDOW_S + 1):
            window, rest = slice(second, second + WINDOW_S), slice(second, None)
            ends = [late([int(n[part].sum()) for n in asked], [int(n[part].sum()) for n in missed])
                    for part in (window, rest) if all(n[part].sum() for n in asked)]  # fmt: skip
            if len(ends) == 2 and not any(end.is_miss(self.allowed) for end in ends):
                return float(second), ends[1].share
        return None, None

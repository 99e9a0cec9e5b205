"""The zone that carries most is lost in the busiest hour, as an event in time: lost, retried, shed, recovered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Floats
from optimizer.errors import Fault, InputError
from optimizer.verification.demands import views
from optimizer.verification.replay import PoolModel, drawn_factors
from optimizer.verification.replaying.engine import Engine, load_engine
from optimizer.verification.replaying.estimate import late
from optimizer.verification.replaying.fleet import Fleet, Served
from optimizer.verification.replaying.hours import model_of
from optimizer.verification.replaying.losses import after_zone, fullest_zone
from optimizer.verification.replaying.lost import NOWHERE, Clients, Drawn, Ints, Landed, landed
from optimizer.verification.replaying.minutes import by_queue
from optimizer.verification.replaying.rows import Edges
from optimizer.verification.replaying.run import refuse_unreadable
from optimizer.verification.replaying.what_if import FULLEST, WhatIf, resolved
from optimizer.verification.view import View

Bools = NDArray[np.bool_]
Weights = Floats | Ints | Bools
#: Keeps these numbers apart from every other use of the same seed.
LOST_ZONE = 0x6C6F7374
#: Played before the loss and after it, seconds; after it less where that is more than so many requests.
BEFORE_S, AFTER_S, LEAST_AFTER_S = 20.0, 180.0, 20.0
MOST_REQUESTS, SAMPLE_REQUESTS = 2_000_000, 200_000
RUNS = 5
#: Whether the promise holds is asked of so many seconds, by steps of one.
WINDOW_S = 10


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is assumed where a zone is lost, and the recovery that is asked for; the documented defaults.

    Parameters
    ----------
    detection_s
        Seconds until the load balancer leaves the zone out.
    retry_budget
        Retries over requests.
    reserve_s
        Seconds for which an unspent budget is kept.
    most_retries
        Of one request.
    recovery_s
        Seconds within which every promise must hold again.
    """

    detection_s: float = 10.0
    retry_budget: float = 0.1
    reserve_s: float = 10.0
    most_retries: int = 2
    recovery_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Second:
    """Requests of all runs that first came in one second, counted from the loss on, and what became of them."""

    second: int
    requests: int
    lost: int
    retries: int
    shed: int
    late: int


@dataclass(frozen=True, slots=True)
class ZoneLoss:
    """What the loss of a zone came to for a service in a location; counts are of `runs` runs together.

    `late` are protected requests that were served after their target, shed ones not counted; `recovered_s` is None
    where the promise did not hold again; `late_share_after` is of protected requests from then on, shed ones counted.
    """

    service: str
    location: str
    zone: str
    day_type: str
    hour: int
    requests_per_s: float
    protected_share: float
    replicas: int
    replicas_left: int
    played_s: float
    runs: int
    requests: int
    lost: int
    retries: int
    served: int
    shed: int
    shed_unprotected: int
    late: int
    allowed_share: float
    late_share_after: float | None
    recovered_s: float | None
    holds: bool
    seconds: tuple[Second, ...]


@dataclass(frozen=True, slots=True)
class ZoneLossReport:
    """Every protected service in every location; `notes` says which are not protected."""

    rows: tuple[ZoneLoss, ...]
    assumed: Assumed
    seed: int
    engine: str
    notes: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every promise holds again in time."""
        return all(row.holds for row in self.rows)


def lose_zone(
    plan: Plan, zone: str = FULLEST, seed: int = 0, assumed: Assumed | None = None, engine: Engine | None = None
) -> ZoneLossReport:
    """Lose a zone at the peak of every service that is protected against it, and follow what happens.

    Parameters
    ----------
    plan
        The plan; its `inputs` hold all that is needed.
    zone
        Such as ``aws/us-east-1/a``; ``fullest`` for the one that carries most of each service in each location.
    seed
        Of the traffic.
    assumed
        None for the documented defaults.
    engine
        What simulates; None for the quickest there is.

    Raises
    ------
    InputError
        If the plan cannot be read, or has no such zone.
    """
    refuse_unreadable(plan)
    asked = resolved(WhatIf(zone=zone), View(plan))
    fleet, given = Fleet(views(View(plan))[str(asked.demand)], 1.0), assumed or Assumed()
    player = _Player(fleet, Edges(fleet.view), given, seed, engine or load_engine())
    rows: list[ZoneLoss] = []
    notes: list[str] = []
    for service, row in fleet.view.services.items():
        if row["redundancy"] != "zone":
            notes.append(f"{service} is not protected against the loss of a zone (redundancy: {row['redundancy']})")
            continue
        for indices in fleet.sites_of(service).values():
            rows += player.site(service, indices, str(asked.zone))
    if not rows:
        mend = "Write redundancy: zone for a service, or name a zone where such a one stands."
        raise InputError([Fault("--lose-zone", "no service of this plan is protected there", mend, "nothing-to-lose")])
    return ZoneLossReport(tuple(rows), given, seed, player.engine.name, tuple(notes))


@dataclass(frozen=True, eq=False)
class _Player:
    fleet: Fleet
    edges: Edges
    assumed: Assumed
    seed: int
    engine: Engine

    def site(self, service: str, indices: list[int], asked: str) -> Iterator[ZoneLoss]:
        """Play a location in its busiest hour, if it has any demand and the zone is one of its own."""
        fleet = self.fleet
        period = max(fleet.periods, key=lambda period: sum(fleet.brought(indices, period).values()))
        before = tuple(item for item in fleet.as_planned(indices, period) if item.replicas > 0)
        if not before:
            return
        place = fleet.pools[indices[0]].location
        zone = fullest_zone(fleet, indices, period) if asked == FULLEST else asked.rpartition("/")[2]
        if asked != FULLEST and asked.rpartition("/")[0] != place:
            return
        after = after_zone(fleet, service, indices, period, zone)
        event = _Event(self, service, zone, before, after)
        if any(event.dead):
            yield event.played()


class _Event:
    """One zone of a service in a location, lost in one hour, a number of times."""

    def __init__(
        self, player: _Player, service: str, zone: str, before: Sequence[Served], after: Sequence[Served]
    ) -> None:
        self.player, self.service, self.zone, self.before = player, service, zone, before
        pools = player.fleet.pools
        self.pool = pools[before[0].pool_index]
        members = {item.pool_index: item for item in (*after, *before)}  # replicas are the same in both
        self.indices = sorted(members)
        self.models: list[PoolModel] = [model_of(pools[index], members[index]) for index in self.indices]
        self.dead = [pools[index].zone == zone for index in self.indices]
        self.origins = sorted({origin for item in before for origin, _ in item.rates})
        self.rates = _table(before, self.indices, self.origins)
        self.rates_after = _table(after, self.indices, self.origins)
        self.rate = float(self.rates.sum())
        row = player.fleet.view.services[service]
        self.allowed, self.target_s = 1.0 - float(row["percentile"]), float(row["latency_ms"]) / 1e3
        limits = [player.edges.limit_s(service, origin, self.pool.location) for origin in self.origins]
        self.limits_s = np.array(limits)
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
        seconds = tuple(_seconds(runs, int(-BEFORE_S), int(self.after_s)))
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

    def _run(self, run: int) -> _Run:
        """Draw requests, play the zone up to its loss, then the others with all that comes to them."""
        random = np.random.default_rng([LOST_ZONE, self.player.seed, run, self.indices[0]])
        arrival_s = _poisson(random, self.rate, BEFORE_S + self.after_s) - BEFORE_S
        origin = _chosen(random, self.rates.sum(axis=0), arrival_s.size)
        protected = random.random(arrival_s.size) < self._kept()[origin]
        before, after = (_by_origin(random, rates, origin) for rates in (self.rates, self.rates_after))
        after[~protected] = NOWHERE
        again = np.stack([_by_origin(random, self.rates, origin) for _ in range(self.clients.most_retries)], axis=1)
        drawn, dead = Drawn(arrival_s, before, after, again), np.array(self.dead)
        ends_s = np.full(arrival_s.size, np.nan)
        doomed = dead[before] & (arrival_s < 0.0)
        self._serve(random, np.where(doomed, arrival_s, np.nan), before, ends_s)
        in_flight = doomed & (ends_s > 0.0)
        found = landed(drawn, dead, in_flight, self.rate, self.clients)
        self._serve(random, np.where(doomed & ~in_flight, np.nan, found.at_s), found.pool, ends_s)
        shed = found.pool == NOWHERE
        is_late = ~shed & (ends_s - arrival_s > self.limits_s[origin])
        return _Run(arrival_s, protected, found, is_late)

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

    def _recovery(self, runs: Sequence[_Run]) -> tuple[float | None, float | None]:
        """Seconds to the first window from which on the promise holds, in it and in all that follows it."""
        missed = [_counts(run, run.protected & (run.late | run.shed), self.after_s) for run in runs]
        asked = [_counts(run, run.protected, self.after_s) for run in runs]
        for second in range(int(self.after_s) - WINDOW_S + 1):
            window, rest = slice(second, second + WINDOW_S), slice(second, None)
            ends = [late([int(n[part].sum()) for n in asked], [int(n[part].sum()) for n in missed])
                    for part in (window, rest) if all(n[part].sum() for n in asked)]  # fmt: skip
            if len(ends) == 2 and not any(end.is_miss(self.allowed) for end in ends):
                return float(second), ends[1].share
        return None, None


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    arrival_s: Floats
    protected: Bools
    found: Landed
    late: Bools

    @property
    def shed(self) -> Bools:
        pool: Ints = self.found.pool
        return np.equal(pool, NOWHERE)

    @property
    def lost(self) -> Ints:
        return self.found.lost

    @property
    def retries(self) -> Ints:
        return self.found.retries


def _table(served: Sequence[Served], indices: Sequence[int], origins: Sequence[str]) -> Floats:
    """Requests/s by pool and origin."""
    table = np.zeros((len(indices), len(origins)))
    for item in served:
        for origin, rate in item.rates:
            table[indices.index(item.pool_index), origins.index(origin)] += rate
    return table


def _poisson(random: np.random.Generator, rate_per_s: float, until_s: float) -> Floats:
    arrivals: Floats = np.sort(random.random(random.poisson(rate_per_s * until_s)) * until_s)
    return arrivals


def _chosen(random: np.random.Generator, weights: Floats, size: int) -> Ints:
    """Numbers by chance, as often as their weights say."""
    edges = np.cumsum(weights)[:-1] / weights.sum()
    return np.searchsorted(edges, random.random(size), side="right").astype(np.int64)


def _by_origin(random: np.random.Generator, rates: Floats, origin: Ints) -> Ints:
    """A pool for each request, by what its origin sends to each; none where its origin is not served at all."""
    pools = np.full(origin.size, NOWHERE, dtype=np.int64)
    for number in range(rates.shape[1]):
        own = np.flatnonzero(origin == number)
        if rates[:, number].sum() > 0.0:
            pools[own] = _chosen(random, rates[:, number], own.size)
    return pools


def _counts(run: _Run, which: Bools, after_s: float) -> Ints:
    """Requests by second of their first arrival, from the loss on."""
    own = run.arrival_s[which & (run.arrival_s >= 0.0)]
    return np.bincount(own.astype(np.int64), minlength=int(after_s))


def _seconds(runs: Sequence[_Run], start: int, end: int) -> Iterator[Second]:
    """Add all runs up, second by second."""
    of = np.concatenate([(np.floor(run.arrival_s) - start).astype(np.int64) for run in runs])

    def by_second(weights: Sequence[Weights]) -> Ints:
        return np.bincount(of, np.concatenate(weights), minlength=end - start).astype(np.int64)

    columns = [by_second(weights) for weights in (
        [np.ones(run.arrival_s.size) for run in runs], [run.lost for run in runs], [run.retries for run in runs],
        [run.shed for run in runs], [run.late for run in runs],
    )]  # fmt: skip
    for number in range(end - start):
        yield Second(start + number, *(int(column[number]) for column in columns))

"""The user's own log of arrivals, played request by request against the pools that a plan has in its hours."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from optimizer.domain.log_played import WINDOW_S, LogPlayed, LogWindow
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Floats
from optimizer.verification.demands import views
from optimizer.verification.replay import NORMAL_99, in_time
from optimizer.verification.replaying.engine import Engine, load_engine
from optimizer.verification.replaying.estimate import quantile
from optimizer.verification.replaying.fleet import Fleet
from optimizer.verification.replaying.lost import NOWHERE as NO_POOL
from optimizer.verification.replaying.rows import Edges
from optimizer.verification.replaying.run import STAGE, Progress
from optimizer.verification.replaying.trace_arrivals import requests_until
from optimizer.verification.replaying.trace_notes import notes_of
from optimizer.verification.replaying.trace_pools import Came, Pools
from optimizer.verification.replaying.trace_result import NOWHERE, TraceReport, TraceRow
from optimizer.verification.replaying.what_if import WhatIf, resolved
from optimizer.verification.view import Held, View

__all__ = ["TraceReport", "TraceRow", "replay_log"]

#: More requests of a log are not played: then the five minutes that bring most for what is planned are.
MOST_REQUESTS, SAMPLE_REQUESTS = 200_000_000, 2_000_000
#: Windows that are played in one go.
STRETCH = 12
#: More threads than this need more memory than they are worth.
MOST_THREADS = 2


def replay_log(
    plan: Plan,
    log: LogPlayed,
    what_if: WhatIf | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    engine: Engine | None = None,
) -> TraceReport:
    """Play a log against the pools of its service, and say what share is late in each five minutes.

    Parameters
    ----------
    plan
        A plan that can be read, with the origins and hours of the log.
    log
        Laid on the hours of the plan.
    what_if
        What is lost all the time, whose fleet serves, and how many times its requests are played, by the full names of
        the plan; None for the plan and the log as they are.
    seed
        Of what the log does not tell: which pool gets a request, when it came within a step, which are played again.
    progress
        Called with a stage and a detail.
    engine
        What simulates; None for the quickest there is.

    Returns
    -------
    TraceReport
        The same for the same plan, log, seed and engine.
    """
    asked = resolved(what_if or WhatIf(), View(plan))
    fleet = Fleet(views(View(plan))[str(asked.demand)], asked.scale)
    return _Playing(Pools(fleet, log, asked, seed, engine or load_engine()), progress).report()


@dataclass(frozen=True, eq=False)
class _Playing:
    pools: Pools
    progress: Progress | None
    _told: list[int] = field(default_factory=list)

    def report(self) -> TraceReport:
        """Play all stretches and write down."""
        log, engine = self.pools.log, self.pools.engine
        taken = self._chosen()
        stretches = list(_stretches(taken, log.windows))
        with ThreadPoolExecutor(1 if engine.effort.is_sample else min(os.cpu_count() or 1, MOST_THREADS)) as threads:
            played = list(threads.map(lambda stretch: self._played(stretch, len(stretches)), stretches))
        rows = [row for part, _ in played for row in part]
        places = [*sorted({pool.location for pool in self.pools.fleet.pools}), NOWHERE]
        origins = list(log.by_origin)
        rows.sort(key=lambda row: (places.index(row.location), origins.index(row.origin)))  # stable: by time within
        return TraceReport(
            file=log.file,
            sha256=log.sha256,
            kind=log.kind,
            step_s=log.step_s,
            timezone=log.timezone,
            service=log.service,
            what_if=self.pools.what_if,
            seed=self.pools.seed,
            rows=tuple(rows),
            windows=len(taken),
            windows_in_all=len(log.windows),
            requests=sum(requests for _, requests in played),
            engine=engine.name,
            notes=tuple(notes_of(self.pools, rows, len(taken))),
        )

    def _chosen(self) -> list[LogWindow]:
        """All windows, or as many as can be played of those that bring most for what is planned then."""
        log = self.pools.log
        starts = np.array([window.start_s for window in log.windows], dtype=np.float64)
        brought, planned = np.zeros(starts.size), np.zeros(starts.size)
        for origin, arrivals in log.by_origin.items():
            brought += requests_until(arrivals, starts + WINDOW_S) - requests_until(arrivals, starts)
            planned += [self.pools.planned(origin, window) * window.seen_s for window in log.windows]
        most = SAMPLE_REQUESTS if self.pools.engine.effort.is_sample else MOST_REQUESTS
        brought *= self.pools.fleet.scale
        if brought.sum() <= most:
            return list(log.windows)
        order = np.argsort(-brought / np.maximum(planned, 1.0), kind="stable")
        enough = max(1, int(np.searchsorted(np.cumsum(2.0 * brought[order]), most)))  # each with the one before it
        return [log.windows[number] for number in sorted(order[:enough].tolist())]

    def _played(self, stretch: _Stretch, stretches: int) -> tuple[list[TraceRow], int]:
        stays: dict[tuple[int, int, str], list[Floats]] = {}
        requests, own = 0, len(self.pools.log.by_origin)
        for index, came, stay in self.pools.stays(stretch.windows, stretch.before):
            requests += stay.size
            location = NOWHERE if index == NO_POOL else self.pools.fleet.pools[index].location
            for (window, origin), found in _by_window(came, stay, own):
                stays.setdefault((window, origin, location), []).append(found)
        if self.progress is not None:
            self._told.append(requests)
            done = f"{len(self._told):,} of {stretches:,} hours, {sum(self._told) / 1e6:,.1f} million requests"
            self.progress(STAGE, done)
        rows = [
            self._row(stretch.windows[window], list(self.pools.log.by_origin)[origin], location, np.concatenate(found))
            for (window, origin, location), found in sorted(stays.items(), key=lambda item: item[0])
        ]
        return rows, requests

    def _row(self, window: LogWindow, origin: str, location: str, stays: Floats) -> TraceRow:
        pools, view, service = self.pools, self.pools.fleet.view, self.pools.log.service
        here = [i for i in pools.indices if pools.fleet.pools[i].location == location]
        held = self._held(here)
        elsewhere_s = Edges(view).elsewhere_ms(service, origin, location) / 1e3 if here else 0.0
        late = int(np.count_nonzero(stays + elsewhere_s > in_time(held.milliseconds / 1e3)))
        allowed = 1.0 - held.percentile
        share, at_least = late / stays.size, lower_end(late, stays.size)
        period = pools.period(window)
        own = [pools.indices.index(i) for i in here]
        to_place = float(pools.planned_routes.shares[period, own, pools.origins.index(origin)].sum()) if own else 0.0
        return TraceRow(
            service=service,
            location=location,
            origin=origin,
            start=window.shown,
            day_type=window.day_type,
            hour=window.hour,
            replicas=int(pools.routes.replicas[period, own].sum()),
            requests=stays.size,
            requests_per_s=stays.size / window.seen_s,
            planned_per_s=view.peak(service, origin, period) * to_place,
            percentile=held.percentile,
            reached_ms=1e3 * (elsewhere_s + quantile(stays, held.percentile)) if here else None,
            target_ms=held.milliseconds,
            late=late,
            late_share=share,
            late_at_least=at_least,
            allowed_share=allowed,
            holds=bool(here) and at_least <= allowed,
        )

    def _held(self, here: Sequence[int]) -> Held:
        return self.pools.fleet.view.held_to(here[0] if here else self.pools.indices[0])


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Windows that follow each other, and the one before the first, which fills the queues."""

    windows: tuple[LogWindow, ...]
    before: LogWindow | None


def _stretches(taken: Sequence[LogWindow], every: Sequence[LogWindow]) -> Iterator[_Stretch]:
    by_start = {window.start_s: window for window in every}
    part: list[LogWindow] = []
    for window in taken:
        if part and (window.start_s != part[-1].start_s + WINDOW_S or len(part) == STRETCH):
            yield _Stretch(tuple(part), by_start.get(part[0].start_s - WINDOW_S))
            part = []
        part.append(window)
    if part:
        yield _Stretch(tuple(part), by_start.get(part[0].start_s - WINDOW_S))


def _by_window(came: Came, stays: Floats, origins: int) -> Iterator[tuple[tuple[int, int], Floats]]:
    """Stays by window and origin, of the log's own requests in the windows that count."""
    counted = (came.origin < origins) & (came.window >= 0)
    if not counted.any():
        return
    key = came.window[counted] * origins + came.origin[counted]
    order = np.argsort(key, kind="stable")
    found, first = np.unique(key[order], return_index=True)
    for number, part in zip(found.tolist(), np.split(stays[counted][order], first[1:]), strict=True):
        yield divmod(number, origins), part


def lower_end(late: int, requests: int) -> float:
    """Return the lower end of Wilson's one-sided 99 % interval of a share: what chance makes of few requests."""
    share, z2 = late / requests, NORMAL_99**2
    middle = share + z2 / (2.0 * requests)
    half = NORMAL_99 * math.sqrt(share * (1.0 - share) / requests + z2 / (4.0 * requests**2))
    return max(0.0, (middle - half) / (1.0 + z2 / requests))

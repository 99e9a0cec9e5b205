"""A stretch of a day played at a pool: what an hour boundary does to its queues, and chunks that bound memory."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.verification.replay import drawn_factors
from optimizer.verification.replaying.day_draws import Fresh, drawn, nobody
from optimizer.verification.replaying.day_engine import DayEngine
from optimizer.verification.replaying.day_queues import PLACES, SECTIONS
from optimizer.verification.replaying.day_stretch import Counts, DayPool, Ints, Segment, Stretch, counted, counts_for

#: Requests that are drawn at once, about: what fits a processor's cache.
CHUNK = 100_000


def play(stretch: Stretch, pool: DayPool, random: np.random.Generator, engine: DayEngine) -> Counts:
    """Play every request of a stretch, those of one queue where the engine plays a sample.

    At the end of a segment what is queued stays queued. Replicas that are switched off finish what they have and get
    no more; of those that share a queue idle ones go first, then whichever is done. Replicas that are switched on
    begin idle. After the last segment no more requests come, and all that wait are served.
    """
    lines = _Lines(stretch, pool, random, engine)
    for segment in stretch.segments:
        lines.change(segment.replicas, segment.start_s)
        lines.go_on(segment)
    lines.change(0, stretch.segments[-1].end_s)
    return lines.counts()


class _Lines:
    """Queues of a pool as time goes by; there is room for those of its largest fleet, the first ones are in use."""

    def __init__(self, stretch: Stretch, pool: DayPool, random: np.random.Generator, engine: DayEngine) -> None:
        self.stretch, self.pool, self.random, self.engine = stretch, pool, random, engine
        self.tally, self.places = counts_for(stretch, pool)
        self.marks = np.array([stretch.from_s, SECTIONS / stretch.window_s, pool.marks])
        self.service = np.array(pool.model.service_s)
        most = max(1, *(part.replicas for part in stretch.segments))
        self.is_shared = pool.model.dispatch == "shared"
        room = 1 if self.is_shared or engine.is_sample else most
        self.servers_room = most if self.is_shared else 1
        self.lengths, self.seen, self.busy = (np.zeros(room, dtype=np.int64) for _ in range(3))
        self.now, self.heaps = np.zeros(room), np.zeros(room * self.servers_room)
        self.waiting = np.empty(0)
        self.replicas = self.cursor = self.drawn = self.turned_away = 0

    @property
    def queues(self) -> int:
        """Queues in use."""
        return min(self.replicas, self.lengths.size)

    def change(self, replicas: int, at_s: float) -> None:
        """Have as many replicas from now on."""
        before = self.queues
        after = min(replicas, self.lengths.size)
        if after < before:
            self._finish(after, before)
        elif self.is_shared and replicas and replicas != self.replicas:
            # servers that begin now cannot have taken what waits before now
            self.now[0], self.seen[0] = max(float(self.now[0]), at_s), self.lengths[0]
        self.replicas = replicas
        self.cursor = self.cursor % replicas if replicas else 0

    def _finish(self, first: int, after: int) -> None:
        """Let queues [first, after) finish what they have, and forget them."""
        stays = int(self.lengths[:first].sum())
        rest, self.waiting = self.waiting, self.waiting[:stays]
        self._advance(nobody(after - first), slice(first, after), rest[stays:], math.inf)
        for state in (self.lengths, self.seen, self.busy, self.now):
            state[first:after] = 0

    def go_on(self, segment: Segment) -> None:
        """Play a segment by chunks."""
        if segment.served is None or not segment.rate_per_s:
            return
        chunks = max(1, math.ceil(segment.rate_per_s * (segment.end_s - segment.start_s) / CHUNK))
        times = np.linspace(segment.start_s, segment.end_s, chunks + 1).tolist()
        model = replace(self.pool.model, replicas=max(1, segment.replicas), rate_per_s=segment.rate_per_s)
        for start_s, end_s in pairwise(times):
            one = self.engine.is_sample
            fresh = drawn(self.random, model, start_s, end_s, self.cursor, one_queue=one)
            self.drawn += fresh.arrival_s.size
            if not segment.replicas:
                self._turn_away(fresh.arrival_s)
                continue
            self.cursor = (self.cursor + fresh.arrival_s.size) % segment.replicas
            self.waiting = self._advance(fresh, slice(0, self.queues), self.waiting, end_s)

    def _advance(self, fresh: Fresh, part: slice, waiting: Floats, until_s: float) -> Floats:
        """Let queues go on; return what waits in the end."""
        servers = self.replicas if self.is_shared else 1
        lengths = self.lengths[part]
        room = waiting.size + fresh.arrival_s.size
        heaps = self.heaps[part.start * self.servers_room : part.stop * self.servers_room]
        factors = drawn_factors(self.pool.model, self.random, room)
        left = np.empty(room)
        self.turned_away += self.engine.advance(
            fresh.arrival_s, fresh.starts, fresh.counts, fresh.step, until_s, servers, self.service,
            self.pool.model.max_wait_s, factors, self.pool.most_waiting(servers), waiting, lengths, self.seen[part],
            self.busy[part], self.now[part], heaps, np.empty(room), left, self.marks, self.pool.rising_s, self.tally,
            self.places,
        )  # fmt: skip
        return left[: int(lengths.sum())]

    def _turn_away(self, arrival_s: Floats) -> None:
        """Count requests that nobody is there to serve: they pass every limit."""
        since = arrival_s[arrival_s >= self.stretch.from_s] - self.stretch.from_s
        sections = (since * self.marks[1]).astype(np.int64)
        columns = self.pool.rising_s.size + 1
        _add(self.tally, sections * columns + columns - 1)
        _add(self.places, sections // SECTIONS * PLACES + PLACES - 1)
        self.turned_away += arrival_s.size

    def counts(self) -> Counts:
        """Return what was counted."""
        return counted(self.stretch, self.pool, self.tally, self.places, self.drawn, self.turned_away)


def _add(counts: Ints, where: Ints) -> None:
    """Add one at each place, as often as it is named."""
    counts += np.bincount(where, minlength=counts.size)

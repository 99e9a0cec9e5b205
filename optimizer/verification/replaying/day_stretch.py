"""Part of a day at one pool: what its fleet and its rates are, hour by hour, and which windows count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats
from optimizer.verification.replay import PoolModel
from optimizer.verification.replaying.day_queues import FINE, PLACES, SECTIONS, TIMES
from optimizer.verification.replaying.fleet import Served

Ints = NDArray[np.int64]
HOUR_S = 3600.0
#: A queue turns requests away that find more ahead than full batches serve in so long, beyond the longest stay in time.
LONGEST_QUEUE_S = 300.0


@dataclass(frozen=True, slots=True)
class Segment:
    """Seconds of the day in which a pool serves the same; None where nothing comes to it."""

    start_s: float
    end_s: float
    served: Served | None

    @property
    def replicas(self) -> int:
        """Replicas that take requests."""
        return 0 if self.served is None else self.served.replicas

    @property
    def rate_per_s(self) -> float:
        """Arrivals."""
        return 0.0 if self.served is None else self.served.rate_per_s


@dataclass(frozen=True, slots=True)
class Stretch:
    """Segments one after another, the first of which may only fill the queues.

    Parameters
    ----------
    from_s
        Requests count from then on.
    window_s
        Length of a window that is judged.
    hours
        Which hour of the day each window lies in.
    """

    segments: tuple[Segment, ...]
    from_s: float
    window_s: float
    hours: tuple[int, ...]

    @property
    def requests(self) -> float:
        """Requests that are expected, those that only fill queues among them."""
        return sum(part.rate_per_s * (part.end_s - part.start_s) for part in self.segments)

    def start_s(self, window: int) -> float:
        """When a window begins, seconds of the day."""
        return self.from_s + window * self.window_s


@dataclass(frozen=True)
class DayPool:
    """A pool as a day sees it.

    Parameters
    ----------
    index
        In the plan.
    model
        What it does to its traffic, whatever its replicas and its rate.
    limits_s
        Stay from which on a request is late, by origin.
    target_s
        Latency promised at the furthest edge; stays are counted in parts of it.
    percentile
        That is promised.
    """

    index: int
    model: PoolModel
    limits_s: Mapping[str, float]
    target_s: float
    percentile: float

    @cached_property
    def rising_s(self) -> Floats:
        """Limits, each once."""
        return np.unique(np.array(list(self.limits_s.values())))

    def most_waiting(self, servers: int) -> int:
        """Return how many requests one of its queues holds."""
        seconds = LONGEST_QUEUE_S + float(self.rising_s[-1])
        return 1 + int(seconds * servers * len(self.model.service_s) / self.model.service_s[-1])

    @property
    def marks(self) -> float:
        """Places a second, by which stays are counted."""
        return FINE / (TIMES * self.target_s)


@dataclass(frozen=True, eq=False)
class Counts:
    """What became of the requests of a stretch.

    Parameters
    ----------
    drawn
        Requests that came, those that only filled queues among them.
    passed
        Requests by section and by how many of the rising limits they passed, shape (sections, limits + 1).
    places
        Requests by window and place of their stay, shape (windows, places).
    turned_away
        Requests that found a full queue, or nobody.
    """

    drawn: int
    passed: Ints
    places: Ints
    turned_away: int

    @property
    def requests(self) -> int:
        """Requests that count."""
        return int(self.passed.sum())


def counts_for(stretch: Stretch, pool: DayPool) -> tuple[Ints, Ints]:
    """Return room for counts, flat: one section and one window more than there are, for rounding."""
    windows = len(stretch.hours)
    tally = np.zeros((windows * SECTIONS + 1) * (pool.rising_s.size + 1), dtype=np.int64)
    return tally, np.zeros((windows + 1) * PLACES, dtype=np.int64)


def counted(stretch: Stretch, pool: DayPool, tally: Ints, places: Ints, drawn: int, turned_away: int) -> Counts:
    """Return counts in their shapes; what rounding put past the end belongs to the last."""
    passed, by_window = tally.reshape(-1, pool.rising_s.size + 1), places.reshape(-1, PLACES)
    if stretch.hours:
        passed[-2] += passed[-1]
        by_window[-2] += by_window[-1]
    return Counts(drawn, passed[:-1], by_window[:-1], turned_away)

"""A day of a pool played and judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.verification.replaying.day_again import DAY, Again
from optimizer.verification.replaying.day_engine import DayEngine
from optimizer.verification.replaying.day_hours import PoolHours
from optimizer.verification.replaying.day_judged import Window, reached_s, windows_of
from optimizer.verification.replaying.day_lines import play
from optimizer.verification.replaying.day_stretch import DayPool, Ints


@dataclass(frozen=True, slots=True)
class PoolDay:
    """What a pool's day came to; hours without requests are left out.

    Parameters
    ----------
    windows
        Every window of every origin.
    reached_s
        Percentile of all stays of an hour, by hour; None where it is longer than can be told.
    counted, drawn, expected
        Requests that count, all that were drawn, and how many rates x time make of these.
    turned_away, again
        Requests that found a full queue or nobody; and those that were played once more.
    window_s
        Length of its windows.
    is_one_queue
        Whether one of its queues was followed.
    """

    pool: DayPool
    windows: tuple[Window, ...]
    reached_s: dict[int, float | None]
    counted: int
    drawn: int
    expected: float
    turned_away: int
    again: int
    window_s: float
    is_one_queue: bool


def play_pool(hours: PoolHours, seed: int, engine: DayEngine) -> PoolDay:
    """Play a pool's day, or a sample of it; five minutes that break are judged by other traffic."""
    pool = hours.pool
    sampled = engine.is_sample
    stretches = [hours.around(hour) for hour in range(len(hours.served))] if sampled else [hours.whole()]
    windows: list[Window] = []
    places: dict[int, Ints] = {}
    drawn = counted = turned_away = again = 0
    for number, stretch in enumerate(stretches):
        random = np.random.default_rng([DAY, seed, pool.index, number])
        counts = play(stretch, pool, random, engine)
        found = windows_of(counts, stretch, pool, hours.rates, random)
        for window, hour in enumerate(stretch.hours):
            places[hour] = places.get(hour, 0) + counts.places[window]
        looked = Again(hours, stretch, seed, engine)
        windows += looked.judged(found)
        drawn, counted = drawn + counts.drawn, counted + counts.requests
        turned_away, again = turned_away + counts.turned_away, again + looked.requests
    reached = {hour: reached_s(own, pool) for hour, own in places.items() if own.any()}
    expected = sum(stretch.requests if not sampled else hours.at_one_queue(stretch) for stretch in stretches)
    length = stretches[0].window_s
    return PoolDay(pool, tuple(windows), reached, counted, drawn, expected, turned_away, again, length, sampled)

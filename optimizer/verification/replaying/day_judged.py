"""Five minutes judged: whose requests they were, how many were late, and what that says of a promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.verification.replaying.day_queues import FINE, PLACES, SECTIONS, WIDER
from optimizer.verification.replaying.day_stretch import Counts, DayPool, Ints, Stretch
from optimizer.verification.replaying.estimate import Late, late, rank

#: Neighbouring sections are merged by these: longer ones depend on each other less. The widest interval counts.
MERGED = (1, 2, 4)
#: An interval needs so many sections with requests.
LEAST_SECTIONS = 5
#: So many times the share that may be late needs no second look.
FAR_BEYOND = 2.0
#: Requests/s by origin in an hour of the day.
Rates = Mapping[int, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Window:
    """Requests of an origin at a pool in a window.

    Parameters
    ----------
    hour, start_s
        Which hour of the day, and when the window begins, seconds of the day.
    requests, late
        Of the origin: how many there were, and what share of them was late.
    sections
        Sections of the window in which any came; an interval needs some.
    at_pool
        Requests of all origins.
    reached_s
        Percentile of the stays of all origins; None where it is longer than can be told.
    again
        The share in other traffic, where five minutes that broke were played again, and how often they were.
    """

    hour: int
    start_s: float
    origin: str
    requests: int
    late: Late
    sections: int
    at_pool: int
    reached_s: float | None
    again: Late | None = None
    again_windows: int = 0

    def holds(self, allowed: float) -> bool:
        """Whether no more than may be are late, as far as can be told: in other traffic where it was played again."""
        return not (self.again or self.late).is_miss(allowed)

    def is_far_beyond(self, allowed: float) -> bool:
        """Whether it needs no second look."""
        return self.late.at_least > FAR_BEYOND * allowed


def by_origin(
    counts: Counts, stretch: Stretch, pool: DayPool, rates: Rates, random: np.random.Generator
) -> dict[str, tuple[Ints, Ints]]:
    """Return requests and late ones of each origin by window and section, shape (windows, sections) each.

    A request is of an origin by chance, as often as the origin sends, whatever became of it. So requests that became
    the same are divided at once, by the multinomial law.
    """
    origins, limits = list(pool.limits_s), list(pool.limits_s.values())
    passed = counts.passed.reshape(len(stretch.hours), SECTIONS, -1)
    own = np.zeros((*passed.shape, len(origins)), dtype=np.int64)
    for window, hour in enumerate(stretch.hours):
        weights = np.array([rates.get(hour, {}).get(origin, 0.0) for origin in origins])
        if weights.sum() > 0.0:
            own[window] = random.multinomial(passed[window], weights / weights.sum())
    found = {}
    for number, (origin, limit) in enumerate(zip(origins, limits, strict=True)):
        beyond = int(np.searchsorted(pool.rising_s, limit)) + 1
        found[origin] = own[..., number].sum(axis=2), own[..., beyond:, number].sum(axis=2)
    return found


def windows_of(
    counts: Counts, stretch: Stretch, pool: DayPool, rates: Rates, random: np.random.Generator
) -> list[Window]:
    """Return every window of every origin that has requests in it."""
    reached = [reached_s(places, pool) for places in counts.places]
    at_pool = counts.places.sum(axis=1).tolist()
    return [
        Window(
            hour, stretch.start_s(window), origin, int(requests[window].sum()),
            share_of(requests[window], above[window]), int(np.count_nonzero(requests[window])), at_pool[window],
            reached[window],
        )
        for origin, (requests, above) in by_origin(counts, stretch, pool, rates, random).items()
        for window, hour in enumerate(stretch.hours)
        if requests[window].any()
    ]  # fmt: skip


def share_of(requests: Ints, above: Ints) -> Late:
    """Return the share of late requests, with the lower end of its one-sided 99 % interval by how sections scatter."""
    found: list[Late] = []
    for by in MERGED:
        sizes, late_ones = (counts.reshape(-1, by).sum(axis=1) for counts in (requests, above))
        used = sizes > 0
        found.append(late(sizes[used].tolist(), late_ones[used].tolist()))
        if used.sum() < LEAST_SECTIONS:
            return Late(found[0].share, 0.0, found[0].in_worst_run)
    return Late(found[0].share, min(each.at_least for each in found), found[0].in_worst_run)


def broken_of(windows: Sequence[Window], allowed: float) -> int:
    """Return how many windows of an hour break.

    Where hardly any requests come, no window is ground for a verdict: they are judged together, each as a section.
    """
    if all(window.sections < LEAST_SECTIONS for window in windows) and len(windows) >= LEAST_SECTIONS:
        sizes = [window.requests for window in windows]
        above = [round(window.late.share * window.requests) for window in windows]
        if late(sizes, above).is_miss(allowed):
            return sum(window.late.share > allowed for window in windows)
    return sum(not window.holds(allowed) for window in windows)


def reached_s(places: Ints, pool: DayPool) -> float | None:
    """Return the percentile of stays that are counted by place, None where it is in the last one or there are none."""
    total = int(places.sum())
    if not total:
        return None
    wanted = rank(total, pool.percentile) + 1
    up_to = np.cumsum(places)
    place = int(np.searchsorted(up_to, wanted))
    if place == PLACES - 1:
        return None
    part = 1.0 - float(up_to[place] - wanted) / float(places[place])
    return float(_edge(place) + part * (_edge(place + 1) - _edge(place))) / pool.marks


def _edge(place: int) -> int:
    """Lower edge of a place, in those of the finest kind."""
    return place if place <= FINE else FINE + (place - FINE) * WIDER


def together(runs: Sequence[tuple[Ints, Ints]], window: int) -> Late:
    """Return the share of late requests of a window in independent runs."""
    sizes = [int(requests[window].sum()) for requests, _ in runs]
    above = [int(late_ones[window].sum()) for _, late_ones in runs]
    used = [number for number, size in enumerate(sizes) if size]
    return late([sizes[number] for number in used], [above[number] for number in used])

"""What a whole day comes to, as records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from optimizer.verification.replaying.result import Answer, PromiseRow, how_late


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow(PromiseRow):
    """Requests of an origin at a pool in one hour of the day, and their worst five minutes.

    Parameters
    ----------
    classes
        What the hour stands for: ``busiest hour``, ``median hour``, ``quietest hour``.
    what
        ``as planned``, ``without zone a`` and so on.
    zones
        The zone; in a sample all that have as many replicas and requests, of which one is followed.
    replicas, requests_per_s
        Of the pool, all origins together.
    requests, late_share, reached_ms
        Of what was played of the hour: the origin's requests, how many of them were late, and the percentile at its
        edge. None where nothing was served, or where it is more than can be told.
    at
        When the worst five minutes began, ``20:35``; those of a sample are cut to `window_s`.
    worst_requests_per_s
        As they came to the pool, all origins together; in a sample those of one queue times its queues.
    worst_requests, worst_late_share, worst_at_least, worst_reached_ms
        Of the origin in the worst five minutes; `worst_at_least` is the lower end of the one-sided 99 % interval.
    again_share, again_at_least, again_windows
        The share of late requests when those five minutes broke and were played again, by other traffic; else None.
    judged, broken
        Five minutes of the hour, and how many of them broke.
    """

    classes: tuple[str, ...]
    what: str
    period: int
    zones: tuple[str, ...]
    instance_type: str
    at: str
    window_s: float
    worst_requests_per_s: float
    worst_requests: int
    worst_late_share: float
    worst_at_least: float
    worst_reached_ms: float | None
    again_share: float | None
    again_at_least: float | None
    again_windows: int
    judged: int
    broken: int

    @property
    def severity(self) -> tuple[float, ...]:
        """Order of rows: broken ones first, by the late share of the worst five minutes, then by what they reached."""
        late = self.worst_late_share / self.allowed_share
        return not self.holds, *how_late(late, self.worst_reached_ms, self.target_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReport(Answer[DayRow]):
    """A day of a plan.

    Parameters
    ----------
    rows
        Service by service, pool by pool, hour by hour.
    pools, hours
        How many there are with any requests.
    requests
        Requests that count.
    drawn, expected
        All requests that came, those that only fill queues before the first that counts among them; and rates x time.
    again
        Requests of five minutes that were played again.
    turned_away
        Requests that found a full queue, or nobody; they are late.
    window_s
        Shortest and longest window that was judged.
    threads, seconds
        How the time was spent; no two runs take the same.
    """

    day_type: str
    pools: int
    hours: int
    drawn: int
    expected: float
    again: int
    turned_away: int
    window_s: tuple[float, float]
    threads: int = field(compare=False)
    seconds: float = field(compare=False)

    @property
    def is_sample(self) -> bool:
        """Whether one queue of each pool was followed around every change of hour."""
        return self.engine == "plain"

    @property
    def judged(self) -> int:
        """Five minutes of an origin at a pool."""
        return sum(row.judged for row in self.rows)

    @property
    def broken(self) -> int:
        """Five minutes of an origin at a pool in which its promise broke."""
        return sum(row.broken for row in self.rows)

    @property
    def requests_played_per_s(self) -> float:
        """Requests simulated in a second of a clock."""
        return (self.drawn + self.again) / self.seconds if self.seconds else 0.0


def worst_of(rows: Sequence[DayRow]) -> DayRow | None:
    """Return the row with the worst five minutes, of equal ones the first; None of none."""
    return max(rows, key=lambda row: row.severity, default=None)

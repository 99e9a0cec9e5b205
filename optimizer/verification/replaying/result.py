"""What a replay finds, as records: rows for reading, and the answer as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from optimizer.verification.replaying.what_if import WhatIf

#: The busiest five minutes of an hour as they go on, or the worst five minutes played as a whole, replica by replica.
Kind = Literal["hour", "five minutes"]


def how_late(late: float, reached_ms: float | None, target_ms: float) -> tuple[float, float]:
    """Order of rows: by the late share over what may be, then by latency over target, worst where none is reached."""
    return late, (float("inf") if reached_ms is None else reached_ms) / target_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRow:
    """Requests of an origin at a location for some time, and what became of the promise to them.

    Parameters
    ----------
    day_type, hour
        Of the plan, whose fleet of that hour serves them.
    requests
        Simulated and counted.
    percentile, reached_ms, target_ms
        What is promised, what it came to at the origin's edge, None where nothing was served, and the target.
    late_share, allowed_share
        Share of requests over the target, and how many may be.
    """

    service: str
    location: str
    origin: str
    day_type: str
    hour: int
    replicas: int
    requests_per_s: float
    requests: int
    percentile: float
    reached_ms: float | None
    target_ms: float
    late_share: float
    allowed_share: float
    holds: bool

    @property
    def severity(self) -> tuple[float, ...]:
        """Order of rows: by the share of late requests over what may be, then by the latency over the target."""
        return how_late(self.late_share / self.allowed_share, self.reached_ms, self.target_ms)


Row = TypeVar("Row", bound=PromiseRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[Row]):
    """The answer of a replay to a question.

    Parameters
    ----------
    what_if
        The question, places and demand by their full names.
    requests
        Simulated and counted.
    engine
        ``compiled``, or ``plain`` where a sample was played.
    notes
        What a planner should know about it.
    """

    what_if: WhatIf
    seed: int
    rows: tuple[Row, ...]
    requests: int
    engine: str
    notes: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every promise stands."""
        return all(row.holds for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRow(PromiseRow):
    """Requests of an origin at like pools of a service in a location, in one period.

    Parameters
    ----------
    kind
        ``hour``: a pool at the rate of the hour's busiest five minutes, for as long as a sure answer takes.
        ``five minutes``: all pools of the location, a number of times for five minutes.
    classes
        What the period stands for: ``busiest workday``, ``median hour``, ``quietest hour``, ``hardest hour``.
    what
        ``as planned``, ``without zone a`` and so on.
    zones
        Zones whose pools have as many replicas and as many requests; with ``five minutes`` all zones.
    replicas, requests_per_s, utilisation
        Of one such pool, all origins together; with ``five minutes`` of all pools together.
    reached_ms, plus_minus_ms
        The percentile and half of its 95 % interval; None where the pool is overloaded as well. Of five minutes it is
        the mean over the windows played.
    late_at_least
        The lower end of the one-sided 99 % interval of the late share.
    late_in_worst_run
        The largest share of a run: of a window of five minutes.
    overloaded
        Whether more arrives in an hour than full batches can serve: the queue grows for as long as that goes on, no
        percentile is reached, and the share of late requests is that of the first minutes.
    window_s
        Seconds of a window: five minutes, or less where that is too much to play; None of an hour.
    requests
        Simulated and counted; rows that share a simulation show the same.
    """

    kind: Kind
    classes: tuple[str, ...]
    what: str
    period: int
    zones: tuple[str, ...]
    instance_type: str
    utilisation: float | None
    plus_minus_ms: float | None
    late_at_least: float
    late_in_worst_run: float
    overloaded: bool
    window_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport(Answer[ReplayRow]):
    """The answer to a question.

    Parameters
    ----------
    rows
        Service by service, location by location, period by period, then the five minutes.
    cases
        Distinct cases simulated.
    cases_in_all
        Distinct cases there are; more than `cases` where only a sample was played.
    pools, periods
        How many of the plan.
    """

    cases: int
    cases_in_all: int
    pools: int
    periods: int

    @property
    def broken(self) -> tuple[ReplayRow, ...]:
        """Rows of broken promises, the worst first."""
        return tuple(sorted((row for row in self.rows if not row.holds), key=_severity, reverse=True))

    @property
    def nearest(self) -> ReplayRow | None:
        """The row that is nearest to what is allowed, or farthest beyond; None without any demand."""
        return hardest(self.rows)


def hardest(rows: Sequence[ReplayRow]) -> ReplayRow | None:
    """Return the hardest of some rows, of equal ones the first; None of none."""
    return max(rows, key=_severity, default=None)


def _severity(row: ReplayRow) -> tuple[float, ...]:
    return row.severity

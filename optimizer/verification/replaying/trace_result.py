"""What playing a log against a plan comes to, as records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.verification.replaying.result import how_late
from optimizer.verification.replaying.what_if import WhatIf

#: Where requests are that no location serves.
NOWHERE = ""


@dataclass(frozen=True, slots=True)
class TraceRow:
    """Requests of the log from an origin that a location serves in five minutes of the clock.

    Parameters
    ----------
    location
        Empty for requests that the plan sends nowhere.
    start
        When they begin, by the clock of the log.
    day_type, hour
        Of the plan, whose fleet of that hour serves them.
    replicas
        Of the service in the location, those that are lost left out.
    requests
        That were played, the log's own alone.
    requests_per_s, planned_per_s
        As played, over the seconds that the log covers, and what the plan brings there in that hour.
    percentile, reached_ms, target_ms
        What is promised, what it came to at the origin's edge, None where nobody served, and the target.
    late, late_share, late_at_least, allowed_share
        Requests over the target, their share, the lower end of its one-sided 99 % interval, and how many may be.
    """

    service: str
    location: str
    origin: str
    start: str
    day_type: str
    hour: int
    replicas: int
    requests: int
    requests_per_s: float
    planned_per_s: float
    percentile: float
    reached_ms: float | None
    target_ms: float
    late: int
    late_share: float
    late_at_least: float
    allowed_share: float
    holds: bool

    @property
    def severity(self) -> tuple[float, float]:
        """Order of rows: by the share of late requests over what may be, then by the latency over the target."""
        return how_late(self.late_share / self.allowed_share, self.reached_ms, self.target_ms)


@dataclass(frozen=True, slots=True)
class TracePlace:
    """All five minutes of an origin at a location: how many, how many requests and late ones, and the worst of them."""

    location: str
    origin: str
    windows: int
    broken: int
    requests: int
    late: int
    worst: TraceRow


@dataclass(frozen=True, slots=True)
class TraceReport:
    """A log played against a plan.

    Parameters
    ----------
    file, sha256, kind, step_s, timezone
        Of the log: ``requests`` or ``counts``, and as finely as it tells time, seconds, 0 for less than a millisecond.
    what_if
        What was lost, whose fleet served, and how many times the log's requests were played.
    rows
        Location by location, origin by origin, in order of time.
    windows, windows_in_all
        Five minutes that were played, and those in which the log has a request.
    requests
        Simulated, those of other origins among them.
    engine
        ``compiled`` or ``plain``.
    notes
        What a planner should know about it.
    """

    file: str
    sha256: str
    kind: str
    step_s: float
    timezone: str
    service: str
    what_if: WhatIf
    seed: int
    rows: tuple[TraceRow, ...]
    windows: int
    windows_in_all: int
    requests: int
    engine: str
    notes: tuple[str, ...]

    @property
    def demand(self) -> str:
        """The fleet is that of this demand."""
        return str(self.what_if.demand)

    @property
    def holds(self) -> bool:
        """Whether the promise stands in each five minutes."""
        return all(row.holds for row in self.rows)

    @property
    def places(self) -> tuple[TracePlace, ...]:
        """Each location and origin, in the order of the rows."""
        by_place: dict[tuple[str, str], list[TraceRow]] = {}
        for row in self.rows:
            by_place.setdefault((row.location, row.origin), []).append(row)
        return tuple(_place(rows) for rows in by_place.values())

    @property
    def hardest(self) -> tuple[TraceRow, ...]:
        """All rows, the hardest first."""
        return tuple(sorted(self.rows, key=lambda row: row.severity, reverse=True))


def _place(rows: Sequence[TraceRow]) -> TracePlace:
    return TracePlace(
        rows[0].location,
        rows[0].origin,
        len(rows),
        sum(not row.holds for row in rows),
        sum(row.requests for row in rows),
        sum(row.late for row in rows),
        max(rows, key=lambda row: row.severity),
    )

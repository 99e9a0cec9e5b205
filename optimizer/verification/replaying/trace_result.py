"""What playing a log against a plan comes to, as records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.verification.replaying.result import Answer, PromiseRow

#: Where requests are that no location serves.
NOWHERE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRow(PromiseRow):
    """Requests of the log from an origin that a location serves in five minutes of the clock.

    Parameters
    ----------
    location
        Empty for requests that the plan sends nowhere.
    start
        When they begin, by the clock of the log.
    replicas
        Of the service in the location, those that are lost left out.
    requests
        That were played, the log's own alone.
    requests_per_s, planned_per_s
        As played, over the seconds that the log covers, and what the plan brings there in that hour.
    late, late_at_least
        Requests over the target, and the lower end of the one-sided 99 % interval of their share.
    """

    start: str
    planned_per_s: float
    late: int
    late_at_least: float


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceReport(Answer[TraceRow]):
    """A log played against a plan.

    Parameters
    ----------
    file, sha256, kind, step_s, timezone
        Of the log: ``requests`` or ``counts``, and as finely as it tells time, seconds, 0 for less than a millisecond.
    rows
        Location by location, origin by origin, in order of time.
    windows, windows_in_all
        Five minutes that were played, and those in which the log has a request.
    requests
        Simulated, those of other origins among them.
    """

    file: str
    sha256: str
    kind: str
    step_s: float
    timezone: str
    service: str
    windows: int
    windows_in_all: int

    @property
    def demand(self) -> str:
        """The fleet is that of this demand."""
        return str(self.what_if.demand)

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

"""Records of arrivals that were measured: how uneven they are, and what is planned for them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from optimizer.domain.forecast import DemandRow, Notice

FORMAT = "fleetopt/traffic/1"


@dataclass(frozen=True, slots=True)
class Burstiness:
    """How counts in windows of one length scatter.

    Parameters
    ----------
    window_s
        Length of a window, seconds.
    windows
        Windows looked at: all of them, or those of the busy hours.
    mean_count
        Requests in a window.
    dispersion
        Variance over mean of the counts; 1 for Poisson arrivals at an even rate.
    local_dispersion
        The same from neighbours only, which a slow change of the rate does not touch.
    rate_noise
        Relative size of the noise of the rate that explains `local_dispersion`.
    """

    window_s: int
    windows: int
    mean_count: float
    dispersion: float
    local_dispersion: float
    rate_noise: float


@dataclass(frozen=True, slots=True)
class Decision:
    """How a series is planned.

    Parameters
    ----------
    name
        ``poisson``, ``inflated``, ``cox``, ``replay`` or ``shortest_step``.
    reason
        The rule that decided, with its numbers.
    factor
        By which the busiest five minutes are multiplied; 1 where each hour has a rate of its own instead.
    window_s
        Window whose rates are planned for in place of five minutes; None where five minutes stay.
    """

    name: str
    reason: str
    factor: float = 1.0
    window_s: int | None = None


@dataclass(frozen=True, slots=True)
class SeriesFit:
    """One series: its burstiness, the decision, and its part of the demand.

    Parameters
    ----------
    busiest_per_s, busiest_at
        Rate of the busiest five minutes (or the busiest step, if that is longer), and when they began.
    missing_hours
        Hours of a day type that no part of the log shows, by day type; their rows are left out.
    unseen
        What counts of this resolution cannot show.
    """

    service: str
    origin: str
    requests: float
    mean_per_s: float
    busiest_per_s: float
    busiest_at: str
    planned_per_s: float
    burstiness: tuple[Burstiness, ...]
    decision: Decision
    unseen: tuple[str, ...]
    missing_hours: tuple[tuple[str, int], ...]
    rows: tuple[DemandRow, ...]


@dataclass(frozen=True, slots=True)
class TrafficFit:
    """A log of arrivals, read and judged."""

    file: str
    sha256: str
    kind: str
    step_s: int
    rows_read: int
    rows_out_of_order: int
    first: str
    last: str
    timezone: str
    missing_is_zero: bool
    notices: tuple[Notice, ...]
    series: tuple[SeriesFit, ...]

    @property
    def rows(self) -> tuple[DemandRow, ...]:
        """The demand file: every series, and the day types and hours that were seen."""
        return tuple(row for series in self.series for row in series.rows)

    def to_dict(self) -> dict[str, Any]:
        """Return the document that JSON holds."""
        return {"format": FORMAT, **asdict(self)}

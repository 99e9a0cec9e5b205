"""Records of a forecast: what was read, what is expected, and how far that was right on the history itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from optimizer.domain.json_document import JsonDocument

FORMAT = "fleetopt/forecast/1"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the history lacks, and the line it shows on."""

    line: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class DemandRow:
    """Requests per second of one hour of a day type: its mean, and its busiest five minutes low, middle and high."""

    service: str
    origin: str
    day_type: str
    hour: int
    mean: float
    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class TriedModel:
    """A model and its error in the back-test: mean absolute error over the mean."""

    name: str
    error_share: float


@dataclass(frozen=True, slots=True)
class EventUplift:
    """How many times an ordinary day a named event is.

    Parameters
    ----------
    low, mid, high
        Rate over that of an ordinary day; the history's least, middle and most, or as the events file says.
    basis
        ``measured`` or ``stated``.
    seen_days
        Days of that name in the history, each compared with what was forecast for it as an ordinary day.
    measured
        The history's own middle, also where the file states another; None where it was never seen.
    """

    name: str
    low: float
    mid: float
    high: float
    basis: str
    seen_days: int
    measured: float | None


@dataclass(frozen=True, slots=True)
class SeriesForecast:
    """One series: the chosen model, its back-test, and its part of the demand.

    Parameters
    ----------
    first_day, past_per_s
        First day of its history, and the mean rate of each of its days; None where nothing is known of a day.
    folds, lead_days
        Times the back-test forecast, and for how many days each.
    naive_error_share
        Error of the seasonal-naive forecast on the same days.
    error_share
        Error of the choice as it would have been made each time, from the errors known by then.
    coverage
        Share of the tested hours that lay within their interval; None where none could be tested.
    growth_share
        Expected change of the level from the end of the history to the end of the horizon.
    level_wander
        Usual change of the level from a week to the next, by which intervals widen beyond the tested lead.
    measured_peak_ratio
        Busiest window over the mean of its hour, middle of the busier hours; None for hourly and daily counts.
    """

    service: str
    origin: str
    days: int
    first_day: str
    past_per_s: tuple[float | None, ...]
    mean_per_s: float
    model: str
    tried: tuple[TriedModel, ...]
    folds: int
    lead_days: int
    naive_error_share: float
    error_share: float
    coverage: float | None
    tested_hours: int
    growth_share: float
    level_wander: float
    measured_peak_ratio: float | None
    stated_peak_ratio: Mapping[str, float]
    events: tuple[EventUplift, ...]
    rows: tuple[DemandRow, ...]


@dataclass(frozen=True, slots=True)
class Forecast(JsonDocument):
    """Demand of a horizon by hour and day type, and how it was found."""

    file: str
    sha256: str
    step_minutes: int
    timezone: str
    first_day: str
    last_day: str
    start: str
    days: int
    interval: float
    missing_is_zero: bool
    day_types: Mapping[str, int]
    notices: tuple[Notice, ...]
    rows_out_of_order: int
    series: tuple[SeriesForecast, ...]

    @property
    def rows(self) -> tuple[DemandRow, ...]:
        """The demand file: every series, day type and hour."""
        return tuple(row for series in self.series for row in series.rows)

    def to_dict(self) -> dict[str, Any]:
        """Return the document that JSON holds."""
        return {"format": FORMAT, **asdict(self)}

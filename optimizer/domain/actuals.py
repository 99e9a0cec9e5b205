"""What came, beside what was expected and what runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SeriesActuals:
    """One service from one origin, over its measured hours.

    Parameters
    ----------
    hours
        Measured.
    expected_per_s, came_per_s
        Mean rates over these hours.
    error_share
        Mean absolute difference by hour, over the mean that was expected.
    above
        Share of the hours whose busiest five minutes were above each demand known (``low``, ``mid``, ``high``).
    expected_peak_per_s, came_peak_per_s
        Most of any of these hours: of the demand planned for, and of what came.
    busiest
        When that came, such as ``workday 20 h on 2027-02-03``.
    correction
        Factor by which the forecast was multiplied; 1 where it was not.
    """

    service: str
    origin: str
    hours: int
    expected_per_s: float
    came_per_s: float
    error_share: float
    above: Mapping[str, float]
    expected_peak_per_s: float
    came_peak_per_s: float
    busiest: str
    correction: float


@dataclass(frozen=True, slots=True)
class BrokenPeriod:
    """An hour of a day type in which what came was not carried as promised: on how many of its measured days."""

    service: str
    period: str
    days: int
    measured_days: int


@dataclass(frozen=True, slots=True)
class Actuals:
    """What came over some measured days.

    Parameters
    ----------
    series
        Every service and origin that was measured.
    unmeasured
        ``service/origin`` with demand and no column; they count as expected.
    measured_hours
        Hours of services of which everything was measured.
    broken_hours
        Of these, the hours in which the running fleet did not carry what came as promised.
    broken
        Where, the most days first.
    running_per_month
        What the running fleet costs a month under what came.
    hindsight_per_month
        What the cheapest fleet for what came would, with the same signatures and nothing new signed; None without one.
    corrected
        Whether the forecast that is planned for was corrected by what came.
    rule
        How, or why not.
    """

    file: str
    step_minutes: int
    first_day: str
    last_day: str
    days: int
    series: tuple[SeriesActuals, ...]
    unmeasured: tuple[str, ...]
    measured_hours: int
    broken_hours: int
    broken: tuple[BrokenPeriod, ...]
    running_per_month: float
    hindsight_per_month: float | None
    corrected: bool
    rule: str

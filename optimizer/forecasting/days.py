"""A series as days x hours: the mean rate of each hour and that of its busiest step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.forecasting.models import Floats
from optimizer.inputs.history import HistorySeries
from optimizer.inputs.history_times import DAY_S, HOUR_S
from optimizer.units import HOURS_PER_DAY

#: An hour of which less than this share is known is not known.
KNOWN_SHARE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """Rates by day and hour, shape (days, 24), or (days, 1) where counts are daily; nan where nothing is known."""

    first_day: int
    mean: Floats
    peak: Floats

    @property
    def first_weekday(self) -> int:
        """Weekday of the first day, Monday 0."""
        return (self.first_day - 1) % 7  # ordinal 1 was a Monday


def days_of(series: HistorySeries, step_s: int, *, per_s: bool, missing_is_zero: bool) -> Days:
    """Lay a series out by day and hour of its clock.

    A series begins and ends with what is known of it. An hour that clocks repeat is the mean of both, one that they
    skip is not known.

    Parameters
    ----------
    per_s
        Whether values are requests per second, not requests in the step.
    missing_is_zero
        Whether steps without a row had no requests.
    """
    rates = series.values if per_s else series.values / step_s
    known = ~np.isnan(rates)
    if not known.any():
        nothing = np.empty((0, HOURS_PER_DAY))
        return Days(int(series.days.min()), nothing, nothing)
    first, last = int(series.days[known].min()), int(series.days[known].max())
    columns = 1 if step_s == DAY_S else HOURS_PER_DAY
    shape = (last - first + 1, columns)
    cell = (series.days - first) * columns + (0 if columns == 1 else series.hours)
    count = np.bincount(cell[known], minlength=shape[0] * columns)
    total = np.bincount(cell[known], weights=rates[known], minlength=shape[0] * columns)
    peak = np.zeros(shape[0] * columns)
    np.maximum.at(peak, cell[known], rates[known])
    whole = 1 if columns == 1 else HOUR_S // step_s
    if missing_is_zero:
        mean = total / np.maximum(count, whole)
        return Days(first, mean.reshape(shape), peak.reshape(shape))
    enough = count >= KNOWN_SHARE * whole
    mean = np.where(enough, total / np.maximum(count, 1), np.nan)
    return Days(first, mean.reshape(shape), np.where(enough, peak, np.nan).reshape(shape))

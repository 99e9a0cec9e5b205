"""Forecasts: a history becomes the demand of a horizon, with intervals that were tested on the history itself."""

from __future__ import annotations

from datetime import date

import numpy as np

from optimizer.domain.forecast import Forecast
from optimizer.errors import Fault, InputError
from optimizer.forecasting.days import Days, days_of
from optimizer.forecasting.horizon import day_types_of
from optimizer.forecasting.one_series import Forecaster
from optimizer.forecasting.settings import Settings
from optimizer.inputs.events_file import Events
from optimizer.inputs.history import LEAST_DAYS, History, too_short

__all__ = ["Settings", "forecast_history"]

#: Share of the hours of a history that must be known.
LEAST_KNOWN = 0.5


def forecast_history(history: History, settings: Settings, events: Events) -> Forecast:
    """Forecast every series of a history.

    Raises
    ------
    InputError
        Where a series is shorter than two weeks or silent, the horizon begins within the history, or a coming event has
        neither a past nor a stated uplift.
    """
    laid = [
        days_of(s, history.step_s, per_s=settings.per_s, missing_is_zero=settings.missing_is_zero)
        for s in history.series
    ]
    last_day = max(days.first_day + len(days.mean) for days in laid) - 1
    start = settings.start if settings.start is not None else last_day + 1
    _refuse(history, laid, start, last_day)
    count = settings.days_from(start)
    one = Forecaster(history, settings, events.by_day, range(start, start + count))
    series = tuple(one.forecast(s, days) for s, days in zip(history.series, laid, strict=True))
    if one.faults:
        raise InputError(one.faults)
    kinds = day_types_of(start, count, events.by_day)
    return Forecast(
        file=history.file,
        sha256=history.sha256,
        step_minutes=history.step_s // 60,
        timezone=settings.timezone,
        first_day=str(date.fromordinal(min(days.first_day for days in laid))),
        last_day=str(date.fromordinal(last_day)),
        start=str(date.fromordinal(start)),
        days=count,
        interval=settings.interval,
        missing_is_zero=settings.missing_is_zero,
        day_types={row.day_type: kinds.count(row.day_type) for row in series[0].rows},
        notices=history.notices,
        rows_out_of_order=history.rows_out_of_order,
        series=series,
    )


def _refuse(history: History, laid: list[Days], start: int, last_day: int) -> None:
    faults = []
    for series, days in zip(history.series, laid, strict=True):
        where = f"{history.file} {series.service}/{series.origin}"
        if len(days.mean) < LEAST_DAYS:
            faults.append(Fault(where, *too_short(len(days.mean))))
        elif (known := 1.0 - np.isnan(days.mean).mean()) < LEAST_KNOWN:
            what = f"is known in {known:.0%} of its hours, half are needed".replace("%", " %")
            faults.append(Fault(where, what, "Say --missing-is-zero if no row means no request.", "holes"))
        elif not np.nansum(days.mean) > 0.0:
            faults.append(Fault(where, "has no requests", "Delete the column, or give its counts.", "empty"))
    if start <= last_day:
        found = f"the history ends on {date.fromordinal(last_day)}, found {date.fromordinal(start)}"
        faults.append(Fault("--start", f"must be after the history ({found})", "Give a later day.", "out-of-order"))
    if faults:
        raise InputError(faults)

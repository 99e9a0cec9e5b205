"""Forecasts: a history becomes the demand of a horizon, with intervals that were tested on the history itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from optimizer.domain.forecast import EventUplift, Forecast, SeriesForecast, TriedModel
from optimizer.errors import Fault, InputError
from optimizer.forecasting.backtest import (
    FLOOR_SHARE,
    actual_of,
    back_test,
    best,
    bounds,
    chosen_as_it_went,
    covered,
    folds_of,
    scores_of,
)
from optimizer.forecasting.days import Days, days_of
from optimizer.forecasting.horizon import (
    band_of,
    day_types_of,
    demand_rows,
    is_weekend,
    level_wander,
    with_events,
    with_hours,
)
from optimizer.forecasting.models import NAIVE, WEEK, Floats, Model, predict
from optimizer.forecasting.settings import Settings
from optimizer.forecasting.shape import stated_peak_ratio
from optimizer.forecasting.uplift import expected_uplift, measured_uplifts, without_events
from optimizer.inputs.events_file import EventDays, Events
from optimizer.inputs.history import History, HistorySeries
from optimizer.inputs.history_times import DAY_S, HOUR_S

__all__ = ["Settings", "forecast_history"]

LEAST_DAYS = 2 * WEEK
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
    one = _One(history, settings, events.by_day, range(start, start + count))
    series = tuple(one.forecast(s, days) for s, days in zip(history.series, laid, strict=True))
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
            what = f"is shorter than {LEAST_DAYS} days (found {len(days.mean)})"
            faults.append(Fault(where, what, "Give two weeks or more.", "too-short"))
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


class _One:
    """What is the same for every series of a history."""

    def __init__(self, history: History, settings: Settings, events: Mapping[int, EventDays], horizon: range) -> None:
        self._history = history
        self._settings = settings
        self._events = events
        self._horizon = horizon

    def forecast(self, series: HistorySeries, days: Days) -> SeriesForecast:
        """Choose a model by back-test, forecast, and lay tested intervals around it."""
        ordinary = without_events(days, self._events)
        known, start, count = ordinary.mean, self._horizon.start, len(self._horizon)
        folds = folds_of(len(known), count)
        tested = back_test(known, folds, ordinary.first_weekday)
        actual = actual_of(known, folds)
        chosen, as_it_went = best(tested), chosen_as_it_went(tested, actual, folds)
        floor = FLOOR_SHARE * float(np.nanmean(known))
        peaks = actual_of(ordinary.peak, folds)
        weekend = folds.weekend(ordinary.first_weekday)
        hits = covered(scores_of(peaks, as_it_went, floor), weekend, folds, self._settings.interval)
        scores = bounds(scores_of(peaks, chosen.predicted, floor), weekend, hits.asked)
        offset = start - ordinary.first_day - len(known)
        ahead = predict(chosen.model, known, offset + count, ordinary.first_weekday)[offset:]
        wander = level_wander(known)
        leads = np.arange(offset + 1.0, offset + 1.0 + count, dtype=np.float64)
        band = band_of(ahead, scores[:, is_weekend(start, count)], floor, leads, folds.lead_days, wander)
        uplifts = self._uplifts(series, days, ordinary, chosen.model)
        kinds = day_types_of(start, count, self._events)
        ratio = stated_peak_ratio(self._history.step_s)
        full = with_events(band, kinds, {uplift.name: uplift for uplift in uplifts})
        full = with_hours(full, start) if self._history.step_s == DAY_S else full
        return SeriesForecast(
            service=series.service,
            origin=series.origin,
            days=len(known),
            mean_per_s=float(np.nanmean(days.mean)),
            model=chosen.model.name,
            tried=tuple(TriedModel(item.model.name, item.error_share) for item in tested),
            folds=len(folds.origins),
            lead_days=folds.lead_days,
            naive_error_share=next(item.error_share for item in tested if item.model == NAIVE),
            error_share=_error_share(as_it_went, actual),
            coverage=hits.inside / hits.tested if hits.tested else None,
            tested_hours=hits.tested,
            growth_share=_growth(chosen.model, known, offset + count, ordinary.first_weekday),
            level_wander=wander,
            measured_peak_ratio=_measured_ratio(ordinary, self._history.step_s),
            stated_peak_ratio=ratio,
            events=uplifts,
            rows=demand_rows(full, kinds, ratio, series.service, series.origin),
        )

    def _uplifts(self, series: HistorySeries, days: Days, ordinary: Days, model: Model) -> tuple[EventUplift, ...]:
        """Return the uplift of each event of the horizon."""
        measured = measured_uplifts(days, ordinary, model, self._events)
        coming = {row.name: row for day, row in sorted(self._events.items()) if day in self._horizon}
        found, faults = [], []
        for name, row in coming.items():
            uplift = expected_uplift(row, measured.get(name, ()))
            if uplift is None:
                what = (
                    f"{name} has no uplift, and no day of that name in the history of {series.service}/{series.origin}"
                )
                faults.append(Fault(row.where, what, "Give its uplift, or past days of it.", "no-uplift"))
            else:
                found.append(uplift)
        if faults:
            raise InputError(faults)
        return tuple(found)


def _error_share(predicted: Floats, actual: Floats) -> float:
    known = ~np.isnan(actual)
    total = float(actual[known].sum())
    return float(np.abs(predicted - actual)[known].sum()) / total if total else 0.0


def _growth(model: Model, known: Floats, days: int, first_weekday: int) -> float:
    """Change from the first forecast week to the last: both have every weekday once."""
    ahead = predict(model, known, max(days, 2 * WEEK), first_weekday).mean(axis=1)
    first = float(ahead[:WEEK].mean())
    return float(ahead[-WEEK:].mean()) / first - 1.0 if first else 0.0


def _measured_ratio(ordinary: Days, step_s: int) -> float | None:
    """Busiest step over the mean of its hour, middle of the busier half of its hours."""
    if step_s >= HOUR_S:
        return None
    busy = ordinary.mean >= np.nanmedian(ordinary.mean[ordinary.mean > 0.0])
    return float(np.median(ordinary.peak[busy] / ordinary.mean[busy]))

"""One series: a model chosen by back-test, its forecast, intervals around it, and events on top."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from optimizer.domain.forecast import EventUplift, SeriesForecast, TriedModel
from optimizer.errors import Fault
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
from optimizer.forecasting.days import Days
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
from optimizer.inputs.events_file import EventDays
from optimizer.inputs.history import History, HistorySeries
from optimizer.inputs.history_times import DAY_S, HOUR_S


class Forecaster:
    """What is the same for every series of a history."""

    def __init__(self, history: History, settings: Settings, events: Mapping[int, EventDays], horizon: range) -> None:
        self._history = history
        self._settings = settings
        self._events = events
        self._horizon = horizon
        self.faults: list[Fault] = []
        self.coming = self._coming()

    def _coming(self) -> Mapping[str, EventDays]:
        """Return a row for each event of the horizon: it is one day type, so it has one uplift."""
        found: dict[str, EventDays] = {}
        for row in dict.fromkeys(row for day, row in sorted(self._events.items()) if day in self._horizon):
            other = found.setdefault(row.name, row)
            if other.uplift is None:
                found[row.name] = row
            elif row.uplift is not None and row.uplift != other.uplift:
                what = f"{row.name} has another uplift than on {other.where} (found {row.uplift[1]:g})"
                self.faults.append(Fault(f"{row.where} uplift", what, "Name the two apart.", "out-of-order"))
        return found

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
        band = band_of(
            ahead, scores[:, is_weekend(start, count)], floor, leads, folds.lead_days, wander, self._settings.interval
        )
        uplifts = self._uplifts(series, days, ordinary, chosen.model)
        kinds = day_types_of(start, count, self._events)
        ratio = stated_peak_ratio(self._history.step_s)
        full = with_events(band, kinds, {uplift.name: uplift for uplift in uplifts})
        full = with_hours(full, start) if self._history.step_s == DAY_S else full
        return SeriesForecast(
            service=series.service,
            origin=series.origin,
            days=len(known),
            first_day=date.fromordinal(days.first_day).isoformat(),
            past_per_s=_by_day(days.mean),
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
        found = []
        for name, row in self.coming.items():
            uplift = expected_uplift(row, measured.get(name, ()))
            if uplift is None:
                what = (
                    f"{name} has no uplift, and no day of that name in the history of {series.service}/{series.origin}"
                )
                self.faults.append(Fault(row.where, what, "Give its uplift, or past days of it.", "no-uplift"))
            else:
                found.append(uplift)
        return tuple(found)


def _by_day(rates: Floats) -> tuple[float | None, ...]:
    """Mean rate of each day over its known hours."""
    known = ~np.isnan(rates)
    sums = np.where(known, rates, 0.0).sum(axis=1)
    return tuple(
        float(total) / int(count) if count else None for total, count in zip(sums, known.sum(axis=1), strict=True)
    )


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

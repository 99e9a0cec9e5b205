"""Demand by hour and day type from counts: the mean, and the rate that is planned for."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.forecast import DemandRow
from optimizer.domain.scenario import Floats
from optimizer.domain.traffic import Decision
from optimizer.forecasting.shape import day_shape, stated_peak_ratio
from optimizer.inputs.arrival_log import LogSeries
from optimizer.inputs.history_times import DAY_S, HOUR_S
from optimizer.inputs.log_times import local_of
from optimizer.traffic.clock import DAY_TYPES, is_weekend
from optimizer.traffic.decide import COVERED
from optimizer.traffic.dispersion import rates_in
from optimizer.units import HOURS_PER_DAY

FIVE_MINUTES_S = 300
#: An hour of a day counts if this share of it is known; less where no day shows more of that hour.
KNOWN_SHARE = 0.5


def demand_of(series: LogSeries, step_s: int, zone: ZoneInfo, decision: Decision) -> tuple[DemandRow, ...]:
    """Return the rows of a demand file: low, mid and high are the least, middle and greatest over the days seen."""
    window_s = max(FIVE_MINUTES_S, step_s)
    rates = rates_in(series.counts, window_s // step_s, step_s)
    planned = _planned(series.counts, rates, step_s, decision)
    start: Floats = series.start_s + np.arange(rates.size, dtype=np.float64) * window_s
    local = local_of(start + (DAY_S / 2 if step_s == DAY_S else 0.0), zone)
    rows: list[DemandRow] = []
    if step_s == DAY_S:
        return _of_days(series, rates, (local // DAY_S).astype(np.int64))
    hours = (local // HOUR_S).astype(np.int64)
    known = ~np.isnan(rates)
    found, cell = np.unique(hours[known], return_inverse=True)
    count = np.bincount(cell)
    mean = np.bincount(cell, weights=rates[known]) / count
    peak = np.zeros(found.size)
    np.maximum.at(peak, cell, planned[known])
    share = count * window_s / HOUR_S
    kind = is_weekend(found // HOURS_PER_DAY)
    for number, day_type in enumerate(DAY_TYPES):
        for hour in range(HOURS_PER_DAY):
            of_it = np.flatnonzero((kind == number) & (found % HOURS_PER_DAY == hour))
            whole = of_it[share[of_it] >= KNOWN_SHARE]
            taken = whole if whole.size else of_it
            if taken.size:
                rows.append(_row(series, day_type, hour, float(mean[taken].mean()), peak[taken], step_s))
    return tuple(rows)


def _planned(counts: Floats, rates: Floats, step_s: int, decision: Decision) -> Floats:
    """Return the rate to plan for in each five minutes: inflated, or that of the log's own short windows in them."""
    if decision.window_s is None:
        inflated: Floats = rates * decision.factor
        return inflated
    steps = decision.window_s // step_s
    windows = np.nan_to_num(rates_in(counts, steps, step_s))
    by = FIVE_MINUTES_S // decision.window_s
    table = windows[: rates.size * by].reshape(rates.size, by)
    covered = table.max(axis=1) if decision.name == "shortest_step" else covering(table)
    higher: Floats = np.maximum(rates, covered)
    return higher


def covering(table: Floats) -> Floats:
    """Return in each row the least rate such that windows at or below it hold 99.5 % of its requests."""
    ordered = np.sort(table, axis=1)
    held = np.cumsum(ordered, axis=1)
    place = (held < COVERED * held[:, -1:]).sum(axis=1)
    rates: Floats = np.take_along_axis(ordered, np.minimum(place, table.shape[1] - 1)[:, None], axis=1)[:, 0]
    return rates


def _row(series: LogSeries, day_type: str, hour: int, mean: float, peaks: Floats, step_s: int) -> DemandRow:
    ratio = stated_peak_ratio(step_s) if step_s > FIVE_MINUTES_S else {"low": 1.0, "mid": 1.0, "high": 1.0}
    low, mid, high = float(peaks.min()), float(np.median(peaks)), float(peaks.max())
    return DemandRow(
        series.service,
        series.origin,
        day_type,
        hour,
        mean,
        low * ratio["low"],
        mid * ratio["mid"],
        high * ratio["high"],
    )


def _of_days(series: LogSeries, rates: Floats, days: NDArray[np.int64]) -> tuple[DemandRow, ...]:
    """Spread daily counts over the hours by an assumed shape."""
    rows: list[DemandRow] = []
    kind, known = is_weekend(days), ~np.isnan(rates)
    for number, day_type in enumerate(DAY_TYPES):
        of_it = rates[known & (kind == number)]
        shape = day_shape(weekend=day_type == "weekend")
        if of_it.size:
            rows += [
                _row(series, day_type, hour, float(of_it.mean() * shape[hour]), of_it * shape[hour], DAY_S)
                for hour in range(HOURS_PER_DAY)
            ]
    return tuple(rows)


def missing_hours(rows: Sequence[DemandRow]) -> tuple[tuple[str, int], ...]:
    """Return by day type how many hours no row has."""
    seen = {name: sum(row.day_type == name for row in rows) for name in DAY_TYPES}
    return tuple((name, HOURS_PER_DAY - count) for name, count in seen.items() if count < HOURS_PER_DAY)

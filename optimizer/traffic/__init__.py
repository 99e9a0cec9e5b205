"""Arrivals that were measured: how uneven they are, and the demand that holds for them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np

from optimizer.domain.traffic import SeriesFit, TrafficFit
from optimizer.errors import Fault, InputError
from optimizer.inputs.arrival_log import ArrivalLog, LogSeries
from optimizer.traffic.clock import shown
from optimizer.traffic.decide import decide, unseen
from optimizer.traffic.dispersion import burstiness, rates_in
from optimizer.traffic.hours import demand_of, missing_hours

__all__ = ["fit_log"]

FIVE_MINUTES_S = 300


def fit_log(log: ArrivalLog, zone: ZoneInfo, *, missing_is_zero: bool = False) -> TrafficFit:
    """Judge every series of a log: busiest five minutes, burstiness, how to plan it, and its demand by hour.

    Raises
    ------
    InputError
        Where a series has no request, or nothing whole is known of it.
    """
    faults = [fault for series in log.series for fault in _faults(log, series)]
    if faults:
        raise InputError(faults)
    first = min(series.start_s for series in log.series)
    last = max(series.start_s + series.counts.size * log.step_s for series in log.series)
    return TrafficFit(
        file=log.file,
        sha256=log.sha256,
        kind=log.kind,
        step_s=log.step_s,
        rows_read=log.rows,
        rows_out_of_order=log.rows_out_of_order,
        first=shown(first, zone),
        last=shown(last, zone),
        timezone=zone.key,
        missing_is_zero=missing_is_zero,
        notices=log.notices,
        series=tuple(_fit(log, series, zone) for series in log.series),
    )


def _faults(log: ArrivalLog, series: LogSeries) -> list[Fault]:
    where = f"{log.file} {series.service}/{series.origin}"
    rates = rates_in(series.counts, max(1, FIVE_MINUTES_S // log.step_s), log.step_s)
    if not np.nansum(series.counts) > 0.0:
        return [Fault(where, "has no requests", "Delete the series, or give its requests.", "empty")]
    if not np.nansum(rates) > 0.0:
        return [
            Fault(where, "has no five minutes that are known and hold a request", "Give a longer part.", "too-short")
        ]
    return []


def _fit(log: ArrivalLog, series: LogSeries, zone: ZoneInfo) -> SeriesFit:
    rows = burstiness(series.counts, log.step_s)
    decision = decide(rows, log.step_s)
    window = max(FIVE_MINUTES_S, log.step_s)
    rates = rates_in(series.counts, window // log.step_s, log.step_s)
    busiest = int(np.nanargmax(rates))
    demand = demand_of(series, log.step_s, zone, decision)
    return SeriesFit(
        service=series.service,
        origin=series.origin,
        requests=float(np.nansum(series.counts)),
        mean_per_s=float(np.nanmean(series.counts)) / log.step_s,
        busiest_per_s=float(rates[busiest]),
        busiest_at=shown(series.start_s + busiest * window, zone),
        planned_per_s=max(row.high for row in demand),
        burstiness=rows,
        decision=decision,
        unseen=unseen(log.step_s, rows),
        missing_hours=missing_hours(demand),
        rows=demand,
    )

"""Counts of the past in, demand out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.domain.forecast import Forecast
    from optimizer.domain.traffic import TrafficFit


def forecast(
    history: str | Path,
    *,
    events: str | Path | None = None,
    start: str | None = None,
    months: int = 12,
    timezone: str = "UTC",
    interval: float = 0.9,
    per_s: bool = False,
    missing_is_zero: bool = False,
) -> Forecast:
    """Turn counts of the past into the demand of a horizon, by hour and day type.

    Parameters
    ----------
    history
        A CSV of counts, from five minutes to daily.
    events
        A CSV of named days, past and coming, that are unlike others.
    start
        First day of the horizon, such as ``2027-01-01``; None for the day after the history.
    months
        Length of the horizon, 1 to 60.
    timezone
        The clock of hours and days, and of times without an offset: an IANA name.
    interval
        Share of the hours that should lie from `low` to `high`, from 0.5 to 0.99.
    per_s
        Whether the file holds requests per second, not requests in the step.
    missing_is_zero
        Whether steps without a row had no requests.

    Returns
    -------
    Forecast
        `rows` is the demand file; `to_dict()` the document that JSON holds.

    Raises
    ------
    InputError
        With every fault of the files; nothing in them is mended.
    """
    from optimizer.forecasting import Settings, forecast_history
    from optimizer.inputs.events_file import Events, read_events
    from optimizer.inputs.forecast_asked import day_asked, refuse_out_of_range, zone_asked
    from optimizer.inputs.history import read_history

    refuse_out_of_range(months, interval)
    zone, first = zone_asked(timezone), None if start is None else day_asked(start)
    named = Events() if events is None else read_events(Path(events))
    settings = Settings(first, months, timezone, interval, per_s, missing_is_zero)
    return forecast_history(read_history(Path(history), zone), settings, named)


def fit_traffic(
    log: str | Path,
    *,
    time: str | None = None,
    counts: str | None = None,
    service: str = "requests",
    origin: str = "all",
    timezone: str = "UTC",
    missing_is_zero: bool = False,
) -> TrafficFit:
    """Find the busiest five minutes and the burstiness of a log of arrivals, and the demand that holds for them.

    Parameters
    ----------
    log
        A CSV with a column of times: a row for each request, or counts in steps from a second to a day.
    time, counts
        Columns of times and of counts, where their names do not tell.
    service, origin
        Names of the series of a file that has no such columns.
    timezone
        The clock of hours and days, and of times without an offset: an IANA name.
    missing_is_zero
        Whether steps of counts without a row had no requests.

    Returns
    -------
    TrafficFit
        `rows` is the demand file; `to_dict()` the document that JSON holds.

    Raises
    ------
    InputError
        With every fault of the file; nothing in it is mended.
    """
    from optimizer.inputs.arrival_log import Asked, read_log
    from optimizer.inputs.forecast_asked import zone_asked
    from optimizer.traffic import fit_log

    zone = zone_asked(timezone)
    asked = Asked(zone, time, counts, service, origin, missing_is_zero)
    return fit_log(read_log(Path(log), asked), zone, missing_is_zero=missing_is_zero)

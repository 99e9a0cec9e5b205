"""Weeks of a history, each with the forecast that was possible before it began, and what came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from optimizer.domain.forecast import DemandRow
from optimizer.domain.scenario import Demand, Floats, Scenario
from optimizer.domain.sources import sources_of, with_demands
from optimizer.errors import Fault, InputError
from optimizer.forecasting.came import Came, SeriesKey, came_of, key_of
from optimizer.forecasting.days import days_of
from optimizer.forecasting.horizon import day_types_of
from optimizer.forecasting.models import WEEK
from optimizer.forecasting.one_series import Forecaster
from optimizer.forecasting.settings import Settings
from optimizer.inputs.events_file import EventDays, Events
from optimizer.inputs.history import History
from optimizer.inputs.rolling_file import ForecastWeek
from optimizer.units import HOURS_PER_DAY

#: Weeks that must be known before the first one that is forecast: the least that a back-test says something on.
WEEKS_BEFORE = 4
#: Weeks that are forecast at most: the last year of the history.
MOST_WEEKS = 52
RATES = ("mean", "low", "mid", "high")


def weeks_of_history(history: History, scenario: Scenario, events: Events, timezone: str) -> tuple[ForecastWeek, ...]:
    """Return the last weeks of a history: what was forecast from the days before each, and what came of it.

    A week ends with the last day of the history, the others before it. Where a week has no day of a type, that type is
    taken as the busiest of the week, hour by hour.

    Raises
    ------
    InputError
        With every series and day type that the scenario does not know; where the history is too short.
    """
    came = came_of(history, scenario, events.by_day)
    count = min(MOST_WEEKS, len(came.kinds) // WEEK - WEEKS_BEFORE)
    if count < 1:
        what = f"is shorter than {WEEKS_BEFORE + 1} weeks (found {len(came.kinds)} days)"
        raise InputError([Fault(history.file, what, "Give a longer history.", "too-short")])
    first = came.first_day + len(came.kinds) - count * WEEK
    starts = range(first, first + count * WEEK, WEEK)
    return tuple(_week(history, scenario, events.by_day, timezone, came, start) for start in starts)


def _week(
    history: History, scenario: Scenario, events: Mapping[int, EventDays], timezone: str, came: Came, start: int
) -> ForecastWeek:
    known = _until(history, start)
    one = Forecaster(known, Settings(timezone=timezone), events, range(start, start + WEEK))
    kinds = Counter(day_types_of(start, WEEK, events))
    expected: dict[SeriesKey, dict[str, Floats]] = {}
    for series in known.series:
        days = days_of(series, history.step_s, per_s=False, missing_is_zero=False)
        if len(days.mean) and np.nansum(days.mean) > 0.0:
            rows = one.forecast(series, days).rows
            expected[key_of(scenario, series.service, series.origin)] = _by_period(rows, kinds, scenario)
    if one.faults:
        raise InputError(one.faults)
    part = slice(start - came.first_day, start - came.first_day + WEEK)
    name = date.fromordinal(start).isoformat()
    return ForecastWeek(name, _at(scenario, expected), _at(scenario, dict(_came(came, part, scenario))))


def _until(history: History, start: int) -> History:
    """The history as it was known before a day."""
    cut = []
    for series in history.series:
        before = series.days < start
        if before.any():
            days, hours, values = series.days[before], series.hours[before], series.values[before]
            cut.append(replace(series, days=days, hours=hours, values=values))
    return replace(history, series=tuple(cut))


def _by_period(rows: Sequence[DemandRow], days: Mapping[str, int], scenario: Scenario) -> dict[str, Floats]:
    """Rates by the periods of the scenario, of a series forecast by the day types of a week."""
    by_kind = {
        kind: {name: np.array([getattr(row, name) for row in rows if row.day_type == kind]) for name in RATES}
        for kind in dict.fromkeys(row.day_type for row in rows)
    }
    names = list(dict.fromkeys(period.day_type for period in scenario.periods))
    if len(names) == 1:
        gather = {"mean": np.average, "mid": np.average}
        weights = [days[kind] for kind in by_kind]
        stacks = {name: np.stack([of_it[name] for of_it in by_kind.values()]) for name in RATES}
        return {
            name: gather[name](stack, axis=0, weights=weights) if name in gather else _edge(name, stack)
            for name, stack in stacks.items()
        }
    busiest = {name: np.max([of_it[name] for of_it in by_kind.values()], axis=0) for name in RATES}
    return {name: np.concatenate([by_kind.get(kind, busiest)[name] for kind in names]) for name in RATES}


def _edge(name: str, stack: Floats) -> Floats:
    edge: Floats = stack.min(axis=0) if name == "low" else stack.max(axis=0)
    return edge


def _came(came: Came, week: slice, scenario: Scenario) -> Iterator[tuple[SeriesKey, dict[str, Floats]]]:
    """What came in a week: of each type its busiest day, hour by hour; 0 in hours that are not known."""
    kinds = np.array(came.kinds[week])
    types = len(scenario.periods) // HOURS_PER_DAY
    for key, rates in came.mean.items():
        mean, peak = np.nan_to_num(rates[week]), np.nan_to_num(came.peak[key][week])
        means = [mean[kinds == kind] if (kinds == kind).any() else mean.max(axis=0)[None] for kind in range(types)]
        peaks = [peak[kinds == kind] if (kinds == kind).any() else peak for kind in range(types)]
        most = np.concatenate([rows.max(axis=0) for rows in peaks])
        average = np.concatenate([rows.mean(axis=0) for rows in means])
        yield key, {"mean": average, **dict.fromkeys(("low", "mid", "high"), most)}


def _at(scenario: Scenario, rates: Mapping[SeriesKey, Mapping[str, Floats]]) -> Scenario:
    """The scenario at other rates; a series without any keeps those of the scenario."""
    found = []
    for number, source in enumerate(sources_of(scenario)):
        demand = source.demand
        mean, peaks = demand.mean_per_s.copy(), {name: rows.copy() for name, rows in demand.peaks_per_s.items()}
        for (of, origin), by_name in rates.items():
            if of == number:
                mean[origin] = by_name["mean"]
                for name, rows in peaks.items():
                    rows[origin] = by_name[name]
        mean = np.minimum(mean, peaks[scenario.plan_for])
        for rows in (mean, *peaks.values()):
            rows.setflags(write=False)
        found.append(Demand(mean, peaks[scenario.plan_for], peaks, "a history"))
    return with_demands(scenario, found)

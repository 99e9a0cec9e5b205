"""Counts of what came, laid out by day and hour beside the day types of a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from optimizer.domain.scenario import Scenario
from optimizer.domain.sources import sources_of, stages_alone
from optimizer.forecasting.days import Days, days_of
from optimizer.forecasting.horizon import day_types_of
from optimizer.forecasting.models import Floats
from optimizer.forecasting.shape import stated_peak_ratio
from optimizer.inputs.events_file import EventDays
from optimizer.inputs.faults import Faults
from optimizer.inputs.history import EVERYWHERE, History
from optimizer.inputs.history_times import HOUR_S
from optimizer.inputs.wording import did_you_mean, listed, show
from optimizer.units import HOURS_PER_DAY

#: Source of demand (as of `sources_of`: services, then pipelines) and origin, as places in the scenario.
SeriesKey = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Came:
    """Rates by day and hour, shape (days, 24), not a number where nothing is known.

    Parameters
    ----------
    first_day
        Proleptic ordinal.
    kinds
        Place of each day's type among those of the scenario.
    mean, peak
        Of the hour, and of its busiest five minutes; for coarser counts that is an assumption.
    """

    file: str
    step_minutes: int
    first_day: int
    kinds: tuple[int, ...]
    mean: Mapping[SeriesKey, Floats]
    peak: Mapping[SeriesKey, Floats]

    def days_of_kind(self, kind: int) -> list[int]:
        """Return the days of a type, by number."""
        return [day for day, other in enumerate(self.kinds) if other == kind]

    def date_of(self, day: int) -> str:
        """Return the date of a day by its number."""
        return date.fromordinal(self.first_day + day).isoformat()


def came_of(
    history: History,
    scenario: Scenario,
    events: Mapping[int, EventDays],
    *,
    per_s: bool = False,
    missing_is_zero: bool = False,
) -> Came:
    """Return the counts of a history as what came of a scenario's demand.

    Raises
    ------
    InputError
        With every series that the scenario does not know, every day type that it lacks, and steps of a day.
    """
    faults = Faults()
    if history.step_s > HOUR_S:
        what = f"must have a row for every hour or more (found steps of {history.step_s // HOUR_S} hours)"
        faults.add(history.file, what, "Give counts of an hour or less.", "step")
    laid: dict[SeriesKey, Days] = {}
    for series in history.series:
        key = _key(history.file, scenario, series.service, series.origin, faults)
        if key is not None:
            laid[key] = days_of(series, history.step_s, per_s=per_s, missing_is_zero=missing_is_zero)
    known = {key: days for key, days in laid.items() if not np.isnan(days.mean).all()}
    if laid and not known:
        faults.add_unless_told(history.file, "has no values", "Give counts.", "empty")
    first = min((days.first_day for days in known.values()), default=1)
    count = max((days.first_day + len(days.mean) for days in known.values()), default=1) - first
    kinds = kinds_of(first, count, scenario, events, history.file, faults)
    faults.raise_if_any()
    ratio = stated_peak_ratio(history.step_s)["mid"]
    return Came(
        history.file,
        history.step_s // 60,
        first,
        kinds,
        {key: _laid(days.mean, days.first_day - first, count) for key, days in known.items()},
        {key: _laid(days.peak * ratio, days.first_day - first, count) for key, days in known.items()},
    )


def kinds_of(
    first: int, count: int, scenario: Scenario, events: Mapping[int, EventDays], file: str, faults: Faults
) -> tuple[int, ...]:
    """Return the place of each day's type; workdays, weekends and events, or all alike."""
    names = list(dict.fromkeys(period.day_type for period in scenario.periods))
    if len(names) == 1:
        return (0,) * count
    kinds = day_types_of(first, count, events)
    for kind in sorted({*kinds} - {*names}):
        day = date.fromordinal(first + kinds.index(kind)).isoformat()
        what = f"{day} is a {kind}, a day type that the scenario does not have (it has {listed(names)})"
        faults.add(f"{file} {kind}", what, "Name its days with --events, or leave them out.", "unknown-name")
    return tuple(names.index(kind) if kind in names else 0 for kind in kinds)


def key_of(scenario: Scenario, service: str, origin: str) -> SeriesKey:
    """Return the place of a series that the scenario knows."""
    key = _key("", scenario, service, origin, Faults())
    assert key is not None
    return key


def _key(file: str, scenario: Scenario, service: str, origin: str, faults: Faults) -> SeriesKey | None:
    alone, origins = stages_alone(scenario), [o.name for o in scenario.origins]
    where = f"{file} {service}/{origin}"
    sources = {
        each.name: number for number, each in enumerate(sources_of(scenario)) if each.is_page or each.name not in alone
    }
    if service in alone and service not in sources:
        what = f"its requests come from pages alone (found {show(service)})"
        faults.add(where, what, f"Give counts of the pages: {alone[service]}.", "counts-of-a-stage")
        return None
    if service not in sources:
        mend = did_you_mean(service, sources, "names" if scenario.pipelines else "services")
        kind = "service or page" if scenario.pipelines else "service"
        faults.add(where, f"unknown {kind} (found {show(service)})", mend, "unknown-name")
        return None
    if origin == EVERYWHERE and len(origins) == 1:
        return sources[service], 0
    if origin not in origins:
        mend = did_you_mean(origin, origins, "origins")
        faults.add(where, f"unknown origin (found {show(origin)})", mend, "unknown-name")
        return None
    return sources[service], origins.index(origin)


def _laid(rates: Floats, offset: int, count: int) -> Floats:
    laid = np.full((count, HOURS_PER_DAY), np.nan)
    if rates.shape[1] == HOURS_PER_DAY:
        laid[offset : offset + len(rates)] = rates
    return laid

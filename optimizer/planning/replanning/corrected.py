"""A forecast corrected by what came, and what came as a demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from optimizer.domain.scenario import Demand, Floats, Scenario
from optimizer.domain.sources import sources_of, with_demands
from optimizer.forecasting.came import Came, SeriesKey
from optimizer.units import HOURS_PER_DAY

#: Fewer measured days correct nothing: a week has every weekday once.
LEAST_DAYS = 7


def by_period(rates: Floats, came: Came, periods: int, gather: Callable[[Floats], Floats]) -> Floats:
    """Gather rates by day and hour to the periods of a scenario; not a number where no day of a type was measured."""
    found = np.full(periods, np.nan)
    for kind in sorted(set(came.kinds)):
        rows = rates[came.days_of_kind(kind)]
        known = ~np.isnan(rows).all(axis=0)
        place = kind * HOURS_PER_DAY + np.flatnonzero(known)
        found[place] = gather(rows[:, known])
    return found


def busiest(rows: Floats) -> Floats:
    """Most of each hour."""
    most: Floats = np.nanmax(rows, axis=0)
    return most


def average(rows: Floats) -> Floats:
    """Mean of each hour."""
    mean: Floats = np.nanmean(rows, axis=0)
    return mean


def over_days(expected: Floats, came: Came) -> Floats:
    """Lay rates by period out over the measured days, shape (days, 24)."""
    by_kind = expected.reshape(-1, HOURS_PER_DAY)
    laid: Floats = by_kind[list(came.kinds)]
    return laid


def corrections(scenario: Scenario, came: Came) -> dict[SeriesKey, float]:
    """Return, for each measured series, its volume over what was expected for the same hours.

    Series with less than `LEAST_DAYS` measured days, or of which nothing was expected, are left out.
    """
    found = {}
    sources = sources_of(scenario)
    for (source, origin), mean in came.mean.items():
        expected = over_days(sources[source].demand.mean_per_s[origin], came)
        known = ~np.isnan(mean)
        days = int(known.any(axis=1).sum())
        volume = float(expected[known].sum())
        if days >= LEAST_DAYS and volume > 0.0:
            found[source, origin] = float(mean[known].sum()) / volume
    return found


def corrected(scenario: Scenario, came: Came, factors: Mapping[SeriesKey, float]) -> Scenario:
    """Return the scenario with its forecast corrected: times the factor, and never below the busiest that came.

    That floor holds for the demand that is planned for, hour by hour; larger demands are lifted to it where they must.
    """
    found = []
    for number, source in enumerate(sources_of(scenario)):
        before = source.demand
        mean, peaks = before.mean_per_s.copy(), {k: v.copy() for k, v in before.peaks_per_s.items()}
        for (of, origin), factor in factors.items():
            if of != number:
                continue
            mean[origin] *= factor
            for rates in peaks.values():
                rates[origin] *= factor
            most = by_period(came.peak[of, origin], came, mean.shape[1], busiest)
            _lift(peaks, origin, np.nan_to_num(most), scenario.plan_for)
        found.append(_demand(mean, peaks, scenario.plan_for, "corrected by what came"))
    return with_demands(scenario, found)


def _lift(peaks: Mapping[str, Floats], origin: int, floor: Floats, planned: str) -> None:
    """Raise the demand planned for to a floor, and the others as far as they must stay above it."""
    before = peaks[planned][origin].copy()
    for name, rates in peaks.items():
        above = name == planned or bool((rates[origin] >= before).all())
        if above:
            rates[origin] = np.maximum(rates[origin], floor)


def that_came(expected: Scenario, came: Came) -> Scenario:
    """Return a scenario with what came as every demand; what was not measured counts as expected."""
    found = []
    for number, source in enumerate(sources_of(expected)):
        mean, peak = source.demand.mean_per_s.copy(), source.demand.peak_per_s.copy()
        for (of, origin), rates in came.mean.items():
            if of == number:
                known = by_period(rates, came, mean.shape[1], average)
                most = by_period(came.peak[of, origin], came, mean.shape[1], busiest)
                mean[origin] = np.where(np.isnan(known), mean[origin], known)
                peak[origin] = np.where(np.isnan(most), peak[origin], most)
        every = {name: peak.copy() for name in names_counted(expected, source.demand)}
        found.append(_demand(mean, every, expected.plan_for, f"what came, {came.file}"))
    return with_demands(expected, found)


def names_counted(scenario: Scenario, demand: Demand) -> set[str]:
    """Return the demands that a source has or the scenario counts."""
    return {*demand.peaks_per_s, *scenario.weights, scenario.plan_for}


def _demand(mean: Floats, peaks: Mapping[str, Floats], planned: str, source: str) -> Demand:
    mean = np.minimum(mean, peaks[planned])
    for rates in (mean, *peaks.values()):
        rates.setflags(write=False)
    return Demand(mean, peaks[planned], peaks, source)

"""Forecasters: each takes the days known so far and returns the days to come, as rates by hour.

A history is a matrix of days x hours (one column where it is daily), not a number where nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WEEK = 7
#: A day counts less than one a week later by this factor.
FADE_PER_WEEK = 0.75
#: Days further back than this say nothing of a profile.
WEEKS_SEEN = 12
#: A value this many times the middle of its like counts as that many times: one odd day does not bend the profile.
ODD_FACTOR = 3.0
#: Weight of a day of the other kind: it counts where no like day is known.
OTHER_KIND = 1e-6


@dataclass(frozen=True, slots=True)
class Model:
    """A level that may grow, times the profile of the week and the day.

    Parameters
    ----------
    name
        As the page says it.
    level_days
        Days whose average is the level, whole weeks or less than one; 0 for the seasonal-naive forecast.
    damping
        Share of the trend of a week that goes on in the next; 0 for none.
    kinship
        Weight of another day of the same kind (workday, weekend) beside the same weekday in the profile.
    last_hours
        Where above 0 there is no profile: the mean of so many hours goes on.
    """

    name: str
    level_days: int
    damping: float = 0.0
    kinship: float = 0.25
    last_hours: int = 0


NAIVE = Model("seasonal-naive: the last week again", 0)
MODELS = (
    NAIVE,
    Model("the last 4 hours go on", 1, last_hours=4),
    Model("level of the last day x profile", 1),
    Model("level of the last week x profile", 7),
    Model("level of the last 2 weeks x profile", 14),
    Model("level of the last 4 weeks x profile", 28),
    Model("level of the last day x profile of like days", 1, kinship=1.0),
    Model("level of the last week x profile of like days", 7, kinship=1.0),
    Model("level of the last 4 weeks x profile of like days", 28, kinship=1.0),
    Model("damped trend x profile", 14, damping=0.9),
)


def predict(model: Model, known: Floats, days: int, first_weekday: int) -> Floats:
    """Return the rates of the next days, shape (days, hours), >= 0.

    Parameters
    ----------
    known
        Shape (days so far, hours), with at least a week.
    first_weekday
        Weekday of the first day known, Monday 0.
    """
    if not model.level_days:
        return _last_week_again(known, days)
    if model.last_hours:
        return np.full((days, known.shape[1]), _last_known(known, model.last_hours))
    levels = daily_levels(known)
    profiles = _profiles(known, levels, model.kinship, first_weekday)
    if model.level_days < WEEK:
        level, slope = _level_of_days(known, profiles, model.level_days, first_weekday), 0.0
    else:
        level, slope = _level_and_slope(levels, model)
    growth = np.zeros(days)
    if model.damping:
        ahead = (np.arange(days) + 1.0) / WEEK
        growth = slope * model.damping * (1.0 - model.damping**ahead) / (1.0 - model.damping)
    weekdays = (first_weekday + known.shape[0] + np.arange(days)) % WEEK
    rates: Floats = level * np.exp(growth)[:, None] * profiles[weekdays]
    return rates


def _last_known(known: Floats, hours: int) -> float:
    flat = known.ravel()
    values = flat[~np.isnan(flat)][-hours:]
    return float(values.mean()) if values.size else 0.0


def _level_of_days(known: Floats, profiles: Floats, days: int, first_weekday: int) -> float:
    """Level of the last days in which anything is known: what came over what the profile says."""
    seen = np.flatnonzero((~np.isnan(known)).any(axis=1))[-days:]
    usual = profiles[(first_weekday + seen) % WEEK]
    came = ~np.isnan(known[seen])
    expected = float(usual[came].sum())
    return float(known[seen][came].sum()) / expected if expected > 0.0 else 0.0


def daily_levels(known: Floats) -> Floats:
    """Return the mean rate of the seven days up to each day: a week has every weekday once, so it shows no profile.

    The first six days take the level of the seventh. Hours that are not known are left out weekday by weekday.
    """
    day_means = _filled_days(known)
    sums = np.cumsum(np.concatenate([[0.0], day_means]))
    levels = np.empty(day_means.size)
    levels[WEEK - 1 :] = (sums[WEEK:] - sums[:-WEEK]) / WEEK
    levels[: WEEK - 1] = levels[WEEK - 1]
    return np.maximum(levels, 1e-9)


def _filled_days(known: Floats) -> Floats:
    """Mean of each day; hours that are not known are taken from the last like day, so that no level jumps there."""
    filled = known.copy()
    for day in range(known.shape[0]):
        gap = np.isnan(filled[day])
        if gap.any() and day >= WEEK:
            filled[day, gap] = filled[day - WEEK, gap]
    usual = _column_means(known)
    filled = np.where(np.isnan(filled), usual, filled)
    means: Floats = filled.mean(axis=1)
    return means


def _column_means(known: Floats) -> Floats:
    count = np.maximum((~np.isnan(known)).sum(axis=0), 1)
    means: Floats = np.nansum(known, axis=0) / count
    return means


def _last_week_again(known: Floats, days: int) -> Floats:
    """Each hour as in the last week in which it is known; as on average where it never was."""
    total = known.shape[0]
    week = np.tile(_column_means(known), (WEEK, 1))
    for day in range(max(total - WEEK * WEEKS_SEEN, 0), total):
        slot = (day - total) % WEEK
        week[slot] = np.where(np.isnan(known[day]), week[slot], known[day])
    return week[np.arange(days) % WEEK]


def _level_and_slope(levels: Floats, model: Model) -> tuple[float, float]:
    """Level at the end, and the middle of the weekly steps of its logarithm over the last eight weeks."""
    weeks = model.level_days // WEEK
    weekly = np.log(levels[::-1][::WEEK][: max(weeks, 9)])  # the latest first
    if weekly.size > 1 and levels.size < WEEK * weekly.size:
        weekly = weekly[:-1]  # a level that is not a whole week
    level = float(np.exp(weekly[:weeks].mean()))
    if not model.damping or weekly.size < 3:
        return level, 0.0
    slope = float(np.median(-np.diff(weekly)))
    behind = (min(weeks, weekly.size) - 1) / 2.0  # the average lies so many weeks back
    return level * float(np.exp(slope * behind)), slope


def _profiles(known: Floats, levels: Floats, kinship: float, first_weekday: int) -> Floats:
    """Rate over level by weekday and hour, shape (7, hours): a mean over like days that fades with age."""
    total = known.shape[0]
    first = max(total - WEEK * WEEKS_SEEN, 0)
    ratios = known[first:] / levels[first:, None]
    weekdays = (first_weekday + np.arange(first, total)) % WEEK
    age = (total - 1 - np.arange(first, total)) // WEEK
    profiles = np.empty((WEEK, known.shape[1]))
    for weekday in range(WEEK):
        same_kind = (weekdays >= WEEK - 2) == (weekday >= WEEK - 2)
        weight = np.where(weekdays == weekday, 1.0, np.where(same_kind, kinship, OTHER_KIND)) * FADE_PER_WEEK**age
        profiles[weekday] = _robust_mean(ratios, weight, weekdays == weekday if kinship < 1.0 else same_kind)
    return profiles


def _robust_mean(ratios: Floats, weight: Floats, like: NDArray[np.bool_]) -> Floats:
    """Weighted mean of each hour, after bringing values far above the middle of like days down to a multiple of it."""
    middle = _middle(ratios[like])
    cap = np.where(middle > 0.0, ODD_FACTOR * middle, np.inf)
    weights = np.where(np.isnan(ratios), 0.0, weight[:, None])
    capped = np.minimum(np.nan_to_num(ratios), cap)
    means: Floats = (weights * capped).sum(axis=0) / np.maximum(weights.sum(axis=0), 1e-12)
    return means


def _middle(seen: Floats) -> Floats:
    """Median of what is known of each hour, all hours at once; 0 where less than three values are."""
    ordered = np.sort(seen, axis=0)  # what is not known comes last
    count = (~np.isnan(ordered)).sum(axis=0)
    if not len(ordered):
        return np.zeros(seen.shape[1])
    hours = np.arange(seen.shape[1])
    low, high = (ordered[np.minimum(place, len(ordered) - 1), hours] for place in ((count - 1) // 2, count // 2))
    middle: Floats = np.where(count > 2, (low + high) / 2.0, 0.0)
    return middle

"""Rolling-origin back-test: every model forecasts again and again from what was known by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.forecasting.models import MODELS, NAIVE, WEEK, Floats, Model, predict

MOST_FOLDS = 24
LONGEST_LEAD_DAYS = 28
#: Folds whose errors are known before the first interval is tested.
CALIBRATING_FOLDS = 3
Bools = NDArray[np.bool_]
#: Another model must be better than the seasonal-naive one by this share to be preferred.
BETTER_BY = 0.01
#: Errors of an hour are taken relative to its forecast plus this share of the mean.
FLOOR_SHARE = 0.05
#: Errors of the hours around one tell its interval together, if there are so many.
ENOUGH_SCORES = 40
#: Workdays and weekends have intervals of their own from so many days of a kind on.
ENOUGH_DAYS = 14
#: Scores that move together: half a day of hours counts as one.
TOGETHER = 12
#: Share of what was missed by which the next intervals widen, and the shares asked for at least and at most.
PACE, LEAST_ASKED, MOST_ASKED = 0.2, 0.5, 0.995


@dataclass(frozen=True, slots=True)
class Folds:
    """Origins of a back-test: days known at each, and the days forecast from it."""

    origins: tuple[int, ...]
    lead_days: int

    def before(self, number: int) -> list[int]:
        """Folds whose days had all been seen at the origin of a fold."""
        return [n for n, origin in enumerate(self.origins) if origin + self.lead_days <= self.origins[number]]

    def weekend(self, first_weekday: int) -> Bools:
        """Whether each day forecast is a Saturday or Sunday, shape (folds, lead days)."""
        days = np.array(self.origins)[:, None] + np.arange(self.lead_days)
        is_weekend: Bools = (first_weekday + days) % WEEK >= WEEK - 2
        return is_weekend


def folds_of(days: int, horizon_days: int) -> Folds:
    """Spread origins over the second part of a history.

    A third of the history, at least a week, comes before the first. The lead is an eighth of the history, at most
    four weeks and at most the horizon.
    """
    lead = int(np.clip(days // 8, 1, min(LONGEST_LEAD_DAYS, horizon_days)))
    if lead > WEEK:
        lead -= lead % WEEK
    first = max(WEEK, days // 3)
    step = max(1, lead // 2, -(-(days - lead - first) // MOST_FOLDS))
    origins = tuple(range(days - lead, first - 1, -step))[::-1]
    return Folds(origins, lead)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a back-test found of one model; `predicted` has shape (folds, lead days, hours)."""

    model: Model
    predicted: Floats
    error_share: float


def back_test(known: Floats, folds: Folds, first_weekday: int, models: Sequence[Model] = MODELS) -> list[Trial]:
    """Forecast from each origin with each model; the error is the mean absolute one over the mean."""
    actual = actual_of(known, folds)
    scored = ~np.isnan(actual)
    total = float(np.abs(actual[scored]).sum())
    tested = []
    for model in models:
        predicted = np.stack([predict(model, known[:o], folds.lead_days, first_weekday) for o in folds.origins])
        missed = float(np.abs(predicted - actual)[scored].sum())
        tested.append(Trial(model, predicted, missed / total if total else 0.0))
    return tested


def actual_of(known: Floats, folds: Folds) -> Floats:
    """Return what came, in the shape of what was forecast."""
    return np.stack([known[o : o + folds.lead_days] for o in folds.origins])


def best(tested: Sequence[Trial]) -> Trial:
    """Return the model with the least error; the seasonal-naive one where nothing beats it."""
    naive = next(item for item in tested if item.model == NAIVE)
    least = min(tested, key=lambda item: item.error_share)
    return least if least.error_share < (1.0 - BETTER_BY) * naive.error_share else naive


def scores_of(actual: Floats, predicted: Floats, floor: float) -> Floats:
    """Errors relative to the forecast, not a number where nothing is known."""
    return (actual - predicted) / (predicted + floor)


def bounds(scores: Floats, weekend: Bools, share: float) -> Floats:
    """Low, middle and high score of workdays and weekends by hour, shape (3, 2, hours).

    Conformal: of n scores of which m are as good as independent, those that leave out (1 - share) / 2 at either side,
    where the share is raised by (m + 1) / m for the one that is to come. An hour that has few scores takes those of the
    hours around it too, then all of its kind of day; a kind of few days takes those of the other too.

    Parameters
    ----------
    scores
        Shape (folds, days, hours).
    weekend
        Whether each day is one of a weekend, shape (folds, days).
    """
    found = np.empty((3, 2, scores.shape[2]))
    for kind in (0, 1):
        of_it = np.where((weekend == bool(kind))[:, :, None], scores, np.nan)
        of_it = of_it if (~np.isnan(of_it)).any(axis=2).sum() >= ENOUGH_DAYS else scores
        for hour in range(scores.shape[2]):
            found[:, kind, hour] = _ranked(np.sort(_like(of_it, hour)), share)
    return found


def _ranked(values: Floats, share: float) -> tuple[float, float, float]:
    independent = values.size / TOGETHER
    level = min(1.0, (independent + 1.0) / independent * (1.0 + share) / 2.0)
    rank = min(int(np.ceil(level * values.size)), values.size)
    return float(values[values.size - rank]), float(np.median(values)), float(values[rank - 1])


def _like(scores: Floats, hour: int) -> Floats:
    hours = scores.shape[2]
    for reach in range(hours):
        near = [(hour + offset) % hours for offset in range(-reach, reach + 1)] if 2 * reach < hours else range(hours)
        values: Floats = scores[:, :, sorted(set(near))].ravel()
        values = values[~np.isnan(values)]
        if values.size >= ENOUGH_SCORES or len(set(near)) == hours:
            break
    return values


def chosen_as_it_went(tested: Sequence[Trial], actual: Floats, folds: Folds) -> Floats:
    """Return what would have been forecast: by the model that was best until each origin, else by the naive one."""
    missed = np.nansum(np.abs(np.stack([item.predicted for item in tested]) - actual), axis=(2, 3))
    chosen = []
    for number in range(len(folds.origins)):
        past = folds.before(number)
        sums = [replace(item, error_share=float(missed[k, past].sum())) for k, item in enumerate(tested)]
        chosen.append(best(sums).predicted[number])
    return np.stack(chosen)


@dataclass(frozen=True, slots=True)
class Covered:
    """How many hours were inside their intervals, of how many; and the share that the next interval should ask for."""

    inside: int
    tested: int
    asked: float


def covered(scores: Floats, weekend: Bools, folds: Folds, coverage: float) -> Covered:
    """Test intervals as they would have been made, from errors that were known at each origin.

    After every fold the share asked for moves by `PACE` of what was missed (adaptive conformal inference, Gibbs and
    Candes 2021): intervals that proved too narrow become wider.
    """
    inside = tested = 0
    shares: dict[int, float] = {}
    for number in range(len(folds.origins)):
        past = folds.before(number)
        if len(past) < CALIBRATING_FOLDS or np.isnan(scores[past]).all():
            continue
        found = bounds(scores[past], weekend[past], _asked(shares, past, coverage))
        low, high = (found[edge][weekend[number].astype(int)] for edge in (0, 2))
        now = scores[number]
        is_known = ~np.isnan(now)
        hits = int(((now >= low) & (now <= high) & is_known).sum())
        if is_known.any():
            shares[number] = hits / int(is_known.sum())
        inside, tested = inside + hits, tested + int(is_known.sum())
    return Covered(inside, tested, _asked(shares, range(len(folds.origins)), coverage))


def _asked(shares: Mapping[int, float], past: Sequence[int], coverage: float) -> float:
    asked = coverage
    for number in past:
        if number in shares:
            asked = float(np.clip(asked + PACE * (coverage - shares[number]), LEAST_ASKED, MOST_ASKED))
    return asked

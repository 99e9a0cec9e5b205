"""Each forecaster against histories whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.forecasting.models import MODELS, NAIVE, Model, daily_levels, predict
from tests.support.histories import weekly

WEEKS = np.array([[weekly(day, hour) for hour in range(24)] for day in range(7 * 10)])
SEASONAL = [model for model in MODELS if not model.last_hours]


@pytest.mark.parametrize("model", SEASONAL, ids=lambda model: model.name)
@pytest.mark.parametrize("first_weekday", [0, 3])
def test_a_week_that_repeats_is_forecast_exactly(model: Model, first_weekday: int):
    """Without noise or trend every seasonal model gives the same week again, from whichever day it begins."""
    known = WEEKS[first_weekday : first_weekday + 45]
    found = predict(model, known, 20, first_weekday)
    np.testing.assert_allclose(found, WEEKS[first_weekday + 45 : first_weekday + 65], rtol=1e-4)


def test_the_naive_forecast_is_the_last_week_again():
    """Hour by hour, an unknown hour as the week before had it."""
    random = np.random.default_rng(1)
    known = random.uniform(1, 2, (21, 24))
    known[18, 5] = np.nan
    found = predict(NAIVE, known, 9, 0)
    assert found[0].tolist() == known[14].tolist()
    assert found[8].tolist() == known[15].tolist()
    assert found[4, 5] == known[11, 5]


def test_the_damped_trend_is_the_sum_of_its_steps():
    """5 % a week, damped by 0.9: after two weeks 0.9 + 0.81 steps, and the level itself is where the history ends."""
    growth = np.exp(0.05 * (np.arange(70) // 7))
    known = WEEKS * growth[:, None]
    damped = next(model for model in MODELS if model.damping)
    found = predict(damped, known, 28, 0)
    flat = predict(Model("flat", 7), known, 28, 0)
    ahead = np.log(found.sum(axis=1) / flat.sum(axis=1))
    assert ahead[13] == pytest.approx(0.05 * (0.9 + 0.81), rel=0.02)
    assert ahead[27] == pytest.approx(0.05 * (0.9 + 0.81 + 0.729 + 0.6561), rel=0.02)


def test_one_odd_day_does_not_bend_the_profile():
    """A day of fifty times the traffic counts as three times its like, and is not taken for the next week's."""
    known = WEEKS[:56].copy()
    known[30] *= 50.0
    found = predict(Model("four weeks", 7), known, 7, 0)
    np.testing.assert_allclose(found.sum(axis=1), WEEKS[:7].sum(axis=1), rtol=0.25)


def test_unknown_hours_do_not_move_the_level():
    """With every night of a week unknown the level of that week is what it was."""
    known = WEEKS[:35].copy()
    known[28:35, :8] = np.nan
    np.testing.assert_allclose(daily_levels(known)[-1], daily_levels(WEEKS[:35])[-1])


def test_the_level_of_the_last_day_follows_a_jump_at_once():
    """The last day doubled: the model of the last day doubles, that of four weeks hardly moves."""
    known = WEEKS[:36].copy()
    known[35] *= 2.0
    fast = predict(next(m for m in MODELS if m.level_days == 1 and not m.last_hours), known, 7, 0)
    slow = predict(next(m for m in MODELS if m.level_days == 28), known, 7, 0)
    assert fast.sum() == pytest.approx(2.0 * WEEKS[:7].sum(), rel=0.15)
    assert slow.sum() == pytest.approx(1.04 * WEEKS[:7].sum(), rel=0.05)


def test_the_last_hours_go_on():
    """The mean of the last four known hours, whatever the hour of the day."""
    known = WEEKS[:21].copy()
    known[20, 23] = np.nan
    model = next(m for m in MODELS if m.last_hours)
    assert predict(model, known, 2, 0)[1, 7] == pytest.approx(known[20, 19:23].mean())

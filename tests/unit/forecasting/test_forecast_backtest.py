"""The back-test: what each origin may know, which model wins, and intervals that hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.forecasting.backtest import (
    Folds,
    Trial,
    actual_of,
    back_test,
    best,
    bounds,
    chosen_as_it_went,
    covered,
    folds_of,
)
from optimizer.forecasting.models import MODELS, NAIVE
from tests.support.histories import weekly


@pytest.mark.parametrize(("days", "lead"), [(14, 1), (24, 3), (31, 3), (56, 7), (215, 21), (374, 28), (2964, 28)])
def test_folds_lie_within_the_history(days, lead):
    """A week or more before the first origin, the lead within the history, the last fold ends with it."""
    folds = folds_of(days, 365)
    assert folds.lead_days == lead
    assert folds.origins[0] >= max(7, days // 3)
    assert folds.origins[-1] + lead == days
    assert 4 <= len(folds.origins) <= 25
    assert all(later > earlier for earlier, later in zip(folds.origins, folds.origins[1:], strict=False))


def test_no_fold_knows_what_came_after_its_origin():
    """What is forecast from an origin is the same when the future is replaced."""
    random = np.random.default_rng(2)
    known = random.uniform(1, 2, (40, 24))
    folds = folds_of(40, 365)
    other = known.copy()
    other[folds.origins[2] :] = 1e6
    for one, two in zip(back_test(known, folds, 0), back_test(other, folds, 0), strict=True):
        assert one.predicted[:3].tolist() == two.predicted[:3].tolist()


def test_the_choice_as_it_went_knows_only_finished_folds():
    """A model that is right from the third fold on is chosen at the fifth, not before: folds of two days overlap."""
    folds = Folds((10, 11, 12, 13, 14, 15), 2)
    actual = np.full((6, 2, 1), 5.0)
    naive = Trial(NAIVE, np.full((6, 2, 1), 4.0), 0.2)
    late = np.full((6, 2, 1), 9.0)
    late[2:] = 5.0
    other = Trial(MODELS[3], late, 0.1)
    chosen = chosen_as_it_went([naive, other], actual, folds)[:, 0, 0]
    # Missed until then, naive against the other: 2: 2-8, 3: 4-16, 4: 6-16, 5: 8-16.
    assert chosen.tolist() == [4.0, 4.0, 4.0, 4.0, 4.0, 4.0]
    late[0] = late[1] = 5.5  # 2: 2-1
    assert chosen_as_it_went([naive, Trial(MODELS[3], late, 0.1)], actual, folds)[:, 0, 0].tolist() == [
        4,
        4,
        5,
        5,
        5,
        5,
    ]


def test_the_naive_forecast_is_used_where_nothing_beats_it():
    """Weeks that repeat exactly: the naive error is 0 and the naive model is the choice."""
    known = np.array([[weekly(day, hour) for hour in range(24)] for day in range(42)])
    tested = back_test(known, folds_of(42, 365), 0)
    assert best(tested).model == NAIVE
    assert best(tested).error_share == 0.0


def test_noise_is_averaged_away_by_the_model_that_wins():
    """Independent noise of 30 %: the naive forecast carries its own on top, sqrt(2) times; averaging wins."""
    random = np.random.default_rng(3)
    truth = np.array([[weekly(day, hour) for hour in range(24)] for day in range(84)])
    known = truth * np.exp(0.3 * random.standard_normal(truth.shape) - 0.045)
    tested = back_test(known, folds_of(84, 365), 0)
    naive = next(item for item in tested if item.model == NAIVE)
    assert best(tested).model != NAIVE
    assert best(tested).error_share / naive.error_share == pytest.approx(1 / np.sqrt(2), abs=0.08)


def test_intervals_of_like_errors_hold_what_they_promise():
    """Errors drawn alike, 30 times: the mean coverage of later folds is 90 %, give or take two points and the raise."""
    shares = []
    for seed in range(30):
        random = np.random.default_rng(seed)
        folds = Folds(tuple(range(20, 60, 2)), 4)
        days = random.standard_normal((70, 24)) * (1.0 + np.arange(24) / 6.0)
        scores = actual_of(days, folds)
        hits = covered(scores, folds.weekend(0), folds, 0.9)
        shares.append(hits.inside / hits.tested)
    assert 0.89 < np.mean(shares) < 0.95


def test_bounds_are_wider_where_errors_are():
    """Errors at noon are ten times those of the night, weekends twice workdays: so are the intervals."""
    random = np.random.default_rng(4)
    scores = random.standard_normal((60, 7, 24))
    scores[:, :, 12:] *= 10.0
    folds = Folds(tuple(range(7, 67)), 7)
    weekend = folds.weekend(0)
    scores[weekend] *= 2.0
    low, middle, high = bounds(scores, weekend, 0.9)
    assert np.all(low < middle)
    assert np.all(middle < high)
    assert (high[0, 12:] / high[0, :12]).mean() == pytest.approx(10.0, rel=0.15)
    assert (high[1] / high[0]).mean() == pytest.approx(2.0, rel=0.15)


def test_intervals_that_proved_too_narrow_are_asked_to_be_wider():
    """Errors double from fold to fold: less than asked is inside, and the next interval asks for more than 90 %."""
    random = np.random.default_rng(5)
    folds = Folds(tuple(range(8, 20)), 1)
    scores = random.standard_normal((12, 1, 24)) * 2.0 ** np.arange(12)[:, None, None]
    hits = covered(scores, folds.weekend(0), folds, 0.9)
    assert hits.inside / hits.tested < 0.9
    assert hits.asked > 0.92


def test_too_short_a_history_tests_no_interval():
    """Three finished folds must be known before the first interval."""
    folds = Folds((8, 9, 10), 1)
    assert covered(np.zeros((3, 1, 24)), folds.weekend(0), folds, 0.9).tested == 0

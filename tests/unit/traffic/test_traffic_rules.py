"""Dispersion by window against hand and published numbers; the rules that decide."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.domain.traffic import Burstiness
from optimizer.traffic.decide import decide, gamma_factor, unseen
from optimizer.traffic.dispersion import burstiness, dispersion, rates_in
from optimizer.traffic.hours import covering
from tests.support.bursts import arrivals, gamma, switching


def test_dispersion_by_hand():
    """Counts 1, 3, 5: mean 3, variance 8/3, so 8/9 raw; (4 + 4) / (4 + 8) = 2/3 of neighbours, below 1: no noise."""
    row = dispersion(np.array([1.0, 3.0, 5.0]), 10)
    assert (row.windows, row.mean_count) == (3, 3.0)
    assert row.dispersion == pytest.approx(8 / 9)
    assert row.local_dispersion == pytest.approx(2 / 3)
    assert row.rate_noise == 0.0


def test_neighbours_of_an_unknown_window_are_not_compared():
    """10, ?, 30, 32: the only pair is 30 and 32, so local is 4/62, and the jump from 10 to 30 is none."""
    row = dispersion(np.array([10.0, np.nan, 30.0, 32.0]), 60)
    assert row.local_dispersion == pytest.approx(4 / 62)
    assert row.mean_count == pytest.approx(24.0)


def test_a_slow_rise_is_no_burst():
    """A rate that doubles over an hour scatters over all windows, but not between neighbours."""
    times = arrivals(np.linspace(200, 400, 3600), 1.0, 3)
    counts = np.bincount(times.astype(int), minlength=3600).astype(float)
    row = dispersion(rates_in(counts, 60, 1) * 60, 60)
    assert row.dispersion > 100
    assert row.rate_noise < 0.01


@pytest.mark.parametrize("noise", [0.05, 0.2])
def test_the_noise_of_a_gamma_rate_is_found(noise):
    """3,600 seconds at 800 requests/s: the estimate is within a tenth of the truth."""
    times = arrivals(gamma(800.0, noise, 3600, 1), 1.0, 2)
    rows = burstiness(np.bincount(times.astype(int), minlength=3600).astype(float), 1)
    assert rows[0].window_s == 1
    assert rows[0].rate_noise == pytest.approx(noise, rel=0.1)
    assert rows[0].local_dispersion == pytest.approx(1 + noise**2 * 800, rel=0.2)


def test_quiet_hours_say_nothing_of_bursts():
    """Of an even hour and a bursty hour of a hundredth of its rate, only the first is looked at."""
    random = np.random.default_rng(1)
    busy = random.poisson(100.0, 3600).astype(float)
    quiet = random.poisson(np.repeat(random.gamma(0.25, 4.0, 360), 10)).astype(float)
    rows = {row.window_s: row for row in burstiness(np.concatenate([busy, quiet]), 1)}
    assert rows[10].windows == 360
    assert rows[10].local_dispersion == pytest.approx(1.0, abs=0.2)


def _row(window_s: int, local: float, noise: float, windows: int = 100) -> Burstiness:
    return Burstiness(window_s, windows, (local - 1) / noise**2 if noise else 100.0, local, local, noise)


@pytest.mark.parametrize(
    ("rows", "step_s", "name", "factor"),
    [
        ([_row(1, 1.0, 0.0), _row(10, 2.9, 0.2)], 1, "poisson", 1.0),
        ([_row(1, 50.0, 0.009)], 1, "poisson", 1.0),
        ([_row(1, 3.0, 0.05), _row(10, 3.1, 0.02)], 1, "inflated", 1.09),
        ([_row(1, 30.0, 0.1)], 1, "inflated", 1.18),
        ([_row(1, 30.0, 0.2), _row(60, 30.0, 0.03)], 1, "cox", gamma_factor(0.2)),
        ([_row(1, 30.0, 0.2), _row(60, 300.0, 0.06)], 1, "replay", 1.0),
        ([_row(10, 9.0, 0.04), _row(60, 300.0, 0.1)], 1, "replay", 1.0),
        ([_row(1, 30.0, 0.2, windows=19)], 1, "poisson", 1.0),
        ([_row(60, 50.0, 0.16)], 60, "shortest_step", 1.0),
        ([_row(60, 50.0, 0.15)], 60, "poisson", 1.0),
        ([_row(300, 50.0, 0.9)], 300, "poisson", 1.0),
    ],
)
def test_the_rules_at_their_thresholds(rows, step_s, name, factor):
    """Each threshold from both sides: dispersion 3, noise 0.01 and 0.1, lasting bursts, minutes at 0.15, coarser."""
    found = decide(rows, step_s)
    assert found.name == name
    assert found.factor == pytest.approx(factor)


@pytest.mark.parametrize("noise", [0.1, 0.3, 0.6, 1.0])
def test_the_gamma_factor_covers_its_share_of_the_requests(noise):
    """Of a million drawn gamma rates, windows up to the factor hold 99.5 % of the requests."""
    rates = gamma(1.0, noise, 1_000_000, 4)
    held = rates[rates <= gamma_factor(noise)].sum() / rates.sum()
    assert held == pytest.approx(0.995, abs=0.001)


def test_the_covering_rate_by_hand():
    """1 + 1 + 198 requests: up to the last window; 199 x 1 and 1 x 0.9: 0.5 % lie in the top, the rest suffices."""
    assert covering(np.array([[1.0, 198.0, 1.0]])).tolist() == [198.0]
    assert covering(np.array([[*[1.0] * 299, 1.4]])).tolist() == [1.0]


@pytest.mark.parametrize(
    ("step_s", "told"),
    [(30, "30 seconds hide"), (300, "under a minute"), (600, "busiest five minutes"), (86_400, "hide the hours")],
)
def test_coarse_counts_say_what_they_hide(step_s, told):
    """Each resolution says what it cannot show, and what to record instead."""
    text = " ".join(unseen(step_s, [_row(step_s, 1.0, 0.0)]))
    assert told in text
    assert "one row for each request" in text


def test_a_log_by_the_second_hides_nothing_felt():
    """With enough windows only what is shorter than a second is left to say."""
    assert unseen(1, [_row(1, 1.0, 0.0)]) == (
        "bursts shorter than a second, retries and what was shed are not told apart",
    )


def test_the_switching_rate_has_its_mean():
    """The generator of the tests itself: mean 100, and two levels only."""
    rates = switching(100.0, 3.0, 0.2, 10.0, 200_000, 1)
    assert rates.mean() == pytest.approx(100.0, rel=0.05)
    assert np.unique(rates).size == 2

"""Weeks of a history, each forecast from what was known before it began."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from optimizer import api
from optimizer.domain.scenario import Scenario
from optimizer.errors import InputError
from optimizer.forecasting.weekly import WEEKS_BEFORE, weeks_of_history
from optimizer.inputs.events_file import Events
from optimizer.inputs.history import read_history
from optimizer.inputs.rolling_file import ForecastWeek, holds_weeks

SCENARIO = """\
format: fleetopt/scenario/1
name: encoder
catalog: public-cloud
locations: [aws/us-east-1]
day_types: {types}
origins: {{shop: {{at: aws/us-east-1}}}}
services:
  encoder:
    profile: bert-base-s128/fp16
    latency: {{p99_ms: 50}}
    demand: {{constant_per_s: {{shop: 900}}}}
"""
WEEK_HOURS = 7 * 24


def scenario(folder: Path, types: str) -> Scenario:
    """One service and one origin."""
    path = folder / "encoder.yaml"
    path.write_text(SCENARIO.format(types=types), encoding="utf-8")
    return api.load_scenario(path).scenario


def rates(weeks: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Hourly, half as much at the weekend, with noise."""
    hours = np.arange(weeks * WEEK_HOURS)
    weekend = (hours // 24) % 7 >= 5
    noise = np.random.default_rng(2).lognormal(0.0, 0.05, hours.size)
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = 400.0 * np.where(weekend, 0.5, 1.0) * noise
    return found


def weeks(folder: Path, values: np.ndarray[tuple[int], np.dtype[np.float64]], types: str) -> tuple[ForecastWeek, ...]:
    """The weeks of a history of these rates from Monday, 2026-01-05."""
    path = folder / "history.csv"
    lines = [f"{datetime(2026, 1, 5) + timedelta(hours=n)},{3600 * each:.3f}" for n, each in enumerate(values.tolist())]
    path.write_text("\n".join(["time,encoder/shop", *lines, ""]), encoding="utf-8")
    assert not holds_weeks(path)
    return weeks_of_history(read_history(path, ZoneInfo("UTC")), scenario(folder, types), Events(), "UTC")


def test_a_forecast_knows_nothing_of_its_own_week(tmp_path: Path):
    """Twice as much in the last week: no forecast moves, and only what came of that week does."""
    usual = rates(WEEKS_BEFORE + 2)
    other = usual.copy()
    other[-WEEK_HOURS:] *= 2.0
    types = "{workday: 261, weekend: 104}"
    before, after = weeks(tmp_path, usual, types), weeks(tmp_path, other, types)
    assert [week.name for week in before] == ["2026-02-02", "2026-02-09"]
    for one, two in zip(before, after, strict=True):
        np.testing.assert_array_equal(
            one.forecast.services[0].demand.peak_per_s, two.forecast.services[0].demand.peak_per_s
        )
    changed = [
        a.actual.services[0].demand.peak_per_s / b.actual.services[0].demand.peak_per_s
        for a, b in zip(after, before, strict=True)
    ]
    np.testing.assert_allclose(changed[0], 1.0)
    np.testing.assert_allclose(changed[1], 2.0, rtol=1e-5)


def test_what_came_is_the_busiest_day_of_each_type(tmp_path: Path):
    """By hour: the mean of five workdays and of two days of a weekend, and the most of them, five minutes assumed."""
    usual = rates(WEEKS_BEFORE + 1)
    (week,) = weeks(tmp_path, usual, "{workday: 261, weekend: 104}")
    days = usual[-WEEK_HOURS:].reshape(7, 24)
    came = week.actual.services[0].demand
    np.testing.assert_allclose(came.mean_per_s[0], np.concatenate([days[:5].mean(axis=0), days[5:].mean(axis=0)]), 1e-5)
    most = np.concatenate([days[:5].max(axis=0), days[5:].max(axis=0)])
    np.testing.assert_allclose(came.peak_per_s[0], 1.12 * most, rtol=1e-5)
    expected = week.forecast.services[0].demand
    assert expected.mean_per_s[0, :24].mean() == pytest.approx(400.0, rel=0.1)
    assert expected.mean_per_s[0, 24:].mean() == pytest.approx(200.0, rel=0.1)
    assert (expected.peaks_per_s["high"] >= expected.peaks_per_s["low"]).all()


def test_days_that_are_all_alike_are_gathered(tmp_path: Path):
    """A scenario with one type of day: the mean of the week, and its busiest day."""
    usual = rates(WEEKS_BEFORE + 1)
    (week,) = weeks(tmp_path, usual, "{everyday: 365}")
    days = usual[-WEEK_HOURS:].reshape(7, 24)
    np.testing.assert_allclose(week.actual.services[0].demand.mean_per_s[0], days.mean(axis=0), rtol=1e-5)
    assert week.forecast.services[0].demand.mean_per_s.mean() == pytest.approx(400.0 * 6 / 7, rel=0.1)
    np.testing.assert_array_less(390.0, week.forecast.services[0].demand.peaks_per_s["high"])


def test_a_history_that_is_too_short_is_refused(tmp_path: Path):
    """Four weeks are known before the first that is forecast."""
    with pytest.raises(InputError, match="is shorter than 5 weeks"):
        weeks(tmp_path, rates(WEEKS_BEFORE), "{everyday: 365}")

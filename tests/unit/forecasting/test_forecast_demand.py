"""From a history to a demand file: histories with a known truth come out as that truth."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from optimizer import api
from optimizer.errors import InputError
from optimizer.forecasting import Settings
from optimizer.forecasting.horizon import band_of
from optimizer.forecasting.shape import HOURLY_PEAK, day_shape, stated_peak_ratio
from tests.support.histories import FIRST, SHAPE, weekly, write_hours, write_rows

TRAFFIC = Path(__file__).resolve().parents[2] / "data" / "traffic"


def _rows(found, day_type):
    return [row for row in found.rows if row.day_type == day_type]


def test_means_are_those_of_the_truth(tmp_path):
    """Ten weeks with 10 % of noise: each hour within 10 % of the truth, all together within 2 %, bands in order."""
    found = api.forecast(write_hours(tmp_path / "h.csv", 70, weekly, noise=0.1), months=1)
    for day_type, day in (("workday", 0), ("weekend", 5)):
        rows = _rows(found, day_type)
        assert [row.hour for row in rows] == list(range(24))
        ratios = [row.mean / weekly(day, row.hour) for row in rows]
        assert np.mean(ratios) == pytest.approx(1.0, rel=0.02)
        for ratio, row in zip(ratios, rows, strict=True):
            assert ratio == pytest.approx(1.0, rel=0.1)
            assert row.low <= row.mid <= row.high
            assert row.mean <= row.high
    assert found.series[0].error_share < found.series[0].naive_error_share


def test_high_is_the_edge_of_the_interval_times_the_stated_ratio(tmp_path):
    """Noise of 10 %: the upper edge of 90 % is exp(1.645 x 0.1) = 1.18, of the busiest five minutes 1.3 times that."""
    found = api.forecast(write_hours(tmp_path / "h.csv", 140, weekly, noise=0.1), months=1)
    ratios = [row.high / weekly(0, row.hour) for row in _rows(found, "workday")]
    assert np.mean(ratios) == pytest.approx(1.18 * 1.3, rel=0.06)
    lows = [row.low / weekly(0, row.hour) for row in _rows(found, "workday")]
    assert np.mean(lows) == pytest.approx(1.05 / 1.18, rel=0.06)


def test_the_peak_of_five_minutes_is_measured(tmp_path):
    """One step of twelve is three times the others: the mean is 14/12 of those, mid the peak, nothing is stated."""
    rows = [(str(FIRST + timedelta(minutes=5 * n)), 900 if n % 12 == 7 else 300) for n in range(28 * 288)]
    found = api.forecast(write_rows(tmp_path / "h.csv", rows), months=1)
    row = _rows(found, "workday")[9]
    assert row.mean == pytest.approx(14 / 12, rel=1e-3)
    assert row.mid == pytest.approx(3.0, rel=1e-3)
    assert found.series[0].measured_peak_ratio == pytest.approx(36 / 14)
    assert set(found.series[0].stated_peak_ratio.values()) == {1.0}


def test_daily_counts_take_the_assumed_hours(tmp_path):
    """8,640,000 a day are 100 a second; hours as the shape says, weekends by theirs."""
    rows = [(str(FIRST.date() + timedelta(days=n)), 8_640_000) for n in range(70)]
    found = api.forecast(write_rows(tmp_path / "h.csv", rows), months=1)
    for day_type, weekend in (("workday", False), ("weekend", True)):
        means = [row.mean for row in _rows(found, day_type)]
        np.testing.assert_allclose(means, 100.0 * day_shape(weekend=weekend), rtol=1e-3)
        assert np.mean(means) == pytest.approx(100.0, rel=1e-3)


def test_rates_are_taken_as_they_are(tmp_path):
    """Requests per second in the file, requests per second out."""
    rows = [(str(FIRST + timedelta(hours=n)), 50) for n in range(28 * 24)]
    assert api.forecast(write_rows(tmp_path / "h.csv", rows), months=1, per_s=True).rows[0].mean == 50.0


def test_steps_without_a_row_are_unknown_or_zero_as_asked(tmp_path):
    """Every second hour has a row of 7,200: 2 a second where known, and 0 between only if that is said."""
    rows = [(str(FIRST + timedelta(minutes=30 * n)), 3600) for n in range(28 * 48) if n % 4 in (0, 1) or n == 3]
    path = write_rows(tmp_path / "h.csv", rows)
    unknown = api.forecast(path, months=1)
    assert _rows(unknown, "workday")[0].mean == pytest.approx(2.0, rel=1e-3)
    zero = api.forecast(path, months=1, missing_is_zero=True)
    assert _rows(zero, "workday")[0].mean == pytest.approx(2.0, rel=1e-3)
    assert _rows(zero, "workday")[1].mean == pytest.approx(0.0, abs=1e-3)


def test_the_horizon_has_each_day_once(tmp_path):
    """From the 31st of January one month is 28 days; workdays, weekends and events add up to it."""
    path = write_hours(tmp_path / "h.csv", 26, weekly)  # ends on 30 January 2026
    events = tmp_path / "events.csv"
    events.write_text("event,first,last,uplift\nsale,2026-02-06,2026-02-08,2\n", encoding="utf-8")
    found = api.forecast(path, months=1, events=events)
    assert (found.start, found.days) == ("2026-01-31", 28)
    assert found.day_types == {"workday": 19, "weekend": 6, "sale": 3}  # 9 weekend days less two, less 28 February
    assert Settings(months=12).days_from(date(2026, 3, 1).toordinal()) == 365
    assert Settings(months=13).days_from(date(2027, 1, 31).toordinal()) == 365 + 29


def _with_event(day, hour):
    return weekly(day, hour) * (3.0 if day in (40, 61) else 1.0)


def test_an_event_is_measured_and_planned_by_its_uplift(tmp_path):
    """Two days of three times the traffic in ten weeks: uplift 3, and the coming day is three ordinary ones."""
    path = write_hours(tmp_path / "h.csv", 70, _with_event, noise=0.02)
    past = [str(FIRST.date() + timedelta(days=day)) for day in (40, 61)]
    events = tmp_path / "events.csv"
    events.write_text("event,first\n" + "".join(f"sale,{day}\n" for day in (*past, "2026-03-18")), encoding="utf-8")
    found = api.forecast(path, months=1, events=events)
    uplift = found.series[0].events[0]
    assert (uplift.basis, uplift.seen_days) == ("measured", 2)
    assert uplift.mid == pytest.approx(3.0, rel=0.03)
    for event, ordinary in zip(_rows(found, "sale"), _rows(found, "workday"), strict=True):
        assert event.mean == pytest.approx(3.0 * ordinary.mean, rel=0.05)
        assert event.high > 2.8 * ordinary.mid


def test_naming_the_events_of_the_past_betters_the_forecast(tmp_path):
    """The same history, its two odd days named or not: named, the error of ordinary days is smaller."""
    path = write_hours(tmp_path / "h.csv", 70, _with_event, noise=0.05)
    events = tmp_path / "events.csv"
    past = [str(FIRST.date() + timedelta(days=day)) for day in (40, 61)]
    events.write_text("event,first\n" + "".join(f"sale,{day}\n" for day in past), encoding="utf-8")
    named = api.forecast(path, months=1, events=events).series[0]
    unnamed = api.forecast(path, months=1).series[0]
    assert named.error_share < 0.8 * unnamed.error_share
    assert named.coverage is not None


def test_a_stated_uplift_wins_and_the_measured_one_is_shown(tmp_path):
    """The planner knows of a larger sale: 5 it is, with its low and high; the history's 3 stands beside it."""
    path = write_hours(tmp_path / "h.csv", 70, _with_event)
    past = FIRST.date() + timedelta(days=40)
    events = tmp_path / "events.csv"
    text = f"event,first,uplift_low,uplift,uplift_high\nsale,{past},,,\nsale,2026-03-18,4,5,6\n"
    events.write_text(text, encoding="utf-8")
    uplift = api.forecast(path, months=1, events=events).series[0].events[0]
    assert (uplift.low, uplift.mid, uplift.high, uplift.basis) == (4.0, 5.0, 6.0, "stated")
    assert uplift.measured == pytest.approx(3.0, rel=1e-3)


def test_a_coming_event_that_nobody_knows_is_refused(tmp_path):
    """Neither seen nor stated: the row of the events file is named."""
    path = write_hours(tmp_path / "h.csv", 70, weekly)
    events = tmp_path / "events.csv"
    events.write_text("event,first\nsale,2026-03-18\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"events.csv:2: sale has no uplift, and no day of that name in the history of search"
    ):
        api.forecast(path, months=1, events=events)


def test_an_event_of_the_horizon_has_one_uplift(tmp_path):
    """Two coming days of a name with different uplifts would be one day type: refused; an empty one takes the other."""
    path = write_hours(tmp_path / "h.csv", 70, weekly)
    events = tmp_path / "events.csv"
    events.write_text("event,first,uplift\nsale,2026-03-18,2\nsale,2026-03-25,3\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"csv:3 uplift: sale has another uplift than on .*csv:2 \(found 3\)"):
        api.forecast(path, months=1, events=events)
    events.write_text("event,first,uplift\nsale,2026-03-18,\nsale,2026-03-25,3\n", encoding="utf-8")
    found = api.forecast(path, months=1, events=events)
    assert found.series[0].events[0].mid == 3.0
    assert found.day_types["sale"] == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"start": "2026-03-01"}, "--start: must be after the history (the history ends on 2026-03-15"),
        ({"start": "March"}, '--start: must be a day (found "March")'),
        ({"timezone": "Europe/Berln"}, "Did you mean Europe/Berlin?"),
        ({"months": 0}, "--months: must be from 1 to 60 (found 0)"),
        ({"interval": 95.0}, "--interval: must be a share from 0.5 to 0.99 (found 95)"),
    ],
)
def test_what_cannot_be_asked_is_refused(tmp_path, options, told):
    """Each option with its bounds and what was found."""
    path = write_hours(tmp_path / "h.csv", 70, weekly)
    with pytest.raises(InputError) as refused:
        api.forecast(path, **options)
    assert told in str(refused.value)


def test_a_history_with_more_holes_than_hours_is_refused(tmp_path):
    """Every third hour has a row: half must be known, unless no row means no request."""
    rows = [(str(FIRST + timedelta(hours=n)), 3600) for n in range(28 * 24) if n % 5 < 2]
    path = write_rows(tmp_path / "h.csv", rows)
    with pytest.raises(InputError, match="is known in 40 % of its hours"):
        api.forecast(path)
    assert api.forecast(path, months=1, missing_is_zero=True).series[0].days == 28


def test_a_series_that_began_later_is_as_long_as_it_is_known(tmp_path):
    """Two columns, the second empty for two weeks: forty days and twenty-six, of the same horizon."""
    rows = [(str(FIRST + timedelta(hours=n)), f"3600,{'' if n < 14 * 24 else 7200}") for n in range(40 * 24)]
    found = api.forecast(write_rows(tmp_path / "h.csv", rows, "time,a,b"), months=1)
    assert [series.days for series in found.series] == [40, 26]
    assert found.series[1].rows[0].mean == pytest.approx(2.0, rel=1e-3)
    assert found.start == str(FIRST.date() + timedelta(days=40))


@pytest.mark.parametrize(("days", "rate", "told"), [(13, 1.0, "is shorter than 14 days"), (20, 0.0, "has no requests")])
def test_a_history_that_says_nothing_is_refused(tmp_path, days, rate, told):
    """Less than two weeks, or no request at all."""
    with pytest.raises(InputError, match=told):
        api.forecast(write_hours(tmp_path / "h.csv", days, lambda *_: rate))


def test_intervals_widen_beyond_the_tested_lead():
    """A level that wanders by 10 % a week, 16 weeks beyond the test: half is sqrt(h^2 + 16 (1.645 x 0.1)^2)."""
    scores = np.log(np.array([0.8, 1.0, 1.25]))[:, None, None] * np.ones((3, 2, 1))
    band = band_of(np.ones((2, 1)), np.expm1(scores), 0.0, np.array([28.0, 28.0 + 112.0]), 28, 0.1, 0.9)
    half = np.log(1.25)
    assert band.high[0, 0] == pytest.approx(1.25)
    assert band.low[0, 0] == pytest.approx(0.8)
    assert np.log(band.high[1, 0]) == pytest.approx(np.sqrt(half**2 + 16 * 0.1645**2), rel=1e-3)
    assert band.low[1, 0] == pytest.approx(1.0 / band.high[1, 0])


def test_the_stated_ratio_is_one_at_five_minutes_and_whole_at_an_hour():
    """Its excess grows with the logarithm of the step; days have the ratio of an hour."""
    assert set(stated_peak_ratio(300).values()) == {1.0}
    assert stated_peak_ratio(3600) == pytest.approx(HOURLY_PEAK)
    assert stated_peak_ratio(86_400) == pytest.approx(HOURLY_PEAK)
    half = stated_peak_ratio(round(300 * np.sqrt(12)))["high"]
    assert half == pytest.approx(1.15, abs=1e-3)


def test_hours_follow_the_clock_that_is_asked_for(tmp_path):
    """Counts in UTC, hours in Tokyo: nine hours later on the clock, with no change of clocks there."""
    rows = [
        (f"{FIRST + timedelta(hours=n):%Y-%m-%dT%H:%M}Z", round(3600 * 100 * SHAPE[n % 24], 3)) for n in range(28 * 24)
    ]
    found = api.forecast(write_rows(tmp_path / "h.csv", rows), months=1, timezone="Asia/Tokyo")
    for row in _rows(found, "workday"):
        assert row.mean == pytest.approx(100 * SHAPE[(row.hour - 9) % 24], rel=1e-3)


def test_the_same_file_gives_the_same_forecast(tmp_path):
    """Nothing is drawn."""
    path = write_hours(tmp_path / "h.csv", 30, weekly, noise=0.3)
    assert api.forecast(path, months=1).to_dict() == api.forecast(path, months=1).to_dict()


def test_public_histories_are_forecast_better_than_by_the_last_week():
    """The choice as it went beats the last week again on five of eight or more; intervals hold 85 to 95 %."""
    better, inside = 0, []
    for path in sorted(TRAFFIC.glob("*.csv")):
        rates, zero = path.stem.startswith("llm"), path.stem == "orders"
        one = api.forecast(path, months=1, per_s=rates, missing_is_zero=zero).series[0]
        better += one.error_share < one.naive_error_share
        inside.append(one.coverage)
    assert len(inside) == 8
    assert better >= 5
    assert 0.85 <= np.mean(inside) <= 0.95

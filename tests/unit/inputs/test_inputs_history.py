"""Histories of counts: what is refused, what is told, and how times are read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.inputs.history import HistoryRefused, read_history
from tests.support.histories import FIRST, write_rows

UTC = ZoneInfo("UTC")


def _five_minutes(count, first=FIRST):
    return [(str(first + timedelta(minutes=5 * number)), 10 + number % 7) for number in range(count)]


def test_three_duplicates_two_negative_values_and_one_gap_are_told_as_that(tmp_path):
    """Exactly 3, 2 and 1, each with its line, all at once, and nothing is read from the file."""
    rows = _five_minutes(100)
    rows[20] = (rows[20][0], -4)  # line 22
    rows[30] = (rows[30][0], -0.5)  # line 32
    del rows[60:63]  # the row after the gap stands on line 62
    rows += [rows[5], rows[5], (rows[40][0], 99)]  # lines 99, 100, 101
    path = write_rows(tmp_path / "bad.csv", rows)
    with pytest.raises(HistoryRefused) as refused:
        read_history(path, UTC)
    error = refused.value
    assert dict(error.counts) == {"duplicate": 3, "negative value": 2, "gap": 1}
    assert str(error).startswith(f"{path}: 3 duplicates, 2 negative values, 1 gap.\n")
    short, *faults = error.faults
    assert (short.code, short.what) == ("too-short", "is shorter than 14 days (found 1)")
    told = [(fault.where.removeprefix(f"{path}:").split()[0], fault.code) for fault in faults]
    assert told == [
        ("22", "negative"), ("32", "negative"), ("62", "gap"),
        ("99", "duplicate-row"), ("100", "duplicate-row"), ("101", "duplicate-row"),
    ]  # fmt: skip
    assert "(the first is on line 7)" in faults[3].what
    assert faults[2].what == "3 steps are missing between 2026-01-05 04:55:00 and 2026-01-05 05:15:00"


def test_a_gap_alone_is_told_and_not_filled(tmp_path):
    """The history can be used; the steps stay away, and the line after the gap is named."""
    rows = _five_minutes(50)
    del rows[10]
    history = read_history(write_rows(tmp_path / "h.csv", rows), UTC)
    assert [(notice.line, notice.kind) for notice in history.notices] == [(12, "gap")]
    assert "1 step is missing between" in history.notices[0].text
    assert history.series[0].values.size == 49
    assert history.step_s == 300


def test_an_empty_cell_is_told_and_unknown(tmp_path):
    """No value is not zero."""
    rows = _five_minutes(20)
    rows[4] = (rows[4][0], "")
    history = read_history(write_rows(tmp_path / "h.csv", rows), UTC)
    assert [(notice.line, notice.kind) for notice in history.notices] == [(6, "empty")]
    assert np.flatnonzero(np.isnan(history.series[0].values)).tolist() == [4]


def test_a_repeated_row_of_a_wide_file_is_one_duplicate(tmp_path):
    """Two series in columns, one row twice: one duplicate, not two."""
    rows = [(time, f"{value},{value + 1}") for time, value in _five_minutes(20)]
    path = write_rows(tmp_path / "h.csv", [*rows, rows[3]], "time,search/us-east,search/us-west")
    with pytest.raises(HistoryRefused) as refused:
        read_history(path, UTC)
    assert refused.value.counts["duplicate"] == 1


def test_series_stand_in_columns_or_in_rows(tmp_path):
    """Both forms give the same series, and a name without an origin is for all."""
    rows = _five_minutes(12)
    wide = write_rows(tmp_path / "w.csv", [(t, f"{v},{2 * v}") for t, v in rows], "time,a/east,b")
    named = [(t, f"{s},{o},{k * v}") for t, v in rows for s, o, k in (("a", "east", 1), ("b", "all", 2))]
    long = write_rows(tmp_path / "l.csv", named, "time,service,origin,count")
    first, second = read_history(wide, UTC), read_history(long, UTC)
    assert [(s.service, s.origin) for s in first.series] == [("a", "east"), ("b", "all")]
    for one, other in zip(first.series, second.series, strict=True):
        assert (one.service, one.origin) == (other.service, other.origin)
        assert one.values.tolist() == other.values.tolist()


def test_rows_out_of_order_are_sorted_and_counted(tmp_path):
    """Order in the file says nothing, but a planner hears of it."""
    rows = _five_minutes(20)
    history = read_history(write_rows(tmp_path / "h.csv", [*rows[10:], *rows[:10]]), UTC)
    assert history.rows_out_of_order == 1
    assert history.series[0].values.tolist() == [value for _, value in rows]
    assert history.notices == ()


BERLIN = ZoneInfo("Europe/Berlin")


def _local_hours(first, last):
    """Wall-clock stamps of Berlin, hour by hour, as a log there has them."""
    at, stamps = first.replace(tzinfo=BERLIN).timestamp(), []
    while at <= last.replace(tzinfo=BERLIN).timestamp():
        stamps.append(str(datetime.fromtimestamp(at, BERLIN).replace(tzinfo=None)))
        at += 3600
    return stamps


def test_the_hour_that_clocks_repeat_is_no_duplicate(tmp_path):
    """25 rows on the day the clocks go back, 02:00 twice: no fault, no gap; a third 02:00 is one."""
    stamps = _local_hours(datetime(2026, 10, 24), datetime(2026, 10, 26))
    assert stamps.count("2026-10-25 02:00:00") == 2
    rows = [(stamp, number) for number, stamp in enumerate(stamps)]
    history = read_history(write_rows(tmp_path / "h.csv", rows), BERLIN)
    assert history.notices == ()
    hours = history.series[0].hours[history.series[0].days == date(2026, 10, 25).toordinal()]
    assert hours.tolist() == [0, 1, 2, 2, *range(3, 24)]
    with pytest.raises(HistoryRefused) as refused:
        read_history(write_rows(tmp_path / "h.csv", [*rows, ("2026-10-25 02:00:00", 7)]), BERLIN)
    assert refused.value.counts["duplicate"] == 1


def test_the_hour_that_clocks_skip_is_no_gap(tmp_path):
    """23 rows on the day the clocks go forward: nothing is missing; in UTC the same file has a gap."""
    stamps = _local_hours(datetime(2026, 3, 28), datetime(2026, 3, 30))
    rows = [(stamp, number) for number, stamp in enumerate(stamps)]
    path = write_rows(tmp_path / "h.csv", rows)
    assert read_history(path, BERLIN).notices == ()
    assert [notice.kind for notice in read_history(path, UTC).notices] == ["gap"]
    with pytest.raises(InputError, match="no such time in Europe/Berlin"):
        read_history(write_rows(tmp_path / "h.csv", [*rows, ("2026-03-29 02:30:00", 1)]), BERLIN)


def test_times_with_an_offset_are_brought_to_the_clock_of_the_plan(tmp_path):
    """23:30 UTC is the next day's 00 h in Berlin in winter."""
    rows = [("2026-01-05T23:30:00+00:00", 1), ("2026-01-06T00:00:00Z", 2)]
    series = read_history(write_rows(tmp_path / "h.csv", rows), BERLIN).series[0]
    assert series.days.tolist() == [date(2026, 1, 6).toordinal()] * 2
    assert series.hours.tolist() == [0, 1]


def test_days_of_a_zone_are_days(tmp_path):
    """Daily rows over a change of clocks: 23 hours apart is no gap."""
    rows = [(str(date(2026, 3, 20) + timedelta(days=n)), n) for n in range(20)]
    history = read_history(write_rows(tmp_path / "h.csv", rows), BERLIN)
    assert (history.step_s, history.notices) == (86_400, ())


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("yesterday", 1)], 'time: not a time (found "yesterday")'),
        ([("0001-01-01", 1)], "must be between 1971 and 2199"),
        ([(str(FIRST + timedelta(minutes=7 * n)), 1) for n in range(9)], "found 7 minutes from row to row"),
        ([(str(FIRST + timedelta(seconds=60 * n)), 1) for n in range(9)], "found 1 minutes from row to row"),
        ([(str(FIRST + timedelta(hours=2 * n)), 1) for n in range(9)], "found 120 minutes from row to row"),
        ([*_five_minutes(9), (str(FIRST + timedelta(minutes=47)), 1)], "begins between two steps of 5 minutes"),
        ([(str(FIRST), "1,200")], "has 3 cells where the header has 2"),
        ([*_five_minutes(9), (str(FIRST + timedelta(minutes=45)), "many")], 'not a number (found "many")'),
        ([(str(FIRST), 1)], "no two rows of a series"),
        ([], "has a header and no rows"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(tmp_path, rows, told):
    """Times, steps and values: place, fault and what was found."""
    path = write_rows(tmp_path / "h.csv", rows)
    with pytest.raises(InputError) as refused:
        read_history(path, UTC)
    assert told in str(refused.value)


@pytest.mark.parametrize("header", ["time", "time,service,a,b"])
def test_a_header_that_names_no_values_is_refused(tmp_path, header):
    """One column of times, and values: one only where rows name their series."""
    path = tmp_path / "h.csv"
    path.write_text(f"{header}\n" + ",".join(["1"] * (header.count(",") + 1)) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="must have a column of times and"):
        read_history(path, UTC)

"""A log laid on the hours of a plan: which rows, origins, day types and hours, and how fine its times are."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.inputs.arrival_log import Asked, read_log
from optimizer.traffic import fit_log
from optimizer.traffic.played import UNSAID, PlanPlace, lay_out, resolution_of

UTC = ZoneInfo("UTC")
ALL_HOURS = [(day_type, hour) for day_type in ("workday", "weekend") for hour in range(24)]
PLACE = PlanPlace("search", ("eu", "us"), ALL_HOURS)


def _read(tmp_path, text, zone=UTC, origin=UNSAID):
    path = tmp_path / "log.csv"
    path.write_text(text, encoding="utf-8")
    return read_log(path, Asked(zone, None, None, "search", origin, keep_times=True))


def _requests(first, seconds, every=0.37, cells=""):
    """A row for each request, so many seconds apart."""
    times = np.datetime64(first, "us") + (np.arange(0.0, seconds, every) * 1e6).astype("timedelta64[us]")
    return "".join(f"{time}{cells}\n" for time in np.datetime_as_string(times, unit="us").tolist())


def test_a_row_for_each_request_keeps_its_own_time(tmp_path):
    """Windows are those of the clock, the first and last as long as they are seen; none without any request."""
    text = "time\n" + _requests("2026-09-07T13:58:00", 400.0) + _requests("2026-09-07T14:20:00", 60.0)
    laid = lay_out(_read(tmp_path, text, origin="us"), UTC, PLACE, "us")
    assert [(w.shown, w.hour, w.seen_s) for w in laid.windows] == [
        ("2026-09-07 13:55", 13, pytest.approx(120.0)),
        ("2026-09-07 14:00", 14, 300.0),
        ("2026-09-07 14:20", 14, pytest.approx(60.0, abs=0.5)),
    ]
    assert laid.by_origin["us"].begins_s.size == text.count("\n") - 1
    assert (laid.by_origin["us"].counts, laid.step_s, laid.kind) == (None, 0.01, "requests")


@pytest.mark.parametrize(
    ("times", "resolution"),
    [([0.0, 60.0], 60.0), ([1.0, 7.0], 1.0), ([0.3, 7.0], 0.1), ([0.25], 0.01), ([0.123], 0.001), ([0.12345], 0.0)],
)
def test_times_are_as_fine_as_their_last_digit(times, resolution):
    """However large the seconds since 1970 are."""
    assert resolution_of(1_788_789_000.0 + np.array(times)) == resolution


def test_counts_are_laid_on_their_steps(tmp_path):
    """Empty steps and unknown ones bring nothing; a window is seen as far as its steps are known."""
    rows = [f"2026-09-07 14:{minute:02d},{minute if minute != 7 else ''}" for minute in range(12)]
    laid = lay_out(_read(tmp_path, "time,requests\n" + "\n".join(rows), origin="us"), UTC, PLACE, "us")
    assert laid.by_origin["us"].counts.tolist() == [1, 2, 3, 4, 5, 6, 8, 9, 10, 11]
    assert [(w.shown, w.seen_s) for w in laid.windows] == [
        ("2026-09-07 14:00", 300.0),
        ("2026-09-07 14:05", 240.0),
        ("2026-09-07 14:10", 120.0),
    ]
    assert laid.step_s == 60.0


def test_counts_of_an_hour_are_spread_over_its_windows(tmp_path):
    """Each of the twelve has a part of it."""
    text = "time,requests\n2026-09-07 14:00,3600\n2026-09-07 15:00,0\n2026-09-07 16:00,7200\n"
    laid = lay_out(_read(tmp_path, text, origin="us"), UTC, PLACE, "us")
    assert [window.hour for window in laid.windows] == [14] * 12 + [16] * 12


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
@pytest.mark.parametrize("day", ["2026-09-04T18:30:00", "2026-09-06T20:00:00"])
def test_hours_and_day_types_are_those_of_the_fit(tmp_path, zone, day):
    """Over a midnight into a weekend and out of it, on any clock: the rows of the demand file, no others."""
    clock = ZoneInfo(zone)
    log = _read(tmp_path, "time\n" + _requests(f"{day}", 8 * 3600.0, 5.3).replace("\n", "Z\n"), clock, "us")
    laid = lay_out(log, clock, PLACE, "us")
    fitted = {(row.day_type, row.hour) for row in fit_log(log, clock).rows}
    assert {(window.day_type, window.hour) for window in laid.windows} == fitted


@pytest.mark.parametrize(
    ("day_types", "asked", "expected"),
    [
        (["everyday"], None, {"everyday"}),
        (["workday", "weekend", "sale"], None, {"workday", "weekend"}),
        (["workday", "weekend", "sale"], "sale", {"sale"}),
        (["workday"], "workday", {"workday"}),
    ],
)
def test_day_types_go_by_the_calendar_unless_the_plan_tells_no_days_apart(tmp_path, day_types, asked, expected):
    """One type of day that is neither holds for all of them; any can be named."""
    text = "time\n" + _requests("2026-09-04T23:00:00", 2 * 3600.0, 3.7)
    place = PlanPlace("search", ("us",), [(name, hour) for name in day_types for hour in range(24)])
    laid = lay_out(_read(tmp_path, text, origin="us"), UTC, place, "us", asked)
    assert {window.day_type for window in laid.windows} == expected


def test_columns_name_service_and_origins(tmp_path):
    """Rows of other services are left out; of the origins one or all are played."""
    text = "time,service,origin\n" + "".join(
        _requests("2026-09-07T14:00:00", 900.0, every, f",{cells}")
        for every, cells in ((3.1, "search,eu"), (2.3, "search,us"), (1.7, "ranking,us"))
    )
    log = _read(tmp_path, text)
    assert list(lay_out(log, UTC, PLACE).by_origin) == ["eu", "us"]
    assert list(lay_out(log, UTC, PLACE, "us").by_origin) == ["us"]
    with pytest.raises(InputError, match=r"log.csv origin: the plan serves no search from \"eu\""):
        lay_out(log, UTC, PlanPlace("search", ("us",), ALL_HOURS))
    with pytest.raises(InputError, match=r"has no row of page .its column service has ranking, search"):
        lay_out(log, UTC, PlanPlace("page", ("us",), ALL_HOURS))
    with pytest.raises(InputError, match=r"has no row of search from asia .its column origin has eu, us"):
        lay_out(log, UTC, PlanPlace("search", ("asia", "us"), ALL_HOURS), "asia")


@pytest.mark.parametrize(
    ("text", "hours", "message"),
    [
        ("time\n" + _requests("2026-09-07T14:00:00", 900.0, 3.1), ALL_HOURS, "--origin: must name the origin"),
        ("time,requests\n2026-09-07,5\n2026-09-08,6\n2026-09-09,7\n", ALL_HOURS, "daily counts do not say"),
        ("time,requests\n2026-09-07 14:00,0\n2026-09-07 14:05,0\n", ALL_HOURS, "has no request of search"),
        (
            "time\n" + _requests("2026-09-04T23:40:00", 2400.0, 3.1),
            [("workday", hour) for hour in range(24)],
            "20 minutes are of a weekend, which the plan has no hours of.*--day-type: workday",
        ),
        (
            "time\n" + _requests("2026-09-07T14:50:00", 900.0, 3.1),
            [("workday", 14)],
            "hours that the plan has not .workday 15 h",
        ),
    ],
)
def test_what_the_plan_cannot_be_asked_is_refused(tmp_path, text, hours, message):
    """With the place, what is wrong, and what to do."""
    origin = UNSAID if "--origin" in message else "us"
    with pytest.raises(InputError, match=message):
        lay_out(_read(tmp_path, text, origin=origin), UTC, PlanPlace("search", ("eu", "us"), hours))

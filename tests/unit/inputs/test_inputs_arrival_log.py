"""Logs of arrivals: what is read, whichever way it is written, and what is refused, with every place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.inputs.arrival_log import Asked, read_log

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
#: Requests every 0.75 seconds over 20 minutes.
MOMENTS = [FIRST + timedelta(seconds=0.75 * number) for number in range(1601)]


def _write(folder: Path, lines: list[str], *, end: str = "\n", bom: str = "") -> Path:
    path = folder / "log.csv"
    path.write_bytes((bom + end.join(lines) + end).encode())
    return path


def _epoch(unit: float) -> list[str]:
    return [f"{moment.timestamp() * unit:.3f}".rstrip("0").rstrip(".") for moment in MOMENTS]


FORMS = {
    "iso in UTC": (["time", *(m.replace(tzinfo=None).isoformat(" ") for m in MOMENTS)], "UTC"),
    "iso of the zone": (
        ["time", *(m.astimezone(BERLIN).replace(tzinfo=None).isoformat() for m in MOMENTS)],
        "Europe/Berlin",
    ),
    "offsets": (["time", *(m.astimezone(BERLIN).isoformat() for m in MOMENTS)], "Asia/Tokyo"),
    "zulu": (["time", *(m.replace(tzinfo=None).isoformat() + "Z" for m in MOMENTS)], "America/New_York"),
    "seconds": (["ts", *_epoch(1.0)], "Europe/Berlin"),
    "milliseconds": (["ts", *_epoch(1e3)], "UTC"),
    "microseconds": (["ts", *_epoch(1e6)], "UTC"),
    "no header": (_epoch(1.0), "UTC"),
    "access log": (["time,path,status", *(f"{m.isoformat()},/a b,200" for m in MOMENTS)], "UTC"),
    "semicolons": (["time;path", *(f" {m.isoformat()} ;/suche/ä" for m in MOMENTS)], "UTC"),
    "quotes": (["time,path", *(f'{m.isoformat()},"/a,b"' for m in MOMENTS)], "UTC"),
    "mixed": (["time", *(m.isoformat() if n % 2 else str(m.timestamp()) for n, m in enumerate(MOMENTS))], "UTC"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("end", "bom"), [("\n", ""), ("\r\n", "\ufeff")])
def test_every_way_to_write_times_reads_the_same(tmp_path, form, end, bom):
    """1,601 requests: the first and last second are seen in part, the others hold what the generator put there."""
    lines, zone = FORMS[form]
    log = read_log(_write(tmp_path, lines, end=end, bom=bom), Asked(ZoneInfo(zone)))
    (series,) = log.series
    assert (log.kind, log.step_s, log.rows) == ("requests", 1, 1601)
    assert series.start_s == FIRST.timestamp()
    seconds = np.array([int((moment - FIRST).total_seconds()) for moment in MOMENTS])
    expected = np.bincount(seconds).astype(float)
    assert np.isnan(series.counts[[0, -1]]).all()
    assert series.counts[1:-1].tolist() == expected[1:-1].tolist()


def test_series_by_service_and_origin(tmp_path):
    """Columns name the series; each counts its own rows over the whole of the log."""
    lines = ["time,service,origin", *(f"{m.isoformat()},{'ab'[n % 2]},west" for n, m in enumerate(MOMENTS))]
    log = read_log(_write(tmp_path, lines), Asked(ZoneInfo("UTC")))
    assert [(series.service, series.origin) for series in log.series] == [("a", "west"), ("b", "west")]
    assert [np.nansum(series.counts) for series in log.series] == [799.0, 799.0]  # seconds seen in part hold 2 and 1


def test_rows_out_of_order_are_sorted_and_told(tmp_path):
    """Two rows change places: the same counts, and one notice with the line."""
    lines = ["time", *(m.isoformat() for m in MOMENTS)]
    lines[100], lines[101] = lines[101], lines[100]
    log = read_log(_write(tmp_path, lines), Asked(ZoneInfo("UTC")))
    assert log.rows_out_of_order == 1
    assert [(notice.line, notice.kind) for notice in log.notices] == [(102, "disorder")]


def test_the_hour_that_clocks_repeat_is_read_by_its_order(tmp_path):
    """2026-10-25 02:00 to 03:00 comes twice in Berlin: a request a minute and a half shows no hole and no heap."""
    start = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    moments = [start + timedelta(seconds=90 * number + 0.5) for number in range(121)]
    lines = ["time", *(m.astimezone(BERLIN).replace(tzinfo=None).isoformat() for m in moments)]
    log = read_log(_write(tmp_path, lines), Asked(BERLIN))
    found = np.flatnonzero(np.nan_to_num(log.series[0].counts))
    assert set(np.diff(found).tolist()) == {90}
    assert [notice.kind for notice in log.notices] == ["twice"]


def test_a_time_that_clocks_skip_is_refused(tmp_path):
    """2026-03-29 02:30 does not exist in Berlin."""
    lines = ["time", "2026-03-29T01:30:00.5", "2026-03-29T02:30:00.5", "2026-03-29T03:30:00.5"]
    with pytest.raises(InputError) as refused:
        read_log(_write(tmp_path, lines), Asked(BERLIN))
    (fault,) = refused.value.faults
    assert fault.where.endswith("log.csv:3 time")
    assert "no such time in Europe/Berlin" in fault.what


def test_counts_are_laid_on_their_grid(tmp_path):
    """Counts of 10 s: a gap and an empty cell are unknown and told with their line; as zero if that is said."""
    lines = ["time,requests", "2026-03-02 12:00:00,5", "2026-03-02 12:00:10,", "2026-03-02 12:00:40,7"]
    lines += [f"2026-03-02 12:{minute:02d}:{second:02d},1" for minute in (1, 2) for second in range(0, 60, 10)]
    path = _write(tmp_path, lines)
    log = read_log(path, Asked(ZoneInfo("UTC")))
    assert (log.kind, log.step_s) == ("counts", 10)
    assert np.nan_to_num(log.series[0].counts[:6], nan=-1.0).tolist() == [5, -1, -1, -1, 7, -1]
    assert [(notice.line, notice.kind) for notice in log.notices] == [(3, "empty"), (4, "gap"), (5, "gap")]
    filled = read_log(path, Asked(ZoneInfo("UTC"), missing_is_zero=True))
    assert filled.series[0].counts[:6].tolist() == [5, 0, 0, 0, 7, 0]


def test_every_wrong_row_of_counts_is_told(tmp_path):
    """Times, repetitions, negative counts, words and nan: one fault for each, in order of the lines."""
    lines = [
        "time,requests",
        "2026-03-02 12:00,5",
        "2026-03-02 12:01,-3",
        "2026-03-02 12:02,nan",
        "2026-03-02 12:02,4",
        "noon,4",
        "2026-03-02 12:03,many",
        "1969-03-02 12:04,4",
        ",4",
        "2026-03-02 12:04:30,4",
        "2026-03-02 12:05,4",
        "2026-03-02 12:06",
    ]
    with pytest.raises(InputError) as refused:
        read_log(_write(tmp_path, lines), Asked(ZoneInfo("UTC")))
    found = [(fault.where.partition("log.csv:")[2].split()[0], fault.code) for fault in refused.value.faults]
    assert found == [
        ("3", "negative"),
        ("4", "not-a-number"),
        ("5", "duplicate-row"),
        ("6", "not-a-time"),
        ("7", "not-a-number"),
        ("8", "not-a-time"),
        ("9", "not-a-time"),
        ("10", "off-grid"),
        ("12", "row-length"),
    ]


@pytest.mark.parametrize(
    ("text", "asked", "told"),
    [
        ("", {}, "empty"),
        ("time\n", {}, "has a header and no rows"),
        ("time\n2026-03-02T12:00:00\n", {}, "must span 10 minutes"),
        ("time\n2026-03-02T12:00:00\n2026-03-02T12:00:01\n", {}, "(found 1 second)"),
        ("time\n2026-03-02T12:00:00\n2029-03-02T12:00:00.5\n", {}, "found 1,096 days"),
        ("time\n-5\nnan\ninf\n", {}, 'not a time (found "nan")'),
        ("time,time\n1,2\n", {}, "column is there twice"),
        ("requests\n5\n", {}, "must have a column of times"),
        ("time,n\n2026-03-02T12:00,5\n", {"counts": "m"}, "no such column"),
        ("time,n\n2026-03-02T12:00,5\n", {"time": "tme"}, "Did you mean time"),
        ("time,n\n" + "".join(f"2026-03-02 {h:02d}:00,5\n" for h in range(9)), {}, "Name their column with --counts"),
        (
            "time,n\n" + "".join(f"2026-03-02 {h:02d}:00,5\n" for h in range(24) if h not in (5, 9)),
            {},
            "rows are 3600 seconds apart",
        ),
        ("time,requests\n2026-03-02 12:00:00,5\n2026-03-02 12:00:07,5\n", {}, "7 seconds from row to row"),
        ("time,requests\n2026-03-02 12:00:00,5\n", {}, "no two rows of a series"),
        (
            "time,requests,count\n2026-03-02 12:00,5,5\n",
            {},
            "gives counts in 2 columns (found count, requests). Name the",
        ),
        ("time,Timestamp\n2026-03-02 12:00,5\n", {}, "gives times in 2 columns (found Timestamp, time). Name the one"),
        (
            "time,n\n" + "".join(f"2026-03-02 12:{m:02d}:{s:02d},5\n" for m in range(11) for s in range(60)),
            {},
            "rows are 1 second apart, nearly",
        ),
        ("time,service\n2026-03-02 12:00\n2026-03-02 12:30,a\n", {}, "has 1 cell where the header has 2."),
        ("time\nmittags\nжора\n", {}, 'found "жора"'),
        ("time,service\n2026-03-02T12:00,\n2026-03-02T13:00:01,a\n", {}, "has no value"),
        ("time\tn\n1\t2\n", {}, "separated by tabs"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path, text, asked, told):
    """Each kind of file that is no log has its own words."""
    path = tmp_path / "log.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_log(path, Asked(ZoneInfo("UTC"), **asked))
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("time,requests,count", {"counts": "count"}),
        ("timestamp,time,count", {"time": "timestamp"}),
        ("requests,ended,TIME", {"time": "TIME"}),
    ],
)
def test_a_column_that_is_named_is_read_beside_others_of_its_kind(tmp_path, header, asked):
    """What an option says is not asked again: the other column is of no account."""
    row = {"time": "2026-03-02 12:{:02d}", "timestamp": "2026-03-02 12:{:02d}", "TIME": "2026-03-02 12:{:02d}"}
    lines = [header]
    lines += [",".join(row.get(name, "7").format(minute) for name in header.split(",")) for minute in range(10)]
    log = read_log(_write(tmp_path, lines), Asked(ZoneInfo("UTC"), **asked))
    assert (log.kind, log.step_s, log.series[0].counts.tolist()) == ("counts", 60, [7.0] * 10)


def _notices(folder: Path, moments: list[datetime]) -> list[tuple[int, str, str]]:
    log = read_log(_write(folder, ["time", *(m.isoformat() for m in moments)]), Asked(ZoneInfo("UTC")))
    return [(notice.line, notice.kind, notice.text) for notice in log.notices]


def _faults(folder: Path, moments: list[datetime]) -> list[str]:
    with pytest.raises(InputError) as refused:
        read_log(_write(folder, ["time", *(m.isoformat() for m in moments)]), Asked(ZoneInfo("UTC")))
    return [str(fault).partition("log.csv:")[2] for fault in refused.value.faults]


def _poisson(rate_per_s: float, days: float, seed: int = 1) -> list[datetime]:
    """Requests at random from `FIRST` on."""
    steps = np.random.default_rng(seed).exponential(1.0 / rate_per_s, int(rate_per_s * days * 86_400))
    return [FIRST + timedelta(seconds=float(second)) for second in np.cumsum(steps)]


def test_one_row_far_from_all_others_is_refused(tmp_path):
    """Twenty minutes and one row months later: 115 days of silence are a wrong time, and no demand."""
    (fault,) = _faults(tmp_path, [*MOMENTS, datetime(2026, 6, 25, 12, tzinfo=UTC)])
    assert fault == (
        "1603 time: stands 115 days apart from nearly all rows (found 2026-06-25T12:00:00+00:00). "
        "Correct the time, or delete the row."
    )


def test_few_rows_on_both_sides_are_refused_each(tmp_path):
    """Weeks before and years after, in any order of the file; the longest span that a log may have comes second."""
    strays = [FIRST + timedelta(days=days) for days in (-33.5, 40, 800)]
    faults = _faults(tmp_path, [strays[2], *MOMENTS, strays[0], strays[1]])
    assert [fault.split(" apart")[0] for fault in faults] == [
        "2 time: stands 800 days",
        "1604 time: stands 34 days",
        "1605 time: stands 40 days",
    ]


def test_a_count_far_from_all_others_is_refused_with_what_else_is_wrong(tmp_path):
    """Forty counts and one of another year; a word and the count are told together."""
    lines = ["time,requests", *(f"2026-03-02 12:{minute:02d},5" for minute in range(40))]
    with pytest.raises(InputError) as refused:
        read_log(_write(tmp_path, [*lines, "noon,5", "2027-03-02 12:40,5"]), Asked(ZoneInfo("UTC")))
    assert [(fault.where.split("log.csv:")[1], fault.code) for fault in refused.value.faults] == [
        ("42 time", "not-a-time"),
        ("43 time", "apart"),
    ]


@pytest.mark.parametrize(("apart", "refused"), [(4, 4), (5, 0)])
def test_more_than_few_rows_are_a_part_of_the_log(tmp_path, apart, refused):
    """Four of 4,005 rows of another month are refused each; five are a second part, and the silence is told."""
    moments = [FIRST + timedelta(seconds=0.3 * number) for number in range(4001)]
    moments += [FIRST + timedelta(days=30, seconds=11.5 * number) for number in range(apart)]
    if refused:
        assert len(_faults(tmp_path, moments)) == refused
    else:
        assert [(line, kind) for line, kind, _ in _notices(tmp_path, moments)] == [(4003, "silence")]


@pytest.mark.parametrize("rate_per_hour", [0.3, 3.0, 30.0])
def test_a_sparse_log_of_months_is_read_without_a_word(tmp_path, rate_per_hour):
    """At random, a few requests an hour: hours without any are what is usual."""
    assert _notices(tmp_path, _poisson(rate_per_hour / 3600.0, 120.0)) == []


@pytest.mark.parametrize(
    ("hours", "others"), [((9, 17), [0.2]), ((11, 14), [1.3, 5.0, 20.5, 22.0]), ((14, 18), [64.0])]
)
def test_quiet_nights_and_days_are_no_wrong_times(tmp_path, hours, others):
    """A business day, and few requests in the night before or days after it: they are demand, and silences are told."""
    rng, day = np.random.default_rng(3), datetime(2026, 3, 2, tzinfo=UTC)
    seconds = [*(rng.uniform(*hours, 20_000) * 3600.0), *(hour * 3600.0 for hour in others)]
    assert {kind for _, kind, _ in _notices(tmp_path, sorted(day + timedelta(seconds=s) for s in seconds))} == {
        "silence"
    }


def test_tests_before_a_launch_are_no_stray_rows(tmp_path):
    """Two requests a day for two months, then six hours of traffic: few rows, but no silence is most of the log."""
    tests = _poisson(2.0 / 86_400.0, 60.0)
    launch = [tests[-1] + timedelta(seconds=1.5 * number) for number in range(1, 14_400)]
    assert [kind for _, kind, _ in _notices(tmp_path, [*tests, *launch])] == ["silence"]


def test_silence_in_the_middle_is_told_with_its_line(tmp_path):
    """Judged by what is usual while there is traffic: two parts of equal size, however long the time between them."""
    for days in (1, 30, 300):
        moments = [*MOMENTS, *(moment + timedelta(days=days) for moment in MOMENTS)]
        length = f"{days} days" if days > 1 else "24 hours"
        text = f"no request of requests/all for {length} from 2026-03-02 12:20:00 on, before this line: taken as 0"
        assert _notices(tmp_path, moments) == [(1603, "silence", text)]


def test_the_longest_of_several_silences_is_told(tmp_path):
    """Eight and sixteen minutes are missing; less than five are not told."""
    moments = [m for n, m in enumerate(MOMENTS) if not 100 <= n < 480]
    later = [m + timedelta(minutes=36) for m in MOMENTS]
    fewer = [m for m in later if not timedelta(minutes=5) < m - later[0] < timedelta(minutes=13)]
    ((line, _, text),) = _notices(tmp_path, [*moments, *fewer])
    assert line == 1 + len(moments) + 1
    assert text.startswith("2 silences of requests/all, the longest 16 minutes from 2026-03-02 12:20:00 on, before")


def test_a_series_that_ends_early_is_told_after_its_last_line(tmp_path):
    """Two services: one is in the log for twenty minutes, the other for two hours."""
    lines = ["time,service", *(f"{m.isoformat()},a" for m in MOMENTS)]
    lines += [f"{(FIRST + timedelta(seconds=2.5 * n)).isoformat()},b" for n in range(2881)]
    log = read_log(_write(tmp_path, lines), Asked(ZoneInfo("UTC")))
    told = [(notice.line, notice.text) for notice in log.notices]
    assert told == [
        (1602, "no request of a/all for 100 minutes from 2026-03-02 12:20:00 on, after this line: taken as 0")
    ]


def test_one_row_is_told_in_the_singular(tmp_path):
    """One row out of order, with the time of another."""
    moments = [*MOMENTS[:5], MOMENTS[3], *MOMENTS[5:]]
    assert [text for _, _, text in _notices(tmp_path, moments)] == [
        "1 row is earlier than the row before, this one first: sorted",
        "1 row of requests/all carries the very time of another, this one first: all are counted",
    ]

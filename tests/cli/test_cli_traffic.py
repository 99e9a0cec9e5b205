"""``fleetopt traffic fit``: its page, its demand file, and what it refuses."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from optimizer import api
from optimizer.cli.main import app
from tests.support.bursts import arrivals, gamma, write_log

SCENARIO = """format: fleetopt/scenario/1
name: shop
catalog: public-cloud
locations: [aws/us-east-1]
horizon: {start: 2026-03-02, months: 1}
day_types: {workday: 31}
origins: {all: {at: aws/us-east-1}}
services:
  search:
    profile: bert-base-s128/fp16
    latency: {p99_ms: 50}
    demand: {file: demand.csv}
"""


def _run(*arguments):
    return CliRunner().invoke(app, ["traffic", "fit", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_csv_is_a_demand_file(folder):
    """A day of counts by the minute: a scenario reads the file as it is, and its rates are those of the fit."""
    random = np.random.default_rng(1)
    rows = [f"2026-03-02 {n // 60:02d}:{n % 60:02d},{random.poisson(6000)}" for n in range(1440)]
    (folder / "log.csv").write_text("time,requests\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert _run("log.csv", "--service", "search", "-o", "demand.csv").exit_code == 0
    (folder / "shop.yaml").write_text(SCENARIO, encoding="utf-8")
    demand = api.load_scenario("shop.yaml").scenario.services[0].demand
    found = api.fit_traffic("log.csv", service="search")
    assert demand.peak_per_s.ravel().tolist() == pytest.approx([row.high for row in found.rows])
    assert demand.mean_per_s.ravel().tolist() == pytest.approx([row.mean for row in found.rows])
    assert {row.day_type for row in found.rows} == {"workday"}


def test_the_page_says_decision_windows_and_what_is_not_seen(folder):
    """Noise of 0.09: the inflation, its reason, the table by window, the hours that no row shows."""
    write_log(folder / "log.csv", arrivals(gamma(600.0, 0.09, 700, 1), 1.0, 2))
    result = _run("log.csv")
    assert result.exit_code == 0
    one = api.fit_traffic("log.csv").series[0]
    assert one.decision.name == "inflated"
    assert one.planned_per_s == pytest.approx(one.busiest_per_s * one.decision.factor)
    text = " ".join(result.stdout.split())
    rows = len((folder / "log.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert f"{rows - one.requests:,.0f} of the first and last second left out" in text
    assert "busiest five minutes, inflated x 1.1" in text
    assert "23 of 24 hours of a workday are not in the log" in text
    assert "24 of 24 hours of a weekend" in text
    assert "10 s" in text


def test_json_and_csv_hold_what_the_page_rests_on(folder):
    """JSON has every window and the decision; the CSV the columns of a demand file."""
    write_log(folder / "log.csv", arrivals(np.full(700, 100.0), 1.0, 2))
    document = json.loads(_run("log.csv", "--format", "json").stdout)
    assert document["format"] == "fleetopt/traffic/1"
    assert document["series"][0]["decision"]["name"] == "poisson"
    assert [row["window_s"] for row in document["series"][0]["burstiness"]][:4] == [1, 2, 5, 10]
    rows = list(csv.DictReader(_run("log.csv", "--format", "csv").stdout.splitlines()))
    assert [(row["day_type"], row["hour"]) for row in rows] == [("workday", "14")]


#: Requests by minute from 2023-11-16 18:17 of the code trace of Azure/AzurePublicDataset (2023), CC BY 4.0.
CODE_MINUTES = [
    63, 0, 0, 531, 166, 151, 15, 42, 38, 476, 403, 81, 0, 0, 585, 346, 0, 8, 336, 348, 155, 78, 274,
    462, 264, 39, 128, 111, 315, 325, 118, 169, 91, 345, 158, 0, 322, 57, 300, 191, 0, 1, 225, 252, 99,
    0, 0, 32, 0, 0, 0, 97, 212, 22, 0, 137, 14, 237,
]  # fmt: skip


def test_minutes_that_peak_are_planned_by_their_minute(folder):
    """A published trace: local dispersion 134, noise 0.93; its busiest minute, 585, is twice its five minutes."""
    rows = [f"2023-11-16 {18 + (17 + n) // 60}:{(17 + n) % 60:02d},{count}" for n, count in enumerate(CODE_MINUTES)]
    (folder / "log.csv").write_text("time,requests\n" + "\n".join(rows) + "\n", encoding="utf-8")
    one = api.fit_traffic("log.csv").series[0]
    assert one.burstiness[0].local_dispersion == pytest.approx(134, abs=0.5)
    assert one.burstiness[0].rate_noise == pytest.approx(0.93, abs=0.005)
    assert one.decision.name == "shortest_step"
    assert one.planned_per_s == pytest.approx(585 / 60)
    assert one.busiest_per_s < 0.5 * one.planned_per_s
    assert "counts of 60 seconds hide bursts" in " ".join(_run("log.csv").stdout.split())


def test_coarse_counts_carry_the_stated_ratio(folder):
    """Hourly counts: the busiest five minutes are an assumption, and the page says so."""
    rows = [f"2026-03-0{2 + n // 24} {n % 24:02d}:00,{3600 * (1 + n % 24)}" for n in range(72)]
    (folder / "log.csv").write_text("time,n\n" + "\n".join(rows) + "\n", encoding="utf-8")
    result = _run("log.csv", "--counts", "n")
    assert "a ratio is assumed" in " ".join(result.stdout.split())
    row = api.fit_traffic("log.csv", counts="n").rows[23]
    assert (row.mean, row.high) == (pytest.approx(24.0), pytest.approx(24.0 * 1.3))


def test_daily_counts_are_spread_by_an_assumed_shape(folder):
    """Seven days: every hour of both day types, with the mean of the days."""
    rows = [f"2026-03-0{day},{86_400 * 10}" for day in range(2, 9)]
    (folder / "log.csv").write_text("time,requests\n" + "\n".join(rows) + "\n", encoding="utf-8")
    found = api.fit_traffic("log.csv", timezone="America/New_York")
    assert len(found.rows) == 48
    assert np.mean([row.mean for row in found.rows]) == pytest.approx(10.0)
    assert [sum(row.day_type == name for row in found.rows) for name in ("workday", "weekend")] == [24, 24]


def test_hours_and_day_types_are_those_of_the_clock(folder):
    """Friday 2026-03-06 23:30 to 23:50 UTC is Saturday 8 o'clock in Tokyo."""
    lines = [f"2026-03-06T23:{30 + n // 60:02d}:{n % 60:02d}.5Z" for n in range(1200)]
    (folder / "log.csv").write_text("time\n" + "\n".join(lines) + "\n", encoding="utf-8")
    rows = api.fit_traffic("log.csv", timezone="Asia/Tokyo").rows
    assert [(row.day_type, row.hour) for row in rows] == [("weekend", 8)]


def test_bad_logs_end_with_every_place_and_code_1(folder):
    """Two wrong times: both lines, what to write instead, and nothing is written."""
    (folder / "log.csv").write_text("time\n2026-03-02T12:00:00.5\nnoon\n\n2026-13-02\n", encoding="utf-8")
    result = _run("log.csv", "-o", "demand.csv")
    assert result.exit_code == 1
    assert "log.csv:3 time: not a time" in result.stderr
    assert "log.csv:5 time: not a time" in result.stderr
    assert "2 faults" in result.stderr
    assert not (folder / "demand.csv").exists()


def test_an_unknown_zone_and_a_silent_series_are_refused(folder):
    """The zone is told by its option; counts of nothing but zeros by their series."""
    rows = [f"2026-03-02 12:{n:02d},0" for n in range(30)]
    (folder / "log.csv").write_text("time,requests\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert "Did you mean Europe/Berlin" in _run("log.csv", "--timezone", "Europe/Berln").stderr
    assert "log.csv requests/all: has no requests" in _run("log.csv").stderr

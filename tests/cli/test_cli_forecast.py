"""``fleetopt forecast``: its page, its demand file, and what it refuses."""

from __future__ import annotations

import csv
import json

import pytest
from typer.testing import CliRunner

from optimizer import api
from optimizer.cli.main import app
from tests.support.histories import weekly, write_hours, write_rows

SCENARIO = """format: fleetopt/scenario/1
name: shop
catalog: public-cloud
locations: [aws/us-east-1]
horizon: {start: 2026-03-16, months: 1}
day_types: {workday: 22, weekend: 9}
origins: {us-east: {at: aws/us-east-1}}
services:
  search:
    profile: bert-base-s128/fp16
    latency: {p99_ms: 50}
    demand: {file: demand.csv}
"""


def _run(*arguments):
    return CliRunner().invoke(app, ["forecast", *map(str, arguments)])


@pytest.fixture
def history(tmp_path, monkeypatch):
    """Ten weeks of hours, in the working folder."""
    monkeypatch.chdir(tmp_path)
    write_hours(tmp_path / "history.csv", 70, weekly, noise=0.1)
    return "history.csv"


def test_the_csv_is_a_demand_file(history, tmp_path):
    """A scenario reads it as it is, and its rates are those of the forecast."""
    assert _run(history, "--months", 1, "--format", "csv", "-o", "demand.csv").exit_code == 0
    (tmp_path / "shop.yaml").write_text(SCENARIO, encoding="utf-8")
    demand = api.load_scenario("shop.yaml").scenario.services[0].demand
    found = api.forecast(history, months=1)
    assert demand.peak_per_s.ravel().tolist() == pytest.approx([row.high for row in found.rows])
    assert demand.mean_per_s.ravel().tolist() == pytest.approx([row.mean for row in found.rows])


def test_the_page_says_error_coverage_and_what_it_rests_on(history):
    """Out-of-sample error beside the naive one, share inside the interval, the assumed ratio, the day types."""
    result = _run(history, "--months", 1)
    assert result.exit_code == 0
    one = api.forecast(history, months=1).series[0]
    for told in (
        f"{one.error_share:.1%}".replace("%", " %"),
        f"{one.naive_error_share:.1%}".replace("%", " %"),
        f"{one.coverage:.1%}".replace("%", " %"),
        one.model,
        "0 duplicates, 0 negative values",
        "0 gaps",
        "assumed: low x 1.05, mid x 1.12",
        "day_types: {workday: 23, weekend: 8}",
    ):
        assert told in result.stdout, told


def test_json_holds_what_the_csv_holds(history):
    """Every row of the demand file stands in the document, unrounded alike."""
    document = json.loads(_run(history, "--months", 1, "--format", "json").stdout)
    rows = list(csv.DictReader(_run(history, "--months", 1, "--format", "csv").stdout.splitlines()))
    assert document["format"] == "fleetopt/forecast/1"
    held = [row for series in document["series"] for row in series["rows"]]
    assert [float(row["high"]) for row in rows] == [row["high"] for row in held]
    assert len(rows) == 48


def test_a_faulty_history_ends_with_its_counts_and_every_line(tmp_path):
    """Exit code 1, nothing on stdout, the counts first."""
    rows = [(f"2026-01-05 {hour:02d}:00", hour - 1) for hour in range(24)]
    path = write_rows(tmp_path / "bad.csv", [*rows, rows[3]])
    result = _run(path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"{path}: 1 duplicate, 1 negative value, 0 gaps.")
    assert f"{path}:2 search/us-east: must be at least 0 (found -1)." in result.stderr
    assert f"{path}:26: second row for 2026-01-05 03:00 (the first is on line 5)." in result.stderr


def test_the_history_is_not_overwritten(history):
    """-o with the name of what is read is refused before anything is written."""
    result = _run(history, "-o", history)
    assert result.exit_code == 1
    assert "history.csv" in result.stderr

"""``fleetopt verify --trace``: a log of arrivals played against a plan, from the files to the exit code."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from optimizer import api
from optimizer.cli.main import app
from optimizer.domain.scenario import Period
from optimizer.domain.second_reading import SecondReading
from optimizer.performance import CapacityStore
from optimizer.planning import plan_scenario
from tests.support.bursts import arrivals, gamma, switching, write_log
from tests.support.small import demand, service, small_catalog, small_scenario

SCENARIO = """format: fleetopt/scenario/1
name: search
catalog: public-cloud
locations: [aws/us-east-1]
horizon: {{start: 2027-01-01, months: 1}}
day_types: {{workday: 31}}
origins: {{shop: {{at: aws/us-east-1}}}}
services:
  s:
    profile: bert-base-s128/fp16
    latency: {{p99_ms: 50}}
    redundancy: none
    demand: {{file: {file}}}
"""


def _run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def store():
    """One set of simulated capacities for all tests here."""
    return CapacityStore(cache_folder=None, seed=0)


def _planned(folder, name, store, peak, mean=None):
    """Write the plan of a small fleet for one rate at 14 h of a workday."""
    wanted = service("s", demand([[peak]], [[mean or peak]]))
    scenario = small_scenario(wanted, periods=(Period("workday", 14, 730.0),))
    plan = plan_scenario(scenario, small_catalog(), store=store, explain=False)
    (folder / name).write_text(json.dumps(plan.to_dict()), encoding="utf-8")


def test_a_bursty_log_breaks_the_plan_by_five_minutes_and_holds_as_fitted(folder, store):
    """Bursts of 2.5 times for some 8 s: from the log to a demand file, two plans, and the log played against both."""
    write_log(folder / "log.csv", arrivals(switching(300.0, 2.5, 0.15, 8.0, 700, 5), 1.0, 6))
    assert _run("traffic", "fit", "log.csv", "--service", "s", "--origin", "shop", "-o", "demand.csv").exit_code == 0
    found = json.loads(_run("traffic", "fit", "log.csv", "--format", "json").stdout)["series"][0]
    (row,) = csv.DictReader((folder / "demand.csv").read_text(encoding="utf-8").splitlines())
    _planned(folder, "plain.json", store, found["busiest_per_s"], found["mean_per_s"])
    _planned(folder, "fitted.json", store, float(row["high"]), float(row["mean"]))
    plain = _run("verify", "plain.json", "--replay", "--trace", "log.csv", "--service", "s", "--quiet")
    assert plain.exit_code == 1
    assert "the promise breaks 3 of 3 times" in plain.stdout
    assert "all hold" in plain.stdout, "the rules of the plan do"
    fitted = _run("verify", "fitted.json", "--replay", "--trace", "log.csv", "--service", "s", "--quiet")
    assert fitted.exit_code == 0, fitted.stdout
    assert "the promise stands in each five minutes" in " ".join(fitted.stdout.split())


@pytest.fixture(scope="module")
def asked(store, tmp_path_factory):
    """A plan, and a log of ten minutes and more that holds it."""
    folder = tmp_path_factory.mktemp("asked")
    _planned(folder, "plan.json", store, 300.0)
    write_log(folder / "log.csv", arrivals(np.full(700, 100.0), 1.0, 2))
    return folder


@pytest.mark.parametrize("format_", ["table", "json", "csv", "markdown"])
def test_every_format_has_the_five_minutes(asked, monkeypatch, format_):
    """The page, all rows in CSV and JSON, progress on stderr."""
    monkeypatch.chdir(asked)
    result = _run("verify", "plan.json", "--trace", "log.csv", "--service", "s", "--format", format_)
    assert result.exit_code == 0, result.output
    assert "2026-03-02 14:05" in result.stdout
    assert "replay: 1 of 1 hours" in result.stderr
    if format_ == "json":
        document = json.loads(result.stdout)
        assert document["promises_hold"]
        assert [row["holds"] for row in document["rows"]] == [True, True, True]
        (place,) = document["places"]
        assert (place["windows"], place["broken"], place["worst"] in document["rows"]) == (3, 0, True)
        assert sum(row["requests"] for row in document["rows"]) == document["requests"]


def test_a_log_goes_with_a_loss_and_with_more_requests(asked, monkeypatch):
    """The question stands in the title and in the verdict; five times as much breaks what holds as it is."""
    monkeypatch.chdir(asked)
    options = ("verify", "plan.json", "--trace", "log.csv", "--service", "s", "--quiet")
    more = _run(*options, "--scale", "5")
    assert more.exit_code == 1
    text = " ".join(more.stdout.split())
    assert "log.csv played · s · as planned, rates x 5 · demand" in text
    assert "each request is played 5 times, again within 0.5 s" in text
    assert "the promise breaks 3 of 3 times, as planned, rates x 5" in text
    found = json.loads(_run(*options, "--without-instance", "--scale", "2", "--format", "json").stdout)
    assert (found["question"], found["demand"]) == ("without one instance of the fullest zone, rates x 2", "high")
    assert found["what_if"]["scale"] == 2.0
    once = json.loads(_run(*options, "--format", "json").stdout)
    assert sum(row["requests"] for row in found["rows"]) == 2 * sum(row["requests"] for row in once["rows"])


def test_a_plan_that_breaks_a_rule_is_not_called_good(asked, monkeypatch):
    """The promise stands in every five minutes, and the bill does not add up: that is said last."""
    monkeypatch.chdir(asked)
    document = json.loads((asked / "plan.json").read_text(encoding="utf-8"))
    document["cost"]["lines"][0]["amount"] += 100.0
    (asked / "changed.json").write_text(json.dumps(document), encoding="utf-8")
    result = _run("verify", "changed.json", "--trace", "log.csv", "--service", "s", "--quiet")
    assert result.exit_code == 1
    assert "the promise stands in each five minutes" in " ".join(result.stdout.split())
    assert result.stdout.rstrip().endswith("fail: do not act on this plan")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--trace", "log.csv"], "--service: must name the service that the requests of the log go to. Name one of s."),
        (["--trace", "log.csv", "--service", "t"], '--service: the plan serves no such service (found "t")'),
        (["--trace", "log.csv", "--service", "s", "--origin", "shops"], "Did you mean shop?"),
        (["--trace", "log.csv", "--service", "s", "--day-type", "sale"], "has no such day type"),
        (["--trace", "zulu.csv", "--service", "s", "--timezone", "Asia/Tokyo"], "hours that the plan has not"),
        (["--trace", "log.csv", "--service", "s", "--timezone", "Mars"], "--timezone: unknown time zone"),
        (["--trace", "log.csv", "--service", "s", "--time", "when"], "--time: no such column"),
        (["--trace", "log.csv", "--service", "s", "--counts", "n"], "--counts: no such column"),
        (["--trace", "log.csv", "--service", "s", "--demand", "low"], "--demand: not counted by this plan"),
        (["--trace", "log.csv", "--service", "s", "--whole-day"], "--trace: is a question of its own"),
        (["--trace", "log.csv", "--service", "s", "--scale", "0"], "--scale: must be above 0"),
        (["--trace", "log.csv", "--service", "s", "--without-zone", "x"], "--without-zone: no pool of this plan"),
        (["--trace", "log.csv", "--service", "s", "--lose-zone"], "--trace: is a question of its own"),
        (["--trace", "nothing.csv", "--service", "s"], "nothing.csv"),
        (["--trace", "empty.csv", "--service", "s"], "has a header and no rows"),
        (["--trace", "blank.csv", "--service", "s"], "blank.csv"),
        (["--trace", "short.csv", "--service", "s"], "must span 10 minutes"),
        (["--service", "s"], "--service: is said of a log, and there is none"),
        (["--replay", "--origin", "shop", "--day-type", "workday"], "--day-type: is said of a log"),
    ],
)
def test_what_cannot_be_played_is_told_and_ends_with_1(asked, monkeypatch, options, told):
    """Located, with a mend, and nothing on stdout."""
    monkeypatch.chdir(asked)
    monkeypatch.setattr(api, "verify", lambda *_: SecondReading("plan.json", ()))
    text = (asked / "log.csv").read_text(encoding="utf-8")
    (asked / "zulu.csv").write_text("time\n" + text.removeprefix("time\n").replace("\n", "Z\n"), encoding="utf-8")
    (asked / "empty.csv").write_text("time\n", encoding="utf-8")
    (asked / "blank.csv").write_text("", encoding="utf-8")
    (asked / "short.csv").write_text("time\n2026-03-02T14:00:00.5\n2026-03-02T14:01:00.2\n", encoding="utf-8")
    result = _run("verify", "plan.json", *options)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert told in " ".join(result.stderr.split())


def test_the_log_is_no_output_file(asked, monkeypatch):
    """The result does not overwrite the log it is made from."""
    monkeypatch.chdir(asked)
    before = (asked / "log.csv").read_bytes()
    result = _run("verify", "plan.json", "--trace", "log.csv", "--service", "s", "-o", "log.csv")
    assert result.exit_code == 1
    assert (asked / "log.csv").read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rates", "window_s"),
    [
        (switching(600.0, 2.2, 0.15, 20.0, 1200, 5), 1.0),
        (switching(600.0, 2.2, 0.20, 60.0, 1200, 5), 1.0),
        (switching(600.0, 2.0, 0.20, 5.0, 1200, 5), 1.0),
        (gamma(600.0, 0.30, 1200, 1), 1.0),
        (gamma(600.0, 0.20, 120, 1), 10.0),
    ],
)
def test_bursts_of_many_kinds_by_the_commands_alone(folder, monkeypatch, rates, window_s):
    """A log, `traffic fit`, `plan` with a shipped catalog, `verify --trace`: as Poisson it fails, fitted it holds."""
    monkeypatch.setenv("FLEETOPT_CACHE", str(folder / "cache"))
    write_log(folder / "log.csv", arrivals(rates, window_s, 6))
    assert _run("traffic", "fit", "log.csv", "--service", "s", "--origin", "shop", "-o", "seen.csv").exit_code == 0
    found = json.loads(_run("traffic", "fit", "log.csv", "--format", "json").stdout)["series"][0]
    (seen,) = csv.DictReader((folder / "seen.csv").read_text(encoding="utf-8").splitlines())
    for name, high, code in (("plain", found["busiest_per_s"], 1), ("fitted", seen["high"], 0)):
        rows = [f"s,shop,workday,{hour},{seen['mean']},{high}" for hour in range(24)]
        text = "\n".join(["service,origin,day_type,hour,mean,high", *rows])
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        (folder / f"{name}.yaml").write_text(SCENARIO.format(file=f"{name}.csv"), encoding="utf-8")
        assert _run("plan", f"{name}.yaml", "--quiet", "-o", f"{name}.json").exit_code == 0
        played = _run("verify", f"{name}.json", "--replay", "--trace", "log.csv", "--service", "s", "--quiet")
        assert played.exit_code == code, played.stdout

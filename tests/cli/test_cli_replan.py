"""`fleetopt replan` on files: what it writes, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from optimizer.cli.main import app

SCENARIO = """\
format: fleetopt/scenario/1
name: encoder
catalog: public-cloud
locations: [aws/us-east-1]
origins: {shop: {at: aws/us-east-1}}
services:
  encoder:
    profile: bert-base-s128/fp16
    latency: {p99_ms: 50}
    overhead_ms: 4
    redundancy: zone
    dispatch: round_robin
    demand: {constant_per_s: {shop: 900}, peak_to_mean: 1.5}
"""


def _run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def _forecast(folder: Path, rate: float) -> Path:
    rows = [f"encoder,shop,everyday,{hour},{rate}" for hour in range(24)]
    path = folder / "forecast.csv"
    path.write_text("\n".join(["service,origin,day_type,hour,high", *rows, ""]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario and the plan in force."""
    found = tmp_path_factory.mktemp("replan")
    (found / "encoder.yaml").write_text(SCENARIO, encoding="utf-8")
    result = _run("plan", str(found / "encoder.yaml"), "--quiet", "-o", str(found / "plan.json"))
    assert result.exit_code == 0, result.stderr
    return found


def test_a_forecast_leads_to_steps_a_plan_and_exit_code_5(folder: Path, tmp_path: Path):
    """The plan that is reached verifies, and planning again from it changes nothing: exit 0."""
    question = ("--scenario", str(folder / "encoder.yaml"), "--forecast", str(_forecast(tmp_path, 1250.0)))
    reached = tmp_path / "reached.json"
    result = _run(
        "replan", str(folder / "plan.json"), *question, "--format", "json", "--write-plan", str(reached), "--quiet",
        "--detailed-exitcode",
    )  # fmt: skip
    assert result.exit_code == 5, result.stderr
    document = json.loads(result.stdout)
    assert document["changed"] is True
    assert document["keeps_promises"] is True
    assert {step["kind"] for step in document["steps"]} == {"start"}
    assert json.loads(reached.read_text(encoding="utf-8")) == document["plan"]
    assert _run("verify", str(reached)).exit_code == 0
    again = _run("replan", str(reached), *question, "--quiet", "--detailed-exitcode")
    assert again.exit_code == 0
    assert "nothing" in again.stdout


def test_if_changed_takes_per_cent(folder: Path, tmp_path: Path):
    """10% and 0.1 are the same; half of the demand is more than that, a twentieth less is not."""
    question = ("--scenario", str(folder / "encoder.yaml"), "--forecast", str(_forecast(tmp_path, 870.0)), "--quiet")
    for share in ("10%", "0.1"):
        result = _run("replan", str(folder / "plan.json"), *question, "--if-changed", share)
        assert "no demand changed by 10 % or more" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--change-cost", "-1"), 2, "must be 0 or more (found -1)"),
        (("--if-changed", "much"), 2, "must be a share such as 10% or 0.1 (found much)"),
        (("--forecast", "none.csv"), 1, "--forecast services.encoder.demand.file: no such file"),
        (("--write-plan", "no/such/folder.json"), 1, "cannot be written"),
    ],
)
def test_wrong_options_are_told(folder: Path, words: tuple[str, ...], code: int, told: str):
    """Before anything is planned, with nothing on stdout."""
    result = _run("replan", str(folder / "plan.json"), "--scenario", str(folder / "encoder.yaml"), *words)
    assert result.exit_code == code
    assert told in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_a_forecast_without_a_service_is_refused(folder: Path, tmp_path: Path):
    """The file and the service are named."""
    wrong = tmp_path / "other.csv"
    wrong.write_text("service,origin,day_type,hour,high\nother,shop,everyday,0,1\n", encoding="utf-8")
    result = _run(
        "replan", str(folder / "plan.json"), "--scenario", str(folder / "encoder.yaml"), "--forecast", str(wrong)
    )
    assert result.exit_code == 1
    assert "encoder" in result.stderr


def test_a_fleet_in_csv_is_begun_from_or_refused_with_every_fault(folder: Path, tmp_path: Path):
    """What runs as the plan has it changes nothing but its hours; wrong columns and missing ends exit with 1."""
    fleet, question = tmp_path / "fleet.csv", ("--scenario", str(folder / "encoder.yaml"), "--quiet")
    head = "provider,region,zone,instance_type,purchase_option,count,committed_until\n"
    rows = [f"aws,us-east-1,{zone},g4dn.xlarge,on_demand,1," for zone in "abcdef"]
    fleet.write_text(head + "\n".join(rows), encoding="utf-8")
    result = _run("replan", str(fleet), *question, "--format", "json")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert (document["starts_from"], document["keeps_promises"], document["demand_change"]) == ("fleet", True, 0.0)
    fleet.write_text(head + "aws,us-east-1,a,g4dn.xlarge,committed_1y,4,\n", encoding="utf-8")
    result = _run("replan", str(fleet), *question)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "does not say when it ends (found no committed_until)" in " ".join(result.stderr.split())
    fleet.write_text("provider,region\n", encoding="utf-8")
    assert _run("replan", str(fleet), *question).exit_code == 1


def _weeks(folder: Path, text: str = "") -> Path:
    """Two weeks; in the second three times as much comes as was forecast."""
    rows = [f"w{week},encoder,shop,everyday,{hour},900,{900 * week * week}" for week in (1, 2) for hour in range(24)]
    path = folder / "weeks.csv"
    path.write_text(text or "\n".join(["week,service,origin,day_type,hour,high,actual", *rows, ""]), encoding="utf-8")
    return path


def test_weeks_are_planned_again_one_after_the_other(folder: Path, tmp_path: Path):
    """The forecast of the plan in force changes nothing; the week in which four times as much came is broken whole."""
    question = (
        str(folder / "plan.json"),
        "--scenario",
        str(folder / "encoder.yaml"),
        "--rolling",
        str(_weeks(tmp_path)),
    )
    result = _run("replan", *question, "--quiet", "--format", "json")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["format"] == "fleetopt/rolling/1"
    assert [week["name"] for week in document["weeks"]] == ["w1", "w2"]
    assert [week["charged"]["short_hours"] for week in document["weeks"]] == [0.0, pytest.approx(168.0)]
    assert (document["charged"]["churn"], document["forced"]) == (0, 0)
    lines = _run("replan", *question, "--quiet", "--format", "csv").stdout.splitlines()
    fields = ("cost", "charge", "churn", "short_hours", "instances")
    assert lines[0].split(",")[:7] == ["week", *(f"charged_{field}" for field in fields), "free_cost"]
    assert len(lines) == 3
    page = _run("replan", *question, "--quiet").stdout
    assert "2 weeks planned again" in page
    assert "in 1 week · w2: 168 h" in page
    assert "had the fleet in force never changed · 168 broken hours" in " ".join(page.split())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("service,origin,day_type,hour,high\nencoder,shop,everyday,0,1\n", ("column is missing", "week", "actual")),
        ("week,service,origin,day_type,hour,high,actual\nw1,encoder,shop,everyday,0,1,-2\n", ("weeks.csv:2 actual",)),
        ("week,service,origin,day_type,hour,high,actual\nw1,encoder,shop,everyday,0,1,2\n", ("no row for hours",)),
    ],
)
def test_wrong_weeks_are_told(folder: Path, tmp_path: Path, text: str, told: tuple[str, ...]):
    """Missing columns, a wrong cell with its line, a missing hour: exit 1, nothing on stdout."""
    question = ("--scenario", str(folder / "encoder.yaml"), "--rolling", str(_weeks(tmp_path, text)))
    result = _run("replan", str(folder / "plan.json"), *question)
    assert (result.exit_code, result.stdout) == (1, "")
    assert all(word in " ".join(result.stderr.split()) for word in told)


def test_what_weeks_cannot_use_is_refused(folder: Path, tmp_path: Path):
    """A forecast of its own beside the weeks': usage, exit 2."""
    question = ("--scenario", str(folder / "encoder.yaml"), "--rolling", str(_weeks(tmp_path)))
    result = _run("replan", str(folder / "plan.json"), *question, "--forecast", str(_forecast(tmp_path, 9.0)))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--forecast" in result.stderr


def _counts(folder: Path, days: int, rate: float, name: str = "encoder/shop") -> Path:
    """Hourly counts at a constant mean rate."""
    rows = [f"2027-01-{day + 1:02d} {hour:02d}:00,{rate * 3600:.0f}" for day in range(days) for hour in range(24)]
    path = folder / "counts.csv"
    path.write_text("\n".join([f"time,{name}", *rows, ""]), encoding="utf-8")
    return path


def test_what_came_is_told_and_corrects_the_demand(folder: Path, tmp_path: Path):
    """Half more than was expected: told on the page, a factor of 1.5 in the document; a forecast given is believed."""
    question = (str(folder / "plan.json"), "--scenario", str(folder / "encoder.yaml"), "--quiet")
    came = ("--actuals", str(_counts(tmp_path, 8, 900.0)))
    page = " ".join(_run("replan", *question, *came).stdout.split())
    assert "encoder shop 600 900 +50.0 % 50.0 %" in page
    assert "8 days · steps of 60 minutes" in page
    assert "no hour below the busiest measured · x 1.5" in page
    document = json.loads(_run("replan", *question, *came, "--format", "json").stdout)
    assert document["changed"] is True
    assert document["actuals"]["series"][0]["correction"] == pytest.approx(1.5)
    forecast = ("--forecast", str(_forecast(tmp_path, 900.0)))
    document = json.loads(_run("replan", *question, *came, *forecast, "--format", "json").stdout)
    assert document["actuals"]["corrected"] is False


def test_wrong_counts_are_told(folder: Path, tmp_path: Path):
    """An unknown origin is named; options of a history need one: exit 1 and 2, nothing on stdout."""
    question = (str(folder / "plan.json"), "--scenario", str(folder / "encoder.yaml"), "--quiet")
    result = _run("replan", *question, "--actuals", str(_counts(tmp_path, 8, 1.0, "encoder/ship")))
    assert (result.exit_code, result.stdout) == (1, "")
    assert 'counts.csv encoder/ship: unknown origin (found "ship")' in " ".join(result.stderr.split())
    result = _run("replan", *question, "--timezone", "UTC")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "they go with --actuals or --rolling" in result.stderr


def test_a_history_that_is_too_short_to_roll_is_refused(folder: Path, tmp_path: Path):
    """Eight days: five weeks are the least."""
    question = (str(folder / "plan.json"), "--scenario", str(folder / "encoder.yaml"))
    result = _run("replan", *question, "--rolling", str(_counts(tmp_path, 8, 1.0)))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is shorter than 5 weeks (found 8 days)" in result.stderr

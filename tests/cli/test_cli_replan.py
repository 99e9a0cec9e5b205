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


def test_a_fleet_in_csv_is_no_plan(folder: Path, tmp_path: Path):
    """A CSV of what runs does not say batch sizes and routes: exit 1, and what to give instead."""
    fleet = tmp_path / "fleet.csv"
    fleet.write_text("provider,region\n", encoding="utf-8")
    result = _run("replan", str(fleet), "--scenario", str(folder / "encoder.yaml"))
    assert result.exit_code == 1
    assert "fleet.csv: a list of instances is no plan" in result.stderr

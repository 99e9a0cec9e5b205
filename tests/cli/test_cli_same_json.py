"""What Python returns is what the command writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimizer import api
from optimizer.cli.main import app

CASE = "single-service"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan of the smallest scenario as the command writes it, and another one."""
    place = tmp_path_factory.mktemp("plans")
    _write("plan", CASE, "-o", str(place / "plan.json"))
    _write("plan", CASE, "--set", "headroom.retry_share=0.2", "-o", str(place / "other.json"))
    return place


def _write(*arguments: str) -> None:
    assert CliRunner().invoke(app, [*arguments, "--quiet"]).exit_code == 0


def test_a_plan_is_the_file_of_the_command(folder: Path) -> None:
    """Made from Python, `to_json` gives the file's bytes."""
    assert api.plan(CASE).to_json().encode() == (folder / "plan.json").read_bytes()


def test_an_explanation_is_the_file_of_the_command(folder: Path) -> None:
    """Byte for byte."""
    _write("explain", CASE, "c7i.4xlarge", "-o", str(folder / "why.json"))
    assert api.explain(CASE, "c7i.4xlarge").to_json().encode() == (folder / "why.json").read_bytes()


def test_a_second_reading_is_the_file_of_the_command(folder: Path) -> None:
    """Byte for byte; its checks are a table, and it is true because all of them hold."""
    _write("verify", str(folder / "plan.json"), "-o", str(folder / "read.json"))
    reading = api.verify(folder / "plan.json")
    assert reading.to_json().encode() == (folder / "read.json").read_bytes()
    assert reading
    assert reading.failed == ()
    assert reading.to_frame("checks")["holds"].all()
    assert len(reading) == len(reading.to_frame("checks"))


def test_a_difference_is_the_file_of_the_command(folder: Path) -> None:
    """Byte for byte."""
    before, after = folder / "plan.json", folder / "other.json"
    _write("diff", str(before), str(after), "-o", str(folder / "diff.json"))
    assert api.diff(before, after).to_json().encode() == (folder / "diff.json").read_bytes()

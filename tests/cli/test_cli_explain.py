"""``fleetopt explain``: what is printed in every format, and how wrong input ends."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from optimizer.cli.main import app
from tests.support.fleet_question import planned_question, write_question


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where simulated capacities are kept from one test to the next."""
    return tmp_path_factory.mktemp("capacities")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: Path) -> Path:
    """A small question and a plan of another one, in the working folder."""
    write_question(tmp_path)
    other = planned_question()
    changed = other.replace(scenario={**other.scenario, "sha256": "0" * 64})
    (tmp_path / "plan.json").write_text(json.dumps(changed.to_dict()), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLEETOPT_CACHE", str(kept))
    return tmp_path


def _explain(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["explain", *arguments])


@pytest.mark.usefixtures("folder")
def test_every_format_says_the_same() -> None:
    """Page, JSON, CSV and Markdown give the same verdicts and differences."""
    document = json.loads(_explain("single-service", "g5.xlarge", "--quiet", "--format", "json").stdout)
    (verdict,) = document["verdicts"]
    assert (document["format"], document["kind"]) == ("fleetopt/explain/1", "instance_type")
    assert verdict["total"] - document["total"] == pytest.approx(verdict["difference"])
    rows = list(csv.DictReader(io.StringIO(_explain("single-service", "g5.xlarge", "-q", "--format", "csv").stdout)))
    assert [(row["verdict"], float(row["difference"])) for row in rows] == [("costs_more", verdict["difference"])]
    share = f"+{verdict['difference'] / document['total'] * 100.0:.1f} %"
    a_month = f"+{verdict['difference'] / document['horizon_hours'] * 730.0:,.0f}"
    for format_ in ("table", "markdown"):
        page = _explain("single-service", "g5.xlarge", "--quiet", "--format", format_).stdout
        assert share in page
        assert a_month in page
        assert "costs more" in page


@pytest.mark.usefixtures("folder")
def test_a_file_gets_the_json_whole() -> None:
    """With -o the file holds the document, and stdout stays empty when quiet."""
    result = _explain("single-service", "c7i.4xlarge", "--quiet", "-o", "why.json")
    assert (result.exit_code, result.stdout) == (0, "")
    assert json.loads(Path("why.json").read_text(encoding="utf-8"))["verdicts"][0]["verdict"] == "cannot"


@pytest.mark.usefixtures("folder")
def test_wrong_names_and_another_scenarios_plan_end_with_1() -> None:
    """A name that means nothing, and a plan of another scenario, are told with their place, and nothing is printed."""
    wrong = _explain("single-service", "sp0t", "--quiet")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("ITEM: must be an instance type, location or purchase option")
    assert "Did you mean spot?" in wrong.stderr
    other = _explain("plan.json", "spot", "--scenario", "question.yaml", "--quiet")
    assert (other.exit_code, other.stdout) == (1, "")
    assert other.stderr.startswith("plan.json scenario.sha256: must be that of scenario")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan.json", "spot"), "Add --scenario SCENARIO"),
        (("question.yaml", "spot", "--scenario", "question.yaml"), "goes with a PLAN.json only"),
        (("question.yaml",), "Missing argument 'ITEM'"),
    ],
)
def test_wrong_use_ends_with_2(arguments: tuple[str, ...], said: str) -> None:
    """A plan without its scenario, a scenario too many and no item are told before anything is read."""
    result = _explain(*arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())

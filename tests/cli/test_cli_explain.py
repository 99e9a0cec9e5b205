"""``fleetopt explain``: what is printed in every format, and how wrong input ends."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from optimizer.cli.main import app
from optimizer.decisions import overview
from optimizer.decisions.movers import Mover
from optimizer.decisions.rests_on import assumption_movers
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


@pytest.mark.slow
@pytest.mark.usefixtures("folder")
def test_without_an_item_the_overview_says_the_same_in_every_format(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs a tenth more and less: page, JSON and CSV give the same, and logs cost what is kept of them."""

    def logs_only(*asked: Any) -> list[Mover]:
        return [mover for mover in assumption_movers(*asked) if mover.what == "logs kept"]

    monkeypatch.setattr(overview, "binding_movers", lambda *_: ())
    monkeypatch.setattr(overview, "assumption_movers", logs_only)
    document = json.loads(_explain("single-service", "--quiet", "--format", "json").stdout)
    assert document["format"] == "fleetopt/explain-overview/1"
    more, less = document["moves"]
    assert [more["change"], less["change"]] == ["+10 %", "-10 %"]
    # 1 GB per million of 600 requests a second, kept for 30 days at USD 0.08 a month, with support of 3 %.
    logs = 600 * 3600 * 8760 / 1e6 * (30 * 24 / 730) * 0.08 * 1.03 * 0.1
    assert more["difference"] == pytest.approx(-less["difference"]) == pytest.approx(logs, rel=0.001)
    rows = list(csv.DictReader(io.StringIO(_explain("single-service", "-q", "--format", "csv").stdout)))
    assert [float(row["difference"]) for row in rows] == [more["difference"], less["difference"]]
    page = _explain("single-service", "--quiet").stdout
    for move in (more, less):
        a_month = f"{move['difference'] / document['horizon_hours'] * 730.0:+,.0f}"
        assert f"{a_month}  " in page
        assert f"{move['difference'] / document['total'] * 100.0:+.1f} %" in page


@pytest.mark.usefixtures("folder")
def test_wrong_names_and_another_scenarios_plan_end_with_1() -> None:
    """A name that means nothing, and a plan of another scenario, are told with their place, and nothing is printed."""
    wrong = _explain("single-service", "sp0t", "--quiet")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("ITEM: must be a service of single-service, a pool")
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
        (("plan.json",), "Add --scenario SCENARIO"),
    ],
)
def test_wrong_use_ends_with_2(arguments: tuple[str, ...], said: str) -> None:
    """A plan without its scenario, and a scenario too many are told before anything is read."""
    result = _explain(*arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())

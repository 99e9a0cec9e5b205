"""``fleetopt cost``: what is asked, what is printed in every format, and how wrong input ends."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from optimizer.cli.main import app
from tests.support.fleet_question import BY_CATEGORY, HEADER, QUESTION, TOTAL, planned_question, write_question


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where simulated capacities are kept from one test to the next."""
    return tmp_path_factory.mktemp("capacities")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: Path) -> Path:
    """The question and its fleet, in the working folder."""
    write_question(tmp_path)
    (tmp_path / "plan.json").write_text(json.dumps(planned_question().to_dict()), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLEETOPT_CACHE", str(kept))
    return tmp_path


def _cost(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["cost", *arguments])


def _fleet(*options: str) -> Result:
    result = _cost("fleet.csv", "--scenario", "question.yaml", "--quiet", *options)
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.usefixtures("folder")
def test_the_page_gives_total_verdict_prices_and_bill() -> None:
    """What a planner asks first comes first; prices stand with their dates; amounts add up to the total."""
    page = _fleet().stdout
    assert f"USD {TOTAL:,.0f} · USD {TOTAL / 12:,.0f} a month · 9 instances" in page
    assert "Holds  every target now" in page
    assert page.index("Total") < page.index("Holds") < page.index("What is paid for") < page.index("What it costs")
    row = next(line for line in page.splitlines() if "fast" in line)
    assert row.split()[-6:] == ["demand", "2", "0.8", "2026-01", "list", "1,168"]


@pytest.mark.usefixtures("folder")
def test_the_json_holds_every_line_and_every_sum() -> None:
    """Each way of adding up gives the total, the lines as well."""
    document = json.loads(_fleet("--format", "json").stdout)
    assert (document["format"], document["kind"], document["holds"]) == ("fleetopt/cost/1", "fleet", True)
    assert document["total"] == pytest.approx(TOTAL)
    for name in ("by_category", "by_service", "by_location", "by_option"):
        assert sum(document[name].values()) == pytest.approx(document["total"], abs=0.005)
    assert sum(line["amount"] for line in document["lines"]) == pytest.approx(document["total"], abs=0.005)
    (reach,) = document["reaches"]
    assert (reach["service"], reach["location"], reach["holds"]) == ("search", "gcp/east", True)


@pytest.mark.usefixtures("folder")
def test_the_csv_is_the_bill_or_its_groups() -> None:
    """Without --by every line, with it one row for each group; amounts unrounded."""
    lines = list(csv.DictReader(io.StringIO(_fleet("--format", "csv").stdout)))
    assert sum(float(line["amount"]) for line in lines) == pytest.approx(TOTAL)
    groups = list(csv.DictReader(io.StringIO(_fleet("--format", "csv", "--by", "category").stdout)))
    assert {row["category"]: float(row["amount"]) for row in groups if float(row["amount"])} == pytest.approx(
        BY_CATEGORY
    )
    assert sum(float(row["share"]) for row in groups) == pytest.approx(1.0)
    assert [float(row["amount_a_month"]) * 12 for row in groups] == pytest.approx(
        [float(row["amount"]) for row in groups]
    )


@pytest.mark.parametrize("by", ["category", "service", "location", "option"])
@pytest.mark.usefixtures("folder")
def test_rows_of_a_page_add_up_to_its_sum(by: str) -> None:
    """Whole units, rounded once: the rows of the table are the sum to the unit, in a fleet and in a plan."""
    for page in (_fleet("--by", by).stdout, _cost("plan.json", "--by", by).stdout):
        cells = [line.split("%")[0].split() for line in page.splitlines() if "%" in line]
        amounts = [int(cell[-2].replace(",", "")) for cell in cells]
        assert sum(amounts[:-1]) == amounts[-1], page
        assert cells[-1][0] == "sum"


@pytest.mark.usefixtures("folder")
def test_markdown_has_the_same_tables() -> None:
    """Headings and rows of the page, pictures left out."""
    page = _fleet("--format", "markdown").stdout
    assert "What is paid for" in page
    assert "█" not in page


def test_a_plan_is_costed_from_its_file(folder: Path) -> None:
    """Its own total, into a file as JSON; nothing is said of targets."""
    result = _cost("plan.json", "-o", "cost.json")
    assert result.exit_code == 0, result.output
    document = json.loads((folder / "cost.json").read_text(encoding="utf-8"))
    assert document["total"] == pytest.approx(planned_question().objective.total, abs=0.005)
    assert (document["kind"], document["reaches"], document["holds"]) == ("plan", None, None)
    assert "Holds" not in result.stdout


@pytest.mark.usefixtures("folder")
def test_against_the_plan_says_what_it_saves() -> None:
    """The parts stand on the page and add up to what is saved."""
    page = _fleet("--against-plan").stdout
    assert "A plan" in page
    assert "counts that follow the demand" in page
    document = json.loads(_fleet("--against-plan", "--format", "json").stdout)
    saved = sum(part["amount"] for part in document["savings"])
    assert document["total"] - saved == pytest.approx(document["plan_total"])


@pytest.mark.usefixtures("folder")
def test_an_override_reaches_the_bill() -> None:
    """Twice the fee for monitoring is twice its line."""
    document = json.loads(_fleet("--format", "json", "--set", "operations.monitoring_per_instance_month=30").stdout)
    assert document["by_category"]["monitoring"] == pytest.approx(2 * BY_CATEGORY["monitoring"])


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            ["aws,west,,one.lrge,on_demand,4,search,"],
            'fleet.csv:2 instance_type: unknown instance type (found "one.lrge")',
        ),
        (["aws,wst,,one.large,on_demand,4,search,"], 'fleet.csv:2 region: unknown location (found "aws/wst")'),
        (["aws,west,z,one.large,on_demand,4,search,"], 'fleet.csv:2 zone: unknown zone (found "z")'),
        (["aws,west,,one.large,on_demand,4,searchh,"], 'fleet.csv:2 service: unknown service (found "searchh")'),
        (["aws,west,,one.large,ondemand,4,search,"], "fleet.csv:2 purchase_option"),
        (["aws,west,,one.large,on_demand,-4,search,"], "fleet.csv:2 count: must be at least 0"),
        (["aws,west,,one.large,on_demand,nan,search,"], 'fleet.csv:2 count: not a number (found "nan")'),
        (["aws,west,,one.large,on_demand,inf,search,"], 'fleet.csv:2 count: not a number (found "inf")'),
        (["aws,west,,one.large,on_demand,2.5,search,"], "fleet.csv:2 count: must be a whole number (found 2.5)"),
        (["aws,west,,one.large,on_demand,4,search,soon"], "fleet.csv:2 committed_until"),
        (["aws,west,a,one.large,on_demand,4,search,"] * 2, "fleet.csv:3: second row for"),
        (["aws,west,a,one.large,on_demand"], "fleet.csv:2: has 5 cells where the header has 8"),
    ],
)
def test_a_wrong_fleet_is_told_by_line(folder: Path, rows: list[str], told: str) -> None:
    """Exit 1, the place, what was found, what to do; nothing on stdout."""
    (folder / "fleet.csv").write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    result = _cost("fleet.csv", "--scenario", "question.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert told in result.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "fleet.csv: is empty"), (HEADER + "\n", "fleet.csv: has no row"), ("a,b\n1,2\n", "column is missing")],
)
def test_a_fleet_without_rows_is_told(folder: Path, text: str, told: str) -> None:
    """An empty file, a header alone and another table are no fleet."""
    (folder / "fleet.csv").write_text(text, encoding="utf-8")
    result = _cost("fleet.csv", "--scenario", "question.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert told in result.stderr


def test_all_faults_come_at_once(folder: Path) -> None:
    """Of the fleet and in one run."""
    rows = ["aws,west,,one.lrge,on_demand,4,search,", "aws,west,,one.large,on_demand,-1,search,"]
    (folder / "fleet.csv").write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    assert "2 faults; nothing was done." in _cost("fleet.csv", "--scenario", "question.yaml").stderr


def test_a_plan_that_was_edited_is_refused(folder: Path) -> None:
    """The key, what it is and what it should be."""
    document = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    document["cost"]["total"] = 1.0
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    result = _cost("plan.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "plan.json cost.total: must be the sum of the lines" in result.stderr
    assert "(found 1.00)" in result.stderr


@pytest.mark.usefixtures("folder")
def test_a_scenario_without_a_fleet_says_what_to_do() -> None:
    """Exit 1, with the command that works."""
    result = _cost("question.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "question.yaml running: names no fleet of today" in result.stderr
    assert "fleetopt cost FLEET.csv --scenario question.yaml" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["fleet.csv"], "Add --scenario SCENARIO"),
        (["question.yaml", "--scenario", "question.yaml"], "Leave it out"),
        (["plan.json", "--set", "horizon.months=1"], "Leave them out"),
        (["plan.json", "--against-plan"], "Leave them out"),
        (["plan.json", "--by", "categry"], "Did you mean category?"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_options_that_do_not_fit_are_a_usage_error(arguments: list[str], told: str) -> None:
    """Exit 2 before anything is read; no option is silently ignored."""
    result = _cost(*arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())


@pytest.mark.parametrize("what", ["none.csv", "none.json", "none.yaml", "."])
@pytest.mark.usefixtures("folder")
def test_what_is_not_there_is_told(what: str) -> None:
    """Exit 1 for files that do not exist and for a folder."""
    result = _cost(what, *(["--scenario", "question.yaml"] if what.endswith(".csv") else []))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(what)


def test_no_input_is_overwritten(folder: Path) -> None:
    """-o on the fleet, its scenario or a plan is refused, and the file stays as it was."""
    for asked in (["fleet.csv", "--scenario", "question.yaml"], ["plan.json"]):
        before = (folder / asked[0]).read_bytes()
        for target in (asked[0], asked[-1]):
            assert _cost(*asked, "-o", target).exit_code == 1
        assert (folder / asked[0]).read_bytes() == before


def test_no_cell_of_the_csv_is_a_formula(folder: Path) -> None:
    """A role named like a formula gets an apostrophe, on its line."""
    hostile = QUESTION.replace("role: engineer", "role: '=cmd|calc!A0'")
    (folder / "question.yaml").write_text(hostile, encoding="utf-8")
    cells = [cell for row in csv.reader(io.StringIO(_fleet("--format", "csv").stdout)) for cell in row]
    assert "'=cmd|calc!A0" in cells
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)

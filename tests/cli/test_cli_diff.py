"""`fleetopt diff` on plan files: what it prints, and how it ends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from optimizer import api
from optimizer.cli.main import app
from optimizer.domain.plan import Plan
from tests.unit.report.sample_plan import sample_plan


def _dearer() -> Plan:
    plan = sample_plan()
    line = plan.cost.lines[0]
    lines = (replace(line, amount=line.amount + 1e6, unit_price=line.unit_price + 1e6 / line.quantity),)
    cost = replace(plan.cost, lines=(*lines, *plan.cost.lines[1:]), total=plan.cost.total + 1e6)
    return plan.replace(cost=cost, objective=replace(plan.objective, total=cost.total, lower_bound=cost.total))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    """Run the command over two plans of the test, known by name."""
    plans = {"a.json": sample_plan(), "b.json": _dearer()}
    real = api.load_plan
    monkeypatch.setattr(api.reading, "load_plan", lambda path: plans.get(str(path)) or real(path))
    return lambda *words: CliRunner().invoke(app, ["diff", *words])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("a.json", "b.json"), 0),
        (("a.json", "a.json", "--detailed-exitcode"), 0),
        (("a.json", "b.json", "--detailed-exitcode"), 2),
    ],
)
def test_the_exit_code_tells_a_difference_only_when_asked(run, words: tuple[str, ...], code: int):
    """0 for done; with the option 0 for the same and 2 for a difference, and the page is printed all the same."""
    result: Result = run(*words)
    assert result.exit_code == code
    assert "Difference" in result.stdout
    assert result.stderr == ""


def test_json_holds_what_python_gets(run):
    """One document, also from the command; keys are stable."""
    document = json.loads(run("a.json", "b.json", "--format", "json").stdout)
    found = api.diff("a.json", "b.json")
    assert document == json.loads(json.dumps(found.to_dict()))
    assert (document["format"], document["differs"]) == ("fleetopt/difference/1", True)


def test_a_file_that_is_no_plan_is_told(run, tmp_path: Path):
    """Exit 1, the file and what to give instead; nothing on stdout."""
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}", encoding="utf-8")
    result = run("a.json", str(wrong))
    assert result.exit_code == 1
    assert f"{wrong} format: must be fleetopt/plan/1" in result.stderr
    assert result.stdout == ""

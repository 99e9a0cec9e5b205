"""`fleetopt diff` on plan files: what it prints, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from optimizer import api
from optimizer.cli.main import app
from optimizer.domain.plan import Plan
from tests.support.fleet_question import planned_question
from tests.unit.report.sample_plan import sample_plan


def _dearer() -> Plan:
    plan = sample_plan()
    line = plan.cost.lines[0]
    lines = (replace(line, amount=line.amount + 1e6, unit_price=line.unit_price + 1e6 / line.quantity),)
    by_category = {**plan.cost.by_category, line.category: plan.cost.by_category[line.category] + 1e6}
    by_service = {**plan.cost.by_service, line.service: plan.cost.by_service[line.service] + 1e6}
    cost = replace(
        plan.cost,
        lines=(*lines, *plan.cost.lines[1:]),
        by_category=by_category,
        by_service=by_service,
        total=plan.cost.total + 1e6,
    )
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


Document = dict[str, Any]
AMOUNT = "cost.lines.0.amount: must be quantity x unit_price"
SUM = "cost.by_category.compute: must be the sum of its lines"
#: What is done to the bill of a plan file, and the first thing told of it.
TAMPERED: dict[str, tuple[Callable[[Document], object], str]] = {
    "an amount": (lambda cost: cost["lines"][0].update(amount=500.0), AMOUNT),
    "a quantity": (lambda cost: cost["lines"][0].update(quantity=5.0), AMOUNT),
    "a price": (lambda cost: cost["lines"][0].update(unit_price=9.0), AMOUNT),
    "a line less": (lambda cost: cost["lines"].pop(0), SUM),
    "a line more": (lambda cost: cost["lines"].append(cost["lines"][0]), SUM),
    "a total": (lambda cost: cost.update(total=1.0), "cost.total: must be the sum of the lines"),
}


@pytest.fixture
def tampered(tmp_path: Path) -> Callable[[str], Path]:
    """Write a plan file whose bill was changed afterwards."""

    def write(case: str) -> Path:
        document = json.loads(planned_question().to_json())
        TAMPERED[case][0](document["cost"])
        path = tmp_path / "tampered.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("case", TAMPERED)
def test_a_bill_that_was_changed_is_refused_on_either_side(tampered: Callable[[str], Path], tmp_path: Path, case: str):
    """Not called the same: exit 1 with the place in the file and what was done to it."""
    honest, changed = tmp_path / "honest.json", tampered(case)
    planned_question().to_json(honest)
    for sides in ((honest, changed), (changed, honest)):
        result = CliRunner().invoke(app, ["diff", *map(str, sides), "--detailed-exitcode"])
        assert result.exit_code == 1
        assert f"{changed} {TAMPERED[case][1]}" in " ".join(result.stderr.split())
        assert "the file was changed after it was written" in " ".join(result.stderr.split())
        assert result.stdout == ""


@pytest.mark.parametrize("command", ["replan", "explain", "cost"])
def test_every_command_that_begins_from_a_plan_file_reads_its_bill(tampered: Callable[[str], Path], command: str):
    """A fleet is not planned again, and nothing is explained, from a file that was changed."""
    words = {
        "replan": ("replan", "{}", "--scenario", "single-service"),
        "explain": ("explain", "{}", "--scenario", "single-service"),
        "cost": ("cost", "{}"),
    }[command]
    changed = tampered("an amount")
    result = CliRunner().invoke(app, [word.format(changed) for word in words])
    assert result.exit_code == 1
    assert "the file was changed after it was written" in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_verify_tells_such_a_bill_as_what_fails(tampered: Callable[[str], Path]):
    """Its task is to say everything that is wrong with a plan, so it reads on."""
    result = CliRunner().invoke(app, ["verify", str(tampered("an amount"))])
    assert result.exit_code == 1
    assert "bill does not add up" in " ".join(result.stdout.split())


def test_two_bills_of_the_same_total_differ_line_by_line(tmp_path: Path):
    """Money moved from one line to the next, every sum right: shown, and exit 2."""
    plan = planned_question()
    first, second = [line for line in plan.cost.lines if line.category == "storage"][:2]
    assert first.service == second.service
    more = replace(first, amount=first.amount + 6.0, unit_price=(first.amount + 6.0) / first.quantity)
    less = replace(second, amount=second.amount - 6.0, unit_price=(second.amount - 6.0) / second.quantity)
    lines = tuple({first: more, second: less}.get(line, line) for line in plan.cost.lines)
    names = [str(tmp_path / name) for name in ("a.json", "b.json")]
    plan.to_json(names[0])
    plan.replace(cost=replace(plan.cost, lines=lines)).to_json(names[1])
    result = CliRunner().invoke(app, ["diff", *names, "--detailed-exitcode"])
    assert result.exit_code == 2
    assert "Line by line" in result.stdout
    assert first.item in result.stdout
    assert "nothing" not in result.stdout


def test_a_file_that_is_no_plan_is_told(run, tmp_path: Path):
    """Exit 1, the file and what to give instead; nothing on stdout."""
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}", encoding="utf-8")
    result = run("a.json", str(wrong))
    assert result.exit_code == 1
    assert f"{wrong} format: must be fleetopt/plan/1" in result.stderr
    assert result.stdout == ""

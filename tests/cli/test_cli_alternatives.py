"""``fleetopt plan --alternatives``: page and file say the same, and a gap hides what it could hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from optimizer.cli.main import app
from optimizer.decisions import alternatives as flow
from optimizer.decisions.variants import Variant, variants_of

SCENARIO = ("single-service", "--set", "purchase.options=[on_demand, spot]")
SHOWN = ("without spot", "without T4-16GB", "fixed fleet", "surviving the loss of a region", "surviving no loss")


def _some(*asked: Any) -> list[Variant]:
    """Alternatives whose capacities are shipped."""
    return [variant for variant in variants_of(*asked) if variant.label in SHOWN]


def test_page_and_file_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page shows each alternative of the file: its share of the total, or why it has no plan."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(flow, "variants_of", _some)
    run = CliRunner().invoke(app, ["plan", *SCENARIO, "--alternatives", "-o", "plan.json"])
    assert run.exit_code == 0
    document = json.loads(Path("plan.json").read_text(encoding="utf-8"))
    assert document["objective"]["gap"] == 0.0
    assert tuple(each["label"] for each in document["alternatives"]) == SHOWN
    lines = run.stdout.split("  Alternatives")[1].splitlines()
    for each in document["alternatives"]:
        row = next(line for line in lines if line.startswith(f"  {each['label']}"))
        if each["verdict"] == "no_plan":
            assert "no plan" in row
            assert each["reasons"]
        elif each["verdict"] == "same":
            assert "%" not in row
        else:
            assert f"{each['difference'] / document['cost']['total'] * 100.0:+,.1f} %" in row

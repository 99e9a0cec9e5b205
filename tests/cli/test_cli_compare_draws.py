"""``fleetopt compare --draws``: page, document and CSV, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

OPTIONS = """\
format: fleetopt/options/1
options:
  - label: as it stands
  - {label: without T4, forbid: [g4dn.*]}
  - {label: 6 ms, set: {services.encoder.latency.p99_ms: 6}}
draws: {on_demand_spread: 0.05}
"""


@pytest.mark.slow
def test_draws_in_every_form(here, tmp_path: Path):
    """One provider's prices move both options together, so that the cheaper one always is; a seed repeats itself."""
    (tmp_path / "options.yaml").write_text(OPTIONS, encoding="utf-8")
    asked = ("compare", "single-service", "--options", "options.yaml", "--draws", "2000")
    done = here(*asked, "-o", "found.json")
    assert done.exit_code == 0, done.stderr
    assert "In 2,000 draws" in done.stdout
    draws = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))["draws"]
    assert (draws["number"], draws["seed"], draws["terms"]["on_demand_spread"]) == (2000, 0, 0.05)
    assert [option["cheapest_share"] for option in draws["options"]] == [1.0, 0.0]
    done = here(*asked, "--quiet", "--format", "csv")
    rows = {row["label"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    assert rows["as it stands"]["drawn_mean"] == repr(draws["options"][0]["mean"])
    assert rows["6 ms"]["drawn_mean"] == ""


def test_wrong_draws_are_refused(here, tmp_path: Path):
    """Every key that cannot be is told at once; a number of draws below 1 is a usage error."""
    text = OPTIONS.replace("{on_demand_spread: 0.05}", "{on_demand_spread: -1, traffic: high, spot: 1}")
    (tmp_path / "options.yaml").write_text(text, encoding="utf-8")
    done = here("compare", "single-service", "--options", "options.yaml", "--draws", "10")
    assert done.exit_code == 1
    for key in ("on_demand_spread", "traffic", "spot"):
        assert f"draws.{key}" in done.stderr
    assert here("compare", "single-service", "--options", "options.yaml", "--draws", "0").exit_code == 2

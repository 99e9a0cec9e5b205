"""``fleetopt compare``: pages, files and exit codes, with and without processes of its own."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

OPTIONS = """\
format: fleetopt/options/1
options:
  - label: as it stands
  - {label: without T4, forbid: [g4dn.*]}
  - {label: 6 ms, set: {services.encoder.latency.p99_ms: 6}}
"""


def _options(folder: Path, text: str = OPTIONS) -> str:
    file = folder / "options.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_comparison_in_every_form(here, fleetopt, tmp_path: Path):
    """The file gets JSON, stdout the page, stderr the progress; CSV has one row an option with the same totals.

    The latter as a process, which leaves options to others; all of them find the capacities of the first in the cache.
    """
    options = _options(tmp_path)
    done = here("compare", "single-service", "--options", options, "-o", "found.json")
    assert done.exit_code == 0, done.stderr
    document = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert [option["status"] for option in document["options"]] == ["optimal", "optimal", "infeasible"]
    assert "Against as it stands" in done.stdout
    assert "infeasible, proven" in done.stdout
    assert "planned 3 of 3" in done.stderr
    shared = {"FLEETOPT_CACHE": os.environ["FLEETOPT_CACHE"]}
    done = fleetopt("compare", "single-service", "--options", options, "--format", "csv", "--quiet", **shared)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert done.stderr == ""
    for row, option in zip(rows, document["options"], strict=True):
        assert row["total"] == ("" if option["total"] is None else repr(option["total"]))
    parts = [
        float(rows[1][f"difference_{name}"]) for name in ("price", "performance", "rounding", "commitments", "other")
    ]
    assert abs(sum(parts) - float(rows[1]["difference"])) < 0.005


def test_wrong_options_are_refused_before_planning(here, tmp_path: Path):
    """Exit 1 with every fault at its line; nothing is planned and no file is written."""
    options = _options(tmp_path, OPTIONS + "  - {label: x, allow: [g6.xlarg]}\n  - {label: y, set: {plan_on: now}}\n")
    done = here("compare", "single-service", "--options", options, "-o", "found.json")
    assert done.exit_code == 1
    assert "options.yaml:6" in done.stderr
    assert "options.yaml:7 plan_on" in done.stderr
    assert "planned" not in done.stderr
    assert not (tmp_path / "found.json").exists()


def test_no_plan_at_all_is_exit_4(here, tmp_path: Path):
    """The page still says why, option by option."""
    text = "format: fleetopt/options/1\noptions: [{label: 6 ms, set: {services.encoder.latency.p99_ms: 6}}]\n"
    done = here("compare", "single-service", "--options", _options(tmp_path, text))
    assert done.exit_code == 4
    assert "encoder cannot meet p99 6 ms" in done.stdout

"""The page of each shipped scenario, kept whole; `make golden` rewrites them, and the difference is reviewed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.inputs import shipped_scenarios

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_page_of_a_shipped_scenario(name: str, request: pytest.FixtureRequest):
    """Planning a shipped scenario prints the page that was reviewed, to the last character."""
    program = Path(sys.executable).with_name("fleetopt")
    done = subprocess.run([program, "plan", name, "--quiet"], capture_output=True, text=True, check=True)
    golden = FOLDER / f"{name}.txt"
    if request.config.getoption("--update-golden", default=False):
        golden.write_text(done.stdout, encoding="utf-8")
    assert done.stdout == golden.read_text(encoding="utf-8")

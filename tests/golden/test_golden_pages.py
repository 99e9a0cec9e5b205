"""The page of each shipped scenario, kept whole; `make golden` rewrites them, and the difference is reviewed."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.inputs import shipped_scenarios
from tests.support.command import run_here

FOLDER = Path(__file__).parent
#: Planned for about a minute.
SLOW = {"shop-search-page"}
NAMES = [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in sorted(shipped_scenarios())]


@pytest.mark.parametrize("name", NAMES)
def test_page_of_a_shipped_scenario(name: str, tmp_path: Path, request: pytest.FixtureRequest):
    """Planning a shipped scenario prints the page that was reviewed, to the last character."""
    done = run_here(["plan", name, "--quiet"], tmp_path)
    assert done.exit_code == 0, done.stderr
    golden = FOLDER / f"{name}.txt"
    if request.config.getoption("--update-golden", default=False):
        golden.write_text(done.stdout, encoding="utf-8")
    assert done.stdout == golden.read_text(encoding="utf-8")

"""The sample plan, and golden files that only ``pytest tests/unit/report --update-golden`` rewrites."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.domain.plan import Plan
from tests.unit.report.sample_plan import sample_plan

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option, unless another folder of golden files has added it."""
    with contextlib.suppress(ValueError):
        parser.addoption("--update-golden", action="store_true", help="rewrite golden files; review the difference")


@pytest.fixture(scope="session")
def plan() -> Plan:
    """Two services, three locations, 72 periods, a bill that adds up."""
    return sample_plan()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a golden file, or rewrite the file where that is asked for."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden", default=False):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), f"{name} differs; `make golden` rewrites it"

    return compare

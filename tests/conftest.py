"""Options and settings of all tests."""

from __future__ import annotations

import contextlib
import os

import pytest
from hypothesis import settings

from tests.support.in_part import WHOLE

for name in ("fleetopt", WHOLE):
    settings.register_profile(name, deadline=None, derandomize=True)


def pytest_configure(config: pytest.Config) -> None:
    """Where slow tests are not left out, properties take all their examples."""
    settings.load_profile("fleetopt" if config.option.markexpr == "not slow" else WHOLE)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` rewrites golden files; the difference is reviewed like code."""
    with contextlib.suppress(ValueError):
        parser.addoption("--update-golden", action="store_true", help="rewrite golden files; review the difference")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Commands run by tests keep their cache in a folder of the test run, which all its workers share."""
    base = tmp_path_factory.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    patch = pytest.MonkeyPatch()
    patch.setenv("FLEETOPT_CACHE", str(run / "cache"))

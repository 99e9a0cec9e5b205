"""Options and settings of all tests."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import settings

settings.register_profile("fleetopt", deadline=None, derandomize=True)
settings.load_profile("fleetopt")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` rewrites golden files; the difference is reviewed like code."""
    with contextlib.suppress(ValueError):
        parser.addoption("--update-golden", action="store_true", help="rewrite golden files; review the difference")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Commands run by tests keep their cache in a folder of the test run."""
    patch = pytest.MonkeyPatch()
    patch.setenv("FLEETOPT_CACHE", str(tmp_path_factory.getbasetemp().parent / "cache"))

"""Options and settings of all tests."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.drawn_once import draw_once
from tests.support.in_part import WHOLE
from tests.support.shipped_once import read_shipped_once

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


@pytest.fixture(scope="session", autouse=True)
def _shipped_once() -> Iterator[None]:
    """Read the catalogs that come along once in a worker: most tests plan with them, and a reading takes 0.1 s."""
    with pytest.MonkeyPatch.context() as patch:
        read_shipped_once(patch)
        yield


@pytest.fixture(scope="module")
def drawn_once() -> Iterator[None]:
    """Draw like charts once, for a file that asks for it."""
    with pytest.MonkeyPatch.context() as patch:
        draw_once(patch)
        yield

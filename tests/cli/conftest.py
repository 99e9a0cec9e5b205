"""The command line, in this process and in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from optimizer import api
from optimizer.cli.main import app
from tests.cli import fake_rooms
from tests.support.command import all_here, run_here

ROOT = Path(__file__).parents[2]
FAKE = [sys.executable, str(ROOT / "tests" / "cli" / "fake_rooms.py")]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def real_command() -> list[str]:
    """The installed command of this environment, or the module where nothing is installed."""
    script = Path(sys.executable).with_name("fleetopt")
    return [str(script)] if script.exists() else [sys.executable, "-m", "optimizer"]


def environment(**extra: str) -> dict[str, str]:
    """Return the environment without what changes colours, with the checkout importable and compiled once."""
    changed = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if name not in changed}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **extra}


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command line in this process, planning replaced; `ending` names how planning ends."""
    for name, function in fake_rooms.REPLACED.items():
        monkeypatch.setattr(api, name, function)

    def run(*arguments: str, ending: str = "") -> Result:
        monkeypatch.setenv("FAKE", ending)
        return CliRunner().invoke(app, list(arguments))

    return run


@pytest.fixture(autouse=True)
def _all_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run in this process start no others."""
    all_here(monkeypatch)


@pytest.fixture
def here(tmp_path: Path) -> Callable[..., Result]:
    """Run the real command in this process, in an empty folder, with the cache of the test run."""
    return lambda *arguments: run_here(list(arguments), tmp_path)


@pytest.fixture
def fake(tmp_path: Path) -> Run:
    """Run the command in a process of its own, planning replaced."""
    return lambda *arguments, **extra: _run(FAKE, arguments, tmp_path, extra)


@pytest.fixture
def fleetopt(tmp_path: Path) -> Run:
    """Run the real command in a process of its own, in an empty folder with an empty cache."""
    return lambda *arguments, **extra: _run(real_command(), arguments, tmp_path, extra)


def _run(
    command: list[str], arguments: tuple[str, ...], folder: Path, extra: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    env = environment(**{"FLEETOPT_CACHE": str(folder / "cache"), **extra})
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, encoding="utf-8", cwd=folder, env=env, check=False
    )

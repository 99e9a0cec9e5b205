"""The command line run in this process: what it prints, without the start of a process for each command or option."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from optimizer.cli.main import app
from optimizer.decisions import work


def all_here(patch: pytest.MonkeyPatch) -> None:
    """Let commands do in this process what they would give to others, whose start takes longer than a small plan."""
    patch.setattr(work, "local_processes", lambda _: work.InThisProcess())


def run_here(arguments: list[str], folder: Path) -> Result:
    """Run ``fleetopt`` with arguments in a folder; `stdout`, `stderr` and `exit_code` are those of the command."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
            patch.delenv(name, raising=False)
        all_here(patch)
        result = CliRunner().invoke(app, arguments, prog_name="fleetopt")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result

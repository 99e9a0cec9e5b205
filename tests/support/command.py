"""The command line run in this process: what it prints, without the start of a process for each command."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from optimizer.cli.main import app


def run_here(arguments: list[str], folder: Path) -> Result:
    """Run ``fleetopt`` with arguments in a folder; `stdout`, `stderr` and `exit_code` are those of the command."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
            patch.delenv(name, raising=False)
        result = CliRunner().invoke(app, arguments, prog_name="fleetopt")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result

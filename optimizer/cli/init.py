"""``fleetopt init``: a scenario and a catalog to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.guard import errors_told
from optimizer.cli.options import DebugOption, QuietOption

FolderArgument = Annotated[
    Path, typer.Argument(metavar="DIR", help="A folder that does not exist yet, or is empty; nothing is overwritten.")
]


def init(folder: FolderArgument, quiet: QuietOption = False, debug: DebugOption = False) -> None:
    """Write a small scenario, its demand and a catalog that plan as they are, with comments on what is yours to change.

    All files are written, or none.
    """
    with errors_told(debug=debug):
        from optimizer import api

        scenario, *others = api.init(folder)
        if quiet:
            return
        typer.echo(f"wrote {scenario} and {len(others)} files beside it. Next:")
        typer.echo(f"  fleetopt check {_quoted(scenario)}")
        typer.echo(f"  fleetopt plan {_quoted(scenario)}")


def _quoted(path: Path) -> str:
    import shlex

    return shlex.quote(str(path))

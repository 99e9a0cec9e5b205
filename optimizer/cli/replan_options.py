"""Options of ``fleetopt replan`` alone."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer


def _money(value: float | None) -> float | None:
    if value is not None and not (math.isfinite(value) and value >= 0.0):
        message = f"must be 0 or more (found {value:g})."
        raise typer.BadParameter(message)
    return value


def _share(text: str) -> float:
    """``10%`` or ``0.1``."""
    try:
        value = float(text.rstrip("% ")) / (100.0 if text.rstrip().endswith("%") else 1.0)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0.0):
        message = f"must be a share such as 10% or 0.1 (found {text})."
        raise typer.BadParameter(message)
    return value


InForceArgument = Annotated[
    Path,
    typer.Argument(
        metavar="PLAN|FLEET.csv",
        help="The plan in force, written by `fleetopt plan -o` or --write-plan; or a CSV of what runs today.",
    ),
]
QuestionOption = Annotated[
    str, typer.Option("--scenario", metavar="SCENARIO", help="The question as it is now: a file, or a shipped name.")
]
ForecastOption = Annotated[
    Path | None,
    typer.Option("--forecast", metavar="FILE", help="A demand file in place of every service's own."),
]
ChangeCostOption = Annotated[
    float | None,
    typer.Option(
        "--change-cost",
        metavar="MONEY",
        callback=_money,
        help="Charge for every instance that starts or stops; a moved one does both.  "
        "[default: what an average running instance is paid in two days]",
    ),
]
IfChangedOption = Annotated[
    float | None,
    typer.Option(
        "--if-changed",
        metavar="SHARE",
        parser=_share,
        help="Plan only where a demand changed by so much, such as 10%, or the running fleet does not carry it.",
    ),
]
RollingOption = Annotated[
    Path | None,
    typer.Option(
        "--rolling",
        metavar="FILE",
        help="Plan again every week of a demand file with columns `week` and `actual`, or of the last year of a "
        "history of counts, and say what that costs, changes and does not carry.",
    ),
]
ActualsOption = Annotated[
    Path | None,
    typer.Option(
        "--actuals",
        metavar="FILE",
        help="A history of counts of what came: say how far off the forecast was and what was not carried; without "
        "--forecast, correct the scenario's demand by it.",
    ),
]
EventsOption = Annotated[
    Path | None,
    typer.Option("--events", metavar="FILE", help="Named days of a history, as of `fleetopt forecast`."),
]
TimezoneOption = Annotated[
    str | None, typer.Option("--timezone", metavar="NAME", help="Clock of a history.  [default: UTC]")
]
WritePlanOption = Annotated[
    Path | None, typer.Option("--write-plan", metavar="FILE", help="Write the plan that is reached, as `plan -o` does.")
]
DetailedExitOption = Annotated[
    bool, typer.Option("--detailed-exitcode", help="Exit 0 where nothing is to be changed, 5 where something is.")
]

"""Options that commands share, said once."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from optimizer.report.formats import Format

#: Seeds are 32-bit in the solver.
LARGEST_SEED = 2**31 - 1


def _share(value: float | None) -> float | None:
    if value is not None and not (math.isfinite(value) and 0.0 <= value < 1.0):
        message = f"must be a share from 0 to below 1 (found {value:g}). Write 0.01 for one per cent."
        raise typer.BadParameter(message)
    return value


def _seconds(value: float | None) -> float | None:
    if value is not None and not (math.isfinite(value) and value > 0.0):
        message = f"must be above 0 seconds (found {value:g})."
        raise typer.BadParameter(message)
    return value


def _format(text: str) -> Format:
    if text in list(Format):
        return Format(text)
    from difflib import get_close_matches

    close = get_close_matches(text.lower(), list(Format), n=1)
    mend = f" Did you mean {close[0]}?" if close else ""
    message = f"must be one of {', '.join(Format)} (found {text}).{mend}"
    raise typer.BadParameter(message)


ScenarioArgument = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of one that comes with fleetopt.")
]
PlanArgument = Annotated[Path, typer.Argument(metavar="PLAN", help="A plan file, written by `fleetopt plan -o`.")]
CatalogArgument = Annotated[
    str, typer.Argument(metavar="CATALOG", help="A catalog folder, or the name of one that comes with fleetopt.")
]

FormatOption = Annotated[
    Format | None,
    typer.Option(
        "--format",
        metavar=f"[{'|'.join(Format)}]",
        parser=_format,
        help="How the result is written.  [default: table; with -o json, or html for FILE.html]",
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write the result to FILE, whole or not at all; - is stdout."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a key: services.ranking.latency.p99_ms=25. Repeatable."),
]
WithOption = Annotated[
    list[Path] | None,
    typer.Option("--with", metavar="FILE", help="Override keys by a partial scenario file. Repeatable."),
]
SeedOption = Annotated[
    int,
    typer.Option("--seed", min=0, max=LARGEST_SEED, help="Same input, seed and version: same plan."),
]
GapOption = Annotated[
    float | None,
    typer.Option(
        "--gap",
        metavar="SHARE",
        callback=_share,
        help="Stop when proven within this share of the cost a plan can change; 0 for the cheapest.",
    ),
]
TimeLimitOption = Annotated[
    float | None,
    typer.Option("--time-limit", metavar="SECONDS", callback=_seconds, help="Stop with the best plan found."),
]
NoCacheOption = Annotated[
    bool, typer.Option("--no-cache", help="Neither read nor keep simulated capacities in the cache folder.")
]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress, no warnings; with -o nothing but the file.")
]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show where an error came from.")]

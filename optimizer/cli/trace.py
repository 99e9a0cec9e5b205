"""``fleetopt verify --trace``: a log of arrivals played against a plan."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.errors import Fault, InputError

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan
    from optimizer.domain.second_reading import SecondReading
    from optimizer.report.report import Report
    from optimizer.verification.replaying import WhatIf

TRACE_OPTION = "--trace"
TraceOption = Annotated[
    Path | None,
    typer.Option(
        TRACE_OPTION,
        metavar="LOG",
        help="Play a log of arrivals, as `fleetopt traffic fit` reads it, against the planned pools of --service.",
    ),
]
TraceServiceOption = Annotated[
    str | None, typer.Option("--service", metavar="NAME", help="Of --trace: the service the requests go to.")
]
TraceOriginOption = Annotated[
    str | None,
    typer.Option("--origin", metavar="NAME", help="Of --trace: where they come from; the log's own, or the only one."),
]
DayTypeOption = Annotated[
    str | None,
    typer.Option("--day-type", metavar="NAME", help="Of --trace: the plan's day type to play it in; by the calendar."),
]
TraceTimeOption = Annotated[
    str | None, typer.Option("--time", metavar="COLUMN", help="Of --trace: column of times; the first that can be one.")
]
TraceCountsOption = Annotated[
    str | None,
    typer.Option("--counts", metavar="COLUMN", help="Of --trace: column of counts; requests or count if there is one."),
]
TraceTimezoneOption = Annotated[
    str | None,
    typer.Option("--timezone", metavar="NAME", help="Of --trace: clock of hours and of times without offset; UTC."),
]


@dataclass(frozen=True, slots=True)
class TraceWords:
    """What is said of a log beside its file, as the command line has it."""

    service: str | None = None
    origin: str | None = None
    day_type: str | None = None
    time: str | None = None
    counts: str | None = None
    timezone: str | None = None


def refuse_mixed(log: Path | None, words: TraceWords, *, asks_else: bool) -> None:
    """Refuse a log together with another question, and what is said of a log without one.

    Raises
    ------
    InputError
        With a fault for each.
    """
    if log is not None and asks_else:
        mend = "Ask for one at a time; --without-zone and the like, --scale, --demand and --seed go with it."
        raise InputError([Fault(TRACE_OPTION, "is a question of its own", mend, "two-questions")])
    given = [field.name for field in fields(words) if getattr(words, field.name) is not None]
    if log is None and given:
        mend = f"Name a log with {TRACE_OPTION}."
        raise InputError([
            Fault(f"--{name.replace('_', '-')}", "is said of a log, and there is none", mend, "no-log")
            for name in given
        ])  # fmt: skip


def traced(
    plan: Plan, reading: SecondReading, log: Path, words: TraceWords, what_if: WhatIf, seed: int, *, quiet: bool
) -> tuple[Report, bool]:
    """Play the log, and return what is shown and whether everything holds."""
    from optimizer import api
    from optimizer.cli.progress import progress_line
    from optimizer.report.plan_traced import traced_report

    with progress_line(quiet=quiet) as progress:
        found = api.replay_trace(
            plan,
            log,
            words.service,
            origin=words.origin,
            day_type=words.day_type,
            time=words.time,
            counts=words.counts,
            timezone=words.timezone or "UTC",
            what_if=what_if,
            seed=seed,
            progress=progress,
        )
    return traced_report(found, reading), found.holds and reading.holds

"""``fleetopt verify``: the rules and the bill of a plan file, read again by independent code; its traffic replayed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperCommand

from optimizer.cli.guard import errors_told
from optimizer.cli.options import LARGEST_SEED, DebugOption, FormatOption, OutputOption, PlanArgument, QuietOption
from optimizer.cli.trace import (
    DayTypeOption,
    TraceCountsOption,
    TraceOption,
    TraceOriginOption,
    TraceServiceOption,
    TraceTimeOption,
    TraceTimezoneOption,
    TraceWords,
    refuse_mixed,
    traced,
)
from optimizer.errors import EXIT_BAD_INPUT, Fault, InputError

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan
    from optimizer.domain.second_reading import SecondReading
    from optimizer.report.report import Report
    from optimizer.verification.replaying import WhatIf

ZONE_OPTION, LOSE_ZONE_OPTION, DAY_OPTION = "--without-zone", "--lose-zone", "--whole-day"
#: What an option stands for without a value of its own: the fullest zone, the day with most requests.
ALONE = {ZONE_OPTION: "fullest", LOSE_ZONE_OPTION: "fullest", DAY_OPTION: ""}


class VerifyCommand(TyperCommand):
    """`--without-zone`, `--lose-zone` and `--whole-day` may stand alone."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Give the option its value where the next word is none."""
        words: list[str] = []
        for word, after in zip(args, [*args[1:], "-"], strict=True):
            alone = word in ALONE and (after.startswith("-") or after.endswith(".json"))
            words += [word, ALONE[word]] if alone else [word]
        return super().parse_args(ctx, words)


AgainstOption = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="SCENARIO",
        help="Compare the plan's inputs with this scenario and its catalog as they are now.",
    ),
]
ReplayOption = Annotated[
    bool, typer.Option("--replay", help="Play the traffic of every hour and tell the percentile that is reached.")
]
WithoutZoneOption = Annotated[
    str | None,
    typer.Option(
        ZONE_OPTION,
        metavar="[ZONE]",
        help="Replay without a zone, such as aws/us-east-1/a; with none named, every service that is protected loses "
        "its fullest one in each location.",
    ),
]
LoseZoneOption = Annotated[
    str | None,
    typer.Option(
        LOSE_ZONE_OPTION,
        metavar="[ZONE]",
        help="Lose a zone in the busiest hour as an event in time: what is lost, retried, shed and late, of services "
        "and of pages from end to end, and when each promise holds again; with none named, the one that carries most.",
    ),
]
WholeDayOption = Annotated[
    str | None,
    typer.Option(
        DAY_OPTION,
        metavar="[DAY_TYPE]",
        help="Play every request of a day against the fleet of each hour and judge every five minutes; with no day "
        "type named, the one with most requests.",
    ),
]
WithoutRegionOption = Annotated[
    str | None,
    typer.Option("--without-region", metavar="LOCATION", help="Replay without a location; its standby takes over."),
]
WithoutSpotOption = Annotated[bool, typer.Option("--without-spot", help="Replay without any spot instance.")]
WithoutInstanceOption = Annotated[
    bool, typer.Option("--without-instance", help="Replay without one instance of the fullest zone.")
]
ScaleOption = Annotated[
    float | None, typer.Option("--scale", metavar="FACTOR", help="Replay that many times the rates.")
]
DemandOption = Annotated[
    str | None,
    typer.Option("--demand", metavar="NAME", help="Replay another demand that money is counted for: low, mid or high."),
]
TrafficSeedOption = Annotated[
    int | None,
    typer.Option("--seed", min=0, max=LARGEST_SEED, help="Of the replayed traffic; 0 unless given."),
]


def verify(
    plan: PlanArgument,
    against: AgainstOption = None,
    replay: ReplayOption = False,
    without_zone: WithoutZoneOption = None,
    lose_zone: LoseZoneOption = None,
    whole_day: WholeDayOption = None,
    without_region: WithoutRegionOption = None,
    without_spot: WithoutSpotOption = False,
    without_instance: WithoutInstanceOption = False,
    scale: ScaleOption = None,
    demand: DemandOption = None,
    seed: TrafficSeedOption = None,
    trace: TraceOption = None,
    service: TraceServiceOption = None,
    origin: TraceOriginOption = None,
    day_type: DayTypeOption = None,
    time: TraceTimeOption = None,
    counts: TraceCountsOption = None,
    timezone: TraceTimezoneOption = None,
    output: OutputOption = None,
    format_: FormatOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Read every rule again over a finished plan and add its bill up; exit 0 if everything holds, else 1.

    With --replay (or any of the options that say what to replay) the traffic of every hour is played against the pools
    as well, and the percentile that each origin reaches is shown. With --trace a log of arrivals is played instead,
    as planned or after a loss, once or --scale times.
    """
    with errors_told(debug=debug):
        from optimizer.cli.output import Delivery
        from optimizer.verification.replaying import WhatIf

        what_if = WhatIf(
            without_zone, without_region, without_spot, without_instance, 1.0 if scale is None else scale, demand
        )
        if lose_zone is not None and (what_if != WhatIf() or whole_day is not None):
            mend = "Ask for one at a time."
            raise InputError([Fault(LOSE_ZONE_OPTION, "is a question of its own", mend, "two-questions")])
        words = TraceWords(service, origin, day_type, time, counts, timezone)
        refuse_mixed(trace, words, asks_else=lose_zone is not None or whole_day is not None)
        plays = replay or scale is not None or seed is not None or what_if != WhatIf()
        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output(plan, against or "", trace or "")
        read, reading = _read(plan, against, quiet=quiet)
        readable = all(check.holds for check in reading if check.rule == "structure")
        if lose_zone is not None and readable:
            report, holds = _zone_lost(read, reading, lose_zone, seed or 0)
        elif whole_day is not None and readable:
            report, holds = _day_played(read, reading, whole_day, what_if, seed or 0, quiet=quiet)
        elif trace is not None and readable:
            report, holds = traced(read, reading, trace, words, what_if, seed or 0, quiet=quiet)
        elif plays and readable:
            report, holds = _replayed(read, reading, what_if, seed or 0, quiet=quiet)
        else:
            report, holds = _checked(reading), reading.holds
        delivery.deliver(report)
        if not holds:
            raise typer.Exit(EXIT_BAD_INPUT)


def _read(plan: Path, against: str | None, *, quiet: bool) -> tuple[Plan, SecondReading]:
    from optimizer import api
    from optimizer.cli.warn import warned

    read = api.load_plan(plan)
    now = None if against is None else api.load_scenario(against)
    warned(() if now is None else now.warnings, quiet=quiet)
    return read, replace(api.verify(read, now), plan=str(plan))


def _checked(reading: SecondReading) -> Report:
    from optimizer.report.plan_checked import checks_report

    return checks_report(reading)


def _replayed(plan: Plan, reading: SecondReading, what_if: WhatIf, seed: int, *, quiet: bool) -> tuple[Report, bool]:
    from optimizer import api
    from optimizer.cli.progress import progress_line
    from optimizer.report.plan_replayed import replay_report

    with progress_line(quiet=quiet) as progress:
        found = api.replay(plan, what_if, seed=seed, progress=progress)
    return replay_report(found, reading), found.holds and reading.holds


def _zone_lost(plan: Plan, reading: SecondReading, zone: str, seed: int) -> tuple[Report, bool]:
    from optimizer import api
    from optimizer.report.plan_zone_lost import zone_lost_report

    found = api.lose_zone(plan, zone, seed=seed)
    return zone_lost_report(found, reading), found.holds and reading.holds


def _day_played(
    plan: Plan, reading: SecondReading, day_type: str, what_if: WhatIf, seed: int, *, quiet: bool
) -> tuple[Report, bool]:
    from optimizer import api
    from optimizer.cli.progress import progress_line
    from optimizer.report.plan_day import day_report

    with progress_line(quiet=quiet) as progress:
        found = api.play_day(plan, day_type or None, what_if=what_if, seed=seed, progress=progress)
    return day_report(found, reading), found.holds and reading.holds

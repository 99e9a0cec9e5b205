"""``fleetopt verify``: the rules and the bill of a plan file, read again by independent code."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.guard import errors_told
from optimizer.cli.options import DebugOption, FormatOption, OutputOption, PlanArgument, QuietOption
from optimizer.errors import EXIT_BAD_INPUT

if TYPE_CHECKING:
    from optimizer.cli.output import Delivery
    from optimizer.verification.traffic import Loss

#: Rates are raised by at most so much.
MOST_SCALE = 100.0
LOSSES = {
    "none": "as planned",
    "zone": "without the fullest zone",
    "instance": "without one instance",
    "region": "with one region lost",
    "spot": "without spot that may vanish",
}


def _factor(value: float) -> float:
    if not (math.isfinite(value) and 0.0 < value <= MOST_SCALE):
        message = f"must be above 0 and at most {MOST_SCALE:g} (found {value:g}). Write 1.15 for 15 % more."
        raise typer.BadParameter(message)
    return value


def verify(
    plan: PlanArgument,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="SCENARIO",
            help="Compare the plan's inputs with this scenario and its catalog as they are now.",
        ),
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Play the traffic against every kind of pool and show what it reaches.")
    ] = False,
    without_zone: Annotated[
        bool, typer.Option("--without-zone", help="Replay without the fullest zone of each location.")
    ] = False,
    without_instance: Annotated[
        bool, typer.Option("--without-instance", help="Replay without one instance of each pool.")
    ] = False,
    without_region: Annotated[
        bool, typer.Option("--without-region", help="Replay what stands by, with the requests of any one lost region.")
    ] = False,
    without_spot: Annotated[
        bool, typer.Option("--without-spot", help="Replay without the spot instances that may vanish.")
    ] = False,
    scale: Annotated[
        float, typer.Option("--scale", metavar="FACTOR", callback=_factor, help="Replay with every rate times this.")
    ] = 1.0,
    output: OutputOption = None,
    format_: FormatOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Read every rule again over a finished plan and add its bill up; exit 0 if everything holds, else 1.

    With --replay (or any of the options that say what to replay) the traffic of the plan is played against every kind
    of pool, event by event, and the percentile that it reaches is shown instead.
    """
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.cli.warn import warned
        from optimizer.report.plan_checked import checks_report

        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output(plan, against or "")
        losses: dict[Loss, bool] = {
            "zone": without_zone,
            "instance": without_instance,
            "region": without_region,
            "spot": without_spot,
        }
        taken = [loss for loss, asked in losses.items() if asked]
        if len(taken) > 1:
            message = "one thing is lost at a time: keep one of the --without options."
            raise typer.BadParameter(message)
        if replay or taken or scale != 1.0:
            _replayed(plan, next(iter(taken), "none"), scale, against, delivery)
            return
        read = api.load_plan(plan)
        now = None if against is None else api.load_scenario(against)
        warned(() if now is None else now.warnings, quiet=quiet)
        checks = api.verify(read, now)
        delivery.deliver(checks_report(str(plan), checks))
        if not all(check.holds for check in checks):
            raise typer.Exit(EXIT_BAD_INPUT)


def _replayed(plan: Path, loss: Loss, scale: float, against: str | None, delivery: Delivery) -> None:
    """Replay, and end with 1 where a target is missed."""
    from optimizer import api
    from optimizer.cli.progress import progress_line
    from optimizer.report.replay_page import replay_report

    if against is not None:
        message = "a replay reads the plan alone: leave --against out."
        raise typer.BadParameter(message)
    with progress_line(quiet=delivery.quiet) as progress:
        rows = api.replay(plan, loss=loss, scale=scale, progress=progress)
    raised = "" if scale == 1.0 else f", rates x {scale:g}"
    delivery.deliver(replay_report(str(plan), rows, f"replayed {LOSSES[loss]}{raised}"))
    if not rows or not all(row.holds for row in rows):
        raise typer.Exit(EXIT_BAD_INPUT)

"""``fleetopt replan``: what to change of a plan in force, and in which order."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.guard import errors_told
from optimizer.cli.options import (
    DebugOption,
    FormatOption,
    GapOption,
    NoCacheOption,
    OutputOption,
    QuietOption,
    SeedOption,
    SetOption,
    TimeLimitOption,
    WithOption,
)
from optimizer.errors import EXIT_CHANGE


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
        help="Charge for every instance that starts or stops; a moved one does both.  [default: 1]",
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
        help="Plan again every week of this demand file with columns `week` and `actual`, and say what that costs, "
        "changes and does not carry.",
    ),
]
WritePlanOption = Annotated[
    Path | None, typer.Option("--write-plan", metavar="FILE", help="Write the plan that is reached, as `plan -o` does.")
]
DetailedExitOption = Annotated[
    bool, typer.Option("--detailed-exitcode", help="Exit 0 where nothing is to be changed, 5 where something is.")
]


def replan(
    plan: InForceArgument,
    scenario: QuestionOption,
    forecast: ForecastOption = None,
    change_cost: ChangeCostOption = None,
    if_changed: IfChangedOption = None,
    rolling: RollingOption = None,
    write_plan: WritePlanOption = None,
    detailed_exitcode: DetailedExitOption = False,
    output: OutputOption = None,
    format_: FormatOption = None,
    sets: SetOption = None,
    overlays: WithOption = None,
    seed: SeedOption = 0,
    gap: GapOption = None,
    time_limit: TimeLimitOption = None,
    no_cache: NoCacheOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Tell what to change of what runs, what each change is worth, and in which order it breaks no promise.

    What is committed stays; every instance that starts or stops is charged. After each step every rule is read again,
    as by `fleetopt verify`. A name that ends in .csv is a list of what runs, which carries the scenario's own demand
    now; any other is a plan. What the scenario itself says of today's fleet (`running`) is not read.
    """
    if rolling is not None:
        _refuse_beside_rolling(forecast, if_changed, write_plan, gap, time_limit, detailed_exitcode=detailed_exitcode)
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.cli.progress import progress_line
        from optimizer.cli.warn import warned
        from optimizer.report.plan_page import plan_report
        from optimizer.report.replan_page import replan_report
        from optimizer.report.rolling_page import rolling_report

        reads = (plan, scenario, forecast or "", rolling or "", *(overlays or ()))
        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output(*reads)
        to_plan = Delivery(None, write_plan, quiet=True)
        to_plan.refuse_bad_output(*reads)
        in_force = api.load_in_force(plan, scenario, sets or (), overlays or (), use_cache=not no_cache)
        if rolling is not None:
            with progress_line(quiet=quiet) as progress:
                year = api.replan_weeks(
                    in_force,
                    scenario,
                    rolling,
                    sets or (),
                    overlays or (),
                    change_cost=change_cost,
                    seed=seed,
                    progress=progress,
                    use_cache=not no_cache,
                )
            delivery.deliver(rolling_report(str(plan), str(rolling), year))
            return
        inputs = api.load_scenario(scenario, sets or (), overlays or (), forecast)
        warned(inputs.warnings, quiet=quiet)
        with progress_line(quiet=quiet) as progress:
            found = api.replan(
                in_force,
                inputs,
                change_cost=change_cost,
                if_changed=if_changed,
                seed=seed,
                gap=gap,
                time_limit_s=time_limit,
                progress=progress,
                use_cache=not no_cache,
            )
        if write_plan is not None:
            to_plan.deliver(plan_report(found.plan))
        delivery.deliver(replan_report(str(plan), found))
        if detailed_exitcode and found.changed:
            raise typer.Exit(EXIT_CHANGE)


def _refuse_beside_rolling(*given: object, detailed_exitcode: bool) -> None:
    """Refuse options that would be ignored."""
    if detailed_exitcode or any(value is not None for value in given):
        message = (
            "plans every week of its file at gap 0 and writes no plan: --forecast, --if-changed, --write-plan, --gap, "
            "--time-limit and --detailed-exitcode do not go with it. Leave them out."
        )
        raise typer.BadParameter(message, param_hint="'--rolling'")

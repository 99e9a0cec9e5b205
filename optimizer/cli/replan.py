"""``fleetopt replan``: what to change of a plan in force, and in which order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from optimizer.cli.replan_options import (
    ActualsOption,
    ChangeCostOption,
    DetailedExitOption,
    EventsOption,
    ForecastOption,
    IfChangedOption,
    InForceArgument,
    QuestionOption,
    RollingOption,
    TimezoneOption,
    WritePlanOption,
)
from optimizer.errors import EXIT_CHANGE

if TYPE_CHECKING:
    from optimizer.cli.output import Delivery
    from optimizer.domain.replan import Replan
    from optimizer.report.report import Report


def replan(
    plan: InForceArgument,
    scenario: QuestionOption,
    forecast: ForecastOption = None,
    actuals: ActualsOption = None,
    change_cost: ChangeCostOption = None,
    if_changed: IfChangedOption = None,
    rolling: RollingOption = None,
    events: EventsOption = None,
    timezone: TimezoneOption = None,
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
    alone = (forecast, actuals, if_changed, write_plan, gap, time_limit)
    _refuse_what_does_not_go_together(
        rolling, actuals, (events, timezone), any(value is not None for value in alone) or detailed_exitcode
    )
    with errors_told(debug=debug):
        from optimizer.cli.output import Delivery

        delivery, to_plan = Delivery(format_, output, quiet), Delivery(None, write_plan, quiet=True)
        files = (plan, scenario, forecast, actuals, rolling, events, *(overlays or ()))
        for writes in (delivery, to_plan):
            writes.refuse_bad_output(*(file for file in files if file is not None))
        question = (plan, scenario, sets or (), overlays or ())
        how: dict[str, Any] = {
            "change_cost": change_cost,
            "events": events,
            "timezone": timezone or "UTC",
            "seed": seed,
            "use_cache": not no_cache,
        }
        if rolling is not None:
            delivery.deliver(_weeks(*question, rolling, how, quiet=quiet))
            return
        how |= {"if_changed": if_changed, "actuals": actuals, "gap": gap, "time_limit_s": time_limit}
        found, report = _once(*question, forecast, how, quiet=quiet)
        _write_plan(found, to_plan)
        delivery.deliver(report)
        if detailed_exitcode and found.changed:
            raise typer.Exit(EXIT_CHANGE)


def _write_plan(found: Replan, to_plan: Delivery) -> None:
    """Write the plan that is reached, where that was asked for."""
    if to_plan.output is not None:
        from optimizer.report.plan_page import plan_report

        to_plan.deliver(plan_report(found.plan))


def _weeks(
    plan: Path, scenario: str, sets: list[str] | tuple[()], overlays: list[Path] | tuple[()], weeks: Path,
    how: dict[str, Any], *, quiet: bool,
) -> Report:  # fmt: skip
    """Plan every week again."""
    from optimizer import api
    from optimizer.cli.progress import progress_line
    from optimizer.report.rolling_page import rolling_report

    in_force = api.load_in_force(plan, scenario, sets, overlays, use_cache=how["use_cache"])
    with progress_line(quiet=quiet) as progress:
        year = api.replan_weeks(in_force, scenario, weeks, sets, overlays, progress=progress, **how)
    return rolling_report(str(plan), str(weeks), year)


def _once(
    plan: Path, scenario: str, sets: list[str] | tuple[()], overlays: list[Path] | tuple[()], forecast: Path | None,
    how: dict[str, Any], *, quiet: bool,
) -> tuple[Replan, Report]:  # fmt: skip
    """Plan again once."""
    from optimizer import api
    from optimizer.cli.progress import progress_line
    from optimizer.cli.warn import warned
    from optimizer.report.replan_page import replan_report

    in_force = api.load_in_force(plan, scenario, sets, overlays, use_cache=how["use_cache"])
    inputs = api.load_scenario(scenario, sets, overlays, forecast)
    warned(inputs.warnings, quiet=quiet)
    with progress_line(quiet=quiet) as progress:
        found = api.replan(in_force, inputs, correct=forecast is None, progress=progress, **how)
    return found, replan_report(str(plan), found)


def _refuse_what_does_not_go_together(
    rolling: Path | None, actuals: Path | None, of_history: tuple[Path | None, str | None], once: bool
) -> None:
    """Refuse options that would be ignored: those of planning once beside weeks, and those of a history without one."""
    if rolling is not None and once:
        message = (
            "plans every week of its file at gap 0 and writes no plan: --forecast, --actuals, --if-changed, "
            "--write-plan, --gap, --time-limit and --detailed-exitcode do not go with it. Leave them out."
        )
        raise typer.BadParameter(message, param_hint="'--rolling'")
    if rolling is None and actuals is None and any(value is not None for value in of_history):
        message = "tell how to read a history: they go with --actuals or --rolling."
        raise typer.BadParameter(message, param_hint="'--events', '--timezone'")

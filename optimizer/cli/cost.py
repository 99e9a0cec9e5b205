"""``fleetopt cost``: what today's fleet or a plan costs; nothing is solved unless asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.guard import errors_told
from optimizer.cli.options import (
    DebugOption,
    FormatOption,
    NoCacheOption,
    OutputOption,
    QuietOption,
    SetOption,
    WithOption,
)

if TYPE_CHECKING:
    from optimizer.domain.account import By

GROUPS = ("category", "service", "location", "option")


def _by(text: str) -> str:
    if text in GROUPS:
        return text
    from optimizer.inputs.wording import did_you_mean

    message = f"must be one of {', '.join(GROUPS)} (found {text}). {did_you_mean(text, GROUPS, 'groups')}"
    raise typer.BadParameter(message)


WhatArgument = Annotated[
    str,
    typer.Argument(
        metavar="FLEET.csv|PLAN.json|SCENARIO",
        help="A CSV of what runs today, a plan file, or a scenario whose `running` names such a CSV.",
    ),
]
ForScenarioOption = Annotated[
    str | None, typer.Option("--scenario", metavar="SCENARIO", help="What a FLEET.csv serves: a scenario file or name.")
]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar=f"[{'|'.join(GROUPS)}]",
        parser=_by,
        help="Add the bill up by that, on the page and in CSV.",
    ),
]
AgainstPlanOption = Annotated[
    bool, typer.Option("--against-plan", help="Find the cheapest plan too, and what it would save by cause.")
]


def cost(
    what: WhatArgument,
    scenario: ForScenarioOption = None,
    by: ByOption = None,
    against_plan: AgainstPlanOption = False,
    output: OutputOption = None,
    format_: FormatOption = None,
    sets: SetOption = None,
    overlays: WithOption = None,
    no_cache: NoCacheOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Say what today's fleet costs, line by line, and whether it holds its targets; or read the bill of a plan again.

    A name that ends in .csv is a fleet and needs --scenario, one that ends in .json is a plan, any other a scenario.
    """
    _refuse_unused(what, scenario, asked=bool(sets or overlays or against_plan))
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.cli.progress import progress_line
        from optimizer.cli.warn import warned
        from optimizer.inputs import is_plan_file
        from optimizer.report.cost_page import cost_report

        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output(what, scenario or "", *(overlays or ()))
        if is_plan_file(what):
            account = api.cost(what)
        else:
            inputs = api.load_fleet(what, scenario, sets or (), overlays or ())
            warned(inputs.warnings, quiet=quiet)
            with progress_line(quiet=quiet) as progress:
                account = api.cost(inputs, against_plan=against_plan, progress=progress, use_cache=not no_cache)
        group: By | None = by  # type: ignore[assignment]  # one of GROUPS, as `_by` has it
        delivery.deliver(cost_report(account, group))


def _refuse_unused(what: str, scenario: str | None, *, asked: bool) -> None:
    """Refuse options that would be ignored, and a fleet without its scenario."""
    from optimizer.inputs import is_fleet_file, is_plan_file

    if is_fleet_file(what) and scenario is None:
        message = f"{what} needs the scenario that says what it serves. Add --scenario SCENARIO."
        raise typer.BadParameter(message, param_hint="'--scenario'")
    if scenario is not None and not is_fleet_file(what):
        message = f"goes with a FLEET.csv only (found {what}). Leave it out."
        raise typer.BadParameter(message, param_hint="'--scenario'")
    if is_plan_file(what) and asked:
        message = f"--set, --with and --against-plan ask about a fleet; {what} is a plan. Leave them out."
        raise typer.BadParameter(message)

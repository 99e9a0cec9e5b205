"""``fleetopt explain``: why this and why not that, each answer a plan beside the cheapest."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from optimizer.cli.guard import errors_told
from optimizer.cli.options import (
    DebugOption,
    FormatOption,
    NoCacheOption,
    OutputOption,
    QuietOption,
    SeedOption,
    SetOption,
    WithOption,
)

WhatArgument = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO|PLAN.json",
        help="A scenario file or the name of a shipped one; or a plan file, which needs --scenario.",
    ),
]
ItemArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="ITEM",
        help="A service, a pool (ranking@aws/us-east-1), an instance type (g6.xlarge, aws/g6.xlarge), a location "
        "(aws/us-east-1), a purchase option (spot), a cost category (network) or a line of the bill (line:logs); "
        "service:NAME, type:NAME and so on where two have the name; * stands for any part of a type's name. "
        "Without it: what binds, and what each assumption moves.",
    ),
]
OfScenarioOption = Annotated[
    str | None, typer.Option("--scenario", metavar="SCENARIO", help="What PLAN.json was made from: a file or a name.")
]


def explain(
    what: WhatArgument,
    item: ItemArgument = None,
    scenario: OfScenarioOption = None,
    output: OutputOption = None,
    format_: FormatOption = None,
    sets: SetOption = None,
    overlays: WithOption = None,
    seed: SeedOption = 0,
    no_cache: NoCacheOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Say why the cheapest plan has a service, pool, type, location or purchase option as it has, or does without.

    Chosen, with what the best plan without it costs; cannot, with what stands in the way; or what the best plan with it
    costs. Without an item: what a tenth more or less of each target, limit and assumption does to the total, what one
    more region saves and one type less costs. Every figure is a plan of its own, proved at gap 0.
    """
    _refuse_unused(what, scenario)
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.cli.progress import progress_line
        from optimizer.cli.warn import warned
        from optimizer.decisions.work import WORTH_PROCESSES, local_processes
        from optimizer.report.explain_page import explain_report
        from optimizer.report.overview_page import overview_report

        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output(what, scenario or "", *(overlays or ()))
        inputs = api.load_scenario(scenario or what, sets or (), overlays or ())
        warned(inputs.warnings, quiet=quiet)
        common: dict[str, Any] = {
            "plan_file": what if scenario is not None else None,
            "seed": seed,
            "use_cache": not no_cache,
        }
        with progress_line(quiet=quiet) as progress:
            if item is not None:
                report = explain_report(api.explain(inputs, item, progress=progress, **common))
            else:
                with local_processes(WORTH_PROCESSES) as executor:
                    found = api.overview(inputs, progress=progress, executor=executor, **common)
                report = overview_report(found)
        delivery.deliver(report)


def _refuse_unused(what: str, scenario: str | None) -> None:
    """Refuse a plan without its scenario, and a second scenario."""
    from optimizer.inputs import is_plan_file

    if is_plan_file(what) and scenario is None:
        message = f"{what} needs the scenario it was made from. Add --scenario SCENARIO."
        raise typer.BadParameter(message, param_hint="'--scenario'")
    if scenario is not None and not is_plan_file(what):
        message = f"goes with a PLAN.json only (found {what}). Leave it out."
        raise typer.BadParameter(message, param_hint="'--scenario'")

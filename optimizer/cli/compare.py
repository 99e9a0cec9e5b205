"""``fleetopt compare``: options side by side, before anything is bought."""

from __future__ import annotations

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
    ScenarioArgument,
    SeedOption,
    SetOption,
    TimeLimitOption,
    WithOption,
)

OptionsOption = Annotated[Path, typer.Option("--options", metavar="FILE", help="What is compared, as YAML.")]
HorizonOption = Annotated[
    int | None, typer.Option("--horizon", min=1, metavar="MONTHS", help="Months that every option is planned for.")
]
DrawsOption = Annotated[
    int | None,
    typer.Option(
        "--draws",
        min=1,
        max=1_000_000,
        metavar="N",
        help="Draw each total N times over traffic, prices and failures; key draws of the options says how.",
    ),
]


def compare(
    scenario: ScenarioArgument,
    options: OptionsOption,
    horizon: HorizonOption = None,
    draws: DrawsOption = None,
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
    """Plan options side by side: what each costs and risks, why they differ, break-even prices and regret.

    An option without a plan says why, and the others stand: exit code 0 unless none has a plan.
    """
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.cli.progress import progress_line
        from optimizer.decisions.work import local_processes
        from optimizer.errors import NoPlanFound
        from optimizer.report.compare_page import comparison_report

        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output(scenario, options, *(overlays or ()))
        asked = api.load_options(scenario, options, sets or (), overlays or (), horizon_months=horizon)
        with progress_line(quiet=quiet) as progress, local_processes(asked.tasks) as executor:
            found = api.compare(
                asked,
                seed=seed,
                gap=gap,
                time_limit_s=time_limit,
                progress=progress,
                use_cache=not no_cache,
                executor=executor,
                draws=draws,
            )
        delivery.deliver(comparison_report(found))
        if all(option.total is None for option in found.options):
            raise NoPlanFound("none of the options has a plan.")

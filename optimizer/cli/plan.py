"""``fleetopt plan``: the cheapest fleet."""

from __future__ import annotations

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

AlternativesOption = Annotated[
    bool,
    typer.Option(
        "--alternatives",
        help="Plan simpler and safer ways beside it, and say what each costs: all at gap 0 unless --gap is given.",
    ),
]


def plan(
    scenario: ScenarioArgument,
    alternatives: AlternativesOption = False,
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
    """Find the cheapest fleet that keeps every latency target, prove it, verify it and write its bill.

    The result goes to stdout. With -o the plan goes to a file, which `fleetopt verify` and other tools read.
    """
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.cli.progress import progress_line
        from optimizer.cli.warn import warned
        from optimizer.report.plan_page import plan_report

        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output(scenario, *(overlays or ()))
        inputs = api.load_scenario(scenario, sets or (), overlays or ())
        warned(inputs.warnings, quiet=quiet)
        with progress_line(quiet=quiet) as progress:
            found = api.plan(
                inputs,
                seed=seed,
                gap=0.0 if alternatives and gap is None else gap,
                time_limit_s=time_limit,
                progress=progress,
                use_cache=not no_cache,
                copies=True,
            )
            if alternatives:
                from optimizer.decisions.work import WORTH_PROCESSES, local_processes

                with local_processes(WORTH_PROCESSES) as executor:
                    found = api.with_alternatives(
                        found,
                        inputs,
                        seed=seed,
                        gap=gap,
                        time_limit_s=time_limit,
                        progress=progress,
                        use_cache=not no_cache,
                        executor=executor,
                    )
        delivery.deliver(plan_report(found))

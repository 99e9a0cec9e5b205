"""``fleetopt check``: every fault of a scenario and its catalog; no solver."""

from __future__ import annotations

from optimizer.cli.guard import errors_told
from optimizer.cli.options import (
    DebugOption,
    FormatOption,
    OutputOption,
    QuietOption,
    ScenarioArgument,
    SetOption,
    WithOption,
)


def check(
    scenario: ScenarioArgument,
    output: OutputOption = None,
    format_: FormatOption = None,
    sets: SetOption = None,
    overlays: WithOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Check a scenario, its demand and its catalog; tell every fault at once, with its place and its mend."""
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.cli.warn import warned
        from optimizer.report.scenario_page import scenario_report

        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output(scenario, *(overlays or ()))
        inputs = api.load_scenario(scenario, sets or (), overlays or ())
        warned(inputs.warnings, quiet=quiet)
        delivery.deliver(scenario_report(inputs.scenario, inputs.catalog))

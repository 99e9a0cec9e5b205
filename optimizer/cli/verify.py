"""``fleetopt verify``: the rules and the bill of a plan file, read again by independent code."""

from __future__ import annotations

from typing import Annotated

import typer

from optimizer.cli.guard import errors_told
from optimizer.cli.options import DebugOption, FormatOption, OutputOption, PlanArgument, QuietOption
from optimizer.errors import EXIT_BAD_INPUT


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
    output: OutputOption = None,
    format_: FormatOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Read every rule again over a finished plan and add its bill up; exit 0 if everything holds, else 1."""
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.cli.warn import warned
        from optimizer.report.plan_checked import checks_report

        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output()
        read = api.load_plan(plan)
        now = None if against is None else api.load_scenario(against)
        warned(() if now is None else now.warnings, quiet=quiet)
        checks = api.verify(read, now)
        delivery.deliver(checks_report(str(plan), checks))
        if not all(check.holds for check in checks):
            raise typer.Exit(EXIT_BAD_INPUT)

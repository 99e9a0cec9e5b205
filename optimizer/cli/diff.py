"""``fleetopt diff``: two plans beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.guard import errors_told
from optimizer.cli.options import DebugOption, FormatOption, OutputOption, QuietOption
from optimizer.errors import EXIT_DIFFERS

BeforeArgument = Annotated[Path, typer.Argument(metavar="BEFORE", help="A plan file, written by `fleetopt plan -o`.")]
AfterArgument = Annotated[Path, typer.Argument(metavar="AFTER", help="Another plan file.")]
DetailedExitOption = Annotated[
    bool,
    typer.Option("--detailed-exitcode", help="Exit 0 where nothing differs, 2 where decisions, inputs or the bill do."),
]


def diff(
    before: BeforeArgument,
    after: AfterArgument,
    detailed_exitcode: DetailedExitOption = False,
    output: OutputOption = None,
    format_: FormatOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Tell what differs between two plans: fleet, pools, routes, commitments, every line of the bill, inputs.

    Amounts are a month of 730 hours of each plan's own horizon. Totals that lie nearer than both gaps together are said
    not to differ. Exit 0 in any case, unless --detailed-exitcode is given.
    """
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.report.diff_page import diff_report

        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output(before, after)
        found = api.diff(before, after)
        delivery.deliver(diff_report(found))
        if detailed_exitcode and found.differs:
            raise typer.Exit(EXIT_DIFFERS)

"""``fleetopt traffic``: a log of arrivals becomes demand that holds for its bursts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.forecast import MissingIsZeroOption, TimezoneOption
from optimizer.cli.guard import errors_told
from optimizer.cli.options import DebugOption, FormatOption, OutputOption, QuietOption

app = typer.Typer(
    help="How uneven arrivals are, and what to plan for them.", no_args_is_help=True, rich_markup_mode=None
)

LogArgument = Annotated[
    Path, typer.Argument(metavar="LOG", help="A CSV with a column of times: a row for each request, or counts.")
]
TimeOption = Annotated[
    str | None, typer.Option("--time", metavar="COLUMN", help="Column of times; the first that can be one.")
]
CountsOption = Annotated[
    str | None,
    typer.Option("--counts", metavar="COLUMN", help="Column of counts; requests, count or counts if there is one."),
]
ServiceOption = Annotated[str, typer.Option("--service", metavar="NAME", help="Service, if no column names it.")]
OriginOption = Annotated[str, typer.Option("--origin", metavar="NAME", help="Origin, if no column names it.")]


@app.callback()
def traffic() -> None:
    """How uneven arrivals are, and what to plan for them."""


@app.command(short_help="Judge a log of arrivals, and write its demand.")
def fit(
    log: LogArgument,
    time: TimeOption = None,
    counts: CountsOption = None,
    service: ServiceOption = "requests",
    origin: OriginOption = "all",
    timezone: TimezoneOption = "UTC",
    missing_is_zero: MissingIsZeroOption = False,
    output: OutputOption = None,
    format_: FormatOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Find the busiest five minutes and the burstiness of a log of arrivals, and how to plan for them.

    With --format csv, or -o FILE.csv, the result is a demand file that a scenario reads.
    """
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.report.formats import Format
        from optimizer.report.traffic_page import traffic_report

        if output is not None and output.suffix.lower() == ".csv":
            format_ = format_ or Format.CSV
        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output(log)
        found = api.fit_traffic(
            log,
            time=time,
            counts=counts,
            service=service,
            origin=origin,
            timezone=timezone,
            missing_is_zero=missing_is_zero,
        )
        delivery.deliver(traffic_report(found))

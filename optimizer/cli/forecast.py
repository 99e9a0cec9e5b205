"""``fleetopt forecast``: a history of counts becomes the demand of a horizon."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.guard import errors_told
from optimizer.cli.options import DebugOption, FormatOption, OutputOption, QuietOption

HistoryArgument = Annotated[
    Path, typer.Argument(metavar="HISTORY", help="A CSV of counts: a column of times, then one for each series.")
]
EventsOption = Annotated[
    Path | None,
    typer.Option("--events", metavar="FILE", help="A CSV of named days, past and coming: event, first, last, uplift."),
]
StartOption = Annotated[
    str | None, typer.Option("--start", metavar="DAY", help="First day of the horizon; the one after the history.")
]
MonthsOption = Annotated[int, typer.Option("--months", metavar="NUMBER", help="Length of the horizon.")]
TimezoneOption = Annotated[
    str,
    typer.Option("--timezone", metavar="NAME", help="Clock of hours and days, and of times without an offset."),
]
IntervalOption = Annotated[
    float, typer.Option("--interval", metavar="SHARE", help="Share of the hours that lie from low to high.")
]
PerSecondOption = Annotated[
    bool, typer.Option("--per-second", help="The file holds requests per second, not requests in the step.")
]
MissingIsZeroOption = Annotated[
    bool, typer.Option("--missing-is-zero", help="Steps without a row had no requests; else they are unknown.")
]


def forecast(
    history: HistoryArgument,
    events: EventsOption = None,
    start: StartOption = None,
    months: MonthsOption = 12,
    timezone: TimezoneOption = "UTC",
    interval: IntervalOption = 0.9,
    per_second: PerSecondOption = False,
    missing_is_zero: MissingIsZeroOption = False,
    output: OutputOption = None,
    format_: FormatOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Forecast requests by hour and day type from a history of counts, with intervals tested on the history.

    With --format csv the result is a demand file that a scenario reads.
    """
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.report.forecast_page import forecast_report

        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output(history, *([] if events is None else [events]))
        found = api.forecast(
            history,
            events=events,
            start=start,
            months=months,
            timezone=timezone,
            interval=interval,
            per_s=per_second,
            missing_is_zero=missing_is_zero,
        )
        delivery.deliver(forecast_report(found))

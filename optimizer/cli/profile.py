"""``fleetopt profile``: measured points to curves, and what is known of a profile."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.guard import errors_told
from optimizer.cli.options import DebugOption, FormatOption, OutputOption, QuietOption

app = typer.Typer(
    help="Measured service times: fit them, and show what is known.", no_args_is_help=True, rich_markup_mode=None
)
FORMS = {"auto": None, "measured": "measured", "two-slopes": "two slopes", "one-slope": "one slope"}


def _form(text: str) -> str:
    if text in FORMS:
        return text
    message = f"must be one of {', '.join(FORMS)} (found {text})."
    raise typer.BadParameter(message)


FilesArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="MEASUREMENTS...",
        help="CSV of Perf Analyzer or Model Analyzer, MLPerf summaries or results, plain CSV; told by their headers.",
    ),
]
ProfileNameOption = Annotated[
    str, typer.Option("--profile", metavar="MODEL/PRECISION", help="What was measured, where no column says it.")
]
AcceleratorOption = Annotated[
    str, typer.Option("--accelerator", metavar="NAME", help="What it ran on, as the catalog calls it.")
]
CountOption = Annotated[
    int, typer.Option("--accelerators-per-replica", metavar="NUMBER", min=1, help="Accelerators of one replica.")
]
MinVcpuOption = Annotated[
    int, typer.Option("--min-vcpu", metavar="NUMBER", min=0, help="Smallest host to trust it on, vCPUs a replica.")
]
AsOfOption = Annotated[str, typer.Option("--as-of", metavar="DAY", help="Day of the measurement.")]
SourceOption = Annotated[
    str, typer.Option("--source", metavar="TEXT", help="What a reader of the plan should know of its origin.")
]
BatchOption = Annotated[
    list[int] | None,
    typer.Option(
        "--batch-size", metavar="NUMBER", min=1, help="Of a file that does not say it; once for each, in their order."
    ),
]
FormOption = Annotated[
    str,
    typer.Option(
        "--form",
        metavar=f"[{'|'.join(FORMS)}]",
        callback=_form,
        help="Curve; auto has the least mean error at left-out points.",
    ),
]
SkipOption = Annotated[
    bool, typer.Option("--skip-rejected", help="Fit without rows that contradict themselves or others.")
]
EstimateOption = Annotated[
    bool, typer.Option("--estimate", help="Estimate the accelerators of the catalog that nobody measured.")
]
CatalogsOption = Annotated[
    list[str] | None,
    typer.Option("--catalog", metavar="CATALOG", help="Catalog that knows the names.  [default: public-cloud]"),
]
IntoOption = Annotated[
    Path | None,
    typer.Option("--into", metavar="DIR", help="Write the curves to a catalog of yours, a new one or one that exists."),
]


@app.command(short_help="Turn measured points into curves of a profile.")
def fit(
    measurements: FilesArgument,
    profile: ProfileNameOption = "",
    accelerator: AcceleratorOption = "",
    as_of: AsOfOption = "",
    batch_size: BatchOption = None,
    accelerators_per_replica: CountOption = 1,
    min_vcpu: MinVcpuOption = 0,
    source: SourceOption = "",
    form: FormOption = "auto",
    skip_rejected: SkipOption = False,
    estimate: EstimateOption = False,
    catalog: CatalogsOption = None,
    into: IntoOption = None,
    output: OutputOption = None,
    format_: FormatOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Fit measured points: the curve that predicts left-out points best, its error and band, for a catalog of yours.

    With --into the catalog can be planned with at once; with --format csv the result is a profiles.csv.
    """
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.cli.profile_into import refuse_bad_folder, write_into
        from optimizer.cli.warn import warned
        from optimizer.inputs.measurements import MeasurementAsked
        from optimizer.report.formats import Format
        from optimizer.report.profile_fit import profile_fit_report

        if format_ is None and output is not None and output.suffix == ".csv":
            format_ = Format.CSV
        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output(*measurements)
        asked = MeasurementAsked(
            profile=profile,
            accelerator=accelerator,
            accelerators_per_replica=accelerators_per_replica,
            min_vcpu=min_vcpu,
            source=source,
            as_of=as_of,
            batch_sizes=tuple(batch_size or ()),
        )
        known = api.load_catalog(catalog or ["public-cloud"])
        existing = None if into is None else refuse_bad_folder(into, measurements)
        found = api.fit_profile(
            measurements,
            asked,
            catalog=known,
            form=FORMS[form],  # type: ignore[arg-type]
            skip_rejected=skip_rejected,
            estimate=estimate,
        )
        delivery.deliver(profile_fit_report(found))
        warned(found.warnings, quiet=quiet)
        if into is not None:
            write_into(into, found, existing, known.currency, quiet=quiet)


@app.command(short_help="Show what is known of a profile.")
def show(
    profile: Annotated[
        str | None, typer.Argument(metavar="PROFILE", help="served-model/precision; all of them if none is named.")
    ] = None,
    catalog: CatalogsOption = None,
    accelerator: Annotated[
        str | None, typer.Option("--accelerator", metavar="NAME", help="Only this accelerator, point by point.")
    ] = None,
    output: OutputOption = None,
    format_: FormatOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Show a profile on every accelerator: points, basis, band, source, date, rates, and what a million items cost."""
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.report.profile_show import profile_show_report

        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output()
        known = api.load_catalog(catalog or ["public-cloud"])
        delivery.deliver(
            profile_show_report(known, api.profile_curves(known, profile, accelerator), profile, accelerator)
        )

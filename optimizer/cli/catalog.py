"""``fleetopt catalog``: what is known, how fresh it is, what is estimated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.guard import errors_told
from optimizer.cli.options import CatalogArgument, DebugOption, FormatOption, OutputOption, QuietOption
from optimizer.errors import Fault, InputError

if TYPE_CHECKING:
    from optimizer.domain.catalog import Catalog

app = typer.Typer(
    help="What is known, how fresh it is, what is estimated.", no_args_is_help=True, rich_markup_mode=None
)
NAMES_SHOWN = 12


@app.command("list", short_help="List the catalogs that come along.")
def list_(
    output: OutputOption = None,
    format_: FormatOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """List the catalogs that come with fleetopt."""
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.report.catalog_list import catalog_list_report

        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output()
        delivery.deliver(catalog_list_report({name: api.load_catalog(name) for name in api.shipped_catalogs()}))


@app.command(short_help="Show locations, prices and service times.")
def show(
    catalog: CatalogArgument,
    location: Annotated[
        str | None, typer.Option("--location", metavar="PROVIDER/REGION", help="Only this location.")
    ] = None,
    instance_type: Annotated[
        str | None, typer.Option("--instance-type", metavar="TYPE", help="Only this instance type.")
    ] = None,
    output: OutputOption = None,
    format_: FormatOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Show locations, prices and service times of a catalog, with their dates and bases."""
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.report.catalog_page import catalog_report

        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output()
        found = api.load_catalog(catalog)
        _refuse_unknown(found, location, instance_type)
        delivery.deliver(catalog_report(found, location, instance_type))


@app.command(short_help="Tell faults, freshness and estimates.")
def check(
    catalog: CatalogArgument,
    output: OutputOption = None,
    format_: FormatOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Check a catalog: every fault; without one, how complete, fresh and measured it is."""
    with errors_told(debug=debug):
        from optimizer import api
        from optimizer.cli.output import Delivery
        from optimizer.report.catalog_quality import catalog_check_report

        delivery = Delivery(format_, output, quiet)
        delivery.refuse_bad_output()
        delivery.deliver(catalog_check_report(api.load_catalog(catalog)))


def _refuse_unknown(catalog: Catalog, location: str | None, instance_type: str | None) -> None:
    faults = []
    if location is not None and location not in catalog.locations:
        faults.append(_unknown("--location", location, catalog, sorted(catalog.locations)))
    names = sorted({name for _, name in catalog.instance_types})
    if instance_type is not None and instance_type not in names:
        faults.append(_unknown("--instance-type", instance_type, catalog, names))
    if faults:
        raise InputError(faults)


def _unknown(option: str, found: str, catalog: Catalog, known: Iterable[str]) -> Fault:
    import difflib

    names = list(known)
    near = difflib.get_close_matches(found, names, n=3, cutoff=0.5) or [name for name in names if found in name]
    shown = near or names[:NAMES_SHOWN]
    more = f" and {len(names) - len(shown)} more" if not near and len(names) > len(shown) else ""
    mend = f"{'Did you mean' if near else 'It knows'} {', '.join(shown)}{more}{'?' if near else '.'}"
    return Fault(option, f'not in catalog {catalog.name} (found "{found}")', mend, "unknown-name")

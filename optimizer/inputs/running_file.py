"""Today's fleet: a CSV of what runs."""

from __future__ import annotations

from collections.abc import Iterable

from optimizer.domain.catalog import Catalog
from optimizer.domain.purchase import RunningRow
from optimizer.inputs.columns import Column
from optimizer.inputs.csv_table import Table, read_table
from optimizer.inputs.faults import Faults
from optimizer.inputs.raw_table import read_raw_table
from optimizer.inputs.wording import did_you_mean, show

OPTIONS = ("on_demand", "spot", "committed_1y", "committed_3y", "owned")
COLUMNS = (
    Column("provider"),
    Column("region"),
    Column("zone", required=False, may_be_empty=True),
    Column("instance_type"),
    Column("purchase_option", choices=OPTIONS),
    Column("count", "whole", low=0, high=1_000_000),
    Column("service", required=False, may_be_empty=True),
    Column("committed_until", "date", required=False, may_be_empty=True),
)
KEY = ("provider", "region", "zone", "instance_type", "purchase_option", "service", "committed_until")


def read_running(
    text: str, shown: str, catalog: Catalog, services: tuple[str, ...] | None, faults: Faults, listed_in: str = ""
) -> tuple[RunningRow, ...]:
    """Read what runs today.

    Parameters
    ----------
    text
        The file.
    shown
        Its name, as faults give it.
    catalog
        Knows locations, zones and instance types.
    services
        Names that may be given; None where there is no scenario to compare them with.
    listed_in
        File that lists the services.

    Returns
    -------
    tuple of RunningRow
        In the order of the file; rows with faults left out.
    """
    raw = read_raw_table(text, shown, faults)
    if raw is None:
        return ()
    table = read_table(raw, COLUMNS, KEY, faults)
    return tuple(
        RunningRow(
            location=f"{row['provider']}/{row['region']}",
            zone=row["zone"] or "",
            instance_type=row["instance_type"],
            purchase_option=row["purchase_option"],
            count=row["count"],
            service=row["service"] or "",
            committed_until=row["committed_until"] or "",
        )
        for index, row in table.rows()
        if _is_known(table, index, row, catalog, services, listed_in, faults)
    )


def _is_known(
    table: Table,
    index: int,
    row: dict[str, object],
    catalog: Catalog,
    services: tuple[str, ...] | None,
    listed_in: str,
    faults: Faults,
) -> bool:
    """Tell names that the catalog or the scenario does not know."""
    before = len(faults)
    place = f"{row['provider']}/{row['region']}"
    location = catalog.locations.get(place)
    if location is None:
        _tell(table, index, "region", place, catalog.locations, "locations", faults)
    elif row["zone"] and row["zone"] not in location.zones:
        _tell(table, index, "zone", str(row["zone"]), location.zones, "zones", faults)
    if (row["provider"], row["instance_type"]) not in catalog.instance_types:
        names = [name for provider, name in catalog.instance_types if provider == row["provider"]]
        _tell(table, index, "instance_type", str(row["instance_type"]), names, "instance types", faults)
    if services is not None and row["service"] and row["service"] not in services:
        _tell(table, index, "service", str(row["service"]), services, "services", faults, listed_in)
    return len(faults) == before


def _tell(
    table: Table,
    index: int,
    column: str,
    name: str,
    known: Iterable[str],
    kind: str,
    faults: Faults,
    listed_in: str = "",
) -> None:
    mend = did_you_mean(name, known, kind, listed_in)
    what = f"unknown {kind[:-1]} (found {show(name)})"
    faults.add_unless_told(table.where(index, column), what, mend, "unknown-name")

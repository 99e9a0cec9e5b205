"""The catalogs that come with fleetopt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, date_range

if TYPE_CHECKING:
    from optimizer.domain.catalog import Catalog


def catalog_list_report(catalogs: Mapping[str, Catalog]) -> Report:
    """Return the catalogs that come with fleetopt, with what each holds."""
    rows = [_list_entry(name, catalog) for name, catalog in sorted(catalogs.items())]
    return Report(
        page=lambda: _list_page(rows),
        document=lambda: {"catalogs": rows},
        records=lambda: Records(tuple(rows[0]) if rows else ("name",), [tuple(row.values()) for row in rows]),
    )


def _list_entry(name: str, catalog: Catalog) -> dict[str, Any]:
    offered = [price for price in catalog.prices.values() if price.status == "offered"]
    bought = list(catalog.owned.values())
    return {
        "name": name,
        "currency": catalog.currency,
        "as_of": catalog.as_of,
        "locations": len(catalog.locations),
        "instance_types": len(catalog.instance_types),
        "prices": len(offered),
        "owned_servers": len({(server.provider, server.instance_type) for server in bought}),
        "price_dates": date_range([*(p.source.as_of for p in offered), *(s.source.as_of for s in bought)]),
        "profiles": len({curve.profile for curve in catalog.profiles}),
        "curves": len(catalog.profiles),
    }


def _list_page(rows: Sequence[Mapping[str, Any]]) -> Page:
    columns = (
        Column("catalog", untitled=True),
        Column("currency", drop=1),
        Column("as of"),
        Column("places", right=True),
        Column("types", right=True),
        Column("prices", right=True),
        Column("profiles", right=True),
        Column("price dates", drop=2, as_note="prices of {}"),
    )
    table = Table("Catalogs", columns, tuple(_list_row(row) for row in rows))
    hint = Facts("Look inside", (("fleetopt catalog show NAME",),))
    return Page((counted(len(rows), "catalog"),), (table, hint))


def _list_row(row: Mapping[str, Any]) -> Row:
    counts = (f"{row[key]:,}" for key in ("locations", "instance_types"))
    offers = [f"{row['prices']:,}"] if row["prices"] or not row["owned_servers"] else []
    offers += [f"{row['owned_servers']:,} to buy"] if row["owned_servers"] else []
    profiles = f"{row['profiles']:,}"
    return Row((row["name"], row["currency"], row["as_of"], *counts, " + ".join(offers), profiles, row["price_dates"]))

"""Servers to buy and the sites they can stand in, as a catalog's page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from optimizer.report.page import Column, Row, Table
from optimizer.report.words import accelerators_label, date_range, place_label

if TYPE_CHECKING:
    from optimizer.domain.catalog import Catalog, OwnedServer, Site

#: What a server costs and asks for; rows alike in this are one row for several locations.
Alike = tuple[str, float, float, float, float, float]
ENDS: tuple[Literal["low", "mid", "high"], ...] = ("low", "mid", "high")
#: From this column on, what all servers share is said once below the table.
FIRST_SHARED = 7


def owned_servers(catalog: Catalog, location: str | None, instance_type: str | None) -> list[OwnedServer]:
    """Return the servers to buy, of one location or one type where they are named, in a fixed order."""
    found = [
        server
        for server in catalog.owned.values()
        if location in (None, server.location) and instance_type in (None, server.instance_type)
    ]
    return sorted(found, key=lambda server: (server.instance_type, server.location))


def owned_tables(catalog: Catalog, servers: Sequence[OwnedServer]) -> tuple[Table, ...]:
    """Servers with both ends of their price, and their sites; nothing where nothing can be bought."""
    if not servers:
        return ()
    places = {server.location for server in servers}
    sites = [site for name, site in sorted(catalog.sites.items()) if name in places]
    return _server_table(catalog, servers), _site_table(catalog, sites)


def _server_table(catalog: Catalog, servers: Sequence[OwnedServer]) -> Table:
    groups: dict[Alike, list[OwnedServer]] = {}
    for server in servers:
        groups.setdefault(_alike(server), []).append(server)
    rows = [_server_cells(catalog, found) for found in groups.values()]
    columns = (
        Column("server", untitled=True),
        Column("accelerators", untitled=True, drop=1),
        *(Column(end, right=True) for end in ENDS),
        Column("W", right=True, drop=3, as_note="{} W"),
        Column("units", right=True, drop=4, as_note="{} rack units"),
        Column("in", least=16),
        Column("paid over", right=True, drop=5, as_note="over {}"),
        Column("as of", drop=2),
    )
    varied = [number for number in range(len(columns)) if number < FIRST_SHARED or len({r[number] for r in rows}) > 1]
    shared = [rows[0][number] for number in range(FIRST_SHARED, len(columns)) if number not in varied]
    return Table(
        "Servers to buy",
        tuple(columns[number] for number in varied),
        tuple(Row(tuple(row[number] for number in varied)) for row in rows),
        remarks=(" · ".join([f"{catalog.currency} each, ~ estimate", "W: at most, while serving", *shared]),),
    )


def _alike(server: OwnedServer) -> Alike:
    ends = (server.purchase_price_low, server.purchase_price_mid, server.purchase_price_high)
    return (server.instance_type, *ends, server.amortisation_months, server.rack_units)


def _server_cells(catalog: Catalog, servers: Sequence[OwnedServer]) -> tuple[str, ...]:
    first = servers[0]
    kind = catalog.instance_types[first.provider, first.instance_type]
    sign = "~" if first.source.basis == "estimate" else ""
    return (
        first.instance_type,
        accelerators_label(kind.accelerator, kind.accelerator_count),
        *(f"{sign}{first.purchase_price(end):,.0f}" for end in ENDS),
        "" if kind.max_power_w is None else f"{kind.max_power_w:,.0f}",
        f"{first.rack_units:g}",
        _places(server.location for server in servers),
        f"{first.amortisation_months:g} months",
        date_range(server.source.as_of for server in servers),
    )


def _places(names: Iterable[str]) -> str:
    return ", ".join(place_label(name) for name in sorted(names))


def _site_table(catalog: Catalog, sites: Sequence[Site]) -> Table:
    columns = (
        Column("site", untitled=True),
        Column("kW", right=True),
        Column("rack units", right=True),
        Column("a kW and month", right=True),
        Column("servers an operator", right=True, drop=2, as_note="{} servers an operator"),
        Column("as of", drop=1),
    )
    rows = [
        Row(
            (
                place_label(site.location),
                *(
                    "" if figure is None else f"{figure:,g}"
                    for figure in (
                        site.power_limit_kw,
                        site.rack_units,
                        site.space_price_per_kw_month,
                        site.servers_per_operator,
                    )
                ),
                site.source.as_of,
            )
        )
        for site in sites
    ]
    return Table("Sites", columns, tuple(rows), remarks=(f"empty: no limit, not counted · {catalog.currency}",))

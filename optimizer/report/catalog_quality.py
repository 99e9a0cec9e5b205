"""How complete, fresh and measured a catalog is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, date_range, percent, place_label

if TYPE_CHECKING:
    from optimizer.domain.catalog import Catalog, OwnedServer, Price, ProfileCurve


def catalog_check_report(catalog: Catalog) -> Report:
    """Return how complete, fresh and measured a catalog without faults is."""
    prices = sorted(catalog.prices.values(), key=lambda p: (p.location, p.instance_type, p.purchase_option))
    curves = list(catalog.profiles)
    rows = _by_location(prices)
    return Report(
        page=lambda: _check_page(catalog, rows, prices, curves),
        document=lambda: _check_document(catalog, rows, prices, curves),
        records=lambda: Records(tuple(rows[0]) if rows else ("location",), [tuple(row.values()) for row in rows]),
    )


def _by_location(prices: Sequence[Price]) -> list[dict[str, Any]]:
    grouped: dict[str, list[Price]] = {}
    for price in prices:
        grouped.setdefault(price.location, []).append(price)
    return [{"location": name, **quality(found)} for name, found in sorted(grouped.items())]


def _check_document(
    catalog: Catalog, rows: Sequence[Mapping[str, Any]], prices: Sequence[Price], curves: Sequence[ProfileCurve]
) -> dict[str, Any]:
    return {
        "name": catalog.name,
        "as_of": catalog.as_of,
        "faults": 0,
        "prices": quality(prices),
        "owned_servers": len(catalog.owned),
        "curves": dict(sorted(Counter(curve.source.basis for curve in curves).items())),
        "locations": [dict(row) for row in rows],
    }


def _check_page(
    catalog: Catalog, rows: Sequence[Mapping[str, Any]], prices: Sequence[Price], curves: Sequence[ProfileCurve]
) -> Page:
    columns = (
        Column("location", untitled=True),
        *(Column(name, right=True) for name in ("offered", "not sold", "unknown", "estimates")),
        Column("oldest"),
        Column("newest"),
    )
    table = Table("Prices by location", columns, tuple(_check_row(row) for row in rows))
    facts = quality_facts(prices, list(catalog.owned.values()), curves)
    title = (f"catalog {catalog.name}", "no faults", f"as of {catalog.as_of}")
    return Page(title, (*facts, table) if rows else facts)


def _check_row(row: Mapping[str, Any]) -> Row:
    counts = (f"{row[key]:,}" for key in ("offered", "not_offered", "unknown", "estimates"))
    return Row((place_label(row["location"]), *counts, row["oldest"] or "", row["newest"] or ""))


def quality(prices: Sequence[Price]) -> dict[str, Any]:
    """Count prices by status, with the estimates among them and the oldest and newest date."""
    status = Counter(price.status for price in prices)
    offered = [price for price in prices if price.status == "offered"]
    dates = sorted(price.source.as_of for price in offered if price.source.as_of)
    estimates = sum(price.source.basis == "estimate" for price in offered)
    return {
        **{name: status[name] for name in ("offered", "not_offered", "unknown")},
        "estimates": estimates,
        "oldest": dates[0] if dates else None,
        "newest": dates[-1] if dates else None,
    }


def quality_facts(
    prices: Sequence[Price], servers: Sequence[OwnedServer], curves: Sequence[ProfileCurve]
) -> tuple[Facts, ...]:
    """How many figures there are, how old they are, how many are estimates."""
    rents = bool(prices) or not servers
    known = (*(_status_pieces(prices) if rents else ()), *_server_pieces(servers))
    fresh = (*(_fresh_pieces(prices) if rents else ()), *_server_dates(servers))
    estimated = (*_estimated_prices(prices, servers), _estimated_times(curves))
    return Facts("Known", (known,)), Facts("Fresh", (fresh,)), Facts("Estimated", (estimated,))


def _status_pieces(prices: Sequence[Price]) -> tuple[str, ...]:
    found = quality(prices)
    return (
        f"{counted(found['offered'], 'price')} of {len(prices):,} options",
        f"{found['not_offered']:,} not offered",
        f"{found['unknown']:,} unknown, not used by plans",
    )


def _server_pieces(servers: Sequence[OwnedServer]) -> tuple[str, ...]:
    if not servers:
        return ()
    kinds, places = len({s.instance_type for s in servers}), len({s.location for s in servers})
    return (f"{counted(kinds, 'server')} to buy in {counted(places, 'location')}",)


def _fresh_pieces(prices: Sequence[Price]) -> tuple[str, ...]:
    found = quality(prices)
    return (f"oldest price {found['oldest'] or 'undated'}", f"newest {found['newest'] or 'undated'}")


def _server_dates(servers: Sequence[OwnedServer]) -> tuple[str, ...]:
    return (f"purchase prices of {date_range(server.source.as_of for server in servers)}",) if servers else ()


def _estimated_prices(prices: Sequence[Price], servers: Sequence[OwnedServer]) -> tuple[str, ...]:
    found = quality(prices)
    share = found["estimates"] / found["offered"] if found["offered"] else 0.0
    rented = (f"{percent(share, 0)} of the prices",) if prices or not servers else ()
    guessed = sum(server.source.basis == "estimate" for server in servers)
    bought = (f"{percent(guessed / len(servers), 0)} of the purchase prices",) if servers else ()
    return (*rented, *bought)


def _estimated_times(curves: Sequence[ProfileCurve]) -> str:
    bases = Counter(curve.source.basis for curve in curves)
    kinds = ", ".join(f"{count:,} {basis}" for basis, count in sorted(bases.items(), key=lambda item: -item[1]))
    return f"service times: {kinds} of {counted(len(curves), 'curve')}" if curves else "no service times"

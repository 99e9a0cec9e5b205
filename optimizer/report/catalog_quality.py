"""How complete, fresh and measured a catalog is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, percent, place_label

if TYPE_CHECKING:
    from optimizer.domain.catalog import Catalog, Price, ProfileCurve


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
    facts = (
        Facts("Known", (status_pieces(prices),)),
        Facts("Fresh", (fresh_pieces(prices),)),
        Facts("Estimated", (estimated_pieces(prices, curves),)),
    )
    return Page((f"catalog {catalog.name}", "no faults", f"as of {catalog.as_of}"), (*facts, table))


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


def status_pieces(prices: Sequence[Price]) -> tuple[str, ...]:
    """How many options have a price."""
    found = quality(prices)
    return (
        f"{counted(found['offered'], 'price')} of {len(prices):,} options",
        f"{found['not_offered']:,} not offered",
        f"{found['unknown']:,} unknown, not used by plans",
    )


def fresh_pieces(prices: Sequence[Price]) -> tuple[str, ...]:
    """Oldest and newest date of the prices."""
    found = quality(prices)
    return (f"oldest price {found['oldest'] or 'undated'}", f"newest {found['newest'] or 'undated'}")


def estimated_pieces(prices: Sequence[Price], curves: Sequence[ProfileCurve]) -> tuple[str, ...]:
    """Share of estimated prices, and service times by basis."""
    found = quality(prices)
    share = found["estimates"] / found["offered"] if found["offered"] else 0.0
    bases = Counter(curve.source.basis for curve in curves)
    kinds = ", ".join(f"{count:,} {basis}" for basis, count in sorted(bases.items(), key=lambda item: -item[1]))
    times = f"service times: {kinds} of {counted(len(curves), 'curve')}" if curves else "no service times"
    return (f"{percent(share, 0)} of the prices", times)

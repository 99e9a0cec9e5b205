"""What a catalog knows, of every location and type or of one."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from optimizer.report.catalog_overview import accelerator_table, curve_table, is_large, look_closer
from optimizer.report.catalog_owned import owned_servers, owned_tables
from optimizer.report.catalog_quality import quality_facts
from optimizer.report.catalog_tables import location_table, price_tables, profile_table
from optimizer.report.page import Facts, Page, Table
from optimizer.report.report import Records, Report

if TYPE_CHECKING:
    from optimizer.domain.catalog import Catalog, Location, OwnedServer, Price, ProfileCurve

_PRICE_NAMES = (
    "provider",
    "instance_type",
    "location",
    "purchase_option",
    "status",
    "price_per_hour",
    "basis",
    "as_of",
    "source",
)


def catalog_report(catalog: Catalog, location: str | None = None, instance_type: str | None = None) -> Report:
    """Return what a catalog knows, of one location or one instance type where they are named.

    Parameters
    ----------
    catalog
        The facts.
    location
        ``provider/region`` that the catalog holds, or None for all.
    instance_type
        Name of an instance type that the catalog holds, or None for all.
    """
    every = location is None and instance_type is None
    prices = [
        price
        for price in catalog.prices.values()
        if location in (None, price.location) and instance_type in (None, price.instance_type)
    ]
    prices.sort(key=lambda price: (price.location, price.instance_type, price.purchase_option))
    locations = [place for name, place in sorted(catalog.locations.items()) if location in (None, name)]
    servers = owned_servers(catalog, location, instance_type)
    curves = _curves(catalog, _on_offer(prices, servers), every=every)
    page = _overview_page if every and is_large(prices) else _catalog_page
    return Report(
        page=lambda: page(catalog, locations, prices, servers, curves),
        document=lambda: _catalog_document(catalog, locations, prices, servers, curves),
        records=lambda: Records(_PRICE_NAMES, [tuple(_price(price).values()) for price in prices]),
    )


def _on_offer(prices: Sequence[Price], servers: Sequence[OwnedServer]) -> set[tuple[str, str]]:
    """Types that have a price row or can be bought."""
    rented = {(price.provider, price.instance_type) for price in prices}
    return rented | {(server.provider, server.instance_type) for server in servers}


def _curves(catalog: Catalog, offers: Set[tuple[str, str]], *, every: bool) -> list[ProfileCurve]:
    """Curves in a fixed order: every one, or those of the accelerators that the types on offer have."""
    kinds = [catalog.instance_types.get(offer) for offer in offers]
    accelerators = {kind.accelerator for kind in kinds if kind is not None}
    found = [curve for curve in catalog.profiles if every or curve.accelerator in accelerators]
    return sorted(found, key=lambda curve: (curve.profile, curve.accelerator, curve.accelerators_per_replica))


def _price(price: Price) -> dict[str, Any]:
    return {
        "provider": price.provider,
        "instance_type": price.instance_type,
        "location": price.location,
        "purchase_option": price.purchase_option,
        "status": price.status,
        "price_per_hour": price.price_per_hour,
        "basis": price.source.basis,
        "as_of": price.source.as_of,
        "source": price.source.source,
    }


def _catalog_document(
    catalog: Catalog,
    locations: Sequence[Location],
    prices: Sequence[Price],
    servers: Sequence[OwnedServer],
    curves: Sequence[ProfileCurve],
) -> dict[str, Any]:
    named = _on_offer(prices, servers)
    places = {server.location for server in servers}
    kinds = [kind for key, kind in sorted(catalog.instance_types.items()) if key in named]
    return {
        "name": catalog.name,
        "currency": catalog.currency,
        "as_of": catalog.as_of,
        "sha256": catalog.sha256,
        "locations": [asdict(place) for place in locations],
        "instance_types": [asdict(kind) for kind in kinds],
        "prices": [_price(price) for price in prices],
        "owned_servers": [asdict(server) for server in servers],
        "sites": [asdict(site) for name, site in sorted(catalog.sites.items()) if name in places],
        "curves": [asdict(curve) for curve in curves],
    }


def _catalog_page(
    catalog: Catalog,
    locations: Sequence[Location],
    prices: Sequence[Price],
    servers: Sequence[OwnedServer],
    curves: Sequence[ProfileCurve],
) -> Page:
    parts: list[Facts | Table] = [
        location_table(locations),
        *(price_tables(catalog, prices) if prices or not servers else ()),
        *owned_tables(catalog, servers),
        profile_table(curves),
        *quality_facts(prices, servers, curves),
    ]
    return Page(_title(catalog), tuple(parts))


def _overview_page(
    catalog: Catalog,
    locations: Sequence[Location],
    prices: Sequence[Price],
    servers: Sequence[OwnedServer],
    curves: Sequence[ProfileCurve],
) -> Page:
    parts: list[Facts | Table] = [
        location_table(locations),
        accelerator_table(catalog, prices),
        *owned_tables(catalog, servers),
        curve_table(curves),
        *quality_facts(prices, servers, curves),
        look_closer(catalog, prices),
    ]
    return Page(_title(catalog), tuple(parts))


def _title(catalog: Catalog) -> tuple[str, ...]:
    return (f"catalog {catalog.name}", f"as of {catalog.as_of}", f"prices in {catalog.currency}")

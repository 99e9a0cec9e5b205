"""The small catalog with more to buy: every option at home, a second type, and a site with machines of one's own."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.catalog import (
    Catalog,
    InstanceType,
    Location,
    OwnedServer,
    Price,
    ProfileCurve,
    RoundTrip,
    ServedModel,
    Site,
    StoragePrice,
    TransferTier,
)
from optimizer.domain.purchase import PurchaseOption
from optimizer.domain.scenario import Period
from tests.support.small import AWAY, HOME, SOURCE, small_catalog

SITE = "own/room"
#: Two hours of one day type, half of a month of 730 hours each.
TWO_HOURS = (Period("day", 8, 365.0), Period("day", 9, 365.0))
#: 365 days of 24 hours in 12 months: quiet and busy hours.
YEAR = (Period("quiet", 0, 4380.0), Period("busy", 0, 4380.0))


def price(option: PurchaseOption, amount: float, *, kind: str = "one", place: str = HOME) -> Price:
    """Return an offered price without an upfront payment."""
    term = {"committed_1y": 12, "committed_3y": 36}.get(option, 0)
    return Price("p", kind, place, option, "offered", amount, 0.0, term, SOURCE)


def with_prices(catalog: Catalog, *rows: Price) -> Catalog:
    """Return the catalog with further prices."""
    more = {(row.provider, row.instance_type, row.location, row.purchase_option): row for row in rows}
    return replace(catalog, prices={**catalog.prices, **more})


def with_type(catalog: Catalog, name: str, per_hour: float, **changes: object) -> Catalog:
    """Return the catalog with a type like ``one``, for rent at home and away."""
    kind = replace(catalog.instance_types["p", "one"], name=name, **changes)
    catalog = replace(catalog, instance_types={**catalog.instance_types, ("p", name): kind})
    return with_prices(catalog, *(price("on_demand", per_hour, kind=name, place=place) for place in (HOME, AWAY)))


def powered(catalog: Catalog, **watts: float) -> Catalog:
    """Return the catalog with the full draw of types, W (idle: half), a PUE of 1.0 and 400 (home) or 50 g/kWh."""
    kinds = {
        (provider, name): replace(kind, max_power_w=watts[name], idle_power_w=watts[name] / 2)
        if name in watts
        else kind
        for (provider, name), kind in catalog.instance_types.items()
    }
    grid = {HOME: 400.0, AWAY: 50.0}
    places = {
        name: replace(place, pue=1.0, grid_gco2_per_kwh=grid.get(name, 400.0), electricity_price_per_kwh=0.10)
        for name, place in catalog.locations.items()
    }
    return replace(catalog, instance_types=kinds, locations=places)


def market(**site: float | None) -> Catalog:
    """Return the small catalog with a site 1 ms from home, where ``box`` (as fast as ``one``) can be bought for 3,600.

    A box draws 200 W at most, 100 W idle; 36 months without interest make 100 a month, 0.137 an hour. Keys of `site`
    are those of Site; ``max_count`` is that of the box.
    """
    catalog = powered(small_catalog(), one=300.0)
    most = site.pop("max_count", None)
    kind = InstanceType("own", "box", 8, 32.0, "chip", 1, 16.0, None, 100.0, 200.0, SOURCE)
    place = Location("own", "room", ("a", "b"), "XXX", 1.0, 400.0, 0.10, SOURCE)
    server = OwnedServer(
        "own", "box", SITE, 3600.0, 3600.0, 3600.0, 36.0, 0.0, 0.0, 2.0, None if most is None else int(most), SOURCE
    )
    trips, transfer = dict(catalog.round_trips), dict(catalog.transfer)
    for other in (HOME, AWAY, SITE):
        for pair in ((SITE, other), (other, SITE)):
            trips[pair] = RoundTrip(*pair, 0.001, SOURCE)
            transfer[pair] = (TransferTier(*pair, 0.0, 0.01, SOURCE),)
    transfer[SITE, "internet"] = (TransferTier(SITE, "internet", 0.0, 0.01, SOURCE),)
    limits = {"power_limit_kw": None, "rack_units": None, "space_price_per_kw_month": None}
    return replace(
        catalog,
        instance_types={**catalog.instance_types, ("own", "box"): kind},
        locations={**catalog.locations, SITE: place},
        storage={**catalog.storage, ("block", SITE): StoragePrice("block", SITE, 0.05, SOURCE)},
        round_trips=trips,
        transfer=transfer,
        owned={("own", "box", SITE): server},
        sites={SITE: Site(SITE, **{**limits, **site}, servers_per_operator=None, source=SOURCE)},
    )


def with_other_accelerator(catalog: Catalog) -> Catalog:
    """Return a catalog with a type on another accelerator, 2.00 an hour, and a model that runs on nothing else."""
    other = InstanceType("p", "other", 8, 32.0, "chip2", 1, 16.0, None, 100.0, 300.0, SOURCE)
    price = Price("p", "other", HOME, "on_demand", "offered", 2.0, 0.0, 0, SOURCE)
    curve = ProfileCurve("net2", "fp16", "chip2", 1, (1, 4), (0.008, 0.012), 0.1, 0, replace(SOURCE, basis="measured"))
    return replace(
        catalog,
        instance_types={**catalog.instance_types, ("p", "other"): other},
        prices={**catalog.prices, ("p", "other", HOME, "on_demand"): price},
        served_models={**catalog.served_models, "net2": ServedModel("net2", 1e8, 1.0, 0.0, 1.0, 4.0, SOURCE)},
        profiles=(*catalog.profiles, curve),
    )

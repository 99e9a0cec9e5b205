"""Tiny random catalogs with everything that can be bought: spot, commitments, owned machines in a site of their own."""

from __future__ import annotations

import random
from dataclasses import replace

from optimizer.domain.catalog import (
    Catalog,
    InstanceType,
    Location,
    OwnedServer,
    Price,
    RoundTrip,
    Site,
    StoragePrice,
    TransferTier,
)
from optimizer.domain.purchase import PurchaseOption
from tests.support.tiny import ACCELERATORS, LOCATIONS, ROUND_TRIPS_S, SOURCE, tiny_catalog

SITE = "own/site"
#: Price of an option as a share of the price on demand, its term in months, and how often it is for sale.
OPTIONS: dict[PurchaseOption, tuple[tuple[float, float], int, float]] = {
    "spot": ((0.3, 1.0), 0, 0.7),
    "committed_1y": ((0.55, 0.9), 12, 0.7),
    "committed_3y": ((0.3, 0.7), 36, 0.7),
}


def tiny_market(rng: random.Random) -> Catalog:
    """Return a tiny catalog with prices of every option, power and energy, and often a site with owned machines."""
    catalog = tiny_catalog(rng)
    known = {key: _powered(rng, kind) for key, kind in catalog.instance_types.items()}
    places = {name: _electrified(rng, place) for name, place in catalog.locations.items()}
    prices = dict(catalog.prices)
    for (provider, kind, place, _), row in catalog.prices.items():
        for option, terms in OPTIONS.items():
            prices[provider, kind, place, option] = _option_price(rng, row, option, *terms)
    curves = tuple(
        replace(curve, min_vcpu=rng.choice([0, 0, 0, 8, 12]), accelerators_per_replica=rng.choice([1, 1, 1, 1, 2]))
        for curve in catalog.profiles
    )
    catalog = replace(catalog, instance_types=known, locations=places, prices=prices, profiles=curves)
    return _with_site(rng, catalog) if rng.random() < 0.4 else catalog


def _powered(rng: random.Random, kind: InstanceType) -> InstanceType:
    most = None if rng.random() < 0.1 else 300.0 * kind.accelerator_count
    idle = None if most is None or rng.random() < 0.3 else 100.0 * kind.accelerator_count
    return replace(kind, max_power_w=most, idle_power_w=idle)


def _electrified(rng: random.Random, place: Location) -> Location:
    grid = None if rng.random() < 0.1 else rng.choice([50.0, 400.0])
    return replace(place, pue=rng.choice([1.1, 1.5]), grid_gco2_per_kwh=grid)


def _option_price(
    rng: random.Random,
    row: Price,
    option: PurchaseOption,
    between: tuple[float, float],
    term_months: int,
    sold_share: float,
) -> Price:
    """Return the row of another option beside the on-demand `row`, sometimes with an upfront payment."""
    base = 1.0 if row.price_per_hour is None else row.price_per_hour
    status = "offered" if rng.random() < sold_share else rng.choice(["not_offered", "unknown"])
    amount = None if status == "unknown" else round(base * rng.uniform(*between), 4)
    upfront = 0.0
    if amount is not None and term_months and rng.random() < 0.4:
        upfront = round(0.5 * amount * 730 * term_months, 2)
        amount = round(0.5 * amount, 4)
    return replace(
        row,
        purchase_option=option,
        status=status,
        price_per_hour=amount,
        upfront=upfront,
        term_months=term_months,
    )


def _with_site(rng: random.Random, catalog: Catalog) -> Catalog:
    """Return the catalog with one place of the planner's own and one or two machines that can be bought there."""
    place = Location("own", "site", tuple("ab"[: rng.choice([1, 2])]), "XXX", 1.25, 300.0, 0.15, SOURCE)
    kinds, owned = {}, {}
    for number in range(rng.choice([1, 1, 2])):
        accelerator, count = rng.choice(ACCELERATORS), rng.choice([1, 2])
        idle = rng.choice([None, 80.0 * count])
        kind = InstanceType(
            "own",
            f"box-{number}",
            16 * count,
            64.0 * count,
            accelerator,
            count,
            16.0,
            None,
            idle,
            250.0 * count,
            SOURCE,
        )
        price = 6000.0 * count * (1 + ACCELERATORS.index(accelerator)) * rng.uniform(0.6, 1.4)
        kinds["own", kind.name] = kind
        owned["own", kind.name, SITE] = OwnedServer(
            provider="own",
            instance_type=kind.name,
            location=SITE,
            purchase_price_low=round(0.8 * price),
            purchase_price_mid=round(price),
            purchase_price_high=round(1.2 * price),
            amortisation_months=rng.choice([36.0, 48.0]),
            residual_share=rng.choice([0.0, 0.1]),
            maintenance_share_per_year=rng.choice([None, 0.08]),
            rack_units=rng.choice([2.0, 4.0]),
            max_count=rng.choice([None, None, 2, 4]),
            source=SOURCE,
        )
    site = Site(
        SITE,
        rng.choice([None, 1.0, 2.0]),
        rng.choice([None, 6.0, 12.0]),
        rng.choice([None, 120.0]),
        rng.choice([None, 200.0]),
        SOURCE,
    )
    return replace(
        catalog,
        instance_types={**catalog.instance_types, **kinds},
        locations={**catalog.locations, SITE: place},
        storage={**catalog.storage, ("block", SITE): StoragePrice("block", SITE, 0.05, SOURCE)},
        round_trips={**catalog.round_trips, **_site_trips(rng)},
        transfer={**catalog.transfer, **_site_transfer(rng)},
        owned=owned,
        sites={SITE: site},
    )


def _site_trips(rng: random.Random) -> dict[tuple[str, str], RoundTrip]:
    trips = {(SITE, SITE): RoundTrip(SITE, SITE, ROUND_TRIPS_S[0], SOURCE)}
    for name in LOCATIONS:
        rtt_s = rng.choice(ROUND_TRIPS_S[1:])
        trips[SITE, name] = RoundTrip(SITE, name, rtt_s, SOURCE)
        trips[name, SITE] = RoundTrip(name, SITE, rtt_s, SOURCE)
    return trips


def _site_transfer(rng: random.Random) -> dict[tuple[str, str], tuple[TransferTier, ...]]:
    tiers = {
        (SITE, SITE): (TransferTier(SITE, SITE, 0.0, 0.0, SOURCE),),
        (SITE, "internet"): (TransferTier(SITE, "internet", 0.0, rng.choice([0.01, 0.03]), SOURCE),),
    }
    for name in LOCATIONS:
        tiers[SITE, name] = (TransferTier(SITE, name, 0.0, 0.01, SOURCE),)
        tiers[name, SITE] = (TransferTier(name, SITE, 0.0, rng.choice([0.02, 0.09]), SOURCE),)
    return tiers

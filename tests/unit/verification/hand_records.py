"""The scenario and the catalog that the plan worked by hand was made from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.domain.catalog import (
    Availability,
    Catalog,
    InstanceType,
    Location,
    Price,
    ProfileCurve,
    RoundTrip,
    ServedModel,
    Source,
    StoragePrice,
    TransferTier,
)
from optimizer.domain.scenario import (
    Demand,
    Headroom,
    NetworkUse,
    Operations,
    Origin,
    Period,
    Role,
    Scenario,
    Service,
    StorageUse,
)
from tests.unit.verification.hand_plan import NORTH, SOUTH

LISTED = Source("list", "made for a test", "2026-01-01")
MEASURED = replace(LISTED, basis="measured")


def _demand(peak: list[list[float]]) -> Demand:
    """Peaks as given, means half of them, shape (origins, periods)."""
    high = np.array(peak)
    return Demand(high / 2.0, high, {"high": high}, "by hand")


def hand_scenario() -> Scenario:
    """Return what was asked, in seconds."""
    search = Service(
        "search", ("net/fp16",), 2, 0.080, 0.99, 0.004, "zone", "round_robin", _demand([[48.0, 96.0], [12.0, 24.0]])
    )
    profiles = ("small/fp16", "big/fp16")
    rank = Service("rank", profiles, 1, 0.200, 0.95, 0.0, "none", "shared", _demand([[6.0, 16.0], [0.0, 0.0]]))
    return Scenario(
        name="hand",
        sha256="5" * 64,
        catalog_names=("hand",),
        locations=(NORTH, SOUTH),
        locations_given=True,
        horizon_start="2027-01-01",
        horizon_months=1,
        periods=(Period("day", 12, 600.0), Period("sale", 12, 130.0)),
        origins=(Origin("shop", NORTH, {}), Origin("web", "internet", {NORTH: 0.020})),
        services=(search, rank),
        plan_for="high",
        plan_on="cautious",
        autoscaling="hourly",
        headroom=Headroom(0.2, 0.2),
        network=NetworkUse(10.0, 40.0, 1.5),
        storage=StorageUse(None, 2.0, 365.0 / 12.0),
        operations=Operations((Role("engineer", 0.5, 120_000.0),), 15.0, 0.10, 0.05),
    )


def hand_catalog() -> Catalog:
    """Return what was known; south/two has no object storage, quad no row of availability."""
    tiers = ((NORTH, NORTH, 0.01), (NORTH, SOUTH, 0.02), (SOUTH, NORTH, 0.02))
    transfer = {(a, b): (TransferTier(a, b, 0.0, price, LISTED),) for a, b, price in tiers}
    transfer[NORTH, "internet"] = tuple(
        TransferTier(NORTH, "internet", start, price, LISTED) for start, price in ((0.0, 0.10), (500.0, 0.05))
    )
    return Catalog(
        name="hand",
        currency="USD",
        as_of="2026-01-01",
        sha256="c" * 64,
        instance_types={
            ("north", "one"): InstanceType("north", "one", 8, 32.0, "chip", 1, 16.0, None, None, None, LISTED),
            ("south", "quad"): InstanceType("south", "quad", 32, 256.0, "chip", 4, 16.0, None, None, None, LISTED),
        },
        accelerators={},
        locations={
            NORTH: Location("north", "one", ("a", "b"), "XXX", None, None, None, LISTED),
            SOUTH: Location("south", "two", ("a",), "XXX", None, None, None, LISTED),
        },
        prices={
            (provider, kind, place, "on_demand"): Price(
                provider, kind, place, "on_demand", "offered", price, 0.0, 0, LISTED
            )
            for provider, kind, place, price in (("north", "one", NORTH, 2.0), ("south", "quad", SOUTH, 8.0))
        },
        availability={("north", "one", NORTH): Availability("north", "one", NORTH, ("a", "b"), LISTED)},
        round_trips={
            (NORTH, NORTH): RoundTrip(NORTH, NORTH, 0.002, LISTED),
            (NORTH, SOUTH): RoundTrip(NORTH, SOUTH, 0.010, LISTED),
        },
        transfer=transfer,
        storage={
            (kind, place): StoragePrice(kind, place, price, LISTED)
            for kind, place, price in (("block", NORTH, 0.08), ("object", NORTH, 0.02), ("block", SOUTH, 0.10))
        },
        served_models={
            "net": ServedModel("net", 1e8, 1.0, 0.0, 1.0, 4.0, LISTED),
            "big": ServedModel("big", 1e9, 20.0, 100.0, 2.0, 8.0, LISTED),
        },
        profiles=(
            ProfileCurve("net", "fp16", "chip", 1, (2, 8), (0.010, 0.016), 0.25, 4, MEASURED),
            ProfileCurve("big", "fp16", "chip", 2, (1, 2), (0.04, 0.06), 0.5, 0, MEASURED),
        ),
    )

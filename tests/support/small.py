"""A scenario small enough to work by hand: one place, one type, round numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from optimizer.domain.catalog import (
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

SOURCE = Source("list", "made for a test", "2026-01-01", "Apache-2.0")
HOME, AWAY = "p/home", "p/away"


def small_catalog(**changes: Any) -> Catalog:
    """Return 2 locations of 3 zones, one type (1 accelerator, 1.00 per hour), one curve (10 ms for 1, 16 for 4 items).

    Transfer: 0.01 per GB between zones, 0.02 between the locations, to the internet 0.10 for the first 1,000 GB of a
    month and 0.05 above. Disk 0.10 per GB-month at home, 0.20 away.
    """
    kind = InstanceType("p", "one", 8, 32.0, "chip", 1, 16.0, None, None, None, SOURCE)
    transfer = {
        (a, b): (TransferTier(a, b, 0.0, 0.01 if a == b else 0.02, SOURCE),) for a in (HOME, AWAY) for b in (HOME, AWAY)
    }
    for place in (HOME, AWAY):
        transfer[place, "internet"] = (
            TransferTier(place, "internet", 0.0, 0.10, SOURCE),
            TransferTier(place, "internet", 1000.0, 0.05, SOURCE),
        )
    catalog = Catalog(
        name="small",
        currency="USD",
        as_of="2026-01-01",
        sha256="0" * 64,
        instance_types={("p", "one"): kind},
        accelerators={},
        locations={n: Location("p", n[2:], ("a", "b", "c"), "XXX", None, None, None, SOURCE) for n in (HOME, AWAY)},
        prices={
            ("p", "one", n, "on_demand"): Price("p", "one", n, "on_demand", "offered", cost, 0.0, 0, SOURCE)
            for n, cost in ((HOME, 1.0), (AWAY, 1.5))
        },
        availability={},
        round_trips={
            (a, b): RoundTrip(a, b, 0.001 if a == b else 0.010, SOURCE) for a in (HOME, AWAY) for b in (HOME, AWAY)
        },
        transfer=transfer,
        storage={
            ("block", HOME): StoragePrice("block", HOME, 0.10, SOURCE),
            ("object", HOME): StoragePrice("object", HOME, 0.02, SOURCE),
            ("block", AWAY): StoragePrice("block", AWAY, 0.20, SOURCE),
        },
        served_models={"net": ServedModel("net", 1e8, 1.0, 0.0, 1.0, 4.0, SOURCE)},
        profiles=(
            ProfileCurve("net", "fp16", "chip", 1, (1, 4), (0.010, 0.016), 0.1, 0, replace(SOURCE, basis="measured")),
        ),
    )
    return replace(catalog, **changes)


def demand(peak: list[list[float]], mean: list[list[float]] | None = None) -> Demand:
    """Return a demand of shape (origins, periods); the mean equals the peak unless given."""
    peak_array = np.array(peak, dtype=float)
    mean_array = peak_array.copy() if mean is None else np.array(mean, dtype=float)
    return Demand(mean_array, peak_array, {"high": peak_array}, "made for a test")


def service(name: str, wanted: Demand, **changes: Any) -> Service:
    """Return a service of the one profile with p99 60 ms and no overhead."""
    base = Service(name, ("net/fp16",), 1, 0.060, 0.99, 0.0, "none", "round_robin", wanted)
    return replace(base, **changes)


def small_scenario(*services: Service, origins: tuple[Origin, ...] | None = None, **changes: Any) -> Scenario:
    """Return a scenario of one month of 730 hours: 365 quiet hours and 365 busy ones, one internal origin at home."""
    base = Scenario(
        name="small",
        sha256="0" * 64,
        catalog_names=("small",),
        locations=(HOME,),
        locations_given=True,
        horizon_start="2027-01-01",
        horizon_months=1,
        periods=(Period("quiet", 0, 365.0), Period("busy", 0, 365.0)),
        origins=origins or (Origin("shop", HOME, {}),),
        services=services,
        plan_for="high",
        plan_on="cautious",
        autoscaling="hourly",
        headroom=Headroom(0.0, 0.0),
        network=NetworkUse(100.0, 900.0, 1.0),
        storage=StorageUse(None, 2.0, 365.0 / 12.0),
        operations=Operations((Role("engineer", 1.0, 120_000.0),), 15.0, 0.10, 0.05),
    )
    return replace(base, **changes)

"""Tiny random catalogs and scenarios, small enough to enumerate.

Curves, round trips and targets come from short lists, so that the capacities they need are simulated once and shared.
"""

from __future__ import annotations

import random
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

SOURCE = Source("list", "made for a test", "2026-01-01", "Apache-2.0")
LOCATIONS = ("p/north", "p/south", "q/east")
ACCELERATORS = ("slow", "fast", "huge")
#: Seconds for 1, 2 and 4 items.
SECONDS = {"slow": (0.010, 0.014, 0.022), "fast": (0.006, 0.007, 0.010), "huge": (0.004, 0.0045, 0.0055)}
ROUND_TRIPS_S = (0.001, 0.008, 0.025)


def tiny_catalog(rng: random.Random) -> Catalog:
    """Return a catalog of 3 locations, up to 5 instance types and 3 curves."""
    kinds = {}
    for provider in ("p", "q"):
        for number in range(rng.randint(1, 3)):
            accelerator = rng.choice(ACCELERATORS)
            kind = _instance_type(rng, provider, f"{accelerator}-{number}", accelerator)
            kinds[provider, kind.name] = kind
    zones = {name: tuple("abc"[: rng.choice([1, 2, 3, 3])]) for name in LOCATIONS}
    locations = {name: Location(*name.split("/"), zones[name], "XXX", None, None, None, SOURCE) for name in LOCATIONS}
    prices, availability = {}, {}
    for (provider, name), kind in kinds.items():
        base = 0.5 * kind.accelerator_count * (1 + ACCELERATORS.index(kind.accelerator))
        for location in (place for place in LOCATIONS if place.startswith(provider + "/")):
            status = rng.choices(["offered", "not_offered", "unknown"], [8, 1, 1])[0]
            amount = None if status == "unknown" else round(base * rng.uniform(0.6, 1.6), 4)
            key = (provider, name, location, "on_demand")
            prices[key] = Price(provider, name, location, "on_demand", status, amount, 0.0, 0, SOURCE)
            if rng.random() < 0.15:
                sold = (rng.choice(zones[location]),)
                availability[provider, name, location] = Availability(provider, name, location, sold, SOURCE)
    return Catalog(
        name="tiny",
        currency="USD",
        as_of="2026-01-01",
        sha256="0" * 64,
        instance_types=kinds,
        accelerators={},
        locations=locations,
        prices=prices,
        availability=availability,
        round_trips=_round_trips(rng),
        transfer=_transfer(rng),
        storage={("block", name): StoragePrice("block", name, rng.choice([0.08, 0.1]), SOURCE) for name in LOCATIONS},
        served_models={"net": ServedModel("net", 1e8, 0.2, rng.choice([0.0, 10.0]), 1.0, 2.0, SOURCE)},
        profiles=tuple(
            ProfileCurve("net", "fp16", name, 1, (1, 2, 4), SECONDS[name], 0.1, 0, _basis(name))
            for name in ACCELERATORS
        ),
    )


def _basis(accelerator: str) -> Source:
    return replace(SOURCE, basis="estimated" if accelerator == "huge" else "measured")


def _instance_type(rng: random.Random, provider: str, name: str, accelerator: str) -> InstanceType:
    count = rng.choice([1, 1, 2, 4])
    memory = rng.choice([8.0, 16.0, 64.0, 64.0]) * count
    return InstanceType(
        provider, name, 8 * count, memory, accelerator, count, rng.choice([8.0, 16.0]), None, None, None, SOURCE
    )


def _round_trips(rng: random.Random) -> dict[tuple[str, str], RoundTrip]:
    trips = {}
    for first, a in enumerate(LOCATIONS):
        for b in LOCATIONS[first:]:
            rtt_s = ROUND_TRIPS_S[0] if a == b else rng.choice(ROUND_TRIPS_S[1:])
            trips[a, b] = RoundTrip(a, b, rtt_s, SOURCE)
            trips[b, a] = RoundTrip(b, a, rtt_s, SOURCE)
    return trips


def _transfer(rng: random.Random) -> dict[tuple[str, str], tuple[TransferTier, ...]]:
    tiers = {}
    for a in LOCATIONS:
        for b in LOCATIONS:
            price = 0.01 if a == b else rng.choice([0.02, 0.09])
            tiers[a, b] = (TransferTier(a, b, 0.0, price, SOURCE),)
        steps = [(0.0, 0.12), (1000.0, 0.08), (5000.0, 0.04)] if rng.random() < 0.7 else [(0.0, 0.09)]
        tiers[a, "internet"] = tuple(TransferTier(a, "internet", start, price, SOURCE) for start, price in steps)
    return tiers


def tiny_scenario(rng: random.Random, catalog: Catalog) -> Scenario:
    """Return a scenario of 1 or 2 services, 1 to 3 origins and 2 periods over the catalog."""
    places = rng.sample(LOCATIONS, rng.randint(1, 3))
    origins = tuple(_origin(rng, number) for number in range(rng.randint(1, 3)))
    periods = (Period("day", 0, 200.0), Period("sale", 0, 20.0))
    services = tuple(_service(rng, f"s{number}", len(origins)) for number in range(rng.randint(1, 2)))
    return Scenario(
        name="tiny",
        sha256="0" * 64,
        catalog_names=(catalog.name,),
        locations=tuple(sorted(places)),
        locations_given=True,
        horizon_start="2027-01-01",
        horizon_months=1,
        periods=periods,
        origins=origins,
        services=services,
        plan_for="high",
        plan_on=rng.choice(["cautious", "central", "measured_only"]),
        autoscaling=rng.choice(["hourly", "day_type", "fixed"]),
        headroom=Headroom(rng.choice([0.0, 0.1]), rng.choice([0.0, 0.1])),
        network=NetworkUse(4.0, 20.0, rng.choice([1.0, 1.3])),
        storage=StorageUse(None, 2.0, 30.0),
        operations=Operations((Role("engineer", 0.1, 100_000.0),), 15.0, 0.03, 0.05),
    )


def _origin(rng: random.Random, number: int) -> Origin:
    if rng.random() < 0.4:
        trips = {place: rng.choice(ROUND_TRIPS_S[1:]) for place in LOCATIONS if rng.random() < 0.8}
        return Origin(f"o{number}", "internet", trips)
    return Origin(f"o{number}", rng.choice(LOCATIONS), {})


def _service(rng: random.Random, name: str, origins: int) -> Service:
    peak = np.array([[rng.choice([0.0, 30.0, 90.0, 250.0]) for _ in range(2)] for _ in range(origins)])
    peak[:, 1] = np.maximum(peak[:, 1], peak[:, 0])
    mean = peak / rng.choice([1.0, 1.5])
    for array in (peak, mean):
        array.setflags(write=False)
    return Service(
        name=name,
        profiles=("net/fp16",),
        items_per_request=1,
        latency_s=rng.choice([0.045, 0.060]),
        percentile=0.99,
        overhead_s=0.004,
        redundancy=rng.choice(["none", "zone"]),
        dispatch="round_robin",
        demand=Demand(mean, peak, {"high": peak}, "made for a test"),
    )

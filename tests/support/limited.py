"""Tiny scenarios with everything that can be bought and lost, and limits that a given plan just keeps."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace

from optimizer.domain.catalog import Catalog, OwnedServer, Price, Site
from optimizer.domain.limits import Limits, Pin, Quota
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import Commitment, Match, Purchase, SpotTerms
from optimizer.domain.scenario import Scenario
from optimizer.units import HOURS_PER_MONTH, KG_PER_TONNE
from tests.support.tiny import SOURCE, tiny_catalog, tiny_scenario

#: A limit that a plan just keeps is given this much room: sums have rounding.
ROUNDING = 1e-9
MOST_OWNED = 40


def rich_case(rng: random.Random) -> tuple[Scenario, Catalog]:
    """Return a tiny scenario with power, commitments, spot, owned machines, every redundancy, and several demands."""
    catalog = _with_energy(rng, tiny_catalog(rng))
    catalog = _with_options(rng, catalog)
    if rng.random() < 0.3:
        catalog = _owned(rng, catalog)
    scenario = tiny_scenario(rng, catalog)
    services = tuple(
        replace(
            item,
            redundancy=rng.choice(["none", "instance", "zone", "region"]),
            protected_share=rng.choice([1.0, 0.7]),
            min_replicas=rng.choice([0, 0, 3]),
        )
        for item in scenario.services
    )
    options = rng.choice([("on_demand",), ("on_demand", "committed_1y"), ("on_demand", "spot", "committed_1y")])
    purchase = Purchase(
        options=(*options, "owned"),
        after_horizon="charge",
        spot=SpotTerms(rng.choice([0.3, 0.6]), 0.05, rng.choice(["all_of_a_type", "one_zone", "tolerated"])),
        scale_up_lead_hours=rng.choice([0.0, 0.25]),
    )
    return replace(scenario, services=services, purchase=purchase, commitments=_signed(rng, catalog, scenario)), catalog


def _with_energy(rng: random.Random, catalog: Catalog) -> Catalog:
    kinds = {
        key: replace(kind, idle_power_w=rng.choice([None, 60.0]), max_power_w=100.0 + 200.0 * kind.accelerator_count)
        for key, kind in catalog.instance_types.items()
    }
    places = {
        name: replace(row, pue=1.2, grid_gco2_per_kwh=rng.choice([50.0, 400.0]), electricity_price_per_kwh=0.1)
        for name, row in catalog.locations.items()
    }
    return replace(catalog, instance_types=kinds, locations=places)


def _with_options(rng: random.Random, catalog: Catalog) -> Catalog:
    prices = dict(catalog.prices)
    for (provider, name, place, _), row in catalog.prices.items():
        if row.status == "offered" and row.price_per_hour is not None:
            for option, share, term in (("spot", 0.4, 0), ("committed_1y", 0.6, 12)):
                if rng.random() < 0.7:
                    cost = row.price_per_hour * share
                    prices[provider, name, place, option] = Price(
                        provider, name, place, option, "offered", cost, 0.0, term, SOURCE
                    )
    return replace(catalog, prices=prices)


def _owned(rng: random.Random, catalog: Catalog) -> Catalog:
    """Make provider q a site of one's own, with machines to buy instead of prices."""
    kinds = [name for provider, name in catalog.instance_types if provider == "q"]
    servers = {
        ("q", name, "q/east"): OwnedServer(
            "q", name, "q/east", 9e3, 1e4, 1.2e4, 48.0, 0.0, None, 2.0, rng.choice([None, MOST_OWNED]), SOURCE
        )
        for name in kinds
    }
    prices = {key: row for key, row in catalog.prices.items() if key[0] != "q"}
    site = Site("q/east", rng.choice([None, 30.0]), rng.choice([None, 84.0]), 100.0, 50.0, SOURCE)
    return replace(catalog, prices=prices, owned=servers, sites={"q/east": site})


def _signed(rng: random.Random, catalog: Catalog, scenario: Scenario) -> tuple[Commitment, ...]:
    keys = [key for key in catalog.prices if key[3] == "on_demand" and key[2] in scenario.locations]
    if rng.random() < 0.6 or not keys:
        return ()
    _, name, place, _ = rng.choice(keys)
    share = rng.choice([0.5, 1.0])
    return (Commitment(place, name, "committed_1y", 2, 0.3, "2027-06-30", share, 0.0, rng.random() < 0.5, "signed"),)


def limits_just_kept(plan: Plan, scenario: Scenario, catalog: Catalog) -> Scenario:
    """Return the scenario with every limit set to what a plan of it uses."""
    energy = plan.energy or {}
    limits = Limits(
        budget_per_month=_room(plan.objective.total / (scenario.horizon_hours / HOURS_PER_MONTH)),
        power_kw=_room(energy["peak_kw"]) if energy else None,
        carbon_t=_room(energy["carbon_kg"] / KG_PER_TONNE) if energy else None,
        max_instance_types=max(1, len({(pool.provider, pool.instance_type) for pool in plan.pools})),
        quotas=_quotas(plan, catalog),
    )
    services = tuple(replace(item, max_replicas=_most_replicas(plan, item.name)) for item in scenario.services)
    return replace(scenario, limits=limits, services=services, pins=_pins(plan, catalog))


def _room(value: float) -> float:
    return value * (1.0 + ROUNDING) + ROUNDING


def _counts(plan: Plan, catalog: Catalog) -> dict[tuple[str, str, str, str], list[list[int]]]:
    """Instances by service, location and type, of every demand, by period."""
    found: dict[tuple[str, str, str, str], list[list[int]]] = defaultdict(list)
    for pool in plan.pools:
        per = catalog.instance_types[pool.provider, pool.instance_type].accelerator_count
        per //= pool.accelerators_per_replica
        key = pool.service, pool.location, pool.provider, pool.instance_type
        every = [pool.replicas_by_period, *(other.replicas_by_period for other in pool.at_demand.values())]
        counts = [[count // per for count in replicas] for replicas in every]
        known = found.get(key)
        found[key] = counts if known is None else _added(known, counts)
    return found


def _added(first: list[list[int]], second: list[list[int]]) -> list[list[int]]:
    return [[a + b for a, b in zip(x, y, strict=True)] for x, y in zip(first, second, strict=True)]


def _quotas(plan: Plan, catalog: Catalog) -> tuple[Quota, ...]:
    """One quota for each location, in vCPUs, and one for each type in it, in instances."""
    by_place: dict[str, list[list[int]]] = {}
    by_type: dict[tuple[str, str], list[list[int]]] = {}
    for (_, place, provider, name), counts in _counts(plan, catalog).items():
        vcpu = catalog.instance_types[provider, name].vcpu
        units = [[count * vcpu for count in demand] for demand in counts]
        by_place[place] = _added(by_place[place], units) if place in by_place else units
        by_type[place, name] = _added(by_type[place, name], counts) if (place, name) in by_type else counts
    quotas = [Quota(Match(location=place), None, _largest(units), "kept") for place, units in by_place.items()]
    quotas += [Quota(Match(None, place, name), _largest(c), None, "kept") for (place, name), c in by_type.items()]
    return tuple(quotas)


def _largest(counts: list[list[int]]) -> int:
    return max(max(demand) for demand in counts)


def _most_replicas(plan: Plan, service: str) -> int | None:
    most: dict[str, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    for pool in plan.pools:
        if pool.service == service:
            every = [pool.replicas_by_period, *(other.replicas_by_period for other in pool.at_demand.values())]
            for demand, replicas in enumerate(every):
                for period, count in enumerate(replicas):
                    most[pool.location][demand, period] += count
    return max((max(counts.values()) for counts in most.values()), default=None)


def _pins(plan: Plan, catalog: Catalog) -> tuple[Pin, ...]:
    """Keep every pool as it is: place, type, profile, batch size, fewest and most instances."""
    pins = []
    configurations = {(p.service, p.location, p.instance_type): (p.profile, p.batch_size) for p in plan.pools}
    for (service, place, _, name), counts in _counts(plan, catalog).items():
        profile, batch = configurations[service, place, name]
        fewest = min(min(demand) for demand in counts)
        pins.append(Pin(service, place, name, profile, batch, fewest, _largest(counts)))
    return tuple(pins)

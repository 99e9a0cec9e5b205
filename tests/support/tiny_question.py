"""Tiny random questions over a tiny market: every rule is on in a random part of them."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np

from optimizer.domain.catalog import Catalog
from optimizer.domain.limits import Limits, Pin, Quota
from optimizer.domain.purchase import (
    Commitment,
    Match,
    OwnedTerms,
    PriceRule,
    Purchase,
    PurchaseOption,
    SpotTerms,
)
from optimizer.domain.scenario import Demand, Origin, Period, Scenario, Service
from tests.support.tiny import ROUND_TRIPS_S, tiny_scenario
from tests.support.tiny_market import SITE, tiny_market

HOURS_PER_MONTH = 730
SMALLER = {"low": 0.4, "mid": 0.7, "high": 1.0}


def tiny_case(number: int, *, with_quotas: bool = False) -> tuple[Scenario, Catalog]:
    """Return scenario and catalog of a number, always the same ones."""
    rng = random.Random(f"tiny {number}")
    catalog = tiny_market(rng)
    scenario = tiny_question(rng, catalog, with_quotas=with_quotas)
    return (_small_enough(rng, scenario) if with_quotas else scenario), catalog


def _small_enough(rng: random.Random, scenario: Scenario) -> Scenario:
    """Return a question whose wider space can be enumerated, most of the time: one service, no pins, few origins.

    Half of them ask for much more than one location may run, so that origins must be divided.
    """
    if rng.random() < 0.2:
        return scenario
    only, tight = scenario.services[0], rng.random() < 0.5
    rows = min(rng.choice([1, 1, 2]), len(scenario.origins))
    more = rng.choice([2.0, 4.0]) if tight else 1.0
    peaks = {name: more * peak[:rows] for name, peak in only.demand.peaks_per_s.items()}
    demand = Demand(more * only.demand.mean_per_s[:rows], peaks[scenario.plan_for], peaks, only.demand.source)
    kind = "zone" if only.redundancy == "region" else only.redundancy
    service = replace(only, demand=demand, redundancy=kind, min_replicas=0, max_replicas=None)
    limits, options = scenario.limits, scenario.purchase.options
    if tight:
        quotas = [Quota(Match(None, place), rng.choice([1, 2, 3]), None, "quota") for place in scenario.locations]
        limits, options = Limits(quotas=tuple(quotas)), ("on_demand", *(o for o in options if o != "on_demand"))
    return replace(
        scenario,
        services=(service,),
        origins=scenario.origins[:rows],
        pins=(),
        limits=limits,
        purchase=replace(scenario.purchase, options=options),
    )


def tiny_question(rng: random.Random, catalog: Catalog, *, with_quotas: bool = False) -> Scenario:
    """Return a scenario of 1 or 2 services, 1 to 3 origins, 2 or 4 periods over the catalog."""
    base = tiny_scenario(rng, catalog)
    months = rng.choice([1, 12, 12, 36])
    places = list(base.locations)
    if SITE in catalog.locations:
        places = [SITE, *places[:2]]
    region_used = False
    origins = tuple(_origin(rng, origin, catalog) for origin in base.origins)
    periods = _periods(rng, months)
    services = []
    for service in base.services:
        services.append(
            _service(rng, service, len(periods), allow_region=not region_used and len(origins) < 3 and len(places) > 1)
        )
        region_used = services[-1].redundancy == "region"
    plan_for = rng.choice(["mid", "high", "high"])
    services = [replace(item, demand=_planned(item.demand, plan_for)) for item in services]
    names = tuple(sorted(places))
    return replace(
        base,
        locations=names,
        horizon_months=months,
        origins=origins,
        periods=periods,
        services=tuple(services),
        plan_for=plan_for,
        plan_on=rng.choice(["cautious", "central", "central", base.plan_on]),
        cost_weights=rng.choice([{}, {}, {"high": 1.0}, {"mid": 1.0}, {"low": 0.5, "mid": 0.3, "high": 0.2}]),
        purchase=_purchase(rng),
        price_rules=_price_rules(rng, catalog),
        commitments=_commitments(rng, catalog, names),
        owned=OwnedTerms(
            rng.choice(["low", "mid", "high"]),
            rng.choice([0.0, 0.08]),
            rng.choice(["off", "idle"]),
            rng.choice([None, 120_000.0]),
        ),
        limits=_limits(rng, catalog, names, months, with_quotas=with_quotas),
        pins=_pins(rng, catalog, names, services),
    )


def _origin(rng: random.Random, origin: Origin, catalog: Catalog) -> Origin:
    trips = dict(origin.rtt_s)
    for place in catalog.locations if origin.is_internet else ():
        if rng.random() < 0.8:
            trips.setdefault(place, rng.choice(ROUND_TRIPS_S[1:]))
    if rng.random() < 0.9:
        return replace(origin, rtt_s=trips)
    allowed = rng.sample(sorted(catalog.locations), rng.randint(2, len(catalog.locations)))
    return replace(origin, rtt_s=trips, residency=tuple(sorted(allowed)))


def _periods(rng: random.Random, months: int) -> tuple[Period, ...]:
    """Two day types of one hour, or, one time in three, of two hours each."""
    hours = float(months * HOURS_PER_MONTH)
    if rng.random() < 0.65:
        return (Period("day", 0, 0.8 * hours), Period("sale", 0, 0.2 * hours))
    first, last = rng.choice([(0, 23), (7, 8)])
    return (
        Period("day", first, 0.35 * hours),
        Period("day", last, 0.35 * hours),
        Period("sale", first, 0.15 * hours),
        Period("sale", last, 0.15 * hours),
    )


def _service(rng: random.Random, service: Service, periods: int, *, allow_region: bool) -> Service:
    origins = service.demand.peak_per_s.shape[0]
    high = np.array([[rng.choice([0.0, 20.0, 60.0, 160.0]) for _ in range(periods)] for _ in range(origins)])
    if not high.any():
        high[0, -1] = 60.0
    kinds = ["none", "none", "instance", "zone"] + ["region"] * allow_region
    lowest = rng.choice([0, 0, 0, 1, 3])
    return replace(
        service,
        latency_s=rng.choice([0.050, 0.065]),
        demand=Demand(
            high / rng.choice([1.5, 4.0]), high, {k: high * s for k, s in SMALLER.items()}, "made for a test"
        ),
        redundancy=rng.choice(kinds),
        protected_share=rng.choice([1.0, 1.0, 0.75, 0.5]),
        min_replicas=lowest,
        max_replicas=rng.choice([None, None, None, None, lowest + 3, 8]),
    )


def _planned(demand: Demand, plan_for: str) -> Demand:
    """Return the demand as read for `plan_for`, arrays read-only."""
    peaks = {name: np.array(values) for name, values in demand.peaks_per_s.items()}
    mean = np.minimum(demand.mean_per_s, peaks[plan_for])
    for array in (mean, *peaks.values()):
        array.setflags(write=False)
    return Demand(mean, peaks[plan_for], peaks, demand.source)


def _purchase(rng: random.Random) -> Purchase:
    rest: list[PurchaseOption] = ["spot", "committed_1y", "committed_3y", "owned"]
    options: list[PurchaseOption] = [option for option in rest if rng.random() < 0.7]
    if rng.random() < 0.92 or not options:
        options = ["on_demand", *options]
    return Purchase(
        options=tuple(options),
        after_horizon=rng.choice(["refuse", "charge", "value_share"]),
        value_share=rng.choice([0.5, 0.9]),
        spot=SpotTerms(
            rng.choice([0.3, 0.5, 1.0]), rng.choice([0.0, 0.05]), rng.choice(["all_of_a_type", "one_zone", "tolerated"])
        ),
        scale_up_lead_hours=rng.choice([0.0, 0.0, 0.25, 1.0]),
        scale_up_max_instances=rng.choice([None, None, 1, 2]),
    )


def _match(rng: random.Random, catalog: Catalog, option: str | None = None, *, rented: bool = False) -> Match:
    """Return a match that means something in the catalog: a provider, a location, a type, or a wildcard."""
    provider, name = rng.choice([key for key in sorted(catalog.instance_types) if not rented or key[0] != "own"])
    location = rng.choice([place for place in sorted(catalog.locations) if place.startswith(provider + "/")])
    kind = rng.choice([None, name, name[:4] + "*", name[:-1] + "?"])
    return rng.choice([Match(provider, None, kind, option), Match(None, location, kind, option)])


def _price_rules(rng: random.Random, catalog: Catalog) -> tuple[PriceRule, ...]:
    rules = []
    for _ in range(rng.choice([0, 0, 1, 2])):
        option = rng.choice([None, "on_demand", "spot", "committed_1y", "committed_3y"])
        discount = rng.choice([None, 0.1, 0.4])
        price = rng.choice([0.3, 0.6]) if discount is None else None
        rules.append(PriceRule(_match(rng, catalog, option, rented=True), discount, price, "an agreement"))
    return tuple(rules)


def _commitments(rng: random.Random, catalog: Catalog, places: tuple[str, ...]) -> tuple[Commitment, ...]:
    signed = []
    for _ in range(rng.choice([0, 0, 0, 1, 2])):
        place = rng.choice(places)
        kinds = sorted(name for provider, name in catalog.instance_types if place.startswith(provider + "/"))
        if place == SITE:
            option: PurchaseOption = "owned"
        else:
            option = rng.choice(["committed_1y", "committed_3y", "on_demand"])
        share = rng.choice([1.0, 1.0, 0.5, 0.25])
        signed.append(
            Commitment(
                location=place,
                instance_type=rng.choice(kinds),
                purchase_option=option,
                count=rng.choice([1, 2, 3]),
                price_per_hour=0.25,
                until="2027-06-30",
                horizon_share=share,
                months_after_horizon=4.0 if share == 1.0 else 0.0,
                reserved=option != "owned" and rng.random() < 0.4,
                reason="signed before",
            )
        )
    return tuple(signed)


def _limits(rng: random.Random, catalog: Catalog, places: tuple[str, ...], months: int, *, with_quotas: bool) -> Limits:
    kilowatts, tonnes = rng.choice([0.6, 1.5, 3.0]), rng.choice([0.05, 0.2, 0.6])
    return Limits(
        budget_per_month=rng.choice([8_000.0, 4_000.0]) if rng.random() < 0.08 else None,
        power_kw=kilowatts if rng.random() < 0.15 else None,
        carbon_t=tonnes * months if rng.random() < 0.15 else None,
        max_instance_types=rng.choice([1, 2]) if rng.random() < 0.2 else None,
        quotas=_quotas(rng, catalog, places) if with_quotas else (),
    )


def _quotas(rng: random.Random, catalog: Catalog, places: tuple[str, ...]) -> tuple[Quota, ...]:
    quotas = []
    for _ in range(rng.choice([1, 1, 2])):
        option = rng.choice([None, None, None, "on_demand", "committed_1y"])
        match = rng.choice([_match(rng, catalog, option), Match(None, rng.choice(places), None, option)])
        most = rng.choice([0, 1, 1, 2, 2, 3])
        in_vcpu = rng.random() < 0.3
        quotas.append(Quota(match, None if in_vcpu else most, 8 * most if in_vcpu else None, "quota"))
    return tuple(quotas)


def _pins(rng: random.Random, catalog: Catalog, places: tuple[str, ...], services: list[Service]) -> tuple[Pin, ...]:
    pins = []
    for service in services:
        if rng.random() > 0.15:
            continue
        location = rng.choice([None, *places])
        kinds = sorted(name for provider, name in catalog.instance_types if (location or "p").startswith(provider))
        lowest = 0 if location is None else rng.choice([0, 0, 1, 3])
        pins.append(
            Pin(
                service=service.name,
                location=location,
                instance_type=None if location is None else rng.choice([None, *kinds]),
                profile=rng.choice([None, "net/fp16"]),
                batch_size=rng.choice([None, None, 1, 2]),
                min_instances=lowest,
                max_instances=rng.choice([None, None, lowest + 2]),
            )
        )
    return tuple(pins)

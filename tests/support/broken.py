"""Sixty scenarios that each ask for something impossible in a known way."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from optimizer.domain.catalog import Catalog, InstanceType, OwnedServer, Price, Site
from optimizer.domain.limits import Limits, Pin, Quota
from optimizer.domain.purchase import Match, Purchase
from optimizer.domain.scenario import NetworkUse, Origin, Scenario, Service
from optimizer.inputs import load_inputs
from tests.support.small import AWAY, HOME, SOURCE, demand, service, small_catalog, small_scenario
from tests.support.small_market import with_other_accelerator


@dataclass(frozen=True, slots=True, eq=False)
class Broken:
    """A scenario, the keys or words of which one must be told, and whether a single change could mend it."""

    scenario: Scenario
    catalog: Catalog
    named: tuple[str, ...]
    has_way_out: bool = True


def _catalog(**changes: object) -> Catalog:
    """The small catalog with power, carbon and a second, larger instance type."""
    catalog = small_catalog()
    one = replace(catalog.instance_types["p", "one"], idle_power_w=100.0, max_power_w=400.0)
    four = InstanceType("p", "four", 32, 128.0, "chip", 4, 16.0, None, 300.0, 1300.0, SOURCE)
    prices = dict(catalog.prices)
    for place, cost in ((HOME, 3.7), (AWAY, 5.5)):
        prices["p", "four", place, "on_demand"] = Price(
            "p", "four", place, "on_demand", "offered", cost, 0.0, 0, SOURCE
        )
    places = {
        name: replace(row, pue=1.2, grid_gco2_per_kwh=300.0, electricity_price_per_kwh=0.1)
        for name, row in catalog.locations.items()
    }
    base = replace(catalog, instance_types={("p", "one"): one, ("p", "four"): four}, prices=prices, locations=places)
    return replace(base, **changes)


def _busy(rng: random.Random, **changes: object) -> Service:
    peak = rng.uniform(900.0, 4000.0)
    return service("shop", demand([[0.4 * peak, peak]]), **changes)


def _limited(rng: random.Random, limits: Limits, *named: str, **changes: object) -> Broken:
    return Broken(small_scenario(_busy(rng), limits=limits, **changes), _catalog(), named)


def latency(rng: random.Random) -> Broken:
    """A target below the round trip and one request."""
    trip = rng.uniform(0.005, 0.080)
    target = (trip + 0.011) * rng.uniform(0.5, 0.97)
    asked = service("shop", demand([[20.0, 200.0]]), latency_s=target)
    scenario = small_scenario(asked, origins=(Origin("far", "internet", {HOME: trip}),))
    return Broken(scenario, _catalog(), ("services.shop.latency.p99_ms", "p99 "))


def memory(rng: random.Random) -> Broken:
    """A model larger than any accelerator."""
    model = replace(small_catalog().served_models["net"], weights_gib=rng.uniform(16.0, 80.0))
    return Broken(
        small_scenario(_busy(rng)), _catalog(served_models={"net": model}), ("accelerator memory",), has_way_out=False
    )


def host(rng: random.Random) -> Broken:
    """A replica that needs more host memory than any instance has."""
    model = replace(small_catalog().served_models["net"], host_base_gib=rng.uniform(130.0, 400.0))
    return Broken(
        small_scenario(_busy(rng)), _catalog(served_models={"net": model}), ("host memory",), has_way_out=False
    )


def residency(rng: random.Random) -> Broken:
    """Data that may only be where nothing may stand."""
    origins = (Origin("shop", HOME, {}, residency=(AWAY,)),)
    return Broken(small_scenario(_busy(rng), origins=origins), _catalog(), ("origins.shop.residency",))


def quota(rng: random.Random) -> Broken:
    """Fewer instances than the demand needs."""
    limits = Limits(quotas=(Quota(Match(None, HOME, "*"), rng.randint(0, 3), None, "first quota"),))
    asked = service("shop", demand([[100.0, rng.uniform(4000.0, 9000.0)]]))
    return Broken(small_scenario(asked, limits=limits), _catalog(), ("limits.quotas.0",))


def vcpu_quota(rng: random.Random) -> Broken:
    """Fewer vCPUs than the demand needs."""
    limits = Limits(quotas=(Quota(Match(provider="p"), None, rng.randint(9, 31), "first quota"),))
    return _limited(rng, limits, "limits.quotas.0")


def two_quotas(rng: random.Random) -> Broken:
    """Two places, each with a quota, that are too small together."""
    quotas = tuple(Quota(Match(location=place), rng.randint(1, 2), None, "quota") for place in (HOME, AWAY))
    peak = rng.uniform(4000.0, 6000.0)
    asked = service("shop", demand([[100.0, peak], [100.0, peak]]))
    origins = (Origin("here", HOME, {}), Origin("there", AWAY, {}))
    scenario = small_scenario(asked, origins=origins, locations=(HOME, AWAY), limits=Limits(quotas=quotas))
    return Broken(scenario, _catalog(), ("limits.quotas.",))


def replicas(rng: random.Random) -> Broken:
    """Fewer replicas than the demand needs."""
    asked = _busy(rng, max_replicas=rng.randint(1, 3))
    return Broken(small_scenario(asked), _catalog(), ("services.shop.replicas.max",))


def pinned_count(rng: random.Random) -> Broken:
    """A pin on fewer instances than the demand needs."""
    pin = Pin("shop", HOME, "one", None, None, 0, rng.randint(1, 3))
    return Broken(small_scenario(_busy(rng), pins=(pin,)), _catalog(), ("pins.0",))


def power(rng: random.Random) -> Broken:
    """Less power than the busiest hour draws."""
    return _limited(rng, Limits(power_kw=rng.uniform(0.1, 1.2)), "limits.power_kw")


def carbon(rng: random.Random) -> Broken:
    """Less carbon than the month emits."""
    return _limited(rng, Limits(carbon_t=rng.uniform(0.01, 0.15)), "limits.carbon_t")


def budget(rng: random.Random) -> Broken:
    """Less money than any plan costs."""
    return _limited(rng, Limits(budget_per_month=rng.uniform(100.0, 12_000.0)), "limits.budget_per_month")


def types(rng: random.Random) -> Broken:
    """Two services that share no instance type, and one type allowed."""
    catalog = with_other_accelerator(_catalog())
    second = replace(service("rank", demand([[50.0, rng.uniform(60.0, 900.0)]])), profiles=("net2/fp16",))
    scenario = small_scenario(_busy(rng), second, limits=Limits(max_instance_types=1))
    return Broken(scenario, catalog, ("limits.max_instance_types",))


def pins(rng: random.Random) -> Broken:
    """Two pins that exclude each other."""
    kept = (Pin("shop", None, "one", None, None, 0, None), Pin("shop", HOME, "four", None, None, 0, None))
    return Broken(small_scenario(_busy(rng), pins=kept), _catalog(), ("pins.0", "pins.1"))


def batches(rng: random.Random) -> Broken:
    """Two pins on different batch sizes."""
    kept = tuple(Pin("shop", HOME, None, None, size, 0, None) for size in (1, rng.randint(2, 4)))
    return Broken(small_scenario(_busy(rng), pins=kept), _catalog(), ("pins.0", "pins.1"))


def _owned(rng: random.Random, most: int | None, kw: float | None, racks: float | None, *named: str) -> Broken:
    """A site of one's own with one machine to buy, and nothing to rent."""
    catalog = _catalog()
    server = OwnedServer("p", "one", HOME, 9e3, 1e4, 1.2e4, 48.0, 0.0, None, 2.0, most, SOURCE)
    catalog = replace(
        catalog,
        instance_types={("p", "one"): catalog.instance_types["p", "one"]},
        prices={},
        owned={("p", "one", HOME): server},
        sites={HOME: Site(HOME, kw, racks, 100.0, 50.0, SOURCE)},
    )
    scenario = small_scenario(_busy(rng), purchase=Purchase(options=("on_demand", "owned")))
    return Broken(scenario, catalog, named)


def machines(rng: random.Random) -> Broken:
    """Fewer machines to buy than the demand needs."""
    return _owned(rng, rng.randint(0, 3), None, None, "max_count")


def site_power(rng: random.Random) -> Broken:
    """A site with less power than its machines need."""
    return _owned(rng, None, rng.uniform(0.3, 1.5), None, "power_limit_kw", "kW of site")


def site_racks(rng: random.Random) -> Broken:
    """A site with fewer rack units than its machines need."""
    return _owned(rng, None, None, float(rng.randint(1, 7)), "rack_units", "rack units of site")


def options(rng: random.Random) -> Broken:
    """Purchase options without a price."""
    purchase = Purchase(options=rng.choice([("spot",), ("committed_1y",), ("spot", "committed_3y")]))
    return Broken(small_scenario(_busy(rng), purchase=purchase), _catalog(), ("purchase.options",))


def one_zone(rng: random.Random) -> Broken:
    """A zone that may be lost where there is one."""
    catalog = _catalog()
    places = {name: replace(row, zones=("a",)) for name, row in catalog.locations.items()}
    return Broken(
        small_scenario(_busy(rng, redundancy="zone")),
        replace(catalog, locations=places),
        ("one zone only", "services.shop.redundancy"),
    )


def one_region(rng: random.Random) -> Broken:
    """A region that may be lost where one is allowed."""
    return Broken(small_scenario(_busy(rng, redundancy="region")), _catalog(), ("services.shop.redundancy", "standby"))


def crossed(rng: random.Random) -> Broken:
    """More replicas at least than a pin allows at most."""
    pin = Pin("shop", None, None, None, None, 0, 1)
    asked = _busy(rng, min_replicas=rng.randint(5, 9))
    return Broken(small_scenario(asked, pins=(pin,)), _catalog(), ("services.shop.replicas.min",))


def kept_beyond(rng: random.Random) -> Broken:
    """A pin that keeps more than a quota allows."""
    fewest = rng.randint(14, 20)
    limits = Limits(quotas=(Quota(Match(location=HOME), rng.randint(5, 12), None, "quota"),))
    pin = Pin("shop", HOME, "one", None, None, fewest, None)
    asked = service("shop", demand([[50.0, 300.0]]))
    return Broken(small_scenario(asked, limits=limits, pins=(pin,)), _catalog(), ("limits.quotas.0", "pins.0"))


def items(rng: random.Random) -> Broken:
    """A request larger than any measured batch."""
    asked = _busy(rng, items_per_request=rng.randint(5, 50))
    return Broken(small_scenario(asked), _catalog(), ("items lies outside",), has_way_out=False)


def not_reached(rng: random.Random) -> Broken:
    """An origin from which no round trip is known."""
    origins = (Origin("web", "internet", {AWAY: rng.uniform(0.001, 0.02)}),)
    scenario = small_scenario(_busy(rng), origins=origins, network=NetworkUse(1.0, 1.0, 1.0))
    return Broken(scenario, _catalog(), ("rtt_ms for origin web",))


def shipped(name: str, *sets: str, named: str) -> Broken:
    """A shipped scenario with something changed."""
    inputs = load_inputs(name, sets, ())
    return Broken(inputs.scenario, inputs.catalog, (named,))


SMALL: tuple[Callable[[random.Random], Broken], ...] = (
    latency,
    memory,
    residency,
    quota,
    vcpu_quota,
    replicas,
    pinned_count,
    power,
    budget,
    types,
    pins,
    machines,
    host,
    two_quotas,
    carbon,
    batches,
    site_power,
    site_racks,
    options,
    one_zone,
    one_region,
    crossed,
    kept_beyond,
    items,
    not_reached,
)
#: These run by default: a target, a residency, a quota, replicas, power and a budget.
DEFAULT = (0, 2, 4, 5, 7, 8)
ONE, SHOP = "single-service", "shop-search"
FEW = "{match: {}, max_instances: 1}"
LARGE: tuple[Callable[[], Broken], ...] = (
    partial(shipped, ONE, "services.encoder.latency.p99_ms=5", named="services.encoder.latency.p99_ms"),
    partial(shipped, ONE, f"limits.quotas=[{FEW}]", "services.encoder.demand.constant_per_s.us-east=9000",
            named="limits.quotas.0"),
    partial(shipped, ONE, "limits.power_kw=0.2", named="limits.power_kw"),
    partial(shipped, ONE, "limits.carbon_t=0.3", named="limits.carbon_t"),
    partial(shipped, ONE, "limits.budget_per_month=2600", named="limits.budget_per_month"),
    partial(shipped, ONE, "services.encoder.replicas={max: 1}", named="services.encoder.replicas.max"),
    partial(shipped, SHOP, "limits.budget_per_month=40000", named="limits.budget_per_month"),
    partial(shipped, SHOP, "services.ranking.replicas={max: 3}", named="services.ranking.replicas.max"),
    partial(shipped, SHOP, "locations=[aws/us-east-1, gcp/us-central1]", named="p99 60 ms from origin us-west"),
    partial(shipped, SHOP, "limits.power_kw=10", named="limits.power_kw"),
)  # fmt: skip


def broken(number: int) -> Broken:
    """Return one of the 60: twice each small kind, then the large ones."""
    if number < 2 * len(SMALL):
        return SMALL[number % len(SMALL)](random.Random(number))
    return LARGE[number - 2 * len(SMALL)]()


COUNT = 2 * len(SMALL) + len(LARGE)

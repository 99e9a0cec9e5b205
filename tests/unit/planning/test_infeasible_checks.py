"""Each instant check, with numbers worked by hand.

A full batch of 4 takes 17.6 ms cautiously: a replica serves 4 / 0.0176 = 227.27 requests/s at most, of which
0.98 x 0.97 may be promised: 216.05.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.catalog import Catalog, OwnedServer, Price, Site
from optimizer.domain.limits import Limits, Pin, Quota
from optimizer.domain.purchase import Match, Purchase
from optimizer.domain.scenario import NetworkUse, Origin, Scenario, Service
from optimizer.formulation.context import Context
from optimizer.formulation.optimistic import outlook_of
from optimizer.planning.infeasible.checks import instant_findings
from optimizer.planning.infeasible.unserved import why_unserved
from optimizer.planning.infeasible.why import Finding
from tests.support.asked import shared_store
from tests.support.small import AWAY, HOME, SOURCE, demand, service, small_catalog, small_scenario
from tests.support.small_market import with_other_accelerator

RATE = 0.98 * 0.97 * 4 / 0.0176


def _catalog(**changes: object) -> Catalog:
    """The small catalog with 100 to 400 W an instance, a PUE of 1.2 and 300 g/kWh."""
    catalog = small_catalog()
    kind = replace(catalog.instance_types["p", "one"], idle_power_w=100.0, max_power_w=400.0)
    places = {name: replace(row, pue=1.2, grid_gco2_per_kwh=300.0) for name, row in catalog.locations.items()}
    return replace(catalog, instance_types={("p", "one"): kind}, locations=places, **changes)


def _asked(peak: float = 1000.0, **changes: object) -> Service:
    return service("shop", demand([[500.0, peak]]), **changes)


def _found(scenario: Scenario, catalog: Catalog | None = None) -> list[Finding]:
    context = Context(scenario, catalog or _catalog(), shared_store())
    return instant_findings(context, outlook_of(context))


def _only(scenario: Scenario, catalog: Catalog | None = None) -> Finding:
    found = _found(scenario, catalog)
    assert len(found) == 1, found
    return found[0]


def test_nothing_is_found_where_all_is_well():
    """A scenario with limits that are large enough has no finding."""
    limits = Limits(1e6, 100.0, 100.0, 1, (Quota(Match(), 100, None, "large"),))
    assert _found(small_scenario(_asked(), limits=limits)) == []


@pytest.mark.parametrize(("peak", "told"), [(863.0, False), (866.0, True)])
def test_quota(peak: float, *, told: bool):
    """4 instances carry 864.2 requests/s at most."""
    limits = Limits(quotas=(Quota(Match(None, HOME, "o*"), 4, None, "small"),))
    found = _found(small_scenario(_asked(peak), limits=limits))
    assert bool(found) is told
    if told:
        assert found[0].keys == ("limits.quotas.0",)
        assert "866 requests/s at busy 00 h" in found[0].text
        assert "at most 864 fit within limits.quotas.0 (p/home o*: 4 instances)" in found[0].text


@pytest.mark.parametrize(("peak", "told"), [(575.0, False), (578.0, True)])
def test_quota_with_a_zone_to_lose(peak: float, *, told: bool):
    """With one of three zones to lose, capacity is 1.5 times the need: 4 instances carry 576.1."""
    limits = Limits(quotas=(Quota(Match(location=HOME), 4, None, "small"),))
    found = _found(small_scenario(_asked(peak, redundancy="zone"), limits=limits))
    assert bool(found) is told


def test_quotas_of_two_places_count_together():
    """Quotas of 20 vCPUs at home and 2 instances away carry 2.5 + 2 instances: 972 requests/s."""
    quotas = (Quota(Match(location=HOME), None, 20, "a"), Quota(Match(location=AWAY), 2, None, "b"))
    scenario = small_scenario(_asked(980.0), locations=(HOME, AWAY), limits=Limits(quotas=quotas))
    found = _only(scenario)
    assert set(found.keys) == {"limits.quotas.0", "limits.quotas.1"}
    assert "at most 972 fit" in found.text
    assert _found(replace(scenario, services=(_asked(970.0),))) == []


def test_a_quota_of_on_demand_spares_spot():
    """With up to 30 % of spot, 4 instances on demand stand for 4 / 0.7: 1,234.6 requests/s."""
    catalog = _catalog()
    spot = Price("p", "one", HOME, "spot", "offered", 0.4, 0.0, 0, SOURCE)
    catalog = replace(catalog, prices={**catalog.prices, ("p", "one", HOME, "spot"): spot})
    limits = Limits(quotas=(Quota(Match(purchase_option="on_demand"), 4, None, "small"),))
    purchase = Purchase(options=("on_demand", "spot"))
    assert _found(small_scenario(_asked(1230.0), limits=limits, purchase=purchase), catalog) == []
    assert "at most 1,235 fit" in _only(small_scenario(_asked(1240.0), limits=limits, purchase=purchase), catalog).text


def test_replica_maximum():
    """4 replicas in each of two places carry 1,728.4 requests/s."""
    asked = _asked(1740.0, max_replicas=4)
    found = _only(small_scenario(asked, locations=(HOME, AWAY)))
    assert found.keys == ("services.shop.replicas.max",)
    assert "at most 1,728 fit" in found.text


def test_pinned_maximum():
    """A pin on 3 instances carries 648.1 requests/s."""
    pin = Pin("shop", HOME, None, None, None, 0, 3)
    found = _only(small_scenario(_asked(), pins=(pin,)))
    assert (found.rule, found.keys) == ("pins", ("pins.0.max",))
    assert "at most 648 fit within pins.0.max 3 in p/home" in found.text


def _own_site(most: int | None, kw: float | None, racks: float | None) -> Catalog:
    server = OwnedServer("p", "one", HOME, 9e3, 1e4, 1.2e4, 48.0, 0.0, None, 2.0, most, SOURCE)
    return _catalog(
        prices={}, owned={("p", "one", HOME): server}, sites={HOME: Site(HOME, kw, racks, None, None, SOURCE)}
    )


@pytest.mark.parametrize(
    ("most", "kw", "racks", "carried", "words"),
    [
        (3, None, None, "648", "max_count 3 of owned one"),
        (None, 1.0, None, "540", "1 kW of site p/home"),
        (None, None, 7.0, "756", "7 rack units of site p/home"),
        (None, 0.0, None, "0", "0 kW of site p/home"),
    ],
)
def test_sites_and_machines(most: int | None, kw: float | None, racks: float | None, carried: str, words: str):
    """Machines of 400 W and 2 rack units: 3 of them, 1 kW (2.5), or 7 rack units (3.5) are too few for 1,000."""
    scenario = small_scenario(_asked(), purchase=Purchase(options=("owned",)))
    found = _only(scenario, _own_site(most, kw, racks))
    assert f"at most {carried} fit within {words}" in found.text


@pytest.mark.parametrize(("limit", "told"), [(2.13, True), (2.15, False)])
def test_power(limit: float, *, told: bool):
    """1,000 requests/s take 1.2 (100 / 216.05 + 300 / 227.27) = 2.139 kW."""
    found = _found(small_scenario(_asked(), limits=Limits(power_kw=limit)))
    assert bool(found) is told
    if told:
        assert found[0].keys == ("limits.power_kw",)
        assert "2.13 kW are less than the 2.14 kW that busy 00 h takes at least" in found[0].text


@pytest.mark.parametrize(("limit", "told"), [(0.350, True), (0.353, False)])
def test_carbon(limit: float, *, told: bool):
    """750 requests/s on average for 730 h: 750 x 2.1394 W x 730 h x 300 g/kWh = 351.4 kg."""
    found = _found(small_scenario(_asked(), limits=Limits(carbon_t=limit)))
    assert bool(found) is told
    if told:
        assert found[0].keys == ("limits.carbon_t",)
        assert "0.351 t that the horizon emits at least" in found[0].text


@pytest.mark.parametrize(("limit", "told"), [(12_926.0, True), (12_928.0, False)])
def test_budget(limit: float, *, told: bool):
    """People 10,000; 750 / 216.05 instances for 730 h at 1.1207; 3,942 GB-months of logs at 0.022: 12,926.93."""
    scenario = small_scenario(_asked(), limits=Limits(budget_per_month=limit), network=NetworkUse(0.0, 0.0, 1.0))
    hourly = 1.1 + 1.1 * 0.1 * 2**30 / 1e9 / 730 + 15 / 730
    least = 10_000 + 750 / RATE * 730 * hourly + 750 * 3600 * 730 / 1e6 * 2 * 0.02 * 1.1
    found = _found(scenario)
    assert bool(found) is told
    if told:
        assert found[0].keys == ("limits.budget_per_month",)
        assert f"USD {least:,.2f} that any plan costs at least" in found[0].text


def _two_kinds() -> tuple[Catalog, Service]:
    catalog = with_other_accelerator(_catalog())
    return catalog, replace(service("rank", demand([[5.0, 9.0]])), profiles=("net2/fp16",))


def test_instance_types():
    """Two services on different accelerators need two types."""
    catalog, second = _two_kinds()
    found = _only(small_scenario(_asked(), second, limits=Limits(max_instance_types=1)), catalog)
    assert found.keys == ("limits.max_instance_types",)
    assert "at most 1 where 2 are needed, since shop from shop and rank from shop share no usable type" in found.text
    assert _found(small_scenario(_asked(), second, limits=Limits(max_instance_types=2)), catalog) == []


def test_accelerator_memory():
    """23 GiB of weights and 1 GiB of runtime exceed 16 GiB."""
    model = replace(small_catalog().served_models["net"], weights_gib=23.0)
    found = _only(small_scenario(_asked()), _catalog(served_models={"net": model}))
    assert (found.rule, found.keys) == ("accelerator_memory", ("services.shop.profile",))
    assert "needs 24.0 GiB of accelerator memory, the nearest is one with 16.0" in found.text


def test_host_memory():
    """40 GiB of host memory exceed 32."""
    model = replace(small_catalog().served_models["net"], host_base_gib=40.0)
    found = _only(small_scenario(_asked()), _catalog(served_models={"net": model}))
    assert found.rule == "host_memory"
    assert "needs 40.0 GiB of host memory, one has 32" in found.text


def test_latency_after_the_network():
    """A round trip of 45 ms and 11 ms for one request exceed 50 ms; the same target does at home."""
    origins = (Origin("far", "internet", {HOME: 0.045}),)
    found = _only(small_scenario(_asked(latency_s=0.050), origins=origins))
    assert (found.rule, found.keys) == ("latency", ("services.shop.latency.p99_ms",))
    assert "the least possible is 56.0 ms (45.0 network to p/home, 0 overhead, 11.0 for one request" in found.text
    assert _found(small_scenario(_asked(latency_s=0.050))) == []


def test_residency():
    """Data that must stay away while only home is allowed."""
    found = _only(small_scenario(_asked(), origins=(Origin("web", HOME, {}, residency=(AWAY,)),)))
    assert found.keys == ("origins.web.residency", "locations")


def test_no_round_trip_is_known():
    """An internet origin that gives no round trip to what is allowed."""
    found = _only(small_scenario(_asked(), origins=(Origin("web", "internet", {AWAY: 0.01}),)))
    assert found.keys == ("origins.web.rtt_ms",)


def test_the_same_reason_is_told_once_for_all():
    """Two origins that fail alike share one sentence."""
    model = replace(small_catalog().served_models["net"], weights_gib=23.0)
    asked = service("shop", demand([[5.0, 9.0], [5.0, 9.0]]))
    origins = (Origin("here", HOME, {}), Origin("there", AWAY, {}))
    found = _only(small_scenario(asked, origins=origins), _catalog(served_models={"net": model}))
    assert found.text.startswith("shop cannot serve origin here and there: ")


@pytest.mark.parametrize("options", [("spot",), ("committed_1y",)])
def test_options_without_a_price(options: tuple[str, ...]):
    """Only on demand is priced."""
    found = _only(small_scenario(_asked(), purchase=Purchase(options=options)))
    assert (found.rule, found.keys) == ("options_allowed", ("purchase.options",))


def test_a_term_that_outlasts_the_horizon_is_told():
    """A year committed over one month is refused, and that is said."""
    catalog = _catalog()
    price = Price("p", "one", HOME, "committed_1y", "offered", 0.6, 0.0, 12, SOURCE)
    catalog = replace(catalog, prices={**catalog.prices, ("p", "one", HOME, "committed_1y"): price})
    found = _only(small_scenario(_asked(), purchase=Purchase(options=("committed_1y",))), catalog)
    assert "after_horizon refuses committed_1y" in found.text


@pytest.mark.parametrize(
    "second",
    [Pin("shop", None, "two", None, None, 0, None), Pin("shop", HOME, None, "net/int8", None, 0, None)],
)
def test_pins_that_exclude_each_other(second: Pin):
    """One pin keeps a type, the other another type, or a profile that does not exist."""
    pins = (Pin("shop", HOME, "one", None, None, 0, None), second)
    found = _only(small_scenario(_asked(), pins=pins))
    assert (found.rule, found.keys) == ("pins", ("pins.0", "pins.1"))


def test_pins_on_two_batch_sizes():
    """A service cannot run with batches of 2 and of 4."""
    pins = tuple(Pin("shop", HOME, None, None, size, 0, None) for size in (2, 4))
    assert _only(small_scenario(_asked(), pins=pins)).keys == ("pins.0", "pins.1")


def test_a_pinned_batch_beyond_the_measured_ones():
    """Batches of up to 4 requests are measured: a pin on 9 is named, and not the target that it would miss."""
    found = _only(small_scenario(_asked(100.0), pins=(Pin("shop", None, None, None, 9, 0, None),)))
    assert (found.rule, found.keys) == ("pins", ("pins.0.batch_size",))
    assert found.text.endswith("pins.0.batch_size 9 is above the largest measured batch, 4 requests.")
    assert _found(small_scenario(_asked(100.0), pins=(Pin("shop", None, None, None, 4, 0, None),))) == []


def test_a_pin_where_nothing_may_run():
    """Instances are kept away, where the service has no round trip."""
    pins = (Pin("shop", AWAY, None, None, None, 2, None),)
    found = _only(small_scenario(_asked(), pins=pins))
    assert (found.rule, found.keys) == ("pins", ("pins.0",))
    assert "keeps shop in p/away with 2 instances" in found.text


def test_pins_beyond_a_quota():
    """6 instances kept where 4 are allowed."""
    limits = Limits(quotas=(Quota(Match(location=HOME), 4, None, "small"),))
    pins = (Pin("shop", HOME, None, None, None, 6, None),)
    found = _only(small_scenario(_asked(100.0), limits=limits, pins=pins))
    assert found.keys == ("limits.quotas.0", "pins.0")
    assert "4 instances are fewer than 6 kept by pins.0" in found.text


def test_fewest_above_most():
    """At least 6 replicas, on at most 4 instances of one each."""
    pins = (Pin("shop", None, None, None, None, 0, 4),)
    found = _only(small_scenario(_asked(100.0, min_replicas=6), pins=pins))
    assert found.keys == ("services.shop.replicas.min", "pins.0.max")
    assert "6 is above what pins.0.max 4 allows (4 replicas)" in found.text


def test_a_region_to_lose_needs_a_second_one():
    """One allowed location has no standby; with two nothing is found."""
    asked = _asked(100.0, redundancy="region")
    found = _only(small_scenario(asked))
    assert found.rule == "region_loss"
    assert found.text.startswith("shop cannot serve origin shop: redundancy region needs a standby location")
    assert _found(small_scenario(asked, locations=(HOME, AWAY))) == []


def test_two_places_in_reach_are_no_missing_standby():
    """Where two places reach the origin the standby is not what is short, but a count: the keys name it."""
    asked = _asked(100.0, redundancy="region", max_replicas=1)
    scenario = small_scenario(asked, locations=(HOME, AWAY))
    context = Context(scenario, small_catalog(), shared_store())
    why = why_unserved(context, 0, 0)
    assert why.rule == "replica_bounds"
    assert "services.shop.replicas.max" in why.keys
    assert "within p99 60 ms: a lone request takes 12.0 ms at best" in why.text


def test_a_zone_to_lose_needs_a_second_one():
    """One zone is told by name."""
    catalog = _catalog()
    places = {name: replace(row, zones=("a",)) for name, row in catalog.locations.items()}
    found = _only(small_scenario(_asked(redundancy="zone")), replace(catalog, locations=places))
    assert "one in p/home is known in one zone only (a)" in found.text

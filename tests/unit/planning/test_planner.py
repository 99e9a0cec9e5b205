"""The plan as a whole: shares, promises, determinism, and answers when nothing fits."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from optimizer.domain.scenario import Origin
from optimizer.errors import Infeasible
from optimizer.performance import CapacityStore
from optimizer.planning import plan_scenario
from tests.support.asked import shared_store
from tests.support.in_part import one_in
from tests.support.small import AWAY, HOME, demand, service, small_catalog, small_scenario


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """One set of simulated capacities for all tests here."""
    return shared_store()


def test_counts_by_hand(store: CapacityStore):
    """A full batch of 4 takes 17.6 ms cautiously: one replica never carries 227.3 requests/s, so 300 need two."""
    plan = plan_scenario(small_scenario(service("s", demand([[30.0, 300.0]]))), small_catalog(), store=store)
    assert [row.count_by_period for row in plan.fleet] == [(1, 2)]
    # 365 quiet hours with 1 instance, 365 busy ones with 2, at 1.00
    assert plan.cost.by_category["compute"] == pytest.approx(365 + 730)


def test_zone_redundancy_adds_a_zone(store: CapacityStore):
    """What one instance carries needs two when a zone may be lost, in two zones."""
    asked = service("s", demand([[30.0, 30.0]]), redundancy="zone")
    plan = plan_scenario(small_scenario(asked), small_catalog(), store=store)
    assert [(row.zone, row.count_by_period) for row in plan.fleet] == [("a", (1, 1)), ("b", (1, 1))]


def test_shares_of_capacity_sum_to_one(store: CapacityStore):
    """Where paid capacity goes adds up to all of it, and every share is 0 or more."""
    asked = service("s", demand([[300.0, 900.0]]), redundancy="zone")
    plan = plan_scenario(small_scenario(asked), small_catalog(), store=store)
    assert sum(plan.headroom.values()) == pytest.approx(1.0)
    assert all(share >= 0.0 for share in plan.headroom.values())
    # fixed counts: what the quiet hours hold for the busy ones is a share of its own
    fixed = plan_scenario(small_scenario(asked, autoscaling="fixed"), small_catalog(), store=store)
    assert plan.headroom["counts held between hours"] == 0.0 < fixed.headroom["counts held between hours"]


def test_same_input_same_plan_to_the_last_digit(store: CapacityStore):
    """Two runs give the same document; another seed may give other promises."""
    scenario = small_scenario(service("s", demand([[300.0, 900.0]]), redundancy="zone"))
    first, second = (plan_scenario(scenario, small_catalog(), store=store).to_dict() for _ in range(2))
    assert json.dumps(first) == json.dumps(second)


def test_zero_demand_needs_nothing(store: CapacityStore):
    """A service without demand gets no instance, and people remain on the bill."""
    plan = plan_scenario(small_scenario(service("s", demand([[0.0, 0.0]]))), small_catalog(), store=store)
    assert plan.fleet == ()
    assert plan.objective.total == plan.objective.fixed == pytest.approx(10_000.0)


def test_egress_tiers_pull_services_together(store: CapacityStore):
    """Two places cost the same but for tiers: serving both origins from one place reaches the cheaper tier."""
    web = [Origin(f"web{n}", "internet", {HOME: 0.005, AWAY: 0.005}) for n in range(2)]
    catalog = small_catalog()
    away = catalog.prices["p", "one", AWAY, "on_demand"]
    storage = {key: replace(row, price_per_gb_month=0.1) for key, row in catalog.storage.items() if key[0] == "block"}
    same = replace(
        catalog,
        prices={**catalog.prices, ("p", "one", AWAY, "on_demand"): replace(away, price_per_hour=1.0)},
        storage=storage,
    )
    asked = [service(f"s{n}", demand([[30.0, 30.0] if d == n else [0.0, 0.0] for d in range(2)])) for n in range(2)]
    scenario = small_scenario(*asked, origins=tuple(web), locations=(HOME, AWAY))
    plan = plan_scenario(scenario, same, store=store, gap=0.0)
    assert len({pool.location for pool in plan.pools}) == 1


@pytest.mark.parametrize("case", one_in(4, range(12)))
def test_a_target_that_cannot_be_met_names_service_and_origin(case: int, store: CapacityStore):
    """A random service is asked for less than one request takes from an origin: both are named, with a way out."""
    rng = random.Random(case)
    origins = tuple(Origin(f"from{n}", "internet", {HOME: rng.uniform(0.001, 0.030)}) for n in range(3))
    services = [service(f"svc{n}", demand([[5.0, 5.0]] * 3), latency_s=0.080) for n in range(2)]
    broken, origin = rng.randrange(2), max(origins, key=lambda item: item.rtt_s[HOME])
    services[broken] = replace(services[broken], latency_s=origin.rtt_s[HOME] + 0.010)
    with pytest.raises(Infeasible) as caught:
        plan_scenario(small_scenario(*services, origins=origins), small_catalog(), store=store)
    assert all(f"svc{broken} " in reason for reason in caught.value.reasons)
    assert any(f"origin {origin.name}" in reason and "p99_ms above" in reason for reason in caught.value.reasons)


def test_no_zone_left_is_told(store: CapacityStore):
    """A type sold in one zone cannot survive losing it: infeasible, with that reason."""
    catalog = small_catalog()
    one_zone = replace(catalog, locations={name: replace(row, zones=("a",)) for name, row in catalog.locations.items()})
    scenario = small_scenario(service("s", demand([[5.0, 5.0]]), redundancy="zone"))
    with pytest.raises(Infeasible, match="one zone only"):
        plan_scenario(scenario, one_zone, store=store)


def test_a_request_outside_the_measured_batches_is_told(store: CapacityStore):
    """Five items a request, where batches of 1 to 4 were measured: infeasible, with the range."""
    scenario = small_scenario(service("s", demand([[5.0, 5.0]]), items_per_request=5))
    with pytest.raises(Infeasible, match=r"5 items lies outside the measured batches of net/fp16 \(1 to 4 items\)"):
        plan_scenario(scenario, small_catalog(), store=store)


@pytest.mark.parametrize(("origins", "idle", "every"), [(8, 0, True), (9, 0, False), (9, 1, True)])
def test_many_origins_are_not_said_to_be_tried_in_every_set(store: CapacityStore, origins: int, idle: int, every: bool):
    """Of more than 8 origins with demand not all sets are looked at, and the plan space must not say so."""
    rates = [[0.0, 0.0] if number < idle else [10.0, 10.0] for number in range(origins)]
    places = tuple(Origin(f"o{number}", HOME, {}) for number in range(origins))
    plan = plan_scenario(small_scenario(service("s", demand(rates)), origins=places), small_catalog(), store=store)
    assert ("any partition of origins" in plan.plan_space) is every


@pytest.mark.parametrize(("most", "is_told"), [(2, True), (50, False)])
def test_a_block_left_out_for_its_size_is_told(
    store: CapacityStore, monkeypatch: pytest.MonkeyPatch, most: int, is_told: bool
):
    """Where one location could serve both origins but for the largest block, the plan space says where it ends."""
    monkeypatch.setattr("optimizer.formulation.staffing.MAX_INSTANCES", most)
    asked = small_scenario(
        service("s", demand([[300.0, 300.0], [300.0, 300.0]])),
        origins=(Origin("here", HOME, {}), Origin("next door", HOME, {})),
        locations=(HOME, AWAY),
    )
    plan = plan_scenario(asked, small_catalog(), store=store)
    assert ("instances of a service in a location" in plan.plan_space) is is_told

"""Floors of blocks in questions that can be worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.domain.limits import Limits
from optimizer.domain.purchase import Commitment, Purchase
from optimizer.domain.scenario import Scenario
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet, make_blocks
from optimizer.formulation.selection import TypeVerdict
from optimizer.formulation.supply import Supply
from optimizer.formulation.within import Floors, floors_of
from optimizer.performance import CapacityStore
from tests.support.asked import cheapest_plan, shared_store
from tests.support.small import HOME, demand, service, small_catalog, small_scenario
from tests.support.small_market import YEAR, price, with_other_accelerator, with_prices, with_type

HOURS = np.array([100.0, 200.0, 300.0])


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """Simulated capacities, shared with other tests."""
    return shared_store()


def _asked(*peaks: list[float], limit: int | None = None, **changes: object) -> Scenario:
    services = [service(f"s{number}", demand([peak])) for number, peak in enumerate(peaks)]
    return small_scenario(*services, limits=Limits(max_instance_types=limit), **changes)


def _changeable(scenario: Scenario, catalog: object, store: CapacityStore) -> float:
    plan = cheapest_plan(scenario, catalog, store)
    assert plan is not None
    return plan.objective.total - plan.objective.fixed


def _kinds(found: BlockSet) -> set[str]:
    return {block.configuration.key[1] for block in found.blocks}


def test_the_floor_of_one_idle_instance_is_its_cost(store: CapacityStore):
    """Where one instance is always enough the floor is exact, and a cent less leaves nothing."""
    scenario, catalog = _asked([5.0, 5.0]), small_catalog()
    floors, cost = floors_of(Context(scenario, catalog, store)), _changeable(scenario, catalog, store)
    assert floors.least_total == pytest.approx(cost, rel=1e-9)
    assert floors.blocks(cost).blocks
    assert not floors.blocks(cost - 0.01).blocks


def _opposite(store: CapacityStore) -> tuple[Scenario, Floors, float]:
    """Two services whose busy hours are the other's quiet ones, where one can be committed to at half the price."""
    catalog = with_prices(small_catalog(), price("committed_1y", 0.5))
    terms = Purchase(("on_demand", "committed_1y"))
    scenario = _asked([200.0, 0.0], [0.0, 200.0], periods=YEAR, horizon_months=12, purchase=terms)
    return scenario, floors_of(Context(scenario, catalog, store)), _changeable(scenario, catalog, store)


def test_floors_of_services_that_share_commitments_add_up(store: CapacityStore):
    """Each alone would pay for hours in which the other uses what is committed; floors must not count that twice."""
    _, floors, cost = _opposite(store)
    alone = [min(block.cost for block in floors.blocks(np.inf).blocks if block.service == number) for number in (0, 1)]
    assert sum(alone) > cost * 1.1  # bounds of each alone do not add up
    assert floors.least_total <= cost
    assert {block.service for block in floors.blocks(cost).blocks} == {0, 1}


def test_what_is_signed_costs_nothing_more(store: CapacityStore):
    """Instances that are paid anyway are no part of a floor: only what running adds is."""
    signed = Commitment(
        HOME, "one", "committed_1y", 3, 0.5, "2028-01-01", 1.0, 0.0, reserved=True, reason="signed before"
    )
    scenario = _asked([5.0, 5.0], commitments=(signed,))
    floors, cost = floors_of(Context(scenario, small_catalog(), store)), _changeable(scenario, small_catalog(), store)
    assert floors.least_total <= cost + 1e-9
    assert floors.blocks(cost).blocks


def _two_models(limit: int | None) -> Scenario:
    """One service on either accelerator, one on the second only: alone the first is cheapest on the first."""
    either = service("either", demand([[5.0, 5.0]]), profiles=("net/fp16", "net2/fp16"))
    only = service("only", demand([[5.0, 5.0]]), profiles=("net2/fp16",))
    return small_scenario(either, only, limits=Limits(max_instance_types=limit))


def test_types_that_may_not_stand_together_are_left_out(store: CapacityStore):
    """With one type for all, the cheap type that serves one service only is in no plan."""
    catalog = with_other_accelerator(small_catalog())
    kinds = {}
    for limit in (None, 1):
        scenario = _two_models(limit)
        cost = _changeable(scenario, catalog, store)
        kinds[limit] = _kinds(floors_of(Context(scenario, catalog, store)).blocks(cost))
    assert kinds == {None: {"one", "other"}, 1: {"other"}}


def test_more_types_allowed_than_there_are(store: CapacityStore):
    """A limit that no plan can reach is none."""
    catalog = with_other_accelerator(small_catalog())
    free, limited = (floors_of(Context(_two_models(limit), catalog, store)) for limit in (None, 9))
    assert limited.least_total == free.least_total


def test_too_many_sets_of_types_are_taken_as_one(store: CapacityStore, monkeypatch: pytest.MonkeyPatch):
    """Floors are lower then, and hold all the more."""
    catalog = with_other_accelerator(small_catalog())
    context = Context(_two_models(1), catalog, store)
    exact = floors_of(context)
    monkeypatch.setattr("optimizer.formulation.within.MOST_ENTRIES", 0)
    rough = floors_of(context)
    assert rough.sets.shape == (1, 2)
    assert rough.least_total < exact.least_total


def test_a_pair_that_nothing_serves_has_no_floor(store: CapacityStore):
    """No plan: the least is infinite, and no type is counted."""
    context = Context(_asked([5.0, 5.0], locations=()), small_catalog(), store)
    assert floors_of(context).least_total == np.inf


def test_types_left_out_are_still_told_with_what_they_add_at_least(store: CapacityStore):
    """A dear type that was not simulated has the bound of its cost in the verdicts."""
    catalog = with_type(small_catalog(), "dear", 40.0)
    scenario = _asked([5.0, 5.0], limit=1)
    context = Context(scenario, catalog, store)
    result = next(iter(floors_of(context).blocks(_changeable(scenario, catalog, store)).groups.values()))
    verdict = result.verdicts["p", "dear"]
    assert not verdict.simulated
    every = next(iter(make_blocks(context).groups.values())).verdicts
    chosen = every["p", "one"].least_cost
    rise, exact = verdict.rise(chosen, _changeable(scenario, catalog, store))
    assert not exact
    assert 730.0 * 39.0 < rise <= (every["p", "dear"].least_cost - chosen) * (1.0 + 1e-9)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (TypeVerdict(120.0, simulated=True), (20.0, True)),
        (TypeVerdict(120.0, simulated=True, left_out=[(90.0, 1030.0)]), (20.0, True)),
        (TypeVerdict(120.0, simulated=True, left_out=[(90.0, 1010.0)]), (10.0, False)),
        (TypeVerdict(left_out=[(90.0, 1050.0), (115.0, 1001.0)]), (15.0, False)),
    ],
)
def test_what_moving_to_a_type_costs_at_least(verdict: TypeVerdict, expected: tuple[float, bool]):
    """A block of 100 in a plan of 1,000: of two bounds the higher counts, of configurations the least."""
    assert verdict.rise(100.0, 1000.0) == expected


@pytest.mark.parametrize(
    ("supply", "expected"),
    [
        (Supply(("p", "one", HOME), 2.0, None, {}, {}, (), limited=False), [200.0, 400.0, 600.0]),
        (Supply(("p", "one", HOME), 2.0, None, {"committed_1y": 700.0}, {}, (), limited=False), [0.0, 400.0, 300.0]),
        (Supply(("p", "one", HOME), None, None, {"owned": 700.0}, {}, (), limited=False), [0.0, 700.0, 0.0]),
    ],
)
def test_common_prices_are_highest_where_most_is_used(supply: Supply, expected: list[float]):
    """On demand fills the most used slots first, up to what a steady instance costs; without it the peak takes all."""
    shape = np.array([1.0, 9.0, 4.0])
    assert supply.common_prices(shape, HOURS, 3).tolist() == expected


def test_room_for_spot_is_worth_what_it_saves():
    """Two of three instances on spot at a quarter of the price: 1 + 2 / 4 at the slot's price."""
    supply = Supply(("p", "one", HOME), 2.0, 0.5, {}, {}, (), limited=False)
    prices = supply.common_prices(np.array([1.0]), np.array([100.0]), 1)
    assert supply.cost_at(prices, np.array([3.0]), np.array([2.0])) == pytest.approx(300.0)

"""Planning again from a list of what runs: what it carries, what is signed, and what cannot be begun from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.catalog import Availability, Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import PurchaseOption, RunningRow
from optimizer.domain.replan import Replan
from optimizer.domain.scenario import Scenario
from optimizer.errors import InputError
from optimizer.inputs.purchase_terms import commitments_running
from optimizer.planning.account import account_of_fleet
from optimizer.planning.planner import find
from optimizer.planning.replanning import fleet_as_plan, replan_scenario
from optimizer.planning.replanning.commitments import all_committed
from tests.support.asked import shared_store
from tests.support.small import AWAY, HOME, SOURCE, demand, service, small_catalog, small_scenario
from tests.support.small_market import YEAR, price, with_prices, with_type
from tests.unit.planning.test_replanning import scaled

ENOUGH = 4


def row(
    count: int,
    zone: str = "",
    kind: str = "one",
    option: PurchaseOption = "on_demand",
    until: str = "",
    name: str = "",
    place: str = HOME,
) -> RunningRow:
    """Some instances that run today."""
    return RunningRow(place, zone, kind, option, count, name, until)


def question(*rows: RunningRow) -> tuple[Scenario, Catalog]:
    """One service that survives a zone, over a year, with what runs today and what of it is signed."""
    catalog = with_prices(with_type(small_catalog(), "big", 1.9, accelerator_count=2), price("committed_1y", 0.6))
    scenario = small_scenario(
        service("s", demand([[200.0, 500.0]]), redundancy="zone"), horizon_months=12, periods=YEAR
    )
    scenario = replace(scenario, running=rows)
    return replace(scenario, commitments=commitments_running(rows, scenario, catalog)), catalog


def begun(*rows: RunningRow) -> tuple[Scenario, Catalog, Plan]:
    """A fleet as a plan, with its question."""
    scenario, catalog = question(*rows)
    return scenario, catalog, fleet_as_plan(scenario, catalog, shared_store())


def again(plan: Plan, scenario: Scenario, catalog: Catalog, charge: float = 1.0) -> Replan:
    """Plan again at gap 0."""
    return replan_scenario(plan, scenario, catalog, cost_per_change=charge, store=shared_store(), gap=0.0)


def test_a_listed_fleet_costs_what_its_account_says():
    """The bill of the fleet as a plan is the bill of `fleetopt cost`, signed part and spread zones included."""
    rows = tuple(
        replace(item, service="s")
        for item in (row(5), row(2, "a", option="committed_1y", until="2027-06"), row(1, "b", "big"))
    )
    scenario, catalog, plan = begun(*rows)
    assert plan.objective.total == pytest.approx(account_of_fleet(scenario, catalog, shared_store()).cost.total)
    counts = {(pool.instance_type, pool.zone): pool.replicas_by_period[0] for pool in plan.pools}
    assert counts == {("one", "a"): 4, ("one", "b"): 2, ("one", "c"): 1, ("big", "b"): 2}


def test_what_is_signed_stays_and_the_rest_is_free():
    """Without a charge the answer is a fresh plan with the same commitments; they are not counted twice."""
    rows = (row(2, "a", option="committed_1y", until="2027-06-30"), row(9, "b"), row(9, "c"))
    scenario, catalog, plan = begun(*rows)
    assert [(item.count, item.until) for item in all_committed(plan, scenario, catalog)] == [(2, "2027-06-30")]
    found = again(plan, scenario, catalog, 0.0)
    fresh = replace(scenario, running=())
    assert found.total == pytest.approx(find(fresh, catalog, shared_store(), gap=0.0).plan.objective.total, abs=0.01)
    assert (found.starts_from, found.changed) == ("fleet", True)
    assert found.in_force_per_month == pytest.approx(plan.objective.total / 12)
    assert found.keeps_promises


def test_a_fleet_that_carries_its_demand_leads_to_verified_steps():
    """Fixed counts that hold for 500 requests/s, half more asked: every step holds, before it nothing is broken."""
    scenario, catalog, plan = begun(*(row(ENOUGH, zone) for zone in "abc"))
    found = again(plan, scaled(scenario, 1.5), catalog)
    assert found.changed
    assert found.demand_change == pytest.approx(0.5)
    assert found.broken_now == ()
    assert found.keeps_promises


def test_a_fleet_too_small_is_told_once_and_not_held_against_the_steps():
    """Two instances for 500 requests/s: what they break is told as it is now; steps leave it, then mend it."""
    scenario, catalog, plan = begun(row(1, "a"), row(1, "b"))
    found = again(plan, scenario, catalog)
    assert {text.split(":")[0] for text in found.broken_now} >= {"capacity", "zone_loss"}
    assert not any(step.broken for step in found.steps)
    assert found.steps[0].still_broken
    assert not found.keeps_promises
    assert found.steps[-1].holds


def test_a_loss_that_is_not_survived_today_breaks_no_step():
    """Everything in one zone: a second one carries too little alone, as nothing did before; the last step holds."""
    scenario, catalog, plan = begun(row(9, "a"))
    found = again(plan, scenario, catalog)
    assert {text.split(":")[0] for text in found.broken_now} == {"zone_loss"}
    assert [step.broken for step in found.steps] == [()] * len(found.steps)
    assert found.steps[0].still_broken == ("zone_loss",)
    ready = next(number for number, step in enumerate(found.steps) if step.carries["s"] == "forecast")
    assert all(step.holds for step in found.steps[ready:])


def test_two_types_in_a_place_divide_its_origins_by_what_they_carry():
    """An instance with two accelerators carries twice as much: 2 of them beside 4 of one halve the origin."""
    _, _, plan = begun(row(2, "a", "big"), row(4, "b"))
    shares = {plan.pools[route.pool].instance_type: route.share_by_period[0] for route in plan.routing}
    assert shares == {"big": pytest.approx(0.5), "one": pytest.approx(0.5)}


def test_owned_machines_without_an_end_stay():
    """Nobody hands a machine back: signed at no further cost to the end of the horizon."""
    scenario, catalog, plan = begun(*(row(3, zone, option="owned") for zone in "abc"))
    signed = all_committed(plan, scenario, catalog)
    assert [(item.purchase_option, item.count, item.price_per_hour, item.horizon_share) for item in signed] == [
        ("owned", 3, 0.0, 1.0)
    ] * 3


def test_what_cannot_be_begun_from_is_told_in_full():
    """Rows without a service or an end, together; a type without a profile and a wrong zone, together."""
    scenario, catalog = question(row(1), row(2, option="committed_1y"))
    two = replace(scenario, services=(*scenario.services, replace(scenario.services[0], name="t")))
    with pytest.raises(InputError) as refused:
        fleet_as_plan(two, catalog, shared_store())
    assert [fault.what for fault in refused.value.faults] == [
        "does not say which service runs on it",
        "does not say which service runs on it",
        "does not say when it ends (found no committed_until)",
    ]
    lost = replace(catalog, profiles=())
    with pytest.raises(InputError, match="do not have there"):
        fleet_as_plan(replace(scenario, running=(row(1, name="s", place=AWAY),)), lost, shared_store())
    narrow = replace(catalog, availability={("p", "one", HOME): Availability("p", "one", HOME, ("a", "b"), SOURCE)})
    with pytest.raises(InputError, match="is not sold in zone c"):
        fleet_as_plan(replace(scenario, running=(row(1, "c", name="s"),)), narrow, shared_store())

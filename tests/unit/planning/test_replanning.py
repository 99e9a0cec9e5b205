"""Planning again from what runs: what stays, what is charged, what pays, and the way there."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from optimizer.domain.catalog import Catalog
from optimizer.domain.limits import Limits, Quota
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import Commitment, Match, Purchase
from optimizer.domain.replan import Replan
from optimizer.domain.scenario import Demand, Scenario
from optimizer.errors import InputError
from optimizer.planning.planner import Found, find, plan_scenario
from optimizer.planning.replanning import flow, replan_scenario
from optimizer.planning.replanning.commitments import all_committed
from optimizer.planning.replanning.current import running_of
from optimizer.planning.replanning.moves import Way
from optimizer.planning.replanning.orders import orders
from optimizer.planning.replanning.passage import FORECAST, IN_FORCE, State
from optimizer.planning.replanning.stands import Stand, narrowed, stand_of, stands_now
from optimizer.planning.replanning.steps import Walk
from optimizer.verification import Replays, verify
from tests.support.asked import shared_store
from tests.support.small import AWAY, HOME, demand, service, small_catalog, small_scenario
from tests.support.small_market import YEAR, price, with_prices, with_type

CHARGES = (0.0, 30.0, 1000.0, 1e6)


def scaled(scenario: Scenario, factor: float) -> Scenario:
    """The scenario with that many times the demand."""
    services = []
    for item in scenario.services:
        old = item.demand
        peaks = {name: factor * rates for name, rates in old.peaks_per_s.items()}
        new = Demand(factor * old.mean_per_s, peaks[scenario.plan_for], peaks, old.source)
        services.append(replace(item, demand=new))
    return replace(scenario, services=tuple(services))


def _hours() -> tuple[Scenario, Catalog]:
    """One service that survives a zone, a quiet and a busy hour, two types."""
    scenario = small_scenario(service("s", demand([[200.0, 900.0]]), redundancy="zone"))
    return scenario, with_type(small_catalog(), "big", 1.9, accelerator_count=2)


def _committed() -> tuple[Scenario, Catalog]:
    """A year; commitments and spot may be bought; two services share the type."""
    services = (service("s", demand([[300.0, 900.0]])), service("t", demand([[150.0, 500.0]]), redundancy="instance"))
    catalog = with_prices(small_catalog(), price("committed_1y", 0.6), price("spot", 0.3))
    scenario = small_scenario(*services, horizon_months=12, periods=YEAR)
    return replace(scenario, purchase=Purchase(("on_demand", "spot", "committed_1y"))), catalog


CASES = {"hours": _hours, "committed": _committed}
SLOW = pytest.mark.slow


@cache
def in_force(name: str) -> tuple[Scenario, Catalog, Plan]:
    """A case with its cheapest plan."""
    scenario, catalog = CASES[name]()
    return scenario, catalog, plan_scenario(scenario, catalog, gap=0.0, store=shared_store())


def again(plan: Plan, scenario: Scenario, catalog: Catalog, charge: float = 1.0, **options: object) -> Replan:
    """Plan again at gap 0."""
    options = {"store": shared_store(), "gap": 0.0, **options}
    return replan_scenario(plan, scenario, catalog, cost_per_change=charge, **options)  # type: ignore[arg-type]


def churn(found: Replan) -> int:
    """Instances that start or stop."""
    return sum(item.started + item.stopped for item in found.changes)


@pytest.mark.parametrize(
    ("name", "charge"),
    [
        ("hours", 30.0),
        ("committed", 0.0),
        *(pytest.param(n, c, marks=SLOW) for n, c in (("hours", 0.0), ("committed", 30.0))),
    ],
)
def test_the_same_question_changes_nothing(name: str, charge: float):
    """Whatever a change costs: the same pools, the same cost, no step; what was bought is signed now."""
    scenario, catalog, plan = in_force(name)
    found = again(plan, scenario, catalog, charge)
    assert not found.changed
    assert found.running_holds
    assert (found.changes, found.steps, found.charge) == ((), (), 0.0)
    assert found.total == pytest.approx(plan.objective.total, abs=0.01)
    assert [pool.replicas_by_period for pool in found.plan.pools] == [pool.replicas_by_period for pool in plan.pools]
    assert all(check.holds for check in found.plan.checks)


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("hours", 0.5),
        ("committed", 1.3),
        pytest.param("hours", 1.3, marks=SLOW),
        pytest.param("hours", 2.2, marks=SLOW),
        pytest.param("committed", 0.5, marks=SLOW),
        pytest.param("committed", 2.2, marks=SLOW),
    ],
)
def test_without_a_charge_it_is_a_fresh_plan_with_the_same_commitments(name: str, factor: float):
    """Gap 0 on both sides."""
    scenario, catalog, plan = in_force(name)
    asked = scaled(scenario, factor)
    fresh = replace(asked, commitments=all_committed(plan, asked, catalog))
    wanted = find(fresh, catalog, shared_store(), gap=0.0).plan.objective.total
    assert again(plan, asked, catalog, 0.0).total == pytest.approx(wanted, abs=0.01)


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("hours", 0.5),
        pytest.param("hours", 1.3, marks=SLOW),
        pytest.param("committed", 0.5, marks=SLOW),
        pytest.param("committed", 1.3, marks=SLOW),
    ],
)
def test_cost_rises_and_churn_falls_with_the_charge(name: str, factor: float):
    """Running cost never falls, changes never become more; every plan on the way was verified."""
    scenario, catalog, plan = in_force(name)
    found = [again(plan, scaled(scenario, factor), catalog, charge) for charge in CHARGES]
    running = [item.total - item.charge for item in found]
    assert all(later >= sooner - 0.01 for sooner, later in pairwise(running))
    charged = [churn(item) for item in found[1:]]
    assert charged == sorted(charged, reverse=True)
    assert all(item.charge == charge * churn(item) for item, charge in zip(found, CHARGES, strict=True))
    assert all(item.keeps_promises for item in found)


@pytest.mark.parametrize("name", ["hours", pytest.param("committed", marks=SLOW)])
def test_more_traffic_only_adds(name: str):
    """30 % more: instances start in today's zones, none stops, no traffic moves."""
    scenario, catalog, plan = in_force(name)
    found = again(plan, scaled(scenario, 1.3), catalog, 30.0)
    assert found.changed
    assert {step.kind for step in found.steps} <= {"commit", "start", "schedule"}
    assert sum(item.stopped for item in found.changes) == 0
    assert sum(item.started for item in found.changes) > 0
    assert {item.verdict for item in found.changes} == {"needed"}
    assert "requests/s at busy 00 h" in found.changes[0].reason


def _walk(name: str, asked: Scenario, charge: float = 1.0, catalog: Catalog | None = None) -> tuple[Walk, Catalog]:
    _, known, plan = in_force(name)
    catalog = catalog or known
    now = flow.asked_in_force(plan, asked)
    assert now is not None
    best = _found(plan, asked, catalog, charge)
    before = flow.Context(replace(best.context.scenario, services=now.services), catalog, shared_store())
    return Walk(best, stands_now(before, plan), now), catalog


def _found(plan: Plan, asked: Scenario, catalog: Catalog, charge: float) -> Found:
    scenario = replace(asked, commitments=all_committed(plan, asked, catalog), running=())
    scenario = replace(scenario, change=flow.ChangeTerms(charge, running_of(plan, scenario)))
    return find(scenario, catalog, shared_store(), gap=0.0)


def _states(walk: Walk) -> list[State]:
    way: Way = walk._way
    return [way.start(), *(move.state for move in way.moves())]


@pytest.mark.parametrize(
    ("name", "factor"),
    [("hours", 2.2), pytest.param("hours", 0.5, marks=SLOW), pytest.param("committed", 1.3, marks=SLOW)],
)
def test_every_fleet_on_the_way_verifies(name: str, factor: float):
    """Each state, before the first step and after every one, is a plan in which every rule and the bill hold.

    Read with what was replayed for the states before, each has the same checks as read alone.
    """
    scenario, *_ = in_force(name)
    walk, catalog = _walk(name, scaled(scenario, factor))
    states = _states(walk)
    assert len(states) > 1
    replays: Replays = {}
    for state in states:
        plan, asked = walk.reader.plan_of(state)
        checks = verify(plan, asked, catalog)
        assert [check for check in checks if not check.holds] == []
        assert verify(plan, asked, catalog, replays=replays) == checks
    assert replays
    assert set(states[-1].carries.values()) == {FORECAST}


def test_the_way_ends_at_the_plan_and_a_step_too_many_is_noticed():
    """The last state runs what the plan runs; with a zone of it taken away the second reading objects."""
    scenario, *_ = in_force("hours")
    walk, catalog = _walk("hours", scaled(scenario, 2.2))
    last = _states(walk)[-1]
    (stand,) = last.serving[0]
    wanted = [stand_of(block) for block in walk._found.chosen.blocks]
    assert [other.instances.tolist() for other in wanted] == [stand.instances.tolist()]
    zone = next(zone for zone in stand.zones if stand.most(zone))
    none = replace(stand, instances=0 * stand.instances)
    broken = State({0: (narrowed(stand, none, [zone]),)}, last.carries)
    plan, asked = walk.reader.plan_of(broken)
    assert {"capacity", "zone_loss"} & {check.rule for check in verify(plan, asked, catalog) if not check.holds}


def test_the_old_fleet_serves_until_the_new_one_has_started():
    """Another type is cheaper now: it starts in every zone, then traffic is led over, then the old one stops."""
    scenario, catalog, plan = in_force("hours")
    cheaper = with_prices(
        catalog, price("on_demand", 0.05, kind="big"), price("on_demand", 0.05, kind="big", place=AWAY)
    )
    found = again(plan, scenario, cheaper)
    kinds = [step.kind for step in found.steps]
    assert kinds == sorted(kinds, key=("start", "schedule", "switch", "stop").index)
    assert kinds.count("switch") == 1
    switch = kinds.index("switch")
    assert all(step.carries == {"s": IN_FORCE} for step in found.steps[:switch])
    assert all(step.carries == {"s": FORECAST} for step in found.steps[switch:])
    assert found.keeps_promises
    (change,) = found.changes
    assert change.verdict == "pays"
    assert change.worth is not None
    assert found.running_total is not None
    assert change.worth == pytest.approx(found.running_total - found.total, abs=0.01)


def test_what_both_fleets_need_at_once_must_fit_the_quota():
    """A quota that holds for either fleet alone and not for both: adding first says so until the old one is gone."""
    scenario, catalog, plan = in_force("hours")
    cheaper = with_prices(catalog, price("on_demand", 0.05, kind="big"))
    most = max(sum(pool.replicas_by_period[1] for pool in plan.pools), 1)
    limits = Limits(quotas=(Quota(Match(None, HOME), most, None, "agreed"),))
    walk, _ = _walk("hours", replace(scenario, limits=limits), catalog=cheaper)
    steps = list(walk._steps(next(orders(walk._names, walk._old, walk._new, walk._in_force)), None))
    assert {text.split(":")[0] for step in steps for text in step.broken} == {"quotas"}
    assert steps[-1].holds


def test_a_stricter_target_is_not_held_against_the_fleet_in_force():
    """Until its traffic is led over a service is read at the target that it was planned for."""
    scenario, catalog, plan = in_force("hours")
    stricter = replace(scenario, services=(replace(scenario.services[0], latency_s=0.030),))
    found = again(plan, stricter, catalog)
    assert not found.running_holds
    assert found.changes[0].verdict == "needed"
    assert found.keeps_promises


def test_small_gains_do_not_move_the_fleet():
    """A like type is cheaper by a hundredth: it is taken where changes are free, and not where they cost more."""
    scenario = _hours()[0]
    catalog = with_type(small_catalog(), "twin", 1.05)
    plan = plan_scenario(scenario, catalog, gap=0.0, store=shared_store())
    cheaper = with_prices(catalog, price("on_demand", 0.99, kind="twin"))
    free, dear = (again(plan, scenario, cheaper, charge) for charge in (0.0, 1e4))
    assert {pool.instance_type for pool in free.plan.pools} == {"twin"}
    assert not dear.changed
    assert "no other is cheaper by more than its changes cost" in dear.reason


def test_a_change_that_does_not_pay_is_told_beside_those_that_are_needed():
    """One service must grow; moving the other would save less than its changes cost: left, with what it would lose."""
    one = service("s", demand([[200.0, 900.0]]))
    both = small_scenario(one, replace(one, name="t"))
    catalog = with_type(small_catalog(), "big", 1.05)
    plan = plan_scenario(both, catalog, gap=0.0, store=shared_store())
    grown = replace(both, services=(scaled(both, 1.6).services[0], both.services[1]))
    cheaper = with_prices(catalog, price("on_demand", 0.99, kind="big"))
    found = again(plan, grown, cheaper, 200.0)
    assert {item.service: item.verdict for item in found.changes} == {"s": "needed"}
    left = {item.service: item for item in found.left}
    assert left["t"].verdict == "does not pay"
    assert left["t"].charge == 200.0 * (left["t"].started + left["t"].stopped)
    assert left["t"].worth is not None
    assert 0.0 < left["t"].worth < left["t"].charge


def test_nothing_is_planned_below_the_threshold(monkeypatch: pytest.MonkeyPatch):
    """5 % less than planned for, 10 % asked for: the running fleet is verified and no search is made."""
    scenario, catalog, plan = in_force("hours")

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(flow, "_planned", refuse)
    found = again(plan, scaled(scenario, 0.95), catalog, if_changed=0.10)
    assert (found.changed, found.running_holds) == (False, True)
    assert found.demand_change == pytest.approx(0.05)
    assert "no demand changed by 10 % or more" in found.reason
    with pytest.raises(AssertionError):
        again(plan, scaled(scenario, 0.85), catalog, if_changed=0.10)


def test_a_small_change_that_the_fleet_does_not_carry_is_planned():
    """3 % more than it was made for is below the threshold and beyond its capacity."""
    scenario, catalog, plan = in_force("committed")
    found = again(plan, scaled(scenario, 1.03), catalog, if_changed=0.10)
    assert found.changed is not found.running_holds


def test_what_was_bought_ends_with_its_term():
    """A year from the plan's own start; what the scenario and the plan both know is not counted twice."""
    scenario, catalog, plan = in_force("committed")
    bought = {row.instance_type: row.count_by_period[0] for row in plan.fleet if row.purchase_option == "committed_1y"}
    assert bought
    later = replace(scenario, horizon_start="2027-07-01")
    signed = all_committed(plan, later, catalog)
    assert {item.instance_type: item.count for item in signed} == bought
    assert {item.until for item in signed} == {"2028-01-01"}
    assert signed[0].horizon_share == pytest.approx(184 / 365)
    assert all_committed(plan, replace(scenario, horizon_start="2028-02-01"), catalog) == ()
    before = Commitment(HOME, "one", "committed_1y", 3, 0.5, "2029-01-01", 1.0, 11.9, reserved=False, reason="a deal")
    told = replace(scenario, commitments=(before,))
    again_told = plan_scenario(told, catalog, gap=0.0, store=shared_store())
    assert [item.reason for item in all_committed(again_told, told, catalog)].count("a deal") == 1


def test_a_place_that_the_catalog_lost_is_refused():
    """What runs must be known, or its steps cannot be read: the place and the profile are named."""
    scenario, catalog, plan = in_force("hours")
    (used,) = {pool.instance_type for pool in plan.pools}
    kinds = {key: kind for key, kind in catalog.instance_types.items() if key[1] != used}
    with pytest.raises(InputError, match=f"the plan in force, s on {used} in {HOME}: runs on net/fp16"):
        again(plan, scenario, replace(catalog, instance_types=kinds))


def test_other_hours_are_planned_for_with_the_most_of_any_hour():
    """A forecast for other day types: what runs is taken as the most of any hour, its demand as not comparable."""
    scenario, catalog, plan = in_force("hours")
    renamed = replace(scenario, periods=tuple(replace(p, day_type=f"new {p.day_type}") for p in scenario.periods))
    found = again(plan, renamed, catalog, 1e6)
    assert found.demand_change is None
    most = {pool.zone: max(pool.replicas_by_period) for pool in plan.pools}
    assert {pool.zone: max(pool.replicas_by_period) for pool in found.plan.pools} == most
    assert found.charge == 0.0


def _tampered(plan: Plan, factor: float) -> Plan:
    lines = tuple(
        replace(line, quantity=line.quantity * factor, amount=line.amount * factor)
        if line.category == "change"
        else line
        for line in plan.cost.lines
    )
    total = sum(line.amount for line in lines)
    by_category, by_service = dict(plan.cost.by_category), dict(plan.cost.by_service)
    extra = (factor - 1.0) * plan.cost.by_category["change"]
    by_category["change"] *= factor
    by_service["s"] += extra
    cost = replace(plan.cost, lines=lines, total=total, by_category=by_category, by_service=by_service)
    return plan.replace(cost=cost, objective=replace(plan.objective, total=total))


def test_the_second_reading_counts_changes_itself():
    """A bill that charges for twice the changes, consistent in itself, is refused; so is one that runs what was not."""
    scenario, catalog, plan = in_force("hours")
    found = again(plan, scaled(scenario, 1.5), catalog, 30.0)
    assert found.charge > 0.0
    assert all(check.holds for check in verify(found.plan))
    broken = [check.detail for check in verify(_tampered(found.plan, 2.0)) if not check.holds and check.rule == "bill"]
    assert any("change" in detail for detail in broken)
    rows = [{**row, "instances": row["instances"] + 1} for row in found.plan.inputs["change"]["running"]]
    more = found.plan.replace(inputs={**found.plan.inputs, "change": {"cost_per_change": 30.0, "running": rows}})
    assert any(check.rule == "bill" and not check.holds for check in verify(more))


def test_stands_of_a_plan_are_the_blocks_it_was_made_of():
    """Read back from the plan alone: groups, configuration and counts, spot included."""
    scenario, catalog, plan = in_force("committed")
    terms = flow.ChangeTerms(0.0, running_of(plan, scenario))
    context = flow.Context(replace(scenario, change=terms), catalog, shared_store())
    blocks = find(scenario, catalog, shared_store(), gap=0.0).chosen.blocks

    def told(stand: Stand) -> tuple[object, ...]:
        group = stand.group
        return group, stand.kind, stand.configuration.point, stand.instances.tolist(), stand.spot.tolist()

    assert [told(stand) for stand in stands_now(context, plan)] == [told(stand_of(block)) for block in blocks]


def test_a_wait_that_is_asked_for_anew_is_one_switch_in_place():
    """What waits goes on waiting where nothing else is asked; asked to start at once, nothing starts or stops."""
    scenario, catalog = _hours()
    waiting = replace(scenario, services=(replace(scenario.services[0], max_wait_s=0.005),))
    plan = plan_scenario(waiting, catalog, gap=0.0, store=shared_store())
    assert {pool.max_wait_ms for pool in plan.pools} == {5.0}
    free = replan_scenario(plan, scenario, catalog, cost_per_change=30.0, store=shared_store(), gap=0.0)
    assert (free.changed, free.steps) == (False, ())
    assert {pool.max_wait_ms for pool in free.plan.pools} == {5.0}
    at_once = replace(scenario, services=(replace(scenario.services[0], max_wait_s=0.0),))
    found = replan_scenario(plan, at_once, catalog, cost_per_change=30.0, store=shared_store(), gap=0.0)
    assert {pool.max_wait_ms for pool in found.plan.pools} == {0.0}
    assert [(step.kind, step.what) for step in found.steps] == [
        ("switch", ("change the wait of batches on one in p/home from 5 to 0 ms",))
    ]
    assert found.charge == 0.0


def test_a_change_that_a_fixed_wait_forces_is_needed():
    """What runs would be cheaper left as it is, and may not be: the change is needed, and nothing of it pays."""
    scenario, catalog = _hours()
    service_now = replace(scenario.services[0], dispatch="shared", latency_s=0.025)
    asked = replace(scenario, services=(service_now,))
    plan = plan_scenario(asked, catalog, gap=0.0, store=shared_store())
    assert any(pool.max_wait_ms > 0.0 for pool in plan.pools)
    at_once = replace(scenario, services=(replace(service_now, max_wait_s=0.0),))
    found = replan_scenario(plan, at_once, catalog, cost_per_change=0.0, store=shared_store(), gap=0.0)
    assert found.plan.objective.total > plan.objective.total + 1000.0
    assert [(change.verdict, change.worth, change.reason) for change in found.changes] == [
        ("needed", None, "batches of what runs in p/home wait 1.5 ms, 0 ms is asked")
    ]

"""The order of steps where a limit leaves no room for two fleets at once; every state on the way is verified."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.catalog import Catalog
from optimizer.domain.limits import Limits, Quota
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import Match, Purchase
from optimizer.domain.scenario import Scenario
from optimizer.planning.planner import plan_scenario
from optimizer.planning.replanning import flow
from optimizer.planning.replanning.moves import Way
from optimizer.planning.replanning.orders import ONE_BY_ONE, PARTS, TOGETHER, Order, orders
from optimizer.planning.replanning.stands import stands_now
from optimizer.planning.replanning.steps import Walk
from optimizer.verification import CHECKS, verify
from optimizer.verification.view import View
from tests.support.asked import shared_store
from tests.support.small import HOME, demand, service, small_catalog, small_scenario
from tests.support.small_market import YEAR, price, with_prices, with_type
from tests.unit.planning.test_replanning import _found, again, scaled


def quota(most: int) -> Limits:
    """At most so many instances at home."""
    return Limits(quotas=(Quota(Match(None, HOME, None, None), most, None, "agreed"),))


def most_of(plan: Plan) -> int:
    """Instances at the busiest hours."""
    return sum(max(pool.replicas_by_period) for pool in plan.pools)


def two_services() -> tuple[Scenario, Catalog, Plan, Scenario]:
    """One service shrinks by what the other grows; a quota holds for either fleet and not for both at their most."""
    large, small = demand([[1200.0, 3000.0]]), demand([[400.0, 1000.0]])
    one = service("s", small)
    scenario, catalog = small_scenario(one, replace(one, name="t", demand=large)), small_catalog()
    plan = plan_scenario(scenario, catalog, gap=0.0, store=shared_store())
    asked = replace(scenario, services=(replace(one, demand=large), replace(one, name="t", demand=small)))
    return scenario, catalog, plan, replace(asked, limits=quota(most_of(plan)))


def another_type(room: int) -> tuple[Scenario, Catalog, Plan, Scenario]:
    """A type with two accelerators is cheaper now; beside what runs there is room for some instances only."""
    one = service("s", demand([[1200.0, 3000.0]]), redundancy="zone")
    scenario, catalog = small_scenario(one), with_type(small_catalog(), "big", 1.9, accelerator_count=2)
    plan = plan_scenario(scenario, catalog, gap=0.0, store=shared_store())
    cheaper = with_prices(catalog, price("on_demand", 0.05, kind="big"))
    return scenario, cheaper, plan, replace(scenario, limits=quota(most_of(plan) + room))


def walk_of(plan: Plan, asked: Scenario, catalog: Catalog) -> Walk:
    """The way to the best plan."""
    now = flow.asked_in_force(plan, asked)
    assert now is not None
    best = _found(plan, asked, catalog, 1.0)
    before = flow.Context(replace(best.context.scenario, services=now.services), catalog, shared_store())
    return Walk(best, stands_now(before, plan), now)


def order_of(walk: Walk, words: str) -> Order:
    """An order of a way by its words."""
    return next(each for each in orders(walk._names, walk._old, walk._new, walk._in_force) if each.words == words)


def test_one_service_after_the_other_where_both_do_not_fit():
    """The one that frees instances goes first; no step passes the quota, which is tight: one less breaks."""
    _, catalog, plan, asked = two_services()
    found = again(plan, asked, catalog)
    assert found.order == ONE_BY_ONE
    assert found.keeps_promises
    kinds = [step.kind for step in found.steps]
    assert kinds.index("stop") < kinds.index("start")
    assert "t" in found.steps[0].what[0]


def test_where_there_is_room_everything_is_added_first():
    """The same change without a quota."""
    _, catalog, plan, asked = two_services()
    found = again(plan, replace(asked, limits=Limits()), catalog)
    assert (found.order, found.keeps_promises) == (TOGETHER, True)
    kinds = [step.kind for step in found.steps]
    assert kinds.index("start") < kinds.index("stop")


def test_a_type_is_swapped_in_parts_that_fit():
    """Half of the traffic is led over, half of the old fleet stops, then the rest; every state fits the quota."""
    _, catalog, plan, asked = another_type(6)
    found = again(plan, asked, catalog)
    assert found.order == PARTS[2]
    assert found.keeps_promises
    kinds = [step.kind for step in found.steps]
    assert kinds.count("switch") == 2
    first = next(step for step in found.steps if step.kind == "switch")
    assert first.what == ("leave 4 of 8 parts of shop on one in p/home", "lead 4 of 8 parts of shop to big in p/home")
    assert first.carries == {"s": "in force"}
    assert found.steps[-1].carries == {"s": "forecast"}


def test_every_state_of_a_swap_in_parts_verifies():
    """Read alone as plans of their own, with the room that waiting instances take: nothing is broken in any."""
    _, catalog, plan, asked = another_type(6)
    walk = walk_of(plan, asked, catalog)
    moves = list(order_of(walk, PARTS[2]).moves(walk._names, walk._origins, walk._old))
    assert len(moves) > 6
    for move in moves:
        state, question = walk.reader.plan_of(move.state)
        assert [check for check in verify(state, question, catalog) if not check.holds] == []
        everything = View(walk.reader.plan_of(move.state, waiting=True)[0])
        assert [check for check in CHECKS["quotas"](everything) if not check.holds] == []
    (last,) = moves[-1].state.serving[0]
    (wanted,) = walk._new[0]
    assert last.instances.tolist() == wanted.instances.tolist()


@pytest.mark.slow
def test_where_no_order_fits_the_one_that_breaks_fewest_is_told():
    """No room beside what runs: steps name the quota, by how much, and from which step to which."""
    _, catalog, plan, asked = another_type(0)
    found = again(plan, asked, catalog)
    assert not found.keeps_promises
    broken = [step.number for step in found.steps if step.broken]
    assert broken
    assert {text.split(":")[0] for step in found.steps for text in step.broken} == {"quotas"}
    walk = walk_of(plan, asked, catalog)
    together = sum(bool(step.broken) for step in walk._steps(order_of(walk, TOGETHER), None))
    assert len(broken) <= together


def test_a_leg_moves_only_the_services_on_their_way():
    """The other service keeps what it runs and the demand it is read at."""
    _, catalog, plan, asked = two_services()
    walk = walk_of(plan, asked, catalog)
    way = Way(walk._names, walk._old, {**walk._old, 1: walk._new[1]}, walk._origins, going=[1])
    states = [move.state for move in way.moves()]
    assert states
    (old,) = walk._old[0]
    assert all(state.serving[0][0].instances.tolist() == old.instances.tolist() for state in states)
    assert states[-1].carries == {0: "in force", 1: "forecast"}


@pytest.mark.parametrize("factor", [1.5, 0.6])
def test_nothing_sold_by_the_hour_is_signed_before_it_starts(factor: float):
    """Commitments alone: what is needed is signed first, and what runs is covered after every step."""
    catalog = with_prices(small_catalog(), price("committed_1y", 0.6))
    one = service("s", demand([[300.0, 900.0]]), redundancy="zone")
    scenario = small_scenario(one, horizon_months=12, periods=YEAR)
    scenario = replace(scenario, purchase=Purchase(("committed_1y",)))
    plan = plan_scenario(scenario, catalog, gap=0.0, store=shared_store())
    found = again(plan, scaled(scenario, factor), catalog)
    assert found.keeps_promises
    if factor > 1.0:
        assert found.steps[0].kind == "commit"
    else:
        assert not found.changed or {step.kind for step in found.steps} <= {"schedule", "stop"}

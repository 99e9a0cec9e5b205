"""A year of weekly forecasts: what planning again costs, changes and does not carry, and what demand forces."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.rolling import Rolling
from optimizer.domain.scenario import Scenario, Service
from optimizer.errors import NoPlanFound
from optimizer.planning.inputs_used import demand_told
from optimizer.planning.planner import find, plan_scenario
from optimizer.planning.replanning.rolling import HOURS_PER_WEEK, Week, roll_scenario
from optimizer.verification.short import short_hours
from tests.support.asked import shared_store
from tests.support.small import demand, service, small_catalog, small_scenario
from tests.support.small_market import with_type
from tests.unit.planning.test_replanning import scaled

CHARGE = 20.0
WEEKS = 52


@cache
def question() -> tuple[Scenario, Catalog, Plan]:
    """A year; a service that survives a zone; two like types of which the cheaper one depends on the rounding."""
    scenario = small_scenario(service("s", demand([[750.0, 1500.0]]), redundancy="zone"))
    catalog = with_type(small_catalog(), "pair", 1.95, accelerator_count=2)
    return scenario, catalog, plan_scenario(scenario, catalog, gap=0.0, store=shared_store())


def week(name: str, forecast: float, actual: float) -> Week:
    """A week at so many times the demand of the plan in force, and what came."""
    scenario, *_ = question()
    return name, scaled(scenario, forecast), scaled(scenario, actual)


def rolled(*weeks: Week, charge: float | None = CHARGE) -> Rolling:
    """Plan again every week."""
    scenario, catalog, plan = question()
    return roll_scenario(plan, scenario, catalog, weeks, cost_per_change=charge, store=shared_store())


def year(noise: float) -> list[Week]:
    """A season of a third up and down, and forecasts that differ by so much from week to week."""
    draw = np.random.default_rng(5)
    levels = 1.5 + 0.5 * np.sin(np.arange(WEEKS) * 2.0 * np.pi / WEEKS)
    errors = np.exp(draw.normal(0.0, noise, (WEEKS, 2)))
    return [week(f"w{n}", *(float(each) for each in levels[n] * errors[n])) for n in range(WEEKS)]


@pytest.mark.parametrize("weeks", [14, pytest.param(WEEKS, marks=pytest.mark.slow)])
def test_churn_beyond_what_demand_forces_is_at_most_a_tenth_of_it(weeks: int):
    """With the charge that is taken unless told; without any, ten times what is forced changes beside it."""
    found = rolled(*year(0.05)[:weeks], charge=None)
    assert len(found.weeks) == weeks
    assert found.forced >= 10, "the weeks must force changes for the bound to say something"
    assert found.charged.beyond <= 0.1 * min(found.forced, found.free.beyond)
    assert found.free.beyond > 10 * found.forced
    running = found.charged.cost - found.charged.charge
    assert running >= found.free.cost - 0.01, "without a charge nothing is cheaper to run"
    assert found.charged.over_hindsight == pytest.approx(found.charged.cost / found.hindsight - 1.0)


def test_weeks_without_news_change_nothing_and_cost_what_the_plan_does():
    """The demand of the plan in force three times: no change, and hindsight could not have done better."""
    scenario, _, plan = question()
    found = rolled(*(week(name, 1.0, 1.0) for name in "abc"))
    assert [(item.charged.churn, item.free.churn, item.forced) for item in found.weeks] == [(0, 0, 0)] * 3
    share = HOURS_PER_WEEK / scenario.horizon_hours
    for cost in (found.charged.cost, found.free.cost, found.hindsight):
        assert cost == pytest.approx(3 * plan.objective.total * share, abs=0.01)
    assert found.charged.short_hours == 0.0
    on_one = {"pair": 2}
    held = [-(-max(pool.replicas_by_period) // on_one.get(pool.instance_type, 1)) for pool in plan.pools]
    assert found.kept_instances == sum(held) > 0
    assert [week.charged.instances for week in found.weeks] == [found.kept_instances] * 3


def test_a_fleet_that_never_changes_breaks_what_a_new_one_carries():
    """Twice the demand is told and comes: planned again it is carried, kept it is broken in both hours."""
    scenario, catalog, plan = question()
    found = rolled(week("a", 1.0, 1.0), week("b", 2.0, 2.0))
    assert [item.kept_short_hours for item in found.weeks] == [0.0, pytest.approx(HOURS_PER_WEEK)]
    assert found.kept_short_hours == pytest.approx(HOURS_PER_WEEK)
    assert [item.charged.short_hours for item in found.weeks] == [0.0, 0.0]
    first, second = (item.charged for item in found.weeks)
    assert first.instances == found.kept_instances
    assert second.instances == first.instances + second.churn, "more of what runs is started, nothing stops"
    other = replace(scenario, origins=tuple(replace(place, name="elsewhere") for place in scenario.origins))
    unknown = roll_scenario(plan, other, catalog, [("w", other, other)], cost_per_change=CHARGE, store=shared_store())
    assert (unknown.kept_short_hours, unknown.weeks[0].kept_short_hours) == (None, None)


def test_figures_of_a_week_are_those_of_plans_made_by_hand():
    """Double the demand expected, half of it came: hindsight is the cheapest plan for what came."""
    scenario, catalog, _ = question()
    (item,) = rolled(week("w", 2.0, 0.5)).weeks
    share = HOURS_PER_WEEK / scenario.horizon_hours
    cheapest = find(scaled(scenario, 0.5), catalog, shared_store(), gap=0.0, promises=False).plan.objective.total
    assert item.hindsight == pytest.approx(cheapest * share)
    free = find(scaled(scenario, 2.0), catalog, shared_store(), gap=0.0, promises=False).plan.objective.total
    assert item.free.cost == pytest.approx(free * share)
    assert item.charged.charge == pytest.approx(CHARGE * item.charged.churn)
    assert item.charged.churn > 0


def test_a_charge_is_paid_once():
    """The same forecast for a second week has no change and no charge."""
    first, second = rolled(week("a", 2.0, 2.0), week("b", 2.0, 2.0)).weeks
    assert (first.charged.churn > 0, second.charged.churn, second.charged.charge) == (True, 0, 0.0)
    assert second.charged.cost == pytest.approx(first.charged.cost - first.charged.charge)


def test_hours_that_were_not_carried_are_counted_by_hour():
    """Three times what was expected breaks both hours of the week, twice the busy one alone breaks one."""
    scenario, *_ = question()
    (all_of_it,) = rolled(week("w", 1.0, 3.0)).weeks
    assert all_of_it.charged.short_hours == pytest.approx(HOURS_PER_WEEK)
    busy = replace(scenario.services[0], demand=demand([[750.0, 3000.0]]))
    (one,) = rolled(("w", scenario, replace(scenario, services=(busy,)))).weeks
    share = HOURS_PER_WEEK / scenario.horizon_hours
    assert one.charged.short_hours == pytest.approx(scenario.periods[1].hours * share)


def test_a_fleet_is_short_where_a_loss_leaves_too_little():
    """Its whole capacity carries the demand and what a lost zone leaves does not: the hour is broken."""
    scenario, _, plan = question()
    capacity = [sum(pool.capacity_per_s_by_period[n] for pool in plan.pools) for n in range(2)]
    factor = scenario.headroom.factor
    between: Service = replace(scenario.services[0], demand=demand([[1.0, 0.99 * capacity[1] / factor]]))
    asked = demand_told(replace(scenario, services=(between,)))
    assert short_hours(plan, asked) == {"s": {1}}
    within = demand_told(replace(scenario, services=(replace(between, demand=demand([[750.0, 1500.0]])),)))
    assert short_hours(plan, within) == {"s": set()}
    alone = plan.replace(routing=())
    assert short_hours(alone, within) == {"s": {0, 1}}


def test_a_week_without_a_plan_is_named():
    """More than the fleet may ever be."""
    scenario, catalog, plan = question()
    few = replace(scenario, services=(replace(scenario.services[0], max_replicas=8),))
    with pytest.raises(NoPlanFound, match="week late has no plan"):
        roll_scenario(plan, few, catalog, [("late", scaled(few, 9.0), few)], cost_per_change=1.0, store=shared_store())

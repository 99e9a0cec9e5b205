"""The overview: each row beside a plan made by hand through the scenario's own keys, at gap 0."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer import api
from optimizer.decisions.movers import binding_movers, in_reach
from optimizer.decisions.overview import overview_of
from optimizer.decisions.rests_on import assumption_movers
from optimizer.decisions.work import How, InThisProcess
from optimizer.domain.explained import Move, Overview
from optimizer.errors import Infeasible, NoPlanFound
from optimizer.inputs import Inputs
from tests.unit.report.sample_plan import sample_plan

ALONE = "single-service"
TYPES = ("g4dn.xlarge", "g4dn.2xlarge", "g2-standard-4")
PLACES = ("aws/us-east-1", "aws/us-west-2", "gcp/us-east4")
#: Rows that a planner can ask for by keys of the scenario.
BY_HAND = {
    ("latency of encoder", "45 ms instead of 50"): "services.encoder.latency.p99_ms=45",
    ("latency of encoder", "55 ms instead of 50"): "services.encoder.latency.p99_ms=55",
    ("retries on top of the peak", "+10 %"): "headroom.retry_share=0.11",
    ("retries on top of the peak", "-10 %"): "headroom.retry_share=0.09",
    ("logs kept", "+10 %"): "storage.logs_gb_per_million_requests=1.1",
}
RETRIES = "headroom.retry_share=0.1"
QUOTA = "limits.quotas=[{{match: {{instance_type: g4dn.xlarge}}, max_instances: {}, reason: none}}]"


def _asked(*sets: str) -> Inputs:
    """The smallest scenario over few types and places, with retries."""
    inputs = api.load_scenario(ALONE, [RETRIES, *sets])
    kinds = {key: kind for key, kind in inputs.catalog.instance_types.items() if key[1] in TYPES}
    places = {name: inputs.catalog.locations[name] for name in PLACES}
    return replace(inputs, catalog=replace(inputs.catalog, instance_types=kinds, locations=places))


@pytest.fixture(scope="module")
def found() -> Overview:
    """Its overview."""
    inputs = _asked()
    return overview_of(inputs.scenario, inputs.catalog, How(), InThisProcess())


def _row(found: Overview, what: str, change: str) -> Move:
    return next(move for move in found.moves if (move.what, move.change) == (what, change))


@pytest.mark.slow
@pytest.mark.parametrize("row", BY_HAND)
def test_each_row_is_the_plan_made_by_hand(found: Overview, row: tuple[str, str]) -> None:
    """Set by its key and planned at gap 0, the total is the row's, and the difference is to the cheapest plan."""
    move = _row(found, *row)
    try:
        total = api.plan(_asked(BY_HAND[row]), gap=0.0).cost.total
    except (Infeasible, NoPlanFound):
        assert (move.verdict, move.total) == ("cannot", None)
        return
    assert move.total == pytest.approx(total, abs=0.01)
    assert move.difference == pytest.approx(total - found.total, abs=0.01)
    assert move.verdict == ("same" if not move.difference else "costs_more" if move.difference > 0.0 else "saves")


@pytest.mark.slow
def test_a_quota_that_binds_says_what_one_more_saves() -> None:
    """One instance short of what the plan wants, one more is the plan of the wider quota, and worth something."""
    wanted = _most_at_once(_asked())
    inputs = _asked(QUOTA.format(wanted - 1))
    base = api.plan(inputs, gap=0.0)
    movers = [m for m in binding_movers(base, inputs.scenario, inputs.catalog) if m.group == "limit"]
    assert [m.change for m in movers] == [f"{wanted} instances instead of {wanted - 1}"]
    wider = api.plan(replace(inputs, scenario=movers[0].scenario), gap=0.0)
    by_hand = api.plan(_asked(QUOTA.format(wanted)), gap=0.0)
    assert wider.cost.total == pytest.approx(by_hand.cost.total, abs=0.01)
    assert wider.cost.total < base.cost.total


def _most_at_once(inputs: Inputs) -> int:
    counts = zip(*(row.count_by_period for row in api.plan(inputs, gap=0.0).fleet), strict=True)
    return max(sum(hour) for hour in counts)


@pytest.mark.slow
def test_service_times_move_with_the_curve_alone(found: Overview) -> None:
    """By hand: every curve of the profile on a T4 a tenth slower, all else as it is."""
    inputs = _asked()
    slower = tuple(
        replace(curve, service_s=tuple(1.1 * seconds for seconds in curve.service_s))
        if curve.profile == "bert-base-s128/fp16" and curve.accelerator == "T4-16GB"
        else curve
        for curve in inputs.catalog.profiles
    )
    total = api.plan(replace(inputs, catalog=replace(inputs.catalog, profiles=slower)), gap=0.0).cost.total
    move = _row(found, "service time of bert-base-s128/fp16 on T4-16GB", "+10 %")
    assert move.total == pytest.approx(total, abs=0.01)


@pytest.mark.slow
def test_places_beyond_the_network_are_counted_not_planned(found: Overview) -> None:
    """A place is tried if and only if the p99 round trip and the overhead leave time."""
    inputs = _asked()
    tried = {move.what.replace(" ", "/", 1) for move in found.moves if move.group == "region"}
    trips = inputs.catalog.round_trips
    for place in inputs.catalog.locations:
        trip = trips.get(("aws/us-east-1", place))
        late = trip is None or trip.rtt_s * 1.3 + 0.004 >= 0.050
        assert in_reach(inputs.scenario, inputs.catalog, place) is not late
        assert (place in tried) == (not late and place != "aws/us-east-1")


def test_a_latency_target_moves_as_by_its_key() -> None:
    """A tenth tighter and looser is what the scenario says with 45 and 55 ms, and nothing else moves."""
    inputs = _asked()
    movers = [m for m in binding_movers(sample_plan(), inputs.scenario, inputs.catalog) if m.group == "latency"]
    for mover, target in zip(movers, (45, 55), strict=True):
        (moved,), (was,) = mover.scenario.services, inputs.scenario.services
        (by_hand,) = _asked(f"services.encoder.latency.p99_ms={target}").scenario.services
        assert moved.latency_s == pytest.approx(by_hand.latency_s, rel=1e-12)
        assert replace(moved, latency_s=was.latency_s).demand is was.demand
        assert replace(mover.scenario, services=inputs.scenario.services).limits == inputs.scenario.limits


def test_places_in_reach_are_those_that_the_network_leaves_time() -> None:
    """By hand: a p99 round trip of 1.3 times the mean and 4 ms of overhead against 50 ms."""
    inputs = api.load_scenario(ALONE)
    trips = inputs.catalog.round_trips
    for place in inputs.catalog.locations:
        trip = trips.get(("aws/us-east-1", place))
        late = trip is None or trip.rtt_s * 1.3 + 0.004 >= 0.050
        assert in_reach(inputs.scenario, inputs.catalog, place) is not late


def test_limits_are_wider_by_a_tenth_and_one_at_least() -> None:
    """A quota of 25 becomes 28, one of 0 becomes 1; a budget, power and carbon a tenth more; one type more."""
    first = "{match: {instance_type: a*}, max_instances: 25, reason: x}"
    second = "{match: {provider: aws}, max_vcpu: 0, reason: x}"
    sets = (
        f"limits.quotas=[{first}, {second}]",
        "limits.budget_per_month=1000",
        "limits.power_kw=20",
        "limits.carbon_t=3",
    )
    inputs = _asked(*sets, "limits.max_instance_types=2")
    movers = [m for m in binding_movers(sample_plan(), inputs.scenario, inputs.catalog) if m.group == "limit"]
    limits = [mover.scenario.limits for mover in movers]
    assert [quota.limit for quota in limits[0].quotas] == [28, 0]
    assert [quota.limit for quota in limits[1].quotas] == [25, 1]
    assert limits[2].max_instance_types == 3
    assert limits[3].budget_per_month == pytest.approx(1100.0)
    assert limits[4].power_kw == pytest.approx(22.0)
    assert limits[5].carbon_t == pytest.approx(3.3)
    assert [mover.change for mover in movers[:3]] == [
        "28 instances instead of 25", "1 vCPU instead of 0", "3 types instead of 2",
    ]  # fmt: skip


def test_an_assumption_at_its_least_is_only_raised() -> None:
    """A p99 of 1.05 times the mean round trip cannot be a tenth lower; no retries are no assumption."""
    inputs = _asked("network.rtt_p99_factor=1.05", "headroom.retry_share=0")
    movers = assumption_movers(api.plan(inputs), inputs.scenario, inputs.catalog)
    told = [(mover.what, mover.change) for mover in movers]
    assert [change for what, change in told if what.startswith("round trips")] == ["+10 %"]
    assert not [what for what, _ in told if what.startswith("retries")]


@pytest.mark.slow
def test_an_estimated_price_moves_by_a_rule_on_that_price_alone() -> None:
    """With estimated spot in use, a tenth on its price is the plan of a price rule written by hand."""
    spot = "purchase.options=[on_demand, spot]"
    inputs = _asked(spot)
    plan = api.plan(inputs, gap=0.0)
    mover = next(
        each
        for each in assumption_movers(plan, inputs.scenario, inputs.catalog)
        if each.what.endswith("in aws/us-east-1, spot")
    )
    row = next(row for row in plan.fleet if row.purchase_option == "spot")
    rule = (
        f"price_rules=[{{match: {{instance_type: {row.instance_type}, purchase_option: spot}}, "
        f"price_per_hour: {row.price_per_hour * 1.1!r}, reason: by hand}}]"
    )
    moved = api.plan(replace(inputs, scenario=mover.scenario, catalog=mover.catalog), gap=0.0)
    assert moved.cost.total == pytest.approx(api.plan(_asked(spot, rule), gap=0.0).cost.total, abs=0.01)

"""A whole plan replayed: what it shows of pools that hold, that are raised above what they carry, and after a loss."""

from __future__ import annotations

import json

import pytest

from optimizer.performance import CapacityStore
from optimizer.planning import plan_scenario
from optimizer.report.formats import Format
from optimizer.report.replay_page import replay_report
from optimizer.report.report import render
from optimizer.verification.traffic import replay_plan
from tests.support.small import demand, service, small_catalog, small_scenario


@pytest.fixture(scope="module")
def plan():
    """A service of many replicas whose target, and not the cap on utilisation, decides; any one zone may fail."""
    asked = service("s", demand([[6000.0, 9000.0]]), redundancy="zone", latency_s=0.020)
    return plan_scenario(small_scenario(asked), small_catalog(), store=CapacityStore())


@pytest.mark.parametrize("loss", ["none", "zone"])
def test_every_target_holds_as_planned_and_without_the_fullest_zone(plan, loss):
    """What the plan protects itself against breaks nothing; the interval holds the percentile."""
    rows = replay_plan(plan, loss)
    assert rows
    assert all(row.holds for row in rows)
    assert all(row.low_ms <= row.percentile_ms <= row.high_ms for row in rows)
    assert all(row.late_share <= 0.011 for row in rows)


def test_pools_of_many_replicas_are_not_larger_than_they_must_be(plan):
    """Without the fullest zone and with 15 % more, pools of 8 and more replicas miss their target."""
    large = [row for row in replay_plan(plan, "zone", scale=1.15) if row.replicas >= 8]
    assert large
    assert not any(row.holds for row in large)


def test_five_minutes_are_played_at_the_full_rate(plan):
    """The busiest pool has five minutes of requests, but for what a warm-up drops, whichever replica takes them."""
    (row,) = [row for row in replay_plan(plan) if "five minutes" in row.what]
    assert 0.85 * 300.0 * row.rate_per_s <= row.requests <= 300.0 * row.rate_per_s + row.replicas


def test_a_replay_depends_on_its_seed_alone(plan):
    """The same seed gives the same answer; another one other traffic."""
    assert replay_plan(plan, "zone", seed=1) == replay_plan(plan, "zone", seed=1)
    assert replay_plan(plan, "zone", seed=1) != replay_plan(plan, "zone", seed=2)


def test_the_page_says_what_missed(plan):
    """Failed cases come first, overloaded pools are called so, and the document says that it does not hold."""
    report = replay_report("plan.json", replay_plan(plan, scale=30.0), "replayed as planned, rates x 30")
    page = render(report, Format.TABLE)
    assert "overloaded" in page
    assert "miss their target" in page
    assert json.loads(render(report, Format.JSON))["holds"] is False
    assert render(report, Format.CSV).startswith("service,location,")


def test_nothing_to_replay_is_no_success(plan):
    """A plan that has nothing standing by leaves nothing to replay where a region is lost."""
    rows = replay_plan(plan, "zone", scale=1e-9)
    assert all(row.late_share == pytest.approx(0.0) for row in rows)
    assert "nothing is left" in render(replay_report("p", (), "replayed"), Format.TABLE)

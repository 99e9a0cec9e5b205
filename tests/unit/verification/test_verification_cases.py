"""Which hours are replayed: what each pool receives after a loss, worked by hand."""

from __future__ import annotations

import pytest

from optimizer.domain.plan import FewerReplicas, PoolAtDemand
from optimizer.verification.cases import (
    AS_PLANNED,
    INSTANCE_LOST,
    SPOT_GONE,
    STANDING_BY,
    ZONE_LOST,
    cases_after,
    cases_of,
)
from optimizer.verification.view import View
from tests.unit.verification.hand_bought import only_search, spot_plan, two_demands_plan, two_regions_plan
from tests.unit.verification.hand_plan import NORTH, SOUTH, with_inputs, with_pool


def after(plan, loss, place=NORTH):
    """Pool, period, replicas and rate of every case of search after a loss."""
    cases = cases_after(View(plan), ("search", place), loss)
    return {(case.pool_index, case.period, case.replicas, round(case.rate_per_s, 6)) for case in cases}


def replayed(plan):
    """The same of what the second reading replays, with what happened."""
    cases = cases_of(View(plan), "search")
    return {(case.what, case.pool_index, case.period, case.replicas, round(case.rate_per_s, 6)) for case in cases}


def test_a_lost_instance_leaves_its_requests_to_all_others():
    """1 + 1 instances: the one that is left serves all 90. 2 + 2: the halved zone takes 60 of 180, the other 120."""
    assert after(only_search(), "instance") == {
        (0, 0, 1, 90.0),
        (1, 0, 1, 90.0),
        # claims: 100 on 1 replica (as in the long hours) beside 200
        (0, 1, 1, 60.0),
        (1, 1, 2, 120.0),
        (1, 1, 1, 60.0),
        (0, 1, 2, 120.0),
    }


def test_what_is_left_of_a_pool_takes_what_so_few_replicas_carry():
    """1 of 2 left carries 60 of 260, not half of its 200: 180 x 60 / 260 requests/s, and the other 180 x 200 / 260."""
    plan = with_inputs(only_search(), lambda inputs: inputs["services"][0].update(redundancy="instance"))
    for index in (0, 1):
        own = {"replicas_by_period": (2, 2), "capacity_per_s_by_period": (200.0, 200.0)}
        plan = with_pool(plan, index, **own, after_loss=FewerReplicas((1,), (60.0,)))
    small, large = round(180.0 * 60.0 / 260.0, 6), round(180.0 * 200.0 / 260.0, 6)
    cases = {case for case in after(plan, "instance") if case[1] == 1}
    assert cases == {(0, 1, 1, small), (1, 1, 2, large), (1, 1, 1, small), (0, 1, 2, large)}


def test_a_protected_share_lessens_what_must_be_carried_after_a_loss():
    """Half of 90 and of 180."""
    plan = with_inputs(only_search(), lambda inputs: inputs["services"][0].update(protected_share=0.5))
    assert after(plan, "zone") == {(0, 0, 1, 45.0), (1, 0, 1, 45.0), (0, 1, 2, 90.0), (1, 1, 2, 90.0)}


def test_a_standby_serves_its_own_and_what_the_lost_region_brings():
    """All 90 and 180 come to either region: to the north 45 and 90 a zone, to the south all of it."""
    plan = two_regions_plan()
    assert after(plan, "region") == {(0, 0, 1, 45.0), (1, 0, 1, 45.0), (0, 1, 1, 90.0), (1, 1, 1, 90.0)}
    assert after(plan, "region", SOUTH) == {(2, 0, 1, 90.0), (2, 1, 2, 180.0)}


def test_without_spot_the_rest_serves_all():
    """Zone a has 1 and 2 spot instances, so none is left of it: zone b serves 90 and 180 on its 1 and 2."""
    assert after(spot_plan(), "spot") == {(1, 0, 1, 90.0), (1, 1, 2, 180.0)}


def test_spot_of_one_zone_at_a_time_leaves_the_other_its_own():
    """1 of 2 instances in either zone may be spot: 1 + 2 are left, which claim 100 and 200, of 180."""
    plan = spot_plan("one_zone")
    for index in (0, 1):
        plan = with_pool(plan, index, spot_replicas_by_period=(0, 1))
    assert after(plan, "spot") == {(0, 1, 1, 60.0), (1, 1, 2, 120.0), (1, 1, 1, 60.0), (0, 1, 2, 120.0)}


def test_spot_whose_loss_is_tolerated_is_not_missed():
    """The risk is accepted: nothing to replay."""
    assert after(spot_plan("tolerated"), "spot") == set()


@pytest.mark.parametrize(
    ("plan", "what"),
    [
        (only_search, ZONE_LOST),
        (lambda: with_inputs(only_search(), lambda i: i["services"][0].update(redundancy="instance")), INSTANCE_LOST),
        (two_regions_plan, STANDING_BY),
        (lambda: with_inputs(spot_plan(), lambda i: i["services"][0].update(redundancy="none")), SPOT_GONE),
        (lambda: with_inputs(only_search(), lambda i: i["services"][0].update(redundancy="none")), AS_PLANNED),
    ],
)
def test_the_hardest_hour_after_each_loss_is_replayed(plan, what):
    """Whatever must be survived, its fullest hour is among the cases; without protection, the fullest as planned."""
    cases = cases_of(View(plan()), "search")
    assert what in {case.what for case in cases}
    fullest = max(case.fullness for case in cases if case.what == what)
    sites = {(case.pool.service, case.pool.location) for case in cases}
    loss = {ZONE_LOST: "zone", INSTANCE_LOST: "instance", STANDING_BY: "region", SPOT_GONE: "spot"}.get(what, "none")
    known = [case.fullness for site in sites for case in cases_after(View(plan()), site, loss)]
    assert fullest == pytest.approx(max(known))


def test_other_demands_are_replayed_after_the_loss_too():
    """At a low demand of 61 x 1.5 zone a claims 95 and serves all when zone b is lost: fuller than any other hour."""
    low = PoolAtDemand((1, 1), (0, 0), (22.5, 45.75), (100.0, 95.0))
    plan = with_pool(two_demands_plan(), 0, at_demand={"low": low})
    plan = with_inputs(plan, lambda i: i["demand"]["search"]["web"]["at_demand"].update(low=[6.0, 13.0]))
    assert (ZONE_LOST, 0, 1, 1, 91.5) in replayed(plan)


def test_where_batches_wait_quiet_hours_are_replayed_too():
    """A batch that waits to fill waits longest while little comes: half as much comes in the first hour."""
    plan = only_search()
    asked = {"replicas_by_period": (2, 2), "arrival_rate_per_s_by_period": (45.0, 90.0)}
    for index in (0, 1):
        plan = with_pool(plan, index, **asked, capacity_per_s_by_period=(200.0, 200.0))
    quiet = (AS_PLANNED, 0, 0, 2, 45.0)
    assert quiet not in replayed(plan)
    waiting = with_pool(with_pool(plan, 0, max_wait_ms=3.0), 1, max_wait_ms=3.0)
    assert replayed(waiting) - replayed(plan) == {quiet, (AS_PLANNED, 0, 1, 2, 90.0)} - replayed(plan)

"""Who serves what after a loss, worked by hand on the plan of `hand_plan`.

Search: 36 requests/s of the shop and 9 of the web in each of the zones a and b, twice as many in the second period; 1
and 2 replicas each, 100 and 200 requests/s claimed. Rank: 9 and 24 requests/s of the shop in south/two, its only zone.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.plan import Standby
from optimizer.errors import InputError
from optimizer.verification.replaying.fleet import Fleet
from optimizer.verification.replaying.losses import happening
from optimizer.verification.replaying.what_if import WhatIf, resolved
from optimizer.verification.view import View
from tests.unit.verification.hand_plan import NORTH, SOUTH, with_inputs, with_pool


def served(plan, period=1, scale=1.0, **question):
    """What each pool (by index) serves in a period: what happened, replicas, rates."""
    view = View(plan)
    happened = happening(Fleet(view, scale), resolved(WhatIf(scale=scale, **question), view))
    return {
        item.pool_index: (item.what, item.replicas, {origin: pytest.approx(rate) for origin, rate in item.rates})
        for item in happened.served
        if item.period == period
    }


def notes(plan, **question):
    """What is said of a question."""
    view = View(plan)
    return happening(Fleet(view, 1.0), resolved(WhatIf(**question), view)).notes


def asked(plan, service, **changes):
    """The plan with other wishes of a service."""

    def change(inputs):
        (row,) = [row for row in inputs["services"] if row["name"] == service]
        row.update(changes)

    return with_inputs(plan, change)


AS_PLANNED = {
    0: ("as planned", 2, {"shop": 72.0, "web": 18.0}),
    1: ("as planned", 2, {"shop": 72.0, "web": 18.0}),
    2: ("as planned", 4, {"shop": 24.0}),
}


def test_as_planned_pools_serve_what_routes_bring(plan):
    """Peaks x shares x 1.5 for retries and releases, by origin."""
    assert served(plan) == AS_PLANNED
    assert served(plan, period=0)[0] == ("as planned", 1, {"shop": 36.0, "web": 9.0})


def test_all_rates_are_multiplied(plan):
    """1.5 times the rates, the same replicas."""
    assert served(plan, scale=1.5)[2] == ("as planned", 4, {"shop": 36.0})


def test_the_fullest_zone_of_protected_services_is_lost(plan):
    """Of equally full zones the first: zone b takes all of search; rank, not protected, stays and that is said."""
    assert served(plan, zone="fullest") == {1: ("without zone a", 2, {"shop": 144.0, "web": 36.0}), 2: AS_PLANNED[2]}
    (note,) = notes(plan, zone="fullest")
    assert note.startswith("rank is played as planned")


def test_the_fullest_zone_is_the_one_that_claims_most(plan):
    """With 3 replicas in b it is b that is lost, and a that carries on, in that hour alone."""
    fuller = with_pool(plan, 1, replicas_by_period=(1, 3), capacity_per_s_by_period=(100.0, 300.0))
    assert served(fuller, zone="fullest")[0] == ("without zone b", 2, {"shop": 144.0, "web": 36.0})
    assert served(fuller, period=0, zone="fullest")[1][0] == "without zone a"


def test_only_the_protected_share_is_sent_after_a_loss(plan):
    """Half of search is protected: the other half is turned away while the zone is gone, and only then."""
    half = asked(plan, "search", protected_share=0.5)
    assert served(half, zone="fullest")[1] == ("without zone a", 2, {"shop": 72.0, "web": 18.0})
    assert served(half) == AS_PLANNED


def test_a_named_zone_takes_whatever_stands_there(plan):
    """Rank stands in the one zone of south/two only: nobody is left, its requests are shown; search is as planned."""
    assert served(plan, zone=f"{SOUTH}/a") == {**AS_PLANNED, 2: ("without zone a", 0, {"shop": 24.0})}
    assert notes(plan, zone=f"{SOUTH}/a") == ("rank was not planned to survive the loss of a zone (redundancy: none)",)


def test_one_instance_of_the_fullest_zone(plan):
    """1 of 2 replicas of zone a goes: 100 and 200 claimed share 180 requests/s as 60 to 120."""
    assert served(plan, instance=True) == {
        0: ("without one instance in zone a", 1, {"shop": 48.0, "web": 12.0}),
        1: ("without one instance in zone a", 2, {"shop": 96.0, "web": 24.0}),
        2: AS_PLANNED[2],
    }
    # the only one of the zone: the other zone takes all
    assert served(plan, period=0, instance=True)[1] == (
        "without one instance in zone a", 1, {"shop": 72.0, "web": 18.0}
    )  # fmt: skip


def test_an_instance_may_hold_several_replicas(plan):
    """A quad holds 2 replicas of rank: 2 of 4 stay."""
    assert served(asked(plan, "rank", redundancy="instance"), instance=True)[2][1] == 2


def test_all_spot_is_lost(plan):
    """1 of 2 replicas of zone a stands on spot in the second period; the first is as planned."""
    spot = with_pool(plan, 0, spot_replicas_by_period=(0, 1))
    assert served(spot, spot=True)[0] == ("without spot", 1, {"shop": 48.0, "web": 12.0})
    assert served(spot, spot=True)[1] == ("without spot", 2, {"shop": 96.0, "web": 24.0})
    assert served(spot, period=0, spot=True) == served(plan, period=0)
    assert notes(spot, spot=True) == ("rank has no spot instances",)


@pytest.mark.parametrize(
    ("may_vanish", "told"),
    [("one_zone", "search was planned to survive the spot of one zone"), ("tolerated", "no loss of spot")],
)
def test_what_spot_was_planned_for_is_said(plan, may_vanish, told):
    """All of it is taken away where the plan survives less, and the page says so."""
    spot = with_pool(plan, 0, spot_replicas_by_period=(0, 1))
    spot = with_inputs(spot, lambda inputs: inputs["purchase"]["spot"].update(may_vanish=may_vanish))
    assert told in notes(spot, spot=True)[0]
    assert served(spot, spot=True)[0][1] == 1


def with_standby(plan):
    """Search survives a region: 4 replicas of it in south/two, which stand by for both origins."""
    south = replace(
        plan.pools[0],
        provider="south",
        region="two",
        replicas_by_period=(4, 4),
        capacity_per_s_by_period=(400.0, 400.0),
    )
    standby = tuple(Standby("search", origin, NORTH, SOUTH) for origin in ("shop", "web"))
    return asked(plan, "search", redundancy="region").replace(pools=(*plan.pools, south), standby=standby)


def test_the_standby_takes_over(plan):
    """All of search moves to south/two; rank was there already and stays as it is."""
    moved = {2: AS_PLANNED[2], 3: (f"standing by for {NORTH}", 4, {"shop": 144.0, "web": 36.0})}
    assert served(with_standby(plan), region=NORTH) == moved
    assert served(asked(with_standby(plan), "search", protected_share=0.25), region=NORTH)[3][2] == {
        "shop": 36.0, "web": 9.0
    }  # fmt: skip


def test_a_lost_zone_of_a_service_that_survives_regions_is_its_region_lost(plan):
    """A service with standbys leaves the location with the first zone that goes."""
    assert served(with_standby(plan), zone=f"{NORTH}/b") == served(with_standby(plan), region=NORTH)


def test_who_has_no_standby_is_not_served(plan):
    """Rank has no other location: its requests are shown with no replica; search is as planned."""
    assert served(plan, region="two") == {**AS_PLANNED, 2: (f"without {SOUTH}", 0, {"shop": 24.0})}
    assert notes(plan, region="two") == ("rank was not planned to survive the loss of a location (redundancy: none)",)


def test_a_configuration_keeps_its_requests_while_it_has_a_zone(plan):
    """A second configuration of search in zone a serves the web alone.

    Without zone b the first one's zone a takes what b had; the second is untouched. Without zone a the second is gone,
    so what is left of the first serves everything.
    """
    other = replace(plan.pools[0], batch_size=2, network_ms=30.5)
    routes = (*plan.routing[:2], replace(plan.routing[2], pool=3, share_by_period=(1.0, 1.0)), plan.routing[4])
    both = plan.replace(pools=(*plan.pools, other), routing=routes)
    assert served(both, zone=f"{NORTH}/b") == {
        0: ("without zone b", 2, {"shop": 144.0}), 2: AS_PLANNED[2], 3: ("as planned", 2, {"web": 36.0})
    }  # fmt: skip
    assert served(both, zone=f"{NORTH}/a") == {1: ("without zone a", 2, {"shop": 144.0, "web": 36.0}), 2: AS_PLANNED[2]}


def test_claims_are_read_off_the_plan(plan):
    """100 for 1 replica and 440 for 4: each of 2 carries a third of the way from 100 to 110; beyond, as at the end."""
    fuller = with_pool(plan, 1, replicas_by_period=(1, 4), capacity_per_s_by_period=(100.0, 440.0))
    fuller = with_pool(fuller, 0, replicas_by_period=(1, 1), capacity_per_s_by_period=(100.0, 100.0))
    fleet = Fleet(View(fuller), 1.0)
    claims = [fleet.claim(0, replicas) for replicas in (0, 1, 2, 4, 8)]
    assert claims == pytest.approx([0.0, 100.0, 2 * (100.0 + 10.0 / 3.0), 440.0, 880.0])


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ({"zone": "a"}, '--without-zone: more than one is "a". Name one of north/one/a, south/two/a.'),
        ({"zone": "q"}, 'no pool of this plan stands there (found "q"). Name one of north/one/a, north/one/b, south'),
        ({"region": "three"}, "--without-region: no pool of this plan stands there"),
        ({"scale": 0.0}, "--scale: must be above 0 and at most 100 (found 0). Write 1.15 for 15 % more."),
        ({"scale": float("nan")}, "--scale: must be above 0"),
        ({"scale": 101.0}, "at most 100 (found 101)"),
        ({"demand": "low"}, '--demand: not counted by this plan (found "low"). It counts high.'),
        ({"spot": True, "zone": "fullest"}, "--without-zone, --without-spot: more than one loss at a time"),
    ],
)
def test_questions_without_an_answer_are_told(plan, question, told):
    """What is wrong, what was found, and what there is."""
    with pytest.raises(InputError) as error:
        resolved(WhatIf(**question), View(plan))
    assert told in str(error.value)


def test_all_faults_of_a_question_are_told_at_once(plan):
    """A wrong place and a wrong factor: two faults."""
    with pytest.raises(InputError) as error:
        resolved(WhatIf(region="three", scale=-1.0), View(plan))
    assert len(error.value.faults) == 2


def test_short_names_are_resolved(plan):
    """A zone that only one location has, a region without its provider."""
    assert resolved(WhatIf(zone="b"), View(plan)).zone == f"{NORTH}/b"
    assert resolved(WhatIf(region="two"), View(plan)).region == SOUTH
    assert resolved(WhatIf(), View(plan)).demand == "high"

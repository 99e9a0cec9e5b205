"""The relaxation that proves "infeasible": its table of offers, its hours, and its rows, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.domain.limits import Limits, Pin, Quota
from optimizer.domain.purchase import Commitment, Match, Purchase
from optimizer.domain.scenario import Scenario
from optimizer.formulation.context import Context
from optimizer.formulation.optimistic import best_rates, outlook_of
from optimizer.formulation.relaxed import undominated
from optimizer.performance import OperatingPoint, optimistic_capacity
from optimizer.planning.infeasible.proof import least_breach, no_plan_exists
from tests.support.asked import shared_store
from tests.support.small import AWAY, HOME, demand, service, small_catalog, small_scenario

RATE = 0.98 * 0.97 * 4 / 0.0176


def _breach(scenario: Scenario, catalog: object = None) -> float:
    context = Context(scenario, catalog or small_catalog(), shared_store())
    return least_breach(context, outlook_of(context))


@pytest.mark.parametrize("target_s", [0.009, 0.0105, 0.013, 0.03])
@pytest.mark.parametrize("percentile", [0.5, 0.99])
def test_best_rate_is_the_best_of_all_batches(target_s: float, percentile: float):
    """No largest batch has a higher bound, and one reaches it; alone too slow gives 0."""
    times = (0.010, 0.011, 0.014, 0.020, 0.022)
    points = [OperatingPoint(times[:size], 0.0, target_s, percentile, "round_robin") for size in range(1, 6)]
    best = max(float(optimistic_capacity(point, 1)[1]) for point in points)
    rate, full = best_rates(times, target_s, percentile)
    assert rate == pytest.approx(best, rel=1e-12)
    assert full == (0.0 if best == 0.0 else pytest.approx(max((n + 1) / t for n, t in enumerate(times))))
    for size, point in enumerate(points, start=1):
        pinned = best_rates(times, target_s, percentile, size)[0]
        assert pinned == pytest.approx(float(optimistic_capacity(point, 1)[1]), rel=1e-12)


def test_offers_take_the_origins_own_round_trip():
    """One offer for each place in reach, at 216.05 requests/s, with 1.5 times the need where a zone may be lost."""
    scenario = small_scenario(service("s", demand([[5.0, 9.0]]), redundancy="zone"), locations=(HOME, AWAY))
    outlook = outlook_of(Context(scenario, small_catalog(), shared_store()))
    assert [(offer.location, offer.factor) for offer in outlook.offers] == [(AWAY, 1.5), (HOME, 1.5)]
    assert all(offer.rate_per_s == pytest.approx(RATE) for offer in outlook.offers)


def test_hours_that_others_cover_are_left_out():
    """Of (3, 1), (1, 3), (2, 1) and (3, 1) again, the first two stay, the larger sum first."""
    need = np.array([[3.0, 1.0, 2.0, 3.0], [1.0, 4.0, 1.0, 1.0]])
    assert undominated(need, 10).tolist() == [1, 0]
    assert undominated(need, 1).tolist() == [1]


@pytest.mark.parametrize("limit", [1, 3, 5])
def test_breach_of_a_quota(limit: int):
    """2,000 requests/s need 9.26 instances at best: a quota is broken by 9.26 / limit - 1."""
    limits = Limits(quotas=(Quota(Match(), limit, None, "small"),))
    asked = service("s", demand([[5.0, 2000.0]]))
    assert _breach(small_scenario(asked, limits=limits)) == pytest.approx(2000 / RATE / limit - 1, rel=1e-6)


def test_a_quota_of_nothing_is_broken():
    """A limit of 0 is broken by any demand."""
    limits = Limits(quotas=(Quota(Match(), 0, None, "none"),))
    assert _breach(small_scenario(service("s", demand([[1.0, 2.0]])), limits=limits)) > 0.0


def test_demand_may_be_divided_freely():
    """Quotas of 5 in each of two places carry together what needs 9.26: nothing is broken."""
    quotas = tuple(Quota(Match(location=place), 5, None, "half") for place in (HOME, AWAY))
    scenario = small_scenario(
        service("s", demand([[5.0, 2000.0]])), locations=(HOME, AWAY), limits=Limits(quotas=quotas)
    )
    assert _breach(scenario) == 0.0
    fewer = replace(scenario, limits=Limits(quotas=(quotas[0], replace(quotas[1], max_instances=4))))
    assert _breach(fewer) == pytest.approx(2000 / RATE / 9 - 1, rel=1e-6)


def test_a_pin_is_not_work():
    """20 instances are kept where 1 is needed: power counts 19 of them idle. 1.2 (20 x 100 + 1 x 300 / full) W."""
    catalog = small_catalog()
    kind = replace(catalog.instance_types["p", "one"], idle_power_w=100.0, max_power_w=400.0)
    places = {name: replace(row, pue=1.2) for name, row in catalog.locations.items()}
    catalog = replace(catalog, instance_types={("p", "one"): kind}, locations=places)
    pins = (Pin("s", HOME, None, None, None, 20, None),)
    asked = service("s", demand([[0.0, 200.0]]))
    least_kw = 1.2 * (20 * 100 + 300 * 200 / (4 / 0.0176)) / 1000
    for limit, broken in ((least_kw * 1.001, False), (least_kw * 0.99, True)):
        scenario = small_scenario(asked, pins=pins, limits=Limits(power_kw=limit))
        assert (_breach(scenario, catalog) > 1e-6) is broken


def test_a_lost_region_is_carried_elsewhere():
    """Quotas of 5 each carry 9.26 together, but not 9.26 without one of the two."""
    quotas = tuple(Quota(Match(location=place), 5, None, "half") for place in (HOME, AWAY))
    asked = service("s", demand([[5.0, 2000.0]]), redundancy="region")
    scenario = small_scenario(asked, locations=(HOME, AWAY), limits=Limits(quotas=quotas))
    assert _breach(scenario) == pytest.approx(1 - 5 / (2000 / RATE), rel=0.5)
    assert _breach(replace(scenario, services=(replace(asked, protected_share=0.5),))) == 0.0


def test_signed_instances_are_all_there_is_without_options():
    """4 instances signed for the whole horizon, and nothing to buy: 4.63 are needed for 1,000 requests/s."""
    signed = Commitment(HOME, "one", "committed_1y", 4, 0.5, "2028-01-01", 1.0, 0.0, reserved=False, reason="signed")
    asked = service("s", demand([[5.0, 1000.0]]))
    scenario = small_scenario(asked, commitments=(signed,), purchase=Purchase(options=("spot",)))
    assert _breach(scenario) > 1e-6
    assert _breach(replace(scenario, commitments=(replace(signed, count=5),))) == 0.0
    ending = replace(signed, count=5, horizon_share=0.5)
    assert _breach(replace(scenario, commitments=(ending,))) > 1e-6


def test_an_origin_without_an_offer_is_proof_enough():
    """A target below one request proves it, whatever else."""
    scenario = small_scenario(service("s", demand([[5.0, 9.0]]), latency_s=0.010))
    context = Context(scenario, small_catalog(), shared_store())
    assert no_plan_exists(context, outlook_of(context))


def test_no_demand_breaks_nothing():
    """A scenario without any demand has a plan: the empty one."""
    scenario = small_scenario(service("s", demand([[0.0, 0.0]])), limits=Limits(power_kw=0.0))
    assert _breach(scenario) == 0.0

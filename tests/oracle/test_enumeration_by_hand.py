"""The oracle itself, on questions worked out by hand: an instance carries 100 requests/s, and an hour costs 1.00."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.domain.catalog import Catalog
from optimizer.domain.limits import Limits, Quota
from optimizer.domain.purchase import Commitment, Match, OwnedTerms, PriceRule, Purchase, SpotTerms
from optimizer.domain.scenario import NetworkUse, Operations, Period, Scenario, StorageUse
from optimizer.performance import OperatingPoint
from tests.support.brute_force import cheapest_total
from tests.support.brute_wide import cheapest_wide
from tests.support.brute_world import World, followers
from tests.support.small import AWAY, HOME, demand, service, small_catalog, small_scenario
from tests.support.small_market import SITE, TWO_HOURS, YEAR, market, price, with_prices

SIGNED = Commitment(HOME, "one", "committed_1y", 1, 0.25, "2027-01-16", 0.5, 0.0, False, "signed before")
ALL = ("on_demand", "spot", "committed_1y", "committed_3y", "owned")


class _HundredEach:
    """Every replica carries 100 requests/s."""

    def curve(self, _: OperatingPoint, replicas_max: int) -> np.ndarray:
        """Return the capacity of 0..replicas_max replicas."""
        return 100.0 * np.arange(replicas_max + 1)


def _asked(*, locations: tuple[str, ...] = (HOME,), **changes: object) -> Scenario:
    """150 requests/s for 365 quiet hours and 350 for 365 busy ones; nothing costs but instances."""
    of_service = {key: changes.pop(key) for key in ("redundancy", "protected_share") if key in changes}
    scenario = small_scenario(service("s", demand([[150.0, 350.0]]), **of_service), locations=locations)
    scenario = replace(
        scenario,
        network=NetworkUse(0.0, 0.0, 1.0),
        storage=StorageUse(0.0, 0.0, 0.0),
        operations=Operations((), 0.0, 0.0, 0.0),
    )
    return replace(scenario, **changes)


def _total(scenario: Scenario, catalog: Catalog) -> float | None:
    return cheapest_total(scenario, catalog, _HundredEach())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # 2 instances in 365 quiet hours, 4 in 365 busy ones.
        ({}, 2190.0),
        # 4 always.
        ({"autoscaling": "fixed"}, 2920.0),
        # Without the fullest of three zones 2 must be left, then 4: (1, 1, 1) and (2, 2, 2).
        ({"redundancy": "zone"}, 3285.0),
        # With half of the demand protected 1 and 2: (1, 1, 0) and (2, 1, 1) do.
        ({"redundancy": "zone", "protected_share": 0.5}, 2190.0),
        # One instance more: 3 and 5.
        ({"redundancy": "instance"}, 2920.0),
        # Both in one day type: 3 in the quiet hour, so that one more is enough.
        ({"periods": TWO_HOURS, "purchase": Purchase(scale_up_max_instances=1)}, 2555.0),
        # (1, 1, 0), then (2, 1, 1): two more for half of each of 365 quiet hours; none leave early.
        ({"periods": TWO_HOURS, "purchase": Purchase(scale_up_lead_hours=0.5)}, 2555.0),
        # One of 2 and two of 4 on spot at 0.20.
        ({"purchase": Purchase(ALL, spot=SpotTerms(0.5, 0.0, "tolerated"))}, 1314.0),
        # With 5 % for interruptions.
        ({"purchase": Purchase(ALL, spot=SpotTerms(0.5, 0.05, "tolerated"))}, 1324.95),
        # All of a type may vanish and half of the demand must stand: 75 and 175 need 1 and 2 others.
        ({"protected_share": 0.5, "purchase": Purchase(ALL, spot=SpotTerms(1.0, 0.0, "all_of_a_type"))}, 1314.0),
        # The same with all of the demand: none.
        ({"purchase": Purchase(ALL, spot=SpotTerms(1.0, 0.0, "all_of_a_type"))}, 2190.0),
        # One zone's spot may vanish: of (1, 1, 0) either, so both; of (2, 1, 1) one zone at a time leaves 2.
        ({"protected_share": 0.5, "purchase": Purchase(ALL, spot=SpotTerms(1.0, 0.0, "one_zone"))}, 438.0),
        # One signed for half of the horizon: 0.25 x 365 h, and one less on demand while it lasts.
        ({"commitments": (SIGNED,)}, 1916.25),
        # A tenth off for everything at home.
        ({"price_rules": (PriceRule(Match(location=HOME), 0.1, None, "agreed"),)}, 1971.0),
        # A price of one's own, then a tenth off it.
        (
            {
                "price_rules": (
                    PriceRule(Match(instance_type="o*"), None, 0.5, "agreed"),
                    PriceRule(Match(provider="p"), 0.1, None, "agreed"),
                )
            },
            985.5,
        ),
        # Retries and releases: 150 x 1.2 / 0.9 = 200 and 350 x 4 / 3 = 466.7.
        ({"headroom": replace(_asked().headroom, release_share=0.1, retry_share=0.2)}, 2555.0),
        # One type is all there is; a budget of less than 2,190 a month and a quota of three are not enough.
        ({"limits": Limits(max_instance_types=1)}, 2190.0),
        ({"limits": Limits(budget_per_month=2189.0)}, None),
        ({"limits": Limits(quotas=(Quota(Match(), 3, None, "quota"),))}, None),
        # Four of 8 vCPUs each.
        ({"limits": Limits(quotas=(Quota(Match(), None, 32, "quota"),))}, 2190.0),
    ],
)
def test_totals_by_hand(changes: dict, expected: float | None):
    """Counts, failures, spot, prices and limits, each with its sum beside it."""
    catalog = with_prices(small_catalog(), price("spot", 0.2))
    found = _total(_asked(**changes), catalog)
    assert found == (None if expected is None else pytest.approx(expected))


def test_a_year_of_commitments_by_hand():
    """Two run in all of 8,760 hours, two in half of them: at 0.60 only the first two are committed, 10,512 + 8,760."""
    scenario = _asked(periods=YEAR, horizon_months=12, purchase=Purchase(ALL))
    catalog = with_prices(small_catalog(), price("committed_1y", 0.6), price("committed_3y", 0.1))
    assert _total(scenario, catalog) == pytest.approx(19_272.0)
    # The rest of three years charged: 0.1 x 36 x 730 h = 2,628 an instance, less than 4,380 hours on demand.
    charged = replace(scenario, purchase=Purchase(ALL, "charge"))
    assert _total(charged, catalog) == pytest.approx(4 * 2_628.0)
    # Half of the rest keeps its value: 0.1 x (12 + 12) x 730 h = 1,752.
    valued = replace(scenario, purchase=Purchase(ALL, "value_share", 0.5))
    assert _total(valued, catalog) == pytest.approx(4 * 1_752.0)


def test_demands_are_weighed_by_hand():
    """Three quarters of the money at half of the demand: 1 and 2 instances there, 2 and 4 at the one planned for."""
    scenario = _asked(cost_weights={"high": 0.25, "low": 0.75})
    asked = scenario.services[0]
    peaks = {"high": asked.demand.peak_per_s, "low": asked.demand.peak_per_s / 2}
    scenario = replace(scenario, services=(replace(asked, demand=replace(asked.demand, peaks_per_s=peaks)),))
    assert _total(scenario, small_catalog()) == pytest.approx(0.25 * 2190.0 + 0.75 * 1095.0)


def test_a_standby_location_by_hand():
    """The same again away, at 1.50: 2,190 + 3,285. With half protected 1 and 2 instances are enough there."""
    both = (AWAY, HOME)
    assert _total(_asked(locations=both, redundancy="region"), small_catalog()) == pytest.approx(5_475.0)
    half = _asked(locations=both, redundancy="region", protected_share=0.5)
    assert _total(half, small_catalog()) == pytest.approx(2_190.0 + 1_642.5)
    assert _total(_asked(redundancy="region"), small_catalog()) is None


def test_owned_machines_by_hand():
    """Four boxes at 100 a month; a site for 0.7 kW holds three, which are not enough for anything."""
    scenario = _asked(locations=(HOME, SITE), purchase=Purchase(ALL), owned=OwnedTerms(discount_rate_per_year=0.0))
    free = {"electricity_price_per_kwh": 0.0}

    def room(**limits: float) -> Catalog:
        catalog = market(**limits)
        place = replace(catalog.locations[SITE], **free)
        return replace(catalog, locations={**catalog.locations, SITE: place})

    assert _total(scenario, room()) == pytest.approx(400.0)
    assert _total(scenario, room(power_limit_kw=0.7)) == pytest.approx(2_190.0)
    assert _total(scenario, room(rack_units=6.0)) == pytest.approx(2_190.0)
    assert _total(scenario, room(max_count=3)) == pytest.approx(2_190.0)
    # 0.8 kW of contracted power at 50 a kW and month.
    assert _total(scenario, room(space_price_per_kw_month=50.0)) == pytest.approx(440.0)


def test_an_annuity_by_hand():
    """30,000 over four years at 8 % are 9,057.62 a year."""
    catalog = market()
    server = replace(catalog.owned["own", "box", SITE], purchase_price_mid=30_000.0, amortisation_months=48.0)
    scenario = _asked(purchase=Purchase(ALL), periods=YEAR, horizon_months=12)
    world = World(scenario, replace(catalog, owned={("own", "box", SITE): server}), _HundredEach())
    assert world.owned_each(SITE, "box") == pytest.approx(9_057.62, abs=0.01)


def test_divided_origins_by_hand():
    """Two instances each at home and away: half of the requests here, half there, 365 h x (3 x 1.00 + 3 x 1.50)."""
    quotas = tuple(Quota(Match(location=place), 2, None, "quota") for place in (HOME, AWAY))
    scenario = _asked(locations=(AWAY, HOME), limits=Limits(quotas=quotas))
    assert _total(scenario, small_catalog()) is None
    assert cheapest_wide(World(scenario, small_catalog(), _HundredEach())) == pytest.approx(2_737.5)


def test_what_follows_an_hour():
    """The next listed hour of the day type; after the last one the first of every day type, by its days."""
    periods = (Period("work", 9, 5.0), Period("work", 20, 5.0), Period("rest", 3, 2.0))
    assert sorted(followers(periods)) == [
        (0, 1, 1.0),
        (1, 0, pytest.approx(5 / 7)),
        (1, 2, pytest.approx(2 / 7)),
        (2, 0, pytest.approx(5 / 7)),
        (2, 2, pytest.approx(2 / 7)),
    ]

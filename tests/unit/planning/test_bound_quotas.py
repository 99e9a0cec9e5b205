"""A quota binds where one instance more of what it counts would exceed it; origins may be divided then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.limits import Limits, Quota
from optimizer.domain.purchase import Match, Purchase, SpotTerms
from optimizer.domain.scenario import NetworkUse, Scenario
from optimizer.performance import CapacityStore
from optimizer.planning import plan_scenario
from tests.support.asked import shared_store
from tests.support.small import AWAY, HOME, demand, service, small_catalog, small_scenario
from tests.support.small_market import YEAR, price, with_prices

CATALOG = with_prices(small_catalog(), price("spot", 0.2), price("committed_1y", 0.3))


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """One set of simulated capacities for all tests here."""
    return shared_store()


def asked(options: tuple[str, ...], *quotas: Quota) -> Scenario:
    """A year of 600 requests/s; spot is cheapest, then a commitment; all of it may vanish at one's own risk."""
    terms = Purchase(options, spot=SpotTerms(max_share=0.5, may_vanish="tolerated"))  # type: ignore[arg-type]
    scenario = small_scenario(service("s", demand([[600.0, 600.0]])), locations=(AWAY, HOME), purchase=terms)
    scenario = replace(scenario, periods=YEAR, horizon_months=12, network=NetworkUse(0.001, 0.001, 1.0))
    return replace(scenario, limits=Limits(quotas=quotas))


def divides(store: CapacityStore, options: tuple[str, ...], option: str | None, spare: int) -> bool:
    """Whether dividing origins is considered with so many instances more allowed than the best plan has."""
    free = plan_scenario(asked(options), CATALOG, store=store)
    rows = [row for row in free.fleet if option in (None, row.purchase_option)]
    most = sum(max(row.count_by_period) for row in rows) + spare
    assert most > spare  # there is something that the quota counts
    told: list[str] = []
    quota = Quota(Match(location=HOME, purchase_option=option), most, None, "quota")  # type: ignore[arg-type]
    plan_scenario(asked(options, quota), CATALOG, store=store, progress=lambda _, what: told.append(what))
    return any("a quota binds" in line for line in told)


@pytest.mark.parametrize(
    ("options", "option"),
    [
        (("on_demand", "spot"), None),  # half of what the quota counts is spot
        (("on_demand", "spot"), "on_demand"),
        (("on_demand", "committed_1y"), "committed_1y"),
    ],
)
def test_a_quota_binds_without_room_for_one_more(store: CapacityStore, options: tuple[str, ...], option: str | None):
    """Exactly what the best plan has of what the quota counts leaves no room, one instance more does."""
    assert divides(store, options, option, spare=0)
    assert not divides(store, options, option, spare=1)

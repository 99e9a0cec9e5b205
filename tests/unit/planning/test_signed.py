"""What is signed before: paid whether used or not, and the power of machines at rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.catalog import Catalog, OwnedServer, RoundTrip, Site, TransferTier
from optimizer.domain.purchase import Commitment, OwnedTerms, Purchase
from optimizer.domain.scenario import Origin
from optimizer.performance import CapacityStore
from optimizer.planning import plan_scenario
from tests.support.asked import shared_store
from tests.support.small import AWAY, HOME, SOURCE, demand, service, small_catalog, small_scenario

SIGNED = Commitment(HOME, "one", "committed_1y", 2, 0.5, "2027-12-31", 1.0, 11.0, reserved=False, reason="in 2026")


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """One set of simulated capacities for all tests here."""
    return shared_store()


def powered() -> Catalog:
    """The small catalog with a site at home: 200 W, 50 without work, PUE 1.2, 0.10 per kWh."""
    catalog = small_catalog()
    kind = replace(catalog.instance_types["p", "one"], idle_power_w=50.0, max_power_w=200.0)
    home = replace(catalog.locations[HOME], pue=1.2, electricity_price_per_kwh=0.1)
    server = OwnedServer("p", "one", HOME, 2e4, 2e4, 2e4, 48.0, 0.0, None, 1.0, None, SOURCE)
    return replace(
        catalog,
        instance_types={("p", "one"): kind},
        locations={**catalog.locations, HOME: home},
        prices={key: row for key, row in catalog.prices.items() if row.location == AWAY},
        owned={("p", "one", HOME): server},
        sites={HOME: Site(HOME, None, None, None, None, SOURCE)},
    )


@pytest.mark.parametrize("autoscaling", ["hourly", "fixed"])
def test_what_is_signed_and_not_used_is_paid(store: CapacityStore, autoscaling: str):
    """2 instances signed away from home, where the service may not run: 2 x 730 h at 0.50 beside what runs at home."""
    asked = small_scenario(
        service("s", demand([[30.0, 300.0]])),
        commitments=(replace(SIGNED, location=AWAY),),
        locations=(HOME,),
        autoscaling=autoscaling,
    )
    plan = plan_scenario(asked, small_catalog(), store=store)
    (line,) = [line for line in plan.cost.lines if "signed" in line.item]
    assert (line.location, line.service) == (AWAY, "")
    assert line.amount == pytest.approx(730.0)
    assert plan.obligation_after_horizon == pytest.approx(2 * 0.5 * 11 * 730)


@pytest.mark.parametrize("unused", ["idle", "off"])
@pytest.mark.parametrize("may_buy", [True, False])
def test_signed_machines_draw_idle_power_where_they_have_no_work(store: CapacityStore, unused: str, may_buy: bool):
    """3 machines that are paid for; 1 and 2 run: 2 and 1 of them stand idle, 365 hours each, whatever may be bought."""
    options = ("on_demand", "owned") if may_buy else ("on_demand",)
    asked = small_scenario(
        service("s", demand([[30.0, 300.0]])),
        commitments=(replace(SIGNED, purchase_option="owned", count=3, price_per_hour=0.0),),
        purchase=Purchase(options=options),
        owned=OwnedTerms(unused=unused),  # type: ignore[arg-type]
    )
    plan = plan_scenario(asked, powered(), store=store)
    idle = [line for line in plan.cost.lines if line.item == "idle machines"]
    # 3 x 365 h x 50 W x 1.2
    assert [line.quantity for line in idle] == ([pytest.approx(65.7)] if unused == "idle" else [])
    # what cannot change: one engineer for a month, and 3 machines at rest for 730 h
    at_rest = 3 * 730 * 0.06 * 0.1 if unused == "idle" else 0.0
    assert plan.objective.fixed == pytest.approx(10_000.0 + at_rest)
    assert plan.objective.total == pytest.approx(plan.objective.lower_bound, rel=1e-6)


def test_requests_from_a_site_of_ones_own_that_runs_nothing(store: CapacityStore):
    """Callers in an own site, service at home: what leaves the site takes no support plan, what comes back does."""
    trip, free = RoundTrip("own/site", HOME, 0.002, SOURCE), TransferTier(HOME, "own/site", 0.0, 0.02, SOURCE)
    catalog = small_catalog()
    catalog = replace(
        catalog,
        locations={**catalog.locations, "own/site": replace(catalog.locations[AWAY], provider="own", region="site")},
        sites={"own/site": Site("own/site", None, None, None, None, SOURCE)},
        transfer={
            **catalog.transfer,
            ("own/site", HOME): (TransferTier("own/site", HOME, 0.0, 0.03, SOURCE),),
            (HOME, "own/site"): (free,),
        },
        round_trips={**catalog.round_trips, ("own/site", HOME): trip, (HOME, "own/site"): trip},
    )
    asked = small_scenario(service("s", demand([[30.0, 300.0]])), origins=(Origin("office", "own/site", {}),))
    plan = plan_scenario(asked, catalog, store=store)
    network = {line.provider: line.amount for line in plan.cost.lines if line.category == "network"}
    # 365 x 3,600 x 330 requests of 100 and 900 kB: 43,362 GB at 0.03 and 390,258 GB at 0.02
    assert network == {"own": pytest.approx(1300.86), "p": pytest.approx(7805.16)}
    (support,) = [line for line in plan.cost.lines if line.item.startswith("support")]
    rest = sum(plan.cost.by_category[name] for name in ("compute", "storage"))
    assert support.quantity == pytest.approx(7805.16 + rest)
    assert [row["location"] for row in plan.inputs["sites"]] == ["own/site"]


@pytest.mark.parametrize("may_buy", [True, False])
def test_signed_machines_stand_even_above_the_room_of_their_site(store: CapacityStore, may_buy: bool):
    """4 machines of one rack unit stand in a site of 3: they serve, and nothing more is bought."""
    catalog = replace(powered(), sites={HOME: Site(HOME, None, 3.0, None, None, SOURCE)})
    asked = small_scenario(
        service("s", demand([[30.0, 300.0]])),
        commitments=(replace(SIGNED, purchase_option="owned", count=4),),
        purchase=Purchase(("on_demand", "owned") if may_buy else ("on_demand",)),
    )
    plan = plan_scenario(asked, catalog, store=store)
    assert all(check.holds for check in plan.checks)
    assert plan.pools
    assert all(row.until for row in plan.fleet)

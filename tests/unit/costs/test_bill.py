"""Bills worked by hand; every number is derived in a comment."""

from __future__ import annotations

import pytest

from optimizer.costs import Bought, InstanceUse, Rates, RequestVolume, make_bill, tiered_average
from optimizer.domain.plan import CATEGORIES
from optimizer.domain.scenario import Origin
from tests.support.small import AWAY, HOME, demand, service, small_catalog, small_scenario

WEB = Origin("web", "internet", {HOME: 0.02, AWAY: 0.02})


def _use(name: str, hours: float, place: str = HOME) -> InstanceUse:
    return InstanceUse(name, "p", place, "one", "net", hours, None)


def _on_demand(hours: float, place: str = HOME) -> Bought:
    return Bought("p", place, "one", hours, 0.0, 0.0, 0.0, {}, ())


def test_one_service_at_home():
    """Rent, disk, between-zones network, logs, monitoring, support and people of one service in its own region."""
    scenario = small_scenario(service("s", demand([[1.0, 1.0]])))
    bill = make_bill(
        Rates(scenario, small_catalog()),
        [_on_demand(1460.0)],
        [_use("s", 1460.0)],
        [RequestVolume("s", "shop", HOME, 3e6)],
    )
    # compute: 1,460 h x 1.00 = 1,460.00
    assert bill.by_category["compute"] == pytest.approx(1460.0)
    # network: 3e6 requests x 1,000 kB = 3,000 GB, 2/3 of it crosses the 3 zones: 2,000 GB x 0.01 = 20.00
    assert bill.by_category["network"] == pytest.approx(20.0)
    # disk: 1,460 h / 730 = 2 instance-months x 1 GiB = 1.073741824 GB x 0.10 = 0.2147483648
    # logs: 3 million requests x 2 GB, kept for one month: 6 GB-months x 0.02 (object) = 0.12
    assert bill.by_category["storage"] == pytest.approx(0.2147483648 + 0.12)
    # monitoring: 2 instance-months x 15 = 30.00
    assert bill.by_category["monitoring"] == pytest.approx(30.0)
    # support: 10 % of 1,460 + 20 + 0.3347483648 = 148.03347483648
    assert bill.by_category["maintenance"] == pytest.approx(148.03347483648)
    # people: 1 FTE x 730/8,760 years x 120,000 = 10,000.00
    assert bill.by_category["people"] == pytest.approx(10_000.0)
    # energy: in the rent
    assert bill.by_category["energy"] == 0.0
    # 1,460 + 20 + 0.3347483648 + 30 + 148.03347483648 + 10,000
    assert bill.total == pytest.approx(11_658.36822320128)


def test_two_services_share_the_internet_tiers():
    """Egress tiers apply to the month's volume of both services together; each line gets the average price."""
    scenario = small_scenario(service("s", demand([[1, 1]])), service("u", demand([[1, 1]])), origins=(WEB,))
    volumes = [RequestVolume("s", "web", HOME, 1e6), RequestVolume("u", "web", HOME, 2e6)]
    bill = make_bill(Rates(scenario, small_catalog()), [], [], volumes)
    # responses: 900 GB + 1,800 GB = 2,700 GB in the one month: 1,000 x 0.10 + 1,700 x 0.05 = 185.00
    lines = {line.service: line for line in bill.lines if line.category == "network"}
    assert sum(line.amount for line in lines.values()) == pytest.approx(185.0)
    # average 185 / 2,700 per GB; s moves a third of it
    assert lines["s"].unit_price == pytest.approx(185 / 2700)
    assert lines["s"].amount == pytest.approx(185 / 3)
    assert lines["s"].allocated_by == "GB"


def test_service_away_from_home():
    """Requests and responses pay the price of their direction; logs fall back to block storage where needed."""
    scenario = small_scenario(service("s", demand([[1.0, 1.0]])))
    volumes = [RequestVolume("s", "shop", AWAY, 1e6)]
    bill = make_bill(Rates(scenario, small_catalog()), [_on_demand(730.0, AWAY)], [_use("s", 730.0, AWAY)], volumes)
    network = {line.item: line for line in bill.lines if line.category == "network"}
    # 1e6 x 100 kB = 100 GB there, 1e6 x 900 kB = 900 GB back, 0.02 each way
    assert network["p/home to p/away"].amount == pytest.approx(2.0)
    assert network["p/away to p/home"].amount == pytest.approx(18.0)
    # logs: 2 GB-months at the block price 0.20, no object price is known there
    logs = [line for line in bill.lines if line.item == "logs"]
    assert [line.amount for line in logs] == [pytest.approx(0.4)]
    # compute: 730 h x 1.50
    assert bill.by_category["compute"] == pytest.approx(1095.0)


def test_lines_add_up_in_every_grouping():
    """Categories, services and lines have one total, every line is quantity x unit price, dated and sourced."""
    scenario = small_scenario(service("s", demand([[1, 1]])), service("u", demand([[1, 1]])), origins=(WEB,))
    uses = [_use("s", 100.0), _use("u", 50.0, AWAY)]
    volumes = [RequestVolume("s", "web", HOME, 1e5), RequestVolume("u", "web", AWAY, 2e5)]
    bill = make_bill(Rates(scenario, small_catalog()), [_on_demand(100.0), _on_demand(50.0, AWAY)], uses, volumes)
    assert sum(line.amount for line in bill.lines) == pytest.approx(bill.total, abs=1e-9)
    assert sum(bill.by_category.values()) == pytest.approx(bill.total, abs=1e-9)
    assert sum(bill.by_service.values()) == pytest.approx(bill.total, abs=1e-9)
    for line in bill.lines:
        assert line.amount == line.quantity * line.unit_price
        assert line.as_of
        assert line.source
        assert line.category in CATEGORIES


@pytest.mark.parametrize(
    ("gb", "expected"),
    [(0.0, 0.10), (500.0, 0.10), (1000.0, 0.10), (2000.0, 0.075), (11_000.0, (100 + 10_000 * 0.05) / 11_000)],
)
def test_tiers_work_like_a_tax_table(gb: float, expected: float):
    """Only the part above a threshold gets the lower price."""
    assert tiered_average(small_catalog().transfer[HOME, "internet"], gb) == pytest.approx(expected)

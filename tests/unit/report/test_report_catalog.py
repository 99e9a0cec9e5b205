"""Pages of a catalog: what is known, how fresh, what is estimated."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from optimizer.domain.catalog import (
    Catalog,
    InstanceType,
    Location,
    OwnedServer,
    Price,
    ProfileCurve,
    Site,
    Source,
)
from optimizer.report.catalog_list import catalog_list_report
from optimizer.report.catalog_page import catalog_report
from optimizer.report.catalog_quality import catalog_check_report
from optimizer.report.formats import Format
from optimizer.report.report import Report, render

LIST = Source("list", "a price page", "2026-07-20", "Apache-2.0")
GUESS = Source("estimate", "a guess", "2025-04-04", "Apache-2.0")


def _price(name: str, place: str, option: str, status: str, amount: float | None, source: Source = LIST) -> Price:
    return Price("aws", name, place, option, status, amount, 0.0, 0, source)


def _location(name: str) -> Location:
    return Location("aws", name.split("/")[1], ("a", "b"), "US", 1.15, 396.0, 0.08, LIST)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """Two locations, two types, one price of each kind and one hole."""
    east, west = "aws/us-east-1", "aws/us-west-2"
    prices = [
        _price("g6.xlarge", east, "on_demand", "offered", 0.8048),
        _price("g6.xlarge", east, "spot", "offered", 0.41, GUESS),
        _price("g6.xlarge", west, "on_demand", "not_offered", 0.9),
        _price("c7i.4xlarge", east, "on_demand", "unknown", None),
    ]
    kinds = [
        InstanceType("aws", "g6.xlarge", 4, 16.0, "L4-24GB", 1, 22.4, None, None, None, LIST),
        InstanceType("aws", "c7i.4xlarge", 16, 32.0, None, 0, 0.0, None, None, None, LIST),
    ]
    curve = ProfileCurve(
        "bert", "fp16", "L4-24GB", 1, (1, 8), (0.0112, 0.0144), 1.0, 4, replace(LIST, basis="estimated")
    )
    return Catalog(
        name="small", currency="USD", as_of="2026-07-30", sha256="0" * 64,
        instance_types={(kind.provider, kind.name): kind for kind in kinds}, accelerators={},
        locations={name: _location(name) for name in (east, west)},
        prices={(p.provider, p.instance_type, p.location, p.purchase_option): p for p in prices},
        availability={}, round_trips={}, transfer={}, storage={}, served_models={},
        profiles=(curve, replace(curve, accelerator="T4-16GB", source=replace(LIST, basis="measured"))),
    )  # fmt: skip


def _text(report: Report) -> str:
    return render(report, Format.TABLE)


def test_prices_show_estimates_holes_and_what_is_not_sold(catalog):
    """A missing price is never 0: each kind of absence has its own word."""
    text = _text(catalog_report(catalog))
    assert "0.8048  ~0.4100" in text
    assert "not sold" in text
    assert "unknown" in text
    assert "0.9000" not in text


@pytest.fixture(scope="module")
def large(catalog) -> Catalog:
    """The same two types, priced in 121 places."""
    names = [f"aws/r{number:03}" for number in range(121)]
    prices = [
        _price("g6.xlarge", name, "on_demand", "offered", 2.0 - number / 100) for number, name in enumerate(names)
    ]
    prices.append(_price("c7i.4xlarge", names[0], "on_demand", "unknown", None))
    return replace(
        catalog,
        locations={name: _location(name) for name in names},
        prices={(p.provider, p.instance_type, p.location, p.purchase_option): p for p in prices},
    )


def test_a_large_catalog_is_summed_up(large):
    """Beyond 120 types in places the page names each accelerator once, with its cheapest type and where."""
    text = _text(catalog_report(large))
    row = next(line for line in text.splitlines() if line.split()[:1] == ["L4-24GB"])
    assert row.split() == ["L4-24GB", "aws", "1", "121", "0.8000", "g6.xlarge,", "aws", "r120"]
    cpu = text.split("none, CPU only", 1)[1].splitlines()
    assert cpu[0].split() == ["aws", "1", "0", "unknown"]
    assert cpu[1].split() == ["no", "service", "times"]
    assert "USD per hour of a whole instance" in text
    assert "g6.xlarge, USD per hour" not in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_large_catalog_says_how_to_look_closer(large):
    """The summed-up page names the commands that show a location or a type; with a filter the prices are listed."""
    text = _text(catalog_report(large))
    assert "fleetopt catalog show small --location aws/r000" in text
    assert "fleetopt catalog show small --instance-type g6.xlarge" in text
    assert "1.9900" in _text(catalog_report(large, location="aws/r001"))


def test_options_unknown_in_a_whole_location_are_one_remark(catalog):
    """A location without any spot price has no column of the word unknown, but says it once."""
    prices = {key: price for key, price in catalog.prices.items() if key[3] == "on_demand"}
    spot = _price("g6.xlarge", "aws/us-east-1", "spot", "unknown", None)
    more = replace(catalog, prices={**prices, ("aws", "g6.xlarge", "aws/us-east-1", "spot"): spot})
    text = _text(catalog_report(more, location="aws/us-east-1"))
    assert "spot: unknown here" in text
    titles = next(line for line in text.splitlines() if "on demand" in line)
    assert "spot" not in titles


def test_one_location_shows_its_own_prices_and_accelerators(catalog):
    """Filtered by location: no other place, and no curve of an accelerator that is not there."""
    text = _text(catalog_report(catalog, location="aws/us-east-1"))
    assert "us-west-2" not in text
    assert "L4-24GB" in text
    assert "T4-16GB" not in text


def test_one_type_is_compared_over_its_locations(catalog):
    """Filtered by type: one table, a row for each location."""
    text = _text(catalog_report(catalog, instance_type="g6.xlarge"))
    assert "g6.xlarge, USD per hour" in text
    assert "c7i" not in text


def test_freshness_and_estimates_are_counted(catalog):
    """1 of 2 prices is an estimate, the older of 2025-04; 1 of 4 options unknown, 1 not offered."""
    document = json.loads(render(catalog_check_report(catalog), Format.JSON))
    assert document["prices"] == {
        "offered": 2, "not_offered": 1, "unknown": 1, "estimates": 1, "oldest": "2025-04-04", "newest": "2026-07-20",
    }  # fmt: skip
    assert document["curves"] == {"estimated": 1, "measured": 1}
    text = _text(catalog_check_report(catalog))
    assert "2 prices of 4 options" in text
    assert "50 % of the prices" in text


def test_prices_as_csv(catalog):
    """All prices, a line each, an unknown one without an amount."""
    rows = list(csv.DictReader(io.StringIO(render(catalog_report(catalog), Format.CSV))))
    assert len(rows) == 4
    assert next(row for row in rows if row["status"] == "unknown")["price_per_hour"] == ""


def test_the_catalog_as_json_reads_back(catalog):
    """Locations, types, prices and curves as plain values."""
    document = json.loads(render(catalog_report(catalog), Format.JSON))
    assert {key: len(document[key]) for key in ("locations", "instance_types", "prices", "curves")} == {
        "locations": 2, "instance_types": 2, "prices": 4, "curves": 2,
    }  # fmt: skip


def test_the_list_counts_what_each_catalog_holds(catalog):
    """Name, date and counts of offered prices."""
    text = _text(catalog_list_report({"small": catalog}))
    assert "1 catalog" in text
    row = next(line for line in text.splitlines() if line.strip().startswith("small"))
    assert row.split() == ["small", "USD", "2026-07-30", "2", "2", "2", "1", "2025-04-04", "to", "2026-07-20"]


def test_an_empty_catalog_has_pages(catalog):
    """Nothing known is said, not crashed on."""
    empty = replace(catalog, prices={}, profiles=(), locations={}, instance_types={})
    assert "none" in _text(catalog_report(empty))
    assert "undated" in _text(catalog_check_report(empty))
    assert "0 catalogs" in _text(catalog_list_report({}))
    assert render(catalog_list_report({}), Format.CSV) == "name\n"


@pytest.fixture(scope="module")
def to_buy(catalog) -> Catalog:
    """The g6.xlarge can be bought in both locations, at different ends of its price; nothing is rented."""
    east, west = "aws/us-east-1", "aws/us-west-2"
    servers = [
        OwnedServer("aws", "g6.xlarge", place, low, 9_000.0, 12_345.0, 60, 0.1, 0.05, 2, None, GUESS)
        for place, low in ((east, 7_000.0), (west, 8_000.0))
    ]
    return replace(
        catalog,
        prices={},
        owned={(server.provider, server.instance_type, server.location): server for server in servers},
        sites={east: Site(east, 300.0, 840.0, 217.3, None, GUESS), west: Site(west, None, None, None, 250.0, GUESS)},
    )


def test_servers_to_buy_have_a_table_of_their_own(to_buy):
    """Both ends of every price, what differs as a column, what all share once below; unknown limits stay empty."""
    text = _text(catalog_report(to_buy))
    rows = [line.split() for line in text.splitlines() if line.split()[:1] == ["g6.xlarge"]]
    assert [row[4:7] for row in rows] == [["~7,000", "~9,000", "~12,345"], ["~8,000", "~9,000", "~12,345"]]
    assert "60 months" in next(line for line in text.splitlines() if "USD each" in line)
    assert text.split("Sites")[1].splitlines()[1].split()[:5] == ["aws", "us-east-1", "300", "840", "217.3"]
    assert "Known      1 server to buy in 2 locations" in text
    assert "100 % of the purchase prices" in text
    assert "USD per hour" not in text
    assert "undated" not in text


def test_servers_alike_are_one_row(to_buy):
    """The same server at the same price in two locations is said once, with both names."""
    same = {key: replace(server, purchase_price_low=7_000.0) for key, server in to_buy.owned.items()}
    text = _text(catalog_report(replace(to_buy, owned=same)))
    assert len([line for line in text.splitlines() if line.split()[:1] == ["g6.xlarge"]]) == 1
    assert "aws us-east-1, aws us-west-2" in text


def test_servers_to_buy_are_filtered_and_in_the_document(to_buy):
    """One location leaves its own server, its site and the curves of its accelerator; another type leaves none."""
    document = json.loads(render(catalog_report(to_buy, location="aws/us-west-2"), Format.JSON))
    assert [row["purchase_price_low"] for row in document["owned_servers"]] == [8_000.0]
    assert [site["location"] for site in document["sites"]] == ["aws/us-west-2"]
    assert [kind["name"] for kind in document["instance_types"]] == ["g6.xlarge"]
    assert {curve["accelerator"] for curve in document["curves"]} == {"L4-24GB"}
    assert "Servers to buy" not in _text(catalog_report(to_buy, instance_type="c7i.4xlarge"))


def test_the_list_and_the_check_count_servers_to_buy(to_buy, catalog):
    """Types, not rows, are counted; a catalog that rents too says both."""
    row = next(line for line in _text(catalog_list_report({"own": to_buy})).splitlines() if "own " in line)
    assert row.split()[5:8] == ["1", "to", "buy"]
    assert "2025-04-04" in row
    both = replace(to_buy, prices=catalog.prices)
    row = next(line for line in _text(catalog_list_report({"own": both})).splitlines() if "own " in line)
    assert row.split()[5:10] == ["2", "+", "1", "to", "buy"]
    checked = _text(catalog_check_report(to_buy))
    assert "1 server to buy in 2 locations" in checked
    assert "Prices by location" not in checked
    assert "2 prices of 4 options" in _text(catalog_check_report(both))

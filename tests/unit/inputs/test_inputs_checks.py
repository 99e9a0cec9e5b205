"""What the scenario says against what the catalog knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from optimizer.inputs import load_inputs
from tests.unit.inputs.small_files import (
    EAST,
    WEST,
    dump,
    fault_at,
    faults_of,
    small_catalog,
    small_scenario,
    write_catalog,
)

LINES = dump(small_scenario())[1]


def place(*path: str) -> str:
    """Return where a key of the small scenario stands; a number at the end is an index, on its list's line."""
    keys = path[:-1] if path[-1].isdigit() else path
    return f"small.yaml:{LINES[keys]} {'.'.join(path)}"


def without(file: str, **cells: Any) -> None:
    """Write the small catalog again without the rows that hold all of these cells."""
    tables = small_catalog()
    kept = [row for row in tables[file] if any(row[name] != value for name, value in cells.items())]
    assert len(kept) < len(tables[file])
    write_catalog(Path("catalog"), {**tables, file: kept})


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("locations.0=aws/wset", "Did you mean aws/west?"),
        ("origins.shop.at=aws/wst", "Did you mean aws/west?"),
        ("services.search.profile=bert/fp32", "Did you mean bert/fp16?"),
        ("services.search.profile=resnet/int8", "Known profiles: bert/fp16."),
        ("services.tail.profile=[bert/fp16, brt/fp16]", "Did you mean bert/fp16?"),
        ("services.tail.demand.constant_per_s={web: 1, ship: 2}", "Did you mean shop?"),
        ("origins.web.rtt_ms={aws/est: 3}", "Did you mean aws/west?"),
        (
            "catalog=nowhere",
            "Known shipped catalogs: china-cloud, datacentre, public-cloud. "
            "A folder of your own is looked for beside the scenario file.",
        ),
        ("services.search.demand.series=pages", "Did you mean page?"),
    ],
)
def test_unknown_names_get_a_hint(small: Path, text: str, mend: str) -> None:
    """Every name that stands for something else is looked up, and the likeliest one offered."""
    told = faults_of(lambda: load_inputs(small, [text]))
    assert [fault.mend for fault in told] == [mend]
    assert told[0].where.startswith(f"--set {text.partition('=')[0]}")
    assert told[0].code in ("unknown-name", "no-file")


def test_names_in_the_file_are_told_with_their_lines(small: Path) -> None:
    """Locations, origins and profiles of the file itself, each on its line."""
    document = small_scenario()
    document["locations"] = [WEST, "aws/nowhere"]
    document["origins"]["shop"]["at"] = "gcp/est"
    document["services"]["far"]["profile"] = ["bert/fp16", "bert/int8"]
    small.write_text(dump(document)[0], encoding="utf-8")
    told = [fault.where for fault in faults_of(lambda: load_inputs(small))]
    assert told == [
        place("locations", "1"), place("origins", "shop", "at"), place("services", "far", "profile", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize("overhead", [60, 61])
def test_overhead_must_leave_something(small: Path, overhead: int) -> None:
    """An overhead of the whole target is refused, and both ways out are named."""
    fault = fault_at(
        lambda: load_inputs(small, [f"services.search.overhead_ms={overhead}"]), "--set services.search.overhead_ms"
    )
    assert fault.what == f"must be below the latency target of 60 ms (found {overhead})"
    assert fault.mend == "Lower it, or raise latency.p99_ms."


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        ({"at": WEST, "kind": "internet"}, "contradiction"),
        ({"at": "internet", "kind": "internal", "rtt_ms": {WEST: 9}}, "contradiction"),
        ({"at": "internet"}, "missing"),
    ],
)
def test_an_origin_must_make_sense(small: Path, origin: dict[str, Any], code: str) -> None:
    """Kind and place agree, and the internet has round trips of its own."""
    document = small_scenario()
    document["origins"]["shop"] = origin
    small.write_text(dump(document)[0], encoding="utf-8")
    fault = fault_at(lambda: load_inputs(small), f"small.yaml:{dump(document)[1]['origins', 'shop']} origins.shop")
    assert fault.code == code


def test_an_origin_outside_the_locations_is_allowed(small: Path) -> None:
    """Callers may sit where no capacity may stand."""
    scenario = load_inputs(small, [f"locations=[{WEST}]", f"origins.shop={{at: {EAST}}}"]).scenario
    assert scenario.origins[0].at == EAST


def test_an_origin_out_of_reach_is_refused(small: Path) -> None:
    """No round trip to any allowed location: nothing could be promised."""
    fault = fault_at(lambda: load_inputs(small, [f"locations=[{EAST}]"]), place("origins", "web"))
    assert fault.what == "no round trip is known from internet to any allowed location"
    assert fault.mend == "Add rtt_ms, for example rtt_ms: {gcp/east: 20}."


def test_pairs_without_a_round_trip_are_said(small: Path) -> None:
    """An origin that some location cannot be timed from is served elsewhere, with a warning."""
    assert f"origin web: no round trip to {EAST} is known: not served from there." in load_inputs(small).warnings
    assert not any("origin shop" in warning for warning in load_inputs(small).warnings)


def test_a_round_trip_of_the_scenario_stands_in(small: Path) -> None:
    """``rtt_ms`` of an internal origin is enough where the catalog has no row."""
    tables = small_catalog()
    for row in tables["network.csv"]:
        if row["from"] != row["to"]:
            row.update(rtt_ms="", rtt_source="", rtt_as_of="")
    write_catalog(Path("catalog"), tables)
    assert not any("origin shop" in warning for warning in load_inputs(small).warnings)
    small.write_text(small.read_text(encoding="utf-8").replace(f"    rtt_ms:\n      {EAST}: 25\n", ""), "utf-8")
    assert f"origin shop: no round trip to {EAST} is known: not served from there." in load_inputs(small).warnings


@pytest.mark.parametrize(
    ("origin", "ends"),
    [
        ("shop", {"from": WEST, "to": WEST}),
        ("shop", {"from": EAST, "to": WEST}),
        ("web", {"from": WEST, "to": "internet"}),
    ],
)
def test_unpriced_pairs_are_refused(small: Path, origin: str, ends: dict[str, str]) -> None:
    """Data that would move must have a price: the fault names the pair and the origin that needs it."""
    tables = small_catalog()
    for row in tables["network.csv"]:
        if (row["from"], row["to"]) == (ends["from"], ends["to"]):
            row.update(tier_from_gb="", price_per_gb="", price_basis="", price_source="", price_as_of="")
    rows = [row for row in tables["network.csv"] if row["rtt_ms"] != "" or row["price_per_gb"] != ""]
    write_catalog(Path("catalog"), {**tables, "network.csv": rows})
    fault = fault_at(lambda: load_inputs(small), place("origins", origin))
    assert fault.what == f"no transfer price for {ends['from']} to {ends['to']} in catalog small"


def test_prices_of_pairs_that_cannot_be_used_are_not_asked_for(small: Path) -> None:
    """The origin web has no round trip to the east, so egress from there needs no price."""
    without("network.csv", **{"from": EAST, "to": "internet"})
    load_inputs(small)


def test_a_location_needs_a_disk_price(small: Path) -> None:
    """Every instance has a disk; object storage may be missing, block storage not."""
    without("storage.csv", storage_class="object")
    load_inputs(small)
    without("storage.csv", storage_class="block", provider="gcp")
    fault = fault_at(lambda: load_inputs(small), place("locations", "1"))
    assert fault.what == f"no block storage price for {EAST} in catalog small"


def test_unknown_prices_are_said_once(small: Path) -> None:
    """Types that could serve but have no price in an allowed location, one line for each location."""
    tables = small_catalog()
    for row in tables["prices.csv"][:2]:
        row.update(status="unknown", price_per_hour="")
    del tables["prices.csv"][3]
    write_catalog(Path("catalog"), tables)
    told = [warning for warning in load_inputs(small).warnings if "price for" in warning]
    assert told == [
        f"catalog small: no on_demand price for four.large, one.large in {WEST}: not used there.",
        f"catalog small: no on_demand price for fast in {EAST}: not used there.",
    ]


def test_unknown_prices_in_many_places_are_counted(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a few locations one line says how many types lack a price in each, instead of naming them all."""
    monkeypatch.setattr("optimizer.inputs.checks.PLACES_TOLD", 1)
    tables = small_catalog()
    for row in tables["prices.csv"][:2]:
        row.update(status="unknown", price_per_hour="")
    del tables["prices.csv"][3]
    write_catalog(Path("catalog"), tables)
    told = [warning for warning in load_inputs(small).warnings if "on_demand price" in warning]
    start = "catalog small: no on_demand price for some types that could serve, by location"
    assert told == [f"{start}: {WEST} (2), {EAST} (1): not used there."]


def test_what_is_not_offered_is_no_gap(small: Path) -> None:
    """A type known not to be sold there, and one that no profile runs on, are not worth a warning."""
    tables = small_catalog()
    tables["prices.csv"][0].update(status="not_offered", price_per_hour="")
    write_catalog(Path("catalog"), tables)
    assert not any("price for" in warning for warning in load_inputs(small).warnings)


def test_a_place_without_offers_is_where_requests_come_from(small: Path) -> None:
    """Without `locations` only places with prices or servers to buy compete; an office needs no disk price."""
    tables = small_catalog()
    office = {**tables["locations.csv"][0], "provider": "office", "region": "berlin", "country": "DE"}
    line = next(row for row in tables["network.csv"] if row["from"] == WEST and row["to"] == EAST)
    lines = [{**line, "from": "office/berlin", "to": WEST}, {**line, "from": WEST, "to": "office/berlin"}]
    tables["locations.csv"].append(office)
    tables["network.csv"] += lines
    write_catalog(Path("catalog"), tables)
    document = small_scenario()
    del document["locations"]
    document["origins"]["shop"] = {"at": "office/berlin"}
    small.write_text(dump(document)[0], encoding="utf-8")
    inputs = load_inputs(small)
    assert set(inputs.scenario.locations) == {WEST, EAST}
    assert not any("competes" in warning and "office" in warning for warning in inputs.warnings)


def test_a_server_to_buy_lacks_no_rent(small: Path) -> None:
    """A type without a price row is no gap where it can be bought; one whose price is unknown is."""
    tables = small_catalog()
    tables["prices.csv"] = [row for row in tables["prices.csv"] if row["instance_type"] != "one.large"]
    write_catalog(Path("catalog"), tables)
    assert not any("on_demand price" in warning for warning in load_inputs(small).warnings)

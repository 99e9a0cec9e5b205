"""What a scenario says about buying against what the catalog knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.inputs import load_inputs
from tests.unit.inputs.small_files import (
    EAST,
    WEST,
    fault_at,
    faults_of,
    small_catalog,
    write_catalog,
)


def test_an_option_without_any_price_is_said_once_for_its_provider(small: Path) -> None:
    """Spot has no row at all: one line for each provider, none once a rule gives a price."""
    told = [warning for warning in load_inputs(small).warnings if "upper ends" in warning]
    assert told == [
        "aws: spot unknown in this catalog, its totals are upper ends; give quotes with price_rules.",
        "gcp: spot and committed 1y unknown in this catalog, its totals are upper ends; give quotes with price_rules.",
    ]


@pytest.mark.parametrize(
    ("match", "left"),
    [
        ("{provider: gcp}", {"aws": "spot"}),
        ("{location: gcp/east}", {"aws": "spot"}),
        ("{provider: gcp, purchase_option: spot}", {"aws": "spot", "gcp": "committed 1y"}),
        ("{location: aws/west, purchase_option: spot}", {"gcp": "spot and committed 1y"}),
        ("{purchase_option: spot}", {"gcp": "committed 1y"}),
        ("{instance_type: fast}", {}),
    ],
)
def test_a_quote_makes_its_option_known(small: Path, match: str, left: dict[str, str]) -> None:
    """A rule with a price speaks for its provider (also where it names a location) and option only."""
    rule = f"[{{match: {match}, price_per_hour: 0.1, reason: quote}}]"
    told = [text for text in load_inputs(small, [f"price_rules={rule}"]).warnings if "upper ends" in text]
    assert {text.split(": ")[0]: text.split(": ")[1].split(" unknown")[0] for text in told} == left


def test_a_discount_is_no_quote(small: Path) -> None:
    """A share of an unknown price is unknown."""
    rule = "[{match: {provider: gcp}, discount_share: 0.1, reason: r}]"
    assert sum("upper ends" in text for text in load_inputs(small, [f"price_rules={rule}"]).warnings) == 2


@pytest.mark.parametrize(
    ("override", "place", "mend"),
    [
        ("price_rules=[{match: {provider: awss}, discount_share: 0.1, reason: r}]", "match.provider", "aws"),
        ("price_rules=[{match: {location: aws/wst}, discount_share: 0.1, reason: r}]", "match.location", "aws/west"),
        (
            "price_rules=[{match: {instance_type: on.large}, discount_share: 0.1, reason: r}]",
            "instance_type",
            "one.large",
        ),
        (
            "commitments=[{location: aws/west, instance_type: one.lrge, count: 1, until: 2027-06-30}]",
            "type",
            "one.large",
        ),
        (
            "commitments=[{location: aws/est, instance_type: one.large, count: 1, until: 2027-06-30}]",
            "location",
            "west",
        ),
        ("limits.quotas=[{match: {instance_type: 'fst*'}, max_instances: 1}]", "instance_type", "fast"),
        ("pins=[{service: searchh, location: aws/west}]", "service", "search"),
        ("pins=[{service: search, location: aws/wst}]", "location", "aws/west"),
        ("pins=[{service: search, instance_type: fst}]", "instance_type", "fast"),
        ("pins=[{service: search, location: gcp/east, instance_type: one.large}]", "instance_type", "fast, plain"),
        ("pins=[{service: search, profile: bert/fp61}]", "profile", "bert/fp16"),
        ("origins.shop.residency=[USS]", "residency", "US"),
        ("pins=[{service: search, batch_size: 2}, {service: search, batch_size: 4}]", "batch_size", "Keep one"),
    ],
)
def test_names_of_buying_get_a_hint(small: Path, override: str, place: str, mend: str) -> None:
    """Names in rules, commitments, quotas, pins and residency are looked up, contradictions told."""
    told = faults_of(lambda: load_inputs(small, [override]))
    assert any(place in fault.where and mend in fault.mend for fault in told), [str(fault) for fault in told]


def test_owned_needs_a_server_in_an_allowed_location(small: Path) -> None:
    """The server stands in the west: an option that can buy nothing in the east is a fault, not a silent nothing."""
    options = "purchase.options=[on_demand, owned]"
    load_inputs(small, [options])
    keep = [f"locations=[{EAST}]", "origins.web.rtt_ms={gcp/east: 9}", "pins=[]", "commitments=[]"]
    (fault,) = faults_of(lambda: load_inputs(small, [options, *keep]))
    assert (fault.where, fault.what) == ("--set purchase.options.1", "no allowed location has owned servers")


@pytest.mark.parametrize(
    ("residency", "is_told"),
    [("[US]", False), (f"[{WEST}]", False), ("[FR]", True), (f"[FR, {WEST}]", False)],
)
def test_residency_leaves_an_allowed_location(small: Path, residency: str, is_told: bool) -> None:
    """A country that exists in the catalog but has no allowed location would leave an origin unserved."""
    tables = small_catalog()
    paris = {**tables["locations.csv"][0], "provider": "aws", "region": "paris", "country": "FR"}
    write_catalog(Path("catalog"), {**tables, "locations.csv": [*tables["locations.csv"], paris]})
    given = [f"origins.web.residency={residency}"]
    if is_told:
        fault = fault_at(lambda: load_inputs(small, given), "--set origins.web.residency")
        assert fault.what == "leaves no allowed location"
    else:
        load_inputs(small, given)


@pytest.mark.parametrize(
    ("pins", "is_told"),
    [
        ("[{service: search, instance_type: fast}, {service: search, instance_type: plain}]", True),
        ("[{service: search, instance_type: fast}, {service: search, location: aws/west, profile: bert/fp16}]", False),
        (
            "[{service: search, location: aws/west, instance_type: one.large},"
            " {service: search, location: aws/west, instance_type: four.large}]",
            True,
        ),
        (
            "[{service: search, location: aws/west, instance_type: one.large},"
            " {service: search, location: gcp/east, instance_type: fast}]",
            False,
        ),
        (
            "[{service: search, location: aws/west, instance_type: one.large},"
            " {service: tail, location: aws/west, instance_type: four.large}]",
            False,
        ),
        ("[{service: search, batch_size: 4}, {service: search, location: aws/west, batch_size: 8}]", True),
    ],
)
def test_pins_must_not_exclude_each_other(small: Path, pins: str, is_told: bool) -> None:
    """Two values for one service where both pins hold; a pin without a location holds in all of them."""
    if not is_told:
        load_inputs(small, [f"pins={pins}"])
        return
    (fault,) = faults_of(lambda: load_inputs(small, [f"pins={pins}"]))
    assert fault.code == "contradiction"
    assert fault.where.startswith("--set pins.1.")
    assert "pins.0" in fault.what


def test_a_commitment_that_ended_is_said(small: Path) -> None:
    """It is no error, and it covers nothing."""
    ended = "commitments=[{location: aws/west, instance_type: one.large, count: 1, until: 2026-12-31}]"
    inputs = load_inputs(small, [ended])
    assert inputs.scenario.commitments[0].horizon_share == 0.0
    assert any("it covers nothing" in warning for warning in inputs.warnings)


def test_today_fleet_is_looked_up(small: Path) -> None:
    """Unknown places, zones, types and services of the running fleet are told with their line."""
    text = "provider,region,zone,instance_type,purchase_option,count,service,committed_until\n"
    text += (
        "aws,wst,,one.large,on_demand,1,,\naws,west,q,one.lrge,on_demand,1,searchh,\naws,west,a,one.large,leased,-1,,\n"
    )
    Path("running.csv").write_text(text, encoding="utf-8")
    told = {fault.where for fault in faults_of(lambda: load_inputs(small))}
    assert told == {
        "running.csv:2 region",
        "running.csv:3 zone",
        "running.csv:3 instance_type",
        "running.csv:3 service",
        "running.csv:4 purchase_option",
        "running.csv:4 count",
    }


def test_a_row_of_today_fleet_is_given_once(small: Path) -> None:
    """The same place, type, option, service and end twice is told with both lines; another end is another row."""
    text = "provider,region,instance_type,purchase_option,count,committed_until\n"
    text += "aws,west,one.large,committed_1y,3,2027-06\naws,west,one.large,committed_1y,4,2027-07\n"
    Path("running.csv").write_text(text, encoding="utf-8")
    assert [row.count for row in load_inputs(small).scenario.running] == [3, 4]
    Path("running.csv").write_text(text + "aws,west,one.large,committed_1y,5,2027-06\n", encoding="utf-8")
    (fault,) = faults_of(lambda: load_inputs(small))
    assert (fault.where, fault.code) == ("running.csv:4", "duplicate-row")
    assert fault.what.endswith("(the first is on line 2)")


@pytest.mark.parametrize("options", ["[spot]", "[spot, committed_1y]", "[owned, spot]"])
def test_spot_without_on_demand_is_refused(small: Path, options: str) -> None:
    """A plan buys spot beside on demand only: alone it would be called infeasible, with a term left out unsaid."""
    (fault,) = faults_of(lambda: load_inputs(small, [f"purchase.options={options}"]))
    assert (fault.where, fault.what) == ("--set purchase.options", "spot is used beside on_demand only")
    assert fault.mend == f"Write options: [on_demand, {options[1:-1]}], or leave spot out."

"""A misspelt name is answered with the one that was meant, wherever names are looked up."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.inputs import load_catalog, load_inputs
from optimizer.inputs.wording import did_you_mean, likely_name
from tests.unit.inputs.small_files import (
    WEST,
    demand_rows,
    fault_at,
    faults_of,
    running_rows,
    small_catalog,
    write_catalog,
    write_rows,
)

#: Path and value of an override with a misspelt name, the place that is told, and the name that was meant.
IN_A_SCENARIO = [
    ("servises.x=1", "servises", "services"),
    ("network.reqest_kb=1", "network.reqest_kb", "request_kb"),
    ("services.search.latency={p98_ms: 20}", "services.search.latency.p98_ms", "p99_ms"),
    ("services.search.demand.serie=x", "services.search.demand.serie", "series"),
    ("catalog=[catalgo]", "catalog.0", "catalog"),
    ("catalog=public-clod", "catalog", "public-cloud"),
    ("locations=[aws/wset]", "locations.0", WEST),
    ("origins.shop.at=aws/wst", "origins.shop.at", WEST),
    ("origins.web.at=internett", "origins.web.at", "internet"),
    ("origins.web.rtt_ms={aws/weest: 3}", "origins.web.rtt_ms.aws/weest", WEST),
    ("origins.shop.residency=[aws/wets]", "origins.shop.residency.0", WEST),
    ("origins.shop.kind=interal", "origins.shop.kind", "internal"),
    ("services.search.profile=[bert/fp61]", "services.search.profile.0", "bert/fp16"),
    ("services.search.redundancy=regoin", "services.search.redundancy", "region"),
    ("services.search.dispatch=round_robbin", "services.search.dispatch", "round_robin"),
    ("services.search.demand.series=pgae", "services.search.demand.series", "page"),
    ("services.search.demand.file=demnad.csv", "services.search.demand.file", "demand.csv"),
    ("services.tail.demand={constant_per_s: {shopp: 1}}", "services.tail.demand.constant_per_s.shopp", "shop"),
    ("plan_for.capacity=hihg", "plan_for.capacity", "high"),
    ("plan_for.cost={hgih: 1}", "plan_for.cost.hgih", "high"),
    ("plan_on=centrall", "plan_on", "central"),
    ("purchase.options=[on_demnd]", "purchase.options.0", "on_demand"),
    ("purchase.autoscaling=day_typ", "purchase.autoscaling", "day_type"),
    ("purchase.spot.may_vanish=one_zon", "purchase.spot.may_vanish", "one_zone"),
    ("price_rules.0.match={provider: awss}", "price_rules.0.match.provider", "aws"),
    ("price_rules.0.match={location: aws/wes}", "price_rules.0.match.location", WEST),
    ("price_rules.0.match={instance_type: one.lrge}", "price_rules.0.match.instance_type", "one.large"),
    ("price_rules.0.match={purchase_option: spott}", "price_rules.0.match.purchase_option", "spot"),
    ("commitments.0.location=aws/wst", "commitments.0.location", WEST),
    ("commitments.0.instance_type=one.larg", "commitments.0.instance_type", "one.large"),
    ("commitments.0.purchase_option=commited_1y", "commitments.0.purchase_option", "committed_1y"),
    ("owned.unused=idel", "owned.unused", "idle"),
    ("running=runing_.csv", "running", "running.csv"),
    ("limits.quotas.0.match={provider: aw}", "limits.quotas.0.match.provider", "aws"),
    ("limits.max_instance_typ=3", "limits.max_instance_typ", "max_instance_types"),
    ("pins.0.service=serch_", "pins.0.service", "search"),
    ("pins.0.location=aws/wst", "pins.0.location", WEST),
    ("pins.0.instance_type=one.larg", "pins.0.instance_type", "one.large"),
    ("pins.0.profile=bert/fp61", "pins.0.profile", "bert/fp16"),
]


@pytest.mark.parametrize(("override", "path", "meant"), IN_A_SCENARIO)
def test_names_in_a_scenario(small: Path, override: str, path: str, meant: str) -> None:
    """Keys, words of a choice, catalogs, locations, profiles, services, origins, series, files."""
    fault = fault_at(lambda: load_inputs(small, [override]), f"--set {path}")
    assert fault.mend.startswith(f"Did you mean {meant}?"), fault


@pytest.mark.parametrize(
    ("column", "found", "mend"),
    [
        ("origin", "wbe", "Did you mean web? Origins are listed in small.yaml."),
        ("day_type", "weeknd", "Did you mean weekend? Day types are listed in small.yaml."),
    ],
)
def test_names_in_a_demand_file(small: Path, column: str, found: str, mend: str) -> None:
    """Origins and day types: the mend says where they are listed, since either file may be the wrong one."""
    rows = demand_rows()
    rows[-1][column] = found
    write_rows(Path("demand.csv"), rows)
    fault = fault_at(lambda: load_inputs(small), "demand.csv:97 " + column)
    assert fault.mend == mend


@pytest.mark.parametrize(
    ("column", "found", "mend"),
    [
        ("region", "wset", "Did you mean aws/west?"),
        ("zone", "aa", "Did you mean a?"),
        ("instance_type", "one.larg", "Did you mean one.large?"),
        ("purchase_option", "on_demnd", "Did you mean on_demand?"),
        ("service", "serach", "Did you mean search? Services are listed in small.yaml."),
    ],
)
def test_names_in_todays_fleet(small: Path, column: str, found: str, mend: str) -> None:
    """Every column of names of a file of what runs."""
    rows = running_rows()
    rows[0][column] = found
    write_rows(Path("running.csv"), rows)
    assert fault_at(lambda: load_inputs(small), f"running.csv:2 {column}").mend == mend


@pytest.mark.parametrize(
    ("file", "column", "found", "place", "mend"),
    [
        ("prices.csv", "instance_type", "one.larg", "instance_type", "aws/one.large? Instance types are listed in"),
        ("prices.csv", "region", "wset", "region", "aws/west? Locations are listed in"),
        ("prices.csv", "purchase_option", "sopt", "purchase_option", "spot?"),
        ("prices.csv", "status", "ofered", "status", "offered?"),
        ("availability.csv", "zones", "a|bb", "zones", "b? Zones are listed in"),
        ("instance_types.csv", "accelerator", "T44", "accelerator", "T4? Accelerators are listed in"),
        ("network.csv", "to", "aws/wset", "to", "aws/west? Destinations are listed in"),
        ("profiles.csv", "served_model", "brt", "served_model", "bert? Served models are listed in"),
        ("owned.csv", "instance_type", "one.larg", "instance_type", "aws/one.large? Instance types are listed in"),
        ("sites.csv", "region", "wset", "region", "aws/west? Locations are listed in"),
    ],
)
def test_names_in_a_catalog(tmp_path: Path, file: str, column: str, found: str, place: str, mend: str) -> None:
    """Names that stand for rows of another file: the likely one, and the file that lists them."""
    tables = small_catalog()
    tables[file][0][column] = found
    folder = write_catalog(tmp_path / "c", tables)
    fault = fault_at(lambda: load_catalog([str(folder)]), f"{folder}/{file}:2 {place}")
    assert fault.mend.startswith(f"Did you mean {mend}")


def test_a_missing_row_is_told_once_with_the_file_that_lacks_it(tmp_path: Path) -> None:
    """An accelerator deleted from its file: one fault for each file that asks for it, not one for each row."""
    tables = small_catalog()
    del tables["accelerators.csv"][0]
    folder = write_catalog(tmp_path / "c", tables)
    listing = f"Accelerators are listed in {folder}/accelerators.csv."
    assert [str(fault) for fault in faults_of(lambda: load_catalog([str(folder)]))] == [
        f'{folder}/{file}:2 accelerator: not among the accelerators of the catalog (found "T4" in {times} rows). '
        f"Known accelerators: L4. {listing}"
        for file, times in (("instance_types.csv", 2), ("profiles.csv", 3))
    ]


def test_likely_names() -> None:
    """Letters count, their case does not; nothing is guessed from nothing; long words are cut first."""
    assert likely_name("Serch_", ["search", "retrieval"]) == "search"
    assert likely_name("", ["search"]) == ""
    assert likely_name("quite-other", ["search"]) == ""
    assert likely_name("s" * 1_000_000, ["search"]) == ""
    assert did_you_mean("x", ["b", "a"], "names", "f.csv") == "Known names: a, b. Names are listed in f.csv."
    assert did_you_mean("x", [], "names") == "There are no names."

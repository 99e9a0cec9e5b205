"""``--set`` and ``--with``: what they change, and where their faults are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.inputs import load_inputs
from tests.unit.inputs.small_files import EAST, WEST, fault_at, faults_of


def test_a_value_is_set(small: Path) -> None:
    """A path into the document takes a YAML value: scalar, list or mapping."""
    sets = [
        "services.search.latency.p99_ms=25",
        "services.search.profile=bert/fp16",
        f"locations=[{WEST}]",
        "origins.web.rtt_ms={aws/west: 7}",
        "plan_on=cautious",
    ]
    scenario = load_inputs(small, sets).scenario
    assert scenario.services[0].latency_s == 0.025
    assert scenario.locations == (WEST,)
    assert scenario.origins[1].rtt_s == {WEST: 0.007}
    assert scenario.plan_on == "cautious"


def test_an_item_of_a_list_is_set(small: Path) -> None:
    """An index reaches into a list, and what stands beside it stays."""
    assert load_inputs(small, [f"locations.0={EAST}", f"locations.1={WEST}"]).scenario.locations == (EAST, WEST)
    people = load_inputs(small, ["operations.people.0.fte=2"]).scenario.operations.people
    assert [(role.role, role.fte) for role in people] == [("engineer", 2.0)]


def test_a_missing_mapping_is_made(small: Path) -> None:
    """A value can be set where the file is silent."""
    text = small.read_text(encoding="utf-8").replace("headroom:\n  release_share: 0.1\n  retry_share: 0.2\n", "")
    small.write_text(text, encoding="utf-8")
    assert load_inputs(small, ["headroom.retry_share=0.5"]).scenario.headroom.retry_share == 0.5


def test_the_last_word_wins(small: Path) -> None:
    """Later sets override earlier ones, and sets override partial documents."""
    partial = small.with_name("partial.yaml")
    partial.write_text("services: {search: {latency: {p99_ms: 70}}}\n", encoding="utf-8")
    key = "services.search.latency.p99_ms"
    assert load_inputs(small, [], [partial]).scenario.services[0].latency_s == 0.070
    assert load_inputs(small, [f"{key}=30"], [partial]).scenario.services[0].latency_s == 0.030
    assert load_inputs(small, [f"{key}=30", f"{key}=40"], [partial]).scenario.services[0].latency_s == 0.040


def test_partial_documents_are_merged(small: Path) -> None:
    """Mappings are merged key by key, lists and scalars replaced; later documents win."""
    first, second = small.with_name("one.yaml"), small.with_name("two.yaml")
    first.write_text(f"locations: [{WEST}]\nnetwork: {{request_kb: 9}}\n", encoding="utf-8")
    second.write_text("network: {request_kb: 8, rtt_p99_factor: 2}\n", encoding="utf-8")
    scenario = load_inputs(small, [], [first, second]).scenario
    assert scenario.locations == (WEST,)
    assert (scenario.network.request_kb, scenario.network.response_kb, scenario.network.rtt_p99_factor) == (8, 30, 2)


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ("services.search.latency.p99_ms=-1", "--set services.search.latency.p99_ms", "out-of-range"),
        ("services.search.latency.p99_ms=1_000", "--set services.search.latency.p99_ms", "wrong-type"),
        ("services.search.latncy=1", "--set services.search.latncy", "unknown-key"),
        ("colour=red", "--set colour", "unknown-key"),
        ("plan_for=top", "--set plan_for", "not-a-choice"),
        ("plan_for=", "--set plan_for", "no-value"),
        ("locations.7=x", "--set locations.7", "override-path"),
        ("locations.first=x", "--set locations.first", "override-path"),
        ("name.first=x", "--set name.first", "override-path"),
        ("locations.0=aws/wst", "--set locations.0", "unknown-name"),
        ("locations=[aws/wst]", "--set locations.0", "unknown-name"),
        ("plan_on", "--set plan_on", "override-syntax"),
        ("=3", "--set =3", "override-syntax"),
        ("a..b=3", "--set a..b=3", "override-syntax"),
        ("locations=[a", "--set locations", "yaml-syntax"),
        ("locations=[*a]", "--set locations.0", "yaml-alias"),
        ("services.search.demand.file=gone.csv", "--set services.search.demand.file", "no-file"),
    ],
)
def test_faults_of_a_set_name_it(small: Path, text: str, where: str, code: str) -> None:
    """The place is the option and the path, whatever stage finds the fault."""
    assert fault_at(lambda: load_inputs(small, [text]), where).code == code


def test_faults_of_a_partial_document_name_its_file(small: Path) -> None:
    """File and line are those of the partial document, not of the scenario."""
    partial = Path("partial.yaml")
    partial.write_text("# what if\nservices:\n  search:\n    latency: {p99_ms: 0}\n    colour: red\n", encoding="utf-8")
    told = [fault.where for fault in faults_of(lambda: load_inputs(small, [], [partial]))]
    assert told == ["partial.yaml:4 services.search.latency.p99_ms", "partial.yaml:5 services.search.colour"]


def test_a_new_service_can_come_from_outside(small: Path) -> None:
    """What a partial document leaves out of a new service is missing in that document."""
    partial = Path("partial.yaml")
    partial.write_text("services:\n  extra: {profile: bert/fp16}\n", encoding="utf-8")
    told = [fault.where for fault in faults_of(lambda: load_inputs(small, [], [partial]))]
    assert told == ["partial.yaml:2 services.extra.latency", "partial.yaml:2 services.extra.demand"]


@pytest.mark.parametrize(
    ("text", "where", "example"),
    [
        ("services.searchx.max_wait_ms=3", "services.searchx.profile", "profile: bert-base-s128/fp16"),
        ("services.searchx.profile=bert/fp16", "services.searchx.latency", "latency: {p99_ms: 60}"),
        ("services.Search.latency.p99_ms=3", "services.Search.profile", "profile: bert-base-s128/fp16"),
    ],
)
def test_a_wrong_name_in_a_set_is_no_new_entry(small: Path, text: str, where: str, example: str) -> None:
    """What is missing in an entry that a set made is perhaps its right name."""
    fault = fault_at(lambda: load_inputs(small, [text]), f"--set {where}")
    assert (fault.what, fault.mend) == ("is missing", f"Did you mean services.search? Else add for example {example}.")


def test_a_new_name_gets_no_hint_where_none_is_like_it(small: Path) -> None:
    """Nor where both names stand in one file: these are two services."""
    fault = fault_at(lambda: load_inputs(small, ["services.embedder.max_wait_ms=3"]), "--set services.embedder.profile")
    assert fault.mend == "Add for example profile: bert-base-s128/fp16."
    text = small.read_text(encoding="utf-8").replace("services:\n", "services:\n  search2: {max_wait_ms: 3}\n")
    small.write_text(text, encoding="utf-8")
    (fault,) = [fault for fault in faults_of(lambda: load_inputs(small)) if fault.code == "missing"]
    assert fault.mend == "Add for example profile: bert-base-s128/fp16."


def test_overrides_are_read_though_the_scenario_is_not(small: Path) -> None:
    """A broken scenario does not hide a broken override."""
    small.write_text("a: [", encoding="utf-8")
    Path("partial.yaml").write_text("b: ]", encoding="utf-8")
    told = [fault.where for fault in faults_of(lambda: load_inputs(small, ["plan_on", "x=[1"], [Path("partial.yaml")]))]
    assert told == ["small.yaml:1", "partial.yaml:1", "--set plan_on", "--set x"]


def test_a_missing_partial_document(small: Path) -> None:
    """A file that is not there is told by its name."""
    assert fault_at(lambda: load_inputs(small, [], [Path("gone.yaml")]), "gone.yaml").code == "no-file"

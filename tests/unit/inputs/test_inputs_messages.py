"""How faults read: the exact words of the interface, hints, all at once, never more than a screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.errors import FAULTS_SHOWN, InputError
from optimizer.inputs import load_inputs
from optimizer.inputs.faults import Faults
from optimizer.inputs.wording import did_you_mean, listed, number_mend, show
from tests.unit.inputs.small_files import Raw, demand_rows, dump, fault_at, faults_of, small_scenario, write_rows


def test_a_wrong_value_reads_as_promised(small: Path) -> None:
    """File, line, path, what is asked, the value found, and an example."""
    document = small_scenario()
    document["services"]["search"]["latency"]["p99_ms"] = -5
    text, lines = dump(document)
    small.write_text(text, encoding="utf-8")
    line = lines["services", "search", "latency", "p99_ms"]
    fault = fault_at(lambda: load_inputs(small), f"small.yaml:{line} services.search.latency.p99_ms")
    assert str(fault) == (
        f"small.yaml:{line} services.search.latency.p99_ms: must be above 0 (found -5). Write for example p99_ms: 60."
    )


def test_a_grouped_number_reads_as_promised(small: Path) -> None:
    """The CSV twin: file as the scenario names it, line, column, cell, and the number to write."""
    rows = demand_rows()
    rows[86]["high"] = "1,200"
    write_rows(small.with_name("demand.csv"), rows)
    fault = fault_at(lambda: load_inputs(small), "demand.csv:88 high")
    assert str(fault) == 'demand.csv:88 high: not a number (found "1,200"). Write 1200.'


def test_faults_of_all_files_come_together(small: Path) -> None:
    """Scenario, override, demand and catalog are each wrong: one reading tells all four."""
    document = small_scenario()
    document["plan_on"] = "hopeful"
    small.write_text(dump(document)[0], encoding="utf-8")
    rows = demand_rows()
    rows[0]["mean"] = "x"
    write_rows(small.with_name("demand.csv"), rows)
    prices = small.parent / "catalog" / "prices.csv"
    prices.write_text(prices.read_text(encoding="utf-8").replace(",0.5,", ",-0.5,"), encoding="utf-8")
    told = [fault.where.split(":")[0] for fault in faults_of(lambda: load_inputs(small, ["plan_for=top"]))]
    assert told == ["--set plan_for", "small.yaml", "demand.csv", "catalog/prices.csv"]


def test_one_wrong_key_hides_nothing_of_its_service(small: Path) -> None:
    """A service with a wrong latency still has its profile looked up, its file read, its origin checked."""
    document = small_scenario()
    document["services"]["search"] |= {"latency": {"p99_ms": "soon"}, "profile": "bert/fp61"}
    document["services"]["search"]["demand"] = {"file": "nowhere.csv"}
    document["origins"]["shop"] = {"at": "aws/wst", "kind": 5}
    text, lines = dump(document)
    small.write_text(text, encoding="utf-8")
    told = {fault.where: fault for fault in faults_of(lambda: load_inputs(small))}
    assert told[f"small.yaml:{lines['services', 'search', 'profile']} services.search.profile"].mend == (
        "Did you mean bert/fp16?"
    )
    assert told[f"small.yaml:{lines['origins', 'shop', 'at']} origins.shop.at"].mend == "Did you mean aws/west?"
    assert (
        told[f"small.yaml:{lines['services', 'search', 'demand', 'file']} services.search.demand.file"].code
        == "no-file"
    )
    assert f"small.yaml:{lines['services', 'search', 'latency', 'p99_ms']} services.search.latency.p99_ms" in told


def test_faults_of_a_file_come_by_line(small: Path) -> None:
    """A planner mends a file from top to bottom."""
    document = small_scenario()
    document["operations"]["maintenance_share"] = 5
    document["headroom"]["retry_share"] = Raw("&a 5")
    document["name"] = "No Name"
    document["horizon"]["months"] = 0
    small.write_text(dump(document)[0], encoding="utf-8")
    lines = [int(fault.where.split(":")[1].split()[0]) for fault in faults_of(lambda: load_inputs(small))]
    assert len(lines) == 4
    assert lines == sorted(lines)


def test_the_fifty_first_fault_is_counted(small: Path) -> None:
    """Of 96 wrong cells the message shows 50 and a count; the error carries all."""
    rows = [{**row, "high": "?"} for row in demand_rows()]
    write_rows(small.with_name("demand.csv"), rows)
    with pytest.raises(InputError) as caught:
        load_inputs(small)
    assert len(caught.value.faults) == 96
    shown = str(caught.value).splitlines()
    assert len(shown) == FAULTS_SHOWN + 1
    assert shown[0].startswith("demand.csv:2 high: ")
    assert shown[-1] == "... and 46 more."


@pytest.mark.parametrize(
    ("written", "meant"),
    [("latncy", "latency"), ("Latency", "latency"), ("overhead", "overhead_ms"), ("profiles", "profile")],
)
def test_unknown_keys_get_a_hint(small: Path, written: str, meant: str) -> None:
    """The likeliest known key is named."""
    document = small_scenario()
    document["services"]["search"][written] = 1
    small.write_text(dump(document)[0], encoding="utf-8")
    told = {fault.where.split(" ")[1]: fault for fault in faults_of(lambda: load_inputs(small))}
    fault = told[f"services.search.{written}"]
    assert (fault.what, fault.mend) == ("unknown key", f"Did you mean {meant}?")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{capacity: high, cost: {low: 0.5, high: 0.4}}", "weights must sum to 1 (found 0.9)"),
        ("{capacity: high, cost: {low: 0.7, high: 0.4}}", "weights must sum to 1 (found 1.1)"),
    ],
)
def test_weights_of_demands_sum_to_one(small: Path, value: str, said: str) -> None:
    """Shares of demands that are no whole are refused."""
    fault = fault_at(lambda: load_inputs(small, [f"plan_for={value}"]), "--set plan_for")
    assert fault.what == said


@pytest.mark.parametrize("value", ["high", "{capacity: high}", "{capacity: high, cost: {high: 1.0, low: 0}}"])
def test_one_demand_may_be_written_out(small: Path, value: str) -> None:
    """Every spelling of one single demand is the same."""
    assert load_inputs(small, [f"plan_for={value}"]).scenario.plan_for == "high"


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("1,200", "Write 1200."),
        ("1,234,567.5", "Write 1234567.5."),
        ("-1 200", "Write -1200."),
        ("1'200", "Write 1200."),
        ("0,125", "Write 0.125."),
        ("12,5", "Write 12.5."),
        ("60ms", "Write 60, the unit is in the name."),
        ("-5 ms", "Write -5, the unit is in the name."),
        ("$0.80", "Write 0.80, the unit is in the name."),
        ("5%", "Write 5 without the sign, or 0.05 for a share."),
        ("007", "Write 7."),
        ("1:30", "Write it as a plain decimal number."),
        ("0xFF", "Write it as a plain decimal number."),
        ("NaN", "Give a finite number."),
        ("-.inf", "Give a finite number."),
        ("", "Give a number."),
        ("many", "Write a plain number, such as 12.5."),
    ],
)
def test_number_mends(text: str, mend: str) -> None:
    """What was meant is written out wherever it can be told."""
    assert number_mend(text) == mend


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("many", "Write a whole number, such as 12."),
        ("12,5", "Write a whole number, such as 12."),
        ("5%", "Write a whole number, such as 12."),
        ("1,200", "Write 1200."),
        ("8 GPUs", "Write 8, the unit is in the name."),
    ],
)
def test_mends_of_whole_numbers_are_whole(text: str, mend: str) -> None:
    """No fraction is proposed where none will do."""
    assert number_mend(text, whole=True) == mend


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("many", 'must be a whole number (found "many"). Write a whole number, such as 12.'),
        ("1e3", "must be a whole number (found 1000.0). Write 1000."),
        ("7.0", "must be a whole number (found 7.0). Write 7."),
        ("2.6", "must be a whole number (found 2.6). Write 3."),
        ("1e9", "must be at most 10000000 (found 1000000000.0). Write for example items_per_request: 1."),
        ("0.2", "must be at least 1 (found 0.2). Write for example items_per_request: 1."),
        (".inf", "must be finite (found inf). Write for example items_per_request: 1."),
    ],
)
def test_a_whole_number_is_asked_for_as_it_must_be_written(small: Path, value: str, told: str) -> None:
    """A decimal that means a whole number is written out, one that would be too large anyway is told as that."""
    where = "--set services.search.items_per_request"
    fault = fault_at(lambda: load_inputs(small, [f"services.search.items_per_request={value}"]), where)
    assert f"{fault.what}. {fault.mend}" == told


def test_long_values_are_cut() -> None:
    """A message stays on a line, whatever was found."""
    assert len(show("x" * 500)) == 62
    assert show("ü\n") == '"ü\\n"'
    assert [show(value) for value in (None, True, [], [1], {}, {"a": 1}, 2.5)] == [
        "nothing", "true", "an empty list", "a list", "an empty mapping", "a mapping", "2.5",
    ]  # fmt: skip


def test_many_names_are_counted() -> None:
    """Twelve names are listed, the rest is a number; a hint needs a likely name."""
    assert listed(f"n{i:02d}" for i in range(15)).endswith("n11 and 3 more")
    assert did_you_mean("quite-other", ["a", "b"], "keys") == "Known keys: a, b."
    assert did_you_mean("x", [], "series") == "There are no series."


def test_a_place_is_told_once() -> None:
    """What follows from a fault is not said again at the same place."""
    faults = Faults()
    faults.add("f:1 a", "has no value", "Give one.")
    faults.add_unless_told("f:1 a", "must be a number", "Write 1.")
    faults.add_unless_told("f:1 b", "must be a number", "Write 1.")
    assert [fault.where for fault in faults_of(faults.raise_if_any)] == ["f:1 a", "f:1 b"]
    assert len(faults) == 2

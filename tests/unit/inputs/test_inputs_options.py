"""Files of options: what each changes, and every fault at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.inputs import Asking, OptionSet, load_options
from tests.unit.inputs.small_files import fault_at, faults_of, small_catalog, write_catalog

HEAD = "format: fleetopt/options/1\noptions:\n"


def _load(scenario: Path, text: str, **asked: object) -> OptionSet:
    file = Path("options.yaml")
    file.write_text(HEAD + text, encoding="utf-8")
    return load_options(Asking(scenario, **asked), file)


def test_a_label_alone_is_the_scenario_as_it_stands(small: Path):
    """It has the scenario's own fingerprint and catalog."""
    found = _load(small, "  - label: as it stands\n  - {label: other, set: {plan_on: cautious}}\n")
    first, other = found.options
    assert (first.label, first.changes) == ("as it stands", ())
    assert other.changes == ("plan_on = cautious",)
    assert first.inputs.scenario.sha256 != other.inputs.scenario.sha256
    assert other.inputs.scenario.plan_on == "cautious"


def test_values_of_any_shape_are_set(small: Path):
    """Paths reach into mappings and lists; a horizon asked for holds for every option that sets none."""
    text = """\
  - label: long
  - label: lists
    set:
      operations.people.0.fte: 2
      locations: [aws/west]
      services.search.latency: {p99_ms: 25}
"""
    found = _load(small, text, horizon_months=36)
    assert [item.inputs.scenario.horizon_months for item in found.options] == [36, 36]
    scenario = found.options[1].inputs.scenario
    assert (scenario.operations.people[0].fte, scenario.locations) == (2.0, ("aws/west",))
    assert scenario.services[0].latency_s == 0.025


def test_what_is_not_allowed_is_not_on_offer(small: Path):
    """By name or by provider/name; a quote does not bring back what is forbidden, whether it was known or not."""
    text = """\
  - {label: only one, allow: [aws/one.*]}
  - label: without four
    forbid: ["four.*", plain]
    price_rules: [{match: {instance_type: "*"}, price_per_hour: 0.1, reason: quote}]
"""
    only, without = _load(small, text).options
    offered = {key[1] for key, row in only.inputs.catalog.prices.items() if row.status == "offered"}
    assert offered == {"one.large"}
    prices = without.inputs.catalog.prices
    assert {row.status for key, row in prices.items() if key[1] in ("four.large", "plain")} == {"not_offered"}
    assert prices["gcp", "plain", "gcp/east", "spot"].status == "not_offered"
    assert prices["aws", "one.large", "aws/west", "on_demand"].status == "offered"


def test_price_rules_come_after_those_of_the_scenario(small: Path):
    """The scenario's own rules stay, and the option's apply to what they leave."""
    text = (
        "  - label: a\n  - label: b\n    price_rules: [{match: {provider: aws}, discount_share: 0.5, reason: quote}]\n"
    )
    first, other = _load(small, text).options
    rules = other.inputs.scenario.price_rules
    assert rules[:-1] == first.inputs.scenario.price_rules
    assert (rules[-1].discount_share, rules[-1].reason) == (0.5, "quote")
    assert other.changes == ("aws: -50 % (quote)",)


def test_a_catalog_beside_the_file_is_laid_over(small: Path):
    """Its rows replace those of the scenario's catalog; a shipped name would do as well."""
    tables = small_catalog()
    for row in tables["prices.csv"]:
        if row["status"] == "offered":
            row["price_per_hour"] = 9.0
    write_catalog(Path("quotes"), tables)
    found = _load(small, "  - label: as it stands\n  - {label: quotes, catalogs: [quotes]}\n")
    price = [item.inputs.catalog.prices["aws", "one.large", "aws/west", "on_demand"] for item in found.options]
    assert [row.price_per_hour for row in price] == [0.5, 9.0]


def test_a_server_is_quoted(tmp_path: Path):
    """Its purchase price is the quote at every end, its source says so; others keep theirs."""
    file = tmp_path / "options.yaml"
    rule = "{location: own/ashburn, instance_type: gpu-4x-t4, purchase_price: 9000, reason: quote}"
    file.write_text(f"{HEAD}  - {{label: quote, server_prices: [{rule}]}}\n", encoding="utf-8")
    catalog = load_options(Asking("cloud-and-owned"), file).options[0].inputs.catalog
    server = catalog.owned["own", "gpu-4x-t4", "own/ashburn"]
    assert {server.purchase_price(end) for end in ("low", "mid", "high")} == {9000.0}
    assert (server.source.basis, server.source.source) == ("quote", "quote")
    others = [row for key, row in catalog.owned.items() if key[1] != "gpu-4x-t4"]
    assert others
    assert all(row.source.basis != "quote" for row in others)


def test_every_fault_is_told_at_its_line(small: Path):
    """A value out of bounds stands in the file of options, under the scenario's path; names have their likeliest."""
    text = """\
  - label: a
    set: {services.search.latency.p99_ms: -5}
  - label: b
    allow: [one.lrge]
  - label: c
    set: {no.such.key: 1}
"""
    told = faults_of(lambda: _load(small, text))
    assert fault_at(lambda: _load(small, text), "options.yaml:4 services.search.latency.p99_ms").code == "out-of-range"
    unknown = fault_at(lambda: _load(small, text), "options.yaml:6 options.1.allow.0")
    assert "one.large" in unknown.mend
    assert any(fault.code == "unknown-key" for fault in told)


def test_what_an_option_makes_wrong_elsewhere_carries_its_label(small: Path):
    """The scenario's own line is told, with the option that made it wrong; what is always wrong is told once."""
    text = "  - label: a\n  - {label: tight, set: {services.search.latency.p99_ms: 1}}\n"
    told = faults_of(lambda: _load(small, text))
    assert any('with option "tight"' in fault.what for fault in told)
    bad = small.read_text(encoding="utf-8").replace("plan_on:", "plan_onn:")
    small.write_text(bad, encoding="utf-8")
    told = faults_of(lambda: _load(small, "  - label: a\n  - label: b\n"))
    assert [fault.code for fault in told].count("unknown-key") == 1
    assert not any("with option" in fault.what for fault in told)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("  - label: a\n  - label: a\n", "duplicate"),
        ("  - {label: a, forbids: [x]}\n", "unknown-key"),
        ("  - {set: {plan_on: central}}\n", "missing"),
        ("  - {label: a, allow: []}\n", "empty"),
        ("  - {label: a, price_rules: [{match: {}, reason: none}]}\n", "exactly-one"),
        (
            "  - {label: a, server_prices: [{location: own/x, instance_type: y, purchase_price: 1, reason: z}]}\n",
            "unknown-name",
        ),
        ("  - label: a\nbreak_even: [aws/one.lrge]\n", "unknown-name"),
    ],
)
def test_a_wrong_file_is_refused(small: Path, text: str, code: str):
    """Each with the code of its fault."""
    assert code in {fault.code for fault in faults_of(lambda: _load(small, text))}


def test_payments_are_followed_at_the_rate_of_the_first_option(small: Path):
    """Without a rate of its own the cash flow takes that of owned machines; with one it keeps it, 0 too."""
    text = "  - {label: a, set: {owned.discount_rate_per_year: 0.05}}\n  - label: b\n"
    found = _load(small, text + "cash_flow: {months: 30, demand_growth_per_year: -0.1}\n")
    assert found.cash is not None
    assert (found.cash.months, found.cash.discount_rate_per_year) == (30, 0.05)
    assert (found.cash.demand_growth_per_year, found.cash.value_kept_per_year) == (-0.1, None)
    free = _load(small, text + "cash_flow: {months: 30, discount_rate_per_year: 0}\n").cash
    assert free is not None
    assert free.discount_rate_per_year == 0.0


def test_every_wrong_key_of_a_cash_flow_is_told(small: Path):
    """Each with its line: no months, a rate above 1, rent that falls to nothing, a word that is not known."""
    text = """\
  - label: a
cash_flow:
  discount_rate_per_year: 8
  rent_decline_per_year: 1
  demand_growth_per_year: "20 %"
  growth: 0.2
"""
    faults = faults_of(lambda: _load(small, text))
    told = [fault.where.rpartition(" ")[2] for fault in faults]
    assert sorted(told) == [
        "cash_flow.demand_growth_per_year",
        "cash_flow.discount_rate_per_year",
        "cash_flow.growth",
        "cash_flow.months",
        "cash_flow.rent_decline_per_year",
    ]


def test_machines_against_rent_are_named_alike_or_counted(small: Path):
    """Accelerators of the same kind are counted; every entry that cannot be answered is told at its key."""
    good = """\
  - label: a
break_even_utilisation:
  - {instance_type: aws/four.large, rented: aws/one.large}
  - {instance_type: aws/one.large}
  - {instance_type: gcp/plain, rented: aws/one.large, equals: 0.5}
"""
    assert [item.equals for item in _load(small, good).utilisation] == [4.0, 1.0, 0.5]
    bad = """\
  - label: a
break_even_utilisation:
  - {instance_type: aws/two.large, rented: aws/onelarge}
  - {instance_type: gcp/plain, rented: aws/one.large}
"""
    faults = faults_of(lambda: _load(small, bad))
    told = [fault.where.rpartition(" ")[2] for fault in faults]
    assert told == [f"break_even_utilisation.{key}" for key in ("0.instance_type", "0.rented", "1.equals")]


def test_today_and_orders_are_refused_where_they_mean_nothing(small: Path):
    """No fleet to price, and machines that come after the end: both at their keys; an option says what it waits for."""
    text = """\
  - {label: today, as_today: true, set: {running: none.csv}}
  - {label: late, lead_time_months: 4, set: {horizon.months: 4}}
"""
    header = Path("running.csv").read_text(encoding="utf-8").splitlines()[0]
    Path("none.csv").write_text(f"{header}\n", encoding="utf-8")
    faults = faults_of(lambda: _load(small, text))
    told = [fault.where.rpartition(" ")[2] for fault in faults]
    assert told == ["options.0.as_today", "options.1.lead_time_months"]
    (option,) = _load(small, "  - {label: ordered, lead_time_months: 3}\n").options
    assert option.lead_time_months == 3
    assert option.changes == ("machines arrive after 3 months",)


@pytest.mark.parametrize("key", ["allow: [one.large]", "forbid: [one.large]", "lead_time_months: 2"])
def test_what_runs_today_buys_nothing(small: Path, key: str):
    """Saying what may be bought, or when it comes, contradicts it."""
    (fault,) = faults_of(lambda: _load(small, f"  - {{label: today, as_today: true, {key}}}\n"))
    assert key.partition(":")[0] in fault.what


def test_what_a_set_service_lacks_is_told_at_the_line_that_sets_it(small: Path):
    """Another name of a service makes a new one, of which most is missing."""
    found = faults_of(
        lambda: _load(small, "  - label: a\n  - {label: b, set: {services.seeking.latency.p99_ms: 20}}\n")
    )
    assert "options.yaml:4 services.seeking.profile" in [fault.where for fault in found]


@pytest.mark.parametrize(
    ("text", "what", "mend"),
    [
        ("  - label: a\nregret: maybe\n", "must be true or false (found \"maybe\")", "Write for example regret: true."),
        (
            "  - label: a\nregret: true\nprice_changes:\n"
            + "".join(f"  - {{label: p{n}, match: {{}}, factor: 2}}\n" for n in range(5)),
            "must have at most 3 entries (found 5)", "Leave out 2 of them.",
        ),
    ],
)  # fmt: skip
def test_faults_are_told_in_words_of_a_planner(small: Path, text: str, what: str, mend: str):
    """Not in those of the library that reads the file."""
    (found,) = faults_of(lambda: _load(small, text))
    assert (found.what, found.mend) == (what, mend)


def test_labels_that_are_alike_are_told_at_the_options(small: Path):
    """At their line, not at that of the file's first key."""
    (found,) = faults_of(lambda: _load(small, "  - label: a\n  - label: a\n"))
    assert (found.where, found.code) == ("options.yaml:2 options", "duplicate")

"""From files to the scenario record: units, periods, demand, hash."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from optimizer.domain.limits import Limits, Pin, Quota
from optimizer.domain.purchase import (
    Commitment,
    CurrencyRate,
    Match,
    OwnedTerms,
    PriceRule,
    Purchase,
    RunningRow,
    SpotTerms,
)
from optimizer.domain.scenario import Headroom, NetworkUse, Operations, Origin, Role, StorageUse
from optimizer.inputs import load_inputs
from tests.unit.inputs.small_files import EAST, WEST, Document, Raw, dump, small_scenario


def write(document: Document, file: Path) -> Path:
    """Write a document over the scenario's file."""
    file.write_text(dump(document)[0], encoding="utf-8")
    return file


def test_every_key_arrives_in_its_unit(small: Path) -> None:
    """Milliseconds become seconds, percent keys a percentile, the rest is as written."""
    scenario = load_inputs(small).scenario
    assert scenario.name == "small"
    assert scenario.catalog_names == ("catalog",)
    assert scenario.locations == (WEST, EAST)
    assert scenario.locations_given
    assert (scenario.horizon_start, scenario.horizon_months) == ("2027-01-01", 12)
    assert scenario.origins == (
        Origin("shop", WEST, {EAST: 0.025}, (WEST, EAST)),
        Origin("web", "internet", {WEST: 0.0125}),
    )
    assert [origin.is_internet for origin in scenario.origins] == [False, True]
    assert [(s.name, s.percentile, s.latency_s) for s in scenario.services] == [
        ("search", 0.99, 0.060),
        ("median", 0.50, 0.020),
        ("tail", 0.90, 0.030),
        ("far", 0.95, 0.040),
    ]
    search = scenario.services[0]
    assert (search.profiles, search.items_per_request, search.overhead_s) == (("bert/fp16",), 2, 0.004)
    assert (search.redundancy, search.dispatch) == ("zone", "round_robin")
    assert scenario.services[3].redundancy == "none"
    assert (scenario.plan_for, scenario.plan_on, scenario.autoscaling) == ("high", "central", "day_type")
    assert scenario.headroom == Headroom(0.1, 0.2)
    assert scenario.network == NetworkUse(3.0, 30.0, 1.4)
    assert scenario.storage == StorageUse(7.0, 1.0, 14.0)
    assert scenario.operations == Operations((Role("engineer", 0.5, 100000.0),), 12.0, 0.02, 0.04)
    assert (search.protected_share, search.min_replicas, search.max_replicas) == (0.9, 1, 500)
    assert dict(scenario.weights) == {"high": 0.5, "mid": 0.5}


def test_what_is_bought_arrives(small: Path) -> None:
    """Minutes become hours, an end date a share of the horizon, words their records."""
    scenario = load_inputs(small).scenario
    assert scenario.purchase == Purchase(
        options=("on_demand", "spot", "committed_1y"),
        after_horizon="value_share",
        value_share=0.5,
        spot=SpotTerms(0.2, 0.1, "one_zone"),
        scale_up_lead_hours=10 / 60,
        scale_up_max_instances=50,
    )
    assert scenario.price_rules == (PriceRule(Match("aws", WEST, "one.*", "on_demand"), 0.1, None, "agreement"),)
    # 180 of the 365 days from 2027-01-01 lie before 2027-06-30
    assert scenario.commitments == (
        Commitment(WEST, "one.large", "committed_1y", 2, 0.4, "2027-06-30", 180 / 365, 0.0, False, "signed in 2026"),
        # what runs today and has an end is signed as well, at the listed price
        Commitment(WEST, "one.large", "committed_1y", 2, 0.3, "2027-06-30", 180 / 365, 0.0, False, "runs today"),
    )
    assert scenario.owned == OwnedTerms("high", 0.05, "idle", 100000.0)
    assert scenario.limits == Limits(
        1e6, 500.0, 900.0, 4, (Quota(Match("aws", None, None, None), 400, None, "asked in May"),)
    )
    assert scenario.pins == (Pin("search", WEST, "one.large", "bert/fp16", 2, 1, 400),)
    assert scenario.currency_rates == (CurrencyRate("CNY", 0.14, "2026-10-01", "central bank"),)
    assert scenario.running == (
        RunningRow(WEST, "a", "one.large", "on_demand", 4, "search", ""),
        RunningRow(WEST, "", "one.large", "committed_1y", 2, "", "2027-06-30"),
    )


def test_defaults_are_those_of_the_interface(small: Path) -> None:
    """A scenario of only the required keys: every default is pinned here."""
    service = {"profile": "bert/fp16", "latency": {"p99_ms": 60}, "demand": {"constant_per_s": {"shop": 5}}}
    document = {
        "format": "fleetopt/scenario/1",
        "name": "least",
        "catalog": "catalog",
        "origins": {"shop": {"at": WEST}},
        "services": {"search": service},
    }
    inputs = load_inputs(write(document, small))
    scenario = inputs.scenario
    assert scenario.locations == (WEST, EAST)
    assert not scenario.locations_given
    assert (scenario.horizon_start, scenario.horizon_months, scenario.horizon_hours) == ("2027-01-01", 12, 8760.0)
    assert {period.day_type for period in scenario.periods} == {"everyday"}
    assert (scenario.plan_for, scenario.plan_on, scenario.autoscaling) == ("high", "cautious", "hourly")
    assert scenario.headroom == Headroom(0.0, 0.1)
    assert scenario.network == NetworkUse(4.0, 20.0, 1.3)
    assert scenario.storage == StorageUse(None, 2.0, 30.0)
    assert scenario.operations == Operations((), 15.0, 0.03, 0.05)
    assert scenario.purchase == Purchase()
    assert (scenario.owned, scenario.limits) == (OwnedTerms(), Limits())
    assert (scenario.price_rules, scenario.commitments, scenario.pins, scenario.running) == ((), (), (), ())
    assert dict(scenario.weights) == {"high": 1.0}
    found = scenario.services[0]
    assert (found.items_per_request, found.overhead_s, found.redundancy, found.dispatch) == (
        1,
        0,
        "zone",
        "round_robin",
    )
    np.testing.assert_array_equal(found.demand.mean_per_s, found.demand.peak_per_s)
    assert inputs.warnings == (
        f"no `locations` are given: every location of catalog small competes ({WEST}, {EAST}).",
        "no people are counted: operations.people is empty.",
    )


@pytest.mark.parametrize(("wait", "told"), [("55.9", False), ("56", True), ("70", True)])
def test_a_wait_that_leaves_nothing_of_the_target_is_told(small: Path, wait: str, told: bool) -> None:
    """Of 60 ms the overhead takes 4: from 56 on only batches of one can be planned, and the planner hears of it."""
    inputs = load_inputs(small, [f"services.search.max_wait_ms={wait}"])
    expected = (
        f"service search: max_wait_ms {wait} is all of the 56 ms that target and overhead leave: only batches of one "
        "are planned."
    )
    assert (expected in inputs.warnings) is told
    assert inputs.scenario.services[0].max_wait_s == float(wait) / 1000.0


def test_auto_disks_are_left_to_the_model(small: Path) -> None:
    """``model_copies_gib: auto`` reads as None."""
    assert load_inputs(small, ["storage.model_copies_gib=auto"]).scenario.storage.model_copies_gib is None


@pytest.mark.parametrize(
    ("start", "months", "days"),
    [
        ("2027-01-01", 12, 365),
        ("2028-01-01", 12, 366),
        ("2027-02-01", 1, 28),
        ("2027-01-31", 1, 28),  # to 28 February, the month's last day
        ("2027-03-31", 1, 30),  # to 30 April
        ("2027-12-15", 2, 62),  # 15 December to 15 February
        ("2027-01-01", 120, 3653),  # 10 years with 2028, 2032 and 2036
    ],
)
def test_horizon_counts_calendar_days(small: Path, start: str, months: int, days: int) -> None:
    """Day types share out the calendar days between the start and so many months later, in file order by hour."""
    scenario = load_inputs(small, [f"horizon.start={start}", f"horizon.months={months}"]).scenario
    assert scenario.horizon_hours == pytest.approx(24 * days, rel=1e-12)
    assert [(p.day_type, p.hour) for p in scenario.periods] == [
        (kind, hour) for kind in ("workday", "weekend") for hour in range(24)
    ]
    assert scenario.periods[0].days == pytest.approx(days * 261 / 365)
    assert scenario.periods[24].days == pytest.approx(days * 104 / 365)


def test_demand_from_a_file(small: Path) -> None:
    """Rates lie at [origin, day type x 24 + hour], each column times the calls per page (2), read-only."""
    demand = load_inputs(small).scenario.services[0].demand
    assert demand.peak_per_s.shape == (2, 48)
    # high of shop, workday, hour 3: 10 x 3 + 10 = 40; web, weekend, hour 23: (240 + 1) / 2 = 120.5; twice each
    assert demand.peak_per_s[0, 3] == 80.0
    assert demand.peak_per_s[1, 24 + 23] == 241.0
    for name, share in (("low", 0.5), ("mid", 0.75), ("high", 1.0)):
        np.testing.assert_allclose(demand.peaks_per_s[name], demand.peak_per_s * share)
    np.testing.assert_allclose(demand.mean_per_s, demand.peak_per_s / 4)
    assert demand.source == "demand.csv, series page"
    for array in (demand.mean_per_s, demand.peak_per_s, *demand.peaks_per_s.values()):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1.0


def test_planning_for_another_demand(small: Path) -> None:
    """``plan_for: mid`` takes the mid column as the peak and leaves the mean."""
    high = load_inputs(small).scenario.services[0].demand
    mid = load_inputs(small, ["plan_for=mid"]).scenario.services[0].demand
    np.testing.assert_allclose(mid.peak_per_s, high.peak_per_s * 0.75)
    np.testing.assert_array_equal(mid.mean_per_s, high.mean_per_s)


def test_constant_demand(small: Path) -> None:
    """A constant is the peak of every period; the mean is the peak over ``peak_to_mean``."""
    demand = load_inputs(small).scenario.services[1].demand
    np.testing.assert_array_equal(demand.peak_per_s, [[90.0] * 48, [10.0] * 48])
    np.testing.assert_allclose(demand.mean_per_s, [[60.0] * 48, [10 / 1.5] * 48])


def test_series_is_the_service_unless_given(small: Path) -> None:
    """Without `series` the rows of the service's own name are taken, and a page is one call."""
    text = Path("demand.csv").read_text(encoding="utf-8").replace("page", "search")
    Path("demand.csv").write_text(text, encoding="utf-8")
    demand = load_inputs(small, ["services.search.demand={file: demand.csv}"]).scenario.services[0].demand
    assert demand.peak_per_s[0, 3] == 40.0


def test_silent_origins_are_said(small: Path) -> None:
    """An origin without rows has no demand, with a warning; so has one without a constant."""
    rows = Path("demand.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    Path("demand.csv").write_text("".join(row for row in rows if ",web," not in row), encoding="utf-8")
    inputs = load_inputs(small, ["services.tail.demand.constant_per_s={web: 3}"])
    assert not inputs.scenario.services[0].demand.peak_per_s[1].any()
    assert "service search: no demand is given for origin web: taken as 0." in inputs.warnings
    assert "service tail: no demand is given for origin shop: taken as 0." in inputs.warnings


def test_no_demand_at_all_is_said(small: Path) -> None:
    """A service whose every rate is 0 is allowed, and said."""
    inputs = load_inputs(small, ["services.tail.demand.constant_per_s={web: 0}"])
    assert "service tail: its demand is 0 everywhere." in inputs.warnings


def test_hash_names_the_question_and_not_its_place(small: Path, tmp_path: Path) -> None:
    """Comments, number spelling, and the folder leave the hash; an override or another demand does not."""
    first = load_inputs(small).scenario.sha256
    shutil.copytree(tmp_path, tmp_path / "elsewhere")
    text = small.read_text(encoding="utf-8").replace("p99_ms: 60", "p99_ms: 60.0   # a promise")
    (tmp_path / "elsewhere" / "small.yaml").write_text(text, encoding="utf-8")
    assert load_inputs(tmp_path / "elsewhere" / "small.yaml").scenario.sha256 == first
    assert load_inputs(small, ["services.search.latency.p99_ms=60"]).scenario.sha256 == first
    assert load_inputs(small, ["services.search.latency.p99_ms=61"]).scenario.sha256 != first
    demand = Path("demand.csv")
    demand.write_text(demand.read_text(encoding="utf-8").replace(",40.0\n", ",41.0\n"), encoding="utf-8")
    assert load_inputs(small).scenario.sha256 != first


def test_names_may_be_of_any_script(small: Path) -> None:
    """Origins, services and day types may be written in any alphabet."""
    document = small_scenario()
    document["origins"]["東京"] = {"at": EAST}
    document["services"]["Größe"] = {
        "profile": "bert/fp16",
        "latency": {"p99_ms": 60},
        "demand": {"constant_per_s": {"東京": 7}},
    }
    scenario = load_inputs(write(document, small)).scenario
    assert scenario.services[-1].name == "Größe"
    assert scenario.services[-1].demand.peak_per_s[2, 0] == 7.0


def test_dates_may_be_quoted_or_not(small: Path) -> None:
    """A plain YAML date and a quoted one are the same start."""
    for written in ("2027-03-01", '"2027-03-01"'):
        document = small_scenario()
        document["horizon"]["start"] = Raw(written)
        assert load_inputs(write(document, small)).scenario.horizon_start == "2027-03-01"

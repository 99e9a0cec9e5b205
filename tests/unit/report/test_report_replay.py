"""What `fleetopt verify --replay` shows."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from optimizer.domain.plan import Check
from optimizer.domain.second_reading import SecondReading
from optimizer.report.formats import Format
from optimizer.report.plan_replayed import replay_report
from optimizer.report.report import render
from optimizer.verification.replaying import ReplayReport, ReplayRow, WhatIf

RULE = Check("bill", "total", 10.0, 10.0, 0.0, True)
HOUR = ReplayRow(
    kind="hour",
    service="ranking",
    classes=("busiest workday", "hardest hour"),
    what="without zone a",
    period=13,
    day_type="workday",
    hour=13,
    location="aws/us-east-1",
    zones=("us-east-1b", "us-east-1c"),
    instance_type="g6.xlarge",
    origin="shop",
    replicas=12,
    requests_per_s=2345.6,
    utilisation=0.87,
    percentile=0.99,
    reached_ms=57.26,
    plus_minus_ms=0.84,
    target_ms=60.0,
    late_share=0.0065,
    late_at_least=0.0051,
    late_in_worst_run=0.008,
    allowed_share=0.01,
    overloaded=False,
    window_s=None,
    requests=400_000,
    holds=True,
)
QUIET = replace(HOUR, classes=("quietest hour",), period=3, hour=3, reached_ms=41.0, late_share=0.0, replicas=2)
MINUTES = replace(HOUR, kind="five minutes", classes=(), window_s=300.0, replicas=24, reached_ms=57.4)


def report(*rows, **changes):
    """A replay of these rows."""
    base = ReplayReport(
        what_if=WhatIf(zone="fullest", demand="high"),
        seed=7,
        rows=rows,
        cases=600,
        cases_in_all=600,
        pools=26,
        periods=72,
        requests=295_331_200,
        engine="compiled",
        notes=(),
    )
    return replace(base, **changes)


def page(*rows, checks=(RULE,), **changes):
    """The page of these rows, words joined by one blank."""
    return " ".join(
        render(
            replay_report(report(*rows, **changes), SecondReading("plan.json", tuple(checks))), Format.TABLE, 140
        ).split()
    )


def test_the_page_by_hand():
    """Question, demand and seed; each class at its hardest place; the five minutes; the nearest promise in words."""
    text = page(HOUR, QUIET, MINUTES)
    assert text.startswith("plan.json · without the fullest zone · demand high · seed 7 Reached")
    assert "ranking busiest, hardest workday 13 h 12 2,346 p99 57.3 ±0.8 60 ms 0.65 % yes" in text
    assert "aws us-east-1 b,c · from shop · without zone a" in text
    assert "quietest workday 03 h 2 2,346 p99 41.0 ±0.8 60 ms 0.00 % yes" in text
    assert "five minutes workday 13 h 24 2,346 p99 57.4 ±0.8 60 ms 0.65 % yes" in text
    assert "Played 600 distinct cases of 26 pools in 72 hours · 295 million requests · seed 7" in text
    assert "Rules 1 rule by an independent reading · all hold" in text
    assert (
        "Verdict every promise stands, without the fullest zone · nearest: ranking from shop in aws us-east-1" in text
    )
    assert "p99 57.4 ±0.8 of 60 ms, 0.65 % of requests late, 1.00 % allowed" in text


def test_the_hardest_place_stands_for_a_class():
    """Two places in the same hour: the one with more late requests is shown."""
    other = replace(HOUR, location="gcp/us-central1", late_share=0.008, zones=("a",))
    text = page(HOUR, other)
    assert "gcp us-central1 a" in text
    assert "aws us-east-1" not in text.partition("Played")[0]


def test_broken_promises_are_told_by_place():
    """How many hours of each place, the worst of them with what it reached, and the count in the verdict."""
    broken = replace(
        HOUR, reached_ms=27_429.94, plus_minus_ms=174.3, late_share=0.9989, late_at_least=0.99, holds=False
    )
    full = replace(QUIET, period=4, overloaded=True, reached_ms=None, plus_minus_ms=None, utilisation=1.09, holds=False)
    text = page(broken, full, QUIET)
    assert "p99 27,430 ±174 60 ms 99.89 % NO" in text
    assert (
        "Broken ranking from shop in aws us-east-1: 2 of 3 hours, at worst p99 27,430 ±174 of 60 ms, "
        "99.89 % of requests late, 1.00 % allowed at workday 13 h, 87 % of full batches"
    ) in text
    assert "2 promises of 3 break, without the fullest zone" in text
    assert "overloaded" in page(replace(full, classes=("hardest hour",)))


def test_one_promise_breaks_in_the_singular():
    """The count and its verb agree."""
    broken = replace(HOUR, holds=False)
    assert "1 promise of 2 breaks, without the fullest zone" in page(broken, QUIET)


def test_rules_that_fail_have_the_last_word():
    """Promises that stand do not make a plan good that breaks a rule."""
    fails = replace(RULE, holds=False, detail="total of the bill: 12.00, should be 10.00")
    text = page(HOUR, checks=(fails, RULE, fails))
    assert "Verdict every promise stands, without the fullest zone" in text
    assert text.endswith("2 checks of 3 fail: do not act on this plan")
    assert page(HOUR, checks=(fails, RULE)).endswith("1 check of 2 fails: do not act on this plan")
    assert "do not act" not in page(HOUR)
    assert page(checks=(fails,)).endswith("1 check of 1 fails: do not act on this plan")


def test_requests_that_nobody_serves_are_called_so():
    """No percentile, no busy share, no crash."""
    alone = replace(
        HOUR, replicas=0, reached_ms=None, plus_minus_ms=None, utilisation=None, late_share=1.0, overloaded=True,
        holds=False,
    )  # fmt: skip
    text = page(alone)
    assert "not served 60 ms 100.00 % NO" in text
    assert "1 of 1 hours, nobody is left to serve (at workday 13 h 2,346 requests/s)" in text


def test_more_late_than_allowed_by_chance_is_said():
    """A row that holds although more were found late than may be is counted, with the largest share found."""
    assert "1 row of 2 found more late than may be, at most 1.04 %" in page(HOUR, replace(QUIET, late_share=0.0104))
    assert "found more late" not in page(HOUR)


def test_a_sample_is_called_one():
    """Without numba: how much of it was played, and what plays all."""
    text = page(HOUR, MINUTES, engine="plain", cases=50)
    assert "a sample: 50 of 600 distinct cases" in text
    assert "pip install 'fleetopt[fast]'" in text
    cut = replace(MINUTES, window_s=90.4)
    assert "90 seconds workday 13 h 24" in page(cut)


def test_notes_and_failed_rules_stand_on_the_page():
    """What was not protected, and what the second reading found, are not hidden behind a good replay."""
    failed = replace(RULE, holds=False, detail="the lines add up to 4.20 more")
    text = page(HOUR, checks=(failed,), notes=("ranking has no spot instances",))
    assert "Note ranking has no spot instances" in text
    assert "bill: the lines add up to 4.20 more" in text


@pytest.mark.parametrize(("row", "rule", "holds"), [(True, True, True), (False, True, False), (True, False, False)])
def test_the_document_holds_if_rules_and_promises_do(row, rule, holds):
    """For scripts: one verdict for all, one for the promises, every figure unrounded, the question."""
    rows = report(replace(HOUR, holds=row), MINUTES)
    document = json.loads(
        render(replay_report(rows, SecondReading("plan.json", (replace(RULE, holds=rule),))), Format.JSON)
    )
    assert (document["holds"], document["promises_hold"]) == (holds, row)
    assert document["rows"][0]["requests_per_s"] == 2345.6
    assert document["rows"][0]["zones"] == ["us-east-1b", "us-east-1c"]
    assert document["what_if"]["zone"] == "fullest"
    assert (document["seed"], document["requests"], document["question"]) == (
        7,
        295_331_200,
        "without the fullest zone",
    )
    assert document["checks"][0]["rule"] == "bill"


def test_csv_has_a_line_for_each_row():
    """For spreadsheets: every row with every figure, lists in one cell."""
    text = render(replay_report(report(HOUR, MINUTES), SecondReading("plan.json", ())), Format.CSV)
    first, second = csv.DictReader(io.StringIO(text))
    assert (first["kind"], second["kind"]) == ("hour", "five minutes")
    assert (first["classes"], first["zones"]) == ("busiest workday, hardest hour", "us-east-1b us-east-1c")
    assert (first["late_share"], first["holds"]) == ("0.0065", "true")


def test_nothing_to_replay_is_said():
    """A plan without demand: no table, no promise that could break."""
    text = page()
    assert "nothing: there is no demand" in text
    assert "there is no demand, so no promise can break" in text

"""What `fleetopt verify --replay --whole-day` shows."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from optimizer.domain.plan import Check
from optimizer.domain.second_reading import SecondReading
from optimizer.report.formats import Format
from optimizer.report.plan_day import day_report
from optimizer.report.report import render
from optimizer.verification.replaying import WhatIf
from optimizer.verification.replaying.day import DayReport
from tests.unit.report.sample_day import sample_day_row

RULE = Check("bill", "total", 10.0, 10.0, 0.0, True)
BUSY = sample_day_row()
QUIET = sample_day_row(
    classes=("median hour", "quietest hour"), period=2, hour=3, at="03:10", replicas=2, late_share=0.0,
    worst_late_share=0.0, worst_at_least=0.0, reached_ms=41.0, worst_reached_ms=41.6, requests_per_s=300.4,
)  # fmt: skip
BROKEN = sample_day_row(worst_late_share=0.031, worst_at_least=0.025, broken=7, holds=False)


def report(*rows, **changes):
    """A day of these rows."""
    base = DayReport(
        what_if=WhatIf(demand="high"), day_type="sale", seed=7, rows=rows, pools=26, hours=24, requests=5_312_780_811,
        drawn=5_332_132_018, expected=5_332_082_167.5, again=0, turned_away=0, engine="compiled",
        window_s=(300.0, 300.0), notes=(), threads=2, seconds=90.0,
    )  # fmt: skip
    return replace(base, **changes)


def page(*rows, checks=(RULE,), **changes):
    """The page of these rows, words joined by one blank."""
    reading = SecondReading("plan.json", tuple(checks))
    return " ".join(render(day_report(report(*rows, **changes), reading), Format.TABLE, 140).split())


def test_the_page_by_hand():
    """Question, worst five minutes with their interval, hours by class, what was played and how quickly."""
    text = page(BUSY, QUIET)
    assert text.startswith("plan.json · a whole day: sale · as planned · demand high · seed 7 Reached")
    assert "encoder five minutes 20:35 12 2,351 p99 58.9 60 ms 0.82 % yes" in text
    assert "aws us-east-1 a · from shop · at least 0.71 % late (99 %)" in text
    assert "busiest 20 h 12 2,346 p99 57.3 60 ms 0.65 % yes" in text
    assert "median, quietest 03 h 2 300 p99 41.0 60 ms 0.00 % yes" in text
    assert "Played every request: 5,313 million · 26 pools in 24 hours · seed 7" in text
    assert "19 million more fill queues before the first that counts · 100.001 % of what rates x time make" in text
    assert "90 s · 59.2 million requests/s on 2 threads" in text
    assert "Verdict every promise stands in all of 24 five minutes, as planned" in text
    assert "nearest: encoder from shop in aws us-east-1 a at 20:35" in text
    assert "p99 58.9 of 60 ms, 0.82 % of requests late, 1.00 % allowed" in text


def test_it_fits_a_pipe():
    """No line is wider than 100 columns."""
    text = render(day_report(report(BUSY, QUIET, BROKEN), SecondReading("plan.json", (RULE,))), Format.TABLE, 100)
    assert max(len(line) for line in text.splitlines()) <= 100


def test_the_worst_five_minutes_are_those_that_break_or_come_nearest():
    """A broken one goes before a larger share that holds; else the larger share, then the larger percentile."""
    lucky = sample_day_row(at="11:00", worst_late_share=0.05, again_share=0.004, again_at_least=0.0, again_windows=5)
    assert "five minutes 20:35" in page(lucky, BROKEN)
    assert "five minutes 11:00" in page(BUSY, lucky)
    assert "five minutes 03:10" in page(QUIET, replace(QUIET, at="03:20", worst_reached_ms=41.1))


def test_broken_promises_are_told_by_place():
    """How many five minutes of each place, the worst of them, and the count in the verdict."""
    text = page(BROKEN, QUIET)
    assert "p99 58.9 60 ms 3.10 % NO" in text
    assert (
        "Broken encoder from shop in aws us-east-1: 7 of 24 windows, at worst p99 58.9 of 60 ms, "
        "3.10 % of requests late, 1.00 % allowed at 20:35"
    ) in text
    assert "Verdict a promise breaks in 7 of 24 five minutes, as planned" in text
    places = [replace(BROKEN, origin=f"o{number}") for number in range(15)]
    assert "and 3 places more" in page(*places)


def test_rules_that_fail_have_the_last_word():
    """Whatever the day came to."""
    fails = replace(RULE, holds=False)
    assert page(BUSY, checks=(fails, RULE)).endswith("1 check of 2 fails: do not act on this plan")
    assert page(BUSY).endswith("0.82 % of requests late, 1.00 % allowed")


def test_a_second_look_is_told():
    """What other traffic said of the worst five minutes, and how many hours it acquitted."""
    row = sample_day_row(worst_late_share=0.014, worst_at_least=0.011, again_share=0.0042, again_at_least=0.0031,
                         again_windows=5)  # fmt: skip
    text = page(row, QUIET)
    assert "at least 1.10 % late (99 %) · played 5 times again: 0.42 % late, at least 0.31 %" in text
    assert "in 1 hour the worst five minutes broke at first sight; other traffic confirmed 0 of them" in text
    assert "1 hour of 2 had five minutes with more late than may be, at most 1.40 %" in text
    assert "Note" not in page(QUIET)


def test_requests_that_were_turned_away_are_told():
    """Nobody there, a queue without end: no percentile, no crash."""
    alone = sample_day_row(
        replicas=0, reached_ms=None, worst_reached_ms=None, worst_late_share=1.0, holds=False, broken=12
    )
    text = page(alone, turned_away=12_345, notes=("encoder was not planned to survive it",))
    assert "not served 60 ms 100.00 % NO" in text
    assert "12,345 requests found a full queue or nobody: they are late" in text
    assert "Note encoder was not planned to survive it" in text
    assert "overloaded 60 ms" in page(replace(alone, replicas=2))


def test_a_sample_says_exactly_what_was_played():
    """Which seconds, which replicas, what plays all."""
    row = sample_day_row(window_s=74.0, at="20:58:46", zones=("us-east-1a", "us-east-1b"), judged=2)
    text = page(row, engine="plain", requests=1_913_000, window_s=(74.0, 300.0), threads=1)
    assert "74 seconds 20:58:46" in text
    assert "aws us-east-1 a,b" in text
    assert "Played a sample of the requests: 1,913,000 · 26 pools in 24 hours" in text
    assert "the 74 to 300 s before and after every change of hour · one replica for its pool · like zones once" in text
    assert "pip install 'fleetopt[fast]'" in text
    assert "every promise stands in all of 2 windows of the sample" in text
    assert "the 300 s before and after" in page(BUSY, engine="plain")


@pytest.mark.parametrize(("row", "rule", "holds"), [(True, True, True), (False, True, False), (True, False, False)])
def test_the_document_holds_if_rules_and_promises_do(row, rule, holds):
    """For scripts: one verdict for all, one for the promises, every figure unrounded, the question."""
    rows = report(replace(BUSY, holds=row), QUIET)
    reading = SecondReading("plan.json", (replace(RULE, holds=rule),))
    document = json.loads(render(day_report(rows, reading), Format.JSON))
    assert (document["holds"], document["promises_hold"]) == (holds, row)
    assert (document["question"], document["day_type"], document["seed"]) == ("as planned", "sale", 7)
    assert document["rows"][0]["worst_requests_per_s"] == 2351.2
    assert document["rows"][0]["zones"] == ["us-east-1a"]
    assert (document["requests"], document["judged"], document["is_sample"]) == (5_312_780_811, 24, False)
    assert document["requests_played_per_s"] == pytest.approx(59.2e6, rel=1e-3)
    assert document["checks"][0]["rule"] == "bill"


def test_csv_has_a_line_for_each_hour_and_place():
    """For spreadsheets: every row with every figure, lists in one cell."""
    text = render(day_report(report(BUSY, QUIET), SecondReading("plan.json", ())), Format.CSV)
    first, second = csv.DictReader(io.StringIO(text))
    assert (first["at"], second["at"]) == ("20:35", "03:10")
    assert (first["zones"], second["classes"]) == ("us-east-1a", "median hour, quietest hour")
    assert (first["worst_late_share"], first["again_share"], first["holds"]) == ("0.0082", "", "true")


def test_failed_rules_and_a_day_without_demand_are_told():
    """A good replay hides no failed rule; no demand, no promise."""
    assert "bill: the lines differ" in page(BUSY, checks=(replace(RULE, holds=False, detail="the lines differ"),))
    text = page(requests=0, drawn=0, expected=0.0)
    assert "nothing: there is no demand" in text
    assert "there is no demand, so no promise can break" in text

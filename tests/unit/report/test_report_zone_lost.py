"""What `fleetopt verify --lose-zone` shows: services second by second, pages from end to end, rules that fail."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from optimizer.domain.plan import Check
from optimizer.domain.second_reading import SecondReading
from optimizer.report.formats import Format
from optimizer.report.plan_zone_lost import zone_lost_report
from optimizer.report.report import render
from optimizer.verification.replaying.lost_zone import Assumed, PageLoss, Second, StageLeft, ZoneLoss, ZoneLossReport

GOOD = Check("bill", "total", 10.0, 10.0, 0.0, True)
BAD = Check("demand", "chat, day 20 h", 10.0, 6.0, -4.0, False, "chat, day 20 h: 6 of 10 requests/s served")
SECONDS = (Second(-1, 100, 3, 2, 1, 0), Second(0, 90, 20, 15, 5, 9), Second(12, 110, 0, 0, 0, 1))
COMMON = {
    "location": "aws/us-east-1", "zone": "us-east-1b", "day_type": "sale", "hour": 12, "played_s": 180.0, "runs": 5,
    "lost": 23, "retries": 17, "served": 294, "shed": 6, "shed_unprotected": 0, "late": 10, "allowed_share": 0.01,
    "late_share_after": 0.002, "recovered_s": 11.0, "holds": True, "seconds": SECONDS,
}  # fmt: skip
SERVICE = ZoneLoss(
    service="ranking", requests_per_s=3146.2, protected_share=1.0, replicas=5, replicas_left=4, requests=300, **COMMON
)
PAGE = PageLoss(
    page="home", origin="shop", requests_go="",
    stages=(StageLeft("embedding", 3, 2), StageLeft("ranking", 5, 4)), pages_per_s=393.3, pages=300,
    percentile=0.99, target_ms=90.0, reached_before_ms=55.57, worst_from_s=0.0, worst_missed_share=0.1556,
    worst_reached_ms=288.21, **COMMON,
)  # fmt: skip


def _report(*pages, checks=(GOOD,)):
    found = ZoneLossReport((SERVICE,), pages, Assumed(), 7, "compiled", ("a note",))
    return zone_lost_report(found, SecondReading("plan.json", tuple(checks)))


def _text(*pages, checks=(GOOD,)):
    return " ".join(render(_report(*pages, checks=checks), Format.TABLE, 140).split())


def test_the_page_by_hand():
    """The course of a service and of a page, what the page reached before, at worst and when it recovered."""
    text = _text(PAGE)
    assert "ranking -20 to 0 100 3 2 1 0" in text
    assert "aws us-east-1 b · sale 12 h · 3,146 requests/s · 4 of 5 replicas stay" in text
    assert "home -20 to 0 100 3 2 1 0 from shop · aws us-east-1 b · sale 12 h · 393 pages/s" in text
    assert "2 of 3 replicas of embedding stay · 4 of 5 replicas of ranking stay 0 to 1 90 20 15 5 9" in text
    assert (
        "Pages home from shop in aws us-east-1 without zone b · p99 55.6 of 90 ms before · at worst, 0 to 10 s: "
        "15.56 % late or shed, p99 288.2 ms · holds again after 11 s of 60 s · then 0.20 % late or shed, 1.00 % allowed"
    ) in text
    assert "Verdict every promise holds again within 60 s" in text


@pytest.mark.parametrize(
    ("go", "told"),
    [
        ("together", "requests of a page to one zone"),
        ("apart", "each request of a page to a zone of its own"),
        ("", ""),
    ],
)
def test_where_the_requests_of_a_page_go_is_told_where_it_sends_several(go, told):
    """Which of the two ways is shown stands with the page, and that the worse is stands with what is assumed."""
    text = _text(replace(PAGE, requests_go=go))
    assert f"4 of 5 replicas of ranking stay {f'· {told} ' if told else ''}0 to 1" in text
    assert ("the worse of both is told" in text) is bool(go)


def test_a_page_that_does_not_recover_is_counted_with_the_services():
    """One promise of two; so many are shed that there is no percentile."""
    broken = replace(PAGE, recovered_s=None, late_share_after=None, holds=False, worst_reached_ms=None)
    text = _text(broken)
    assert "15.56 % late or shed, no p99 since too many are shed" in text
    assert "the promise does not hold again in 180 s" in text
    assert "Verdict 1 promise of 2 not held again within 60 s" in text


def test_without_pages_nothing_is_said_of_them():
    """Neither a table nor a line."""
    assert "Pages" not in _text()


def test_rules_that_fail_are_named():
    """As on the other pages: how many, and what each says."""
    text = _text(checks=(GOOD, BAD))
    assert "Rules 2 rules by an independent reading · 1 of them fails" in text
    assert "demand: chat, day 20 h: 6 of 10 requests/s served" in text
    assert text.endswith("1 check of 2 fails: do not act on this plan")


def test_documents_have_all_of_both():
    """JSON nests the pages; CSV has a line for each, with the columns of both."""
    document = json.loads(render(_report(PAGE), Format.JSON, 80))
    assert document["pages"][0]["stages"][1] == {"service": "ranking", "replicas": 5, "replicas_left": 4}
    assert document["promises_hold_again"]
    service, page = csv.DictReader(io.StringIO(render(_report(PAGE), Format.CSV, 80)))
    assert (service["service"], service["page"], service["requests"], service["pages"]) == ("ranking", "", "300", "")
    assert (page["service"], page["page"], page["origin"], page["pages"]) == ("", "home", "shop", "300")
    assert page["stages"] == "2 of 3 replicas of embedding, 4 of 5 replicas of ranking"
    assert page["worst_reached_ms"] == "288.21"

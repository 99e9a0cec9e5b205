"""What `fleetopt verify` shows."""

from __future__ import annotations

import json
from dataclasses import replace

from optimizer.domain.plan import Check
from optimizer.domain.second_reading import SecondReading
from optimizer.report.formats import Format
from optimizer.report.plan_checked import checks_report
from optimizer.report.report import render

HOLDS = Check("capacity", "retrieval in aws/us-east-1 a", 812.5, 790.125, 22.375, True)
FAILS = Check("latency", "ranking", 60.0, 61.25, -1.25, False, "p99 61.25 of 60 ms")


def test_failed_checks_come_first_with_their_detail():
    """What is wrong is read first."""
    text = render(
        checks_report(
            SecondReading(
                "plan.json",
                (
                    HOLDS,
                    FAILS,
                ),
            )
        ),
        Format.TABLE,
    )
    lines = text.splitlines()
    assert lines[0] == "plan.json · 2 rules by an independent reading · 1 of them fails"
    assert lines.index(next(line for line in lines if "ranking" in line)) < lines.index(
        next(line for line in lines if "retrieval" in line)
    )
    assert "p99 61.25 of 60 ms" in text
    assert "1 check of 2 fails: do not act on this plan" in text


def test_what_fails_is_told_once():
    """In one sentence that says where, not in a cell as well; what holds keeps its cell."""
    where = "ranking on g4dn.xlarge in aws/us-east-1 zone a"
    fails = Check("latency", where, 60.0, 61.25, -1.25, False, f"{where}: promises 61.25 of 60 ms")
    alone = Check("offered", "ranking pays another price", None, None, None, False, "ranking pays another price")
    text = render(checks_report(SecondReading("plan.json", (fails, alone, HOLDS))), Format.TABLE, 140)
    for told in (where, alone.subject, HOLDS.subject):
        assert text.count(told) == 1
    assert "plan.json · 3 rules by an independent reading · 2 of them fail\n" in text
    assert "2 checks of 3 fail: do not act on this plan" in text


def test_the_margin_of_a_replay_is_explained_where_it_is_another_figure():
    """It comes from the interval of what was late; one that is the limit less the worst needs no word."""
    late = Check("latency", "ranking at its capacity", 0.01, 0.0098, 0.0004, True)
    note = "the margin is the limit less the lower end of the interval of the worst"
    text = " ".join(render(checks_report(SecondReading("plan.json", (late,))), Format.TABLE, 140).split())
    assert note in text
    for other in (replace(late, worst_value=0.0, margin=0.01), HOLDS, replace(late, limit=None)):
        assert note not in render(checks_report(SecondReading("plan.json", (other,))), Format.TABLE, 140)


def test_margins_are_printed_without_noise():
    """Four significant digits, whole numbers whole, the tolerance of floats 0."""
    text = render(checks_report(SecondReading("plan.json", (HOLDS,))), Format.TABLE)
    assert "capacity  yes    812.5  790.1   22.38  retrieval" in text
    exact = Check("hours", "periods", 8760.0, 8760.0, 1e-9, True)
    assert "8,760  8,760       0  periods" in render(checks_report(SecondReading("plan.json", (exact,))), Format.TABLE)


def test_checks_as_json():
    """For scripts: one verdict, and every figure unrounded."""
    document = json.loads(
        render(
            checks_report(
                SecondReading(
                    "plan.json",
                    (
                        HOLDS,
                        FAILS,
                    ),
                )
            ),
            Format.JSON,
        )
    )
    assert document["holds"] is False
    assert document["checks"][0]["worst_value"] == 790.125


def test_a_plan_without_checks_is_not_called_good():
    """All of nothing holds, and means nothing."""
    assert "nothing was checked" in render(checks_report(SecondReading("plan.json", ())), Format.TABLE)

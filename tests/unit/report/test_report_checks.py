"""What `fleetopt verify` shows."""

from __future__ import annotations

import json

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
    assert lines[0] == "plan.json · 2 rules by an independent reading · 1 of them fail"
    assert lines.index(next(line for line in lines if "ranking" in line)) < lines.index(
        next(line for line in lines if "retrieval" in line)
    )
    assert "p99 61.25 of 60 ms" in text
    assert "1 check of 2 fail: do not act on this plan" in text


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

"""What the second reading of a plan found, and what is taken for granted."""

from __future__ import annotations

from optimizer.domain.plan import Check
from optimizer.report.html.markup import Html, filled, joined, tag
from optimizer.report.html.parts import Column, Line, data, section, table
from optimizer.report.html.plan_rests import effect_of_ten_percent
from optimizer.report.html.plan_sheet import PlanSheet
from optimizer.report.plan_checked import DUST, MARGIN_OF_A_REPLAY, REPLAYED, hardest, has_intervals, is_told
from optimizer.report.words import does


def assumptions_section(p: PlanSheet) -> Html:
    """Everything taken for granted, with its source, what weighs most first."""
    found = p.plan["assumptions"]
    if not found:
        return Html("")
    columns = (
        Column("what", wide=True),
        Column("value", wide=True),
        Column("10 % more", number=True),
        Column("source", wide=True),
    )
    order = sorted(range(len(found)), key=lambda number: -abs(found[number]["effect_of_10_percent_on_total"] or 0.0))
    rows = [
        Line((found[number]["what"], found[number]["value"], effect_of_ten_percent(p, number), found[number]["source"]))
        for number in order
    ]
    remark = "10 % more: how the total moves if the value is a tenth higher, where that is known."
    return section("assumed", "Assumed", table("Assumptions", columns, rows, cards=True), remark=remark)


def checks_section(p: PlanSheet) -> Html:
    """What the second reading found, failures first."""
    checks = p.plan["checks"]
    if not checks:
        return section("checks", "Checked", tag("p", "Not yet: run fleetopt verify on the plan file.", class_="bad"))
    found = p.records("checks", Check)
    failed = [number for number, check in enumerate(checks) if not check["holds"]]
    order = [*failed, *(number for number in range(len(checks)) if number not in failed)]
    columns = (
        Column("rule"),
        Column("holds"),
        Column("limit", number=True),
        Column("worst", number=True),
        Column("margin", number=True),
        Column("where it is tightest", wide=True),
    )
    rows = [
        Line(
            (
                checks[number]["rule"],
                "yes" if checks[number]["holds"] else "NO",
                *(_bound(p, number, name) for name in ("limit", "worst_value", "margin")),
                _where(found[number]),
            ),
            kind="" if checks[number]["holds"] else "bad",
        )
        for number in order
    ]
    count = p.sheet.figure(["count", p.sheet.path("checks")])
    bad = p.sheet.figure(["count", p.sheet.path("checks", {"holds": False})])
    said = joined(count, " checks hold")
    if failed:
        fail = does(len(failed), "fail")
        said = joined(bad, " of ", count, f" checks {fail}: do not act on this plan")
    told = table("Checks", columns, rows)
    verdict = joined(tag("p", said, class_="bad" if failed else "good"), _replayed(p))
    shown = told if failed else data("Every check: the figures", told)
    remark = "Every rule read again, and the bill written again, by code that shares nothing with the solver."
    if has_intervals(found):
        remark = f"{remark} {MARGIN_OF_A_REPLAY.capitalize()}."
    return section("checks", "Checked", verdict, shown, remark=remark)


def _replayed(p: PlanSheet) -> Html:
    """The share of late requests that comes nearest to what is allowed."""
    number = hardest(p.records("checks", Check), p.plan["inputs"].get("services", ()))
    if number is None:
        return Html("")
    late, allowed = (p.sheet.percent(p.sheet.path("checks", number, name), 2) for name in ("worst_value", "limit"))
    return tag("p", filled(REPLAYED, late=late, allowed=allowed))


def _bound(p: PlanSheet, number: int, name: str) -> Html:
    value = p.plan["checks"][number][name]
    digits = 0 if value is None or abs(value) >= 9999.5 or float(value).is_integer() or abs(value) <= DUST else 4
    return p.sheet.figure(p.sheet.path("checks", number, name), digits, missing="")


def _where(check: Check) -> Html:
    """Where a rule is tightest; of one that fails, the sentence that says where."""
    subject = "" if is_told(check) else tag("span", check.subject)
    return joined(subject, "" if check.holds or not check.detail else tag("span", check.detail, class_="note"))

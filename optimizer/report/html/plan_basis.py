"""What the plan rests on: where capacity goes, today's fleet, close calls, assumptions, checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.report.html.formula import Formula
from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.parts import Column, Line, bar, data, facts, section, table
from optimizer.report.html.plan_sheet import PlanSheet
from optimizer.report.html.sheet import ratio

CLOSE_CALLS_SHOWN = 8
#: Margins up to this are the room that checks leave for rounding of floats.
DUST = 1e-6


def capacity_section(p: PlanSheet) -> Html:
    """Shares of paid capacity by what it is needed for."""
    named = [name for name, share in p.plan["headroom"].items() if share > 0.0]
    if not named:
        return Html("")
    most = max(p.plan["headroom"][name] for name in named)
    cells, _ = p.sheet.column([["*", p.sheet.path("headroom", name), 100] for name in named], 1, " %")
    rows = [Line((name, cell, bar(p.plan["headroom"][name] / most))) for name, cell in zip(named, cells, strict=True)]
    columns = (Column("needed for"), Column("share", number=True), Column("", bars=True))
    remark = "What instance-hours are paid for."
    shown = table("Where paid capacity goes", columns, rows)
    return section("capacity", "Where paid capacity goes", shown, remark=remark)


def today_section(p: PlanSheet) -> Html:
    """Today's fleet beside the plan."""
    today, s = p.plan.get("today"), p.sheet.under("today")
    if today is None:
        return Html("")
    lines = [("Runs", joined(s.figure(s.path("instances")), " instances"))]
    if today["total"] is not None:
        now = s.figure(p.a_month(s.path("total")), p.digits)
        then = p.sheet.figure(p.a_month(p.sheet.path("objective", "total")), p.digits)
        lines.append(("Costs", joined(f"{p.currency} ", now, " a month, this plan ", then)))
    for number, part in enumerate(today["saving"]):
        amount = s.figure(["-", 0, p.a_month(s.path("saving", number, "amount"))], p.digits, signed=True)
        lines.append(("Saves" if number == 0 else "", joined(amount, f" {part['cause']}")))
    holds = {True: "every target, now", False: "", None: "cannot be told"}[today["holds"]]
    lines += [("Holds", joined(holds))] if holds else []
    for number, item in enumerate(today["shortages"]):
        short = s.under("shortages", number)
        carried, needed = (short.figure(short.path(f"{name}_per_s")) for name in ("carried", "needed"))
        where = f"{item['service']} in {item['location']} at {item['when']} {item['what']}".strip()
        said = joined(tag("span", where), ": carries ", carried, " of ", needed, " requests/s")
        lines.append(("Breaks" if number == 0 else "", tag("span", said, class_="bad")))
    return section("today", "Today's fleet", facts(lines))


def close_calls_section(p: PlanSheet) -> Html:
    """What was nearest to being chosen."""
    near = sorted(
        (number for number, item in enumerate(p.plan["rejected"]) if _is_near(item)),
        key=lambda number: p.plan["rejected"][number]["extra_cost"],
    )[:CLOSE_CALLS_SHOWN]
    if not near:
        return Html("")
    columns = (
        Column("instead", wide=True),
        Column("on the total", number=True),
        Column("a month", number=True),
        Column("detail", wide=True),
    )
    rows = []
    for number in near:
        item, extra = p.plan["rejected"][number], p.sheet.path("rejected", number, "extra_cost")
        rise = p.sheet.percent(ratio(extra, p.sheet.path("cost", "total")), 2, signed=True)
        name = joined(tag("span", item["service"]), " on ", tag("span", item["instance_type"]))
        rows.append(Line((name, rise, p.sheet.figure(p.a_month(extra), p.digits, signed=True), item["detail"])))
    return section("close", "Close calls", table("Close calls", columns, rows))


def _is_near(item: dict[str, object]) -> bool:
    return item["reason"] == "costs_more" and item["extra_cost"] is not None


def alternatives_section(p: PlanSheet) -> Html:
    """Plans under other terms, where they were asked for."""
    found = p.plan["alternatives"]
    if not found:
        return Html("")
    columns = (
        Column("instead", wide=True),
        Column("a month", number=True),
        Column("to this plan", number=True),
        Column("runs on", wide=True),
    )
    rows = [_alternative(p, number, item) for number, item in enumerate(found)]
    shown = table("Alternatives", columns, rows, cards=True)
    return section("alternatives", "Alternatives", shown, remark="What simplicity or safety would cost, planned alike.")


def _alternative(p: PlanSheet, number: int, item: Mapping[str, Any]) -> Line:
    s = p.sheet.under("alternatives", number)
    label = joined(item["label"], *(tag("span", change, class_="note") for change in item.get("changes", ())))
    if item.get("total") is None:
        return Line((label, "no plan", "", " ".join(item.get("reasons", ()))), kind="bad")
    rise = s.figure(p.a_month(s.path("difference")), p.digits, signed=True, missing="")
    return Line((label, s.figure(p.a_month(s.path("total")), p.digits), rise, ", ".join(item.get("types", ()))))


def assumptions_section(p: PlanSheet) -> Html:
    """Everything taken for granted, with its source, what weighs most first."""
    found = p.plan["assumptions"]
    if not found:
        return Html("")
    columns = (
        Column("what", wide=True),
        Column("value"),
        Column("10 % more", number=True),
        Column("source", wide=True),
    )
    order = sorted(range(len(found)), key=lambda number: -abs(found[number]["effect_of_10_percent_on_total"] or 0.0))
    rows = [
        Line((found[number]["what"], found[number]["value"], _effect(p, number), found[number]["source"]))
        for number in order
    ]
    remark = "10 % more: how the total moves if the value is a tenth higher, where that is known."
    return section("assumed", "Assumed", table("Assumptions", columns, rows), remark=remark)


def _effect(p: PlanSheet, number: int) -> Html:
    effect: Formula = p.sheet.path("assumptions", number, "effect_of_10_percent_on_total")
    return p.sheet.percent(ratio(effect, p.sheet.path("cost", "total")), 2, signed=True, missing="")


def checks_section(p: PlanSheet) -> Html:
    """What the second reading found, failures first."""
    checks = p.plan["checks"]
    if not checks:
        return section("checks", "Checked", tag("p", "Not yet: run fleetopt verify on the plan file.", class_="bad"))
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
                joined(tag("span", checks[number]["subject"]), _detail(checks[number])),
            ),
            kind="" if checks[number]["holds"] else "bad",
        )
        for number in order
    ]
    count = p.sheet.figure(["count", p.sheet.path("checks")])
    bad = p.sheet.figure(["count", p.sheet.path("checks", {"holds": False})])
    said = joined(count, " checks hold")
    if failed:
        said = joined(bad, " of ", count, " checks fail: do not act on this plan")
    told = table("Checks", columns, rows)
    verdict = tag("p", said, class_="bad" if failed else "good")
    shown = told if failed else data("Every check: the figures", told)
    remark = "Every rule read again, and the bill written again, by code that shares nothing with the solver."
    return section("checks", "Checked", verdict, shown, remark=remark)


def _bound(p: PlanSheet, number: int, name: str) -> Html:
    value = p.plan["checks"][number][name]
    digits = 0 if value is None or abs(value) >= 9999.5 or float(value).is_integer() or abs(value) <= DUST else 4
    return p.sheet.figure(p.sheet.path("checks", number, name), digits, missing="")


def _detail(check: dict[str, str]) -> Html:
    told = check["detail"] and not check["holds"]
    return tag("span", check["detail"], class_="note") if told else Html("")

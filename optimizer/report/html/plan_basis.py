"""Where capacity goes, today's fleet, close calls and alternatives, on the page of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.parts import Column, Line, bar, facts, section, table
from optimizer.report.html.plan_sheet import PlanSheet
from optimizer.report.html.sheet import ratio
from optimizer.report.plan_rests import bound

CLOSE_CALLS_SHOWN = 8


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
        share = p.sheet.percent(ratio(extra, p.sheet.path("cost", "total")), 2, signed=True)
        rise = joined(bound(item["detail"]), share)
        name = joined(tag("span", item["service"]), " on ", tag("span", item["instance_type"]))
        rows.append(Line((name, rise, p.sheet.figure(p.a_month(extra), p.digits, signed=True), item["detail"])))
    return section("close", "Close calls", table("Close calls", columns, rows, cards=True))


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

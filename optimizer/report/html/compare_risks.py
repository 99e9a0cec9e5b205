"""Fleets and risks of options, on the page of a comparison."""

from __future__ import annotations

from optimizer.report.html.compare_sheet import ComparisonSheet
from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.parts import Column, Line, data, section, table
from optimizer.report.html.plan_sheet import option_name
from optimizer.report.words import place_label


def risks_section(c: ComparisonSheet) -> Html:
    """Fleet and risks of each option."""
    if not c.known:
        return Html("")
    columns = (
        Column("option", wide=True),
        Column("on spot", number=True),
        Column("on estimated speeds", number=True),
        Column("starts in an hour", number=True),
        Column("stands on", wide=True),
    )
    rows = [_risk(c, number) for number in c.known]
    remark = "On spot: share of instance-hours. On estimated speeds: share of rent. Starts: the most on demand."
    return section("risks", "Risks and fleets", table("Risks", columns, rows, cards=True), _fleets(c), remark=remark)


def _risk(c: ComparisonSheet, number: int) -> Line:
    risks = c.options[number]["risks"]
    first = {risk["kind"]: at for at, risk in reversed(list(enumerate(risks)))}
    words = {"one_zone": "one zone", "one_type": "one type"}
    alone = [f"{words[risk['kind']]}: {risk['subject']}" for risk in risks if risk["kind"] in words]

    def cell(kind: str, *, share: bool) -> Html:
        if kind not in first:
            return Html("–")
        value = c.sheet.path("options", number, "risks", first[kind], "value")
        return c.sheet.percent(value, 0) if share else c.sheet.figure(value)

    shares = (cell("spot", share=True), cell("estimates", share=True), cell("ramp", share=False))
    return Line((c.labels[number], *shares, joined(*(tag("div", text) for text in alone))))


def _fleets(c: ComparisonSheet) -> Html:
    columns = (
        Column("option", wide=True),
        Column("location"),
        Column("instance type"),
        Column("bought"),
        Column("least", number=True),
        Column("most", number=True),
        Column("on average", number=True),
    )
    rows = []
    for number in c.known:
        for at, item in enumerate(c.options[number]["fleet"]):
            s = c.sheet.under("options", number, "fleet", at)
            counts = (s.figure(s.path("least")), s.figure(s.path("most")), s.average(s.path("average")))
            names = (place_label(item["location"]), item["instance_type"], option_name(item["purchase_option"]))
            rows.append(Line((c.labels[number], *names, *counts), kind="same" if at else ""))
    return data("Fleets: the figures", table("Fleets", columns, rows))

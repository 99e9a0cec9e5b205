"""What a plan rests on that is estimated, and which types cannot serve, on the page of a plan."""

from __future__ import annotations

from optimizer.domain.plan import CostLine, Pool, Rejected
from optimizer.report import cannot, estimates
from optimizer.report.html.formula import Formula
from optimizer.report.html.markup import Html, between, filled, tag
from optimizer.report.html.parts import Column, Line, listed, section, table
from optimizer.report.html.plan_sheet import PlanSheet
from optimizer.report.html.sheet import ratio

_ESTIMATES = "10 % more: how the total moves if the value is a tenth higher, where that is known. Money a month."


def estimates_section(p: PlanSheet) -> Html:
    """Estimated service times and prices that the bill rests on, the dearest first."""
    pools, lines = p.records("pools", Pool), p.records(("cost", "lines"), CostLine)
    found = estimates.estimates(pools, lines, p.plan["inputs"].get("instance_types", ()))
    if not found:
        return section("estimates", estimates.HEADING, tag("p", estimates.NOTHING))
    columns = (
        Column("what", wide=True),
        Column("basis", wide=True),
        Column("a month", number=True),
        Column("10 % more", number=True),
    )
    rows = [Line((item.what, _basis(p, item), _amount(p, item), _effect(p, item.what))) for item in found]
    shown = table(estimates.HEADING, columns, rows, cards=True)
    return section("estimates", estimates.HEADING, shown, remark=_ESTIMATES)


def _basis(p: PlanSheet, item: estimates.Estimate) -> Html:
    if item.pool is None:
        return filled(estimates.DATED, as_of=tag("span", item.as_of))
    return filled(estimates.WITHIN, band=p.sheet.percent(p.sheet.path("pools", item.pool, "error_band"), 0))


def _amount(p: PlanSheet, item: estimates.Estimate) -> Html:
    parts = (p.sheet.path("cost", "lines", number, "amount") for number in item.lines)
    return p.sheet.figure(p.a_month(["+", 0, *parts]), p.digits)


def _effect(p: PlanSheet, what: str) -> Html:
    """How the total moves if this is a tenth higher, where the plan knows it."""
    for number, assumption in enumerate(p.plan["assumptions"]):
        if assumption["what"] == what:
            return effect_of_ten_percent(p, number)
    return Html("")


def effect_of_ten_percent(p: PlanSheet, number: int) -> Html:
    """Write how the total moves if an assumption is a tenth higher."""
    effect: Formula = p.sheet.path("assumptions", number, "effect_of_10_percent_on_total")
    return p.sheet.percent(ratio(effect, p.sheet.path("cost", "total")), 2, signed=True, missing="")


def cannot_section(p: PlanSheet) -> Html:
    """Why instance types cannot serve, counted by reason."""
    found = cannot.cannot_serve(p.records("rejected", Rejected))
    if not found:
        return Html("")
    return section("cannot", cannot.HEADING, listed(_cannot(p, item) for item in found))


def _cannot(p: PlanSheet, item: cannot.Cannot) -> Html:
    s, whose = p.sheet, {"service": item.service, "reason": "cannot"}
    total = ["count", s.path("rejected", whose)]
    counts = [["count", s.path("rejected", {**whose, "detail": reason})] for reason, _ in item.reasons]
    first, *more = [
        tag("span", reason) if item.agree else filled(cannot.COUNTED, reason=tag("span", reason), count=s.figure(count))
        for (reason, _), count in zip(item.reasons, counts, strict=True)
    ]
    said = filled(cannot.SERVICE, service=tag("span", item.service), types=s.counted(total, "type"), reason=first)
    others = filled(cannot.OTHERS, count=s.figure(["-", total, ["+", *counts]])) if item.others else ""
    return between(" · ", said, *more, others)

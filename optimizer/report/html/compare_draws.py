"""Drawn totals, on the page of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.report.html.charts import ranges
from optimizer.report.html.compare_sheet import ComparisonSheet
from optimizer.report.html.markup import Html, between, joined, tag
from optimizer.report.html.parts import Column, Line, data, facts, legend, section, table
from optimizer.report.html.sheet import Sheet, ratio

_PERCENTILES = {"p5": "one in twenty is below", "p50": "median", "p95": "one in twenty is above"}
_REMARK = "Money a month. The same draws for every option. ± is the error of the drawing, a standard error."


def draws_section(c: ComparisonSheet) -> Html:
    """Between which totals nine in ten draws of an option lie, its mean, and how often it is the cheapest."""
    draws = c.sheet.document.get("draws")
    if not draws:
        return Html("")
    shown = [number for number, option in enumerate(draws["options"]) if option["mean"] is not None]
    title = joined("In ", c.sheet.figure(c.sheet.path("draws", "number")), " draws")
    parts = [_picture(c, shown), _table(c, shown)] if shown else []
    return section("draws", title, *parts, facts([*_refused(draws), *_drawn(c)]), remark=_REMARK)


def _months(c: ComparisonSheet, number: int) -> Any:  # noqa: ANN401  a formula
    """Months of the option that has the label of a drawn one."""
    label = c.sheet.at("draws", "options", number, "label")
    return c.of(c.labels.index(label), "months")


def _picture(c: ComparisonSheet, shown: list[int]) -> Html:
    names = [c.sheet.at("draws", "options", number, "label") for number in shown]
    formulas = [
        [ratio(c.sheet.path("draws", "options", number, key), _months(c, number)) for key in _PERCENTILES]
        for number in shown
    ]
    spans = [(c.sheet.value(low), c.sheet.value(middle), c.sheet.value(high)) for low, middle, high in formulas]
    columns = (Column("option", wide=True), *(Column(name, number=True) for name in _PERCENTILES.values()))
    rows = [
        Line((name, *(c.sheet.figure(formula) for formula in each))) for name, each in zip(names, formulas, strict=True)
    ]
    return joined(
        legend((("nine in ten draws", "var(--s4)"), ("median", "var(--ink)"))),
        ranges("Drawn totals a month of each option; the table below has every value", names, spans),
        data("Drawn totals: the figures", table("Drawn totals a month", columns, rows)),
    )


def _table(c: ComparisonSheet, shown: list[int]) -> Html:
    columns = (
        Column("option", wide=True),
        Column("mean", number=True),
        Column("error", number=True),
        Column("cheapest in", number=True),
        Column("error", number=True),
    )
    rows = []
    for number in shown:
        s = c.sheet.under("draws", "options", number)
        mean, wrong = (s.figure(ratio(s.path(key), _months(c, number))) for key in ("mean", "mean_error"))
        share, off = (s.percent(s.path(key)) for key in ("cheapest_share", "cheapest_error"))
        rows.append(Line((s.at("label"), mean, joined("±", wrong), share, joined("±", off))))
    return table("Means, and how often each option is the cheapest", columns, rows, cards=True)


def _refused(draws: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Why totals of an option could not be drawn."""
    return [
        (option["label"], tag("span", " ".join(option["reasons"]), class_="bad"))
        for option in draws["options"]
        if option["reasons"]
    ]


def _drawn(c: ComparisonSheet) -> list[tuple[str, str]]:
    """What is drawn at random, and how far it scatters."""
    s = c.sheet.under("draws")
    demands, terms = s.at("demands"), s.under("terms")
    traffic = joined("as planned")
    if demands:
        traffic = joined(f"normal, {demands[0]} to {demands[-1]}: one draw in twenty passes each end")
    return [
        ("Traffic", traffic),
        ("Prices", _prices(terms)),
        ("Failures", _failures(terms)),
        ("Seed", s.figure(s.path("seed"))),
    ]


def _prices(terms: Sheet) -> Html:
    kinds = {"on demand": "on_demand_spread", "spot": "spot_spread"}
    said = [joined(f"{name} ±", terms.percent(terms.path(key), 0)) for name, key in kinds.items() if terms.at(key)]
    return between(", ", *said) or joined("not drawn")


def _failures(terms: Sheet) -> Html:
    kinds = {
        "instance": ("instance_failures_per_year", "repair_hours"),
        "zone": ("zone_outages_per_year", "zone_outage_hours"),
    }
    said = [
        joined(
            terms.figure(terms.path(often), significant=2), f" a year of each {name}, ",
            terms.figure(terms.path(hours), significant=2), " hours",
        )
        for name, (often, hours) in kinds.items()
        if terms.at(often)
    ]  # fmt: skip
    return between(", ", *said) or joined("not drawn")

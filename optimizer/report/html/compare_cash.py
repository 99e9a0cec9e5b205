"""Payments month by month on the page of a comparison, where they were asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.report.html.charts import Series
from optimizer.report.html.compare_sheet import ComparisonSheet, colour
from optimizer.report.html.lines import month_lines
from optimizer.report.html.markup import Html, between, joined, tag
from optimizer.report.html.parts import Column, Line, data, facts, legend, section, table
from optimizer.report.html.plan_sheet import option_name
from optimizer.report.html.sheet import Sheet
from optimizer.report.words import place_label


def cash_section(c: ComparisonSheet) -> Html:
    """What each option has cost by each month, discounted, and from when it is the cheaper one."""
    flow = c.sheet.document.get("cash_flow")
    if not flow:
        return Html("")
    shown = [number for number, option in enumerate(flow["options"]) if option["cumulative"]]
    if not shown:
        return Html("")
    options = [flow["options"][number] for number in shown]
    series = [Series(option["label"], colour(at), option["cumulative"]) for at, option in enumerate(options)]
    s = c.sheet.under("cash_flow")
    columns = (Column("month"), *(Column(item.name, number=True) for item in series))
    rows = [
        Line((f"month {month}", *(s.figure(s.path("options", number, "cumulative", month)) for number in shown)))
        for month in range(len(options[0]["cumulative"]))
    ]
    picture = month_lines("Paid so far by month and option, discounted; the table below has every value", series)
    return section(
        "cash",
        "Cash flow",
        legend((item.name, item.colour) for item in series),
        picture,
        data("Paid so far: the figures", table("Paid so far", columns, rows)),
        _sums(c, shown),
        facts(_refused(flow["options"])),
        remark=_remark(c.sheet.under("cash_flow")),
    )


def _remark(s: Sheet) -> Html:
    """How amounts are discounted, what changes meanwhile, and what becomes of machines."""
    discounted = joined("Money paid so far, discounted by ", s.percent(s.path("discount_rate_per_year")), " a year. ")
    changes = joined("Demand and prices stay as they are")
    if s.at("demand_growth_per_year") or s.at("rent_decline_per_year"):
        growth = s.percent(s.path("demand_growth_per_year"), 1, signed=True)
        decline = s.percent(["-", 0, s.path("rent_decline_per_year")], 1, signed=True)
        changes = joined("Demand ", growth, " and rent ", decline, " a year, each year planned anew")
    worth = joined("lose value in a straight line")
    if s.at("value_kept_per_year") is not None:
        worth = joined("keep ", s.percent(s.path("value_kept_per_year")), " of their value a year")
    return joined(discounted, changes, "; machines ", worth, " and are sold in the last month.")


def _refused(options: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Why the payments of an option could not be followed."""
    return [
        (option["label"], tag("span", " ".join(option["reasons"]), class_="bad"))
        for option in options
        if option["reasons"]
    ]


def _sums(c: ComparisonSheet, shown: list[int]) -> Html:
    columns = (
        Column("option", wide=True),
        Column("paid", number=True),
        Column("net present cost", number=True),
        Column("cheaper from month", number=True),
    )
    rows = []
    for number in shown:
        s = c.sheet.under("cash_flow", "options", number)
        never = "" if s.at("label") == c.sheet.at("cash_flow", "compared_with") else "never"
        amounts = (s.figure(s.path("total")), s.figure(s.path("net_present_cost")))
        label = joined(s.at("label"), *_bought(s))
        rows.append(Line((label, *amounts, s.figure(s.path("cheaper_from_month"), missing=never))))
    return joined(tag("h3", "Over the whole time"), table("Cash flow over the whole time", columns, rows, cards=True))


def _bought(s: Sheet) -> list[Html]:
    """What is bought or signed when a year begins; a year that adds nothing is left out."""
    notes = []
    for at, year in enumerate(s.at("years")):
        bought = [
            joined(
                s.figure(s.path("years", at, "bought", number, "count")),
                f" × {item['instance_type']} ",
                tag("span", option_name(item["purchase_option"])),
                f" {place_label(item['location'])}",
            )
            for number, item in enumerate(year["bought"])
        ]
        if bought:
            said = joined("year ", s.figure(s.path("years", at, "year")), ": ", between(", ", *bought))
            notes.append(tag("span", said, class_="note"))
    return notes

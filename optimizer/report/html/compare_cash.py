"""Payments month by month on the page of a comparison, where they were asked for."""

from __future__ import annotations

from optimizer.report.html.charts import Series
from optimizer.report.html.compare_sheet import ComparisonSheet, colour
from optimizer.report.html.lines import month_lines
from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.parts import Column, Line, data, legend, section, table


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
    remark = joined(
        "Money paid so far, discounted by ", s.percent(s.path("discount_rate_per_year")), " a year. Rent changes by ",
        s.percent(["-", 0, s.path("rent_decline_per_year")], 1, signed=True), " and demand by ",
        s.percent(s.path("demand_growth_per_year"), 1, signed=True), " a year.",
    )  # fmt: skip
    return section(
        "cash",
        "Cash flow",
        legend((item.name, item.colour) for item in series),
        picture,
        data("Paid so far: the figures", table("Paid so far", columns, rows)),
        _sums(c, shown),
        remark=remark,
    )


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
        never = "" if number == 0 else "never"
        amounts = (s.figure(s.path("total")), s.figure(s.path("net_present_cost")))
        rows.append(Line((s.at("label"), *amounts, s.figure(s.path("cheaper_from_month"), missing=never))))
    return joined(tag("h3", "Over the whole time"), table("Cash flow over the whole time", columns, rows))

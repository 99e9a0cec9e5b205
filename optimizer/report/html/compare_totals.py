"""What each option costs, by category and service, and what makes it differ from the first."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.domain.plan import CATEGORIES
from optimizer.report.html.charts import Series, divided_bars
from optimizer.report.html.compare_sheet import ComparisonSheet, colour
from optimizer.report.html.formula import Formula
from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.parts import Column, Line, data, legend, section, table
from optimizer.report.html.plan_sheet import ALL_SERVICES
from optimizer.report.html.sheet import ratio

STATUS = {
    "infeasible": "infeasible, proven",
    "no_plan": "no plan found; nothing is proven",
    "failed": "failed",
    "as_today": "cost not known",
}
_PARTS = ("price", "performance", "rounding", "commitments", "other")
_DIFFERENCES = (
    "Money a month. Price: of an instance-hour on demand. Performance: hours that the work takes. Commitments: what is "
    "paid beyond hours in use at that price. Other: every other category."
)
_TOTALS = "To the first: – where the gaps of the two plans could hold the whole difference."


def totals_section(c: ComparisonSheet) -> Html:
    """One row for each option; an option without a plan says why."""
    columns = (
        Column("option", wide=True),
        Column("a month", number=True),
        Column("to the first", number=True),
        Column("gap", number=True),
        Column("per 1,000 requests", number=True),
        Column("kW", number=True),
        Column("MWh", number=True),
        Column("t CO₂e", number=True),
    )
    rows = [_total(c, number) for number in range(len(c.options))]
    shown = table("Options", columns, rows, cards=True)
    untold = any((apart := option["difference"]) is not None and not apart["told"] for option in c.options)
    return section("options", "Options", shown, remark=_TOTALS if untold else "")


def _total(c: ComparisonSheet, number: int) -> Line:
    option, s = c.options[number], c.sheet
    changes = (tag("span", change, class_="note") for change in (*option["changes"], *option["reasons"]))
    label = joined(option["label"], *changes, _until(c, number))
    if number not in c.known:
        return Line((label, STATUS.get(option["status"], option["status"]), *[""] * 6), kind="bad")
    cells = (
        label,
        s.figure(c.a_month(number, "total")),
        _to_first(c, number),
        s.percent(c.of(number, "gap"), 2, up=True, missing=""),
        s.figure(c.of(number, "per_1000_requests"), significant=3, missing=""),
        s.figure(c.of(number, "peak_kw"), 1),
        s.figure(["*", c.of(number, "energy_kwh"), 0.001], 1),
        s.figure(["*", c.of(number, "carbon_kg"), 0.001], 1),
    )
    return Line(cells)


def _until(c: ComparisonSheet, number: int) -> Html:
    """What a month costs until ordered machines arrive, and what one costs after that."""
    until, months = c.options[number]["until_arrival"], c.options[number]["months"]
    if until is None or c.options[number]["total"] is None or not months:
        return Html("")
    # Amounts a month are for 730 hours; the months until machines arrive are those of the calendar.
    waited = ratio(["*", c.of(number, "until_arrival", "months"), c.of(number, "months")], round(months))
    early = c.of(number, "until_arrival", "total")
    later = ratio(["-", c.of(number, "total"), early], ["-", c.of(number, "months"), waited])
    said = joined(
        c.sheet.figure(ratio(early, waited)), " a month until they arrive, ", c.sheet.figure(later), " after that"
    )
    return tag("span", said, class_="note")


def _to_first(c: ComparisonSheet, number: int) -> Html:
    apart = c.options[number]["difference"]
    if number == 0 or apart is None or not c.options[0]["total"]:
        return Html("")
    if not apart["told"]:
        return Html("–")
    return c.sheet.percent(ratio(c.of(number, "difference", "amount"), c.of(0, "total")), 1, signed=True)


def categories_section(c: ComparisonSheet) -> Html:
    """Totals divided by category, as a picture; by category and by service as tables that add up."""
    if not c.known:
        return Html("")
    used = [name for name in CATEGORIES if any(c.options[n]["by_category"].get(name) for n in c.known)]
    services = dict.fromkeys(name for n in c.known for name in c.options[n]["by_service"])
    named = sorted(services, key=lambda name: not name)
    ranked = sorted(used, key=lambda name: -max(c.options[n]["by_category"].get(name, 0.0) for n in c.known))
    series = [
        Series(name, colour(ranked.index(name)), [c.sheet.value(_part(c, n, "by_category", name)) for n in c.known])
        for name in used
    ]
    picture = divided_bars(
        "Cost a month of each option by category; the table below has every value",
        [c.labels[n] for n in c.known],
        series,
    )
    return section(
        "parts",
        "What they cost",
        tag("h3", "By category"),
        legend((item.name, item.colour) for item in series),
        picture,
        data("By category: the figures", _by(c, "Cost by category", "by_category", used)),
        tag("h3", "By service"),
        _by(c, "Cost by service", "by_service", named),
        remark="Money a month.",
    )


def _part(c: ComparisonSheet, number: int, key: str, name: str) -> Formula:
    return c.a_month(number, key, name) if name in c.options[number][key] else 0


def _by(c: ComparisonSheet, title: str, key: str, names: Sequence[str]) -> Html:
    columns = (
        Column("option", wide=True),
        *(Column(name or ALL_SERVICES, number=True) for name in names),
        Column("sum", number=True),
    )
    rows = []
    for number in c.known:
        cells, total = c.sheet.column([_part(c, number, key, name) for name in names])
        rows.append(Line((c.labels[number], *cells, total)))
    return table(title, columns, rows)


def differences_section(c: ComparisonSheet) -> Html:
    """Parts of each difference from the first option: below zero is cheaper."""
    told = [n for n in c.known if (apart := c.options[n]["difference"]) is not None and apart["told"]]
    if not told:
        return Html("")
    formulas = {name: [c.a_month(n, "difference", "parts", name) for n in told] for name in _PARTS}
    series = [
        Series(name, colour(number), [c.sheet.value(formula) for formula in formulas[name]])
        for number, name in enumerate(_PARTS)
    ]
    columns = (
        Column("option", wide=True),
        *(Column(name, number=True) for name in _PARTS),
        Column("sum", number=True),
    )
    rows = []
    for at, number in enumerate(told):
        cells, total = c.sheet.column([formulas[name][at] for name in _PARTS], signed=True)
        rows.append(Line((c.labels[number], *cells, total)))
    return section(
        "differences",
        joined("Against ", tag("span", c.labels[0])),
        legend((item.name, item.colour) for item in series),
        divided_bars(
            "Parts of each difference a month; the table below has every value", [c.labels[n] for n in told], series
        ),
        data("Parts of the differences: the figures", table("Differences", columns, rows)),
        remark=_DIFFERENCES,
    )

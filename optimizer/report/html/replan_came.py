"""What came, on the page of a re-plan: beside the forecast, which promises broke, and what hindsight would pay."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.report.html.charts import Series, beside_bars
from optimizer.report.html.formula import Formula
from optimizer.report.html.markup import Html, between, joined, tag
from optimizer.report.html.parts import Column, Line, bar, data, facts, legend, section, table
from optimizer.report.html.sheet import Sheet, ratio
from optimizer.report.words import money_digits

DEMANDS = ("low", "mid", "high")
#: Steps of so many minutes need no assumption about the busiest of them.
SHORTEST_MIN = 5
#: Broken hours of the day that are told one by one; a folded table has all.
HOURS_SHOWN = 5
_REMARK = (
    "Requests per second, means of the measured hours. Error: mean absolute difference by hour over the mean of the "
    "forecast. Above a demand: share of the hours in which the busiest five minutes were."
)
_ASSUMED = " The busiest five minutes of coarser counts are assumed."


def came_section(s: Sheet) -> Html:
    """What came beside what was expected, and what the running fleet made of it; nothing without measured counts."""
    if s.document.get("actuals") is None:
        return Html("")
    a = s.under("actuals")
    remark = _REMARK + (_ASSUMED if a.at("step_minutes") > SHORTEST_MIN else "")
    return section("came", "What came", _picture(a), _table(a), facts(_facts(a)), _broken(a), remark=remark)


def _numbers(a: Sheet) -> range:
    return range(len(a.at("series")))


def _name(a: Sheet, number: int) -> str:
    item = a.at("series", number)
    return f"{item['service']} {item['origin']}"


def _picture(a: Sheet) -> Html:
    """Two bars for each series, and their figures."""
    if not a.at("series"):
        return Html("")
    keys = {"forecast": ("expected_per_s", "var(--pale)"), "came": ("came_per_s", "var(--accent)")}
    names = [_name(a, number) for number in _numbers(a)]
    series = [
        Series(name, colour, [a.at("series", number, key) for number in _numbers(a)], digits=1)
        for name, (key, colour) in keys.items()
    ]
    columns = (Column("series"), *(Column(name, number=True) for name in keys))
    rows = [
        Line((names[number], *(a.figure(a.path("series", number, key), 1) for key, _ in keys.values())))
        for number in _numbers(a)
    ]
    return joined(
        legend((item.name, item.colour) for item in series),
        beside_bars(
            "Requests a second that were forecast and that came; the table below has every value", names, series
        ),
        data("Forecast and what came: the figures", table("Forecast and what came", columns, rows)),
    )


def _table(a: Sheet) -> Html:
    known = [name for name in DEMANDS if any(name in item["above"] for item in a.at("series"))]
    columns = (
        Column("service"),
        Column("origin"),
        Column("forecast", number=True),
        Column("came", number=True),
        Column("to forecast", number=True),
        Column("error", number=True),
        *(Column(f"above {name}", number=True) for name in known),
        *([Column("corrected by", number=True)] if a.at("corrected") else []),
        Column("five minutes", wide=True),
    )
    rows = [Line(_cells(a, number, known)) for number in _numbers(a)]
    return table("What came", columns, rows, cards=True)


def _cells(a: Sheet, number: int, known: Sequence[str]) -> Sequence[str]:
    of, item = a.under("series", number), a.at("series", number)
    expected, came = of.path("expected_per_s"), of.path("came_per_s")
    return (
        item["service"],
        item["origin"],
        of.figure(expected),
        of.figure(came),
        of.percent(_over(came, expected), signed=True, missing="–"),
        of.percent(of.path("error_share")),
        *(of.percent(of.path("above", name)) if name in item["above"] else "" for name in known),
        *([joined("× ", of.figure(of.path("correction"), 3))] if a.at("corrected") else []),
        joined(
            "busiest ", of.figure(of.path("came_peak_per_s")), " at ", tag("span", item["busiest"]), ", planned for ",
            of.figure(of.path("expected_peak_per_s")), " at most",
        ),
    )  # fmt: skip


def _over(above: Formula, below: Formula) -> Formula:
    """How much more one is than the other, as a share."""
    return ["-", ratio(above, below), 1]


def _facts(a: Sheet) -> list[tuple[str, str]]:
    span = joined(tag("span", a.at("first_day")), " to ", tag("span", a.at("last_day")))
    days, step = a.counted(a.path("days"), "day"), joined("steps of ", a.figure(a.path("step_minutes")), " minutes")
    measured = [("Measured", between(" · ", span, days, step))]
    if a.at("unmeasured"):
        measured.append(("Not measured", joined("taken as expected: ", tag("span", ", ".join(a.at("unmeasured"))))))
    return [*measured, ("Promises", _kept(a)), ("Hindsight", _hindsight(a)), ("Forecast", joined(a.at("rule")))]


def _kept(a: Sheet) -> Html:
    hours = a.figure(a.path("measured_hours"))
    if not a.at("broken"):
        said = joined("the running fleet carried all ", hours, " measured hours as promised")
        return tag("span", said, class_="good")
    said = joined("broken in ", a.figure(a.path("broken_hours")), " of ", hours, " measured hours of services")
    return tag("span", said, class_="bad")


def _hindsight(a: Sheet) -> Html:
    if a.at("hindsight_per_month") is None:
        return joined("no fleet carries all that came")
    running, cheapest = a.path("running_per_month"), a.path("hindsight_per_month")
    digits = money_digits(a.value(running))
    currency = a.document["currency"]
    best = joined(f"{currency} ", a.figure(cheapest, digits), " a month, the cheapest for what came")
    over = a.percent(_over(running, cheapest), signed=True, missing="–")
    return joined(best, f" · the running fleet: {currency} ", a.figure(running, digits), " a month, ", over)


def _broken(a: Sheet) -> Html:
    """Hours of the day in which promises broke, the most days first; more than a few are folded."""
    if not a.at("broken"):
        return Html("")
    columns = (Column("service"), Column("hour"), Column("days", number=True), Column("measured", number=True),
               Column("", bars=True))  # fmt: skip
    rows = []
    for number, item in enumerate(a.at("broken")):
        of = a.under("broken", number)
        days, measured = of.path("days"), of.path("measured_days")
        share = bar(of.value(ratio(days, measured)))
        rows.append(Line((item["service"], item["period"], of.figure(days), of.figure(measured), share)))
    shown = joined(tag("h3", "Hours in which promises broke"), table("Broken promises", columns, rows[:HOURS_SHOWN]))
    if len(rows) <= HOURS_SHOWN:
        return shown
    every = table("Every broken hour of the day", columns, rows)
    return joined(shown, data("Every hour of the day in which a promise broke: the figures", every))

"""The page of a forecast: the demand, the history it comes from, and how far it was right on that history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from optimizer.report.html.charts import Hours
from optimizer.report.html.forecast_sheet import FIGURES, name_of
from optimizer.report.html.forecast_tested import events_section, missing_section, rests_section, tested_section
from optimizer.report.html.lines import band_hours, day_line
from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.page import page
from optimizer.report.html.parts import Column, Line, data, key_figures, legend, section, table
from optimizer.report.html.sheet import Sheet, ratio

_DEMAND = (
    "Requests per second. Mean: over all hours. Low, mid, high: the busiest five minutes of the busiest hour; mid on "
    "an average day, low and high the least and the most of all its days."
)
_HOURS = (
    "Requests per second by hour. The band reaches from low to high; the bright line is mid, the quiet one the mean."
)


def forecast_html(document: Mapping[str, Any]) -> str:
    """Return the page of a forecast's document."""
    s = Sheet(document)
    numbers = range(len(document["series"]))
    sections = [
        key_figures(_key(s)),
        _demand(s),
        section("hours", "Hour by hour", *(_hours(s, number) for number in numbers), remark=_HOURS),
        section("history", "History", *(_history(s, number) for number in numbers), remark=_read(s)),
        tested_section(s),
        events_section(s),
        rests_section(s),
        missing_section(s),
    ]
    days = s.counted(s.path("days"), "day")
    about = [joined(days, " from ", tag("span", document["start"])), joined("hours of ", document["timezone"])]
    return page("Demand forecast", document["file"], about, sections, document)


def _key(s: Sheet) -> list[tuple[str, str, str]]:
    first = s.under("series", 0)
    several = len(s.at("series")) > 1
    others = f"the figures here are those of {name_of(s, 0)}" if several else name_of(s, 0)
    busiest = max(range(len(first.at("rows"))), key=lambda row: first.at("rows", row, "high"))
    row = first.at("rows", busiest)
    return [
        ("Busiest five minutes, high", first.figure(["max", first.path("rows", None, "high")], significant=4),
         f"requests/s at {row['day_type']} {row['hour']:02d} h"),
        ("Mean of the history", first.figure(first.path("mean_per_s"), significant=4), "requests/s"),
        ("Error of the back-test", first.percent(first.path("error_share")),
         joined("naive ", first.percent(first.path("naive_error_share")))),
        ("Inside the interval", first.percent(first.path("coverage")),
         joined("of the tested hours; ", s.percent(s.path("interval"), 0), " were asked for")),
        ("Series", s.figure(["count", s.path("series")]), others),
    ]  # fmt: skip


def _demand(s: Sheet) -> Html:
    columns = (
        Column("series"),
        Column("day type"),
        Column("days", number=True),
        Column("mean", number=True),
        Column("busiest at"),
        *(Column(name, number=True) for name in FIGURES[1:]),
    )
    rows = []
    for number, series in enumerate(s.at("series")):
        of, kinds = s.under("series", number), list(dict.fromkeys(row["day_type"] for row in series["rows"]))
        for at, kind in enumerate(kinds):
            positions = [n for n, row in enumerate(series["rows"]) if row["day_type"] == kind]
            busiest = max(positions, key=lambda n: series["rows"][n]["mid"])
            means = of.path("rows", {"day_type": kind}, "mean")
            mean = of.figure(ratio(["sum", means], ["count", means]), significant=3)
            days = s.figure(s.path("day_types", kind))
            peaks = [of.figure(of.path("rows", busiest, name), significant=3) for name in FIGURES[1:]]
            when = f"{series['rows'][busiest]['hour']:02d} h"
            rows.append(Line((name_of(s, number), kind, days, mean, when, *peaks), kind="same" if at else ""))
    return section("demand", "Demand", table("Demand", columns, rows, cards=True), remark=_DEMAND)


def _hours(s: Sheet, number: int) -> Html:
    of, rows = s.under("series", number), s.at("series", number, "rows")
    hours = Hours(tuple(row["day_type"] for row in rows), tuple(row["hour"] for row in rows))
    columns = (Column("hour"), *(Column(name, number=True) for name in FIGURES))
    lines = [
        Line((hours.label(at), *(of.figure(of.path("rows", at, name), significant=4) for name in FIGURES)))
        for at in range(len(rows))
    ]
    name = name_of(s, number)
    label = f"Requests a second of {name} by hour and day type; the table below has every value"
    return joined(
        tag("h3", name),
        legend((("low to high", "var(--pale)"), ("mid", "var(--accent)"), ("mean", "var(--quiet)"))),
        band_hours(label, hours, {key: [row[key] for row in rows] for key in FIGURES}),
        data(f"{name} by hour: the figures", table(f"Requests a second of {name}", columns, lines)),
    )


def _history(s: Sheet, number: int) -> Html:
    of, series = s.under("series", number), s.at("series", number)
    first = date.fromisoformat(series["first_day"])
    days = [(first + timedelta(days=at)).isoformat() for at in range(len(series["past_per_s"]))]
    columns = (Column("day"), Column("mean", number=True))
    rows = [Line((day, of.figure(of.path("past_per_s", at), significant=4))) for at, day in enumerate(days)]
    name = name_of(s, number)
    label = f"Mean requests a second of {name} on each day of the history; the table below has every value"
    return joined(
        tag("h3", name),
        day_line(label, days, series["past_per_s"]),
        data(f"History of {name}: the figures", table(f"History of {name}", columns, rows)),
    )


def _read(s: Sheet) -> Html:
    """What was read: days, step, what is missing."""
    document = s.document
    step = {60: "hour", 1440: "day"}.get(document["step_minutes"], "")
    every = step or joined(s.figure(s.path("step_minutes")), " minutes")
    kinds = [s.counted(["count", s.path("notices", {"kind": kind})], one) for kind, one in _MISSING]
    taken = "taken as no requests" if document["missing_is_zero"] else "left out, not filled"
    return joined(
        "Mean requests per second of what was counted on each day, ", tag("span", document["first_day"]), " to ",
        tag("span", document["last_day"]), ". A row for every ", every, "; ", kinds[0], ", ", kinds[1],
        *([f", {taken}"] if document["notices"] else []), ".",
    )  # fmt: skip


_MISSING = (("gap", "gap"), ("empty", "empty cell"))

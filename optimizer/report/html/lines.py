"""Charts of lines: a band by hour, a line by day, lines by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optimizer.report.html.charts import Hours, Series, faceted, hour_axis, painted, value_axis
from optimizer.report.html.drawing import AXIS_ROOM, NARROW, Spec, chart
from optimizer.report.html.markup import Html


def month_lines(label: str, series: Sequence[Series]) -> Html:
    """Return a line by month for each series."""
    values = [
        {"month": month, "number": number, "value": value}
        for number, item in enumerate(series)
        for month, value in enumerate(item.values)
    ]

    def spec(width: int) -> Spec:
        axis = {"title": None, "tickCount": 6 if width <= NARROW else 12, "format": "d", "grid": False}
        return {
            "data": {"values": values},
            "width": width - AXIS_ROOM - 14,
            "height": 220,
            "mark": {"type": "line", "strokeWidth": 1.8},
            "encoding": {
                "x": {"field": "month", "type": "quantitative", "axis": axis, "scale": {"nice": False}},
                "y": {"field": "value", "type": "quantitative", "axis": value_axis()},
                "color": painted(series),
            },
        }

    return chart(label, spec)


def band_hours(label: str, hours: Hours, figures: Mapping[str, Sequence[float]]) -> Html:
    """Return a band by hour from `low` to `high`, with lines for `mid` and `mean`."""
    values: list[Spec] = [
        {"day": hours.day_types[at], "hour": hours.hours[at], **{name: found[at] for name, found in figures.items()}}
        for at in range(len(hours.hours))
    ]
    axis = {**hour_axis()["axis"]}
    x = {"field": "hour", "type": "quantitative", "axis": {**axis, "grid": False}, "scale": {"domain": [0, 23]}}

    def line(name: str, colour: str, thick: float) -> Spec:
        y = {"field": name, "type": "quantitative", "axis": value_axis()}
        return {"mark": {"type": "line", "color": colour, "strokeWidth": thick}, "encoding": {"x": x, "y": y}}

    band = {
        "mark": {"type": "area", "color": "var(--pale)"},
        "encoding": {
            "x": x,
            "y": {"field": "low", "type": "quantitative", "axis": value_axis()},
            "y2": {"field": "high"},
        },
    }
    layers = [band, line("mean", "var(--quiet)", 1.2), line("mid", "var(--accent)", 2.0)]
    return chart(label, lambda width: faceted(hours, width, layers, values))


def day_line(label: str, days: Sequence[str], per_day: Sequence[float | None]) -> Html:
    """Return a line by day; where nothing is known of a day it is broken."""
    values = [{"day": day, "value": value} for day, value in zip(days, per_day, strict=True)]

    def spec(width: int) -> Spec:
        axis = {"title": None, "grid": False, "tickCount": 4 if width <= NARROW else 8, "format": "%Y-%m-%d"}
        return {
            "data": {"values": values},
            "width": width - AXIS_ROOM - 24,
            "height": 130,
            "mark": {
                "type": "line",
                "color": "var(--accent)",
                "strokeWidth": 1.4,
                "invalid": "break-paths-show-domains",
            },
            "encoding": {
                "x": {"field": "day", "type": "temporal", "timeUnit": "utcyearmonthdate", "axis": axis},
                "y": {"field": "value", "type": "quantitative", "axis": value_axis()},
            },
        }

    return chart(label, spec)

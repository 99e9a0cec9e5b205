"""Charts of bars: hours of day types, and bars that are divided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.report.html.drawing import AXIS_ROOM, NARROW, TIP, Spec, chart
from optimizer.report.html.markup import Html
from optimizer.report.html.sheet import written

#: Hours of different day types stand beside each other on a wide screen, so many in a row.
BESIDE = 4
BETWEEN = 18
HOURS_HIGH, BAR_HIGH, BESIDE_BAR_HIGH = 150, 24, 12


@dataclass(frozen=True, slots=True)
class Series:
    """A name, a colour, a value for each place of the axis, and the digits that the pointer shows of it."""

    name: str
    colour: str
    values: Sequence[float]
    digits: int = 0

    def tip(self, place: str, value: float) -> str:
        """Return what a mark says where the pointer rests on it: ``workday 08 h · on demand: 12``."""
        return f"{place}{TIP}{self.name}: {written(value, self.digits)}"


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of day types, in their order: what the horizontal axis is made of."""

    day_types: tuple[str, ...]
    hours: tuple[int, ...]

    def label(self, index: int) -> str:
        """``workday 08 h``."""
        return f"{self.day_types[index]} {self.hours[index]:02d} h"


def hour_axis() -> Spec:
    """Return the axis of a day: every sixth hour is named."""
    axis = {"title": None, "labelAngle": 0, "values": [0, 6, 12, 18], "labelExpr": "format(datum.value, '02') + ' h'"}
    return {"field": "hour", "type": "ordinal", "axis": axis, "scale": {"paddingInner": 0.12, "paddingOuter": 0.1}}


def faceted(hours: Hours, width: int, layers: list[Spec], values: list[Spec]) -> Spec:
    """Return a chart for each day type with one scale for all."""
    kinds = list(dict.fromkeys(hours.day_types))
    beside = 1 if width <= NARROW else len(kinds) if len(kinds) <= BESIDE else BESIDE - 1
    each = (width - AXIS_ROOM - (beside - 1) * BETWEEN) / beside
    return {
        "data": {"values": values},
        "facet": {"field": "day", "type": "nominal", "sort": kinds, "header": {"title": None}},
        "columns": beside,
        "spacing": {"column": BETWEEN, "row": 14},
        "spec": {"width": each, "height": HOURS_HIGH if len(kinds) <= BESIDE else 110, "layer": layers},
    }


def stacked_hours(label: str, hours: Hours, series: Sequence[Series]) -> Html:
    """Return bars by hour, divided by series from the axis upwards."""
    values = [
        _at(hours, index, item, number, value)
        for number, item in enumerate(series)
        for index, value in enumerate(item.values)
        if value
    ]
    layer = {
        "mark": {"type": "bar", "stroke": "var(--paper)", "strokeWidth": 0.4},
        "encoding": {
            "x": hour_axis(),
            "y": {"field": "value", "type": "quantitative", "stack": "zero", "axis": value_axis()},
            "color": painted(series),
            "order": {"field": "number", "type": "quantitative"},
            "description": {"field": "tip"},
        },
    }
    return chart(label, lambda width: faceted(hours, width, [layer], values))


def value_axis() -> Spec:
    """Return an axis of values in few steps; the heading of the chart says their unit."""
    return {"title": None, "tickCount": 4, "domain": False, "ticks": False, "format": ",~r"}


def lying_axis(width: int) -> Spec:
    """Return an axis of values that lies: on a phone few of them, and none nearer to another than two signs."""
    return {**value_axis(), "tickCount": 3 if width <= NARROW else 6, "labelSeparation": 14}


def painted(series: Sequence[Series]) -> Spec:
    """Return the colours of series; the legend stands in the page, not in the picture."""
    scale = {"domain": list(range(len(series))), "range": [item.colour for item in series]}
    return {"field": "number", "type": "ordinal", "scale": scale, "legend": None}


def _at(hours: Hours, index: int, item: Series, number: int, value: float) -> dict[str, Any]:
    return {
        "day": hours.day_types[index],
        "hour": hours.hours[index],
        "number": number,
        "value": value,
        "tip": item.tip(hours.label(index), value),
    }


def inside_hours(label: str, hours: Hours, outer: Series, inner: Series) -> Html:
    """Return bars by hour with others in front of them: what there is, and what of it is asked for."""
    values = [
        _at(hours, index, item, number, value)
        for number, item in enumerate((outer, inner))
        for index, value in enumerate(item.values)
    ]
    axis = {"field": "value", "type": "quantitative", "stack": None, "axis": value_axis()}
    encoding = {"x": hour_axis(), "y": axis, "description": {"field": "tip"}}
    layers: list[Spec] = [
        {
            "transform": [{"filter": f"datum.number == {number}"}],
            "mark": {"type": "bar", "color": item.colour, "width": {"band": 1 if number == 0 else 0.62}},
            "encoding": encoding,
        }
        for number, item in enumerate((outer, inner))
    ]
    return chart(label, lambda width: faceted(hours, width, layers, values))


def divided_bars(label: str, names: Sequence[str], series: Sequence[Series]) -> Html:
    """Return a bar for each name, divided by series; parts below zero lie to the left of it."""
    values = placed(names, series)

    def spec(width: int) -> Spec:
        sheet = _lying(names, width, BAR_HIGH)
        sheet["encoding"] |= {
            "x": {"field": "value", "type": "quantitative", "stack": "zero",
                  "axis": lying_axis(width)},
            "color": painted(series),
            "order": {"field": "number", "type": "quantitative"},
        }  # fmt: skip
        mark = {"type": "bar", "stroke": "var(--paper)", "strokeWidth": 0.4}
        return {**sheet, "data": {"values": values}, "mark": mark}

    return chart(label, spec)


def beside_bars(label: str, names: Sequence[str], series: Sequence[Series]) -> Html:
    """Return bars of every series under each other for each name, all from nothing and of one scale."""
    values = placed(names, series)

    def spec(width: int) -> Spec:
        sheet = _lying(names, width, len(series) * BESIDE_BAR_HIGH + BETWEEN / 2)
        sheet["encoding"] |= {
            "x": {"field": "value", "type": "quantitative", "stack": None,
                  "axis": lying_axis(width)},
            "yOffset": {"field": "number", "type": "ordinal", "scale": {"domain": list(range(len(series)))}},
            "color": painted(series),
        }  # fmt: skip
        return {**sheet, "data": {"values": values}, "mark": {"type": "bar"}}

    return chart(label, spec)


def ranges(label: str, names: Sequence[str], spans: Sequence[tuple[float, float, float]]) -> Html:
    """Return a bar from low to high for each name, with a tick in the middle; the axis need not begin at nothing."""
    values = [{"place": n, "low": low, "middle": middle, "high": high} for n, (low, middle, high) in enumerate(spans)]

    def spec(width: int) -> Spec:
        sheet = _lying(names, width, BAR_HIGH)
        y = sheet.pop("encoding")["y"]
        axis = lying_axis(width)

        def x(name: str) -> Spec:
            return {"field": name, "type": "quantitative", "axis": axis, "scale": {"zero": False}}

        bar = {
            "mark": {"type": "bar", "color": "var(--s4)"},
            "encoding": {"y": y, "x": x("low"), "x2": {"field": "high"}},
        }
        tick = {"mark": {"type": "tick", "color": "var(--ink)", "thickness": 2}, "encoding": {"y": y, "x": x("middle")}}
        return {**sheet, "data": {"values": values}, "layer": [bar, tick]}

    return chart(label, spec)


def placed(names: Sequence[str], series: Sequence[Series]) -> list[Spec]:
    """Return every value that is not nothing, with its place and its series."""
    return [
        {"place": index, "number": number, "value": item.values[index], "tip": item.tip(name, item.values[index])}
        for index, name in enumerate(names)
        for number, item in enumerate(series)
        if item.values[index]
    ]


def _lying(names: Sequence[str], width: int, step: float) -> Spec:
    """Return what charts of lying bars share: a place of `step` pixels for each name, with its label."""
    room = 110 if width <= NARROW else 170
    axis = {"title": None, "ticks": False, "domain": False, "labelExpr": f"({labels_of(names)})[datum.value]",
            "labelLimit": room - 20}  # fmt: skip
    scale = {"domain": list(range(len(names))), "paddingInner": 0.3}
    return {
        "width": width - room - 12,
        "padding": {"left": 14, "right": 2, "top": 2, "bottom": 2},
        "height": {"step": step, "for": "position"},
        "encoding": {
            "y": {"field": "place", "type": "ordinal", "axis": axis, "scale": scale},
            "description": {"field": "tip"},
        },
    }


def labels_of(names: Sequence[str]) -> str:
    """Return names by their place as an object of Vega's expressions, in which a text is written as in JSON."""
    import json

    return json.dumps({str(place): name for place, name in enumerate(names)})

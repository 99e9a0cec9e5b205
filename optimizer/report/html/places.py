"""Charts along places that follow each other, such as weeks: lines in steps, and standing bars."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.report.html.charts import Series, labels_of, painted, placed, value_axis
from optimizer.report.html.drawing import AXIS_ROOM, Spec, chart
from optimizer.report.html.markup import Html

#: Room of a sign of a label, and between two labels.
SIGN, APART = 8.0, 16.0


def step_lines(
    label: str, names: Sequence[str], series: Sequence[Series], marked: Sequence[int] = (), mark_colour: str = ""
) -> Html:
    """Return a line for each series that stays from one place to the next; the first series lies on top.

    Parameters
    ----------
    names
        Of the places, some of which stand under the axis.
    marked
        Places in whose middle the second series has a dot, in `mark_colour`.
    """
    values = [
        {"place": place, "number": number, "value": value}
        for number, item in reversed(list(enumerate(series)))
        for place, value in enumerate([*item.values, item.values[-1]])
    ]
    dots = [{"place": place + 0.5, "value": series[1].values[place]} for place in marked]
    y = {"field": "value", "type": "quantitative", "axis": value_axis()}

    def spec(width: int) -> Spec:
        x = place_axis(names, width)
        lines = {
            "mark": {"type": "line", "strokeWidth": 1.8, "interpolate": "step-after"},
            "encoding": {"x": x, "y": y, "color": painted(series)},
        }
        dot = {
            "data": {"values": dots},
            "mark": {"type": "point", "filled": True, "size": 34, "opacity": 1, "color": mark_colour},
            "encoding": {"x": x, "y": y},
        }
        sheet = {"data": {"values": values}, "width": width - AXIS_ROOM - 14, "height": 180}
        return {**sheet, "layer": [lines, dot] if dots else [lines]}

    return chart(label, spec)


def place_axis(names: Sequence[str], width: int) -> Spec:
    """Return an axis of places in their order, each as wide as the next; as many are named as have room."""
    longest = max((len(name) for name in names), default=1)
    room = max(int((width - AXIS_ROOM) // (SIGN * longest + APART)), 1)
    every = -(-len(names) // room)
    axis = {"title": None, "grid": False, "labelAngle": 0, "values": list(range(0, len(names), every)),
            "labelExpr": f"({labels_of(names)})[datum.value]", "labelAlign": "left", "labelFlush": False,
            "labelLimit": 0, "labelOverlap": False}  # fmt: skip
    scale = {"domain": [0, max(len(names), 1)], "nice": False}
    return {"field": "place", "type": "quantitative", "axis": axis, "scale": scale}


def upright_bars(label: str, names: Sequence[str], series: Sequence[Series]) -> Html:
    """Return standing bars of every series beside each other for each name, all from nothing and of one scale."""
    share = 0.8 / len(series)
    values = [
        {**item, "from": item["place"] + 0.1 + item["number"] * share,
         "to": item["place"] + 0.1 + (item["number"] + 1) * share}
        for item in placed(names, series)
    ]  # fmt: skip

    def spec(width: int) -> Spec:
        return {
            "data": {"values": values},
            "width": width - AXIS_ROOM - 14,
            "height": 110,
            "mark": {"type": "bar"},
            "encoding": {
                "x": {**place_axis(names, width), "field": "from"},
                "x2": {"field": "to"},
                "y": {"field": "value", "type": "quantitative", "axis": value_axis()},
                "y2": {"datum": 0},
                "color": painted(series),
                "description": {"field": "tip"},
            },
        }

    return chart(label, spec)

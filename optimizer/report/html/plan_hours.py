"""Demand against capacity, hour by hour, and the fleet under it by purchase option."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.report.html.charts import Series, inside_hours, stacked_hours
from optimizer.report.html.formula import Formula
from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.parts import Column, Line, data, legend, section, table
from optimizer.report.html.plan_sheet import PlanSheet, option_colour, option_name

_REMARK = (
    "Every hour of every day type. Asked: the busiest five minutes of the hour with what is added for retries and "
    "releases. Carried: what may arrive with the target kept, whatever may fail."
)
_ASKED, _CARRIED = "asked", "carried within the target"


def hours_section(p: PlanSheet) -> Html:
    """The fleet by purchase option, then each service's demand against its capacity."""
    if not p.plan["pools"]:
        return Html("")
    services = (_service(p, service) for service in p.services)
    return section("hours", "Demand and fleet by hour", _fleet(p), *services, remark=_REMARK)


def _fleet(p: PlanSheet) -> Html:
    options = p.options()
    formulas = {option: p.bought(option) for option in options}
    series = [Series(option_name(o), option_colour(o), p.sheet.value(formulas[o])) for o in options]
    label = "Instances by hour and purchase option; the table below has every value"
    return joined(
        tag("h3", "Instances by purchase option"),
        legend((item.name, item.colour) for item in series),
        stacked_hours(label, p.hours, series),
        _table(p, "Instances by hour", [item.name for item in series], list(formulas.values()), 0),
    )


def _service(p: PlanSheet, service: str) -> Html:
    arrivals = ["cols", p.sheet.path("pools", {"service": service}, "arrival_rate_per_s_by_period")]
    capacity = ["cols", p.sheet.path("pools", {"service": service}, "capacity_per_s_by_period")]
    asked = Series(_ASKED, "var(--accent)", p.sheet.value(arrivals), 1)
    carried = Series(_CARRIED, "var(--pale)", p.sheet.value(capacity), 1)
    label = f"Requests a second of {service} by hour, asked and carried; the table below has every value"
    return joined(
        tag("h3", service, tag("span", ", requests a second", class_="quiet")),
        legend((item.name, item.colour) for item in (asked, carried)),
        inside_hours(label, p.hours, carried, asked),
        _table(p, f"Requests a second of {service}", [_ASKED, _CARRIED], [arrivals, capacity], 1),
    )


def _table(p: PlanSheet, title: str, names: Sequence[str], formulas: Sequence[Formula], digits: int) -> Html:
    columns = (Column("hour"), *(Column(name, number=True) for name in names))
    rows = [
        Line((p.hours.label(at), *(p.sheet.figure(["at", formula, at], digits) for formula in formulas)))
        for at in range(len(p.hours.hours))
    ]
    return data(f"{title}: the figures", table(title, columns, rows))

"""The order of the changes of a re-plan, and how the fleets on the way were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.report.html.markup import Html, between, joined, tag
from optimizer.report.html.parts import Column, Line, section, table
from optimizer.report.html.sheet import Sheet
from optimizer.report.words import place_label

_STEPS = (
    "After each step the fleet is a plan of its own, and every rule is read again: at the demand in force until a "
    "service can carry the forecast, at the forecast from then on."
)


def steps_section(s: Sheet) -> Html:
    """The steps, and whether any of them breaks a rule."""
    steps: Sequence[Mapping[str, Any]] = s.document["steps"]
    if not steps:
        return Html("")
    columns = (
        Column("step"),
        Column("does"),
        Column("where", wide=True),
        Column("what", wide=True),
        Column("carries", wide=True),
        Column("checks", number=True),
        Column("every rule"),
    )
    rows = [_step(s, number, step) for number, step in enumerate(steps)]
    shown = table("In this order", columns, rows, cards=True)
    if any(step["broken"] for step in steps):
        verdict = tag("p", "Some steps break a rule: those that say so.", class_="bad")
    elif any(step.get("still_broken") for step in steps):
        verdict = tag("p", "What is broken before the first step is no worse after any.", class_="bad")
    else:
        verdict = tag("p", "Every promise is kept after every step.", class_="good")
    before = _broken_now(s.document.get("broken_now") or ())
    return section("steps", "In this order", before, verdict, shown, remark=_STEPS)


def _broken_now(rules: Sequence[str]) -> Html:
    if not rules:
        return Html("")
    return tag("p", "What runs breaks before the first step: ", between(" · ", *rules), class_="bad")


def _holds(step: Mapping[str, Any]) -> str:
    return "BREAKS" if step["broken"] else "as before" if step.get("still_broken") else "holds"


def _step(s: Sheet, number: int, step: Mapping[str, Any]) -> Line:
    of = s.under("steps", number)
    where = place_label(step["where"]) if step["kind"] in ("start", "stop") else step["where"]
    carries: dict[str, list[str]] = {}
    for service, demand in step["carries"].items():
        carries.setdefault(demand, []).append(service)
    cells = (
        s.figure(of.path("number")),
        step["kind"],
        where,
        joined(*(tag("div", what) for what in step["what"])),
        joined(*(tag("div", f"{demand}: {', '.join(names)}") for demand, names in carries.items())),
        s.figure(of.path("rules")),
        joined(_holds(step), *(tag("span", text, class_="note") for text in step["broken"])),
    )
    return Line(cells, kind="bad" if step["broken"] else "")

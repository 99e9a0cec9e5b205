"""The page of a year planned again every week: what runs, what it costs and changes, and what was not carried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.report.html.charts import Series
from optimizer.report.html.formula import Formula
from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.page import page
from optimizer.report.html.parts import Column, Line, data, facts, key_figures, legend, section, table
from optimizer.report.html.places import step_lines, upright_bars
from optimizer.report.html.sheet import Sheet
from optimizer.report.words import money_digits

_KEPT, _CHARGED, _FREE, _HINDSIGHT = "kept", "charged", "free", "hindsight"
_COLOURS = {_KEPT: "var(--quiet)", _CHARGED: "var(--accent)", _FREE: "var(--s1)", _HINDSIGHT: "var(--s2)"}
_CHARGE_COLOUR = "var(--s5)"
_WAYS = (
    "Kept: the fleet in force, never changed. Charged: planned again every week, every instance that starts or stops "
    "charged. Free: the same without a charge. Hindsight: each week's cheapest fleet for what came."
)
_HELD = "Instances that are held: in each zone the most of any hour."
_BROKEN = "Hours in which what came was not carried as promised, summed over services."


def rolling_html(name: str, weeks: str, document: Mapping[str, Any]) -> str:
    """Return the page of a rolling re-plan: totals first, then week by week.

    Parameters
    ----------
    name, weeks
        What was planned again, and the file of the weeks.
    """
    s = Sheet(document)
    about = [
        joined(weeks),
        joined(s.counted(["count", s.path("weeks")], "week"), " planned again"),
        joined("forecast: ", tag("span", document["plan_for"])),
    ]
    sections = [key_figures(_key(s)), _ways(s), _held(s), _costs(s), _charges(s), _short(s)]
    return page("Planned again every week", name, about, sections, document)


def _digits(s: Sheet) -> int:
    return money_digits(s.value(s.path("charged", "cost")))


def _key(s: Sheet) -> list[tuple[str, str, str]]:
    currency, digits = s.document["currency"], _digits(s)
    over = s.percent(s.path("charged", "over_hindsight"), signed=True)
    each = s.figure(s.path("cost_per_change"), 2)
    hours = joined("of ", s.figure(s.path("hours")), " a service")
    return [
        ("Over all weeks", joined(f"{currency} ", s.figure(s.path("charged", "cost"), digits)),
         joined(over, " to hindsight")),
        ("Charged for changes", joined(f"{currency} ", s.figure(s.path("charged", "charge"), digits)),
         joined(each, " for each start and stop")),
        ("Changes", s.figure(s.path("charged", "churn")),
         joined(s.figure(s.path("charged", "beyond")), " beyond the ", s.figure(s.path("forced")), " forced")),
        ("Broken hours", s.figure(s.path("charged", "short_hours")), hours),
        ("Broken, had nothing changed", s.figure(s.path("kept_short_hours")), hours),
    ]  # fmt: skip


def _ways(s: Sheet) -> Html:
    """With changes charged and without: one row each."""
    columns = (
        Column("changes are"),
        Column("cost", number=True),
        Column("of it for changes", number=True),
        Column("over hindsight", number=True),
        Column("changes", number=True),
        Column("beyond forced", number=True),
        Column("broken hours", number=True),
    )
    rows = [
        Line((
            way,
            s.figure(s.path(way, "cost"), _digits(s)),
            s.figure(s.path(way, "charge"), _digits(s)),
            s.percent(s.path(way, "over_hindsight"), signed=True),
            *(s.figure(s.path(way, name)) for name in ("churn", "beyond", "short_hours")),
        ))
        for way in (_CHARGED, _FREE)
    ]  # fmt: skip
    cheapest = joined(f"{s.document['currency']} ", s.figure(s.path("hindsight"), _digits(s)))
    forced = joined(s.counted(s.path("forced"), "change"), " to resize the fleet in force from week to week")
    told = facts([("Hindsight", cheapest), ("Forced", forced)])
    return section("ways", "Over all weeks", table("Over all weeks", columns, rows, cards=True), told, remark=_WAYS)


def _names(s: Sheet) -> list[str]:
    return [week["name"] for week in s.document["weeks"]]


def _held(s: Sheet) -> Html:
    """Instances week by week: the fleet kept against each new one, weeks with changes marked."""
    formulas = {
        _KEPT: [s.path("kept_instances") for _ in s.document["weeks"]],
        _CHARGED: _of(s, _CHARGED, "instances"),
        _FREE: _of(s, _FREE, "instances"),
    }
    changed = [number for number, week in enumerate(s.document["weeks"]) if week["charged"]["churn"]]
    picture = step_lines(
        "Instances held by week, kept and planned again; the table below has every value",
        _names(s), _series(s, formulas), changed, _CHARGE_COLOUR,
    )  # fmt: skip
    dots = [("instances start or stop, charged", _CHARGE_COLOUR)] if changed else []
    marks = [*((name, _COLOURS[name]) for name in formulas), *dots]
    return section("held", "What is held", legend(marks), picture, _table(s, "Instances", formulas), remark=_HELD)


def _costs(s: Sheet) -> Html:
    """What each week costs: planned again with a charge and without, and in hindsight."""
    formulas = {
        _CHARGED: _of(s, _CHARGED, "cost"),
        _FREE: _of(s, _FREE, "cost"),
        _HINDSIGHT: [s.path("weeks", number, "hindsight") for number in range(len(s.document["weeks"]))],
    }
    picture = step_lines("Cost by week; the table below has every value", _names(s), _series(s, formulas))
    marks = [(name, _COLOURS[name]) for name in formulas]
    remark = f"{s.document['currency']} a week, charges for changes included."
    return section(
        "costs", "What it costs", legend(marks), picture, _table(s, "Cost", formulas, _digits(s)), remark=remark
    )


def _charges(s: Sheet) -> Html:
    """What is charged for changes, week by week."""
    formulas = {"charge": _of(s, _CHARGED, "charge")}
    if not any(s.value(formula) for formula in formulas["charge"]):
        return Html("")
    series = [Series("charge", _CHARGE_COLOUR, [s.value(formula) for formula in formulas["charge"]], digits=2)]
    picture = upright_bars("Charges for changes by week; the table below has every value", _names(s), series)
    remark = f"{s.document['currency']} in the week in which instances start or stop."
    shown = _table(s, "Charges", formulas, 2)
    return section("charges", "Charged for changes", picture, shown, remark=remark)


def _short(s: Sheet) -> Html:
    """Hours that were not carried, week by week."""
    formulas = {way: _of(s, way, "short_hours") for way in (_CHARGED, _FREE)}
    if s.document["kept_short_hours"] is not None:
        kept = [s.path("weeks", number, "kept_short_hours") for number in range(len(s.document["weeks"]))]
        formulas = {_KEPT: kept, **formulas}
    if not any(s.value(formula) for found in formulas.values() for formula in found):
        return section("short", "Broken hours", tag("p", "None: what came was carried as promised.", class_="good"))
    picture = upright_bars("Broken hours by week; the table below has every value", _names(s), _series(s, formulas))
    marks = [(name, _COLOURS[name]) for name in formulas]
    shown = _table(s, "Broken hours", formulas)
    return section("short", "Broken hours", legend(marks), picture, shown, remark=_BROKEN)


def _of(s: Sheet, way: str, name: str) -> list[Formula]:
    return [s.path("weeks", number, way, name) for number in range(len(s.document["weeks"]))]


def _series(s: Sheet, formulas: Mapping[str, Sequence[Formula]]) -> list[Series]:
    return [Series(name, _COLOURS[name], [s.value(formula) for formula in found]) for name, found in formulas.items()]


def _table(s: Sheet, title: str, formulas: Mapping[str, Sequence[Formula]], digits: int = 0) -> Html:
    columns = (Column("week"), *(Column(name, number=True) for name in formulas))
    rows = [
        Line((name, *(s.figure(found[number], digits) for found in formulas.values())))
        for number, name in enumerate(_names(s))
    ]
    return data(f"{title} by week: the figures", table(f"{title} by week", columns, rows))

"""The page of a re-plan: whether to change, what each change is worth, and the way there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.page import page
from optimizer.report.html.parts import Column, Line, key_figures, section, table
from optimizer.report.html.plan import about, made_by
from optimizer.report.html.plan_checks import checks_section
from optimizer.report.html.plan_hours import hours_section
from optimizer.report.html.plan_money import cost_section
from optimizer.report.html.plan_pages import pages_section
from optimizer.report.html.plan_run import run_section
from optimizer.report.html.plan_sheet import PlanSheet
from optimizer.report.html.replan_came import came_section
from optimizer.report.html.replan_steps import steps_section
from optimizer.report.html.sheet import Sheet, ratio
from optimizer.report.words import money_digits
from optimizer.units import HOURS_PER_MONTH

_WORTH = "Money over the whole horizon. Saves: against leaving the service as it is, the charge taken off."
_LEFT = "Instead of what is planned above: what each would lose, its changes charged."


def replan_html(document: Mapping[str, Any]) -> str:
    """Return the page of a re-plan's document: the answer first, then the way, then the fleet it leads to."""
    s = Sheet(document)
    p = PlanSheet(s.under("plan"))
    changed = document["changed"]
    sections = [
        key_figures(_key(s)),
        came_section(s),
        _what(s),
        _left(s),
        steps_section(s),
        *((run_section(p), pages_section(p), hours_section(p), cost_section(p)) if changed else (hours_section(p),)),
        checks_section(p),
    ]
    name = document["plan"]["scenario"].get("name", "plan")
    return page("Planning again", name, about(p), sections, document, made_by(p))


def _months(s: Sheet) -> Any:  # noqa: ANN401  a formula
    return ratio(s.path("horizon_hours"), HOURS_PER_MONTH)


def _key(s: Sheet) -> list[tuple[str, str, str]]:
    document = s.document
    digits = money_digits(s.value(ratio(s.path("total"), _months(s))) or 0.0)
    currency = document["currency"]

    def a_month(name: str) -> Html:
        return joined(f"{currency} ", s.figure(ratio(s.path(name), _months(s)), digits))

    found: list[tuple[str, str, str]] = [("Change", *_verdict(s))]
    if document.get("in_force_per_month") is not None:
        when = "when it was made" if document.get("starts_from") == "plan" else "as it runs today"
        then = s.figure(s.path("in_force_per_month"), digits)
        found.append(("In force, a month", joined(f"{currency} ", then), joined(when)))
    if document["running_total"] is None:
        found.append(("As it is, a month", Html("–"), joined("what runs does not carry what is asked now")))
    else:
        found.append(("As it is, a month", a_month("running_total"), joined("carries what is asked now")))
    if document["changed"]:
        found.append(("Changed, a month", a_month("total"), _saved(s)))
        charge = joined(f"{currency} ", s.figure(s.path("charge"), 2))
        each = joined("once; ", s.figure(s.path("cost_per_change"), 2), " for each start and stop")
        found.append(("Charged for changes", charge, each))
    return found


def _verdict(s: Sheet) -> tuple[Html, Html]:
    document = s.document
    moved = Html("")
    if document["demand_change"] is not None:
        moved = joined("demand changed by up to ", s.percent(s.path("demand_change")))
    if not document["changed"]:
        return tag("span", "nothing", class_="good"), joined(document["reason"])
    return s.counted(["count", s.path("changes")], "service"), moved


def _saved(s: Sheet) -> Html:
    if not s.document["running_total"]:
        return Html("")
    share = ["-", ratio(s.path("total"), s.path("running_total")), 1]
    return joined(s.percent(share, 1, signed=True), " to what runs")


def _what(s: Sheet) -> Html:
    if not s.document["changes"]:
        return Html("")
    return section("changes", "What to change", _changes(s, "changes", "saves"), remark=_WORTH)


def _left(s: Sheet) -> Html:
    if not s.document["left"]:
        return Html("")
    return section("left", "What does not pay", _changes(s, "left", "loses"), remark=_LEFT)


def _changes(s: Sheet, key: str, worth: str) -> Html:
    columns = (
        Column("service"),
        Column("verdict"),
        Column("start", number=True),
        Column("stop", number=True),
        Column("charge", number=True),
        Column(worth, number=True),
        Column("why", wide=True),
    )
    rows = []
    for number, item in enumerate(s.document[key]):
        of = s.under(key, number)
        counts = (s.figure(of.path("started")), s.figure(of.path("stopped")), s.figure(of.path("charge"), 2))
        amount = s.figure(of.path("worth"), 2, missing="–")
        rows.append(Line((item["service"], item["verdict"], *counts, amount, item["reason"])))
    return table(f"{key}: what each is worth", columns, rows, cards=True)

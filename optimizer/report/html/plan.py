"""The page of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.page import page
from optimizer.report.html.parts import key_figures
from optimizer.report.html.plan_basis import (
    alternatives_section,
    capacity_section,
    close_calls_section,
    today_section,
)
from optimizer.report.html.plan_buy import buy_section
from optimizer.report.html.plan_checks import assumptions_section, checks_section
from optimizer.report.html.plan_hours import hours_section
from optimizer.report.html.plan_money import cost_section, per_thousand
from optimizer.report.html.plan_pages import pages_section
from optimizer.report.html.plan_rests import cannot_section, estimates_section
from optimizer.report.html.plan_run import run_section
from optimizer.report.html.plan_sheet import PlanSheet
from optimizer.report.html.sheet import Sheet
from optimizer.report.words import date_range, does

#: A gap below this is what floats leave of an exact proof.
PROVED = 1e-9
SERVICE_TIMES = {
    "cautious": "service times at the slow end of each error band",
    "central": "central service times",
    "measured_only": "measured service times only",
}


def plan_html(document: Mapping[str, Any]) -> str:
    """Return the page of a plan's document: the answer first, then what it rests on."""
    p = PlanSheet(Sheet(document))
    sections = [
        key_figures(_key(p)),
        run_section(p),
        pages_section(p),
        hours_section(p),
        cost_section(p),
        buy_section(p),
        today_section(p),
        capacity_section(p),
        close_calls_section(p),
        alternatives_section(p),
        estimates_section(p),
        assumptions_section(p),
        cannot_section(p),
        checks_section(p),
    ]
    return page("Fleet plan", document["scenario"].get("name", "plan"), about(p), sections, document, made_by(p))


def about(p: PlanSheet) -> list[Html]:
    """Return horizon, age of prices, demand planned for, and how service times were read."""
    plan, inputs = p.plan, p.plan["inputs"]
    said = []
    if inputs.get("horizon_months"):
        start = plan["scenario"].get("start", "")
        months = p.sheet.counted(p.sheet.path("inputs", "horizon_months"), "month")
        said.append(joined(months, *([" from ", tag("span", start)] if start else [])))
    dates = date_range(row["price_as_of"] for row in plan["fleet"] if not row["until"])
    said.append(joined("prices of ", *_dates(dates)))
    said.append(joined("plans for ", tag("span", inputs.get("plan_for", "unknown")), " demand"))
    plan_on = inputs.get("plan_on", "")
    return [*said, *([joined(SERVICE_TIMES.get(plan_on, plan_on))] if plan_on else [])]


def _dates(text: str) -> list[str]:
    first, to, last = text.partition(" to ")
    return [tag("span", first), to, tag("span", last) if last else ""]


def _key(p: PlanSheet) -> list[tuple[str, str, str]]:
    s, currency = p.sheet, p.currency
    total = s.path("objective", "total")
    mean = ["sum", s.path("demand", None, "requests_per_s_mean")]
    unit = s.figure(per_thousand(p, total, mean), significant=3, missing="–")
    instances = ["max", ["cols", s.path("fleet", None, "count_by_period")]]
    return [
        ("A month", joined(f"{currency} ", s.figure(p.a_month(total), p.digits)), _over(p)),
        ("Per 1,000 requests", joined(f"{currency} ", unit), ""),
        ("Proven", *_proof(p)),
        ("Instances at most", s.figure(instances), "in the busiest hour of the horizon"),
        ("Read a second time", *_checked(p)),
    ]


def _over(p: PlanSheet) -> Html:
    total = p.sheet.figure(p.sheet.path("objective", "total"), p.digits)
    return joined(f"{p.currency} ", total, " over the horizon")


def _proof(p: PlanSheet) -> tuple[Html, Html]:
    s, objective = p.sheet, p.plan["objective"]
    lower = s.path("objective", "lower_bound")
    stopped = f"stopped by the {p.plan['stopped_by']} limit; " if p.plan["stopped_by"] else ""
    if objective["lower_bound"] <= 0.0 < objective["total"]:
        return joined("nothing yet"), joined(f"{stopped}no lower bound was found")
    bound = joined(f"{stopped}no plan considered costs less than ", s.figure(p.a_month(lower), p.digits), " a month")
    above = ["/", ["-", s.path("objective", "total"), lower], lower]
    if (s.value(above) or 0.0) <= PROVED:
        return joined("the cheapest"), bound
    return joined("within ", s.percent(above, 2, up=True)), bound


def _checked(p: PlanSheet) -> tuple[Html, Html]:
    s, checks = p.sheet, p.plan["checks"]
    if not checks:
        return tag("span", "not yet", class_="bad"), Html("")
    count = s.counted(["count", s.path("checks")], "check")
    failed = s.path("checks", {"holds": False})
    if s.at("checks", {"holds": False}):
        fail = does(len(s.at("checks", {"holds": False})), "fail")
        return tag("span", s.figure(["count", failed]), f" {fail}", class_="bad"), joined("of ", count)
    return tag("span", "all hold", class_="good"), joined(count, ", the bill written again")


def made_by(p: PlanSheet) -> list[Html]:
    """Return what was considered, and what the plan was made with."""
    made, scenario = p.plan["created_with"], p.plan["scenario"]
    catalogs = [
        joined(" · catalog ", tag("span", item["name"]), f" {item['sha256'][:12]}") for item in p.plan["catalog"]
    ]
    return [
        joined("Considered: ", tag("span", p.plan["plan_space"])),
        joined(
            f"fleetopt {made['version']} · {made['solver']} · seed {made['seed']} · ",
            f"scenario {scenario.get('sha256', '')[:12]}",
            *catalogs,
        ),
    ]

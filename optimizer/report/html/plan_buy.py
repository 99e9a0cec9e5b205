"""What to buy, on the page of a plan: options, counts, prices with their dates, and what that means further."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.decisions.risks import largest_start
from optimizer.domain.plan import FleetRow, PlanPeriod
from optimizer.report.html.formula import Formula
from optimizer.report.html.markup import Html, between, filled, joined, tag
from optimizer.report.html.parts import Column, Line, facts, section, table
from optimizer.report.html.plan_sheet import PlanSheet, option_name
from optimizer.report.html.sheet import ratio
from optimizer.report.plan_buy import AFTER, IN_BILL, MOST_STARTS, NOT_IN_BILL, STARTS, STILL_TO_PAY, TO_GET

_BUY = "Least and most: instances over all hours. On average: paid over all hours. Money a month."


def buy_section(p: PlanSheet) -> Html:
    """One row for each location, type and option, with the date and basis of its price."""
    columns = (
        Column("where"),
        Column("instance type", wide=True),
        Column("option"),
        Column("least", number=True),
        Column("most", number=True),
        Column("on average", number=True),
        Column("an hour", number=True),
        Column("a month", number=True),
        Column("price of", wide=True),
    )
    keys = _bought(p)
    amounts, total = p.sheet.column([p.a_month(_rent(p, key)) for key in keys], p.digits)
    rows = []
    for number, (key, amount) in enumerate(zip(keys, amounts, strict=True)):
        same = number > 0 and all(keys[number - 1][name] == key[name] for name in ("provider", "region"))
        rows.append(Line((*_buy_cells(p, key), amount, _priced(p, key)), kind="same" if same else ""))
    shown = (
        table("What to buy", columns, rows, ("sum", *[""] * 6, total, ""), cards=True) if rows else tag("p", "Nothing.")
    )
    return section("buy", "What to buy", shown, _further(p), remark=_BUY)


def _bought(p: PlanSheet) -> list[dict[str, Any]]:
    names = ("provider", "region", "instance_type", "purchase_option", "until")
    found = {tuple(row[name] for name in names): None for row in p.plan["fleet"]}
    order = [*p.options(), *(row["purchase_option"] for row in p.plan["fleet"])]
    ranked = sorted(found, key=lambda key: (key[0], key[1], key[2], not key[4], order.index(key[3])))
    return [dict(zip(names, key, strict=True)) for key in ranked]


def _paid(p: PlanSheet, key: Mapping[str, Any]) -> Formula:
    counts = ["cols", p.sheet.path("fleet", key, "expected_count_by_period")]
    return ["dot", counts, p.sheet.path("periods", None, "hours")]


def _price(p: PlanSheet, key: Mapping[str, Any]) -> Formula:
    return ["max", p.sheet.path("fleet", key, "price_per_hour")]


def _rent(p: PlanSheet, key: Mapping[str, Any]) -> Formula:
    return ["*", _paid(p, key), _price(p, key)]


def _buy_cells(p: PlanSheet, key: Mapping[str, Any]) -> Sequence[str]:
    s = p.sheet
    counts = ["cols", s.path("fleet", key, "count_by_period")]
    until = joined(", signed until ", tag("span", key["until"])) if key["until"] else ""
    return (
        f"{key['provider']} {key['region']}",
        key["instance_type"],
        joined(option_name(key["purchase_option"]), until),
        s.figure(["min", counts]),
        s.figure(["max", counts]),
        s.average(ratio(_paid(p, key), s.path("objective", "horizon_hours"))),
        s.figure(_price(p, key), significant=4),
    )


def _priced(p: PlanSheet, key: Mapping[str, Any]) -> Html:
    rows = [row for row in p.plan["fleet"] if all(row[name] == key[name] for name in key)]
    said = dict.fromkeys((row["price_basis"], row["price_as_of"]) for row in rows)
    return between(", ", *(joined(tag("span", basis), " ", tag("span", as_of)) for basis, as_of in said))


def _further(p: PlanSheet) -> Html:
    """What buying means further: other demands, what is left to pay, starts, power, standby."""
    s, currency = p.sheet, p.currency
    lines: list[tuple[str, Html]] = []
    known = [name for name, total in p.plan["expected"].items() if total is not None]
    if len(known) > 1:
        each = [joined(f"{name} {currency} ", s.figure(p.a_month(s.path("expected", name)))) for name in known]
        lines.append(("If demand is", joined(between(" · ", *each), " a month")))
    lines += [*_after(p), *_starts(p)]
    power = _power(p)
    if power:
        lines.append(("Power", joined(power, ", cooling included, estimated from maximum power")))
    for item in p.plan.get("standby", ()):
        lost = f"{item['service']} from {item['origin']}: {item['primary']}, if it is lost {item['standby']}"
        lines.append(("Standby", joined(lost)))
    return facts(lines) if lines else Html("")


def _after(p: PlanSheet) -> list[tuple[str, Html]]:
    """What is still to be paid when the horizon ends, and how much of it the bill counts."""
    s = p.sheet
    if p.plan["obligation_after_horizon"] <= 0.0:
        return []
    rest = joined(f"{p.currency} ", s.figure(s.path("obligation_after_horizon")))
    counted = p.plan["cost"]["by_category"].get("obligation", 0.0) > 0.0
    part = filled(IN_BILL, amount=s.figure(s.path("cost", "by_category", "obligation"))) if counted else NOT_IN_BILL
    return [(AFTER, between(" · ", filled(STILL_TO_PAY, amount=rest), part))]


def _starts(p: PlanSheet) -> list[tuple[str, Html]]:
    """The hour that starts most instances on demand."""
    start = largest_start(p.records("fleet", FleetRow), p.records("periods", PlanPeriod))
    if start is None:
        return []
    running = ["cols", p.sheet.path("fleet", {"purchase_option": "on_demand", "until": ""}, "count_by_period")]
    count = p.sheet.counted(["-", ["at", running, start.at], ["at", running, start.after]], "instance")
    said = filled(STARTS, instances=count, when=tag("span", p.hours.label(start.at)))
    return [(TO_GET, between(" · ", said, MOST_STARTS))]


def _power(p: PlanSheet) -> Html:
    s, energy = p.sheet, p.plan.get("energy") or {}
    kinds = (
        ("peak_kw", 1.0, " kW", " at most"),
        ("energy_kwh", 0.001, " MWh", ""),
        ("carbon_kg", 0.001, " t", " CO₂e"),
    )
    return between(
        " · ",
        *(
            joined(s.figure(["*", s.path("energy", name), scale], 1, unit=unit), after)
            for name, scale, unit, after in kinds
            if energy.get(name) is not None
        ),
    )

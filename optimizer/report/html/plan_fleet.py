"""What to run and what to buy, on the page of a plan."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.report.html.formula import Formula
from optimizer.report.html.markup import Html, between, joined, tag
from optimizer.report.html.parts import Column, Line, bar, facts, section, table
from optimizer.report.html.plan_sheet import Group, PlanSheet, option_name
from optimizer.report.html.sheet import ratio
from optimizer.report.words import NAMES_SHOWN, zones_label

_RUN = "Base and peak: fewest and most instances over all hours. Busy: share of full batches at the peak."
_BUY = "Least and most: instances over all hours. On average: paid over all hours. Money a month."


def run_section(p: PlanSheet) -> Html:
    """One row for each service, location and configuration, with the promise against its target."""
    columns = (
        Column("service"),
        Column("where", wide=True),
        Column("instance type", wide=True),
        Column("batch", number=True),
        Column("base", number=True),
        Column("peak", number=True),
        Column("busy", number=True),
        Column("promised", wide=True),
        Column("speed", wide=True),
    )
    groups = p.groups()
    rows = [
        _run_row(p, group, before is not None and before.key["service"] == group.key["service"])
        for group, before in zip(groups, (None, *groups), strict=False)
    ]
    shown = table("What to run", columns, rows, cards=True) if rows else tag("p", "Nothing: there is no demand.")
    return section("run", "What to run", shown, remark=_RUN)


def _run_row(p: PlanSheet, group: Group, same: bool) -> Line:
    s, key = p.sheet, group.key
    zones = zones_label(key["region"], [pool["zone"] for pool in group.pools])
    each = s.figure(s.path("pools", p.plan["pools"].index(group.pools[0]), "accelerators_per_replica"))
    on = joined(each, f" × {group.accelerator}") if group.accelerator else "CPU"
    cells = (
        key["service"],
        joined(tag("span", group.place), " ", tag("span", zones, class_="quiet"), _note(_serves(p, group))),
        joined(tag("span", key["instance_type"]), _note(on)),
        s.figure(s.path("pools", p.plan["pools"].index(group.pools[0]), "batch_size")),
        s.figure(["min", p.counts(group)]),
        s.figure(["max", p.counts(group)]),
        s.percent(_busy(p, group), 0, missing=""),
        joined(*(_promise(p, group, name) for name in group.pools[0]["target"])),
        joined(_basis(p, group), _note(key["profile"])),
    )
    return Line(cells, kind="same" if same else "")


def _note(text: str) -> Html:
    return tag("span", text, class_="note") if text else Html("")


def _basis(p: PlanSheet, group: Group) -> Html:
    pool = group.pools[0]
    band = p.sheet.percent(p.sheet.path("pools", p.plan["pools"].index(pool), "error_band"), 0)
    return joined(f"{pool['basis']} ±", band)


def _busy(p: PlanSheet, group: Group) -> Formula:
    """Share of full batches over the replicas, in the period in which most requests arrive."""
    arrivals = p.sheet.value(["cols", p.sheet.path("pools", group.key, "arrival_rate_per_s_by_period")])
    at = max(range(len(arrivals)), key=arrivals.__getitem__, default=0)
    replicas = p.sheet.path("pools", group.key, "replicas_by_period", at)
    used = p.sheet.path("pools", group.key, "utilisation_by_period", at)
    return ratio(["dot", replicas, used], ["sum", replicas])


def _promise(p: PlanSheet, group: Group, name: str) -> Html:
    s = p.sheet
    worst = ["max", s.path("pools", group.key, "promised", name)]
    first = p.plan["pools"].index(group.pools[0])
    target = s.path("pools", first, "target", name)
    share = s.value(ratio(worst, target))
    label = name.removesuffix("_ms").replace("_", " ")
    reached = s.value(worst)
    digits = 1 if isinstance(reached, float) and math.isfinite(reached) else 0
    said = joined(f"{label} ", s.figure(worst, digits), " of ", s.figure(target, 0, unit=" ms"))
    return tag("div", said, bar(share, "limit"))


def _serves(p: PlanSheet, group: Group) -> str:
    pools = {p.plan["pools"].index(pool) for pool in group.pools}
    served = dict.fromkeys(r["origin"] for r in p.plan["routing"] if r["pool"] in pools and any(r["share_by_period"]))
    named, more = list(served)[:NAMES_SHOWN], " and others" if len(served) > NAMES_SHOWN else ""
    return f"for {', '.join(named)}{more}" if served else ""


def buy_section(p: PlanSheet) -> Html:
    """One row for each location, type and option, with the date and basis of its price."""
    columns = (
        Column("where"),
        Column("instance type"),
        Column("option"),
        Column("least", number=True),
        Column("most", number=True),
        Column("on average", number=True),
        Column("an hour", number=True),
        Column("a month", number=True),
        Column("price of"),
    )
    keys = _bought(p)
    amounts, total = p.sheet.column([p.a_month(_rent(p, key)) for key in keys], p.digits)
    rows = []
    for number, (key, amount) in enumerate(zip(keys, amounts, strict=True)):
        same = number > 0 and all(keys[number - 1][name] == key[name] for name in ("provider", "region"))
        rows.append(Line((*_buy_cells(p, key), amount, _priced(p, key)), kind="same" if same else ""))
    shown = table("What to buy", columns, rows, ("sum", *[""] * 6, total, "")) if rows else tag("p", "Nothing.")
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
        s.figure(ratio(_paid(p, key), s.path("objective", "horizon_hours")), 1),
        s.figure(_price(p, key), significant=4),
    )


def _priced(p: PlanSheet, key: Mapping[str, Any]) -> Html:
    rows = [row for row in p.plan["fleet"] if all(row[name] == key[name] for name in key)]
    said = dict.fromkeys((row["price_basis"], row["price_as_of"]) for row in rows)
    return between(", ", *(joined(tag("span", basis), " ", tag("span", as_of)) for basis, as_of in said))


def _further(p: PlanSheet) -> Html:
    """What buying means further: other demands, what is left to pay, power, standby."""
    s, currency = p.sheet, p.currency
    lines = []
    known = [name for name, total in p.plan["expected"].items() if total is not None]
    if len(known) > 1:
        each = [joined(f"{name} {currency} ", s.figure(p.a_month(s.path("expected", name)))) for name in known]
        lines.append(("If demand is", joined(between(" · ", *each), " a month")))
    if p.plan["obligation_after_horizon"] > 0.0:
        rest = s.figure(s.path("obligation_after_horizon"))
        lines.append(("After the horizon", joined(f"{currency} ", rest, " still to be paid")))
    power = _power(p)
    if power:
        lines.append(("Power", joined(power, ", cooling included, estimated from maximum power")))
    for item in p.plan.get("standby", ()):
        lost = f"{item['service']} from {item['origin']}: {item['primary']}, if it is lost {item['standby']}"
        lines.append(("Standby", joined(lost)))
    return facts(lines) if lines else Html("")


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

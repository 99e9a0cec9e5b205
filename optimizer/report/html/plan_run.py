"""What to run, on the page of a plan."""

from __future__ import annotations

import math

from optimizer.report.html.formula import Formula
from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.parts import Column, Line, bar, section, table
from optimizer.report.html.plan_sheet import Group, PlanSheet
from optimizer.report.html.sheet import ratio
from optimizer.report.words import NAMES_SHOWN, zones_label

_RUN = "Base and peak: fewest and most instances over all hours. Busy: share of full batches at the peak."


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
        joined(s.figure(s.path("pools", p.plan["pools"].index(group.pools[0]), "batch_size")), _wait(p, group)),
        s.figure(["min", p.counts(group)]),
        s.figure(["max", p.counts(group)]),
        s.percent(_busy(p, group), 0, missing=""),
        joined(*(_promise(p, group, name) for name in group.pools[0]["target"])),
        joined(_basis(p, group), _note(key["profile"])),
    )
    return Line(cells, kind="same" if same else "")


def _wait(p: PlanSheet, group: Group) -> Html:
    """How long a batch waits to fill; nothing where it starts at once."""
    if not group.key["max_wait_ms"]:
        return Html("")
    wait = p.sheet.path("pools", p.plan["pools"].index(group.pools[0]), "max_wait_ms")
    return tag("span", joined("waits ", p.sheet.figure(wait, significant=2, unit=" ms")), class_="note")


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
    said = joined(f"{label} ", s.figure(worst, digits), " of ", s.figure(target, s.whole_digits(target), unit=" ms"))
    return tag("div", said, bar(share, "limit"))


def _serves(p: PlanSheet, group: Group) -> str:
    pools = {p.plan["pools"].index(pool) for pool in group.pools}
    served = dict.fromkeys(r["origin"] for r in p.plan["routing"] if r["pool"] in pools and any(r["share_by_period"]))
    named, more = list(served)[:NAMES_SHOWN], " and others" if len(served) > NAMES_SHOWN else ""
    return f"for {', '.join(named)}{more}" if served else ""

"""What to change of a plan in force, as a report."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from optimizer.domain.replan import Replan, ServiceChange, Step
from optimizer.report.actuals_part import actuals_parts
from optimizer.report.page import Column, Facts, Page, Row, Table, Tone
from optimizer.report.plan_checked import checked_facts
from optimizer.report.plan_run import run_table
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, money, money_digits, percent, percent_at_most, place_label, signed_percent
from optimizer.units import HOURS_PER_MONTH

CENTS = 2
KEPT = "every promise is kept after every step"


def replan_report(name: str, found: Replan) -> Report:
    """Return a re-plan as a report: page for people, document for programs, the steps for spreadsheets."""
    return Report(
        page=lambda: replan_page(name, found),
        document=found.to_dict,
        records=lambda: Records(
            ("number", "kind", "where", "what", "carries", "rules", "holds", "broken"),
            [_record(step) for step in found.steps],
        ),
        html=lambda: _html(found),
    )


def _html(found: Replan) -> str:
    from optimizer.report.html.replan import replan_html

    return replan_html(found.to_dict())


def _record(step: Step) -> tuple[Any, ...]:
    carries = "; ".join(f"{service}: {demand}" for service, demand in step.carries.items())
    what, broken = "; ".join(step.what), "; ".join(step.broken)
    return step.number, step.kind, step.where, what, carries, step.rules, step.holds, broken


def replan_page(name: str, found: Replan) -> Page:
    """Return the page: whether to change, what it costs and saves, and the way there."""
    title = (name, found.plan.scenario.get("name", ""), f"forecast: {found.plan.inputs['plan_for']}")
    came = [] if found.actuals is None else actuals_parts(found.actuals, found.currency)
    parts: list[Facts | Table] = [*came, *_money(found)]
    if not found.changed:
        parts.append(Facts("Change", (("nothing", found.reason),), "good"))
        return Page(title, (*parts, checked_facts(found.plan)))
    parts += [*_changes(found), run_table(found.plan), *_way(found), checked_facts(found.plan)]
    return Page(title, tuple(parts))


def _money(found: Replan) -> Iterator[Facts]:
    months = found.horizon_hours / HOURS_PER_MONTH
    digits = money_digits(found.total / months)

    def a_month(amount: float) -> str:
        return f"{found.currency} {money(amount / months, digits)} a month"

    when = "when it was made" if found.starts_from == "plan" else "as it runs today"
    moved = () if found.demand_change is None else (f"demand changed by up to {percent(found.demand_change)}",)
    yield Facts("In force", ((f"{found.currency} {money(found.in_force_per_month, digits)} a month {when}", *moved),))
    if found.running_total is None:
        yield Facts("As it is", (("does not carry what is asked now",),), "bad")
    else:
        yield Facts("As it is", ((a_month(found.running_total), "carries what is asked now"),))
    if found.changed:
        charge = f"of it {found.currency} {money(found.charge, CENTS)} once for changes"
        gap = found.plan.objective.gap
        proof = "the cheapest" if gap <= 1e-9 else f"within {percent_at_most(gap)} of the cheapest"
        saved = () if not found.running_total else (signed_percent(found.total / found.running_total - 1.0),)
        yield Facts("Changed", ((a_month(found.total), *saved, charge, f"proved {proof} with changes charged"),))


def _changes(found: Replan) -> list[Table]:
    columns = (
        Column("service", untitled=True),
        Column("verdict", untitled=True),
        Column("start", right=True),
        Column("stop", right=True),
        Column("charge", right=True),
        Column("saves, less the charge", right=True),
    )
    remark = f"money over the whole horizon · every start and stop is charged {money(found.cost_per_change, CENTS)}"
    tables = [Table("What to change", columns, tuple(_change(item, 1.0) for item in found.changes), remarks=(remark,))]
    if found.left:
        left = tuple(_change(item, -1.0) for item in found.left)
        note = "instead of what is planned above: what each would lose, its changes charged"
        tables.append(Table("What does not pay", columns, left, remarks=(note,)))
    return tables


def _change(item: ServiceChange, sign: float) -> Row:
    worth = "" if item.worth is None else money(sign * item.worth, CENTS)
    cells = (item.service, item.verdict, f"{item.started:,}", f"{item.stopped:,}", money(item.charge, CENTS), worth)
    return Row(cells, (item.reason,))


def _way(found: Replan) -> list[Facts | Table]:
    if not found.steps:
        return []
    rows = tuple(_step(step) for step in found.steps)
    columns = (
        Column("", right=True, untitled=True),
        Column("step", untitled=True),
        Column("where", untitled=True),
        Column("what", untitled=True, least=24),
        Column("every rule"),
    )
    tone: Tone = "good" if found.keeps_promises else "bad"
    now = [Facts("Now", (("breaks already, before the first step", *found.broken_now),), "bad")]
    way: list[Facts | Table] = [Table("In this order", columns, rows)]
    return [*(now if found.broken_now else []), *way, Facts("On the way", _verdict(found), tone)]


def _step(step: Step) -> Row:
    where = place_label(step.where) if step.kind in ("start", "stop") else step.where
    holds = "BREAKS" if step.broken else "as before" if step.still_broken else "holds"
    cells = (f"{step.number}", step.kind, where, "; ".join(step.what), holds)
    return Row(cells, step.broken, "bad" if step.broken else "plain")


def _verdict(found: Replan) -> tuple[tuple[str, ...], ...]:
    """How the fleets on the way were read, in which order, and from which step on each service carries the forecast."""
    steps = found.steps
    broken = [step for step in steps if step.broken]
    still = [step for step in steps if step.still_broken and not step.broken]
    read = f"{sum(step.rules for step in steps):,} checks after {counted(len(steps), 'step')}"
    breaks = "1 step breaks a rule" if len(broken) == 1 else f"{len(broken)} steps break a rule"
    kept = "what is broken before the first step is no worse after any" if still else KEPT
    head = breaks if broken else kept
    first: dict[str, int] = {}
    for step in steps:
        for service, demand in step.carries.items():
            if demand == "forecast":
                first.setdefault(service, step.number)
    ready = [
        f"{', '.join(service for service, _ in ready_then)} from step {number} on"
        for number, ready_then in groupby(
            sorted(first.items(), key=lambda item: (item[1], item[0])), key=lambda item: item[1]
        )
    ]
    order = found.order
    if broken:
        order = f"no order was found that breaks none; this one breaks fewest: {order}"
    return ((head, read), (order,), (f"carries the forecast: {'; '.join(ready)}", "before it, the demand in force"))

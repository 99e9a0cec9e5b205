"""The plan as a report: its page, its document and its bill."""

from __future__ import annotations

import dataclasses

from optimizer.domain.plan import CostLine, Plan
from optimizer.report.page import Facts, Page, Table
from optimizer.report.plan_alternatives import alternatives_table
from optimizer.report.plan_buy import buy_facts, buy_table
from optimizer.report.plan_checked import checked_facts
from optimizer.report.plan_cost import cost_table, service_table
from optimizer.report.plan_pages import pages_table
from optimizer.report.plan_rests import (
    assumed_facts,
    cannot_facts,
    capacity_table,
    close_calls_table,
    estimates_table,
)
from optimizer.report.plan_run import run_table, title, total_facts
from optimizer.report.plan_today import today_facts
from optimizer.report.report import Records, Report


def plan_report(plan: Plan) -> Report:
    """Return a plan as a report: page for people, ``plan.json`` for programs, the bill for spreadsheets, charts."""
    return Report(
        page=lambda: plan_page(plan),
        document=plan.to_dict,
        records=lambda: bill_records(plan),
        html=lambda: _html(plan),
    )


def _html(plan: Plan) -> str:
    from optimizer.report.html.plan import plan_html

    return plan_html(plan.to_dict())


def plan_page(plan: Plan) -> Page:
    """Return the page of a plan: the answer first, then what it rests on."""
    cannot = cannot_facts(plan)
    parts: list[Facts | Table] = [
        *total_facts(plan),
        run_table(plan),
        *([pages] if (pages := pages_table(plan)) is not None else []),
        buy_table(plan),
        *buy_facts(plan),
        *([today] if (today := today_facts(plan)) is not None else []),
        cost_table(plan),
        service_table(plan),
        capacity_table(plan),
        *([others] if (others := alternatives_table(plan)) is not None else []),
        close_calls_table(plan),
        estimates_table(plan),
        assumed_facts(plan),
        *([cannot] if cannot is not None else []),
        Facts("Considered", ((plan.plan_space,),)),
        checked_facts(plan),
    ]
    return Page(title(plan), tuple(parts))


def bill_records(plan: Plan) -> Records:
    """Return the lines of the bill, every column of theirs."""
    names = tuple(field.name for field in dataclasses.fields(CostLine))
    return Records(names, [tuple(getattr(line, name) for name in names) for line in plan.cost.lines])

"""Limits on the whole plan that tables alone show to be too small: power, carbon, budget."""

from __future__ import annotations

import numpy as np

from optimizer.formulation.context import Context
from optimizer.formulation.optimistic import Outlook
from optimizer.formulation.relaxed_limits import least_kw_per_need
from optimizer.formulation.relaxed_totals import (
    expected_need,
    least_cost_per_need,
    least_kg_per_need,
    least_work,
    volume_cost,
)
from optimizer.formulation.rules.budget import budget_total
from optimizer.planning.infeasible.why import Finding
from optimizer.planning.infeasible.words import amount, hour_label
from optimizer.units import KG_PER_TONNE

#: Sums of many terms are compared with a limit to so many parts.
ROUNDING = 1e-9


def small_power(context: Context, outlook: Outlook) -> list[Finding]:
    """Find a power limit below what the hardest hour draws at least."""
    limit = context.scenario.limits.power_kw
    if limit is None or outlook.hopeless or not outlook.pairs or not context.is_on("power_limit"):
        return []
    least = np.array(
        [min(least_kw_per_need(context, offer, 1.0) for offer in outlook.of_pair(n)) for n in range(len(outlook.pairs))]
    )
    by_hour = least @ outlook.need_per_s[:, 0, :]
    hour = int(np.argmax(by_hour))
    if by_hour[hour] <= limit * (1.0 + ROUNDING):
        return []
    least_kw, label = amount(by_hour[hour]), hour_label(context, hour)
    text = f"power: {limit:g} kW are less than the {least_kw} kW that {label} takes at least."
    return [Finding("power_limit", ("limits.power_kw",), text)]


def small_carbon(context: Context, outlook: Outlook) -> list[Finding]:
    """Find a carbon limit below what the horizon emits at least."""
    limit = context.scenario.limits.carbon_t
    if limit is None or outlook.hopeless or not outlook.pairs or not context.is_on("carbon_limit"):
        return []
    work, need = least_work(context, outlook), expected_need(context, outlook)
    least = (
        sum(
            need[n] * min(least_kg_per_need(context, offer, work[n]) for offer in outlook.of_pair(n))
            for n in range(len(outlook.pairs))
        )
        / KG_PER_TONNE
    )
    if least <= limit * (1.0 + ROUNDING):
        return []
    text = f"carbon: {limit:g} t are less than the {amount(least)} t that the horizon emits at least."
    return [Finding("carbon_limit", ("limits.carbon_t",), text)]


def small_budget(context: Context, outlook: Outlook) -> list[Finding]:
    """Find a budget below the least that any plan costs: each origin where and by what it is cheapest."""
    limit = budget_total(context.scenario, on=context.is_on("budget"))
    if limit is None or outlook.hopeless or context.scenario.commitments:
        return []
    work, need = least_work(context, outlook), expected_need(context, outlook)
    least = context.rates.fixed_total() + volume_cost(context, outlook)
    for n in range(len(outlook.pairs)):
        least += need[n] * min(least_cost_per_need(context, offer, work[n]) for offer in outlook.of_pair(n))
    if least <= limit * (1.0 + ROUNDING):
        return []
    currency, months = context.catalog.currency, context.rates.horizon_months
    asked = context.scenario.limits.budget_per_month or 0.0
    text = (
        f"budget: {currency} {asked:,.2f} a month are less than the {currency} {least / months:,.2f} "
        "that any plan costs at least."
    )
    return [Finding("budget", ("limits.budget_per_month",), text)]

"""Two plans beside each other: what differs in decisions, money and inputs. Nothing is planned here."""

from __future__ import annotations

from optimizer.differences.decisions import fleet_changes, pool_changes, route_changes
from optimizer.differences.inputs import input_changes
from optimizer.differences.money import category_changes, line_changes, months, service_changes
from optimizer.domain.difference import DIFFERENCE_FORMAT, HALF_CENT, PlanDifference, Side
from optimizer.domain.plan import Plan
from optimizer.errors import Fault, InputError


def difference_of(before: Plan, after: Plan, names: tuple[str, str] = ("before", "after")) -> PlanDifference:
    """Return what differs between two plans.

    Parameters
    ----------
    names
        How the plans are called, for example by their files.

    Raises
    ------
    InputError
        If the plans count in different currencies, or one has no horizon.
    """
    _refuse(before, after, names)
    sides = _side(before, names[0]), _side(after, names[1])
    apart, doubt = sides[1].a_month - sides[0].a_month, sides[0].gap_a_month + sides[1].gap_a_month
    return PlanDifference(
        format=DIFFERENCE_FORMAT,
        currency=before.objective.currency,
        before=sides[0],
        after=sides[1],
        difference=apart,
        doubt=doubt,
        money_differs=abs(apart) > doubt + HALF_CENT,
        fleet=fleet_changes(before, after),
        pools=pool_changes(before, after),
        routing=route_changes(before, after),
        categories=category_changes(before, after),
        services=service_changes(before, after),
        lines=line_changes(before, after),
        inputs=input_changes(before, after),
    )


def _side(plan: Plan, name: str) -> Side:
    objective, length = plan.objective, months(plan)
    return Side(
        name=name,
        scenario=plan.scenario.get("name", ""),
        horizon_start=plan.scenario.get("start", ""),
        horizon_hours=objective.horizon_hours,
        total=objective.total,
        a_month=objective.total / length,
        gap_a_month=max(0.0, objective.total - objective.lower_bound) / length,
    )


def _refuse(before: Plan, after: Plan, names: tuple[str, str]) -> None:
    faults = [
        Fault(f"{name} objective.horizon_hours", f"must be above 0 (found {plan.objective.horizon_hours:g})")
        for plan, name in zip((before, after), names, strict=True)
        if plan.objective.horizon_hours <= 0.0
    ]
    mine, theirs = before.objective.currency, after.objective.currency
    if mine != theirs:
        what = f"counts in {theirs}, {names[0]} in {mine}"
        faults.append(Fault(f"{names[1]} objective.currency", what, "Plan both in one currency."))
    if faults:
        raise InputError(faults)


__all__ = ["difference_of"]

"""Where paid capacity goes, what the plan rests on, what it assumes, and what came close."""

from __future__ import annotations

from optimizer.domain.plan import Assumption, Plan, Rejected
from optimizer.report.cannot import COUNTED, OTHERS, SERVICE, Cannot, cannot_serve
from optimizer.report.cannot import HEADING as CANNOT
from optimizer.report.estimates import DATED, NOTHING, WITHIN, Estimate, estimates
from optimizer.report.estimates import HEADING as ESTIMATES
from optimizer.report.page import Column, Facts, Row, Table, bar
from optimizer.report.plan_run import months_of
from optimizer.report.rounding import rounded_shares
from optimizer.report.words import counted, money, money_digits, percent, signed_percent

ASSUMPTIONS_SHOWN = 6
CLOSE_CALLS_SHOWN = 5


def capacity_table(plan: Plan) -> Table:
    """Shares of paid capacity by what it is needed for; what takes none is left out."""
    shares = rounded_shares(list(plan.headroom.values()))
    rows = [
        Row((label, percent(share), bar(share, max(shares))))
        for label, share in zip(plan.headroom, shares, strict=True)
        if share > 0.0
    ]
    columns = (
        Column("needed for", untitled=True),
        Column("share", right=True),
        Column("picture", untitled=True, drop=9, bar=True),
    )
    remarks = () if rows else ("not known for this plan",)
    return Table("Where paid capacity goes", columns, tuple(rows), remarks=remarks)


def estimates_table(plan: Plan) -> Table:
    """Estimated service times and prices that the bill rests on, the largest first."""
    digits = money_digits(plan.cost.total / months_of(plan))
    rows = [
        Row((item.what, _basis(plan, item), money(item.amount / months_of(plan), digits), _effect(plan, item.what)))
        for item in estimates(plan.pools, plan.cost.lines, plan.inputs.get("instance_types", ()))
    ]
    columns = (
        Column("what", untitled=True),
        Column("basis"),
        Column("a month", right=True),
        Column("10 % more", right=True, drop=1, as_note="10 % more: {} of the total"),
    )
    return Table(ESTIMATES, columns, tuple(rows), remarks=() if rows else (NOTHING,))


def _basis(plan: Plan, item: Estimate) -> str:
    if item.pool is None:
        return DATED.format(as_of=item.as_of)
    return WITHIN.format(band=percent(plan.pools[item.pool].error_band, 0))


def _effect(plan: Plan, what: str) -> str:
    """How the total moves if this is a tenth higher, where the plan knows it."""
    for assumption in plan.assumptions:
        if assumption.what == what:
            return _effect_of(plan, assumption)
    return ""


def _effect_of(plan: Plan, assumption: Assumption) -> str:
    effect = assumption.effect_of_10_percent_on_total
    return "" if effect is None or not plan.cost.total else signed_percent(effect / plan.cost.total)


def assumed_facts(plan: Plan) -> Facts:
    """The first assumptions, each with its value and its weight; estimates have their own table."""
    told = {row.cells[0] for row in estimates_table(plan).rows}
    others = [item for item in plan.assumptions if not any(item.what.startswith(what) for what in told)]
    others = [item for item in others if not item.what.startswith("service time of ")]
    lines = [(_assumption_text(plan, item),) for item in others[:ASSUMPTIONS_SHOWN]]
    if len(others) > ASSUMPTIONS_SHOWN:
        lines.append((f"and {len(others) - ASSUMPTIONS_SHOWN} more, all with their sources, in --format json",))
    return Facts("Assumed", tuple(lines))


def _assumption_text(plan: Plan, item: Assumption) -> str:
    effect = _effect_of(plan, item)
    return f"{item.what}: {item.value}" + (f" (10 % more: {effect} of the total)" if effect else "")


def close_calls_table(plan: Plan) -> Table:
    """The instance types that were nearest to being chosen, and why the others cannot serve."""
    near = sorted(
        (item for item in plan.rejected if item.reason == "costs_more" and item.extra_cost is not None),
        key=lambda item: (item.extra_cost or 0.0, item.service, item.instance_type),
    )
    digits = money_digits(plan.cost.total / months_of(plan))
    rows = [
        Row(
            (
                f"{item.service} on {item.instance_type}",
                _rise(plan, item),
                money((item.extra_cost or 0.0) / months_of(plan), digits),
                item.detail,
            )
        )
        for item in near[:CLOSE_CALLS_SHOWN]
    ]
    columns = (
        Column("instead", untitled=True),
        Column("on the total", right=True),
        Column("a month", right=True),
        Column("detail", untitled=True, drop=1, least=30),
    )
    return Table("Close calls", columns, tuple(rows), remarks=() if rows else ("none: nothing else can serve",))


def bound(detail: str) -> str:
    """Return the word before a rise of which only the least is proved, as its detail says; else nothing."""
    return "from " if detail.startswith("at least") else ""


def _rise(plan: Plan, item: Rejected) -> str:
    return bound(item.detail) + signed_percent((item.extra_cost or 0.0) / plan.cost.total) if plan.cost.total else ""


def cannot_facts(plan: Plan) -> Facts | None:
    """Why instance types cannot serve, counted by reason; None where all can."""
    lines = tuple(_cannot_line(item) for item in cannot_serve(plan.rejected))
    return Facts(CANNOT, lines) if lines else None


def _cannot_line(item: Cannot) -> tuple[str, ...]:
    first, *more = [
        reason if item.agree else COUNTED.format(reason=reason, count=count) for reason, count in item.reasons
    ]
    others = [OTHERS.format(count=item.others)] if item.others else []
    return SERVICE.format(service=item.service, types=counted(item.types, "type"), reason=first), *more, *others

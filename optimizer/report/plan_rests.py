"""Where paid capacity goes, what the plan rests on, what it assumes, and what came close."""

from __future__ import annotations

from collections import Counter

from optimizer.domain.plan import Assumption, CostLine, Plan, Rejected
from optimizer.report.groups import pool_groups
from optimizer.report.page import Column, Facts, Row, Table, bar
from optimizer.report.plan_cost import item_name
from optimizer.report.plan_run import months_of
from optimizer.report.rounding import rounded_shares
from optimizer.report.words import counted, money, money_digits, percent, signed_percent

ASSUMPTIONS_SHOWN = 6
CLOSE_CALLS_SHOWN = 5
REASONS_SHOWN = 3


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
    found = [*_estimated_times(plan), *_estimated_prices(plan)]
    digits = money_digits(plan.cost.total / months_of(plan))
    rows = [
        Row((what, basis, money(amount / months_of(plan), digits), _effect(plan, what)))
        for what, basis, amount in sorted(found, key=lambda item: (-item[2], item[0]))
    ]
    columns = (
        Column("what", untitled=True),
        Column("basis"),
        Column("a month", right=True),
        Column("10 % more", right=True, drop=1, as_note="10 % more: {} of the total"),
    )
    nothing = "nothing: no price of the bill and no service time of a pool is estimated"
    return Table("Rests on estimates", columns, tuple(rows), remarks=() if rows else (nothing,))


def _estimated_times(plan: Plan) -> list[tuple[str, str, float]]:
    sums: dict[tuple[str, str], float] = {}
    for group in pool_groups(plan):
        pool = group.first
        if pool.basis == "estimated":
            what = f"service time of {pool.profile} on {group.accelerator or pool.instance_type}"
            label = (what, f"estimated, within {percent(pool.error_band, 0)}")
            sums[label] = sums.get(label, 0.0) + group.rent
    return [(what, basis, amount) for (what, basis), amount in sums.items()]


def _estimated_prices(plan: Plan) -> list[tuple[str, str, float]]:
    sums: dict[tuple[str, str], float] = {}
    for line in plan.cost.lines:
        if line.basis == "estimate" and line.amount:
            key = (_priced(line), f"estimate, {line.as_of or 'undated'}")
            sums[key] = sums.get(key, 0.0) + line.amount
    return [(what, basis, amount) for (what, basis), amount in sums.items()]


def _priced(line: CostLine) -> str:
    if line.category == "compute":
        return f"price of {line.instance_type} in {line.location}"
    if line.category == "network":
        return f"transfer prices {item_name(line)}"
    return f"{line.category} price: {item_name(line) or line.item}"


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


def _rise(plan: Plan, item: Rejected) -> str:
    least = "from " if item.detail.startswith("at least") else ""
    return least + signed_percent((item.extra_cost or 0.0) / plan.cost.total) if plan.cost.total else ""


def cannot_facts(plan: Plan) -> Facts | None:
    """Why instance types cannot serve, counted by reason; None where all can."""
    by_service: dict[str, Counter[str]] = {}
    for item in plan.rejected:
        if item.reason == "cannot":
            by_service.setdefault(item.service, Counter())[item.detail] += 1
    lines = [
        (f"{service} on {counted(reasons.total(), 'type')}: {first}", *more)
        for service, reasons in by_service.items()
        for first, *more in [_reasons(reasons)]
    ]
    return Facts("Cannot", tuple(lines)) if lines else None


def _reasons(reasons: Counter[str]) -> list[str]:
    """The most common reasons, each with its count where there are several."""
    if len(reasons) == 1:
        return list(reasons)
    shown = [f"{reason} ({count})" for reason, count in reasons.most_common(REASONS_SHOWN)]
    left = sum(count for _, count in reasons.most_common()[REASONS_SHOWN:])
    return [*shown, f"other reasons ({left})"] if left else shown

"""What a fleet or a plan costs, as a report: the account first, then what it rests on."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from optimizer.domain.account import GROUPED_BY, Account, By
from optimizer.domain.plan import CATEGORIES, CostLine
from optimizer.report.cost_holds import holds_facts, holds_table
from optimizer.report.cost_rent import rent_table
from optimizer.report.page import Column, Facts, Page, Row, Table, bar
from optimizer.report.plan_cost import bill_table
from optimizer.report.report import Records, Report
from optimizer.report.rounding import adds_up, largest_remainder, rounded_shares
from optimizer.report.words import counted, date_range, money, money_digits, option_label, percent, place_label
from optimizer.units import DAYS_PER_MONTH, HOURS_PER_DAY, HOURS_PER_MONTH

COST_FORMAT = "fleetopt/cost/1"
_NONE = {"category": "", "service": "all services", "location": "no single place", "option": "not bought by option"}
_REMARKS = {
    "service": "all services: people, support plans and what else no single service causes",
    "location": "no single place: people, support plans and what else stands nowhere",
    "option": "not bought by option: network, storage, people, monitoring and support plans",
}


def cost_report(account: Account, by: By | None = None) -> Report:
    """Return an account as a report; `by` names how its page and its CSV add the bill up, None for the whole of it."""
    return Report(
        page=lambda: _page(account, by),
        document=lambda: _document(account),
        records=lambda: _bill(account) if by is None else _groups(account, by),
    )


def months_of(account: Account) -> float:
    """Months of 730 hours in the horizon."""
    return account.horizon_hours / HOURS_PER_MONTH


def _page(account: Account, by: By | None) -> Page:
    parts: list[Facts | Table] = [*_total(account)]
    if by is not None:
        return Page(_title(account), (*parts, _group_table(account, by)))
    parts += holds_facts(account)
    parts += _against_plan(account)
    if account.reaches:
        parts.append(holds_table(account.reaches))
    parts += [rent_table(account), bill_table(account.cost, months_of(account)), _group_table(account, "service")]
    return Page(_title(account), tuple(parts))


def _title(account: Account) -> tuple[str, ...]:
    months = round(account.horizon_hours / HOURS_PER_DAY / DAYS_PER_MONTH)
    what = "today's fleet" if account.kind == "fleet" else "plan"
    start = f" from {account.horizon_start}" if account.horizon_start else ""
    dates = date_range(line.as_of for line in account.cost.lines if line.category == "compute")
    return (account.scenario or "plan", what, counted(months, "month") + start, f"prices as of {dates}")


def _total(account: Account) -> list[Facts]:
    currency, months, known = account.currency, months_of(account), account.cost.total
    digits = money_digits(known / months)
    pieces = [f"{currency} {money(known, digits)}", f"{currency} {money(known / months, digits)} a month"]
    if account.instances is not None:
        pieces.append(counted(account.instances, "instance"))
    if account.total is not None:
        return [Facts("Total", (tuple(pieces),), "strong")]
    missing = f"no price of {', '.join(account.unpriced)}: give a quote with price_rules"
    return [Facts("Total", (("not known",), (f"at least {pieces[0]}", *pieces[1:]), (missing,)), "bad")]


def _against_plan(account: Account) -> list[Facts]:
    if account.plan_total is None:
        return []
    currency, months = account.currency, months_of(account)
    digits = money_digits(account.plan_total / months)
    cheapest = f"{currency} {money(account.plan_total / months, digits)} a month"
    if account.savings is None:
        why = "a price is not known" if account.unpriced else "a service reaches no instance"
        return [Facts("A plan", ((cheapest, f"what it saves cannot be told: {why}"),))]
    amounts = largest_remainder([saving.amount / months for saving in account.savings], digits)
    parts = tuple(
        f"{_sign(amount)}{money(abs(amount), digits)} {saving.cause}"
        for saving, amount in zip(account.savings, amounts, strict=True)
    )
    whole = adds_up(amounts, digits)
    saved = f"saves {money(whole, digits)}" if whole >= 0.0 else f"costs {money(-whole, digits)} more"
    return [Facts("A plan", ((cheapest, saved), parts))]


def _sign(saved: float) -> str:
    """A saving takes from the bill; none has no sign."""
    return "" if saved == 0.0 else "-" if saved > 0.0 else "+"


def _sums(account: Account, by: By) -> list[tuple[str, float]]:
    """Groups, the dearest first; categories in their fixed order, what belongs to none last."""
    sums = account.by(by)
    if by == "category":
        return [(name, sums[name]) for name in CATEGORIES if name in sums]
    return sorted(sums.items(), key=lambda item: (item[0] == "", -item[1], item[0]))


def _group_table(account: Account, by: By) -> Table:
    """The bill a month by one thing; amounts and shares add up to their sums."""
    groups, months = _sums(account, by), months_of(account)
    digits = money_digits(account.cost.total / months)
    amounts = largest_remainder([amount / months for _, amount in groups], digits)
    shares = rounded_shares([amount for _, amount in groups])
    largest = max(shares, default=0.0)
    rows = [
        Row((_name(by, name), money(amount, digits), percent(share), bar(share, largest)))
        for (name, _), amount, share in zip(groups, amounts, shares, strict=True)
    ]
    total = Row(("sum", money(adds_up(amounts, digits), digits), percent(adds_up(shares, 3)), ""), tone="strong")
    columns = (
        Column(by, untitled=True),
        Column("a month", right=True),
        Column("share", right=True),
        Column("picture", untitled=True, drop=9, bar=True),
    )
    remarks = (_REMARKS[by],) if by in _REMARKS and any(name == "" for name, _ in groups) else ()
    return Table(f"By {'purchase option' if by == 'option' else by}", columns, tuple(rows), total, remarks)


def _name(by: By, name: str) -> str:
    if not name:
        return _NONE[by]
    return {"option": option_label, "location": place_label}.get(by, str)(name)


def _groups(account: Account, by: By) -> Records:
    months, total = months_of(account), account.cost.total
    rows = [(name, amount, amount / months, amount / total if total else 0.0) for name, amount in _sums(account, by)]
    return Records((by, "amount", "amount_a_month", "share"), rows)


def _bill(account: Account) -> Records:
    names = tuple(field.name for field in dataclasses.fields(CostLine))
    return Records(names, [tuple(getattr(line, name) for name in names) for line in account.cost.lines])


def _document(account: Account) -> dict[str, Any]:
    known = math.fsum(line.amount for line in account.cost.lines)
    reaches = account.reaches
    savings = account.savings
    return {
        "format": COST_FORMAT,
        "kind": account.kind,
        "scenario": account.scenario,
        "currency": account.currency,
        "horizon_start": account.horizon_start,
        "horizon_hours": account.horizon_hours,
        "total": account.total,
        "known_total": known,
        "instances": account.instances,
        "unpriced": list(account.unpriced),
        "unplaced": list(account.unplaced),
        "holds": account.holds,
        "reaches": None if reaches is None else [{**dataclasses.asdict(item), "holds": item.holds} for item in reaches],
        "plan_total": account.plan_total,
        "savings": None if savings is None else [dataclasses.asdict(item) for item in savings],
        **{f"by_{name}": account.by(name) for name in GROUPED_BY},
        "lines": [dataclasses.asdict(line) for line in account.cost.lines],
    }

"""What simpler and safer ways to run the same services would cost."""

from __future__ import annotations

from optimizer.domain.plan import Alternative, Plan
from optimizer.report.page import Column, Row, Table
from optimizer.report.plan_run import months_of
from optimizer.report.words import counted, money, money_digits, signed_percent

#: More instance types than this are counted.
TYPES_SHOWN = 3
SAME = "no difference beyond the gap"


def alternatives_table(plan: Plan) -> Table | None:
    """What each alternative costs beside the plan; None where none was asked for."""
    if not plan.alternatives:
        return None
    columns = (
        Column("instead", untitled=True, least=20),
        Column("on the total", right=True),
        Column("a month", right=True),
        Column("runs on", drop=1, least=20),
    )
    rows = tuple(_row(plan, each) for each in plan.alternatives)
    return Table("Alternatives", columns, rows, remarks=("each is a verified plan of its own, free in all the rest",))


def _row(plan: Plan, each: Alternative) -> Row:
    if each.difference is None:
        return Row((each.label, "no plan", "", ""), tuple(each.reasons))
    if each.verdict == "same":
        return Row((each.label, "-", "-", _types(each)), (SAME,))
    a_month, digits = each.difference / months_of(plan), money_digits(plan.cost.total / months_of(plan))
    share = signed_percent(each.difference / plan.cost.total) if plan.cost.total else ""
    sign = "+" if a_month > 0.0 else ""
    return Row((each.label, share, sign + money(a_month, digits), _types(each)))


def _types(each: Alternative) -> str:
    names = [name.replace("/", " ", 1) for name in each.types]
    return ", ".join(names) if len(names) <= TYPES_SHOWN else counted(len(names), "type")

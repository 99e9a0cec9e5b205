"""Cash flows on the page of a comparison: sums paid so far, discounted, and from when an option is the cheaper one."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.decisions.cash.records import CashFlow, OptionCash
from optimizer.decisions.records import Comparison
from optimizer.report.page import Column, Facts, Row, Table
from optimizer.report.words import counted, money, option_label, percent, place_label, signed_percent
from optimizer.units import MONTHS_PER_YEAR

#: Most points in time that stand beside each other.
MOST_MARKS = 5
CASH_NAMES = ("cash_total", "net_present_cost", "cheaper_from_month")


def cash_table(found: Comparison) -> Table | None:
    """What each option has cost after a year, and so on; what is bought when stands below it."""
    flow = found.cash_flow
    shown = [option for option in flow.options if option.cumulative] if flow is not None else []
    if flow is None or not shown:
        return None
    marks = marks_of(flow.months)
    columns = (
        Column("option", untitled=True, least=16),
        Column("at once", right=True),
        *(
            Column(_mark(month), right=True, drop=number + 1, as_note=f"{_mark(month)}: {{}}")
            for number, month in enumerate(marks)
        ),
        Column("net present cost", right=True),
        Column("cheaper from", right=True),
    )
    rows = tuple(_row(option, flow, marks, is_first=option.label == flow.compared_with) for option in shown)
    heading = f"Paid over {counted(flow.months, 'month')}"
    return Table(heading, columns, rows, remarks=tuple(_remarks(found, flow)))


def marks_of(months: int) -> list[int]:
    """Ends of years before the last month, of which a few are shown."""
    ends = list(range(MONTHS_PER_YEAR, months, MONTHS_PER_YEAR))
    step = -(-len(ends) // MOST_MARKS) or 1
    return ends[step - 1 :: step]


def _mark(month: int) -> str:
    return f"{month // MONTHS_PER_YEAR} y"


def _row(option: OptionCash, flow: CashFlow, marks: list[int], *, is_first: bool) -> Row:
    sums = [money(option.cumulative[month]) for month in marks]
    month = option.cheaper_from_month
    cheaper = "never" if month is None else f"month {month}"
    cells = (
        option.label,
        money(option.cumulative[0]),
        *sums,
        money(option.net_present_cost or 0.0),
        "" if is_first else cheaper,
    )
    return Row(cells, tuple(_bought(option, flow)))


def _bought(option: OptionCash, flow: CashFlow) -> Iterator[str]:
    """What is bought or signed in each year; a year like the one before it is left out."""
    told = ""
    for year in option.years:
        pieces = [
            f"{item.count} x {item.instance_type} {option_label(item.purchase_option)} {place_label(item.location)}"
            for item in year.bought
        ]
        now = ", ".join(pieces) or "nothing"
        if now != told and (year.bought or _changes(flow)):
            yield f"year {year.year}: {now}"
        told = now


def _changes(flow: CashFlow) -> bool:
    return flow.demand_growth_per_year != 0.0 or flow.rent_decline_per_year != 0.0


def _remarks(found: Comparison, flow: CashFlow) -> Iterator[str]:
    yield (
        f"{found.currency} paid so far, discounted by {percent(flow.discount_rate_per_year)} a year · "
        f"cheaper from: the month after which the sum stays below that of {flow.compared_with}"
    )
    growth, decline = flow.demand_growth_per_year, flow.rent_decline_per_year
    kept = flow.value_kept_per_year
    worth = "lose value in a straight line" if kept is None else f"keep {percent(kept)} of their value a year"
    changes = f"demand {_signed(growth)} and rent {_signed(-decline)} a year, each year planned anew"
    constant = "demand and prices stay as they are"
    yield f"{changes if _changes(flow) else constant} · machines {worth} and are sold in the last month"


def _signed(share: float) -> str:
    return signed_percent(share) if share else "as it is"


def cash_refusals(found: Comparison) -> Iterator[Facts]:
    """Why the payments of an option could not be followed."""
    for option in found.cash_flow.options if found.cash_flow is not None else ():
        if option.reasons:
            yield Facts(f"{option.label}: cash flow", tuple((reason,) for reason in option.reasons), "bad")


def cash_cells(found: Comparison, label: str) -> tuple[float | int | None, ...]:
    """Return what the CSV says of an option's cash flow, as `CASH_NAMES` has it."""
    flows = found.cash_flow.options if found.cash_flow is not None else ()
    flow = next((option for option in flows if option.label == label), None)
    if flow is None:
        return (None,) * len(CASH_NAMES)
    return flow.total, flow.net_present_cost, flow.cheaper_from_month

"""What to buy: by place, type and option, with what it costs; what is left after the horizon, power and standby."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from optimizer.decisions.risks import largest_start
from optimizer.domain.plan import FleetRow, Plan
from optimizer.report.page import Column, Facts, Row, Table
from optimizer.report.plan_run import months_of
from optimizer.report.rounding import adds_up, largest_remainder
from optimizer.report.words import average_text, counted, money, money_digits, option_label

#: Options in the order in which a planner signs for them.
ORDER = ("owned", "committed_3y", "committed_1y", "on_demand", "spot")
TO_GET = "To get"
STARTS = "{instances} on demand at {when}"
MOST_STARTS = "the most that start in an hour"
AFTER = "After it"
STILL_TO_PAY = "{amount} still to be paid when the horizon ends"
IN_BILL = "{amount} of it in this bill"
NOT_IN_BILL = "none of it in this bill"
_LEGEND = "least, most: instances over all hours · on average: paid over all hours"


@dataclass(frozen=True, slots=True)
class Bought:
    """Rows of the fleet that a planner buys as one: they differ by zone only."""

    rows: tuple[FleetRow, ...]

    @property
    def first(self) -> FleetRow:
        """Any row: what they share can be read from it."""
        return self.rows[0]

    @property
    def counts(self) -> list[int]:
        """Instances period by period."""
        return [sum(found) for found in zip(*(row.count_by_period for row in self.rows), strict=True)]

    def average(self, plan: Plan) -> float:
        """Instances paid on average over the horizon."""
        hours = [period.hours for period in plan.periods]
        paid = sum(
            count * length
            for row in self.rows
            for count, length in zip(row.expected_count_by_period, hours, strict=True)
        )
        return paid / plan.objective.horizon_hours if plan.objective.horizon_hours else 0.0


def bought(plan: Plan) -> list[Bought]:
    """Return what is bought, place by place, what is signed longest first."""
    found: dict[tuple[str, str, int, str], list[FleetRow]] = {}
    for row in plan.fleet:
        rank = -1 if row.until else ORDER.index(row.purchase_option)
        found.setdefault((row.location, row.instance_type, rank, row.until), []).append(row)
    return [Bought(tuple(rows)) for _, rows in sorted(found.items())]


def buy_table(plan: Plan) -> Table:
    """One row for each location, type and option."""
    items = bought(plan)
    months = months_of(plan)
    costs = [item.average(plan) * plan.objective.horizon_hours * item.first.price_per_hour for item in items]
    digits = money_digits(sum(costs) / months if months else 0.0)
    amounts = largest_remainder([cost / months for cost in costs], digits)
    rows = []
    for number, (item, amount) in enumerate(zip(items, amounts, strict=True)):
        first = item.first
        before = items[number - 1].first if number else None
        same = before is not None and (before.location, before.instance_type) == (first.location, first.instance_type)
        cells = (
            "" if same else f"{first.provider} {first.region}",
            "" if same else first.instance_type,
            _option(first),
            f"{min(item.counts, default=0):,}",
            f"{max(item.counts, default=0):,}",
            average_text(item.average(plan)),
            f"{first.price_per_hour:.4g}",
            money(amount, digits),
        )
        rows.append(Row(cells))
    columns = (
        Column("where", untitled=True),
        Column("instance type", untitled=True),
        Column("option", untitled=True),
        Column("least", right=True),
        Column("most", right=True),
        Column("on average", right=True, drop=1, as_note="{} on average"),
        Column("an hour", right=True, drop=2, as_note="{} an hour"),
        Column("a month", right=True),
    )
    total = Row(("sum", "", "", "", "", "", "", money(adds_up(amounts, digits), digits)), tone="strong")
    return Table("What to buy", columns, tuple(rows), total if rows else None, remarks=(_LEGEND,) if rows else ())


def _option(row: FleetRow) -> str:
    return (
        f"{option_label(row.purchase_option)}, signed until {row.until}"
        if row.until
        else option_label(row.purchase_option)
    )


def buy_facts(plan: Plan) -> Iterable[Facts]:
    """Yield what else buying means: totals at other demands, what is left to pay, starts, power, standby."""
    yield from _expected(plan)
    yield from _obligation(plan)
    yield from _starts(plan)
    yield from _energy(plan)
    yield from _standby(plan)


def _expected(plan: Plan) -> Iterable[Facts]:
    known = {name: total for name, total in plan.expected.items() if total is not None}
    if len(known) > 1:
        months, currency = months_of(plan), plan.objective.currency
        pieces = [f"{name} {currency} {money(total / months, 0)} a month" for name, total in known.items()]
        yield Facts("If demand is", (tuple(pieces),))


def _obligation(plan: Plan) -> Iterable[Facts]:
    if plan.obligation_after_horizon > 0.0:
        amount = f"{plan.objective.currency} {money(plan.obligation_after_horizon, 0)}"
        counted_ = plan.cost.by_category.get("obligation", 0.0)
        part = IN_BILL.format(amount=money(counted_, 0)) if counted_ > 0.0 else NOT_IN_BILL
        yield Facts(AFTER, ((STILL_TO_PAY.format(amount=amount), part),))


def _starts(plan: Plan) -> Iterable[Facts]:
    """The hour that starts most instances on demand, after the emptiest hour that may come before it."""
    if (start := largest_start(plan.fleet, plan.periods)) is not None:
        period = plan.periods[start.at]
        when = f"{period.day_type} {period.hour:02d} h"
        text = STARTS.format(instances=counted(start.count, "instance"), when=when)
        yield Facts(TO_GET, ((text, MOST_STARTS),))


def _energy(plan: Plan) -> Iterable[Facts]:
    peak, kwh, carbon = (plan.energy.get(key) for key in ("peak_kw", "energy_kwh", "carbon_kg"))
    pieces = []
    if peak is not None:
        pieces.append(f"{peak:,.1f} kW at most")
    if kwh is not None:
        pieces.append(f"{kwh / 1000.0:,.1f} MWh")
    if carbon is not None:
        pieces.append(f"{carbon / 1000.0:,.1f} t CO2e")
    if pieces:
        yield Facts("Power", ((*pieces, "cooling included, estimated from maximum power"),))


def _standby(plan: Plan) -> Iterable[Facts]:
    if plan.standby:
        lines = tuple((f"{s.service} from {s.origin}: {s.primary}, if it is lost {s.standby}",) for s in plan.standby)
        yield Facts("Standby", lines)

"""Two plans beside each other as a report."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from optimizer.domain.difference import (
    FleetChange,
    InputChange,
    LineChange,
    MoneyChange,
    PlanDifference,
    PoolChange,
    PoolState,
    RouteChange,
    Side,
)
from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.report import Records, Report
from optimizer.report.rounding import adds_up, largest_remainder
from optimizer.report.words import (
    average_text,
    counted,
    milliseconds_text,
    money,
    option_label,
    percent,
    percent_at_most,
    place_label,
    signed_percent,
    zones_label,
)

CENTS = 2
#: Lines of the bill that the page shows; the rest is one row.
LINES_SHOWN = 8
#: Changed inputs that the page shows.
INPUTS_SHOWN = 20
#: Longer values of inputs stand below their name.
SHORT_VALUE = 28
_MONEY = (
    Column("before", right=True),
    Column("after", right=True),
    Column("difference", right=True),
    Column("by price", right=True, drop=1, as_note="by price {}"),
)
_SERVED_BY_ALL = "all services"


def diff_report(found: PlanDifference) -> Report:
    """Return a difference as a report: page for people, document for programs, lines of the bill for spreadsheets."""
    return Report(page=lambda: diff_page(found), document=found.to_dict, records=lambda: _records(found))


def _records(found: PlanDifference) -> Records:
    names = tuple(field.name for field in dataclasses.fields(LineChange))
    rows = [(*(getattr(line, name) for name in names), line.difference, line.by_price) for line in found.lines]
    return Records((*names, "difference", "by_price"), rows)


def diff_page(found: PlanDifference) -> Page:
    """Return the page: the two totals, what runs and is bought otherwise, where the money goes, what was given."""
    title = (f"{found.before.name} and {found.after.name}", *_scenarios(found))
    parts: list[Facts | Table] = [
        Facts("Before", (_side(found.before, found.currency),)),
        Facts("After", (_side(found.after, found.currency),)),
        Facts("Difference", _verdict(found)),
    ]
    if not found.differs:
        return Page(
            title, (*parts, Facts("Changed", (("nothing: the same fleet on the same inputs, with the same bill",),)))
        )
    if not found.decisions_differ:
        parts.append(Facts("Runs", (("the same fleet, pools and routes",),)))
    tables = (
        _pools(found.pools),
        _routes(found.routing),
        _fleet("Commitments", [item for item in found.fleet if item.is_commitment]),
        _fleet("On demand and spot", [item for item in found.fleet if not item.is_commitment]),
        *_money(found),
        _inputs(found.inputs),
    )
    return Page(title, (*parts, *(table for table in tables if table is not None)))


def _scenarios(found: PlanDifference) -> tuple[str, ...]:
    return tuple(dict.fromkeys(side.scenario for side in (found.before, found.after)))


def _side(side: Side, currency: str) -> tuple[str, ...]:
    gap = side.gap_a_month / side.a_month if side.a_month else 0.0
    proof = "proved the cheapest" if gap <= 1e-9 else f"proved within {percent_at_most(gap)} of its total"
    return f"{currency} {money(side.a_month, CENTS)} a month", f"from {side.horizon_start}", proof


def _verdict(found: PlanDifference) -> tuple[tuple[str, ...], ...]:
    # As rows and sums below: the difference of the two amounts shown.
    apart = round(found.after.a_month, CENTS) - round(found.before.a_month, CENTS)
    amount = f"{found.currency} {_signed(apart)} a month"
    if not found.money_differs:
        if abs(found.difference) < 0.5 / 10**CENTS:
            return (("none in the total",),)
        return ((f"none that is proved: {amount} lies within both gaps, {money(found.doubt, CENTS)} together",),)
    share = signed_percent(found.difference / found.before.a_month) if found.before.a_month else ""
    by_price = round(sum(item.by_price for item in found.categories), CENTS)
    causes = f"{_signed(by_price)} by other unit prices", f"{_signed(apart - by_price)} by other quantities"
    return ((amount, *([share] if share else [])), causes)


def _signed(amount: float) -> str:
    rounded = round(amount, CENTS) + 0.0
    return f"{rounded:+,.{CENTS}f}" if rounded else money(0.0, CENTS)


def _pools(changes: Sequence[PoolChange]) -> Table | None:
    if not changes:
        return None
    rows = [
        Row((item.service, place_label(item.location), _kind(item.before), _kind(item.after)), _told(item))
        for item in changes
    ]
    columns = (
        Column("service", untitled=True),
        Column("place", untitled=True),
        Column("before", least=12),
        Column("after", least=12),
    )
    return Table("Runs otherwise", columns, tuple(rows))


def _kind(state: PoolState | None) -> str:
    if state is None:
        return "-"
    wait = f" waits {state.max_wait_ms:g} ms" if state.max_wait_ms else ""
    return f"{state.instance_type} b={state.batch_size}{wait}"


def _told(change: PoolChange) -> tuple[str, ...]:
    """What differs besides the type, before and after; what is the same is not repeated."""
    old, new = change.before, change.after
    if old is None or new is None:
        only = old or new
        return tuple(text for _, text in _facts_of(only, change.location)) if only is not None else ()
    pairs = zip(_facts_of(old, change.location), _facts_of(new, change.location), strict=True)
    notes = [f"{was[1]}, now {now[1].removeprefix(was[0])}" for was, now in pairs if was[1] != now[1]]
    same_kind = _kind(old) == _kind(new)
    return tuple(notes) if notes or not same_kind else ("the same numbers, otherwise by hour or zone",)


def _facts_of(state: PoolState, location: str) -> list[tuple[str, str]]:
    """Each fact with the word it begins with."""
    counts = f"{state.least_replicas} to {state.most_replicas} replicas, {state.average_replicas:,.1f} on average"
    zones = zones_label(location.rpartition("/")[2], state.zones)
    promised = ", ".join(f"{name.removesuffix('_ms')} {milliseconds_text(v)} ms" for name, v in state.promised.items())
    return [("", state.profile), ("", counts), ("zones ", f"zones {zones}"), ("", promised)]


def _routes(changes: Sequence[RouteChange]) -> Table | None:
    if not changes:
        return None
    rows = [
        Row(
            (
                item.service,
                item.origin,
                place_label(item.location),
                percent(item.share_before),
                percent(item.share_after),
            )
        )
        for item in changes
    ]
    columns = (
        Column("service", untitled=True),
        Column("origin", untitled=True),
        Column("place", untitled=True),
        Column("before", right=True),
        Column("after", right=True),
    )
    return Table("Goes elsewhere", columns, tuple(rows), remarks=("share of an origin's requests that a place serves",))


def _fleet(heading: str, changes: Sequence[FleetChange]) -> Table | None:
    if not changes:
        return None
    rows = [
        Row(
            (
                place_label(item.location),
                item.instance_type,
                option_label(item.purchase_option) + (f" until {item.until}" if item.until else ""),
                f"{item.most_before:,}",
                f"{item.most_after:,}",
                average_text(item.average_before),
                average_text(item.average_after),
            )
        )
        for item in changes
    ]
    columns = (
        Column("place", untitled=True),
        Column("type", untitled=True),
        Column("option", untitled=True),
        Column("most before", right=True),
        Column("after", right=True),
        Column("average before", right=True),
        Column("after", right=True),
    )
    return Table(heading, columns, tuple(rows))


def _money(found: PlanDifference) -> list[Table]:
    """The bill by category and by service, and its largest lines: rounded so that rows, columns and sums agree."""
    remark = "by price: what other unit prices cause at the quantity after; the rest is other quantities"
    tables = [_money_table("By category, a month", found.categories, (remark,))]
    services = [item if item.name else dataclasses.replace(item, name=_SERVED_BY_ALL) for item in found.services]
    tables.append(_money_table("By service, a month", services))
    largest = sorted(found.lines, key=lambda line: -abs(line.difference))
    lines = [MoneyChange(_line(line), line.before, line.after, line.by_price) for line in largest[:LINES_SHOWN]]
    if len(largest) > LINES_SHOWN:
        rest = largest[LINES_SHOWN:]
        sums = (sum(getattr(line, name) for line in rest) for name in ("before", "after", "by_price"))
        lines.append(MoneyChange(counted(len(rest), "more line"), *sums))
    same = sum(item.before for item in found.categories) - sum(line.before for line in lines)
    lines.append(MoneyChange("lines that do not differ", same, same, 0.0))
    tables.append(_money_table("Line by line, a month", lines))
    return [table for table in tables if table.rows]


def _line(line: LineChange) -> str:
    where = " ".join(part for part in (line.service, place_label(line.location)) if part)
    return f"{line.category}: {line.item}" + (f", {where}" if where else "")


def _money_table(heading: str, items: Sequence[MoneyChange], remarks: tuple[str, ...] = ()) -> Table:
    before = largest_remainder([item.before for item in items], CENTS)
    after = largest_remainder([item.after for item in items], CENTS)
    by_price = largest_remainder([item.by_price for item in items], CENTS)
    rows = [
        Row((item.name, money(b, CENTS), money(a, CENTS), _signed(a - b), _signed(p) if p else ""))
        for item, b, a, p in zip(items, before, after, by_price, strict=True)
    ]
    sums = [adds_up(column, CENTS) for column in (before, after, by_price)]
    prices = _signed(sums[2]) if sums[2] else ""
    total = Row(("sum", *(money(s, CENTS) for s in sums[:2]), _signed(sums[1] - sums[0]), prices), tone="strong")
    columns = (Column("what", untitled=True, least=20), *_MONEY)
    return Table(heading, columns, tuple(rows), total if rows else None, remarks)


def _inputs(changes: Sequence[InputChange]) -> Table | None:
    if not changes:
        return None
    rows = [_input(item) for item in changes[:INPUTS_SHOWN]]
    columns = (Column("input", untitled=True, least=16), Column("before"), Column("after"))
    more = len(changes) - INPUTS_SHOWN
    remarks = (f"and {more} more, all of them with --format json",) if more > 0 else ()
    return Table("Given otherwise", columns, tuple(rows), remarks=remarks)


def _input(change: InputChange) -> Row:
    """Short values beside each other, long ones below."""
    if max(len(change.before), len(change.after)) <= SHORT_VALUE:
        return Row((change.what, change.before, change.after))
    return Row((change.what, "", ""), (f"before: {change.before}", f"after: {change.after}"))

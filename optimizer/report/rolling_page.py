"""A year planned again every week, as a report."""

from __future__ import annotations

from typing import Any

from optimizer.domain.rolling import Rolling, RollingWeek, YearRun
from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, money, money_digits, percent, signed_percent

CENTS = 2
#: Weeks of which the page tells the broken hours.
WEEKS_SHOWN = 5
FIELDS = ("cost", "charge", "churn", "short_hours", "instances")


def rolling_report(name: str, weeks: str, found: Rolling) -> Report:
    """Return a rolling re-plan as a report: page for people, document for programs, the weeks for spreadsheets."""
    fields = [f"{way}_{field}" for way in ("charged", "free") for field in FIELDS]
    return Report(
        page=lambda: rolling_page(name, weeks, found),
        document=found.to_dict,
        records=lambda: Records(
            ("week", *fields, "hindsight", "forced", "kept_short_hours"),
            [_record(week) for week in found.weeks],
        ),
        html=lambda: _html(name, weeks, found),
    )


def _html(name: str, weeks: str, found: Rolling) -> str:
    from optimizer.report.html.rolling import rolling_html

    return rolling_html(name, weeks, found.to_dict())


def _record(week: RollingWeek) -> tuple[Any, ...]:
    runs = [getattr(run, field) for run in (week.charged, week.free) for field in FIELDS]
    return week.name, *runs, week.hindsight, week.forced, week.kept_short_hours


def rolling_page(name: str, weeks: str, found: Rolling) -> Page:
    """Return the page: cost against hindsight, changes against what demand forces, hours that were not carried."""
    title = (name, weeks, f"{counted(len(found.weeks), 'week')} planned again · forecast: {found.plan_for}")
    columns = (
        Column("changes are", untitled=True),
        Column("cost", right=True),
        Column("over hindsight", right=True),
        Column("changes", right=True),
        Column("beyond forced", right=True),
        Column("broken hours", right=True),
    )
    digits = money_digits(found.charged.cost)
    charge = f"charged {money(found.cost_per_change, CENTS)}"
    rows = (_row(charge, found.charged, digits), _row("free", found.free, digits))
    remark = (
        f"cost: {found.currency} over all weeks, charges included · changes: instances that start or stop · "
        f"broken hours: what came was not carried as promised, of {found.hours:,.0f} a service"
    )
    facts = (
        Facts(
            "Hindsight", ((f"{found.currency} {money(found.hindsight, digits)}", "each week's cheapest for what came"),)
        ),
        Facts("Forced", ((f"{found.forced:,} changes", "to resize the fleet in force from week to week"),)),
        Facts("Beyond", _beyond(found)),
        Facts("Kept", (_kept(found),)),
        *_worst(found),
    )
    return Page(title, (Table("Over all weeks", columns, rows, remarks=(remark,)), *facts))


def _row(name: str, run: YearRun, digits: int) -> Row:
    cells = (
        name,
        money(run.cost, digits),
        signed_percent(run.over_hindsight),
        f"{run.churn:,}",
        f"{run.beyond:,}",
        f"{run.short_hours:,.0f}",
    )
    return Row(cells)


def _beyond(found: Rolling) -> tuple[tuple[str, ...], ...]:
    """Changes beyond what demand forces, as a share of it, beside planning without a charge."""
    if not found.forced:
        return ((f"{found.charged.beyond:,} changes, {found.free.beyond:,} where they are free",),)
    charged, free = (percent(run.beyond / found.forced) for run in (found.charged, found.free))
    return ((f"{charged} of what demand forces", f"{free} where changes are free"),)


def _kept(found: Rolling) -> tuple[str, ...]:
    """What the fleet in force would have broken, had it never changed."""
    held = f"{counted(found.kept_instances, 'instance')} held, had the fleet in force never changed"
    hours = found.kept_short_hours
    return (
        held,
        "broken hours not known: it was made for other hours" if hours is None else f"{hours:,.0f} broken hours",
    )


def _worst(found: Rolling) -> list[Facts]:
    """Weeks with most broken hours."""
    broken = sorted(
        (week for week in found.weeks if week.charged.short_hours > 0.0), key=lambda week: -week.charged.short_hours
    )
    if not broken:
        return []
    told = tuple(f"{week.name}: {week.charged.short_hours:,.0f} h" for week in broken[:WEEKS_SHOWN])
    head = f"in {counted(len(broken), 'week')}"
    return [Facts("Broken", ((head, *told),), "bad")]

"""What came, as a part of the page of a re-plan: how far off the forecast was, what broke, what hindsight would pay."""

from __future__ import annotations

from optimizer.domain.actuals import Actuals, SeriesActuals
from optimizer.report.page import Column, Facts, Row, Table, Tone
from optimizer.report.words import counted, money, money_digits, names_label, percent, signed_percent

#: Minutes of a step that needs no assumption.
SHORTEST = 5
DEMANDS = ("low", "mid", "high")
#: Hours of which the page tells that they were not carried.
HOURS_SHOWN = 5


def actuals_parts(found: Actuals, currency: str) -> list[Facts | Table]:
    """Return what came: the table of every series, then what the running fleet made of it."""
    return [_series(found), *_facts(found, currency)]


def _series(found: Actuals) -> Table:
    names = [name for name in DEMANDS if any(name in item.above for item in found.series)]
    columns = (
        Column("service", untitled=True),
        Column("origin", untitled=True),
        Column("forecast", right=True),
        Column("came", right=True),
        Column("", right=True, untitled=True),
        Column("error", right=True),
        *(Column(f"above {name}", right=True) for name in names),
    )
    remark = (
        "requests per second, mean of the measured hours · error: mean absolute difference by hour · "
        f"above {', '.join(names)}: share of hours in which the busiest five minutes were"
    )
    assumed = ("the busiest five minutes of coarser counts are assumed",) if found.step_minutes > SHORTEST else ()
    remarks = (" · ".join((remark, *assumed)),)
    return Table("What came", columns, tuple(_row(item, names) for item in found.series), remarks=remarks)


def _row(item: SeriesActuals, names: list[str]) -> Row:
    moved = signed_percent(item.came_per_s / item.expected_per_s - 1.0) if item.expected_per_s > 0.0 else ""
    cells = (
        item.service,
        item.origin,
        f"{item.expected_per_s:,.0f}",
        f"{item.came_per_s:,.0f}",
        moved,
        percent(item.error_share),
        *(percent(item.above[name]) if name in item.above else "" for name in names),
    )
    most = f"busiest {item.came_peak_per_s:,.0f} at {item.busiest}, planned for {item.expected_peak_per_s:,.0f} at most"
    return Row(cells, (most,))


def _facts(found: Actuals, currency: str) -> list[Facts]:
    span = f"{found.first_day} to {found.last_day}"
    measured = [span, f"{counted(found.days, 'day')}", f"steps of {found.step_minutes} minutes"]
    missing = (
        (f"not measured, taken as expected: {names_label(found.unmeasured, 'series')}",) if found.unmeasured else ()
    )
    digits = money_digits(found.running_per_month)
    running = f"{currency} {money(found.running_per_month, digits)} a month"
    if found.hindsight_per_month is None:
        hindsight: tuple[str, ...] = ("no fleet carries all that came",)
    else:
        over = signed_percent(found.running_per_month / found.hindsight_per_month - 1.0)
        hindsight = (
            f"{currency} {money(found.hindsight_per_month, digits)} a month, the cheapest for what came",
            f"the running fleet: {running}, {over}",
        )
    return [
        Facts("Measured", ((*measured, *missing),)),
        _kept(found),
        Facts("Hindsight", (hindsight,)),
        Facts("Forecast", ((_rule(found),),)),
    ]


def _kept(found: Actuals) -> Facts:
    if not found.broken:
        head = f"the running fleet carried all {found.measured_hours:,} measured hours as promised"
        return Facts("Promises", ((head,),), "good")
    head = f"broken in {found.broken_hours:,} of {found.measured_hours:,} measured hours of services"
    told = [
        f"{item.service} {item.period}: {item.days} of {counted(item.measured_days, 'day')}"
        for item in found.broken[:HOURS_SHOWN]
    ]
    more = len(found.broken) - HOURS_SHOWN
    tone: Tone = "bad"
    return Facts("Promises", ((head,), (*told, *((f"and {more} more hours of the day",) if more > 0 else ()))), tone)


def _rule(found: Actuals) -> str:
    if not found.corrected:
        return found.rule
    factors = sorted({round(item.correction, 3) for item in found.series})
    text = f"x {factors[0]:g}" if len(factors) == 1 else f"x {factors[0]:g} to {factors[-1]:g}"
    return f"{found.rule} · {text}"

"""What `fleetopt forecast` says: the demand, how it was found, and how far it was right on the history itself."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING

from optimizer.report.page import Column, Facts, Page, Row, Table, bar
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, percent, signed_percent, significant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.domain.forecast import DemandRow, Forecast, SeriesForecast

NAMES = ("service", "origin", "day_type", "hour", "mean", "low", "mid", "high")
#: Gaps and empty cells told one by one; JSON has all.
NOTICES_SHOWN = 20
#: Series with this many hours of a busiest day are drawn.
DRAWN = 4
#: A change of the level below this share is not told.
LEAST_GROWTH = 0.001


def forecast_report(forecast: Forecast) -> Report:
    """Return a forecast; its CSV is a demand file."""
    return Report(
        page=lambda: _page(forecast),
        document=forecast.to_dict,
        records=lambda: Records(NAMES, [astuple(row) for row in forecast.rows]),
        html=lambda: _html(forecast),
    )


def _html(forecast: Forecast) -> str:
    from optimizer.report.html.forecast import forecast_html

    return forecast_html(forecast.to_dict())


def _page(forecast: Forecast) -> Page:
    title = (
        forecast.file,
        f"{counted(forecast.days, 'day')} from {forecast.start}",
        f"hours of {forecast.timezone}",
        f"low to high holds {percent(forecast.interval, 0)} of the hours",
    )
    parts: list[Facts | Table] = [_data(forecast), _demand(forecast), _tested(forecast)]
    parts += [_events(forecast)] if any(series.events for series in forecast.series) else []
    parts += [_hours(series) for series in forecast.series[:DRAWN]]
    parts += _rests(forecast)
    return Page(title, (*parts, *([_missing(forecast)] if forecast.notices else [])))


def _data(forecast: Forecast) -> Facts:
    kinds = [notice.kind for notice in forecast.notices]
    gaps, empty = kinds.count("gap"), kinds.count("empty")
    taken = "taken as no requests" if forecast.missing_is_zero else "left out, not filled"
    missing = f"{counted(gaps, 'gap')}, {counted(empty, 'empty cell')}"
    return Facts(
        "History",
        (
            (
                f"{forecast.first_day} to {forecast.last_day}",
                f"a row for every {_step(forecast)}",
                "0 duplicates, 0 negative values",
                f"{missing}{', ' + taken if kinds else ''}",
                *([f"{counted(forecast.rows_out_of_order, 'row')} out of order"] if forecast.rows_out_of_order else []),
            ),
        ),
    )


def _missing(forecast: Forecast) -> Facts:
    lines = [(f"line {notice.line}: {notice.text}",) for notice in forecast.notices[:NOTICES_SHOWN]]
    if len(forecast.notices) > NOTICES_SHOWN:
        lines.append((f"and {len(forecast.notices) - NOTICES_SHOWN} more; JSON has all",))
    return Facts("Missing", tuple(lines))


def _step(forecast: Forecast) -> str:
    minutes = forecast.step_minutes
    return {60: "hour", 1440: "day"}.get(minutes, f"{minutes} minutes")


def _demand(forecast: Forecast) -> Table:
    columns = (
        Column("series", untitled=True),
        Column("day type", untitled=True),
        Column("days", right=True, drop=1, as_note="{} days"),
        Column("mean", right=True),
        Column("at", right=True, drop=2, as_note="busiest at {}"),
        *(Column(name, right=True) for name in ("low", "mid", "high")),
    )
    rows = [
        Row(
            (
                _name(series) if number == 0 else "",
                kind,
                f"{forecast.day_types[kind]:,}",
                significant(sum(row.mean for row in of_it) / len(of_it)),
                f"{busiest.hour:02d} h",
                *(significant(value) for value in (busiest.low, busiest.mid, busiest.high)),
            )
        )
        for series in forecast.series
        for number, (kind, of_it) in enumerate(_by_kind(series))
        for busiest in [max(of_it, key=lambda row: row.mid)]
    ]
    remarks = (
        "requests per second · mean: over all hours of the day type · low, mid, high: busiest five minutes of its "
        "busiest hour; mid on an average day, low and high the least and the most of all its days",
    )
    return Table("Demand", columns, tuple(rows), remarks=remarks)


def _by_kind(series: SeriesForecast) -> Iterator[tuple[str, list[DemandRow]]]:
    for kind in dict.fromkeys(row.day_type for row in series.rows):
        yield kind, [row for row in series.rows if row.day_type == kind]


def _name(series: SeriesForecast) -> str:
    return f"{series.service}/{series.origin}"


def _tested(forecast: Forecast) -> Table:
    columns = (
        Column("series", untitled=True),
        Column("model", untitled=True),
        Column("error", right=True),
        Column("naive", right=True),
        Column("inside", right=True),
        Column("tested", right=True, drop=1, as_note="{} hours tested"),
    )
    rows = []
    for series in forecast.series:
        inside = "unknown" if series.coverage is None else percent(series.coverage)
        errors = (percent(series.error_share), percent(series.naive_error_share))
        grows = abs(series.growth_share) >= LEAST_GROWTH
        notes = (
            f"{counted(series.folds, 'forecast')} of {counted(series.lead_days, 'day')} ahead",
            *([f"level {signed_percent(series.growth_share)} by the end of the horizon"] if grows else []),
        )
        rows.append(Row((_name(series), series.model, *errors, inside, f"{series.tested_hours:,}"), notes))
    remarks = (
        "error: mean absolute error over the mean, of days not yet seen, by the model that was best until then · "
        "naive: of the last week again · "
        f"inside: share of the tested {'days' if forecast.step_minutes == 1440 else 'hours'} within the "
        f"{percent(forecast.interval, 0)} interval made before them",
    )
    return Table("Back-test", columns, tuple(rows), remarks=remarks)


def _events(forecast: Forecast) -> Table:
    columns = (
        Column("event", untitled=True),
        Column("series", untitled=True),
        *(Column(name, right=True) for name in ("low", "mid", "high")),
        Column("basis"),
        Column("seen", right=True),
        Column("measured", right=True),
    )
    rows = [
        Row(
            (
                event.name,
                _name(series),
                *(f"x {significant(value)}" for value in (event.low, event.mid, event.high)),
                event.basis,
                counted(event.seen_days, "day"),
                "" if event.measured is None else f"x {significant(event.measured)}",
            )
        )
        for series in forecast.series
        for event in series.events
    ]
    return Table("Events, times an ordinary day", columns, tuple(rows))


def _hours(series: SeriesForecast) -> Table:
    columns = (
        Column("hour", untitled=True),
        *(Column(name, right=True) for name in ("mean", "low", "mid", "high")),
        Column("picture", untitled=True, bar=True),
    )
    kind, of_it = max(_by_kind(series), key=lambda item: max(row.mid for row in item[1]))
    largest = max(row.high for row in of_it)
    rows = [
        Row((f"{r.hour:02d} h", *map(significant, (r.mean, r.low, r.mid, r.high)), bar(r.mid, largest))) for r in of_it
    ]
    return Table(f"{_name(series)}, {kind}", columns, tuple(rows))


def _rests(forecast: Forecast) -> Iterator[Facts]:
    lines: list[tuple[str, ...]] = [_five_minutes(forecast)]
    if forecast.step_minutes == 1440:
        lines.append(("hours of a day are assumed: a blend of retail orders, taxi rides and tweets",))
    lead = min(series.lead_days for series in forecast.series)
    if forecast.days > lead:
        wander = max(series.level_wander for series in forecast.series)
        tested = f"tested up to {counted(lead, 'day')} ahead, beyond it intervals widen as a random walk of the level"
        lines.append(
            (
                tested,
                f"by up to {percent(wander)} a week",
            )
        )
    lines.append(("no season of the year is forecast: name its days as events",))
    yield Facts("Rests on", tuple(lines))
    types = ", ".join(f"{name}: {days}" for name, days in forecast.day_types.items())
    yield Facts("Scenario", ((f"day_types: {{{types}}}",),))


def _five_minutes(forecast: Forecast) -> tuple[str, ...]:
    measured = [s.measured_peak_ratio for s in forecast.series if s.measured_peak_ratio is not None]
    pieces = []
    if measured:
        ratio = " to ".join(dict.fromkeys(significant(value) for value in (min(measured), max(measured))))
        pieces.append(f"busiest {forecast.step_minutes} minutes measured: x {ratio} of the mean of their hour")
    stated = forecast.series[0].stated_peak_ratio
    if forecast.step_minutes > 5:
        step = "hour" if forecast.step_minutes >= 60 else f"{forecast.step_minutes} minutes"
        times = ", ".join(f"{name} x {significant(value)}" for name, value in stated.items())
        pieces.append(
            f"busiest five minutes over the {'mean of the ' if step == 'hour' else 'busiest '}{step} assumed: {times}"
        )
    return tuple(pieces)

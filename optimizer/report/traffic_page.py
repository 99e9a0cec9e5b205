"""What `fleetopt traffic fit` says: the busiest five minutes, how uneven arrivals are, and what is planned for them."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING

from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, significant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.domain.traffic import SeriesFit, TrafficFit

NAMES = ("service", "origin", "day_type", "hour", "mean", "low", "mid", "high")
#: Notices told one by one; JSON has all.
NOTICES_SHOWN = 20
#: What each decision does to the demand.
MEANING = {
    "poisson": "Poisson at the busiest five minutes",
    "inflated": "busiest five minutes, inflated",
    "cox": "Cox process, rates inflated",
    "replay": "the log's own short windows",
    "shortest_step": "the busiest step",
}


def traffic_report(fit: TrafficFit) -> Report:
    """Return a judged log; its CSV is a demand file."""
    return Report(
        page=lambda: _page(fit),
        document=fit.to_dict,
        records=lambda: Records(NAMES, [astuple(row) for row in fit.rows]),
    )


def _page(fit: TrafficFit) -> Page:
    title = (fit.file, f"{fit.first} to {fit.last}", f"hours of {fit.timezone}")
    parts: list[Facts | Table] = [_data(fit), _demand(fit), *map(_burstiness, fit.series), _plan(fit)]
    parts += [Facts("Not seen", tuple((text,) for text in _unseen(fit)))]
    if fit.notices:
        parts.append(_notices(fit))
    return Page(title, tuple(parts))


def _data(fit: TrafficFit) -> Facts:
    kind = "a row for each request" if fit.kind == "requests" else f"counts of {_step(fit.step_s)}"
    kinds = [notice.kind for notice in fit.notices]
    told = [f"{counted(fit.rows_read, 'row')}, {kind}"]
    if fit.kind == "counts":
        gaps, empty = kinds.count("gap"), kinds.count("empty")
        taken = ", taken as no requests" if fit.missing_is_zero else ", left out, not filled"
        told.append(f"{counted(gaps, 'gap')}, {counted(empty, 'empty cell')}{taken if gaps or empty else ''}")
    left_out = fit.rows_read - round(sum(series.requests for series in fit.series))
    if fit.kind == "requests" and left_out:
        step = "minute" if fit.step_s == 60 else "second"
        told.append(f"{left_out:,} of the first and last {step} left out, which are seen in part")
    if fit.kind == "requests" and fit.step_s > 1:
        told.append(f"times no finer than {_step(fit.step_s)}")
    if fit.rows_out_of_order:
        told.append(f"{counted(fit.rows_out_of_order, 'row')} out of order")
    return Facts("Log", (tuple(told),))


def _step(seconds: int) -> str:
    if seconds == 86_400:
        return "a day"
    return f"{seconds} s" if seconds < 300 else f"{seconds // 60} minutes"


def _demand(fit: TrafficFit) -> Table:
    columns = (
        Column("series", untitled=True),
        Column("requests", right=True),
        Column("mean", right=True),
        Column("busiest", right=True),
        Column("at", drop=1, as_note="busiest at {}"),
        Column("planned", right=True),
    )
    rows = [
        Row(
            (
                f"{series.service}/{series.origin}",
                f"{series.requests:,.0f}",
                significant(series.mean_per_s),
                significant(series.busiest_per_s),
                series.busiest_at,
                significant(series.planned_per_s),
            )
        )
        for series in fit.series
    ]
    what = "five minutes" if fit.step_s <= 300 else _step(fit.step_s).removeprefix("a ")
    remarks = (
        f"requests per second · busiest: mean of the busiest {what} · planned: the highest rate of the demand file",
    )
    return Table("Demand", columns, tuple(rows), remarks=remarks)


def _burstiness(series: SeriesFit) -> Table:
    columns = (
        Column("window", untitled=True),
        *(Column(name, right=True) for name in ("windows", "mean count", "dispersion", "local", "noise")),
    )
    rows = [
        Row(
            (
                f"{row.window_s:,} s",
                f"{row.windows:,}",
                significant(row.mean_count),
                significant(row.dispersion),
                significant(row.local_dispersion),
                significant(row.rate_noise),
            )
        )
        for row in series.burstiness
    ]
    remarks = (
        "dispersion: variance over mean of the counts, 1 for Poisson at an even rate · local: from neighbours only · "
        "noise: relative noise of the rate that explains it · windows under an hour: of busy hours",
    )
    return Table(f"{series.service}/{series.origin}, burstiness", columns, tuple(rows), remarks=remarks)


def _plan(fit: TrafficFit) -> Facts:
    lines = []
    for series in fit.series:
        decision = series.decision
        times = f" x {significant(decision.factor)}" if decision.factor != 1.0 else ""
        lines.append((f"{series.service}/{series.origin}: {MEANING[decision.name]}{times}", decision.reason))
    return Facts("Plan as", tuple(lines))


def _unseen(fit: TrafficFit) -> Iterator[str]:
    yield from dict.fromkeys(text for series in fit.series for text in series.unseen)
    for series in fit.series:
        for day_type, hours in series.missing_hours:
            name = f"{series.service}/{series.origin}"
            yield f"{name}: {hours} of 24 hours of a {day_type} are not in the log, nor in the demand file"
    yield "growth and promotions: the demand is that of the log"


def _notices(fit: TrafficFit) -> Facts:
    lines = [
        (f"line {notice.line}: {notice.text}" if notice.line else notice.text,)
        for notice in fit.notices[:NOTICES_SHOWN]
    ]
    if len(fit.notices) > NOTICES_SHOWN:
        lines.append((f"and {len(fit.notices) - NOTICES_SHOWN} more; JSON has all",))
    return Facts("Noticed", tuple(lines))

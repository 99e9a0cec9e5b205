"""What a log of arrivals came to when it was played against a plan: the share late, five minutes by five minutes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from optimizer.domain.plan import Check
from optimizer.domain.second_reading import SecondReading
from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.plan_replayed import answer_document, rules_facts, verdict_facts
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, milliseconds_text, percent, place_label, significant
from optimizer.verification.replaying.trace import TraceReport, TraceRow
from optimizer.verification.replaying.trace_result import TracePlace

#: More five minutes than this are in JSON and CSV alone.
ROWS_SHOWN = 12
LATE_DIGITS = 2
#: From so many milliseconds on, tenths are left out.
WHOLE_MS_FROM = 1000.0
NOWHERE_SHOWN = "nowhere"
_NAMES = tuple(field.name for field in dataclasses.fields(TraceRow))
_PLACES = (
    Column("where", least=12),
    Column("requests", right=True),
    Column("late", right=True),
    Column("five minutes", right=True),
    Column("broken", right=True),
    Column("worst at"),
    Column("late then", right=True),
)
_WINDOWS = (
    Column("five minutes"),
    Column("where", least=12, drop=1),
    Column("replicas", right=True),
    Column("requests/s", right=True),
    Column("planned", right=True),
    Column("reached, ms", right=True),
    Column("target", right=True),
    Column("late", right=True),
    Column("holds"),
)
_LEGEND = (
    "requests/s: of the log, as played · planned: what the plan brings there in that hour · "
    "reached: at the origin's edge · late: share of requests over the target"
)


def traced_report(found: TraceReport, reading: SecondReading) -> Report:
    """Return what `fleetopt verify --trace` shows.

    Parameters
    ----------
    found
        What was played.
    reading
        The second reading of the rules, told in a line.
    """
    return Report(
        page=lambda: _page(reading.plan, found, reading.checks),
        document=lambda: _document(found, reading),
        records=lambda: Records(_NAMES, [[getattr(row, name) for name in _NAMES] for row in found.rows]),
    )


def _document(found: TraceReport, reading: SecondReading) -> dict[str, Any]:
    places = [dataclasses.asdict(place) for place in found.places]
    return {"places": places, **answer_document(found, reading, ("demand",))}


def _page(name: str, found: TraceReport, checks: Sequence[Check]) -> Page:
    played = (f"{found.file} played", found.service, found.what_if.text)
    title = (name, *played, f"demand {found.demand}", f"seed {found.seed}")
    parts: list[Facts | Table] = [
        Table("Places", _PLACES, tuple(map(_place, found.places))),
        _windows(found),
        Facts("Played", (_played(found),)),
    ]
    if found.notes:
        parts.append(Facts("Note", tuple((note,) for note in found.notes)))
    parts.append(rules_facts(checks))
    parts.append(verdict_facts(_verdict(found), checks, holds=found.holds))
    return Page(title, tuple(parts))


def _where(location: str, origin: str) -> str:
    return f"{place_label(location) or NOWHERE_SHOWN} from {origin}"


def _place(place: TracePlace) -> Row:
    worst = place.worst
    cells = (
        _where(place.location, place.origin),
        f"{place.requests:,}",
        percent(place.late / place.requests, LATE_DIGITS),
        f"{place.windows:,}",
        f"{place.broken:,}",
        worst.start,
        percent(worst.late_share, LATE_DIGITS),
    )
    return Row(cells, (), "bad" if place.broken else "plain")


def _windows(found: TraceReport) -> Table:
    single = len(found.places) == 1  # named above
    columns = tuple(column for column in _WINDOWS if not (single and column.name == "where"))
    shown = found.rows if len(found.rows) <= ROWS_SHOWN else found.hardest[:ROWS_SHOWN]
    heading, legend = "Five minutes", _LEGEND
    if len(shown) < len(found.rows):
        heading = "Hardest five minutes"
        legend = f"{_LEGEND} · the hardest {ROWS_SHOWN} of {len(found.rows):,}, JSON and CSV have all"
    return Table(heading, columns, tuple(_window(row, single=single) for row in shown), remarks=(legend,))


def _window(row: TraceRow, *, single: bool) -> Row:
    cells = (
        row.start,
        *(() if single else (_where(row.location, row.origin),)),
        f"{row.replicas:,}",
        significant(row.requests_per_s),
        significant(row.planned_per_s),
        _reached(row),
        f"{milliseconds_text(row.target_ms)} ms",
        percent(row.late_share, LATE_DIGITS),
        "yes" if row.holds else "NO",
    )
    return Row(cells, (), "plain" if row.holds else "bad")


def _reached(row: TraceRow) -> str:
    if row.reached_ms is None:
        return "not served"
    digits = 0 if row.reached_ms >= WHOLE_MS_FROM else 1
    return f"p{100.0 * row.percentile:g} {row.reached_ms:,.{digits}f}"


def _played(found: TraceReport) -> tuple[str, ...]:
    of_plan = " and ".join(dict.fromkeys(row.day_type for row in found.rows))
    pieces = [
        f"{found.windows:,} of {found.windows_in_all:,} five minutes of the log",
        f"in hours of a {of_plan}, {found.timezone}",
    ]
    kind = "a row for each request" if found.kind == "requests" else f"counts of {found.step_s:g} s"
    return (*pieces, kind, f"{counted(found.requests, 'request')} simulated")


def _verdict(found: TraceReport) -> tuple[str, ...]:
    worst = found.hardest[0]
    where = f"{_where(worst.location, worst.origin)}, {worst.start}"
    allowed = percent(worst.allowed_share, LATE_DIGITS)
    late = f"{percent(worst.late_share, LATE_DIGITS)} of requests late, {allowed} allowed"
    if found.holds:
        return (f"the promise stands in each five minutes of the log, {found.what_if.text}", f"nearest: {where}", late)
    broken = sum(not row.holds for row in found.rows)
    breaks = f"the promise breaks {broken:,} of {len(found.rows):,} times, {found.what_if.text}"
    return (breaks, f"at worst {where}", late)

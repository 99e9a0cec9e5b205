"""What a whole day came to: the worst five minutes of each service, its hours, and whether every promise stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from optimizer.domain.plan import Check
from optimizer.domain.second_reading import SecondReading
from optimizer.report.page import Facts, Page, Row, Table, Tone
from optimizer.report.plan_replayed import (
    LATE_DIGITS,
    PLACES_SHOWN,
    answer_document,
    columns_with,
    requests_text,
    rules_facts,
    verdict_facts,
)
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, milliseconds_text, percent, place_label, zones_label
from optimizer.verification.replaying.day import DayReport, DayRow, worst_of

WORST = "five minutes"
CLASSES = ("busiest hour", "median hour", "quietest hour")
_LEGEND = (
    "what: the worst five minutes of the day, and the busiest, the median and the quietest hour, each at its hardest "
    "place · every hour has the rate of its busiest five minutes from end to end · replicas, requests/s: of one zone · "
    "reached: at the origin's edge · late: share of requests over the target"
)
_NAMES = tuple(field.name for field in dataclasses.fields(DayRow))
#: What a day says of itself besides its fields.
_WORKED_OUT = ("is_sample", "requests_played_per_s", "judged", "broken")


def day_report(day: DayReport, reading: SecondReading) -> Report:
    """Return what `fleetopt verify --replay --whole-day` shows.

    Parameters
    ----------
    day
        What was found.
    reading
        The second reading of the rules, told in a line.
    """
    return Report(
        page=lambda: _page(reading.plan, day, reading.checks),
        document=lambda: answer_document(day, reading, _WORKED_OUT),
        records=lambda: Records(_NAMES, [_record(row) for row in day.rows]),
    )


def _record(row: DayRow) -> list[Any]:
    values = {**{name: getattr(row, name) for name in _NAMES}, "zones": " ".join(row.zones)}
    return [*({**values, "classes": ", ".join(row.classes)}).values()]


def _page(name: str, day: DayReport, checks: Sequence[Check]) -> Page:
    title = (name, f"a whole day: {day.day_type}", day.what_if.text, f"demand {day.what_if.demand}", f"seed {day.seed}")
    rows = tuple(row for service in dict.fromkeys(row.service for row in day.rows) for row in _of_service(service, day))
    table = Table(
        "Reached", columns_with("when"), rows, remarks=(_LEGEND,) if rows else ("nothing: there is no demand",)
    )
    parts: list[Facts | Table] = [table, Facts("Played", tuple(_played(day)))]
    if notes := [*day.notes, *_found(day)]:
        parts.append(Facts("Note", tuple((note,) for note in notes)))
    parts += [rules_facts(checks), *_broken(day)]
    return Page(title, (*parts, verdict_facts(_verdict(day), checks, holds=day.holds)))


def _of_service(service: str, day: DayReport) -> Iterator[Row]:
    own = [row for row in day.rows if row.service == service]
    worst = worst_of(own)
    assert worst is not None
    yield _worst(worst)
    names: dict[int, list[str]] = {}
    for name in CLASSES:
        numbers = [number for number, row in enumerate(own) if name in row.classes]
        if numbers:
            names.setdefault(max(numbers, key=lambda number: _hardness(own[number])), []).append(name.split()[0])
    for number, of in names.items():
        yield _hour(", ".join(of), own[number])


def _hardness(row: DayRow) -> tuple[bool, float, float]:
    """Order of places in an hour."""
    return not row.holds, row.late_share, float("inf") if row.reached_ms is None else row.reached_ms


def _worst(row: DayRow) -> Row:
    reached = _reached(row, row.worst_reached_ms)
    what = WORST if row.window_s >= 300.0 else f"{row.window_s:,.0f} seconds"
    notes = (*_where(row), *_interval(row))
    return Row(
        _cells(row, row.service, what, row.at, row.worst_requests_per_s, reached, row.worst_late_share),
        notes,
        _tone(row),
    )


def _hour(name: str, row: DayRow) -> Row:
    reached = _reached(row, row.reached_ms)
    when = f"{row.hour:02d} h"
    return Row(_cells(row, "", name, when, row.requests_per_s, reached, row.late_share), _where(row), _tone(row))


def _tone(row: DayRow) -> Tone:
    return "plain" if row.holds else "bad"


def _cells(
    row: DayRow, service: str, what: str, when: str, rate_per_s: float, reached: str, late: float
) -> tuple[str, ...]:
    return (
        service,
        what,
        when,
        f"{row.replicas:,}",
        f"{rate_per_s:,.0f}",
        reached,
        f"{milliseconds_text(row.target_ms)} ms",
        percent(late, LATE_DIGITS),
        "yes" if row.holds else "NO",
    )


def _where(row: DayRow) -> tuple[str, ...]:
    what = () if row.what == "as planned" else (row.what,)
    return (_place(row), f"from {row.origin}", *what)


def _place(row: DayRow) -> str:
    return f"{place_label(row.location)} {zones_label(row.location.rpartition('/')[2], row.zones)}"


def _interval(row: DayRow) -> tuple[str, ...]:
    """The lower end of the share's interval, and what other traffic said."""
    if not row.worst_late_share:
        return ()
    least = f"at least {percent(row.worst_at_least, LATE_DIGITS)} late (99 %)"
    if row.again_share is None or row.again_at_least is None:
        return (least,)
    ends = f"{percent(row.again_share, LATE_DIGITS)} late, at least {percent(row.again_at_least, LATE_DIGITS)}"
    return (least, f"played {row.again_windows} times again: {ends}")


def _reached(row: DayRow, reached_ms: float | None) -> str:
    if row.replicas == 0:
        return "not served"
    if reached_ms is None:
        return "overloaded"
    return f"p{100.0 * row.percentile:g} {reached_ms:,.{0 if reached_ms >= 1000.0 else 1}f}"


def _played(day: DayReport) -> Iterator[tuple[str, ...]]:
    """What was played, what rates x time say, and how quickly."""
    pools = f"{counted(day.pools, 'pool')} in {counted(day.hours, 'hour')}"
    what = "a sample of the requests" if day.is_sample else "every request"
    yield (f"{what}: {requests_text(day.requests)}", pools, f"seed {day.seed}")
    if day.is_sample:
        low, high = (f"{length:,.0f}" for length in day.window_s)
        length = f"{low} s" if low == high else f"{low} to {high} s"
        yield (f"the {length} before and after every change of hour", "one replica for its pool", "like zones once")
        yield ("all of it with: pip install 'fleetopt[fast]'",)
    if day.expected:
        filling = requests_text(day.drawn - day.requests)
        come = f"{percent(day.drawn / day.expected, 3)} of what rates x time make"
        yield (f"{filling} more fill queues before the first that counts", come)
    speed = f"{day.requests_played_per_s / 1e6:,.1f} million requests/s"
    yield (f"{day.seconds:,.0f} s", f"{speed} on {counted(day.threads, 'thread')}")


def _found(day: DayReport) -> Iterator[str]:
    """What a reader of the verdict should know."""
    chance = [row for row in day.rows if row.holds and row.worst_late_share > row.allowed_share]
    if chance:
        most = percent(max(row.worst_late_share for row in chance), LATE_DIGITS)
        yield (
            f"{counted(len(chance), 'hour')} of {len(day.rows):,} had five minutes with more late than may be, at most "
            f"{most}: within what chance explains, so {'it holds' if len(chance) == 1 else 'they hold'}"
        )
    looked = [row for row in day.rows if row.again_share is not None]
    if looked:
        confirmed = sum(not row.holds for row in looked)
        yield (
            f"in {counted(len(looked), 'hour')} the worst five minutes broke at first sight; other traffic confirmed "
            f"{confirmed:,} of them"
        )
    if day.turned_away:
        yield f"{requests_text(day.turned_away)} requests found a full queue or nobody: they are late"


def _broken(day: DayReport) -> list[Facts]:
    places: dict[tuple[str, ...], list[DayRow]] = {}
    for row in day.rows:
        if not row.holds:
            places.setdefault((row.service, row.location, row.origin), []).append(row)
    ordered = sorted(places.values(), key=lambda rows: max(row.severity for row in rows), reverse=True)
    lines = [(_broken_place(rows, day),) for rows in ordered[:PLACES_SHOWN]]
    if len(ordered) > PLACES_SHOWN:
        lines.append((f"and {counted(len(ordered) - PLACES_SHOWN, 'place')} more",))
    return [Facts("Broken", tuple(lines), "bad")] if lines else []


def _broken_place(rows: Sequence[DayRow], day: DayReport) -> str:
    worst = worst_of(rows)
    assert worst is not None
    mine = (worst.service, worst.location, worst.origin)
    judged = sum(row.judged for row in day.rows if (row.service, row.location, row.origin) == mine)
    broken = sum(row.broken for row in rows)
    start = f"{worst.service} from {worst.origin} in {place_label(worst.location)}"
    return f"{start}: {broken:,} of {judged:,} windows, at worst {_late(worst)} at {worst.at}"


def _late(row: DayRow) -> str:
    shares = percent(row.worst_late_share, LATE_DIGITS), percent(row.allowed_share, LATE_DIGITS)
    late = f"{shares[0]} of requests late, {shares[1]} allowed"
    if row.worst_reached_ms is None:
        return late
    return f"{_reached(row, row.worst_reached_ms)} of {milliseconds_text(row.target_ms)} ms, {late}"


def _verdict(day: DayReport) -> tuple[str, ...]:
    """Whether every promise stands, in words, and the five minutes that come nearest to breaking."""
    nearest = worst_of(day.rows)
    if nearest is None:
        return ("there is no demand, so no promise can break",)
    windows = "windows of the sample" if day.is_sample else "five minutes"
    if not day.holds:
        return (f"a promise breaks in {day.broken:,} of {day.judged:,} {windows}, {day.what_if.text}",)
    return (
        f"every promise stands in all of {day.judged:,} {windows}, {day.what_if.text}",
        f"nearest: {nearest.service} from {nearest.origin} in {_place(nearest)} at {nearest.at}",
        _late(nearest),
    )

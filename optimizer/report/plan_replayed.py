"""What a replay found: the latency each origin gets, hour by hour, and whether every promise stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from optimizer.domain.plan import Check
from optimizer.domain.second_reading import SecondReading
from optimizer.report.page import Column, Facts, Page, Row, Table, Tone
from optimizer.report.plan_checked import checks_summary, do_not_act
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, does, milliseconds_text, percent, place_label, zones_label
from optimizer.verification.replaying import ReplayReport, ReplayRow
from optimizer.verification.replaying.result import Answer

FIVE_MINUTES = "five minutes"
#: More places with broken promises than this are counted.
PLACES_SHOWN = 12
LATE_DIGITS = 2
#: From so many milliseconds on, tenths are left out.
WHOLE_MS_FROM = 1000.0


def columns_with(time: str) -> tuple[Column, ...]:
    """Return the columns of what was reached; `time` names the one that says when."""
    return (
        Column("service"),
        Column("what", least=12),
        Column(time),
        Column("replicas", right=True),
        Column("requests/s", right=True, drop=1, as_note="{} requests/s"),
        Column("reached, ms", right=True),
        Column("target", right=True),
        Column("late", right=True),
        Column("holds"),
    )


_LEGEND = (
    "what: the busiest hour of a day type, the median, the quietest and the hardest one of all, each at its hardest "
    "place; the worst five minutes of each place · replicas, requests/s: of one zone, of all zones in the five minutes "
    "· reached: with its 95 % interval, at the origin's edge · late: share of requests over the target"
)
_NAMES = tuple(field.name for field in dataclasses.fields(ReplayRow))


def replay_report(replay: ReplayReport, reading: SecondReading) -> Report:
    """Return what `fleetopt verify --replay` shows.

    Parameters
    ----------
    replay
        What was found.
    reading
        The second reading of the rules, told in a line.
    """
    return Report(
        page=lambda: _page(reading.plan, replay, reading.checks),
        document=lambda: answer_document(replay, reading),
        records=lambda: Records(_NAMES, [_record(row) for row in replay.rows]),
    )


def _record(row: ReplayRow) -> list[Any]:
    values = (getattr(row, name) for name in _NAMES)
    return [" ".join(value) if name == "zones" else ", ".join(value) if isinstance(value, tuple) else value
            for name, value in zip(_NAMES, values, strict=True)]  # fmt: skip


def answer_document(replay: Answer[Any], reading: SecondReading, names: Sequence[str] = ()) -> dict[str, Any]:
    """Return the document of an answer: question, what was played, what has one of `names`, every row, the rules."""
    head = {
        field.name: getattr(replay, field.name)
        for field in dataclasses.fields(replay)
        if field.name not in ("what_if", "rows")
    }
    return {
        "plan": reading.plan,
        "holds": replay.holds and reading.holds,
        "promises_hold": replay.holds,
        "question": replay.what_if.text,
        "what_if": dataclasses.asdict(replay.what_if),
        **head,
        **{name: getattr(replay, name) for name in names},
        "rows": [dataclasses.asdict(row) for row in replay.rows],
        "checks": reading.to_dict()["checks"],
    }


def _page(name: str, replay: ReplayReport, checks: Sequence[Check]) -> Page:
    title = (name, replay.what_if.text, f"demand {replay.what_if.demand}", f"seed {replay.seed}")
    shown = [_row(what, row, before) for what, row, before in _shown(replay)]
    table = Table(
        "Reached", columns_with("hour"), tuple(shown), remarks=(_LEGEND,) if shown else ("nothing: there is no demand",)
    )
    parts: list[Facts | Table] = [table, Facts("Played", _played(replay))]
    if notes := [*replay.notes, *_by_chance(replay)]:
        parts.append(Facts("Note", tuple((note,) for note in notes)))
    parts += [rules_facts(checks), *_broken(replay)]
    return Page(title, (*parts, verdict_facts(_verdict(replay), checks, holds=replay.holds)))


def _shown(replay: ReplayReport) -> Iterator[tuple[str, ReplayRow, str]]:
    """Rows of the page with what they stand for, and the service of the row before."""
    before = ""
    for service in dict.fromkeys(row.service for row in replay.rows):
        own = [row for row in replay.rows if row.service == service]
        for row, what in _hardest_of_classes(own):
            yield what, row, before
            before = service
        for row in own:
            if row.kind == FIVE_MINUTES:
                yield _window(row), row, before
                before = service


def _window(row: ReplayRow) -> str:
    seconds = row.window_s or 0.0
    return FIVE_MINUTES if seconds >= 300.0 else f"{seconds:,.0f} seconds"


def _hardest_of_classes(rows: Sequence[ReplayRow]) -> list[tuple[ReplayRow, str]]:
    """The hardest row of each class; a row that stands for several has all their names, without the day type."""
    hours = [row for row in rows if row.kind != FIVE_MINUTES]
    names: dict[int, list[str]] = {}
    for name in dict.fromkeys(name for row in hours for name in row.classes):
        numbers = [number for number, row in enumerate(hours) if name in row.classes]
        names.setdefault(max(numbers, key=lambda number: hours[number].severity), []).append(name)
    ordered = sorted(names, key=lambda number: min(_place(name) for name in names[number]))
    return [
        (hours[number], ", ".join(_short(name) for name in sorted(names[number], key=_place))) for number in ordered
    ]


def _place(name: str) -> int:
    """Order of classes: busiest days, then the median, the quietest and the hardest hour."""
    return ("busiest", "median", "quietest", "hardest").index(_short(name))


def _short(name: str) -> str:
    """``busiest`` for ``busiest workday``."""
    return name.partition(" ")[0]


def _row(what: str, row: ReplayRow, before: str) -> Row:
    cells = (
        "" if row.service == before else row.service,
        what,
        f"{row.day_type} {row.hour:02d} h",
        f"{row.replicas:,}",
        f"{row.requests_per_s:,.0f}",
        _reached(row),
        f"{milliseconds_text(row.target_ms)} ms",
        percent(row.late_share, LATE_DIGITS),
        "yes" if row.holds else "NO",
    )
    where = f"{place_label(row.location)} {zones_label(row.location.rpartition('/')[2], row.zones)}"
    notes = (where, f"from {row.origin}", *(() if row.what == "as planned" else (row.what,)))
    return Row(cells, notes, "plain" if row.holds else "bad")


def _reached(row: ReplayRow) -> str:
    if row.replicas == 0:
        return "not served"
    if row.reached_ms is None:
        return "overloaded"
    digits = 0 if row.reached_ms >= WHOLE_MS_FROM else 1
    around = "" if row.plus_minus_ms is None else f" ±{row.plus_minus_ms:,.{digits}f}"
    return f"p{100.0 * row.percentile:g} {row.reached_ms:,.{digits}f}{around}"


def _played(replay: ReplayReport) -> tuple[tuple[str, ...], ...]:
    """How much traffic the answer rests on."""
    cases = f"{counted(replay.cases, 'distinct case')} of {counted(replay.pools, 'pool')} in {replay.periods} hours"
    pieces = [cases, f"{requests_text(replay.requests)} requests", f"seed {replay.seed}"]
    if replay.engine == "compiled":
        return (tuple(pieces),)
    sample = f"a sample: {replay.cases} of {counted(replay.cases_in_all, 'distinct case')}, one replica for its pool in"
    return (tuple(pieces), (f"{sample} the five minutes", "all of it with: pip install 'fleetopt[fast]'"))


def _by_chance(replay: ReplayReport) -> Iterator[str]:
    """Say how often more was found than may be late without a verdict of it."""
    rows = [row for row in replay.rows if row.holds and row.late_share > row.allowed_share]
    if rows:
        yield (
            f"{counted(len(rows), 'row')} of {len(replay.rows):,} found more late than may be, at most "
            f"{percent(max(row.late_share for row in rows), LATE_DIGITS)}: within what chance explains, so "
            f"{'it holds' if len(rows) == 1 else 'they hold'}"
        )


def requests_text(count: int) -> str:
    """``295 million``, or all digits of fewer than ten million."""
    return f"{count / 1e6:,.0f} million" if count >= 1e7 else f"{count:,}"


def rules_facts(checks: Sequence[Check]) -> Facts:
    """Return the outcome of the rules in a line, and those that fail."""
    tone: Tone = "plain" if all(check.holds for check in checks) else "bad"
    failed = tuple((f"{check.rule}: {check.detail or check.subject}",) for check in checks if not check.holds)
    return Facts("Rules", (checks_summary(checks), *failed), tone)


def verdict_facts(told: tuple[str, ...], checks: Sequence[Check], *, holds: bool) -> Facts:
    """Return the verdict of an answer; where rules fail, that is its last word.

    Parameters
    ----------
    told
        What was found of the promises.
    checks
        The second reading of the rules.
    holds
        Whether the promises hold.
    """
    failed = do_not_act(checks)
    return Facts("Verdict", (told, failed) if failed else (told,), "good" if holds and not failed else "bad")


def _broken(replay: ReplayReport) -> list[Facts]:
    """Where promises break: how many hours of a service in a location, and the worst of them."""
    places: dict[tuple[str, str, str], list[ReplayRow]] = {}
    for row in replay.broken:
        places.setdefault((row.service, row.location, row.origin), []).append(row)
    if not places:
        return []
    lines = [(_broken_place(rows, _hours(replay.rows, rows[0])),) for rows in list(places.values())[:PLACES_SHOWN]]
    if len(places) > PLACES_SHOWN:
        lines.append((f"and {len(places) - PLACES_SHOWN} more",))
    return [Facts("Broken", tuple(lines), "bad")]


def _hours(rows: Iterable[ReplayRow], like: ReplayRow) -> int:
    """Hours that were played of an origin in a location."""
    mine = (like.service, like.location, like.origin)
    return len({row.period for row in rows if (row.service, row.location, row.origin) == mine})


def _broken_place(rows: Sequence[ReplayRow], hours: int) -> str:
    worst, broken = rows[0], len({row.period for row in rows})
    start = f"{worst.service} from {worst.origin} in {place_label(worst.location)}: {broken} of {hours} hours"
    when = f"{worst.day_type} {worst.hour:02d} h"
    if worst.replicas == 0:
        return f"{start}, nobody is left to serve (at {when} {worst.requests_per_s:,.0f} requests/s)"
    busy = f", {percent(worst.utilisation, 0)} of full batches" if worst.utilisation is not None else ""
    return f"{start}, at worst {_late(worst)} at {when}{busy}"


def _late(row: ReplayRow) -> str:
    late = f"{percent(row.late_share, LATE_DIGITS)} of requests late, {percent(row.allowed_share, LATE_DIGITS)} allowed"
    return late if row.reached_ms is None else f"{_reached(row)} of {milliseconds_text(row.target_ms)} ms, {late}"


def _verdict(replay: ReplayReport) -> tuple[str, ...]:
    """Whether every promise stands, in words, and the one that comes nearest to breaking."""
    nearest = replay.nearest
    if nearest is None:
        return ("there is no demand, so no promise can break",)
    if not replay.holds:
        broken = len(replay.broken)
        return (f"{counted(broken, 'promise')} of {len(replay.rows):,} {does(broken, 'break')}, {replay.what_if.text}",)
    where = f"{nearest.service} from {nearest.origin} in {place_label(nearest.location)}"
    return (
        f"every promise stands, {replay.what_if.text}",
        f"nearest: {where}, {nearest.day_type} {nearest.hour:02d} h",
        _late(nearest),
    )

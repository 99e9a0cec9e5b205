"""What the loss of a zone came to, second by second: lost, retried, shed and late requests, and the recovery."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from optimizer.domain.plan import Check
from optimizer.domain.second_reading import SecondReading
from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.plan_replayed import LATE_DIGITS, rules_facts, verdict_facts
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, milliseconds_text, percent, place_label, zones_label
from optimizer.verification.replaying.lost_zone import (
    WINDOW_S,
    Loss,
    PageLoss,
    Second,
    StageLeft,
    ZoneLoss,
    ZoneLossReport,
)

#: First and last second of each line of the course.
BINS = ((-20, 0), (0, 5), (5, 10), (10, 15), (15, 30), (30, 60), (60, 180))
#: Columns of a CSV: those of a service, then what a page has besides.
_FIELDS = (field.name for kind in (ZoneLoss, PageLoss) for field in dataclasses.fields(kind) if field.name != "seconds")
_NAMES = tuple(dict.fromkeys(["service", "page", "origin", *_FIELDS]))
_COUNTED = (
    Column("lost", right=True),
    Column("retries", right=True),
    Column("shed", right=True),
    Column("late", right=True),
)
_COLUMNS = (Column("service"), Column("seconds", least=10), Column("requests", right=True), *_COUNTED)
_PAGE_COLUMNS = (Column("page"), Column("seconds", least=10), Column("pages", right=True), *_COUNTED)
_LEGEND = (
    "seconds: in which requests first came, 0 being the loss, of all runs together · lost: with the zone, or sent "
    "there before the loss was noticed · shed: no retry was left, or not protected · late: served after the target"
)
_PAGE_LEGEND = (
    "each page through all its stages, every one of which loses the zone · lost, retries: pages with such a request · "
    "shed: a request of it was, so the page is not answered · late: answered after the page's target"
)
_FAN_OUT = "requests that a page sends at once go to one zone, or each to one of its own: the worse of both is told"


def zone_lost_report(found: ZoneLossReport, reading: SecondReading) -> Report:
    """Return what `fleetopt verify --lose-zone` shows."""
    return Report(
        page=lambda: _page(reading.plan, found, reading.checks),
        document=lambda: _document(found, reading),
        records=lambda: Records(_NAMES, [_record(row) for row in (*found.rows, *found.pages)]),
    )


def _record(row: Loss) -> list[Any]:
    stages = ", ".join(map(_left, row.stages)) if isinstance(row, PageLoss) else ""
    values = {name: getattr(row, name, "") for name in _NAMES}
    return list({**values, "stages": stages}.values())


def _document(found: ZoneLossReport, reading: SecondReading) -> dict[str, Any]:
    return {
        "plan": reading.plan,
        "holds": found.holds and reading.holds,
        "promises_hold_again": found.holds,
        **dataclasses.asdict(found),
        "checks": reading.to_dict()["checks"],
    }


def _page(name: str, found: ZoneLossReport, checks: Sequence[Check]) -> Page:
    assumed = found.assumed
    rows = tuple(line for row in found.rows for line in _course(row, row.service, _about(row)))
    pages = tuple(line for row in found.pages for line in _course(row, row.page, _about_page(row)))
    parts: list[Facts | Table] = [Table("A zone lost at the peak", _COLUMNS, rows, remarks=(_LEGEND,))]
    if pages:
        parts.append(Table("Pages from end to end", _PAGE_COLUMNS, pages, remarks=(_PAGE_LEGEND,)))
    parts += [
        Facts("Assumed", ((
            f"noticed after {assumed.detection_s:g} s",
            f"a retry once the target has passed, {assumed.most_retries} at most",
            f"retries at most {percent(assumed.retry_budget, 0)} of requests, {assumed.reserve_s:g} s of it saved up",
            *([_FAN_OUT] if any(row.requests_go for row in found.pages) else []),
        ),)),
        Facts("Recovery", tuple(_recovery(row, _where(row), assumed.recovery_s) for row in found.rows)),
    ]  # fmt: skip
    if found.pages:
        lines = [_page_recovery(row, assumed.recovery_s) for row in found.pages]
        parts.append(Facts("Pages", tuple(lines)))
    if found.notes:
        parts.append(Facts("Note", tuple((note,) for note in found.notes)))
    parts.append(rules_facts(checks))
    within = f"within {assumed.recovery_s:g} s"
    promises = (*found.rows, *found.pages)
    missed = sum(not row.holds for row in promises)
    verdict = f"every promise holds again {within}" if found.holds else (
        f"{counted(missed, 'promise')} of {len(promises)} not held again {within}"
    )  # fmt: skip
    parts.append(verdict_facts((verdict,), checks, holds=found.holds))
    return Page((name, "a zone lost at the peak", f"seed {found.seed}"), tuple(parts))


def _about(row: ZoneLoss) -> tuple[str, ...]:
    requests = f"{row.requests_per_s:,.0f} requests/s"
    return (_zone(row), _hour(row), requests, f"{row.replicas_left:,} of {row.replicas:,} replicas stay")


def _about_page(row: PageLoss) -> tuple[str, ...]:
    stages = (f"{_left(stage)} stay" for stage in row.stages)
    go = {"together": "requests of a page to one zone", "apart": "each request of a page to a zone of its own", "": ""}
    told = [go[row.requests_go]] if row.requests_go else []
    return (f"from {row.origin}", _zone(row), _hour(row), f"{row.pages_per_s:,.0f} pages/s", *stages, *told)


def _zone(row: Loss, between: str = " ") -> str:
    return f"{place_label(row.location)}{between}{zones_label(row.location.rpartition('/')[2], [row.zone])}"


def _hour(row: Loss) -> str:
    return f"{row.day_type} {row.hour:02d} h"


def _left(stage: StageLeft) -> str:
    return f"{stage.replicas_left:,} of {stage.replicas:,} replicas of {stage.service}"


def _course(row: Loss, name: str, notes: tuple[str, ...]) -> list[Row]:
    lines: list[Row] = []
    for start, end in BINS:
        own = [item for item in row.seconds if start <= item.second < end]
        if own:
            cells = ("" if lines else name, f"{start} to {own[-1].second + 1}", *_sums(own))
            lines.append(Row(cells, () if lines else notes, "plain" if row.holds else "bad"))
    return lines


def _sums(seconds: Sequence[Second]) -> list[str]:
    names = ("requests", "lost", "retries", "shed", "late")
    return [f"{sum(getattr(item, name) for item in seconds):,}" for name in names]


def _where(row: ZoneLoss) -> str:
    return f"{row.service} in {_zone(row, ' without zone ')}"


def _recovery(row: Loss, where: str, allowed_s: float) -> tuple[str, ...]:
    if row.recovered_s is None or row.late_share_after is None:
        return (where, f"the promise does not hold again in {row.played_s:g} s")
    shares = percent(row.late_share_after, LATE_DIGITS), percent(row.allowed_share, LATE_DIGITS)
    after = f"then {shares[0]} late or shed, {shares[1]} allowed"
    return (where, f"holds again after {row.recovered_s:g} s of {allowed_s:g} s", after)


def _page_recovery(row: PageLoss, allowed_s: float) -> tuple[str, ...]:
    """What a page reached before, what in the worst ten seconds, and when its promise holds again."""
    where = f"{row.page} from {row.origin} in {_zone(row, ' without zone ')}"
    first, *rest = _recovery(row, where, allowed_s)
    name = f"p{100.0 * row.percentile:g}"
    target = f"{milliseconds_text(row.target_ms)} ms"
    seen: list[str] = []
    if row.reached_before_ms is not None:
        seen.append(f"{name} {row.reached_before_ms:,.1f} of {target} before")
    if row.worst_from_s is not None and row.worst_missed_share is not None:
        window = f"{row.worst_from_s:g} to {row.worst_from_s + WINDOW_S:g} s"
        none = f"no {name} since too many are shed"
        reached = none if row.worst_reached_ms is None else f"{name} {row.worst_reached_ms:,.1f} ms"
        missed = percent(row.worst_missed_share, LATE_DIGITS)
        seen.append(f"at worst, {window}: {missed} late or shed, {reached}")
    return (first, *seen, *rest)

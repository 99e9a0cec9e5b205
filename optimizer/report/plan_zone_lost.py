"""What the loss of a zone came to, second by second: lost, retried, shed and late requests, and the recovery."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from optimizer.domain.plan import Check
from optimizer.domain.second_reading import SecondReading
from optimizer.report.page import Column, Facts, Page, Row, Table, Tone
from optimizer.report.plan_checked import checks_summary
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, percent, place_label
from optimizer.verification.replaying.lost_zone import Second, ZoneLoss, ZoneLossReport

#: First and last second of each line of the course.
BINS = ((-20, 0), (0, 5), (5, 10), (10, 15), (15, 30), (30, 60), (60, 180))
_NAMES = tuple(field.name for field in dataclasses.fields(ZoneLoss) if field.name != "seconds")
_COLUMNS = (
    Column("service"),
    Column("seconds", least=10),
    Column("requests", right=True),
    Column("lost", right=True),
    Column("retries", right=True),
    Column("shed", right=True),
    Column("late", right=True),
)
_LEGEND = (
    "seconds: in which requests first came, 0 being the loss, of all runs together · lost: with the zone, or sent "
    "there before the loss was noticed · shed: no retry was left, or not protected · late: served after the target"
)


def zone_lost_report(found: ZoneLossReport, reading: SecondReading) -> Report:
    """Return what `fleetopt verify --lose-zone` shows."""
    return Report(
        page=lambda: _page(reading.plan, found, reading.checks),
        document=lambda: _document(found, reading),
        records=lambda: Records(_NAMES, [[getattr(row, field) for field in _NAMES] for row in found.rows]),
    )


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
    rows = tuple(line for row in found.rows for line in _course(row))
    parts: list[Facts | Table] = [
        Table("A zone lost at the peak", _COLUMNS, rows, remarks=(_LEGEND,)),
        Facts("Assumed", ((
            f"noticed after {assumed.detection_s:g} s",
            f"a retry once the target has passed, {assumed.most_retries} at most",
            f"retries at most {percent(assumed.retry_budget, 0)} of requests, {assumed.reserve_s:g} s of it saved up",
        ),)),
        Facts("Recovery", tuple(_recovery(row, assumed.recovery_s) for row in found.rows)),
    ]  # fmt: skip
    if found.notes:
        parts.append(Facts("Note", tuple((note,) for note in found.notes)))
    parts.append(Facts("Rules", (checks_summary(checks),)))
    tone: Tone = "good" if found.holds else "bad"
    within = f"within {assumed.recovery_s:g} s"
    missed = sum(not row.holds for row in found.rows)
    verdict = f"every promise holds again {within}" if found.holds else (
        f"{counted(missed, 'promise')} of {len(found.rows)} not held again {within}"
    )  # fmt: skip
    parts.append(Facts("Verdict", ((verdict,),), tone))
    return Page((name, "a zone lost at the peak", f"seed {found.seed}"), tuple(parts))


def _course(row: ZoneLoss) -> list[Row]:
    lines: list[Row] = []
    notes = (
        f"{place_label(row.location)} {row.zone}",
        f"{row.day_type} {row.hour:02d} h",
        f"{row.requests_per_s:,.0f} requests/s",
        f"{row.replicas_left:,} of {row.replicas:,} replicas stay",
    )
    for start, end in BINS:
        own = [item for item in row.seconds if start <= item.second < end]
        if own:
            cells = ("" if lines else row.service, f"{start} to {own[-1].second + 1}", *_sums(own))
            lines.append(Row(cells, () if lines else notes, "plain" if row.holds else "bad"))
    return lines


def _sums(seconds: Sequence[Second]) -> list[str]:
    names = ("requests", "lost", "retries", "shed", "late")
    return [f"{sum(getattr(item, name) for item in seconds):,}" for name in names]


def _recovery(row: ZoneLoss, allowed_s: float) -> tuple[str, ...]:
    where = f"{row.service} in {place_label(row.location)} without zone {row.zone}"
    if row.recovered_s is None or row.late_share_after is None:
        return (where, f"the promise does not hold again in {row.played_s:g} s")
    after = f"then {percent(row.late_share_after, 2)} late or shed, {percent(row.allowed_share, 2)} allowed"
    return (where, f"holds again after {row.recovered_s:g} s of {allowed_s:g} s", after)

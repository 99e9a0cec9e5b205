"""What `fleetopt verify --replay` shows: the percentile reached by every kind of pool, hour by hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, percent
from optimizer.verification.traffic import Replayed

COLUMNS = (
    Column("service"),
    Column("location"),
    Column("hour"),
    Column("replicas", right=True),
    Column("requests/s", right=True),
    Column("reached", right=True),
    Column("late", right=True),
    Column("holds"),
)
#: A percentile so many times its target says no more than that the queue grows without end.
OVERLOADED = 10.0


def replay_report(name: str, rows: Sequence[Replayed], asked: str) -> Report:
    """Return a replay in every format; `asked` says what was taken away and by how much rates were raised."""
    return Report(
        page=lambda: _page(name, rows, asked),
        document=lambda: _document(name, rows, asked),
        records=lambda: Records(tuple(_flat(rows[0])) if rows else (), [tuple(_flat(row).values()) for row in rows]),
    )


def _document(name: str, rows: Sequence[Replayed], asked: str) -> dict[str, Any]:
    replayed = [{**asdict(row), "zones": list(row.zones)} for row in rows]
    return {"plan": name, "replayed": asked, "holds": all(row.holds for row in rows), "rows": replayed}


def _flat(row: Replayed) -> dict[str, Any]:
    return {**asdict(row), "zones": "|".join(row.zones)}


def _page(name: str, rows: Sequence[Replayed], asked: str) -> Page:
    ordered = sorted(rows, key=lambda row: row.holds)
    remark = "reached: at the origin's edge; below, its 98 % confidence interval · late: share of requests"
    table = Table("Replayed", COLUMNS, tuple(_row(row) for row in ordered), remarks=(remark,))
    failed = [row for row in rows if not row.holds]
    total = sum(row.requests for row in rows)
    if not rows:
        verdict = Facts("Verdict", (("nothing is left to replay",),), "bad")
    elif failed:
        verdict = Facts("Verdict", ((f"{counted(len(failed), 'case')} of {len(rows)} miss their target",),), "bad")
    else:
        verdict = Facts("Verdict", (("every target holds", f"{counted(total, 'request')} replayed"),), "good")
    return Page((name, asked), (table, verdict))


def _row(row: Replayed) -> Row:
    cells = (
        row.service,
        row.location,
        f"{row.day_type} {row.hour:02d} h",
        f"{row.replicas:,}",
        f"{row.rate_per_s:,.0f}",
        f"p{100 * row.percentile:g} {_reached(row)} of {row.target_ms:g} ms",
        percent(row.late_share, 2),
        "yes" if row.holds else "NO",
    )
    interval = f"{row.low_ms:.1f} to {row.high_ms:.1f} ms"
    pieces = [f"zones {','.join(row.zones)}", row.instance_type, "" if _overloaded(row) else interval]
    if "five minutes" in row.what:
        pieces.append("five minutes, every replica")
    return Row(cells, (" · ".join(piece for piece in pieces if piece),), "plain" if row.holds else "bad")


def _overloaded(row: Replayed) -> bool:
    return row.percentile_ms > OVERLOADED * row.target_ms


def _reached(row: Replayed) -> str:
    return "overloaded" if _overloaded(row) else f"{row.percentile_ms:.1f}"

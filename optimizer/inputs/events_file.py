"""Events files: named days that are unlike others, past ones to learn from and coming ones to plan for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from optimizer.inputs.columns import Column
from optimizer.inputs.csv_table import Table, read_table
from optimizer.inputs.faults import Faults
from optimizer.inputs.files import decode, read_bytes
from optimizer.inputs.raw_table import read_raw_table
from optimizer.inputs.wording import show

LARGEST_UPLIFT = 1000.0
RESERVED = ("workday", "weekend")
#: Days of one row; longer ones are no events.
MOST_DAYS = 92
_UPLIFT = ("uplift_low", "uplift", "uplift_high")
COLUMNS = (
    Column("event"),
    Column("first", "date"),
    Column("last", "date", required=False, may_be_empty=True),
    *(Column(n, "number", above=0.0, high=LARGEST_UPLIFT, required=False, may_be_empty=True) for n in _UPLIFT),
)


@dataclass(frozen=True, slots=True)
class EventDays:
    """Days of one row, as proleptic ordinals, and how many times an ordinary day they are expected to be."""

    name: str
    first: int
    last: int
    uplift: tuple[float, float, float] | None
    where: str


@dataclass(frozen=True, slots=True)
class Events:
    """Rows of an events file, and the event of each day."""

    rows: tuple[EventDays, ...] = ()

    @property
    def by_day(self) -> Mapping[int, EventDays]:
        """The row that names each day."""
        return {day: row for row in self.rows for day in range(row.first, row.last + 1)}


def read_events(path: Path) -> Events:
    """Read an events file.

    Raises
    ------
    InputError
        With every fault.
    """
    faults, shown = Faults(), str(path)
    content = read_bytes(path, shown, faults)
    text = None if content is None else decode(content, shown, faults)
    raw = None if text is None else read_raw_table(text, shown, faults)
    faults.raise_if_any()
    assert raw is not None
    table = read_table(raw, COLUMNS, ("event", "first"), faults)
    rows = [_row(table, index, row, faults) for index, row in table.rows()]
    _refuse_shared_days(rows, faults)
    faults.raise_if_any()
    return Events(tuple(rows))


def _row(table: Table, index: int, row: Mapping[str, object], faults: Faults) -> EventDays:
    name, where = str(row["event"]), f"{table.file}:{table.lines[index]}"
    if name in RESERVED:
        faults.add(f"{where} event", f"is a name of ordinary days (found {name})", "Name it otherwise.", "reserved")
    first = _day(table, index, "first", row, faults)
    last = first if row["last"] is None else _day(table, index, "last", row, faults)
    if not first <= last < first + MOST_DAYS:
        what = f"must be from 0 to {MOST_DAYS - 1} days after first (found {row['last']})"
        faults.add_unless_told(f"{where} last", what, "Correct one of the two.", "out-of-order")
    return EventDays(name, first, max(first, min(last, first + MOST_DAYS)), _uplift(row, where, faults), where)


def _day(table: Table, index: int, column: str, row: Mapping[str, object], faults: Faults) -> int:
    cell = str(row[column])
    try:
        return date.fromisoformat(cell).toordinal()
    except ValueError:
        what = f"must be a day (found {show(cell)})"
        faults.add(table.where(index, column), what, "Write 2026-07-31.", "not-a-day")
        return 1


def _uplift(row: Mapping[str, object], where: str, faults: Faults) -> tuple[float, float, float] | None:
    low, mid, high = (value if isinstance(value := row[name], float) else None for name in _UPLIFT)
    if mid is None:
        if low is not None or high is not None:
            faults.add(f"{where} uplift", "has no value beside its low or high", "Give it too.", "no-value")
        return None
    found = (mid if low is None else low, mid, mid if high is None else high)
    if not found[0] <= found[1] <= found[2]:
        what = f"must lie between uplift_low and uplift_high (found {found[0]:g}, {mid:g}, {found[2]:g})"
        faults.add(f"{where} uplift", what, "Order the three.", "out-of-order")
    return found


def _refuse_shared_days(rows: list[EventDays], faults: Faults) -> None:
    taken: dict[int, EventDays] = {}
    for row in rows:
        for day in range(row.first, row.last + 1):
            other = taken.setdefault(day, row)
            if other is not row:
                what = f"{date.fromordinal(day)} belongs to {other.name} already ({other.where})"
                faults.add_unless_told(row.where, what, "Give a day to one event.", "duplicate-row")

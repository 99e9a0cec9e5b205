"""Events files: days by name, and their uplifts."""

from __future__ import annotations

from datetime import date

import pytest

from optimizer.errors import InputError
from optimizer.inputs.events_file import read_events


def _write(tmp_path, *rows, header="event,first,last,uplift_low,uplift,uplift_high"):
    path = tmp_path / "events.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def test_a_row_names_all_its_days(tmp_path):
    """First to last, both included; an empty last is one day; an uplift alone is all three."""
    events = read_events(_write(tmp_path, "sale,2026-11-27,2026-11-30,1.6,2.5,3.4", "fair,2026-12-24,,,2,"))
    assert len(events.by_day) == 5
    assert events.by_day[date(2026, 11, 30).toordinal()].uplift == (1.6, 2.5, 3.4)
    assert events.by_day[date(2026, 12, 24).toordinal()].uplift == (2.0, 2.0, 2.0)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("weekend,2026-11-27,,,,", "is a name of ordinary days"),
        ("sale,2026-11,,,,", 'must be a day (found "2026-11")'),
        ("sale,2026-11-27,2026-11-26,,,", "must be from 0 to 91 days after first"),
        ("sale,2026-11-27,,3,2,4", "must lie between uplift_low and uplift_high"),
        ("sale,2026-11-27,,1,,4", "has no value beside its low or high"),
        ("sale,2026-11-27,,,0,", "must be above 0 (found 0)"),
    ],
)
def test_a_wrong_row_is_refused(tmp_path, row, told):
    """Names, days and uplifts, each with what was found."""
    with pytest.raises(InputError) as refused:
        read_events(_write(tmp_path, row))
    assert told in str(refused.value)
    assert "events.csv:2" in str(refused.value)


def test_a_day_belongs_to_one_event(tmp_path):
    """Two names for a day are refused, with both places."""
    with pytest.raises(InputError, match="2026-11-28 belongs to sale already"):
        read_events(_write(tmp_path, "sale,2026-11-27,2026-11-30,,,", "fair,2026-11-28,,,,"))

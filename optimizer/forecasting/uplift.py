"""Named events: how many times an ordinary day they were, and are expected to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from optimizer.domain.forecast import EventUplift
from optimizer.forecasting.days import Days
from optimizer.forecasting.models import WEEK, Floats, Model, predict
from optimizer.inputs.events_file import EventDays


def without_events(days: Days, events: Mapping[int, EventDays]) -> Days:
    """Return the history with the days of events unknown: what is left are ordinary days."""
    named = np.array([day in events for day in range(days.first_day, days.first_day + len(days.mean))])
    hide = named[:, None]
    return Days(days.first_day, np.where(hide, np.nan, days.mean), np.where(hide, np.nan, days.peak))


def measured_uplifts(
    days: Days, ordinary: Days, model: Model, events: Mapping[int, EventDays]
) -> Mapping[str, Sequence[float]]:
    """Compare each past day of an event with what was forecast for it as an ordinary day, from the day before.

    Returns
    -------
    mapping
        Uplifts by event; days of the first week, or that are not known, tell nothing.
    """
    found: dict[str, list[float]] = {}
    for day, row in sorted(events.items()):
        position, origin = day - days.first_day, row.first - days.first_day
        if origin < WEEK or position >= len(days.mean):
            continue
        expected: Floats = predict(model, ordinary.mean[:origin], position - origin + 1, days.first_weekday)[-1]
        known = ~np.isnan(days.mean[position])
        if known.any() and expected[known].sum() > 0.0:
            found.setdefault(row.name, []).append(float(days.mean[position][known].sum() / expected[known].sum()))
    return found


def expected_uplift(row: EventDays, measured: Sequence[float]) -> EventUplift | None:
    """Return the uplift to plan with: the file's where it states one, else the history's; None where neither is."""
    middle = float(np.median(measured)) if measured else None
    if row.uplift is not None:
        return EventUplift(row.name, *row.uplift, "stated", len(measured), middle)
    if middle is None:
        return None
    return EventUplift(row.name, min(measured), middle, max(measured), "measured", len(measured), middle)

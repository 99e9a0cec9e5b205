"""A forecast by day, its intervals, and both gathered by hour and day type."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.forecast import DemandRow, EventUplift
from optimizer.forecasting.models import WEEK, Floats, daily_levels
from optimizer.forecasting.shape import day_shape
from optimizer.inputs.events_file import EventDays
from optimizer.units import HOURS_PER_DAY

WORKDAY, WEEKEND = "workday", "weekend"
#: A median absolute deviation is this many times smaller than a standard deviation, of normal changes.
MAD_TO_DEVIATION = 1.4826
#: Where a level jumps wildly no interval reaches further than this many times the forecast, or that share of it.
WIDEST = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Rates of the days of the horizon, shape (days, hours): the mean, and the busiest step low, middle and high."""

    mean: Floats
    low: Floats
    mid: Floats
    high: Floats


def day_types_of(start: int, days: int, events: Mapping[int, EventDays]) -> list[str]:
    """Return the day type of each day: its event, else whether it is a weekend (Saturday, Sunday)."""
    ordinary = (WEEKEND if weekend else WORKDAY for weekend in is_weekend(start, days))
    return [events[day].name if day in events else kind for day, kind in enumerate(ordinary, start)]


def is_weekend(start: int, days: int) -> NDArray[np.int64]:
    """1 for Saturdays and Sundays, 0 for the other days from `start`, a proleptic ordinal."""
    weekday = (np.arange(start, start + days) - 1) % WEEK  # ordinal 1 was a Monday
    return (weekday >= WEEK - 2).astype(np.int64)


def level_wander(ordinary: Floats) -> float:
    """Usual change of the logarithm of the weekly level from a week to the next, as a standard deviation."""
    weekly = np.log(daily_levels(ordinary)[::-1][::WEEK])[: len(ordinary) // WEEK]
    steps = np.diff(weekly)
    return float(MAD_TO_DEVIATION * np.median(np.abs(steps))) if steps.size else 0.0


def band_of(
    mean: Floats, scores: Floats, floor: float, leads: Floats, tested_days: int, wander: float, interval: float
) -> Band:
    """Lay the scores of the back-test around a forecast; beyond the tested lead they widen.

    Parameters
    ----------
    mean
        The forecast, shape (days, hours).
    scores
        Low, middle and high error relative to the forecast plus `floor`, shape (3, days, hours).
    leads
        Days ahead of each day.
    wander
        Of the level, by week: beyond the tested lead the logarithm of the level is taken to go on as a random walk.
    interval
        Share of the hours that should lie from low to high.
    """
    deviations = NormalDist().inv_cdf((1.0 + interval) / 2.0)
    weeks_beyond = np.maximum(leads - tested_days, 0.0) / WEEK
    more = (deviations * wander) ** 2 * weeks_beyond[:, None]
    middle = np.log1p(np.maximum(scores[1], -0.999))
    edges = []
    for score, side in ((scores[0], -1.0), (scores[2], 1.0)):
        half = np.abs(np.log1p(np.maximum(score, -0.999)) - middle)
        widened = middle + side * np.minimum(np.sqrt(half**2 + more), np.maximum(half, math.log(WIDEST)))
        edges.append(np.maximum((mean + floor) * np.exp(widened) - floor, 0.0))
    mid = np.maximum((mean + floor) * np.exp(middle) - floor, 0.0)
    return Band(mean, edges[0], mid, edges[1])


def with_events(band: Band, kinds: list[str], uplifts: Mapping[str, EventUplift]) -> Band:
    """Multiply the days of events by their uplift."""
    one = EventUplift("", 1.0, 1.0, 1.0, "", 0, None)
    rows = [uplifts.get(kind, one) for kind in kinds]
    low, mid, high = (np.array([getattr(row, name) for row in rows])[:, None] for name in ("low", "mid", "high"))
    return Band(band.mean * mid, band.low * low, band.mid * mid, band.high * high)


def with_hours(band: Band, start: int) -> Band:
    """Spread days over their hours by the assumed shape."""
    shape = np.stack([day_shape(weekend=bool(kind)) for kind in is_weekend(start, len(band.mean))])
    return Band(band.mean * shape, band.low * shape, band.mid * shape, band.high * shape)


def demand_rows(
    band: Band, kinds: list[str], ratio: Mapping[str, float], service: str, origin: str
) -> tuple[DemandRow, ...]:
    """Gather days by type: mean and middle are averages over its days, low is the least and high the largest."""
    rows = []
    for kind in dict.fromkeys(
        sorted(set(kinds), key=lambda kind: (kind not in (WORKDAY, WEEKEND), kind != WORKDAY, kind))
    ):
        of_it = np.array([other == kind for other in kinds])
        mean, mid = band.mean[of_it].mean(axis=0), band.mid[of_it].mean(axis=0) * ratio["mid"]
        low = np.minimum(band.low[of_it].min(axis=0) * ratio["low"], mid)
        high = np.maximum(band.high[of_it].max(axis=0) * ratio["high"], np.maximum(mid, mean))
        rows += [
            DemandRow(service, origin, kind, h, *(_rounded(values[h]) for values in (mean, low, mid, high)))
            for h in range(HOURS_PER_DAY)
        ]
    return tuple(rows)


def _in_order(kinds: list[str]) -> list[str]:
    """Day types that occur: workdays, weekends, then events by name."""
    return [kind for kind in (WORKDAY, WEEKEND, *sorted({*kinds} - {WORKDAY, WEEKEND})) if kind in kinds]


def _rounded(rate: float) -> float:
    """Five significant digits: more would be a pretence, and rounding keeps the order of numbers."""
    return float(f"{rate:.5g}")

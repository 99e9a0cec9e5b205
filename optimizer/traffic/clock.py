"""Which day type and hour a moment falls in, by the clock of a log."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats
from optimizer.inputs.history_times import DAY_S, HOUR_S
from optimizer.inputs.log_times import local_of
from optimizer.units import HOURS_PER_DAY

DAY_TYPES = ("workday", "weekend")
_EPOCH = date(1970, 1, 1).toordinal()


def is_weekend(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 1 for Saturdays and Sundays, from days since 1970."""
    weekend: NDArray[np.int64] = ((days + _EPOCH - 1) % 7 >= 5).astype(np.int64)  # ordinal 1 was a Monday
    return weekend


def day_types_and_hours(seconds: Floats, zone: ZoneInfo) -> tuple[list[str], list[int]]:
    """Return the day type and the hour of moments, seconds since 1970."""
    local = local_of(seconds, zone)
    kinds = is_weekend((local // DAY_S).astype(np.int64))
    hours = (local // HOUR_S).astype(np.int64) % HOURS_PER_DAY
    return [DAY_TYPES[kind] for kind in kinds.tolist()], hours.tolist()


def shown(second: float, zone: ZoneInfo) -> str:
    """Return what the clock shows: ``2026-09-07 14:05:00``."""
    local: Floats = local_of(np.array([second]), zone)
    return str(np.datetime64(int(local[0]), "s")).replace("T", " ")

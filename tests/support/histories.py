"""Histories with a known truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

FIRST = datetime(2026, 1, 5)  # a Monday
#: Rate of each hour over the mean of the day.
SHAPE = 1.0 + 0.8 * np.sin(np.arange(24) / 24 * 2 * np.pi)
SHAPE /= SHAPE.mean()


def write_rows(path: Path, rows: Sequence[tuple[str, object]], header: str = "time,search/us-east") -> Path:
    """Write a history row by row."""
    path.write_text(f"{header}\n" + "".join(f"{time},{value}\n" for time, value in rows), encoding="utf-8")
    return path


def write_hours(path: Path, days: int, rate: Callable[[int, int], float], *, noise: float = 0.0, seed: int = 0) -> Path:
    """Write hourly counts of a rate a second by day and hour, each times a lognormal draw of mean 1."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(days * 24):
        day, hour = divmod(number, 24)
        draw = np.exp(noise * random.standard_normal() - noise**2 / 2)
        rows.append((str(FIRST + timedelta(hours=number)), round(3600 * rate(day, hour) * draw, 3)))
    return write_rows(path, rows)


def weekly(day: int, hour: int) -> float:
    """100 requests a second on a workday, 60 on a weekend day, times the shape of the day."""
    return (60.0 if day % 7 >= 5 else 100.0) * float(SHAPE[hour])

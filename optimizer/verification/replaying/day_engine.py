"""What plays a day: compiled queues and every request, or the queues as they stand and a sample."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.verification.replaying.day_queues import advance

#: More threads than this need more memory than they are worth.
MOST_THREADS = 8
#: Which arguments of `advance` are arrays that it writes, but for its counts.
_WRITTEN = (11, 12, 13, 14, 15, 17)


@dataclass(frozen=True, slots=True)
class DayEngine:
    """A simulator of queues, and whether it plays a sample.

    Parameters
    ----------
    advance
        As `optimizer.verification.replaying.day_queues.advance`, on arrays.
    threads
        Pools that are played at once.
    """

    name: str
    advance: Callable[..., int]
    is_sample: bool
    threads: int


def plain_advance(*given: Any) -> int:  # noqa: ANN401  arrays and numbers
    """Let queues go on by the code as it stands, which is quicker on lists; counts stay arrays."""
    *most, tally, places = given
    lists = [value.tolist() if isinstance(value, np.ndarray) else value for value in most]
    go_on: Callable[..., int] = advance
    turned_away = go_on(*lists, tally, places)
    for number in _WRITTEN:
        given[number][:] = lists[number]
    return turned_away


def load_day_engine() -> DayEngine:
    """Return the compiled simulator, or the plain one where the extra ``fast`` is not installed."""
    try:
        from optimizer.verification.replaying.day_compiled import advance as compiled
    except ImportError:
        return DayEngine("plain", plain_advance, is_sample=True, threads=1)
    return DayEngine("compiled", compiled, is_sample=False, threads=min(os.cpu_count() or 1, MOST_THREADS))

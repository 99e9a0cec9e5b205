"""Five minutes that break are played again, by other traffic: of thousands that just hold, some break by chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from optimizer.verification.replaying.day_engine import DayEngine
from optimizer.verification.replaying.day_hours import PoolHours
from optimizer.verification.replaying.day_judged import Window, by_origin, together
from optimizer.verification.replaying.day_lines import play
from optimizer.verification.replaying.day_stretch import HOUR_S, Ints, Stretch
from optimizer.verification.replaying.engine import FIVE_MINUTES_S

#: Keeps these numbers apart from every other use of the same seed.
DAY = 0x646179
#: Played so often, and more while it is not settled.
AGAIN, MOST_AGAIN = 5, 20


class Again:
    """A second look at five minutes that break: of thousands of windows that just hold, one in a hundred breaks."""

    def __init__(self, hours: PoolHours, stretch: Stretch, seed: int, engine: DayEngine) -> None:
        self.hours, self.stretch, self.seed, self.engine = hours, stretch, seed, engine
        self.allowed = 1.0 - hours.pool.percentile
        self.requests = 0

    def judged(self, windows: Sequence[Window]) -> Iterator[Window]:
        """Yield windows with their second look, where they need one."""
        far = {window.hour for window in windows if window.is_far_beyond(self.allowed)}
        asked: dict[int, list[Window]] = {}
        for window in windows:
            before = (window.hour - 1) % len(self.hours.served)
            if window.holds(self.allowed) or window.is_far_beyond(self.allowed) or before in far:
                yield window  # what an hour far beyond leaves behind cannot be played without it
            else:
                asked.setdefault(window.hour, []).append(window)
        for hour, own in asked.items():
            yield from self._looked(hour, own)

    def _looked(self, hour: int, windows: Sequence[Window]) -> list[Window]:
        """Play the hour again as often as it takes, up to its last window that is asked for."""
        numbers = [round((window.start_s - HOUR_S * hour) / FIVE_MINUTES_S) for window in windows]
        stretch = self.hours.until(hour, max(numbers))
        if self.engine.is_sample:
            stretch = self.stretch
            numbers = [round((window.start_s - stretch.from_s) / stretch.window_s) for window in windows]
        runs: list[dict[str, tuple[Ints, Ints]]] = []
        while True:
            runs += [self._run(stretch, hour, run) for run in range(len(runs), len(runs) + AGAIN)]
            found = [
                together([run[window.origin] for run in runs], number)
                for window, number in zip(windows, numbers, strict=True)
            ]
            if len(runs) >= MOST_AGAIN or not any(share.is_open(self.allowed) for share in found):
                break
        return [
            replace(window, again=share, again_windows=len(runs)) for window, share in zip(windows, found, strict=True)
        ]

    def _run(self, stretch: Stretch, hour: int, run: int) -> dict[str, tuple[Ints, Ints]]:
        pool = self.hours.pool
        random = np.random.default_rng([DAY, self.seed, pool.index, hour, 1 + run])
        counts = play(stretch, pool, random, self.engine)
        self.requests += counts.drawn
        return by_origin(counts, stretch, pool, self.hours.rates, random)

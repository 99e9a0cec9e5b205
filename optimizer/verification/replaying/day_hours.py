"""What a pool serves hour by hour, and the stretches of the day that are played."""

from __future__ import annotations

from dataclasses import dataclass, replace

from optimizer.verification.replaying.day_judged import Rates
from optimizer.verification.replaying.day_stretch import HOUR_S, DayPool, Segment, Stretch
from optimizer.verification.replaying.engine import FIVE_MINUTES_S
from optimizer.verification.replaying.fleet import Served

IN_AN_HOUR = int(HOUR_S / FIVE_MINUTES_S)
#: A window of a sample is cut short where one queue has more requests in it.
SAMPLE_REQUESTS = 40_000


@dataclass(frozen=True, eq=False)
class PoolHours:
    """A pool and what it serves in each hour of the day, None where nothing comes to it; `zones` that are alike."""

    pool: DayPool
    served: tuple[Served | None, ...]
    zones: tuple[str, ...]

    @property
    def rates(self) -> Rates:
        """Requests/s by hour and origin."""
        return {hour: dict(item.rates) for hour, item in enumerate(self.served) if item is not None}

    @property
    def requests(self) -> float:
        """Requests of the day."""
        return HOUR_S * sum(item.rate_per_s for item in self.served if item is not None)

    def whole(self) -> Stretch:
        """The day, after five minutes of its last hour that fill the queues."""
        hours = range(len(self.served))
        days = [self._segment(hour, HOUR_S * hour, HOUR_S * (hour + 1)) for hour in hours]
        before = self._segment(len(self.served) - 1, -FIVE_MINUTES_S, 0.0)
        of = tuple(hour for hour in hours for _ in range(IN_AN_HOUR))
        return Stretch((before, *days), 0.0, FIVE_MINUTES_S, of)

    def around(self, hour: int) -> Stretch:
        """The last window of the hour before and the first of this one, after as much that fills the queue."""
        start_s, length, before = HOUR_S * hour, self.sample_window_s, (hour - 1) % len(self.served)
        parts = (
            self._segment(before, start_s - 2.0 * length, start_s),
            self._segment(hour, start_s, start_s + length),
        )
        return Stretch(parts, start_s - length, length, (before, hour))

    def queues(self, hour: int) -> int:
        """Queues of the pool in an hour with requests."""
        item = self.served[hour]
        return 1 if item is None else replace(self.pool.model, replicas=max(1, item.replicas)).queues

    @property
    def sample_window_s(self) -> float:
        """Length of a window in which one queue is followed."""
        rates = [0.0 if item is None else item.rate_per_s / self.queues(hour) for hour, item in enumerate(self.served)]
        return float(max(1, int(min(FIVE_MINUTES_S, SAMPLE_REQUESTS / max(rates)))))

    def until(self, hour: int, window: int) -> Stretch:
        """The first windows of an hour, after five minutes of the hour before that fill the queues."""
        start_s, length = HOUR_S * hour, FIVE_MINUTES_S * (window + 1)
        before = self._segment((hour - 1) % len(self.served), start_s - FIVE_MINUTES_S, start_s)
        parts = (before, self._segment(hour, start_s, start_s + length))
        return Stretch(parts, start_s, FIVE_MINUTES_S, (hour,) * (window + 1))

    def at_one_queue(self, stretch: Stretch) -> float:
        """Requests of a stretch that are expected at one queue."""
        model = self.pool.model
        return sum(
            part.rate_per_s * (part.end_s - part.start_s) / replace(model, replicas=max(1, part.replicas)).queues
            for part in stretch.segments
        )

    def _segment(self, hour: int, start_s: float, end_s: float) -> Segment:
        return Segment(start_s, end_s, self.served[hour])

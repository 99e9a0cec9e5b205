"""From the windows of pools to the rows of a day's report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from optimizer.verification.replaying.classes import MEDIAN, QUIETEST
from optimizer.verification.replaying.day_hours import PoolHours
from optimizer.verification.replaying.day_judged import Window, broken_of
from optimizer.verification.replaying.day_pool import PoolDay
from optimizer.verification.replaying.day_result import DayRow
from optimizer.verification.replaying.day_stretch import HOUR_S
from optimizer.verification.replaying.fleet import Fleet
from optimizer.verification.replaying.rows import Edges

BUSIEST = "busiest hour"


@dataclass(frozen=True, eq=False)
class DayRows:
    """Rows of a fleet in a day; `periods` are its hours, `days` what each pool serves in them."""

    fleet: Fleet
    edges: Edges
    periods: Sequence[int]
    days: Sequence[PoolHours]

    def of(self, played: Sequence[PoolDay]) -> list[DayRow]:
        """Return the rows of all pools, service by service."""
        classes = self._classes()
        return [row for hours, day in zip(self.days, played, strict=True) for row in self._rows(hours, day, classes)]

    def _rows(self, hours: PoolHours, day: PoolDay, classes: Mapping[str, Mapping[int, list[str]]]) -> Iterator[DayRow]:
        own = classes[self.fleet.pools[day.pool.index].service]
        for hour in range(len(hours.served)):
            for origin in day.pool.limits_s:
                windows = [w for w in day.windows if (w.hour, w.origin) == (hour, origin)]
                if windows:
                    yield self._row(hours, day, windows, tuple(own.get(hour, ())))

    def _row(self, hours: PoolHours, day: PoolDay, windows: Sequence[Window], classes: tuple[str, ...]) -> DayRow:
        pool, hour, origin = self.fleet.pools[day.pool.index], windows[0].hour, windows[0].origin
        served, period = hours.served[hour], self.periods[hour]
        assert served is not None
        allowed = 1.0 - day.pool.percentile
        worst = max(windows, key=lambda w: (not w.holds(allowed), w.late.share, w.reached_s or 0.0))
        broken = broken_of(windows, allowed)
        requests = sum(window.requests for window in windows)
        return DayRow(
            service=pool.service,
            classes=classes,
            what=served.what,
            period=period,
            day_type=self.fleet.view.plan.periods[period].day_type,
            hour=self.fleet.view.plan.periods[period].hour,
            location=pool.location,
            zones=hours.zones,
            instance_type=pool.instance_type,
            origin=origin,
            replicas=served.replicas,
            requests_per_s=served.rate_per_s,
            requests=requests,
            late_share=sum(window.late.share * window.requests for window in windows) / requests,
            reached_ms=self._edge_ms(day, origin, day.reached_s[hour]),
            percentile=day.pool.percentile,
            target_ms=self.edges.target_ms(pool.service, origin, pool.location),
            allowed_share=allowed,
            at=self._clock(period, worst.start_s % HOUR_S),
            window_s=day.window_s,
            worst_requests_per_s=worst.at_pool / day.window_s * (hours.queues(hour) if day.is_one_queue else 1),
            worst_requests=worst.requests,
            worst_late_share=worst.late.share,
            worst_at_least=worst.late.at_least,
            worst_reached_ms=self._edge_ms(day, origin, worst.reached_s),
            again_share=None if worst.again is None else worst.again.share,
            again_at_least=None if worst.again is None else worst.again.at_least,
            again_windows=worst.again_windows,
            judged=len(windows),
            broken=broken,
            holds=not broken,
        )

    def _clock(self, period: int, since_s: float) -> str:
        """``20:35``; a window that is cut short may begin within a minute."""
        minute, second = divmod(round(since_s), 60)
        clock = f"{self.fleet.view.plan.periods[period].hour:02d}:{minute:02d}"
        return clock if not second else f"{clock}:{second:02d}"

    def _edge_ms(self, day: PoolDay, origin: str, stay_s: float | None) -> float | None:
        pool = self.fleet.pools[day.pool.index]
        if stay_s is None:
            return None
        return self.edges.elsewhere_ms(pool.service, origin, pool.location) + stay_s * 1e3

    def _classes(self) -> dict[str, dict[int, list[str]]]:
        """The busiest hour of each service, its median and its quietest one with any requests."""
        rates: dict[str, dict[int, float]] = {}
        for day in self.days:
            own = rates.setdefault(self.fleet.pools[day.pool.index].service, {})
            for hour, item in enumerate(day.served):
                if item is not None:
                    own[hour] = own.get(hour, 0.0) + len(day.zones) * item.rate_per_s
        found: dict[str, dict[int, list[str]]] = {}
        for service, busy in rates.items():
            ordered = sorted(busy, key=busy.__getitem__)
            busiest = max(busy, key=busy.__getitem__)
            for hour, name in ((busiest, BUSIEST), (ordered[(len(ordered) - 1) // 2], MEDIAN), (ordered[0], QUIETEST)):
                found.setdefault(service, {}).setdefault(hour, []).append(name)
        return found

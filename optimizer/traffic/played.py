"""A log of arrivals laid on the hours of a plan, so that it can be played against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from optimizer.domain.log_played import WINDOW_S, LogArrivals, LogPlayed, LogWindow
from optimizer.domain.scenario import Floats
from optimizer.errors import Fault, InputError
from optimizer.inputs.arrival_log import ArrivalLog, LogSeries
from optimizer.inputs.history_times import DAY_S, Ints
from optimizer.inputs.wording import did_you_mean, listed, show
from optimizer.traffic.clock import DAY_TYPES, day_types_and_hours, shown

#: Of a series whose origin is neither in the log nor said: no cell can be empty.
UNSAID = ""
#: How finely a log may tell times, seconds, coarsest first.
RESOLUTIONS_S = (60.0, 1.0, 0.1, 0.01, 0.001)
#: Rounding of seconds since 1970, in steps.
_LOOSE = 1e-3


@dataclass(frozen=True, slots=True)
class PlanPlace:
    """What a plan knows of the service: the origins it serves, and its hours as (day type, hour)."""

    service: str
    origins: Sequence[str]
    hours: Sequence[tuple[str, int]]

    @property
    def day_types(self) -> list[str]:
        """Day types in the plan's order."""
        return list(dict.fromkeys(day_type for day_type, _ in self.hours))


def lay_out(
    log: ArrivalLog, zone: ZoneInfo, place: PlanPlace, origin: str | None = None, day_type: str | None = None
) -> LogPlayed:
    """Return the part of a log that is of one service, by origin and by hours of the plan.

    Parameters
    ----------
    log
        Read with its times kept.
    origin
        The one that is played; None for all that the log has.
    day_type
        The one that all of the log is played in; None to go by workdays and weekends as `fit_log` does.

    Raises
    ------
    InputError
        Where the log has nothing of the service, or an origin or hour that the plan has not.
    """
    chosen = _chosen(log, place, origin)
    if log.step_s == DAY_S:
        mend = "Give counts of an hour at most, or a row for each request."
        raise InputError([Fault(log.file, "daily counts do not say in which hour requests came", mend, "step")])
    found = {series.origin: _arrivals(log, series) for series in chosen}
    if not any(arrivals.begins_s.size for arrivals in found.values()):
        mend = "Give a part with requests."
        raise InputError([Fault(log.file, f"has no request of {place.service}", mend, "empty")])
    return LogPlayed(
        file=log.file,
        sha256=log.sha256,
        kind=log.kind,
        step_s=max(arrivals.step_s for arrivals in found.values()),
        timezone=zone.key,
        service=place.service,
        windows=_windows(log, chosen, zone, place, day_type),
        by_origin=found,
        notices=log.notices,
    )


def _chosen(log: ArrivalLog, place: PlanPlace, origin: str | None) -> list[LogSeries]:
    """Return the series of the service and origin; those of origins that the plan does not know are faults."""
    of_service = [series for series in log.series if series.service == place.service]
    if not of_service:
        services = {series.service for series in log.series}
        what = f"has no row of {place.service} (its column service has {listed(services)})"
        raise InputError([Fault(f"{log.file} service", what, "Name one of these with --service.", "unknown-name")])
    origins = {series.origin for series in of_service}
    if origins == {UNSAID}:
        what = f"must name the origin that the requests of {log.file} come from"
        mend = f"Name one of {listed(place.origins)}."
        raise InputError([Fault("--origin", what, mend, "no-origin")])
    if origin is not None:
        chosen = [series for series in of_service if series.origin == origin]
        if not chosen:
            what = f"has no row of {place.service} from {origin} (its column origin has {listed(origins)})"
            raise InputError([Fault(f"{log.file} origin", what, "Name one of these with --origin.", "unknown-name")])
        return chosen
    faults = [
        Fault(f"{log.file} origin", f"the plan serves no {place.service} from {show(name)}",
              did_you_mean(name, place.origins, "origins"), "unknown-name")
        for name in sorted(origins - set(place.origins))
    ]  # fmt: skip
    if faults:
        raise InputError(faults)
    return of_service


def _arrivals(log: ArrivalLog, series: LogSeries) -> LogArrivals:
    if series.times_s is not None:
        return LogArrivals(series.times_s, None, resolution_of(series.times_s))
    known = np.flatnonzero(np.nan_to_num(series.counts) > 0.0)
    begins = np.asarray(series.start_s + known * float(log.step_s), dtype=np.float64)
    return LogArrivals(begins, series.counts[known], float(log.step_s))


def resolution_of(times_s: Floats) -> float:
    """Return the coarsest resolution that all times have, seconds; 0 where it is below a millisecond."""
    for step in RESOLUTIONS_S:
        if not np.any(np.abs(times_s / step - np.rint(times_s / step)) > _LOOSE):
            return step
    return 0.0


def _windows(
    log: ArrivalLog, chosen: Sequence[LogSeries], zone: ZoneInfo, place: PlanPlace, day_type: str | None
) -> tuple[LogWindow, ...]:
    seen = _seen(log, chosen)
    starts = np.array(sorted(seen), dtype=np.float64)
    kinds, hours = day_types_and_hours(starts, zone)
    names = _day_types(log.file, kinds, place, day_type)
    _refuse_other_hours(log.file, {(names[kind], hour) for kind, hour in zip(kinds, hours, strict=True)}, place)
    return tuple(
        LogWindow(int(start), seen[int(start)], shown(start, zone)[: len("2026-09-07 14:05")], names[kind], hour)
        for start, kind, hour in zip(starts.tolist(), kinds, hours, strict=True)
    )


def _day_types(file: str, kinds: Sequence[str], place: PlanPlace, asked: str | None) -> Mapping[str, str]:
    """Return the plan's day type for workdays and weekends; the only one of a plan that tells no such days apart."""
    if asked is not None:
        return dict.fromkeys(DAY_TYPES, asked)
    only = place.day_types[0] if len(place.day_types) == 1 else None
    if only is not None and only not in DAY_TYPES:
        return dict.fromkeys(DAY_TYPES, only)
    missing = [name for name in dict.fromkeys(kinds) if name not in place.day_types]
    if missing:
        minutes = sum(kind in missing for kind in kinds) * WINDOW_S // 60
        what = f"{minutes:,} minutes are of a {' or '.join(missing)}, which the plan has no hours of"
        mend = f"Give another part, or name the day type to play it in with --day-type: {listed(place.day_types)}."
        raise InputError([Fault(file, what, mend, "no-such-hours")])
    return {name: name for name in DAY_TYPES}


def _refuse_other_hours(file: str, found: set[tuple[str, int]], place: PlanPlace) -> None:
    missing = sorted(found - set(place.hours))
    if missing:
        what = f"has hours that the plan has not ({listed(f'{day_type} {hour:02d} h' for day_type, hour in missing)})"
        raise InputError([Fault(file, what, "Give the part of it in the plan's hours.", "no-such-hours")])


def _seen(log: ArrivalLog, chosen: Sequence[LogSeries]) -> dict[int, float]:
    """Return the seconds that the log covers of each five minutes in which it has a request."""
    seen: dict[int, float] = {}
    for series in chosen:
        own = _covered_by_requests(series.times_s) if series.times_s is not None else _covered_by_counts(log, series)
        for start, seconds in own.items():
            seen[start] = max(seen.get(start, 0.0), seconds)
    return seen


def _covered_by_requests(times_s: Floats) -> dict[int, float]:
    """All of each but the first and the last, of which the part from the first request on, and up to the last one."""
    first, last = float(times_s[0]), float(times_s[-1])
    starts = np.unique(times_s // WINDOW_S).astype(np.int64) * WINDOW_S
    return {start: max(1.0, min(last, start + WINDOW_S) - max(first, start)) for start in starts.tolist()}


def _covered_by_counts(log: ArrivalLog, series: LogSeries) -> dict[int, float]:
    """Known steps, where any of them has a request; one longer than a window covers several of them."""
    known = np.flatnonzero(~np.isnan(series.counts))
    parts = max(1, log.step_s // WINDOW_S)
    begins = (series.start_s + known[:, None] * float(log.step_s) + np.arange(parts) * float(WINDOW_S)).ravel()
    number: Ints = (begins // WINDOW_S).astype(np.int64)
    starts, place, count = np.unique(number, return_inverse=True, return_counts=True)
    requests = np.bincount(place, weights=np.repeat(series.counts[known], parts))
    seconds = np.minimum(WINDOW_S, count * float(min(log.step_s, WINDOW_S)))
    busy = requests > 0.0
    return dict(zip((starts[busy] * WINDOW_S).tolist(), seconds[busy].tolist(), strict=True))

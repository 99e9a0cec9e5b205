"""What hours stand for, service by service: the busiest of each day type, a median one, the quietest."""

from __future__ import annotations

from optimizer.verification.replaying.fleet import Fleet

MEDIAN, QUIETEST, HARDEST = "median hour", "quietest hour", "hardest hour"


def classes_of(fleet: Fleet, service: str) -> dict[int, tuple[str, ...]]:
    """Return the classes of those periods of a service that have any.

    Rates are those of all origins together; hours without demand are left out. Half of the hours of the horizon are
    at most as busy as the median one.
    """
    indices = [index for members in fleet.sites_of(service).values() for index in members]
    rates = {period: sum(fleet.brought(indices, period).values()) for period in fleet.periods}
    busy = {period: rate for period, rate in rates.items() if rate > 0.0}
    found: dict[int, list[str]] = {}
    periods = fleet.view.plan.periods
    for day_type in dict.fromkeys(row.day_type for row in periods):
        own = [period for period in busy if periods[period].day_type == day_type]
        if own:
            found.setdefault(max(own, key=busy.__getitem__), []).append(f"busiest {day_type}")
    if busy:
        ordered = sorted(busy, key=busy.__getitem__)
        found.setdefault(_median(fleet, ordered), []).append(MEDIAN)
        found.setdefault(ordered[0], []).append(QUIETEST)
    return {period: tuple(names) for period, names in found.items()}


def _median(fleet: Fleet, ordered: list[int]) -> int:
    """The first period, from the quietest on, with half of the hours up to it."""
    hours = [fleet.view.plan.periods[period].hours for period in ordered]
    passed, half = 0.0, sum(hours) / 2.0
    for period, length in zip(ordered, hours, strict=True):
        passed += length
        if passed >= half:
            return period
    return ordered[-1]

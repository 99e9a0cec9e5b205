"""Which rows of a curve fit each other, and why the others do not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from optimizer.domain.measured import LeftOutRow, MeasuredPoint
from optimizer.inputs.measurements.rows import MeasurementRow

#: One batch at a time: throughput x time / batch is 1, give or take.
RATIO_LOW, RATIO_HIGH = 0.93, 1.07
#: Two runs of one batch size agree within this factor.
AGREES = 1.07
#: A larger batch may be measured this much quicker than a smaller one: noise, and it is raised.
DIP = 0.05
#: An item takes at most so many times as long in a batch as in the next smaller one: far more than where a batch
#: outgrows the memory, far less than with a wrong unit.
MOST_DEARER = 30.0
#: Beyond this the times are hardly of one unit.
_OTHER_UNIT = 100.0
#: Above this ratio of 95th percentile to mean the percentile is what is planned with.
JITTER = 1.05
#: Ratios this near to a thousand, or a million, are a mistaken unit.
_NEAR = 0.3


@dataclass(frozen=True, slots=True)
class Sifted:
    """Points of one curve by rising batch, and the rows that are none."""

    points: tuple[MeasuredPoint, ...]
    left_out: tuple[LeftOutRow, ...]


def sift(rows: Iterable[MeasurementRow]) -> Sifted:
    """Turn the rows of one curve into points that agree with each other.

    Time never falls with the batch, and for each item it hardly rises: of the 473 pairs of neighbouring batches in the
    126 published curves that tests are judged by, it rises in 31, and by 55 % at most (Wide & Deep on a T4, 65,536 to
    81,920 items).
    """
    left_out: list[LeftOutRow] = []
    usable = []
    for row in rows:
        found = _elsewhere(row) or _contradiction(row)
        if found is None:
            usable.append(row)
        else:
            left_out.append(found)
    single, others = _one_a_batch(usable)
    points = [_point(row) for row in single]
    kept = _most_that_agree(points)
    left_out += others + [_misfit(point, kept) for point in points if point not in kept]
    return Sifted(_raised(kept), tuple(left_out))


def _elsewhere(row: MeasurementRow) -> LeftOutRow | None:
    """Tell a row that measures something else than the time of a batch."""
    if row.unusable:
        return LeftOutRow(row.where, row.unusable, rejected=False)
    if row.concurrency > 1:
        reason = f"{row.concurrency} batches at once wait for each other: not the time of one"
        return LeftOutRow(row.where, reason, rejected=False)
    return None


def _contradiction(row: MeasurementRow) -> LeftOutRow | None:
    """Tell a row whose figures do not fit each other."""
    if row.p95_s is not None and row.p99_s is not None and row.p99_s < row.p95_s:
        reason = f"the 99th percentile ({_ms(row.p99_s)}) is below the 95th ({_ms(row.p95_s)})"
        return LeftOutRow(row.where, reason, rejected=True)
    if row.mean_s is None or row.throughput_per_s is None:
        return None
    ratio = row.throughput_per_s * row.mean_s / row.batch_items
    if RATIO_LOW <= ratio <= RATIO_HIGH:
        return None
    reason = (
        f"batch, time and throughput do not fit: {row.throughput_per_s:g} items/s x {_ms(row.mean_s)} "
        f"is {row.throughput_per_s * row.mean_s:.4g} items where the batch is {row.batch_items}"
    )
    return LeftOutRow(row.where, reason + _unit_hint(ratio), rejected=True)


def _unit_hint(ratio: float) -> str:
    for factor, name in ((1e3, "a thousand"), (1e6, "a million")):
        if any(abs(math.log10(ratio / one)) < _NEAR for one in (factor, 1.0 / factor)):
            return f", off by about {name}: one of them is in another unit"
    return ""


def _one_a_batch(rows: Sequence[MeasurementRow]) -> tuple[list[MeasurementRow], list[LeftOutRow]]:
    """Keep one row of each batch size, by rising batch: the slowest of those that agree, none that disagree."""
    by_batch: dict[int, list[MeasurementRow]] = {}
    for row in rows:
        by_batch.setdefault(row.batch_items, []).append(row)
    kept, left_out = [], []
    for batch, same in sorted(by_batch.items()):
        slowest = max(same, key=_service)
        if _service(slowest) > AGREES * min(map(_service, same)):
            times = ", ".join(f"{_line(row.where)}: {_ms(_service(row))}{_of(row)}" for row in same)
            reason = f"batch {batch} was measured {len(same)} times and differs ({times})"
            left_out += [LeftOutRow(row.where, reason, rejected=True) for row in same]
            continue
        kept.append(slowest)
        again = f"batch {batch} was measured again, as slow or slower, {_line(slowest.where)}"
        left_out += [LeftOutRow(row.where, again, rejected=False) for row in same if row is not slowest]
    return kept, left_out


def _of(row: MeasurementRow) -> str:
    return f" ({row.label})" if row.label else ""


def _service(row: MeasurementRow) -> float:
    """Return the mean time of a batch."""
    mean = row.service_s
    assert mean is not None
    return mean


def _point(row: MeasurementRow) -> MeasuredPoint:
    mean = _service(row)
    ratio = 1.0 if row.p95_s is None else row.p95_s / mean
    noise = None if row.p99_s is None else row.p99_s / mean
    scatter = ratio if ratio > JITTER else 1.0
    return MeasuredPoint(row.where, row.batch_items, mean, row.throughput_per_s, scatter, noise)


def _most_that_agree(points: Sequence[MeasuredPoint]) -> list[MeasuredPoint]:
    """Return the most points of which none is clearly quicker than a smaller batch, or far dearer for an item."""
    best: list[list[MeasuredPoint]] = []
    for point in points:
        chains = [
            chain
            for chain in best
            if point.service_s >= (1.0 - DIP) * max(p.service_s for p in chain)
            and _dearer(chain[-1], point) <= MOST_DEARER
        ]
        longest = max(chains, key=len, default=[])
        best.append([*longest, point])
    return max(best, key=len, default=[])


def _dearer(small: MeasuredPoint, large: MeasuredPoint) -> float:
    """Return how many times as long an item takes in the larger batch."""
    return large.service_s / large.batch_items / (small.service_s / small.batch_items)


def _misfit(point: MeasuredPoint, kept: Sequence[MeasuredPoint]) -> LeftOutRow:
    """Say which of the kept points a point contradicts."""
    smaller = [p for p in kept if p.batch_items < point.batch_items]
    larger = [p for p in kept if p.batch_items > point.batch_items]
    slower = [p for p in smaller if p.service_s * (1.0 - DIP) > point.service_s]
    quicker = [p for p in larger if p.service_s < point.service_s * (1.0 - DIP)]
    cheaper = [p for p in smaller[-1:] if _dearer(p, point) > MOST_DEARER]
    dearer = [p for p in larger[:1] if _dearer(point, p) > MOST_DEARER]
    other = (slower or quicker or cheaper or dearer or [point])[0]
    small, large = sorted((point, other), key=lambda p: p.batch_items)
    times = (
        f"batch {large.batch_items} takes {_ms(large.service_s)}, "
        f"batch {small.batch_items} {_ms(small.service_s)} ({_line(other.where)})"
    )
    ratio = _dearer(small, large)
    if slower or quicker or ratio <= MOST_DEARER:
        return LeftOutRow(point.where, f"service time falls: {times}", rejected=True)
    unit = ": one of them is in another unit" if ratio > _OTHER_UNIT else ""
    reason = f"service time rises too far: {times}, {ratio:,.0f} times as long for an item{unit}"
    return LeftOutRow(point.where, reason, rejected=True)


def _raised(points: Sequence[MeasuredPoint]) -> tuple[MeasuredPoint, ...]:
    """Raise every point to the slowest smaller batch: a batch never takes less time than a part of it."""
    raised: list[MeasuredPoint] = []
    for point in points:
        top = max((p.service_s for p in raised), default=0.0)
        lifted = replace(point, service_s=top, raised_from_s=point.service_s)
        raised.append(lifted if top > point.service_s else point)
    return tuple(raised)


def _ms(seconds: float) -> str:
    milliseconds = 1000.0 * seconds
    return f"{milliseconds:,.0f} ms" if milliseconds >= 10_000.0 else f"{milliseconds:.4g} ms"


def _line(where: str) -> str:
    """``line 4 of b.csv`` is what a message needs of a place."""
    file, _, line = where.rpartition(":")
    return f"line {line} of {file}"

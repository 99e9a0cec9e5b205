"""The queues of a pool from one instant to another: what they hold stays, so a day can be played piece by piece.

The same code runs as it stands and compiled by numba. Arrays are flat, so that lists do in their place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def _compilable(function: Function) -> Function:
    """Return the function, which compiled code may call where numba is there."""
    try:
        from numba.extending import register_jitable
    except ImportError:  # without the extra `fast` it runs as it stands
        return function
    return register_jitable(function)


Numbers = Any
#: Stays are counted by places: so many up to four times the target, then wider ones; all that is longer is in the last.
FINE, TIMES, WIDER, PLACES = 2_000, 4.0, 200, 3_000
#: Sections of a window of five minutes; how their shares scatter gives the interval.
SECTIONS = 20


@_compilable
def push(heap: Numbers, base: int, size: int, value: float) -> None:
    """Add a value to the binary heap of `size` values that begins at `base`."""
    hole = size
    while hole > 0 and heap[base + (hole - 1) // 2] > value:
        heap[base + hole] = heap[base + (hole - 1) // 2]
        hole = (hole - 1) // 2
    heap[base + hole] = value


@_compilable
def pop(heap: Numbers, base: int, size: int) -> float:
    """Take the least value from the binary heap of `size` values that begins at `base`."""
    least: float = heap[base]
    value = heap[base + size - 1]
    hole, child = 0, 1
    while child < size - 1:
        if child + 1 < size - 1 and heap[base + child + 1] < heap[base + child]:
            child += 1
        if heap[base + child] >= value:
            break
        heap[base + hole] = heap[base + child]
        hole, child = child, 2 * child + 1
    heap[base + hole] = value
    return least


@_compilable
def count(
    line: Numbers,
    first: int,
    after: int,
    end_s: float,
    marks: Numbers,
    limits: Numbers,
    tally: Numbers,
    places: Numbers,
) -> None:
    """Count requests [first, after) of a line, done at `end_s`: by section and limits passed, by window and stay."""
    from_s, per_section, per_place = marks[0], marks[1], marks[2]
    columns = len(limits) + 1
    for request in range(first, after):
        since = line[request] - from_s
        if since < 0.0:
            continue
        stay = end_s - line[request]
        passed = 0
        while passed < columns - 1 and stay > limits[passed]:
            passed += 1
        section = int(since * per_section)
        tally[section * columns + passed] += 1
        place = int(min(stay * per_place, 1e15))
        if place >= FINE:
            place = min(PLACES - 1, FINE + (place - FINE) // WIDER)
        places[section // SECTIONS * PLACES + place] += 1


@_compilable
def serve(
    line: Numbers, total: int, queue: int, until_s: float, servers: int, service: Numbers, wait_s: float,
    factors: Numbers, used: int, seen: Numbers, busy: Numbers, now: Numbers, heaps: Numbers, marks: Numbers,
    limits: Numbers, tally: Numbers, places: Numbers,
) -> tuple[int, int]:  # fmt: skip
    """Let one queue go on until `until_s`, as `optimizer.verification.replay.sojourns` would.

    Returns how many requests have left the line, and how many factors are used.
    """
    largest, room = len(service), len(heaps) // len(busy)
    first, known, working, clock, base = 0, seen[queue], busy[queue], now[queue], queue * room
    while first < total:
        if working >= servers:
            if heaps[base] >= until_s:
                break
            clock = pop(heaps, base, working)
            working -= 1
        elif known == first:
            clock = line[first]
        elif known - first < largest and clock < line[first] + wait_s:
            moment = line[first] + wait_s
            if known < total:
                moment = min(moment, line[known])
            if moment >= until_s:
                break
            clock = moment
        else:
            after = first + min(largest, known - first)
            end_s = clock + service[after - first - 1] * (factors[used] if len(factors) else 1.0)
            used += 1
            count(line, first, after, end_s, marks, limits, tally, places)
            first = after
            push(heaps, base, working, end_s)
            working += 1
            continue
        while working > 0 and heaps[base] <= clock:
            pop(heaps, base, working)
            working -= 1
        while known < total and line[known] <= clock:
            known += 1
    seen[queue], busy[queue], now[queue] = known - first, working, clock
    return first, used


def advance(
    fresh: Numbers, starts: Numbers, counts: Numbers, step: int, until_s: float, servers: int, service: Numbers,
    wait_s: float, factors: Numbers, most: int, waiting: Numbers, lengths: Numbers, seen: Numbers, busy: Numbers,
    now: Numbers, heaps: Numbers, line: Numbers, left: Numbers, marks: Numbers, limits: Numbers, tally: Numbers,
    places: Numbers,
) -> int:  # fmt: skip
    """Let all queues of a pool go on until `until_s`, when what is not in service yet still waits.

    Parameters
    ----------
    fresh, starts, counts, step
        Arrivals before `until_s`, seconds; queue q gets counts[q] of them, every `step`-th from starts[q] on.
    servers, service, wait_s, factors
        Of one queue; seconds to serve 1..b requests, the longest wait, and by what batches are multiplied.
    most
        Requests that a queue holds; what comes on top is turned away, and passes every limit.
    waiting, lengths, seen, busy, now, heaps
        Arrivals that wait, queue by queue, and how many of each; how many of them the queue has looked at, its busy
        servers, its clock, and when they are done. All but `waiting` are written.
    line, left
        Room for one queue, and for what waits in the end.
    marks, limits, tally, places
        From when on requests count, sections and places a second; rising limits; and what `count` writes.

    Returns
    -------
    int
        Requests turned away.
    """
    taken = out = used = turned_away = 0
    for queue in range(len(lengths)):
        total = lengths[queue]
        for number in range(total):
            line[number] = waiting[taken + number]
        taken += total
        for number in range(counts[queue]):
            line[total + number] = fresh[starts[queue] + number * step]
        total += counts[queue]
        first, used = serve(
            line, total, queue, until_s, servers, service, wait_s, factors, used, seen, busy, now, heaps, marks,
            limits, tally, places,
        )  # fmt: skip
        kept = min(total, first + most)
        for number in range(first, kept):
            left[out + number - first] = line[number]
        for number in range(kept, total):
            count(line, number, number + 1, 1e300, marks, limits, tally, places)
        turned_away += total - kept
        out += kept - first
        lengths[queue] = kept - first
        seen[queue] = min(seen[queue], kept - first)
    return turned_away

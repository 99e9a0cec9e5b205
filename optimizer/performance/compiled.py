"""The batching recursion compiled by numba (the extra ``fast``), one lane after another.

Imported only inside a function, since loading numba takes longer than a small plan. `optimizer.performance.vectorised`
does the same floating-point operations in the same order in every lane, so both give the same numbers to the last bit.

With batches of one request the start of request i depends only on the one before it at the same replica, i - n, and the
recursion unrolls to ``done = (m + 1) s + max(a - m s)`` over the requests m = 0, 1, ... of that replica.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.domain.scenario import Floats
    from optimizer.performance.vectorised import Integers


#: Up to these numbers of replicas and batch sizes two lanes are followed in one loop, without a branch that is often
#: guessed wrong, so that one lane is worked on while the other waits for its last result.
FEW_REPLICAS, FEW_REQUESTS = 16, 16
#: It pays where more requests than this come to a replica while it serves a lone one; else nearly all batches are of
#: one request, and a branch is guessed right.
LONE = 0.7
#: Up to this many replicas, the times at which they are free stand in a ring in order; beyond, in a heap.
MOST_IN_ORDER = 256


def _next_batch(row: Floats, oldest: int, batch: int, wait: float, free: float) -> tuple[int, float]:
    """Form one batch: the first request it leaves behind, and the time it starts."""
    last = row[oldest + batch - 1]
    start = max(free, min(row[oldest] + wait, last))
    after = oldest + batch
    if last > start:
        after = oldest + 1
        while row[after] <= start:
            after += 1
    return after, start


def _next_small_batch(
    row: Floats, oldest: int, wait: float, free: float, service: Floats, factors: Floats | None, lane: int
) -> tuple[int, float]:
    """Serve one batch: the first request it leaves behind, and the time it ends."""
    start = max(free, min(row[oldest] + wait, row[oldest + service.size - 1]))
    more = 0
    for place in range(1, service.size):
        more += row[oldest + place] <= start
    took = service[more]
    if factors is not None:
        took *= factors[lane, oldest]
    return oldest + more + 1, start + took


def _late_of_batch(row: Floats, oldest: int, after: int, end: float, limit: float) -> int:
    """Count the requests of one batch that stay longer than `limit`: the stays fall, so the late ones come first."""
    request = oldest
    while request < after and end - row[request] > limit:
        request += 1
    return request - oldest


def _pass_first(row: Floats, value: float) -> None:
    """Put `value`, at least the first of rising numbers, where it belongs among the others; the first is dropped."""
    before = row[0]
    for place in range(row.size - 1):
        after = row[place + 1]
        row[place] = min(after, max(value, before))
        before = after
    row[row.size - 1] = max(value, before)


def _replace_least(heap: Floats, value: float) -> None:
    """Put `value` in the place of the least element of a binary heap."""
    hole, child = 0, 1
    while child < heap.size:
        if child + 1 < heap.size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[hole] = heap[child]
        hole, child = child, 2 * child + 1
    heap[hole] = value


def _ring_size(servers: int) -> int:
    """Return how many times a ring holds: a power of two, so that places are found by a mask."""
    size = 1
    while size < servers:
        size *= 2
    return size


def _take_turn(ring: Floats, mask: int, head: int, servers: int, value: float) -> None:
    """Put `value` in the place of the least of `servers` rising numbers that begin at `head` of a ring.

    Batches start in order and take about as long as each other, so the place is near the end: O(1) as a rule,
    O(servers) where lone requests are far quicker than full batches.
    """
    hole = head + servers
    while hole - 1 > head and ring[(hole - 1) & mask] > value:
        ring[hole & mask] = ring[(hole - 1) & mask]
        hole -= 1
    ring[hole & mask] = value


next_batch: Any = numba.njit(inline="always")(_next_batch)
next_small_batch: Any = numba.njit(inline="always")(_next_small_batch)
late_of_batch: Any = numba.njit(inline="always")(_late_of_batch)
pass_first: Any = numba.njit(inline="always")(_pass_first)
replace_least: Any = numba.njit(_replace_least)
ring_size: Any = numba.njit(_ring_size)
take_turn: Any = numba.njit(inline="always")(_take_turn)


def _depart(
    arrivals: Floats, stop: int, servers: int, wait: float, service: Floats, done: Floats, factors: Floats | None
) -> None:
    """Write when the requests before `stop` of every lane are done."""
    in_order = servers <= MOST_IN_ORDER
    free = np.zeros(ring_size(servers) if in_order else servers)
    mask = free.size - 1 if in_order else 0  # of a heap, the least is the first
    for lane in range(arrivals.shape[0]):
        row = arrivals[lane]
        free[:] = 0.0
        oldest = head = 0
        while oldest < stop:
            after, start = next_batch(row, oldest, service.size, wait, free[head & mask])
            took = service[after - oldest - 1]
            if factors is not None:
                took *= factors[lane, oldest]
            end = start + took
            if in_order:
                take_turn(free, mask, head, servers, end)
            else:
                replace_least(free, end)
            head += 1
            done[lane, oldest : min(after, stop)] = end
            oldest = after


def _depart_single(arrivals: Floats, stop: int, servers: int, service: float, done: Floats) -> None:
    """Write when the requests before `stop` of every lane are done, batches holding one request."""
    peak = np.empty(servers)
    for lane in range(arrivals.shape[0]):
        peak[:] = -math.inf
        turn = server = 0
        for request in range(stop):
            peak[server] = max(peak[server], arrivals[lane, request] - turn * service)
            done[lane, request] = (turn + 1) * service + peak[server]
            server += 1
            if server == servers:
                turn, server = turn + 1, 0


def _late(
    arrivals: Floats,
    first: int,
    stop: int,
    servers: int,
    wait: float,
    service: Floats,
    limit: float,
    allowed: int,
    factors: Floats | None,
) -> int:
    """Count requests `first` <= i < `stop` of every lane that stay longer than `limit`; `allowed` + 1 means more."""
    late = 0
    in_order = servers <= MOST_IN_ORDER
    free = np.zeros(ring_size(servers) if in_order else servers)
    mask = free.size - 1 if in_order else 0  # of a heap, the least is the first
    for lane in range(arrivals.shape[0]):
        row = arrivals[lane]
        free[:] = 0.0
        oldest = head = 0
        while oldest < stop:
            after, start = next_batch(row, oldest, service.size, wait, free[head & mask])
            took = service[after - oldest - 1]
            if factors is not None:
                took *= factors[lane, oldest]
            end = start + took
            if in_order:
                take_turn(free, mask, head, servers, end)
            else:
                replace_least(free, end)
            head += 1
            if end - row[oldest] > limit:
                late += late_of_batch(row, max(oldest, first), min(after, stop), end, limit)
                if late > allowed:
                    return allowed + 1
            oldest = after
    return late


def _late_of_few(
    arrivals: Floats,
    first: int,
    stop: int,
    servers: int,
    wait: float,
    service: Floats,
    limit: float,
    allowed: int,
    factors: Floats | None,
) -> int:
    """Count as `_late` does, with few replicas and small batches, two lanes at a time.

    A lane that is done serves the requests at `stop`, which do not count, until the other is done too.
    """
    late = 0
    free, free2 = np.zeros(servers), np.zeros(servers)
    for lane in range(0, arrivals.shape[0], 2):
        lane2 = min(lane + 1, arrivals.shape[0] - 1)
        row, row2 = arrivals[lane], arrivals[lane2]
        free[:] = free2[:] = 0.0
        oldest, oldest2 = 0, 0 if lane2 > lane else stop
        while min(oldest, oldest2) < stop:
            after, end = next_small_batch(row, oldest, wait, free[0], service, factors, lane)
            after2, end2 = next_small_batch(row2, oldest2, wait, free2[0], service, factors, lane2)
            pass_first(free, end)
            pass_first(free2, end2)
            late += late_of_batch(row, max(oldest, first), min(after, stop), end, limit)
            late += late_of_batch(row2, max(oldest2, first), min(after2, stop), end2, limit)
            if late > allowed:
                return allowed + 1
            oldest, oldest2 = min(after, stop), min(after2, stop)
    return late


def _late_single(
    arrivals: Floats, first: int, stop: int, servers: int, service: float, limit: float, allowed: int
) -> int:
    """Count as `_late` does, batches holding one request."""
    late = 0
    peak = np.empty(servers)
    for lane in range(arrivals.shape[0]):
        peak[:] = -math.inf
        turn = server = 0
        for request in range(stop):
            peak[server] = max(peak[server], arrivals[lane, request] - turn * service)
            if (turn + 1) * service + peak[server] - arrivals[lane, request] > limit and request >= first:
                late += 1
            server += 1
            if server == servers:
                turn, server = turn + 1, 0
        if late > allowed:
            return allowed + 1
    return late


def _compile(function: Callable[..., Any], result: Any, *arguments: Any) -> Callable[..., Any]:  # noqa: ANN401
    """Compile a function now, and keep the machine code for the next process where a folder can be written."""
    signature = result(numba.types.Array(numba.float64, 2, "C", readonly=True), *arguments)
    try:
        compiled = numba.njit(signature, cache=True, nogil=True)(function)
    except (RuntimeError, OSError):
        compiled = numba.njit(signature, nogil=True)(function)
    return cast("Callable[..., Any]", compiled)


_int, _float, _row, _table = numba.int64, numba.float64, numba.float64[::1], numba.float64[:, ::1]
_steady = numba.types.none  # known when it is compiled: steady batches cost no look at factors
depart_batches = _compile(_depart, numba.void, _int, _int, _float, _row, _table, _steady)
depart_single = _compile(_depart_single, numba.void, _int, _int, _float, _table)
late_batches = _compile(_late, _int, _int, _int, _int, _float, _row, _float, _int, _steady)
late_of_few = _compile(_late_of_few, _int, _int, _int, _int, _float, _row, _float, _int, _steady)
late_single = _compile(_late_single, _int, _int, _int, _int, _float, _float, _int)


@lru_cache(maxsize=1)
def _scattered() -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    """Departures, counts and counts of few replicas, of batches that scatter, compiled when first asked for."""
    factors = numba.types.Array(numba.float64, 2, "C", readonly=True)
    return (
        _compile(_depart, numba.void, _int, _int, _float, _row, _table, factors),
        _compile(_late, _int, _int, _int, _int, _float, _row, _float, _int, factors),
        _compile(_late_of_few, _int, _int, _int, _int, _float, _row, _float, _int, factors),
    )


def late(
    arrivals: Floats,
    kept: tuple[int, int],
    servers: int,
    waits: Floats,
    services: Floats,
    limits: Floats,
    allowed: int,
    factors: Floats | None = None,
) -> Integers:
    """Count late requests at several rates, as `optimizer.performance.vectorised.late` does."""
    sample = np.ascontiguousarray(arrivals)
    rows = zip(waits, services, limits, strict=True)
    drawn = None if factors is None else np.ascontiguousarray(factors)
    if services.shape[1] == 1 and drawn is None:
        singles = zip(services[:, 0], limits, strict=True)
        counts = [late_single(sample, *kept, servers, service, limit, allowed) for service, limit in singles]
    else:
        plain, two_lanes = (late_batches, late_of_few) if drawn is None else _scattered()[1:]
        few = servers <= FEW_REPLICAS and services.shape[1] <= FEW_REQUESTS
        counts = []
        for wait, service, limit in rows:
            count = two_lanes if few and service[0] > LONE * servers else plain
            counts.append(count(sample, *kept, servers, wait, service, limit, allowed, drawn))
    return np.array(counts, dtype=np.int64)


def depart(
    arrivals: Floats, stop: int, servers: int, wait: float, service: Floats, factors: Floats | None = None
) -> Floats:
    """Return when requests are done, as `optimizer.performance.vectorised.depart` does."""
    sample = np.ascontiguousarray(arrivals)
    done = np.empty((sample.shape[0], stop))
    if factors is not None:
        _scattered()[0](sample, stop, servers, wait, service, done, np.ascontiguousarray(factors))
    elif service.size == 1:
        depart_single(sample, stop, servers, service[0], done)
    else:
        depart_batches(sample, stop, servers, wait, service, done, None)
    return done

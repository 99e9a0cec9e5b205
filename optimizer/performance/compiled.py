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


next_batch: Any = numba.njit(inline="always")(_next_batch)
replace_least: Any = numba.njit(_replace_least)


def _depart(
    arrivals: Floats, stop: int, servers: int, wait: float, service: Floats, done: Floats, factors: Floats | None
) -> None:
    """Write when the requests before `stop` of every lane are done."""
    free = np.zeros(servers)
    for lane in range(arrivals.shape[0]):
        row = arrivals[lane]
        free[:] = 0.0
        oldest = 0
        while oldest < stop:
            after, start = next_batch(row, oldest, service.size, wait, free[0])
            took = service[after - oldest - 1]
            if factors is not None:
                took *= factors[lane, oldest]
            end = start + took
            replace_least(free, end)
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
    free = np.zeros(servers)
    for lane in range(arrivals.shape[0]):
        row = arrivals[lane]
        free[:] = 0.0
        earliest = 0.0
        oldest = 0
        while oldest < stop:
            after, start = next_batch(row, oldest, service.size, wait, earliest)
            took = service[after - oldest - 1]
            if factors is not None:
                took *= factors[lane, oldest]
            end = start + took
            if servers == 1:
                earliest = end
            else:
                replace_least(free, end)
                earliest = free[0]
            if end - row[oldest] > limit:  # within a batch the sojourns fall: the late ones come first
                request = max(oldest, first)
                until = min(after, stop)
                while request < until and end - row[request] > limit:
                    late += 1
                    request += 1
                if late > allowed:
                    return allowed + 1
            oldest = after
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
late_single = _compile(_late_single, _int, _int, _int, _int, _float, _float, _int)


@lru_cache(maxsize=1)
def _scattered() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Departures and counts of batches that scatter, compiled when first asked for."""
    factors = numba.types.Array(numba.float64, 2, "C", readonly=True)
    return (
        _compile(_depart, numba.void, _int, _int, _float, _row, _table, factors),
        _compile(_late, _int, _int, _int, _int, _float, _row, _float, _int, factors),
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
    if factors is not None:
        drawn, scattered = np.ascontiguousarray(factors), _scattered()[1]
        counts = [scattered(sample, *kept, servers, *row, allowed, drawn) for row in rows]
    elif services.shape[1] == 1:
        singles = zip(services[:, 0], limits, strict=True)
        counts = [late_single(sample, *kept, servers, service, limit, allowed) for service, limit in singles]
    else:
        counts = [late_batches(sample, *kept, servers, *row, allowed, None) for row in rows]
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

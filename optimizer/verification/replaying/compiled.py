"""The simulator of `optimizer.verification.replay` compiled by numba (the extra ``fast``): the same stays, bit by bit.

Imported only inside a function, since loading numba takes longer than a small replay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.domain.scenario import Floats


def _push(heap: Floats, size: int, value: float) -> None:
    """Add a value to a binary heap that holds `size`."""
    hole = size
    while hole > 0 and heap[(hole - 1) // 2] > value:
        heap[hole] = heap[(hole - 1) // 2]
        hole = (hole - 1) // 2
    heap[hole] = value


def _pop(heap: Floats, size: int) -> float:
    """Take the least value from a binary heap that holds `size`."""
    least, value = float(heap[0]), heap[size - 1]
    hole, child = 0, 1
    while child < size - 1:
        if child + 1 < size - 1 and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[hole] = heap[child]
        hole, child = child, 2 * child + 1
    heap[hole] = value
    return least


push: Any = numba.njit(_push)
pop: Any = numba.njit(_pop)


def _play(arrivals: Floats, servers: int, service: Floats, wait: float, factors: Floats, stays: Floats) -> None:
    """Write how long each request stays; the clock jumps from event to event."""
    largest, total, batches = service.size, arrivals.size, 0
    busy_until = np.empty(min(servers, total))
    busy = first = seen = 0  # requests [first, seen) wait
    now = 0.0
    while first < total:
        if busy == servers:
            now = pop(busy_until, busy)
            busy -= 1
        elif seen == first:
            now = arrivals[first]
        elif seen - first < largest and now < arrivals[first] + wait:
            due = arrivals[first] + wait
            now = min(due, arrivals[seen]) if seen < total else due
        else:
            after = first + min(largest, seen - first)
            end = now + service[after - first - 1] * (factors[batches] if factors.size else 1.0)
            batches += 1
            for request in range(first, after):
                stays[request] = end - arrivals[request]
            first = after
            push(busy_until, busy, end)
            busy += 1
            continue
        while busy > 0 and busy_until[0] <= now:
            pop(busy_until, busy)
            busy -= 1
        while seen < total and arrivals[seen] <= now:
            seen += 1


def compiled_now(function: Callable[..., Any], signature: Any) -> Callable[..., Any]:  # noqa: ANN401
    """Compile a function now, and keep the machine code for the next process where a folder can be written."""
    try:
        compiled = numba.njit(signature, cache=True, nogil=True)(function)
    except (RuntimeError, OSError):
        compiled = numba.njit(signature, nogil=True)(function)
    return cast("Callable[..., Any]", compiled)


_read = numba.types.Array(numba.float64, 1, "C", readonly=True)
play = compiled_now(_play, numba.void(_read, numba.int64, _read, numba.float64, _read, numba.float64[::1]))


def stays_of(arrivals: Floats, servers: int, service_s: Floats, max_wait_s: float, factors: Floats) -> Floats:
    """Return how long each request stays, seconds, as `optimizer.verification.replay.sojourns` does."""
    stays = np.empty(arrivals.size)
    play(np.ascontiguousarray(arrivals), servers, service_s, max_wait_s, factors, stays)
    return stays

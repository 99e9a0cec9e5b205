"""A zone is gone at an instant: what was there is lost, clients try again within a budget, others carry on."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats

Ints = NDArray[np.int64]
#: No pool: the request is turned away.
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Clients:
    """How the loss is noticed and what clients do about it; times in seconds from the loss on.

    Parameters
    ----------
    detection_s
        Until then the load balancer goes on to send requests to the zone that is gone.
    retry_after_s
        A client that hears nothing tries again so long after its request was lost.
    budget
        Retries may be this share of requests; a reserve of `reserve_s` seconds of it may be spent at once.
    reserve_s
        Seconds for which an unspent budget is kept.
    most_retries
        Of one request.
    """

    detection_s: float
    retry_after_s: float
    budget: float
    reserve_s: float
    most_retries: int


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Requests in the order of arrival, and where chance sends each.

    Parameters
    ----------
    arrival_s
        Rising, seconds from the loss on, shape (n,); before the loss below 0.
    before
        Pool it is sent to while nobody knows of the loss, shape (n,).
    after
        Pool once the loss is known, -1 for a request that is turned away then, shape (n,).
    again
        Pool of each retry while nobody knows of the loss, shape (n, retries).
    """

    arrival_s: Floats
    before: Ints
    after: Ints
    again: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Landed:
    """What became of each request.

    Parameters
    ----------
    at_s
        When it came to a pool that served it; nan where it was shed.
    pool
        That pool, -1 where it was shed.
    lost
        How often it was lost.
    retries
        How often its client tried again.
    """

    at_s: Floats
    pool: Ints
    lost: Ints
    retries: Ints


def landed(
    drawn: Drawn, dead: NDArray[np.bool_], in_flight: NDArray[np.bool_], rate_per_s: float, clients: Clients
) -> Landed:
    """Return where each request is served at last.

    Parameters
    ----------
    dead
        Pools that are gone from 0 s on.
    in_flight
        Requests that were queued or in service there at 0 s.
    rate_per_s
        Of all requests before the loss; it sets the reserve of retries.

    Notes
    -----
    Retries all wait equally long, so they come in the order in which requests were lost: a queue holds them.
    """
    known_s = clients.detection_s
    pool = np.where(drawn.arrival_s < known_s, drawn.before, drawn.after)
    at_s = drawn.arrival_s.copy()
    lost, retries = np.zeros(pool.size, dtype=np.int64), np.zeros(pool.size, dtype=np.int64)
    waiting = deque((clients.retry_after_s, request) for request in np.flatnonzero(in_flight).tolist())
    lost[in_flight] = 1
    reserve = max(1.0, clients.budget * rate_per_s * clients.reserve_s)
    tokens = reserve
    # Nothing waits longer than this: once the loss is known, nothing is lost again.
    start, end = np.searchsorted(drawn.arrival_s, [0.0, known_s + clients.retry_after_s], side="left").tolist()
    here = pool[start:end]
    times, is_lost = drawn.arrival_s[start:end].tolist(), (dead[here] & (here != NOWHERE)).tolist()
    first, many = 0, end - start
    while waiting or first < many:
        if first < many and (not waiting or times[first] <= waiting[0][0]):
            tokens = min(reserve, tokens + clients.budget)
            if is_lost[first]:
                lost[start + first] += 1
                waiting.append((times[first] + clients.retry_after_s, start + first))
            first += 1
            continue
        now, request = waiting.popleft()
        tried = int(retries[request])
        pool[request], at_s[request] = NOWHERE, np.nan
        if tokens < 1.0 or tried == clients.most_retries:
            continue
        tokens -= 1.0
        retries[request] += 1
        target = int(drawn.again[request, tried] if now < known_s else drawn.after[request])
        if target != NOWHERE and dead[target]:
            lost[request] += 1
            waiting.append((now + clients.retry_after_s, request))
        elif target != NOWHERE:
            pool[request], at_s[request] = target, now
    at_s[pool == NOWHERE] = np.nan
    return Landed(at_s, pool, lost, retries)

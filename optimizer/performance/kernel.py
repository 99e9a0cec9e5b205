r"""The recursion of batch service: the model of a pool.

With F the earliest free time of a replica, i the oldest waiting request and :math:`a_i` arrival times,

.. math:: t = \max(F, \min(a_i + D, a_{i+b-1})), \quad k = \min(b, \#\{j \ge i : a_j \le t\})

the k oldest requests leave together at :math:`t + s(k)`, and the replica is free again then. Two engines do the same
floating-point operations in the same order, so their results are equal bit for bit: numpy over lanes and rates, and
numba (the extra ``fast``), which takes over once enough work has come up to pay for loading it.
"""

from __future__ import annotations

import time
from functools import lru_cache
from types import ModuleType

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.performance import vectorised
from optimizer.performance.point import ROUND_ROBIN, OperatingPoint
from optimizer.performance.sample import Shape
from optimizer.performance.vectorised import Integers

#: Seconds of numpy work after which loading numba pays.
NUMBA_AFTER_S = 0.8


def late_counts(
    arrivals: Floats, shape: Shape, point: OperatingPoint, rates: Floats, allowed: int, factors: Floats | None = None
) -> Integers:
    """Count the requests of a sample that miss the target.

    Parameters
    ----------
    arrivals
        Times at pool rate 1, shape (lanes, at least stop + b). Time is scaled, not the sample: at rate r every service
        time, wait and target is r times as long.
    rates
        Requests/s of the pool, shape (rates,), above 0.
    allowed
        Counts above it are not told apart.
    factors
        By what the time of a batch is multiplied, by its oldest request, shape of `arrivals`; None for by nothing.

    Returns
    -------
    ndarray, shape (rates,)
        Late requests after the warm-up, `allowed` + 1 where there are more.
    """
    at_queue = rates / shape.queues
    services = at_queue[:, None] * np.array(point.service_s)
    started = time.perf_counter()
    counts: Integers = engine().late(
        arrivals,
        (shape.warm_up, shape.stop),
        shape.servers,
        at_queue * point.max_wait_s,
        services,
        at_queue * point.limit_s,
        allowed,
        factors,
    )
    _Work.seconds += time.perf_counter() - started
    return counts


def lane_departures(
    arrivals: Floats, stop: int, servers: int, max_wait_s: float, service_s: Floats, factors: Floats | None = None
) -> Floats:
    """Return when the first `stop` requests of every lane are done, shape (lanes, stop).

    `arrivals`, shape (lanes, at least stop + b), is in the unit of `max_wait_s` and `service_s`, shape (b,); `factors`
    are as in `late_counts`.
    """
    started = time.perf_counter()
    done: Floats = engine().depart(arrivals, stop, servers, max_wait_s, service_s, factors)
    _Work.seconds += time.perf_counter() - started
    return done


def sojourns(arrivals: Floats, replicas: int, max_wait_s: float, service_s: Floats, dispatch: str = "shared") -> Floats:
    """Return the time from arrival to completion of each request, pathwise.

    Parameters
    ----------
    arrivals
        Rising arrival times, shape (requests,), seconds.
    replicas
        At least 1.
    max_wait_s
        Longest wait for a batch to fill.
    service_s
        Seconds for batches of 1..b requests, shape (b,).
    dispatch
        ``shared``: one queue; ``round_robin``: request r goes to replica r mod n.

    Returns
    -------
    ndarray
        Shape (requests,), seconds.
    """
    if dispatch == ROUND_ROBIN:
        result = np.empty_like(arrivals)
        for replica in range(min(replicas, arrivals.size)):
            result[replica::replicas] = sojourns(arrivals[replica::replicas], 1, max_wait_s, service_s)
        return result
    if not arrivals.size:
        return np.empty(0)
    lane = np.concatenate([arrivals, np.full(len(service_s), np.inf)])[None, :]
    return lane_departures(lane, arrivals.size, replicas, max_wait_s, np.asarray(service_s)).ravel() - arrivals


class _Work:
    """Seconds the engines have worked in this process."""

    seconds = 0.0


@lru_cache(maxsize=1)
def compiled_engine() -> ModuleType | None:
    """Load the numba engine; None where the extra ``fast`` is not installed."""
    try:
        from optimizer.performance import compiled
    except ImportError:
        return None
    return compiled


def engine() -> ModuleType:
    """Return the numba engine once the work so far pays for loading it, else the numpy one."""
    if _Work.seconds > NUMBA_AFTER_S:
        return compiled_engine() or vectorised
    return vectorised


def foresees() -> bool:
    """Whether many rates at once cost little more than one."""
    return engine() is vectorised

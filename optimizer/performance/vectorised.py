"""The batching recursion in numpy: one step forms one batch in every lane at every rate tried.

Lanes (independent samples) and rates advance together, so that a step of some twenty numpy calls is shared by hundreds
of queues. Every queue sees the same floating-point operations in the same order as in `optimizer.performance.compiled`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

#: Batches formed in every queue between two looks at which rates are decided.
STEPS = 64


@dataclass(frozen=True, slots=True)
class Batches:
    """Batches formed by some steps, arrays of shape (steps, rates, lanes); indices are into the flattened arrivals."""

    oldest: Integers
    after: Integers
    first_arrival: Floats
    done: Floats


class Queues:
    """State of rates x lanes queues.

    Parameters
    ----------
    arrivals
        Shape (lanes, width), rising along a lane; at least b entries follow request `stop` - 1.
    stop
        Requests of a lane that are followed.
    servers
        Replicas that share one queue.
    waits
        Longest wait of the oldest request, shape (rates,).
    services
        Service time of 1..b requests, shape (rates, b).
    factors
        By what the time of a batch is multiplied, by its oldest request, shape of `arrivals`; None for by nothing.
    """

    def __init__(
        self,
        arrivals: Floats,
        stop: int,
        servers: int,
        waits: Floats,
        services: Floats,
        factors: Floats | None = None,
    ) -> None:
        lanes, width = arrivals.shape
        rates, self.batch = services.shape
        self.flat = arrivals.reshape(-1)
        self.services = services.reshape(-1)
        self.factors = None if factors is None else factors.reshape(-1)
        self.waits = waits[:, None] if waits.any() else None
        self.rates = np.arange(rates)
        start = np.arange(lanes, dtype=np.int64) * width
        self.stop = np.broadcast_to(start + stop, (rates, lanes)).copy()
        self.oldest = np.broadcast_to(start, (rates, lanes)).copy()
        self.free = np.zeros((servers, rates, lanes))
        self._allocate()

    def _allocate(self) -> None:
        """Make work space for the present number of rates."""
        shape = self.oldest.shape
        self.offset = np.broadcast_to(self.rates[:, None] * self.batch - 1, shape).copy()
        self.probe, self.took = np.empty(shape, np.int64), np.empty(shape, np.int64)
        self.value, self.start, self.reached = np.empty(shape), np.empty(shape), np.empty(shape, np.bool_)
        self.columns = np.arange(self.oldest.size).reshape(shape)

    def keep(self, rates: Booleans) -> None:
        """Drop the rates that are False."""
        self.rates, self.oldest, self.stop = self.rates[rates], self.oldest[rates], self.stop[rates]
        self.free = np.ascontiguousarray(self.free[:, rates])
        if self.waits is not None:
            self.waits = self.waits[rates]
        self._allocate()

    @property
    def running(self) -> Booleans:
        """Which rates have a lane that has not ended."""
        return np.asarray((self.oldest < self.stop).any(axis=1))

    def advance(self, steps: int) -> Batches:
        """Form `steps` batches in every queue; a lane past its end forms idle ones at `stop`."""
        shape = (steps, *self.oldest.shape)
        oldest, after = np.empty(shape, np.int64), np.empty(shape, np.int64)
        first, done = np.empty(shape), np.empty(shape)
        for step in range(steps):
            oldest[step] = self.oldest
            self.flat.take(self.oldest, out=first[step], mode="clip")
            free, slot = self._earliest()
            self._begin(first[step], free)
            self._collect(after[step])
            np.subtract(after[step], self.oldest, out=self.took)
            np.add(self.took, self.offset, out=self.took)
            self._serve(oldest[step])
            np.add(self.start, self.value, out=done[step])
            self._occupy(slot, done[step])
            np.minimum(after[step], self.stop, out=self.oldest)
        return Batches(oldest, after, first, done)

    def _serve(self, oldest: Integers) -> None:
        """Set `value` to the service times of the batches that were formed."""
        self.services.take(self.took, out=self.value, mode="clip")
        if self.factors is not None:
            np.multiply(self.value, self.factors.take(oldest, mode="clip"), out=self.value)

    def _earliest(self) -> tuple[Floats, Integers | None]:
        """Time each queue's first replica is free, and where in `free` that is noted (None: there is but one)."""
        if self.free.shape[0] == 1:
            return self.free[0], None
        slot = self.free.argmin(axis=0) * self.columns.size + self.columns
        return self.free.reshape(-1).take(slot), slot

    def _occupy(self, slot: Integers | None, done: Floats) -> None:
        """Note until when the replicas are busy."""
        if slot is None:
            np.copyto(self.free[0], done)
        else:
            self.free.reshape(-1)[slot] = done

    def _begin(self, first: Floats, free: Floats) -> None:
        """Set `start` to ``max(F, min(a[i] + wait, a[i + b - 1]))``."""
        if self.waits is None:
            np.maximum(free, first, out=self.start)
            return
        np.add(self.oldest, self.batch - 1, out=self.probe)
        self.flat.take(self.probe, out=self.value, mode="clip")
        np.add(first, self.waits, out=self.start)
        np.minimum(self.start, self.value, out=self.start)
        np.maximum(free, self.start, out=self.start)

    def _collect(self, after: Integers) -> None:
        """Set `after` behind the last of at most b requests that came by `start`, by bisection."""
        np.copyto(after, self.oldest)
        left = self.batch - 1
        while left:
            half = (left + 1) // 2
            np.add(after, half, out=self.probe)
            self.flat.take(self.probe, out=self.value, mode="clip")
            np.less_equal(self.value, self.start, out=self.reached)
            np.copyto(after, self.probe, where=self.reached)
            left -= half
        np.add(after, 1, out=after)


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
    """Count late requests at several rates; `Queues` explains the arguments not named here.

    Parameters
    ----------
    kept
        First, and last + 1, request of every lane that counts.
    limits
        Longest stay that is not late, shape (rates,).
    allowed
        Counts above it are not told apart.

    Returns
    -------
    ndarray, shape (rates,)
        Number of late requests, `allowed` + 1 where there are more.
    """
    if services.shape[1] == 1 and factors is None:
        return _late_single(arrivals, kept, servers, services[:, 0], limits, allowed)
    queues = Queues(arrivals, kept[1], servers, waits, services, factors)
    counts = np.zeros(limits.size, dtype=np.int64)
    going = np.ones(limits.size, dtype=np.bool_)
    while going.any():
        if not going.all():
            queues.keep(going)
        batches = queues.advance(STEPS)
        _tally(queues, batches, kept, arrivals.shape[1], limits, counts)
        going = queues.running & (counts[queues.rates] <= allowed)
    return np.minimum(counts, allowed + 1)


def _tally(
    queues: Queues, batches: Batches, kept: tuple[int, int], width: int, limits: Floats, counts: Integers
) -> None:
    """Add the late requests of `batches` to `counts`, looking only into batches whose first request is late."""
    late_first = batches.done - batches.first_arrival > limits[queues.rates][:, None]
    where = np.nonzero(late_first & (batches.oldest < queues.stop))
    lane_start = where[2] * width
    rate = queues.rates[where[1]]
    done, limit = batches.done[where], limits[rate]
    low = first = np.maximum(batches.oldest[where], lane_start + kept[0])
    high = np.maximum(np.minimum(batches.after[where], lane_start + kept[1]), first)
    while (low < high).any():  # within a batch the sojourns fall: bisect for the first request in time
        middle = (low + high) // 2
        is_late = (low < high) & (done - queues.flat.take(middle, mode="clip") > limit)
        low, high = np.where(is_late, middle + 1, low), np.where(is_late, high, np.minimum(middle, high))
    np.add.at(counts, rate, low - first)


def _single_done(arrivals: Floats, servers: int, service: float) -> Floats:
    """When each request of each lane is done if batches hold one request, shape of `arrivals` (lanes, requests)."""
    lanes, stop = arrivals.shape
    turns = -(-stop // servers)
    peak = np.full((lanes, turns * servers), np.inf)
    peak[:, :stop] = arrivals
    by_turn = peak.reshape(lanes, turns, servers)
    turn = np.arange(turns, dtype=np.float64)[:, None]
    by_turn -= turn * service
    np.maximum.accumulate(by_turn, axis=1, out=by_turn)
    by_turn += (turn + 1.0) * service
    return peak[:, :stop]


def _late_single(
    arrivals: Floats, kept: tuple[int, int], servers: int, services: Floats, limits: Floats, allowed: int
) -> Integers:
    """Count as `late` does, batches holding one request; lane by lane, so that the work stays in the cache."""
    first, stop = kept
    counts = np.zeros(limits.size, dtype=np.int64)
    for number, (service, limit) in enumerate(zip(services.tolist(), limits.tolist(), strict=True)):
        for lane in range(arrivals.shape[0]):
            row = arrivals[lane : lane + 1, :stop]
            sojourns = _single_done(row, servers, service)
            sojourns -= row
            counts[number] += np.count_nonzero(sojourns[:, first:] > limit)
            if counts[number] > allowed:
                break
    return np.minimum(counts, allowed + 1)


def depart(
    arrivals: Floats, stop: int, servers: int, wait: float, service: Floats, factors: Floats | None = None
) -> Floats:
    """Return when the requests before `stop` of every lane are done, shape (lanes, stop)."""
    lanes, width = arrivals.shape
    if service.size == 1 and factors is None:
        return _single_done(arrivals[:, :stop], servers, float(service[0]))
    queues = Queues(arrivals, stop, servers, np.array([wait]), service[None, :], factors)
    starts: list[Integers] = []
    ends: list[Floats] = []
    while queues.running.any():
        batches = queues.advance(STEPS)
        formed = batches.oldest < queues.stop
        starts.append(batches.oldest[formed])
        ends.append(batches.done[formed])
    start, end = np.concatenate(starts), np.concatenate(ends)
    order = np.argsort(start)
    sizes = np.diff(start[order], append=lanes * width)
    return np.repeat(end[order], sizes).reshape(lanes, width)[:, :stop]

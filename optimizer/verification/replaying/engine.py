"""What plays the traffic: the compiled simulator where numba is there, else the plain one on less traffic."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.verification.replay import PoolModel, batch_by_batch, sojourns

#: Arrivals (s), servers of the queue, service times (s), longest wait (s) and by what the time of each batch is
#: multiplied (empty: by nothing) to the stay of each request (s).
Stays = Callable[[Floats, int, Floats, float, Floats], Floats]
#: The minutes a promise is about, seconds.
FIVE_MINUTES_S = 300.0
#: Dropped at the start of a run: this share, at least so many full batches of each replica, and what it takes a queue
#: to forget its start: so many full batches over the square of the idle share.
WARM_UP_SHARE = 0.1
WARM_UP_BATCHES = 20
WARM_UP_RELAXATION = 2.0
#: All runs together: at least so many full batches of each replica, and so many over the square of the idle share.
BATCHES_PER_REPLICA = 400
BATCHES_OVER_IDLE_SQUARED = 200
#: A pool that is busier needs a longer look.
NEARLY_FULL = 0.96


@dataclass(frozen=True, slots=True)
class Length:
    """How long a run is: requests at one queue that are dropped at its start, and that count after."""

    warm_up: int
    counted: int

    @property
    def total(self) -> int:
        """Requests that are simulated."""
        return self.warm_up + self.counted


@dataclass(frozen=True, slots=True)
class Effort:
    """How much traffic is played.

    Parameters
    ----------
    runs, most_runs
        Independent runs of a case; more while it cannot be decided.
    requests, requests_if_full, most_requests
        Requests of a run that count: at least, at least in a pool that is nearly full, and at most.
    windows, most_windows
        Times that five minutes are played.
    window_requests
        Until so many requests have counted, five minutes are played again.
    is_sample
        Whether only some hours are played, and in the five minutes one replica for its pool.
    """

    runs: int
    most_runs: int
    requests: int
    requests_if_full: int
    most_requests: int
    windows: int
    most_windows: int
    window_requests: int
    is_sample: bool

    def length(self, pool: PoolModel) -> Length:
        """Return how long each run of a pool is; of an overloaded one, five minutes at most from an idle start."""
        full_batch, busy = len(pool.service_s), utilisation(pool)
        if busy >= 1.0:
            at_one_queue = math.ceil(pool.rate_per_s / pool.queues * FIVE_MINUTES_S)
            return Length(0, max(1, min(at_one_queue, self.requests_if_full)))
        in_service, relaxation = full_batch * pool.servers, full_batch / (1.0 - busy) ** 2
        least = max(BATCHES_PER_REPLICA * in_service, BATCHES_OVER_IDLE_SQUARED * relaxation) / self.runs
        wanted = self.requests_if_full if busy > NEARLY_FULL else self.requests
        counted = int(min(self.most_requests, max(wanted, least)))
        warm_up = max(WARM_UP_SHARE * counted, WARM_UP_BATCHES * in_service, WARM_UP_RELAXATION * relaxation)
        return Length(int(min(warm_up, counted)), counted)


#: At least 400,000 requests for each case, a million where a pool is nearly full.
COMPILED = Effort(10, 40, 40_000, 100_000, 200_000, 5, 20, 1_000_000, is_sample=False)
PLAIN = Effort(10, 20, 10_000, 20_000, 30_000, 5, 10, 0, is_sample=True)


@dataclass(frozen=True, slots=True)
class Engine:
    """A simulator, and how much it is asked to do."""

    name: str
    stays: Stays
    effort: Effort


def utilisation(pool: PoolModel) -> float:
    """Return the rate over what full batches can serve."""
    return pool.rate_per_s * pool.service_s[-1] / (pool.replicas * len(pool.service_s))


def plain_stays(arrivals: Floats, servers: int, service_s: Floats, max_wait_s: float, factors: Floats) -> Floats:
    """Return how long each request stays by the simulator in plain Python."""
    return np.array(sojourns(arrivals.tolist(), servers, service_s.tolist(), max_wait_s, batch_by_batch(factors)))


def load_engine() -> Engine:
    """Return the compiled simulator, or the plain one where the extra ``fast`` is not installed."""
    try:
        from optimizer.verification.replaying.compiled import stays_of
    except ImportError:
        return Engine("plain", plain_stays, PLAIN)
    return Engine("compiled", stays_of, COMPILED)

"""An operating point: what decides how much n replicas can carry, and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from optimizer.domain.scenario import MOST_SCATTER, Floats
from optimizer.performance.scatter import least_seconds, slowest_of_one

#: Promise 98 % of the simulated capacity: the estimate is too high about half of the time, by up to 2 %.
SAMPLING_DERATE = 0.98
#: Promise nothing above this utilisation: a guard against model error, no queueing result.
UTILISATION_CAP = 0.97

#: Rounding of stays, which are differences of times, as a share of the target.
ROUNDING = 1e-9

ROUND_ROBIN, SHARED, RANDOM = "round_robin", "shared", "random"
DISPATCHES = (ROUND_ROBIN, SHARED, RANDOM)


def limit_of(target_s: float) -> float:
    """Return the longest stay that keeps a target, with room for rounding, seconds."""
    return target_s * (1.0 + ROUNDING)


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A replica's batching and the latency it must keep.

    Parameters
    ----------
    service_s
        Seconds to serve a batch of 1..b requests, margin included; b is the largest batch.
    max_wait_s
        Longest wait of the oldest request before a batch that is not full may start.
    target_s
        What network and overhead leave of the latency target.
    percentile
        Share of requests that keeps it, between 0 and 1.
    dispatch
        ``round_robin`` (each replica has its own queue, requests come in turn), ``random`` (each has its own, a request
        comes to any of them) or ``shared`` (one queue).
    scatter
        99th percentile over mean of the time of batches of one size, from 1 (they all take the same time) to 4.
    burst
        Requests that arrive together.

    Raises
    ------
    ValueError
        When a number is outside its range; inputs are checked long before, so this is an error of the program.
    """

    service_s: tuple[float, ...]
    max_wait_s: float
    target_s: float
    percentile: float
    dispatch: str
    scatter: float = 1.0
    burst: int = 1

    def __post_init__(self) -> None:
        # made by the ten thousand: the sum is finite only if every one is, and whatever is no number makes it none
        if not self.service_s or not (min(self.service_s) > 0.0 and sum(self.service_s) < math.inf):
            raise ValueError(f"service_s must hold positive seconds (found {self.service_s}).")
        if not 0.0 <= self.max_wait_s < float("inf"):
            raise ValueError(f"max_wait_s must be 0 or more (found {self.max_wait_s}).")
        if not 0.0 < self.percentile < 1.0:
            raise ValueError(f"percentile must be above 0 and below 1 (found {self.percentile}).")
        if self.dispatch not in DISPATCHES:
            raise ValueError(f"dispatch must be one of {', '.join(DISPATCHES)} (found {self.dispatch}).")
        if not 1.0 <= self.scatter <= MOST_SCATTER:
            raise ValueError(f"scatter must be from 1 to {MOST_SCATTER:g} (found {self.scatter}).")
        if self.burst < 1:
            raise ValueError(f"burst must be 1 or more (found {self.burst}).")

    @property
    def limit_s(self) -> float:
        """Target with room for rounding."""
        return limit_of(self.target_s)

    @property
    def batch_size(self) -> int:
        """Largest batch, requests."""
        return len(self.service_s)

    @property
    def full_rate_per_s(self) -> float:
        """Requests/s of one replica that always serves full batches."""
        return self.batch_size / self.service_s[-1]

    @property
    def hopeless(self) -> bool:
        """Whether a lone request misses the target, which it does whenever traffic is low."""
        return not self.alone_s <= self.limit_s

    @property
    def alone_s(self) -> float:
        """Stay of a request that meets no other, at the percentile."""
        wait_s = self.max_wait_s if self.batch_size > 1 else 0.0
        return self.service_s[0] * slowest_of_one(self.scatter, self.percentile) + wait_s


def highest_rates(point: OperatingPoint, replicas: Floats, highest_utilisation: float = UTILISATION_CAP) -> Floats:
    r"""Return rates, requests/s, that pools of n replicas cannot exceed whatever the simulation says; 0 when hopeless.

    The first bound is the utilisation cap, ``0.97 n b / s(b)``. The second bites where a full batch takes longer than
    the target: a request in a batch of k uses s(k) / k seconds of a replica, and a share p of the requests must ride in
    batches with :math:`s(k) \le T`, so

    .. math:: \lambda \left(p \min_{s(k) \le T} \frac{s(k)}{k} + (1 - p) \min_k \frac{s(k)}{k}\right) \le n

    Where batches scatter, `least_seconds` says what stands in its place.
    """
    if point.hopeless:
        return np.zeros_like(replicas)
    seconds = float(least_seconds(np.array(point.service_s), point.limit_s, point.percentile, point.scatter)[-1])
    return np.minimum(highest_utilisation * (replicas * point.full_rate_per_s), replicas / seconds)


@lru_cache(maxsize=2**15)
def optimistic_rate_per_s(point: OperatingPoint, replicas: int) -> float:
    """Return what so many replicas can never exceed, as `optimistic_capacity` does, requests/s; often asked."""
    return float(optimistic_capacity(point, replicas)[replicas])


def optimistic_capacity(point: OperatingPoint, replicas_max: int) -> Floats:
    """Return what 0..replicas_max replicas can never exceed once both guards are held, requests/s; no simulation."""
    rates: Floats = SAMPLING_DERATE * highest_rates(point, np.arange(max(replicas_max, 0) + 1, dtype=np.float64))
    return rates

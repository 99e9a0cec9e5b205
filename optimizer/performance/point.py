"""An operating point: what decides how much n replicas can carry, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.scenario import Floats

#: Promise 98 % of the simulated capacity: the estimate is too high about half of the time, by up to 2 %.
SAMPLING_DERATE = 0.98
#: Promise nothing above this utilisation: a guard against model error, no queueing result.
UTILISATION_CAP = 0.97

ROUND_ROBIN, SHARED = "round_robin", "shared"


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
        ``round_robin`` (each replica has its own queue) or ``shared`` (one queue).
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
    burst: int = 1

    def __post_init__(self) -> None:
        if not self.service_s or not all(0.0 < seconds < float("inf") for seconds in self.service_s):
            raise ValueError(f"service_s must hold positive seconds (found {self.service_s}).")
        if not 0.0 <= self.max_wait_s < float("inf"):
            raise ValueError(f"max_wait_s must be 0 or more (found {self.max_wait_s}).")
        if not 0.0 < self.percentile < 1.0:
            raise ValueError(f"percentile must be above 0 and below 1 (found {self.percentile}).")
        if self.dispatch not in (ROUND_ROBIN, SHARED):
            raise ValueError(f"dispatch must be {ROUND_ROBIN} or {SHARED} (found {self.dispatch}).")
        if self.burst < 1:
            raise ValueError(f"burst must be 1 or more (found {self.burst}).")

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
        wait_s = self.max_wait_s if self.batch_size > 1 else 0.0
        return not self.service_s[0] + wait_s <= self.target_s


def highest_rates(point: OperatingPoint, replicas: Floats, highest_utilisation: float = UTILISATION_CAP) -> Floats:
    r"""Return rates, requests/s, that pools of n replicas cannot exceed whatever the simulation says; 0 when hopeless.

    The first bound is the utilisation cap, ``0.97 n b / s(b)``. The second bites where a full batch takes longer than
    the target: a request in a batch of k uses s(k) / k seconds of a replica, and a share p of the requests must ride in
    batches with :math:`s(k) \le T`, so

    .. math:: \lambda \left(p \min_{s(k) \le T} \frac{s(k)}{k} + (1 - p) \min_k \frac{s(k)}{k}\right) \le n
    """
    if point.hopeless:
        return np.zeros_like(replicas)
    service = np.array(point.service_s)
    per_request = service / np.arange(1, service.size + 1)
    within = per_request[service <= point.target_s].min()
    seconds = float(point.percentile * within + (1.0 - point.percentile) * per_request.min())
    return np.minimum(highest_utilisation * (replicas * point.full_rate_per_s), replicas / seconds)


def optimistic_capacity(point: OperatingPoint, replicas_max: int) -> Floats:
    """Return what 0..replicas_max replicas can never exceed once both guards are held, requests/s; no simulation."""
    rates: Floats = SAMPLING_DERATE * highest_rates(point, np.arange(max(replicas_max, 0) + 1, dtype=np.float64))
    return rates

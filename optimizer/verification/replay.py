"""Traffic replayed request by request: a simulator of its own, on plain lists.

It shares neither code nor sample with the capacity room. In round robin a replica sees every n-th request, so one
replica with Erlang-n gaps stands for the pool; a shared queue is simulated with all its replicas.
"""

from __future__ import annotations

import heapq
import math
import random
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay saw: the latency percentile, and the share of late requests with its 99 % lower end."""

    percentile_s: float
    late_share: float
    late_share_low: float


#: Sections of a replay, for the confidence of the late share; Student t, 99 % one-sided, 9 degrees of freedom.
SECTIONS = 10
STUDENT_T = 2.8214
WARM_UP_SHARE = 0.1


def serve(
    arrivals: list[float], replicas: int, batch_size: int, max_wait_s: float, seconds: list[float]
) -> list[float]:
    """Return the latency of every request of a shared queue in front of `replicas` batching servers.

    A server that falls free takes the oldest waiting requests, up to a batch, as soon as the batch is full or the
    oldest has waited `max_wait_s`.
    """
    free = [0.0] * replicas
    latencies: list[float] = []
    oldest, total = 0, len(arrivals)
    while oldest < total:
        ready = arrivals[oldest] + max_wait_s
        if oldest + batch_size <= total:
            ready = min(ready, arrivals[oldest + batch_size - 1])
        start = max(free[0], ready)
        beyond = oldest + 1
        while beyond < total and beyond - oldest < batch_size and arrivals[beyond] <= start:
            beyond += 1
        done = start + seconds[beyond - oldest - 1]
        latencies += [done - arrivals[number] for number in range(oldest, beyond)]
        heapq.heapreplace(free, done)
        oldest = beyond
    return latencies


def replay(
    *,
    replicas: int,
    rate_per_s: float,
    batch_size: int,
    max_wait_s: float,
    seconds: list[float],
    dispatch: str,
    target_s: float,
    percentile: float,
    requests: int,
    seed: int,
) -> Replayed:
    """Replay Poisson traffic at a rate through a pool and measure it against its target."""
    chance = random.Random(seed)
    if dispatch == "shared":
        servers, gaps = replicas, [chance.expovariate(rate_per_s) for _ in range(requests)]
    else:
        servers, gaps = 1, [chance.gammavariate(replicas, 1.0 / rate_per_s) for _ in range(requests)]
    arrivals, now = [], 0.0
    for gap in gaps:
        now += gap
        arrivals.append(now)
    kept = serve(arrivals, servers, batch_size, max_wait_s, seconds)[int(WARM_UP_SHARE * requests) :]
    edges = [len(kept) * section // SECTIONS for section in range(SECTIONS + 1)]
    shares = [sum(value > target_s for value in kept[a:b]) / (b - a) for a, b in pairwise(edges)]
    late = sum(shares) / SECTIONS
    spread = math.sqrt(sum((share - late) ** 2 for share in shares) / (SECTIONS * (SECTIONS - 1)))
    index = max(0, math.ceil(percentile * len(kept)) - 1)
    return Replayed(sorted(kept)[index], late, late - STUDENT_T * spread)

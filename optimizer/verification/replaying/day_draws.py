"""Who comes to which queue of a pool, and when: every request, or those of one queue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.verification.replay import PoolModel
from optimizer.verification.replaying.day_stretch import Ints


@dataclass(frozen=True, slots=True, eq=False)
class Fresh:
    """Arrivals, seconds; queue q gets counts[q] of them, every `step`-th from starts[q] on."""

    arrival_s: Floats
    starts: Ints
    counts: Ints
    step: int


def nobody(queues: int) -> Fresh:
    """Return no arrivals."""
    none = np.zeros(queues, dtype=np.int64)
    return Fresh(np.empty(0), none, none, 1)


def drawn(
    random: np.random.Generator, model: PoolModel, start_s: float, end_s: float, cursor: int, *, one_queue: bool
) -> Fresh:
    """Return the requests that come to a pool between two instants.

    Parameters
    ----------
    model
        Replicas and rate in force.
    cursor
        Queue that gets the next request where they are dealt in turn.
    one_queue
        Whether only one of its queues is followed: it gets every n-th request, or one of n at random.
    """
    queues = model.queues
    if one_queue or queues == 1:
        times = _renewals(random, model.stride, model.rate_per_s / queues, start_s, end_s)
        return Fresh(times, np.zeros(1, dtype=np.int64), np.array([times.size]), 1)
    if model.dispatch == "random":
        each = [_renewals(random, 1, model.rate_per_s / queues, start_s, end_s) for _ in range(queues)]
        counts = np.array([times.size for times in each])
        return Fresh(np.concatenate(each), np.cumsum(counts) - counts, counts, 1)
    times = _renewals(random, 1, model.rate_per_s, start_s, end_s)
    starts = (np.arange(queues) - cursor) % queues
    return Fresh(times, starts, np.maximum(0, -(-(times.size - starts) // queues)), queues)


def _renewals(random: np.random.Generator, stride: int, rate_per_s: float, start_s: float, end_s: float) -> Floats:
    """Every `stride`-th arrival of a Poisson stream, `rate_per_s` of them, from any instant on."""
    expected = rate_per_s * (end_s - start_s)
    gaps_drawn = int(expected + 10.0 * (expected + 1.0) ** 0.5 + 10.0)
    if stride == 1:
        times = random.standard_exponential(gaps_drawn)
    else:
        times = random.standard_gamma(stride, gaps_drawn)
        times[0] = random.standard_gamma(int(random.integers(1, stride + 1)))  # the turn is anywhere
    np.cumsum(times, out=times)
    times /= stride * rate_per_s
    times += start_s
    return times[: np.searchsorted(times, end_s)]

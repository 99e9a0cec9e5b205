"""Random arrivals of the second reading, drawn with numbers that planning never uses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats


def unit_arrivals(key: int, seed: int, stride: int, run: int, requests: int) -> Floats:
    """Return rising arrival times at one queue when its pool receives one request per second, shape (requests,).

    The queue gets every `stride`-th request, so its gaps are Erlang numbers of that order. `key` keeps the numbers
    apart from every other use of the same seed. More requests of the same run begin with the same ones.
    """
    generator = np.random.default_rng([key, seed, stride, run])
    gaps = generator.standard_exponential(requests) if stride == 1 else generator.standard_gamma(stride, requests)
    arrivals = np.cumsum(gaps)
    arrivals.flags.writeable = False
    return arrivals


def poisson(generator: np.random.Generator, rate_per_s: float, until_s: float) -> Floats:
    """Return rising arrival times below `until_s`."""
    arrivals: Floats = np.sort(generator.random(generator.poisson(rate_per_s * until_s)) * until_s)
    return arrivals


def chosen(generator: np.random.Generator, weights: Floats, size: int) -> NDArray[np.int64]:
    """Return numbers by chance, as often as their weights say."""
    edges = np.cumsum(weights)[:-1] / weights.sum()
    return np.searchsorted(edges, generator.random(size), side="right").astype(np.int64)

"""Where chance sends the requests around the loss of a zone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.verification.arrivals import chosen
from optimizer.verification.replaying.fleet import Served
from optimizer.verification.replaying.lost import NOWHERE, Ints


def table(served: Sequence[Served], indices: Sequence[int], origins: Sequence[str]) -> Floats:
    """Return requests/s by pool and origin."""
    table = np.zeros((len(indices), len(origins)))
    for item in served:
        for origin, rate in item.rates:
            table[indices.index(item.pool_index), origins.index(origin)] += rate
    return table


def by_origin(random: np.random.Generator, rates: Floats, origin: Ints) -> Ints:
    """Return a pool for each request, by what its origin sends to each; none where its origin is not served at all."""
    pools = np.full(origin.size, NOWHERE, dtype=np.int64)
    for number in range(rates.shape[1]):
        own = np.flatnonzero(origin == number)
        if rates[:, number].sum() > 0.0:
            pools[own] = chosen(random, rates[:, number], own.size)
    return pools

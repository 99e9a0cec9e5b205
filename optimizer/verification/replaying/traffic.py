"""The traffic of a replay: random arrivals of its own, drawn once and used for every rate; seeds repeat them."""

from __future__ import annotations

import threading

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.verification.arrivals import unit_arrivals

#: Keeps these numbers apart from every other use of the same seed, that of planning among them.
HOURS, MINUTES, BATCHES = 0x7265706C6179, 0x6D696E757465, 0x6261746368


class Traffic:
    """Arrivals for pools whose queues get every `stride`-th request; drawn when first asked for, by any thread.

    Parameters
    ----------
    seed
        Of all traffic.
    stride
        Of the queues.
    requests
        Longest run that will be asked for.
    """

    def __init__(self, seed: int, stride: int, requests: int) -> None:
        self._seed, self._stride, self._requests = seed, stride, requests
        self._drawn: dict[int, Floats] = {}
        self._lock = threading.Lock()

    def run(self, number: int, requests: int) -> Floats:
        """Return the first arrivals of a run."""
        with self._lock:
            if number not in self._drawn:
                self._drawn[number] = unit_arrivals(HOURS, self._seed, self._stride, number, self._requests)
        return self._drawn[number][:requests]

    def batches(self, number: int) -> np.random.Generator:
        """Return the random numbers of the batches of a run."""
        return np.random.default_rng([BATCHES, self._seed, self._stride, number])


def minutes_generator(seed: int, *place: int) -> np.random.Generator:
    """Return the random numbers of one pool in one window of five minutes."""
    return np.random.default_rng([MINUTES, seed, *place])

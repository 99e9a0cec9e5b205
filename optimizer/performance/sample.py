"""Arrivals that every rate and operating point is tried on: common random numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.performance.point import RANDOM, ROUND_ROBIN, SHARED, OperatingPoint
from optimizer.performance.scatter import sigma_of

#: Changes whenever the sample or the search changes, so that remembered values are never mixed.
SAMPLE_VERSION = 4
#: Independent runs: many short ones keep numpy busy; few long ones are cheaper with more than `SHORT_QUEUE` in service.
MANY_LANES, FEW_LANES = 64, 16
SHORT_QUEUE = 128
#: Requests kept of each of `MANY_LANES` runs, and where n replicas share a queue, or each gets every n-th request, with
#: n above this: the larger n, the more even the starts of batches or the gaps, and the fewer requests do.
KEPT, KEPT_OF_MANY, FEW_REPLICAS = 4_800, 3_072, {SHARED: 16, ROUND_ROBIN: 3, RANDOM: math.inf}
#: By what a sample that judges is longer than one that is searched.
JUDGED = 2
#: A run is followed for at least this many full rounds of all replicas, and warms up for this many.
KEPT_ROUNDS, WARM_UP_ROUNDS = 25, 20
#: A queue at 97 % forgets its start within a few times 1 / (1 - 0.97)^2 requests; Erlang gaps shorten that. A queue
#: whose target is below this many of its longest batches stays so short that the rounds are enough (measured over 60
#: operating points: capacities after 20, 40 and many more rounds are equal within their noise of 0.1 %).
WARM_UP_REQUESTS, SHORT_TARGET = 2_500, 2.0
#: Requests kept are as many times more as the share that may be late is smaller than this, up to so many times.
USUAL_TAIL, MOST_FOR_TAIL = 0.0034, 3.0
#: A first guess uses this share of each run.
GLANCE = 8
_CACHED_ENTRIES = 2**20
#: Keeps the times of batches apart from the arrivals of the same seed.
_BATCHES = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """How a pool is sampled.

    Parameters
    ----------
    servers
        Replicas of one simulated queue: 1 with round robin, where one replica stands for all.
    stride
        A queue gets every `stride`-th request of the pool.
    queues
        The pool's rate over that of a queue whose requests do not come in turn: 1 but where they come at random.
    lanes
        Independent runs.
    warm_up, kept
        Requests of each run that are dropped, and then counted.
    burst
        Requests that arrive at the pool together.
    """

    servers: int
    stride: int
    lanes: int
    warm_up: int
    kept: int
    queues: int = 1
    burst: int = 1

    @property
    def stop(self) -> int:
        """Requests of each run that are followed."""
        return self.warm_up + self.kept

    @property
    def size(self) -> int:
        """Requests that count."""
        return self.lanes * self.kept

    def glance(self) -> Shape:
        """Return the first part of the same runs, for a first guess."""
        return replace(self, warm_up=self.warm_up // 4, kept=self.kept // GLANCE)


def search_shape(point: OperatingPoint, replicas: int) -> Shape:
    """Choose how long and how often a pool is simulated to find its capacity.

    The standard deviation of the capacity is then 0.1-0.6 % (measured over operating points up to a utilisation of
    0.97), against a derate of 2 %; up to 1.5 % where the target is so close to a lone request that the late share
    hardly rises with the rate: an error of the rate is then a smaller one of that share.
    """
    settling = 0 if point.target_s < SHORT_TARGET * max(point.service_s) else WARM_UP_REQUESTS
    return _shape(point, replicas, settling)


def judge_shape(point: OperatingPoint, replicas: int) -> Shape:
    """Choose how long and how often a pool is simulated to judge what it does at a rate, whatever its target."""
    return _shape(point, replicas, WARM_UP_REQUESTS, JUDGED)


def _shape(point: OperatingPoint, replicas: int, settling: int, longer: int = 1) -> Shape:
    """Sample so many times as many requests and rounds as are usual, after a queue has settled."""
    servers = replicas if point.dispatch == SHARED else 1
    stride = replicas if point.dispatch == ROUND_ROBIN else 1
    queues = replicas if point.dispatch == RANDOM else 1
    in_service = servers * point.batch_size
    lanes = FEW_LANES if stride == 1 and in_service > SHORT_QUEUE else MANY_LANES
    kept = longer * (KEPT if replicas <= FEW_REPLICAS[point.dispatch] * point.burst else KEPT_OF_MANY)
    kept = int(kept * min(MOST_FOR_TAIL, max(1.0, USUAL_TAIL / (1.0 - point.percentile))))
    kept = max(kept * MANY_LANES // lanes, longer * KEPT_ROUNDS * in_service)
    warm_up = max(WARM_UP_ROUNDS * in_service, settling // max(1, stride // point.burst), kept // 8)
    return Shape(servers, stride, lanes, warm_up, kept, queues, point.burst)


def unit_arrivals(seed: int, shape: Shape, batch: int) -> Floats:
    """Return arrival times at pool rate 1, shape (lanes, at least stop + batch), rising along a lane, read-only.

    Round robin gives a replica every n-th request of a Poisson stream, so its gaps are Erlang-n. Where requests come f
    at a time, the epochs of bursts are Poisson, and a replica gets the requests r, r + n, r + 2n .. of them. The times
    depend on the seed, the stride, the burst and the lane only: a longer or wider sample begins with the shorter one.
    """
    width = 1 << (shape.stop + batch - 1).bit_length()
    asked = seed, shape.stride, shape.lanes, width, shape.burst
    return _draw(*asked) if shape.lanes * width > _CACHED_ENTRIES else _remembered(*asked)


def _draw(seed: int, stride: int, lanes: int, width: int, burst: int) -> Floats:
    """Draw the gaps of each lane from its own stream and add them up."""
    arrivals = np.empty((lanes, width))
    key = [seed, stride] if burst == 1 else [seed, stride, burst]
    for lane, source in enumerate(np.random.SeedSequence(key).spawn(lanes)):
        generator = np.random.Generator(np.random.PCG64(source))
        if burst == 1:
            gaps = generator.standard_gamma(float(stride), size=width)
        else:
            # the burst that brings each request of this replica; several requests of one come at the same time
            first = 0 if stride == 1 else int(generator.integers(stride))
            bursts = (first + stride * np.arange(width)) // burst
            gaps = burst * generator.standard_gamma(np.diff(bursts, prepend=-1).astype(np.float64))
        np.cumsum(gaps, out=arrivals[lane])
    arrivals.setflags(write=False)
    return arrivals


_remembered = lru_cache(maxsize=48)(_draw)


def batch_factors(seed: int, shape: Shape, batch: int, scatter: float) -> Floats | None:
    """Return by what the time of a batch is multiplied, by its oldest request; None where batches do not scatter.

    Shape and order are those of `unit_arrivals`: the same for every rate, and for every operating point that scatters
    as much.
    """
    if scatter == 1.0:
        return None
    width = 1 << (shape.stop + batch - 1).bit_length()
    if shape.lanes * width > _CACHED_ENTRIES:
        return _draw_factors(seed, shape.stride, shape.lanes, width, scatter)
    return _remembered_factors(seed, shape.stride, shape.lanes, width, scatter)


def _draw_factors(seed: int, stride: int, lanes: int, width: int, scatter: float) -> Floats:
    sigma = sigma_of(scatter)
    factors = np.empty((lanes, width))
    for lane, source in enumerate(np.random.SeedSequence([seed, stride, _BATCHES]).spawn(lanes)):
        normal = np.random.Generator(np.random.PCG64(source)).standard_normal(width)
        np.exp(sigma * normal - 0.5 * sigma * sigma, out=factors[lane])
    factors.setflags(write=False)
    return factors


_remembered_factors = lru_cache(maxsize=16)(_draw_factors)

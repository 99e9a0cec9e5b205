"""How much n replicas carry: the first rate at which the simulated percentile leaves the target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.performance.kernel import lane_departures
from optimizer.performance.point import SHARED, UTILISATION_CAP, OperatingPoint, highest_rates
from optimizer.performance.sample import Shape, batch_factors, judge_shape, search_shape, unit_arrivals
from optimizer.performance.scatter import slowest_of_one
from optimizer.performance.search import DURING_A_WAIT, MONOTONE_RATIO, Trials, first_crossing, guess

#: Groups of lanes from whose spread the error of an estimate is taken.
SECTIONS = 16
#: Student t, 97.5 %, SECTIONS - 1 degrees of freedom.
STUDENT_T = 2.13145


@dataclass(frozen=True, slots=True)
class Estimate:
    """A simulated value with its 95 % half width, seconds."""

    value_s: float
    half_width_s: float


def capacity_per_s(
    point: OperatingPoint, replicas: int, seed: int, highest_utilisation: float = UTILISATION_CAP
) -> float:
    r"""Return the largest rate up to which the target holds, requests/s, derate not yet taken.

    .. math:: \lambda_{max}(n) = \inf \{ \lambda : P(S > T) > 1 - p \}

    Parameters
    ----------
    point
        The operating point.
    replicas
        At least 1.
    seed
        Of the sample; the same sample serves every rate and every operating point.
    highest_utilisation
        The search ends at this share of ``n b / s(b)``.

    Returns
    -------
    float
        A rate at which the target held, at most 0.1 % below one at which it did not (1 % below 2 % of full batches);
        0 when a lone request misses it.
    """
    if point.hopeless:
        return 0.0
    top = float(highest_rates(point, np.array([float(replicas)]), highest_utilisation)[0])
    return crossing_per_s(point, replicas, search_shape(point, replicas), seed, top)


def crossing_per_s(point: OperatingPoint, replicas: int, shape: Shape, seed: int, top: float) -> float:
    """Return the first crossing below the rate `top`, requests/s, on a sample of a given shape."""
    full = replicas * point.full_rate_per_s
    arrivals = unit_arrivals(seed, shape, point.batch_size)
    longest_s = max(point.service_s) * slowest_of_one(point.scatter, point.percentile)
    rising = point.target_s >= MONOTONE_RATIO * longest_s + point.max_wait_s
    factors = batch_factors(seed, shape, point.batch_size, point.scatter)
    guessed = guess(
        Trials(arrivals, shape.glance(), point, factors), full, top, rising, _waiting_rates(point, replicas)
    )
    return first_crossing(Trials(arrivals, shape, point, factors), guessed, full, top)


def _waiting_rates(point: OperatingPoint, replicas: int) -> list[float]:
    """Return rates of a pool, requests/s, at which few, some and many requests come while a batch waits to fill.

    A batch of some requests that waits in full may miss a target that a lone request and a full batch keep.
    """
    queues = 1 if point.dispatch == SHARED else replicas
    return [queues * requests / point.max_wait_s for requests in DURING_A_WAIT] if point.max_wait_s > 0.0 else []


def percentiles_at(point: OperatingPoint, cases: Sequence[tuple[int, float]], seed: int) -> list[Estimate]:
    """Return the sojourn percentile of pools, each of (replicas, requests/s), by simulation.

    A pool that cannot even serve full batches at its rate has no percentile: infinity. Judge a capacity with another
    seed than the one that found it. Pools that are sampled alike are simulated together, in as many steps as one.
    """
    found: dict[tuple[int, float], Estimate] = {}
    alike: dict[tuple[int, int, int], list[tuple[int, float]]] = {}
    for replicas, rate_per_s in cases:
        if rate_per_s <= 0.0:
            found[replicas, rate_per_s] = Estimate(point.alone_s, 0.0)
        elif rate_per_s >= replicas * point.full_rate_per_s:
            found[replicas, rate_per_s] = Estimate(math.inf, 0.0)
        else:
            shape = judge_shape(point, replicas)
            alike.setdefault((shape.servers, shape.lanes, shape.stop), []).append((replicas, rate_per_s))
    for group in alike.values():
        for case, sections in zip(group, stays_of(point, group, seed), strict=True):
            each = np.array([quantile(section, point.percentile) for section in sections])
            found[case] = estimate(quantile(sections.ravel(), point.percentile), each)
    return [found[case] for case in cases]


def stays_of(point: OperatingPoint, cases: Sequence[tuple[int, float]], seed: int) -> list[Floats]:
    """Return simulated sojourns of pools that are sampled alike, seconds, each of shape (SECTIONS, requests).

    Sections are independent; every case is (replicas, requests/s), both above 0.
    """
    shapes = [judge_shape(point, replicas) for replicas, _ in cases]
    stop = shapes[0].stop
    width = stop + point.batch_size
    lanes = [
        unit_arrivals(seed, shape, point.batch_size)[:, :width] / (rate / shape.queues)
        for shape, (_, rate) in zip(shapes, cases, strict=True)
    ]
    drawn = [batch_factors(seed, shape, point.batch_size, point.scatter) for shape in shapes]
    factors = np.concatenate([one[:, :width] for one in drawn if one is not None]) if point.scatter > 1.0 else None
    service = np.array(point.service_s)
    done = lane_departures(np.concatenate(lanes), stop, shapes[0].servers, point.max_wait_s, service, factors)
    parts = zip(shapes, lanes, np.split(done, len(cases)), strict=True)
    return [(end - lane[:, :stop])[:, shape.warm_up :].reshape(SECTIONS, -1) for shape, lane, end in parts]


def estimate(value_s: float, sections_s: Floats) -> Estimate:
    """Give a value the half width that the values of its sections, shape (SECTIONS,), suggest."""
    spread = float(np.sum((sections_s - value_s) ** 2)) / (SECTIONS * (SECTIONS - 1))
    return Estimate(value_s, STUDENT_T * math.sqrt(spread))


def quantile(values: Floats, percentile: float) -> float:
    """Return the ceil(p N)-th smallest value."""
    index = max(0, math.ceil(percentile * values.size) - 1)
    return float(np.partition(values, index)[index])

"""How much n replicas carry: the first rate at which the simulated percentile leaves the target."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.performance.kernel import lane_departures
from optimizer.performance.point import UTILISATION_CAP, OperatingPoint, highest_rates
from optimizer.performance.sample import Shape, sample_shape, unit_arrivals
from optimizer.performance.search import MONOTONE_RATIO, Trials, first_crossing, guess

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
        A rate at which the target held, at most 0.1 % below one at which it did not; 0 when a lone request misses it.
    """
    if point.hopeless:
        return 0.0
    top = float(highest_rates(point, np.array([float(replicas)]), highest_utilisation)[0])
    return crossing_per_s(point, replicas, sample_shape(point, replicas), seed, top)


def crossing_per_s(point: OperatingPoint, replicas: int, shape: Shape, seed: int, top: float) -> float:
    """Return the first crossing below the rate `top`, requests/s, on a sample of a given shape."""
    full = replicas * point.full_rate_per_s
    arrivals = unit_arrivals(seed, shape, point.batch_size)
    rising = point.target_s >= MONOTONE_RATIO * max(point.service_s)
    guessed = guess(Trials(arrivals, shape.glance(), point), full, top, rising)
    return first_crossing(Trials(arrivals, shape, point), guessed, full, top)


def percentile_at(point: OperatingPoint, replicas: int, rate_per_s: float, seed: int) -> Estimate:
    """Return the sojourn percentile of a pool at a rate, by simulation.

    A pool that cannot even serve full batches at that rate has no percentile: infinity. Judge a capacity with another
    seed than the one that found it.
    """
    if rate_per_s <= 0.0:
        return Estimate(point.service_s[0] + (point.max_wait_s if point.batch_size > 1 else 0.0), 0.0)
    if rate_per_s >= replicas * point.full_rate_per_s:
        return Estimate(math.inf, 0.0)
    sections = stays_at(point, replicas, rate_per_s, seed)
    each = np.array([quantile(section, point.percentile) for section in sections])
    return estimate(quantile(sections.ravel(), point.percentile), each)


def stays_at(point: OperatingPoint, replicas: int, rate_per_s: float, seed: int) -> Floats:
    """Return simulated sojourns at a rate above 0, seconds, shape (SECTIONS, requests); sections are independent."""
    shape = sample_shape(point, replicas)
    arrivals = unit_arrivals(seed, shape, point.batch_size)
    service, wait = np.array(point.service_s) * rate_per_s, point.max_wait_s * rate_per_s
    done = lane_departures(arrivals, shape.stop, shape.servers, wait, service)
    stays: Floats = (done - arrivals[:, : shape.stop])[:, shape.warm_up :].reshape(SECTIONS, -1) / rate_per_s
    return stays


def estimate(value_s: float, sections_s: Floats) -> Estimate:
    """Give a value the half width that the values of its sections, shape (SECTIONS,), suggest."""
    spread = float(np.sum((sections_s - value_s) ** 2)) / (SECTIONS * (SECTIONS - 1))
    return Estimate(value_s, STUDENT_T * math.sqrt(spread))


def quantile(values: Floats, percentile: float) -> float:
    """Return the ceil(p N)-th smallest value."""
    index = max(0, math.ceil(percentile * values.size) - 1)
    return float(np.partition(values, index)[index])

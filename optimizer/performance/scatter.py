r"""Batches of one size that do not all take the same time.

A batch of k takes :math:`s(k) F`, F log-normal with mean 1, drawn anew for every batch. What is given is the 99th
percentile of F, the ratio that load generators print: :math:`\ln r = z\sigma - \sigma^2 / 2`, z the 99 % point of the
normal distribution. In published tables r is 1.05 in the median and 1.54 at the 95th percentile of all rows.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from optimizer.domain.scenario import Floats

#: Weights of lateness that `least_seconds` tries, over the seconds that a request takes at most.
_WEIGHTS = np.concatenate([[0.0], np.geomspace(1e-3, 1e3, 121)])


@lru_cache(maxsize=256)
def sigma_of(scatter: float) -> float:
    """Return the standard deviation of the logarithm of a factor of mean 1 with this 99th percentile."""
    normal_99 = NormalDist().inv_cdf(0.99)
    return normal_99 - math.sqrt(normal_99**2 - 2.0 * math.log(scatter))


def slowest_of_one(scatter: float, percentile: float) -> float:
    """Return the factor on the mean time that a share `percentile` of all batches keeps, at least 1."""
    if scatter == 1.0:  # asked of every operating point
        return 1.0
    sigma = sigma_of(scatter)
    return max(1.0, math.exp(NormalDist().inv_cdf(percentile) * sigma - 0.5 * sigma * sigma))


def least_seconds(service_s: Floats, target_s: float, percentile: float, scatter: float) -> Floats:
    r"""Return seconds of a replica that a request takes at least, for each largest batch 1..b, the target being held.

    A request in a batch of k takes :math:`s(k) / k` seconds of a replica in the mean and is done in time with a chance
    :math:`P(s(k) F \le T)` at most. With shares :math:`x_k` of the requests, the least work is a linear program, and
    every weight y of its row :math:`\sum_k x_k P_k \ge p` gives a bound from below,

    .. math:: y p + \min_{k \le b} \left( \frac{s(k)}{k} - y P_k \right)

    of which the greatest stands. Without scatter the best weight is known, and the bound is
    :math:`p \min_{s(k) \le T} s(k)/k + (1 - p) \min_k s(k)/k`.

    Parameters
    ----------
    service_s
        Mean seconds of batches of 1..b requests, shape (b,).
    target_s
        What queueing and service may take, T.
    percentile
        Share p of requests that keeps it.
    scatter
        99th percentile over mean of a batch's time.

    Returns
    -------
    ndarray, shape (b,)
        Seconds; infinite where no batch is done in time.
    """
    each = service_s / np.arange(1, service_s.size + 1)
    anyhow = np.minimum.accumulate(each)
    if scatter == 1.0:
        within = np.minimum.accumulate(np.where(service_s <= target_s, each, np.inf))
        return np.asarray(percentile * within + (1.0 - percentile) * anyhow)
    sigma = sigma_of(scatter)
    deviations = (np.log(target_s / service_s) + 0.5 * sigma * sigma) / sigma
    in_time = np.array([NormalDist().cdf(each) for each in deviations.tolist()])
    weights = (_WEIGHTS * each.max())[:, None]
    bounds = weights * percentile + np.minimum.accumulate(each - weights * in_time, axis=1)
    return np.asarray(bounds.max(axis=0))

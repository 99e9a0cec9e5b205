"""Losing any one instance at the peak leaves the promise standing."""

from __future__ import annotations

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.formulation.problem import Indices
from optimizer.formulation.rule import Relaxation, Rule


def left_without_instance(capacity_per_s: Floats, layouts: Indices) -> Floats:
    r"""Return what layouts carry without the instance whose loss costs most.

    .. math:: \sum_z \Lambda(x_z) - \max_z (\Lambda(x_z) - \Lambda(x_z - 1))

    Parameters
    ----------
    capacity_per_s
        Capacity of 0..x instances in one zone, never falling, requests/s.
    layouts
        Instances by zone, shape (..., zones).
    """
    loads = capacity_per_s[layouts]
    lost = loads - capacity_per_s[np.maximum(layouts - 1, 0)]
    left: Floats = loads.sum(axis=-1) - lost.max(axis=-1)
    return left


RULE = Rule(
    name="instance_loss",
    place="staffing",
    meaning="Losing any one instance at the peak leaves the latency promise standing.",
    relaxation=Relaxation("accept that a lost instance breaks the promise", "share", 25.0),
    apply=left_without_instance,
)

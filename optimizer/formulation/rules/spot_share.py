"""Spot may be a share of a service's instances in a location only."""

from __future__ import annotations

import numpy as np

from optimizer.formulation.problem import Indices
from optimizer.formulation.rule import Relaxation, Rule


def most_spot(instances: Indices, max_share: float, *, on: bool = True) -> Indices:
    r"""Return the most instances that may stand on spot.

    .. math:: S \le \lfloor \sigma X \rfloor
    """
    if not on:
        return instances
    # A share such as 0.3 of 10 must give 3, whatever its last binary digit.
    most: Indices = np.floor(instances * max_share + 1e-9).astype(np.int64)
    return most


RULE = Rule(
    name="spot_share",
    place="staffing",
    meaning="Spot is at most the allowed share of a service's instances in a location.",
    relaxation=Relaxation("allow a larger share of spot", "share", 5.0),
    apply=most_spot,
)

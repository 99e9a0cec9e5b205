"""The peak of every period is carried."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats
from optimizer.formulation.rule import Relaxation, Rule


def instances_needed(phi_per_s: Floats, need_per_s: Floats, *, on: bool = True) -> NDArray[np.int64]:
    r"""Return the fewest instances that carry the need of each period.

    .. math:: X_t = \min \{ x : \Phi(x) \ge need_t \}

    Parameters
    ----------
    phi_per_s
        Capacity of 0..x instances in their best layout, never falling, shape (x_max + 1,), requests/s.
    need_per_s
        Shape (periods,), requests/s, finite and >= 0.

    Returns
    -------
    ndarray
        Shape (periods,); ``x_max + 1`` where even x_max instances are too few.
    """
    if not on:
        return np.where(need_per_s > 0.0, np.int64(min(2, phi_per_s.size - 1)), np.int64(0))
    return np.searchsorted(phi_per_s, need_per_s, side="left").astype(np.int64)


RULE = Rule(
    name="capacity",
    place="staffing",
    meaning="The peak of every period is carried within the latency target.",
    relaxation=Relaxation("carry less demand", "requests/s", 8.0),
    apply=instances_needed,
)

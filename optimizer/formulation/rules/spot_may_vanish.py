"""Spot that is taken away leaves the promise standing."""

from __future__ import annotations

import numpy as np

from optimizer.domain.purchase import MayVanish
from optimizer.domain.scenario import Floats
from optimizer.formulation.problem import Indices
from optimizer.formulation.rule import Relaxation, Rule


def what_vanishes(may_vanish: MayVanish, *, on: bool = True) -> MayVanish:
    """Return what must be survived; switched off, nothing."""
    return may_vanish if on else "tolerated"


def spot_by_zone(capacity_per_s: Floats, layouts: Indices, need_per_s: Floats) -> Indices:
    r"""Return how many instances of each zone may vanish at once while the others stay.

    .. math:: \sum_{z' \ne z} \Lambda(x_{z'}) + \Lambda(x_z - s_z) \ge need \qquad \forall z

    Parameters
    ----------
    capacity_per_s
        Capacity of 0..x instances in one zone, never falling, requests/s.
    layouts
        Instances by zone, shape (layouts, zones); each carries its need in full.
    need_per_s
        What must be carried without the spot of a zone, shape (layouts,).
    """
    loads = capacity_per_s[layouts]
    must_stay = need_per_s[:, None] - (loads.sum(axis=1, keepdims=True) - loads)
    stay = np.searchsorted(capacity_per_s, must_stay, side="left")
    vacant: Indices = np.maximum(layouts - stay, 0).astype(np.int64)
    return vacant


RULE = Rule(
    name="spot_may_vanish",
    place="staffing",
    meaning="Spot instances that are taken away leave the latency promise standing.",
    relaxation=Relaxation("accept that vanishing spot breaks the promise", "share", 20.0),
    apply=what_vanishes,
)

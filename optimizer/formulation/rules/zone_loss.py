"""Losing any one zone at the peak leaves the promise standing."""

from __future__ import annotations

from optimizer.domain.scenario import Floats
from optimizer.formulation.problem import Indices
from optimizer.formulation.rule import Relaxation, Rule


def left_without_zone(capacity_per_s: Floats, layouts: Indices) -> Floats:
    r"""Return what layouts carry without their fullest zone.

    .. math:: \sum_z \Lambda(x_z) - \max_z \Lambda(x_z)

    Parameters
    ----------
    capacity_per_s
        Capacity of 0..x instances in one zone, never falling, requests/s.
    layouts
        Instances by zone, shape (..., zones).
    """
    loads = capacity_per_s[layouts]
    left: Floats = loads.sum(axis=-1) - loads.max(axis=-1)
    return left


RULE = Rule(
    name="zone_loss",
    place="staffing",
    meaning="Losing any one zone at the peak leaves the latency promise standing.",
    relaxation=Relaxation("accept that a lost zone breaks the promise", "share", 30.0),
    apply=left_without_zone,
)

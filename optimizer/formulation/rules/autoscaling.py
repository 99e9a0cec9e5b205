"""How often counts may change: every hour, by day type, or never."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from optimizer.domain.scenario import Autoscaling, Floats, Period
from optimizer.formulation.problem import Indices
from optimizer.formulation.rule import Relaxation, Rule

Counts = TypeVar("Counts", Indices, Floats)


def held_counts(instances: Counts, periods: Sequence[Period], mode: Autoscaling, *, on: bool = True) -> Counts:
    """Return the instances that run in each period once counts are held within a day type, or always.

    Parameters
    ----------
    instances
        Needed in each period, shape (..., periods).
    periods
        Give the day type of each period.
    mode
        ``hourly``, ``day_type`` or ``fixed``.
    """
    if mode == "hourly" or not on:
        return instances
    if mode == "fixed":
        return np.broadcast_to(instances.max(axis=-1, keepdims=True), instances.shape).copy()
    held = instances.copy()
    day_types = np.array([period.day_type for period in periods])
    for day_type in dict.fromkeys(day_types.tolist()):
        same = day_types == day_type
        held[..., same] = instances[..., same].max(axis=-1, keepdims=True)
    return held


RULE = Rule(
    name="autoscaling",
    place="staffing",
    meaning="Counts change as often as the scenario allows: hourly, by day type, or never.",
    relaxation=Relaxation("let counts change more often", "step", 6.0),
    apply=held_counts,
)

"""A service grows by no more than so many instances from an hour to the next."""

from __future__ import annotations

import numpy as np

from optimizer.formulation.problem import Indices
from optimizer.formulation.rule import Relaxation, Rule


def ramped_counts(instances: Indices, before: Indices, after: Indices, step: int | None, *, on: bool = True) -> Indices:
    r"""Return counts raised in earlier hours until no rise is larger than the step.

    .. math:: X_{after} - X_{before} \le step

    Parameters
    ----------
    instances
        Needed in each period, shape (..., periods).
    before, after
        Pairs of periods that may follow each other.
    step
        Most instances to add from one hour to the next; None for no limit.
    """
    if step is None or not on or not before.size:
        return instances
    counts = instances.copy()
    while True:
        least = counts[..., after] - step
        short = least > counts[..., before]
        if not short.any():
            return counts
        raised = np.moveaxis(counts, -1, 0).copy()
        np.maximum.at(raised, before, np.moveaxis(least, -1, 0))
        counts = np.moveaxis(raised, 0, -1)


RULE = Rule(
    name="scale_up",
    place="staffing",
    meaning="A service adds no more instances in a location from one hour to the next than the scenario allows.",
    relaxation=Relaxation("start more instances in an hour", "instances", 6.0),
    apply=ramped_counts,
)

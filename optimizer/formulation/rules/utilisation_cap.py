"""No promise above 97 % utilisation, whatever the simulator says: a guard against model error."""

from __future__ import annotations

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.formulation.rule import Relaxation, Rule
from optimizer.performance import UTILISATION_CAP


def capped_capacity(capacity_per_s: Floats, optimistic_per_s: Floats, *, on: bool = True) -> Floats:
    """Return the capacity of 0..n replicas with the cap held, requests/s, same shape as given.

    The capacity room already holds the cap; switched off, values at the cap are lifted to full utilisation.
    """
    if on:
        return capacity_per_s
    at_cap = capacity_per_s >= optimistic_per_s * (1.0 - 1e-9)
    return np.where(at_cap, optimistic_per_s / UTILISATION_CAP, capacity_per_s)


RULE = Rule(
    name="utilisation_cap",
    place="staffing",
    meaning="No replica is planned above 97 % utilisation.",
    relaxation=Relaxation("plan closer to saturation", "share", 50.0),
    apply=capped_capacity,
)

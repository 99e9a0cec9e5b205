"""Capacity kept free for releases and retries."""

from __future__ import annotations

from optimizer.domain.scenario import Headroom
from optimizer.formulation.rule import Relaxation, Rule


def headroom_factor(headroom: Headroom, *, on: bool = True) -> float:
    r"""Return by how much the peak rate is multiplied before capacity is planned for it.

    .. math:: (1 + retries) / (1 - release)
    """
    return headroom.factor if on else 1.0


RULE = Rule(
    name="headroom",
    place="staffing",
    meaning="Retries and replicas out for a release are carried on top of the peak.",
    relaxation=Relaxation("keep less headroom", "share", 4.0),
    apply=headroom_factor,
)

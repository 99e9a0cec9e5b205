"""An origin is served, and stood by for, only where its data may go."""

from __future__ import annotations

from optimizer.domain.scenario import Origin
from optimizer.formulation.rule import Relaxation, Rule


def may_serve(origin: Origin, location: str, *, on: bool = True) -> bool:
    """Whether a location may serve an origin."""
    return origin.residency is None or location in origin.residency or not on


RULE = Rule(
    name="residency",
    place="filter",
    meaning="Requests of an origin are served only in the locations its data may go to.",
    relaxation=Relaxation("let the data of an origin leave its locations", "location", 60.0),
    apply=may_serve,
)

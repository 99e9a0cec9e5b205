"""An instance type stands only in the zones that sell it."""

from __future__ import annotations

from optimizer.formulation.candidates import Candidate
from optimizer.formulation.rule import Relaxation, Rule


def zones_for(candidate: Candidate, *, on: bool = True) -> tuple[str, ...]:
    """Return the zones in which the candidate may stand, in the order of the location's zones."""
    sold = candidate.zones_sold if on else candidate.location.zones
    return tuple(zone for zone in candidate.location.zones if zone in sold)


RULE = Rule(
    name="zones_sold",
    place="filter",
    meaning="An instance type stands only in the zones of a location that sell it.",
    relaxation=Relaxation("use a further zone", "zone", 10.0),
    apply=zones_for,
)

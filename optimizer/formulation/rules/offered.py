"""Only what is sold, at a price we know, can be rented."""

from __future__ import annotations

from optimizer.formulation.candidates import Candidate
from optimizer.formulation.rule import Relaxation, Rule


def why_not_offered(candidate: Candidate) -> str | None:
    """Return why the instance type cannot be rented on demand in the location, or None.

    A missing price is never 0: ``not_offered`` means not sold there, ``unknown`` means the catalog does not know.
    """
    place = f"{candidate.instance.name} in {candidate.location.name}"
    if candidate.price is None or candidate.price.status == "unknown":
        return f"no on-demand price known for {place}"
    if candidate.price.status == "not_offered":
        return f"{place} is not sold"
    return None


RULE = Rule(
    name="offered",
    place="filter",
    meaning="Only instance types that are sold in a location, at a known price, are used there.",
    relaxation=Relaxation("give a price for an instance type", "price", 5.0),
    apply=why_not_offered,
)

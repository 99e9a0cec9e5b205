"""Only what is sold, at a price we know, or owned, can be used."""

from __future__ import annotations

from optimizer.formulation.candidates import Candidate
from optimizer.formulation.rule import Relaxation, Rule
from optimizer.formulation.supply import Supply


def why_not_offered(candidate: Candidate, supply: Supply) -> str | None:
    """Return why the instance type cannot be had in the location, or None.

    A missing price is never 0: ``not_offered`` means not sold there, ``unknown`` means the catalog does not know.
    """
    place = f"{candidate.instance.name} in {candidate.location.name}"
    if supply.can_be_had:
        return None
    if candidate.price is not None and candidate.price.status == "not_offered":
        return f"{place} is not sold"
    return f"no on-demand price known for {place}"


RULE = Rule(
    name="offered",
    place="filter",
    meaning="Only instance types that are sold in a location, at a known price, are used there.",
    relaxation=Relaxation("give a price for an instance type", "price", 5.0),
    apply=why_not_offered,
)

"""Capacity stands only where the planner allows it."""

from __future__ import annotations

from optimizer.domain.catalog import Catalog
from optimizer.domain.scenario import Scenario
from optimizer.formulation.rule import Relaxation, Rule


def allowed_locations(scenario: Scenario, catalog: Catalog, *, on: bool = True) -> tuple[str, ...]:
    """Return the locations in which blocks may exist, sorted by name.

    Parameters
    ----------
    scenario
        Reads `locations`.
    catalog
        Its locations are what remains when the rule is switched off.
    on
        False only in the test that shows that the second reading notices.
    """
    return tuple(sorted(scenario.locations if on else catalog.locations))


RULE = Rule(
    name="locations",
    place="filter",
    meaning="Capacity stands only in the locations the scenario allows.",
    relaxation=Relaxation("allow a further location", "location", 10.0),
    apply=allowed_locations,
)

"""What could serve a service, place by place, before any block is made."""

from __future__ import annotations

from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet, usable_of
from optimizer.formulation.rules.locations import allowed_locations


def survey_of(context: Context, service_index: int) -> BlockSet:
    """Return what passes the filters for a service in each allowed location, and why the rest does not."""
    found = BlockSet(locations=allowed_locations(context.scenario, context.catalog, on=context.is_on("locations")))
    for location in found.locations:
        usable_of(context, found, service_index, location)
    return found

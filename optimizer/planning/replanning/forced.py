"""Changes that demand forces: what it takes to resize the fleet in force from week to week, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.formulation.blocks import need_of
from optimizer.formulation.context import Context
from optimizer.formulation.staffing import count
from optimizer.planning.replanning.stands import Stand


class Resizing:
    r"""The configurations of a fleet, each held at the fewest instances that its forecast needs.

    With :math:`N_{b,w}` the fewest instances at the busiest hour of week w of what a service runs in a location
    (:math:`N_{b,0}` those that run before the first week), demand forces

    .. math:: \sum_b |N_{b,w} - N_{b,w-1}|

    instances to start or stop. Zones are left out: a fleet need never move between them.

    Parameters
    ----------
    stands
        What runs before the first week.
    """

    def __init__(self, stands: Sequence[Stand]) -> None:
        self._stands = stands
        self._counts = [int(stand.instances[0].sum(axis=1).max(initial=0)) for stand in stands]

    def to(self, context: Context) -> int:
        """Return the instances to start or stop for the demand of a context, and stand there from now on.

        What cannot carry its demand in any number stays as it is.
        """
        forced = 0
        for number, stand in enumerate(self._stands):
            service = context.scenario.services[stand.group.service]
            found = count(context, stand.configuration, service, need_of(context, stand.group))
            if found is None:
                continue
            fewest = int(found.counts[0].max(initial=0))
            forced += abs(fewest - self._counts[number])
            self._counts[number] = fewest
        return forced

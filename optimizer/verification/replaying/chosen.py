"""Which hours a sample plays: those of the classes, and in every location the hardest by rule of thumb."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from optimizer.verification.replaying.engine import utilisation
from optimizer.verification.replaying.fleet import Fleet, Served, likeness
from optimizer.verification.replaying.hours import model_of

#: Of the pools of a configuration in a location: so many nearest to what they claim, and as many with long queues.
HARDEST_TWO = 2


def sample_of(
    fleet: Fleet, served: Sequence[Served], classes: Mapping[str, Mapping[int, tuple[str, ...]]]
) -> list[Served]:
    """Return what is played where not everything is; what nobody is left to serve needs no playing."""
    alive = [item for item in served if item.replicas > 0]
    kept = {item for item in alive if item.period in classes[fleet.pools[item.pool_index].service]}
    groups: dict[object, list[Served]] = {}
    for item in alive:
        groups.setdefault(likeness(fleet.pools[item.pool_index]), []).append(item)
    for group in groups.values():
        different = list({model_of(fleet.pools[item.pool_index], item): item for item in group}.values())
        kept |= set(sorted(different, key=lambda item: _fullness(fleet, item), reverse=True)[:HARDEST_TWO])
        kept |= set(sorted(different, key=lambda item: _queue(fleet, item), reverse=True)[:HARDEST_TWO])
    return [item for item in alive if item in kept]


def _fullness(fleet: Fleet, item: Served) -> float:
    """Rate over the capacity claimed."""
    claim = fleet.claim(item.pool_index, item.replicas)
    return item.rate_per_s / claim if claim > 0.0 else math.inf


def _queue(fleet: Fleet, item: Served) -> float:
    r"""How long queues get, by the heavy-traffic formula :math:`\rho / (n (1 - \rho))`; infinite from 1 on."""
    busy = utilisation(model_of(fleet.pools[item.pool_index], item))
    return busy / (item.replicas * (1.0 - busy)) if busy < 1.0 else math.inf

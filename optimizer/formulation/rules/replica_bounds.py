"""A service runs with at least, and at most, so many replicas in a location."""

from __future__ import annotations

from optimizer.domain.scenario import Service
from optimizer.formulation.rule import Relaxation, Rule


def instance_bounds(service: Service, replicas_per_instance: int, *, on: bool = True) -> tuple[int, int | None]:
    r"""Return the fewest and the most instances of a service in a location; None for no upper bound.

    .. math:: \lceil min / r \rceil \le X_t \le \lfloor max / r \rfloor
    """
    if not on:
        return 0, None
    fewest = -(-service.min_replicas // replicas_per_instance)
    most = None if service.max_replicas is None else service.max_replicas // replicas_per_instance
    return fewest, most


RULE = Rule(
    name="replica_bounds",
    place="staffing",
    meaning="A service keeps its fewest and most replicas in every location where it runs.",
    relaxation=Relaxation("allow more replicas", "replicas", 7.0),
    apply=instance_bounds,
)

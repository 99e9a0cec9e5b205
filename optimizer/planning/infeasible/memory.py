"""Whether memory alone rules out every configuration of a service."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.domain.scenario import Service
from optimizer.formulation.candidates import Candidate, candidates_of
from optimizer.formulation.context import Context
from optimizer.formulation.rules.accelerator_memory import why_accelerator_too_small
from optimizer.formulation.rules.host_memory import why_host_too_small


def why_too_small(context: Context, service: Service, places: Sequence[str]) -> tuple[str, tuple[str, ...], str] | None:
    """Return rule, keys and words where every instance type that can be had is too small, or None."""
    candidates = [
        candidate
        for place in places
        for candidate in candidates_of(context.catalog, service, place)
        if context.supply_for(candidate).can_be_had
    ]
    keys = (f"services.{service.name}.profile",)
    if candidates and all(why_accelerator_too_small(candidate) for candidate in candidates):
        best = min(candidates, key=_accelerator_short_gib)
        room = best.instance.accelerator_memory_gib * best.curve.accelerators_per_replica
        if best.replicas_per_instance < 1:
            return "accelerator_memory", keys, f"{why_accelerator_too_small(best)} in {', '.join(places)}."
        text = (
            f"no accelerator in {', '.join(places)} is large enough: a replica needs "
            f"{best.model.weights_gib + best.model.runtime_gib:.1f} GiB of accelerator memory, "
            f"the nearest is {best.instance.name} with {room:.1f}."
        )
        return "accelerator_memory", keys, text
    if candidates and all(why_accelerator_too_small(item) or why_host_too_small(item) for item in candidates):
        fits = [item for item in candidates if not why_accelerator_too_small(item)]
        best = max(fits, key=lambda item: item.instance.memory_gib / max(item.replicas_per_instance, 1))
        text = f"no host in {', '.join(places)} is large enough: {why_host_too_small(best)}."
        return "host_memory", keys, text
    return None


def _accelerator_short_gib(candidate: Candidate) -> float:
    """Return by how much a replica exceeds its accelerators."""
    room = candidate.instance.accelerator_memory_gib * candidate.curve.accelerators_per_replica
    if candidate.replicas_per_instance < 1:
        return float("inf")
    return candidate.model.weights_gib + candidate.model.runtime_gib - room

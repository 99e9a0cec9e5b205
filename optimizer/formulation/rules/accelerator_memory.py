"""The model must fit the accelerators of a replica."""

from __future__ import annotations

from optimizer.domain.catalog import InstanceType, ProfileCurve, ServedModel
from optimizer.formulation.candidates import Candidate
from optimizer.formulation.rule import Relaxation, Rule


def tables_fit_accelerator(model: ServedModel, instance: InstanceType, curve: ProfileCurve) -> bool:
    """Whether weights, runtime and embedding tables together fit the accelerators of one replica."""
    room_gib = instance.accelerator_memory_gib * curve.accelerators_per_replica
    return model.weights_gib + model.runtime_gib + model.tables_gib <= room_gib


def why_accelerator_too_small(candidate: Candidate) -> str | None:
    r"""Return why a replica does not fit its accelerators, or None.

    .. math:: weights + runtime \le g \cdot memory \quad [GiB]

    Embedding tables may stay in host memory (see `host_memory`), everything else may not.
    """
    if candidate.replicas_per_instance < 1:
        return f"{candidate.instance.name} has fewer accelerators than one replica needs"
    room_gib = candidate.instance.accelerator_memory_gib * candidate.curve.accelerators_per_replica
    need_gib = candidate.model.weights_gib + candidate.model.runtime_gib
    if need_gib > room_gib:
        return f"needs {need_gib:.1f} GiB of accelerator memory, {candidate.instance.name} has {room_gib:.1f}"
    return None


RULE = Rule(
    name="accelerator_memory",
    place="filter",
    meaning="Weights and runtime of a replica fit its accelerators.",
    relaxation=Relaxation("use a smaller model", "GiB", 20.0),
    apply=why_accelerator_too_small,
)

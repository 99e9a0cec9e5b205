"""The host must hold what the accelerators do not, and be as large as the measurement needs."""

from __future__ import annotations

from optimizer.formulation.candidates import Candidate
from optimizer.formulation.rule import Relaxation, Rule
from optimizer.formulation.rules.accelerator_memory import tables_fit_accelerator


def why_host_too_small(candidate: Candidate) -> str | None:
    r"""Return why the host cannot carry the replicas of one instance, or None.

    .. math:: replicas \cdot (base + tables\ in\ host) \le memory \quad [GiB]

    Each replica is taken to hold its own copy of the tables; a curve may also ask for vCPUs for each replica.
    """
    replicas = max(1, candidate.replicas_per_instance)
    in_host = not tables_fit_accelerator(candidate.model, candidate.instance, candidate.curve)
    tables_gib = candidate.model.tables_gib if in_host else 0.0
    need_gib = replicas * (candidate.model.host_base_gib + tables_gib)
    if need_gib > candidate.instance.memory_gib:
        return (
            f"needs {need_gib:.1f} GiB of host memory, {candidate.instance.name} has {candidate.instance.memory_gib:g}"
        )
    if candidate.instance.vcpu < replicas * candidate.curve.min_vcpu:
        return f"needs {candidate.curve.min_vcpu} vCPU for each replica, {candidate.instance.name} has too few"
    return None


RULE = Rule(
    name="host_memory",
    place="filter",
    meaning="Host memory and vCPUs carry the replicas of an instance.",
    relaxation=Relaxation("use a smaller model", "GiB", 20.0),
    apply=why_host_too_small,
)

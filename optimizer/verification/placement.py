"""May these pools stand where they stand? Places, prices, zones, memory, curves."""

from __future__ import annotations

from optimizer.domain.plan import Check, FleetRow, Pool
from optimizer.verification.view import Finding, Row, View, fact, judged, pool_label, stated

#: Bases that `plan_on: measured_only` rests on: points that were measured, or a curve fitted through them.
MEASURED = ("measured", "fitted")


def locations(view: View) -> list[Check]:
    """Check that capacity stands only in the allowed locations."""
    allowed = set(view.plan.inputs["locations"])
    places = {pool.location for pool in view.plan.pools} | {r.location for r in view.plan.fleet if not r.until}
    faults = [f"{place} is not an allowed location" for place in sorted(places - allowed)]
    return stated("locations", faults, "all pools stand in allowed locations")


def zones_sold(view: View) -> list[Check]:
    """Check that every pool and fleet row stands in a zone that sells its type."""
    faults = []
    items: list[Pool | FleetRow] = [*view.plan.pools, *(row for row in view.plan.fleet if row.zone)]
    for item in items:
        zones = view.sold.get((item.provider, item.instance_type, item.location), [])
        if item.zone not in zones or item.zone not in view.plan.inputs["zones"].get(item.location, []):
            faults.append(f"{item.instance_type} is not known to be sold in {item.location} zone {item.zone}")
    return stated("zones_sold", list(dict.fromkeys(faults)), "every zone sells the types that stand in it")


def _tables_on_host(view: View, pool: Pool) -> bool:
    model = view.model_of(pool)
    room = view.type_of(pool)["accelerator_memory_gib"] * pool.accelerators_per_replica
    return bool(model["weights_gib"] + model["runtime_gib"] + model["tables_gib"] > room)


def accelerator_memory(view: View) -> list[Check]:
    """Check weights and runtime of a replica against the memory of its accelerators, GiB."""
    findings = []
    for pool in view.plan.pools:
        room = view.type_of(pool)["accelerator_memory_gib"] * pool.accelerators_per_replica
        need = view.model_of(pool)["weights_gib"] + view.model_of(pool)["runtime_gib"]
        most, wanted = view.type_of(pool)["accelerator_count"], pool.accelerators_per_replica
        text = f"{pool_label(pool)}: a replica needs {wanted} accelerators (an instance has {most})"
        findings.append(fact(pool_label(pool), view.per_instance(pool) >= 1, text))
        text = f"{pool_label(pool)}: needs {need:g} GiB of accelerator memory (found {room:g})"
        findings.append(Finding(pool_label(pool), room, need, room - need, text))
    return judged("accelerator_memory", findings)


def host_memory(view: View) -> list[Check]:
    """Check host memory (GiB) and vCPUs against the replicas of an instance."""
    findings = []
    for pool in view.plan.pools:
        kind, model, holds = view.type_of(pool), view.model_of(pool), view.per_instance(pool)
        tables = model["tables_gib"] if _tables_on_host(view, pool) else 0.0
        need, room = holds * (model["host_base_gib"] + tables), kind["memory_gib"]
        text = f"{pool_label(pool)}: needs {need:g} GiB of host memory (found {room:g})"
        findings.append(Finding(pool_label(pool), room, need, room - need, text))
        vcpu, least = kind["vcpu"], holds * view.curve_of(pool)["min_vcpu"]
        text = f"{pool_label(pool)}: needs {least} vCPU (found {vcpu})"
        findings.append(Finding(pool_label(pool), vcpu, least, float(vcpu - least), text))
    return judged("host_memory", findings)


def service_time_margin(view: View) -> list[Check]:
    """Check every service time against the curve at the planned end of its error band."""
    faults = []
    for pool in view.plan.pools:
        curve = view.curve_of(pool)
        plan_on = view.plan.inputs["plan_on"]
        if plan_on == "measured_only" and curve["basis"] not in MEASURED:
            faults.append(f"{pool_label(pool)}: rests on a curve that is {curve['basis']}, measured only was asked")
        if (pool.error_band, pool.basis) != (curve["error_band"], curve["basis"]):
            faults.append(f"{pool_label(pool)}: basis or band differ from the curve's")
        stretch = 1.0 + (curve["error_band"] if plan_on == "cautious" else 0.0)
        items = view.services[pool.service]["items_per_request"]
        if pool.profile not in view.services[pool.service]["profiles"]:
            faults.append(f"{pool_label(pool)}: profile {pool.profile} was not asked for")
        faults += _wrong_times(pool, curve, items, stretch)
    return stated("service_time_margin", faults, "service times are those of the curves")


def _wrong_times(pool: Pool, curve: Row, items: int, stretch: float) -> list[str]:
    for size, seconds in zip(pool.service_time.batch, pool.service_time.seconds, strict=True):
        known = on_curve(curve["batch_items"], curve["service_s"], size * items)
        if known is None:
            return [f"{pool_label(pool)}: a batch of {size} lies outside the measured batches"]
        if abs(seconds - known * stretch) > 1e-9 * known:
            return [f"{pool_label(pool)}: {seconds:.6f} s for a batch of {size} (the curve says {known * stretch:.6f})"]
    return []


def on_curve(sizes: list[int], seconds: list[float], items: float) -> float | None:
    """Read a curve at a batch size, linear between its points; None outside."""
    if items < sizes[0] or items > sizes[-1]:
        return None
    for left in range(len(sizes) - 1):
        if items <= sizes[left + 1]:
            weight = (items - sizes[left]) / (sizes[left + 1] - sizes[left])
            return seconds[left] + weight * (seconds[left + 1] - seconds[left])
    return seconds[-1]

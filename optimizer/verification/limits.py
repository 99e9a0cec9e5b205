"""Limits on the whole plan: quotas, instance types, money, power and carbon."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from optimizer.domain.plan import Check
from optimizer.verification.buying import STEADY, KeyReading, Slot, readings
from optimizer.verification.draw import plan_kw, pool_kg
from optimizer.verification.prices import fits
from optimizer.verification.view import Finding, View, fact, judged, pool_label

CENT = 0.01


def quotas(view: View) -> list[Check]:
    """Check every quota in every period."""
    findings = []
    for number, quota in enumerate(view.plan.inputs["limits"]["quotas"]):
        counted = [_counted(view, quota, period) for period in range(len(view.plan.periods))]
        limit = quota["max_vcpu"] if quota["max_instances"] is None else quota["max_instances"]
        # What is signed already stands, even above the limit; no more may then be bought.
        limit = max(limit, _signed(view, quota))
        for period, count in enumerate(counted):
            label = f"quota {number} ({quota['reason']}), {view.period_label(period)}"
            text = f"{label}: {count:g} of {limit:g}"
            findings.append(Finding(label, limit, count, float(limit - count), text))
    return judged("quotas", findings)


def _counted(view: View, quota: Mapping[str, Any], period: int) -> float:
    """What a quota counts in a period: instances or vCPUs in use, or bought as the option it names."""
    option, total = quota["match"]["purchase_option"], 0.0
    for (provider, kind, location), reading in readings(view).items():
        if not fits(quota["match"], kind, location, option):
            continue
        total += _each(view, quota, provider, kind) * _running_as(option, reading, reading.slot(view, period))
    return total


def _each(view: View, quota: Mapping[str, Any], provider: str, kind: str) -> int:
    """What one instance counts: 1, or its vCPUs."""
    return 1 if quota["max_instances"] is not None else int(view.types[provider, kind]["vcpu"])


def _signed(view: View, quota: Mapping[str, Any]) -> int:
    """What was signed before of the option that a quota names."""
    option = quota["match"]["purchase_option"]
    return sum(
        _each(view, quota, provider, kind) * item["count"]
        for (provider, kind, location), reading in readings(view).items()
        if option in STEADY and fits(quota["match"], kind, location, option)
        for item in reading.signed
        if item["purchase_option"] == option
    )


def _running_as(option: str | None, reading: KeyReading, slot: Slot) -> int:
    """Instances of one type in one location that count as an option (None: all), at the worst part of the horizon."""
    if option is None:
        return slot.use
    if option in STEADY:
        signed = sum(int(item["count"]) for item in reading.signed if item["purchase_option"] == option)
        return reading.steady.get(option, 0) + signed
    spot = [slot.mix(steady)[0] for _, steady in reading.parts]
    if option == "spot":
        return max(spot)
    lasting = [item for item in reading.signed if item["horizon_share"] >= 1.0]
    free = sum(int(item["count"]) for item in lasting if item["reserved"] or item["purchase_option"] == "owned")
    return max(0, slot.use - min(spot) - reading.steady.get("owned", 0) - free)


def max_instance_types(view: View) -> list[Check]:
    """Check how many instance types are in use."""
    limit = view.plan.inputs["limits"]["max_instance_types"]
    if limit is None:
        return judged("max_instance_types", [])
    used = {(pool.provider, pool.instance_type) for pool in view.plan.pools}
    text = f"{len(used)} instance types are used, at most {limit} may be"
    return judged("max_instance_types", [Finding("all types", limit, len(used), float(limit - len(used)), text)])


def budget(view: View) -> list[Check]:
    """Check the total against the budget."""
    monthly = view.plan.inputs["limits"]["budget_per_month"]
    if monthly is None:
        return judged("budget", [])
    limit = monthly * view.plan.objective.horizon_hours / 730.0
    total = view.plan.objective.total
    text = f"the total is {total:.2f}, the budget {limit:.2f}"
    return judged("budget", [Finding("total", limit, total, limit - total + CENT, text)])


def power_limit(view: View) -> list[Check]:
    """Check the draw of all pools in every period."""
    limit = view.plan.inputs["limits"]["power_kw"]
    findings = []
    for period, kw in enumerate(plan_kw(view)) if limit is not None else ():
        text = f"{view.period_label(period)}: {kw:.3f} of {limit:g} kW"
        margin = limit - kw + 1e-6 * max(1.0, limit)
        findings.append(Finding(view.period_label(period), limit, kw, margin, text))
    return judged("power_limit", findings + _unknown(view, "power", limit, [p.peak_kw for p in view.plan.pools]))


def carbon_limit(view: View) -> list[Check]:
    """Check what all pools emit over the horizon."""
    limit = view.plan.inputs["limits"]["carbon_t"]
    if limit is None:
        return judged("carbon_limit", [])
    kg = [pool_kg(view, index) for index in range(len(view.plan.pools))]
    total = math.fsum(value or 0.0 for value in kg) / 1000.0
    text = f"{total:.3f} of {limit:g} t"
    findings = [Finding("horizon", limit, total, limit - total + 1e-6 * max(1.0, limit), text)]
    return judged("carbon_limit", findings + _unknown(view, "carbon", limit, kg))


def _unknown(view: View, what: str, limit: float | None, values: list[Any]) -> list[Finding]:
    """Pools whose draw is not known cannot be counted against a limit."""
    return [
        fact(pool_label(pool), False, f"{pool_label(pool)}: its {what} is limited, and not known")
        for pool, value in zip(view.plan.pools, values, strict=True)
        if limit is not None and value is None
    ]

"""Limits on the whole plan, and decisions that are kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from optimizer.domain.plan import Check
from optimizer.verification.buying import STEADY, KeyReading, Slot, followers, readings
from optimizer.verification.draw import plan_kw, pool_kg
from optimizer.verification.prices import fits, server_of
from optimizer.verification.view import ROUNDING, Finding, View, judged, pool_label, stated

CENT = 0.01


def residency(view: View) -> list[Check]:
    """Check that origins are served, and stood by for, only where their data may go."""
    faults = []
    places = [(route.origin, view.plan.pools[route.pool].location) for route in view.plan.routing]
    places += [(row.origin, row.standby) for row in view.plan.standby]
    for origin, place in dict.fromkeys(places):
        allowed = view.origins[origin]["residency"]
        if allowed is not None and place not in allowed:
            faults.append(f"requests from {origin} go to {place}, their data may not")
    return stated("residency", faults, "every origin is served where its data may go")


def pins(view: View) -> list[Check]:
    """Check type, profile, batch size, place and counts of every decision that is kept."""
    faults = []
    for pin in view.plan.inputs["pins"]:
        sites = {s: p for s, p in view.sites.items() if s[0] == pin["service"] and pin["location"] in (None, s[1])}
        if pin["min_instances"] > 0 and not sites:
            faults.append(f"{pin['service']} does not run in {pin['location']} although it is kept there")
        for (service, place), members in sites.items():
            for _, pool in members:
                kept = (pin["instance_type"], pin["profile"], pin["batch_size"])
                found = (pool.instance_type, pool.profile, pool.batch_size)
                if any(want not in (None, have) for want, have in zip(kept, found, strict=True)):
                    faults.append(f"{pool_label(pool)}: not as it is kept ({kept})")
            totals = _totals(view, [pool for _, pool in members])
            most = pin["max_instances"]
            if min(totals) < pin["min_instances"] or (most is not None and max(totals) > most):
                faults.append(f"{service} in {place}: {min(totals)} to {max(totals)} instances, not as it is kept")
    return stated("pins", faults, "decisions that are kept stand")


def _totals(view: View, pools: list[Any]) -> list[int]:
    return [sum(column) for column in zip(*(view.instances(pool) for pool in pools), strict=True)]


def replica_bounds(view: View) -> list[Check]:
    """Check fewest and most replicas of each service in each location."""
    findings = []
    for (service, place), members in view.sites.items():
        row = view.services[service]
        most = math.inf if row["max_replicas"] is None else row["max_replicas"]
        for period in range(len(view.plan.periods)):
            count = sum(pool.replicas_by_period[period] for _, pool in members)
            label = f"{service} in {place}, {view.period_label(period)}"
            text = f"{label}: {count} replicas, {row['min_replicas']} to {most:g} are asked"
            margin = min(float(count - row["min_replicas"]), most - count)
            findings.append(Finding(label, row["min_replicas"], count, margin, text))
    return judged("replica_bounds", findings)


def scale_up(view: View) -> list[Check]:
    """Check by how many instances a service grows in a location from one hour to the next."""
    step = view.plan.inputs["purchase"]["scale_up_max_instances"]
    findings = []
    for (service, place), members in view.sites.items() if step is not None else ():
        totals = _totals(view, [pool for _, pool in members])
        for before, after, _ in followers(view):
            rise = totals[after] - totals[before]
            label = f"{service} in {place}, {view.period_label(before)} to {view.period_label(after)}"
            text = f"{label}: {rise} instances more, at most {step} may start"
            findings.append(Finding(label, step, rise, float(step - rise), text))
    return judged("scale_up", findings)


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


def owned_count(view: View) -> list[Check]:
    """Check that no more machines are bought than can be."""
    findings = []
    for (_, kind, location), reading in readings(view).items():
        count, server = reading.steady.get("owned", 0), server_of(view, kind, location)
        if server is not None and server["max_count"] is not None:
            text = f"{kind} in {location}: {count} bought, {server['max_count']} can be"
            findings.append(
                Finding(f"{kind} in {location}", server["max_count"], count, server["max_count"] - count, text)
            )
    return judged("owned_count", findings)


def site_limits(view: View) -> list[Check]:
    """Check power and rack units of every site over the machines there, bought and signed.

    What is signed already stands, even above a limit; nothing may then be bought.
    """
    findings = []
    for site in view.plan.inputs["sites"]:
        signed, used = _in_site(view, site["location"], bought=False), _in_site(view, site["location"], bought=True)
        for what, name in (("kW", "power_limit_kw"), ("rack units", "rack_units")):
            if site[name] is not None:
                limit, found = max(float(site[name]), float(signed[what])), float(used[what])
                text = f"{site['location']}: {found:g} of {limit:g} {what}"
                margin = limit - found + ROUNDING * max(1.0, limit)
                findings.append(Finding(f"{site['location']}, {what}", limit, found, margin, text))
    return judged("site_limits", findings)


def _in_site(view: View, site: str, *, bought: bool) -> dict[str, Fraction]:
    """Power (kW, PUE apart) and rack units of the machines signed for a site, with those bought or without."""
    found = {"kW": Fraction(0), "rack units": Fraction(0)}
    for (provider, kind, location), reading in readings(view).items():
        if location == site:
            count = sum(int(item["count"]) for item in reading.signed if item["purchase_option"] == "owned")
            count += reading.steady.get("owned", 0) if bought else 0
            server = server_of(view, kind, location)
            found["kW"] += count * Fraction(view.types[provider, kind]["max_power_w"] or 0) / 1000
            found["rack units"] += count * Fraction(0 if server is None else server["rack_units"])
    return found


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
        Finding(pool_label(pool), 0.0, 0.0, -1.0, f"{pool_label(pool)}: its {what} is limited, and not known")
        for pool, value in zip(view.plan.pools, values, strict=True)
        if limit is not None and value is None
    ]

"""Decisions that are kept: where data may go, how a service runs, how many of it, and how fast it grows."""

from __future__ import annotations

import math

from optimizer.domain.plan import Check, Pool
from optimizer.verification.buying import followers
from optimizer.verification.view import Finding, View, judged, pool_label, stated


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


def _totals(view: View, pools: list[Pool]) -> list[int]:
    return [sum(column) for column in zip(*(view.instances(pool) for pool in pools), strict=True)]


def replica_bounds(view: View) -> list[Check]:
    """Check fewest and most replicas of each service in each location."""
    findings = []
    for (service, place), members in view.sites.items():
        row = view.services[service]
        most = math.inf if row["max_replicas"] is None else row["max_replicas"]
        asked = f"at least {row['min_replicas']}" if math.isinf(most) else f"{row['min_replicas']} to {most}"
        for period in range(len(view.plan.periods)):
            count = sum(pool.replicas_by_period[period] for _, pool in members)
            label = f"{service} in {place}, {view.period_label(period)}"
            text = f"{label}: {count} replicas, asked were {asked}"
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

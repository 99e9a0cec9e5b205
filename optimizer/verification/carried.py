"""Is the demand carried, with what was asked on top: headroom, a lost zone, utilisation, held counts, routes?"""

from __future__ import annotations

from collections import defaultdict

from optimizer.domain.plan import Check, Pool
from optimizer.verification.view import Finding, View, judged, pool_label, stated

#: Shares and rates are sums of floats; differences below this share are rounding.
ROUNDING = 1e-9
UTILISATION_CAP = 0.97
#: A capacity is promised with 2 % off for the sampling error of the simulation that found it.
SAMPLING = 0.98


def _full_rate(pool: Pool, replicas: int) -> float:
    return replicas * pool.batch_size / pool.service_time.seconds[-1]


def capacity(view: View) -> list[Check]:
    """Check that each pool's arrival rate is what the routes bring, and within its capacity."""
    findings = []
    for index, pool in enumerate(view.plan.pools):
        routes = view.routes_to(index)
        for period, arrival in enumerate(pool.arrival_rate_per_s_by_period):
            label = f"{pool_label(pool)}, {view.period_label(period)}"
            brought = sum(r.share_by_period[period] * view.peak(pool.service, r.origin, period) for r in routes)
            can = pool.capacity_per_s_by_period[period]
            possible = SAMPLING * UTILISATION_CAP * _full_rate(pool, pool.replicas_by_period[period])
            slack = ROUNDING * max(1.0, can)
            text = (
                f"{label}: demand not served (found {min(can, possible):.1f} of {max(arrival, brought):.1f} requests/s)"
            )
            findings.append(Finding(label, can, arrival, can - arrival + slack, text))
            findings.append(Finding(label, can, brought, can - brought + slack, text))
            findings.append(Finding(label, possible, can, possible - can + slack * 100, text))
    return judged("capacity", findings)


def headroom(view: View) -> list[Check]:
    """Check that arrival rates hold the peak with retries and releases on top."""
    findings = []
    for index, pool in enumerate(view.plan.pools):
        routes = view.routes_to(index)
        for period, arrival in enumerate(pool.arrival_rate_per_s_by_period):
            label = f"{pool_label(pool)}, {view.period_label(period)}"
            brought = sum(r.share_by_period[period] * view.peak(pool.service, r.origin, period) for r in routes)
            need = brought * view.headroom_factor
            text = f"{label}: planned for {arrival:.1f} requests/s, peak with headroom is {need:.1f}"
            findings.append(Finding(label, arrival, need, arrival - need + ROUNDING * max(1.0, need), text))
    return judged("headroom", findings)


def utilisation_cap(view: View) -> list[Check]:
    """Check utilisation: as stated, and never above 97 %."""
    findings = []
    for pool in view.plan.pools:
        rows = zip(pool.replicas_by_period, pool.arrival_rate_per_s_by_period, pool.utilisation_by_period, strict=True)
        for period, (replicas, arrival, said) in enumerate(rows):
            label = f"{pool_label(pool)}, {view.period_label(period)}"
            full = _full_rate(pool, replicas)
            real = arrival / full if full > 0.0 else (0.0 if arrival == 0.0 else float("inf"))
            findings.append(Finding(label, UTILISATION_CAP, real, UTILISATION_CAP - real, f"{label}: {real:.1%} busy"))
            off = abs(real - said)
            text = f"{label}: stated {said:.2%} busy, is {real:.2%}"
            findings.append(Finding(label, real, said, 1e-6 - off if off > 1e-6 else UTILISATION_CAP, text))
            if replicas:
                claimed = pool.capacity_per_s_by_period[period] / full / SAMPLING
                text = f"{label}: capacity claimed at {claimed:.1%} utilisation"
                findings.append(Finding(label, UTILISATION_CAP, claimed, UTILISATION_CAP - claimed + 1e-9, text))
    return judged("utilisation_cap", findings)


def zone_loss(view: View) -> list[Check]:
    """Check, for services that must survive it, every zone's loss in every period."""
    groups: dict[tuple[str, str], list[tuple[int, Pool]]] = defaultdict(list)
    for index, pool in enumerate(view.plan.pools):
        if view.services[pool.service]["redundancy"] == "zone":
            groups[pool.service, pool.location].append((index, pool))
    findings = []
    for (service, place), members in groups.items():
        served = {route.origin for index, _ in members for route in view.routes_to(index)}
        for period in range(len(view.plan.periods)):
            need = view.headroom_factor * sum(view.peak(service, origin, period) for origin in served)
            by_zone: dict[str, float] = defaultdict(float)
            for _, pool in members:
                by_zone[pool.zone] += pool.capacity_per_s_by_period[period]
            for lost in by_zone:
                left = sum(amount for zone, amount in by_zone.items() if zone != lost)
                label = f"{service} in {place} without zone {lost}, {view.period_label(period)}"
                text = f"{label}: {left:.1f} of {need:.1f} requests/s"
                findings.append(Finding(label, need, left, left - need + ROUNDING * max(1.0, need), text))
    return judged("zone_loss", findings)


def autoscaling(view: View) -> list[Check]:
    """Check that counts change no more often than asked."""
    mode = view.plan.inputs["autoscaling"]
    faults = []
    for pool in view.plan.pools:
        seen: dict[str, set[int]] = defaultdict(set)
        for period, count in zip(view.plan.periods, pool.replicas_by_period, strict=True):
            seen["all" if mode == "fixed" else period.day_type].add(count)
        if mode != "hourly" and any(len(counts) > 1 for counts in seen.values()):
            faults.append(f"{pool_label(pool)}: counts change although the fleet is {mode.replace('_', ' ')}")
    return stated("autoscaling", faults, f"counts change as allowed ({mode.replace('_', ' ')})")


def every_origin_served(view: View) -> list[Check]:
    """Check that the shares of every origin with demand add up to 1 in every period."""
    sums: dict[tuple[str, str], list[float]] = {
        (service, origin): [0.0] * len(view.plan.periods) for service in view.services for origin in view.origins
    }
    for route in view.plan.routing:
        for period, share in enumerate(route.share_by_period):
            sums[route.service, route.origin][period] += share
    findings = []
    for (service, origin), shares in sums.items():
        for period, total in enumerate(shares):
            if view.peak(service, origin, period) > 0.0 or view.mean(service, origin, period) > 0.0:
                label = f"{service} from {origin}, {view.period_label(period)}"
                findings.append(
                    Finding(label, 1.0, total, ROUNDING - abs(total - 1.0), f"{label}: {total:.1%} of requests served")
                )
    return judged("every_origin_served", findings)


def one_pool_per_location(view: View) -> list[Check]:
    """Check one configuration of a service in a location, one pool in a zone, one location for an origin."""
    faults = []
    configurations: dict[tuple[str, str], set[tuple[str, str, int, int, float]]] = defaultdict(set)
    zones: dict[tuple[str, str, str], int] = defaultdict(int)
    for pool in view.plan.pools:
        own = (pool.instance_type, pool.profile, pool.accelerators_per_replica, pool.batch_size, pool.network_ms)
        configurations[pool.service, pool.location].add(own)
        zones[pool.service, pool.location, pool.zone] += 1
    for (service, place), found in sorted(configurations.items()):
        if len(found) > 1:
            faults.append(f"{service} has {len(found)} configurations in {place}")
    faults += [f"{s} has {count} pools in {place} zone {z}" for (s, place, z), count in zones.items() if count > 1]
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    for route in view.plan.routing:
        places[route.service, route.origin].add(view.plan.pools[route.pool].location)
    faults += [f"{s} from {o} goes to {len(where)} locations" for (s, o), where in places.items() if len(where) > 1]
    return stated("one_pool_per_location", faults, "one configuration of a service in a location")


def fleet_holds_replicas(view: View) -> list[Check]:
    """Check that the fleet is what the pools need, instance by instance."""
    need: dict[tuple[str, str, str, str], list[int]] = {}
    for pool in view.plan.pools:
        key = (pool.provider, pool.region, pool.zone, pool.instance_type)
        known = need.setdefault(key, [0] * len(view.plan.periods))
        need[key] = [a + b for a, b in zip(known, view.instances(pool), strict=True)]
    have: dict[tuple[str, str, str, str], list[int]] = {}
    for row in view.plan.fleet:
        key = (row.provider, row.region, row.zone, row.instance_type)
        known = have.setdefault(key, [0] * len(view.plan.periods))
        have[key] = [a + b for a, b in zip(known, row.count_by_period, strict=True)]
    faults = [
        f"{key[3]} in {key[0]}/{key[1]} zone {key[2]}: the fleet does not match its pools"
        for key in sorted(set(need) | set(have))
        if need.get(key) != have.get(key)
    ]
    return stated("fleet_holds_replicas", faults, "the fleet is what the pools need")


def hours(view: View) -> list[Check]:
    """Check that the periods fill the horizon."""
    plan = view.plan
    total = sum(period.hours for period in plan.periods)
    off = abs(total - plan.objective.horizon_hours)
    text = f"periods have {total:g} hours, the horizon {plan.objective.horizon_hours:g}"
    return judged("hours", [Finding("periods", plan.objective.horizon_hours, total, 1e-6 - off, text)])

"""Whether the demand is carried, and what was asked on top: headroom, a lost zone, utilisation, held counts."""

from __future__ import annotations

from collections import defaultdict

from optimizer.domain.plan import Check, Pool
from optimizer.verification.claims import claims_of
from optimizer.verification.shapes import twice
from optimizer.verification.view import ROUNDING, Finding, View, fact, judged, pool_label, stated

UTILISATION_CAP = 0.97
#: A capacity is promised with 2 % off for the sampling error of the simulation that found it.
SAMPLING = 0.98
#: Parts of an origin are whole eighths but for rounding.
EIGHTH = 1e-6


def _full_rate(pool: Pool, replicas: int) -> float:
    return replicas * pool.batch_size / pool.service_time.seconds[-1]


def capacity(view: View) -> list[Check]:
    """Check that no pool receives more than it claims to carry, and that a place carries all that is routed to it."""
    findings = []
    for pool in view.plan.pools:
        rows = zip(pool.arrival_rate_per_s_by_period, pool.capacity_per_s_by_period, strict=True)
        for period, (arrival, can) in enumerate(rows):
            label = f"{pool_label(pool)}, {view.period_label(period)}"
            text = f"{label}: demand not served (found {can:.6g} of {arrival:.6g} requests/s)"
            findings.append(Finding(label, can, arrival, can - arrival + ROUNDING * max(1.0, can), text))
    for site, pools in view.sites.items():
        for period, need in enumerate(view.need(site)):
            can = sum(pool.capacity_per_s_by_period[period] for _, pool in pools)
            label = f"{site[0]} in {site[1]}, {view.period_label(period)}"
            text = f"{label}: demand not served (found {can:.6g} of {need:.6g} requests/s)"
            findings.append(Finding(label, can, need, can - need + ROUNDING * max(1.0, need), text))
    return judged("capacity", [*findings, *_same_for_same(view)])


def _same_for_same(view: View) -> list[Finding]:
    """As many replicas of a pool carry the same in every hour, under every demand and after a loss."""
    findings = []
    for pool in view.plan.pools:
        seen: dict[int, float] = {}
        for replicas, claim in claims_of(pool):
            first = seen.setdefault(replicas, claim)
            left = ROUNDING * max(1.0, first) - abs(claim - first)
            if left < 0.0:
                label = f"{pool_label(pool)}, {replicas} replicas"
                text = f"{label}: carry {first:.6g} requests/s in one place and {claim:.6g} in another"
                findings.append(Finding(label, first, claim, left, text))
    return findings


def headroom(view: View) -> list[Check]:
    """Check that arrival rates are what routes bring, peak x (1 + retries) / (1 - release), and cover the demand."""
    findings = []
    for index, pool in enumerate(view.plan.pools):
        for period, (arrival, need) in enumerate(
            zip(pool.arrival_rate_per_s_by_period, view.brought(index), strict=True)
        ):
            label = f"{pool_label(pool)}, {view.period_label(period)}"
            text = f"{label}: planned for {arrival:.6g} requests/s, peak with headroom is {need:.6g}"
            left = ROUNDING * max(1.0, need) - abs(arrival - need)
            findings.append(Finding(label, need, arrival, left, text))
    for service in view.services:
        pools = [pool for pool in view.plan.pools if pool.service == service]
        for period in range(len(view.plan.periods)):
            need = view.headroom_factor * sum(view.peak(service, origin, period) for origin in view.origins)
            arrival = sum(pool.arrival_rate_per_s_by_period[period] for pool in pools)
            label = f"{service}, {view.period_label(period)}"
            text = f"{label}: demand not served (found {arrival:.6g} of {need:.6g} requests/s)"
            findings.append(Finding(label, need, arrival, arrival - need + ROUNDING * max(1.0, need), text))
    return judged("headroom", findings)


def utilisation_cap(view: View) -> list[Check]:
    """Check utilisation: as stated, and never above 97 %."""
    findings = []
    for pool in view.plan.pools:
        rows = zip(pool.replicas_by_period, pool.arrival_rate_per_s_by_period, pool.utilisation_by_period, strict=True)
        for period, (replicas, arrival, said) in enumerate(rows):
            label = f"{pool_label(pool)}, {view.period_label(period)}"
            full = _full_rate(pool, replicas)
            if arrival > 0.0 and full <= 0.0:
                findings.append(Finding(label, 0.0, arrival, -arrival, f"{label}: {arrival:g} requests/s, no replicas"))
                continue
            real = arrival / full if full > 0.0 else 0.0
            findings.append(Finding(label, UTILISATION_CAP, real, UTILISATION_CAP - real, f"{label}: {real:.1%} busy"))
            off = abs(real - said)
            text = f"{label}: stated {said:.2%} busy, is {real:.2%}"
            findings.append(Finding(label, real, said, 1e-6 - off if off > 1e-6 else UTILISATION_CAP, text))
            if replicas:
                claimed = pool.capacity_per_s_by_period[period] / full / SAMPLING
                text = f"{label}: capacity claimed at {claimed:.1%} utilisation"
                findings.append(Finding(label, UTILISATION_CAP, claimed, UTILISATION_CAP - claimed + 1e-9, text))
            elif pool.capacity_per_s_by_period[period] > 0.0:
                claimed = pool.capacity_per_s_by_period[period]
                findings.append(Finding(label, 0.0, claimed, -claimed, f"{label}: capacity claimed without replicas"))
        findings += _after_loss(pool)
    return judged("utilisation_cap", findings)


def _after_loss(pool: Pool) -> list[Finding]:
    """What fewer replicas claim to carry stays within both guards as well."""
    findings = []
    for replicas, claim in zip(pool.after_loss.replicas, pool.after_loss.capacity_per_s, strict=True):
        claimed = claim / _full_rate(pool, replicas) / SAMPLING
        label = f"{pool_label(pool)}, {replicas} replicas left"
        text = f"{label}: capacity claimed at {claimed:.1%} utilisation"
        findings.append(Finding(label, UTILISATION_CAP, claimed, UTILISATION_CAP - claimed + 1e-9, text))
    return findings


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
            wanted = max(view.peak(service, origin, period), view.mean(service, origin, period)) > 0.0
            label = f"{service} from {origin}, {view.period_label(period)}"
            text = f"{label}: demand not served (found {total:.6g} of all requests)"
            left = ROUNDING - (abs(total - 1.0) if wanted else max(0.0, total - 1.0))
            findings.append(Finding(label, 1.0, total, left, text))
    for route in view.plan.routing:
        for period, share in enumerate(route.share_by_period):
            label = f"{route.service} from {route.origin}, {view.period_label(period)}"
            if share < 0.0:
                findings.append(Finding(label, 0.0, share, share, f"{label}: a share is below 0 (found {share:g})"))
    return judged("every_origin_served", findings)


def one_pool_per_location(view: View) -> list[Check]:
    """Check one configuration of a service in a location, one pool of it in a zone, one location for an origin.

    Where quotas are given there may be two configurations, and an origin may be divided over two locations, in eighths.
    """
    faults = []
    most = 2 if view.plan.inputs["limits"]["quotas"] else 1
    configurations: dict[tuple[str, str], set[tuple[object, ...]]] = defaultdict(set)
    zones: dict[tuple[str, str, str, object], int] = defaultdict(int)
    for pool in view.plan.pools:
        way = (pool.network_ms, pool.max_wait_ms)
        own = (pool.instance_type, pool.profile, pool.accelerators_per_replica, pool.batch_size, way)
        configurations[pool.service, pool.location].add(own)
        zones[pool.service, pool.location, pool.zone, own] += 1
    for (service, place), found in sorted(configurations.items()):
        if len(found) > most:
            faults.append(f"{service} has {len(found)} configurations in {place}")
    for (service, place, zone, _), count in zones.items():
        if count > 1:
            faults.append(f"{service} has {count} like pools in {place} zone {zone}")
    return stated("one_pool_per_location", [*faults, *_divided(view, most)], "one configuration in a location")


def _divided(view: View, most: int) -> list[str]:
    """Origins that are divided over too many locations, or not in eighths that stay the same."""
    parts: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(dict)
    for route in view.plan.routing:
        shares = parts[route.service, route.origin]
        known = shares.setdefault(view.plan.pools[route.pool].location, [0.0] * len(view.plan.periods))
        for period, share in enumerate(route.share_by_period):
            known[period] += share
    faults = []
    for (service, origin), by_place in parts.items():
        if len(by_place) > most:
            faults.append(f"{service} from {origin} goes to {len(by_place)} locations")
        for place, sums in by_place.items() if len(by_place) > 1 else ():
            eighths = {8.0 * share for share in sums if share > 0.0}
            if any(abs(part - round(part)) > EIGHTH for part in eighths) or len({round(part) for part in eighths}) > 1:
                faults.append(f"{service} from {origin} to {place}: shares must be eighths that stay the same")
    return faults


def hours(view: View) -> list[Check]:
    """Check that the periods fill the horizon: each an hour of its days, each hour of a day type once."""
    plan = view.plan
    total = sum(period.hours for period in plan.periods)
    off = abs(total - plan.objective.horizon_hours)
    text = f"periods have {total:g} hours, the horizon {plan.objective.horizon_hours:g}"
    findings = [Finding("periods", plan.objective.horizon_hours, total, 1e-6 - off, text)]
    days: dict[str, float] = {}
    for number, period in enumerate(plan.periods):
        label = view.period_label(number)
        for right in (period.hours, days.setdefault(period.day_type, period.days)):
            left = ROUNDING * max(1.0, right) - abs(period.days - right)
            text = f"{label}: stands for {period.days:g} days and {period.hours:g} hours, its day type for {right:g}"
            findings.append(Finding(label, right, period.days, left if left < 0.0 else float("inf"), text))
    findings += [
        fact(str(again), False, f"{again}: this period stands twice")
        for again in twice((period.day_type, period.hour) for period in plan.periods)
    ]
    return judged("hours", findings)

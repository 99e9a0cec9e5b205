"""What may fail: a zone, an instance, a region. The rest still carries the protected share of the demand."""

from __future__ import annotations

from collections import defaultdict

from optimizer.domain.plan import Check, Pool
from optimizer.verification.claims import Claims
from optimizer.verification.view import ROUNDING, Finding, Site, View, fact, judged


def protected(view: View, kind: str) -> dict[Site, list[tuple[int, Pool]]]:
    """Pools, by service and location, of the services that must survive a kind of loss."""
    return {site: pools for site, pools in view.sites.items() if view.services[site[0]]["redundancy"] == kind}


def share_of(view: View, service: str) -> float:
    """Share of the need that must still be carried after a loss."""
    return float(view.services[service]["protected_share"])


def _finding(label: str, left: float, need: float) -> Finding:
    text = f"{label}: {left:.6g} of {need:.6g} requests/s"
    return Finding(label, need, left, left - need + ROUNDING * max(1.0, need), text)


def zone_loss(view: View) -> list[Check]:
    """Check, for services that must survive it, every zone's loss in every period."""
    findings = []
    for site, members in protected(view, "zone").items():
        needs = view.need(site)
        for period, full in enumerate(needs):
            need = share_of(view, site[0]) * full
            by_zone: dict[str, float] = defaultdict(float)
            for _, pool in members:
                by_zone[pool.zone] += pool.capacity_per_s_by_period[period]
            for lost in by_zone:
                left = sum(amount for zone, amount in by_zone.items() if zone != lost)
                label = f"{site[0]} in {site[1]} without zone {lost}, {view.period_label(period)}"
                findings.append(_finding(label, left, need))
    return judged("zone_loss", findings)


def instance_loss(view: View) -> list[Check]:
    """Check, for services that must survive it, that the loss of any one instance leaves enough."""
    findings = []
    for site, members in protected(view, "instance").items():
        kept = [Claims(pool) for _, pool in members]
        for period, full in enumerate(view.need(site)):
            need = share_of(view, site[0]) * full
            claims = [pool.capacity_per_s_by_period[period] for _, pool in members]
            for (_, pool), claim, known in zip(members, claims, kept, strict=True):
                replicas = pool.replicas_by_period[period]
                if replicas:
                    smaller = known.at(replicas - view.per_instance(pool))
                    label = f"{site[0]} in {site[1]} without an instance in zone {pool.zone}, "
                    label += view.period_label(period)
                    findings.append(_finding(label, sum(claims) - claim + smaller, need))
    return judged("instance_loss", findings)


def region_loss(view: View) -> list[Check]:
    """Check that every origin has a standby location elsewhere, and that each carries what a lost one brings."""
    findings = [*_standby_of_each(view), *_divided(view)]
    for service in (name for name, row in view.services.items() if row["redundancy"] == "region"):
        places = sorted({site[1] for site in view.sites if site[0] == service})
        served = _served(view, service)
        for lost in sorted(set(served.values())):
            for place in (other for other in places if other != lost):
                findings += [
                    _after(view, service, served, lost, place, period) for period in range(len(view.plan.periods))
                ]
    return judged("region_loss", findings)


def _served(view: View, service: str) -> dict[str, str]:
    """Location that serves each origin of a service."""
    return {
        route.origin: view.plan.pools[route.pool].location for route in view.plan.routing if route.service == service
    }


def _after(view: View, service: str, served: dict[str, str], lost: str, place: str, period: int) -> Finding:
    brought = {
        row.origin for row in view.plan.standby if (row.service, row.primary, row.standby) == (service, lost, place)
    }
    own = {origin for origin, where in served.items() if where == place}
    need = sum(view.peak(service, origin, period) for origin in own | brought) * view.headroom_factor
    can = sum(pool.capacity_per_s_by_period[period] for _, pool in view.sites.get((service, place), []))
    label = f"{service} in {place} without {lost}, {view.period_label(period)}"
    return _finding(label, can, share_of(view, service) * need)


def _divided(view: View) -> list[Finding]:
    """Origins of a protected service that go to several locations: which of them would be lost is not said."""
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    for route in view.plan.routing:
        if view.services[route.service]["redundancy"] == "region" and any(route.share_by_period):
            places[route.service, route.origin].add(view.plan.pools[route.pool].location)
    return [
        fact(f"{service} from {origin}", False, f"{service} from {origin}: several locations")
        for (service, origin), found in places.items()
        if len(found) > 1
    ]


def _standby_of_each(view: View) -> list[Finding]:
    findings = []
    for service, row in view.services.items():
        if row["redundancy"] != "region":
            continue
        served = _served(view, service)
        for origin, primary in served.items():
            mine = [item for item in view.plan.standby if (item.service, item.origin) == (service, origin)]
            right = len(mine) == 1 and mine[0].primary == primary and mine[0].standby != primary
            runs = right and (service, mine[0].standby) in view.sites
            label = f"{service} from {origin}"
            text = f"{label}: no running standby location for {primary}"
            findings.append(fact(label, runs, text))
    return findings

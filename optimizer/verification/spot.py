"""Spot: how much of a service may stand on it, and what must stand when it is taken away."""

from __future__ import annotations

import math

from optimizer.domain.plan import Check, Pool
from optimizer.verification.claims import Claims
from optimizer.verification.redundancy import share_of
from optimizer.verification.view import ROUNDING, Finding, View, judged


def _hours_with_spot(pools: list[Pool]) -> list[int]:
    """Periods in which any of the pools may stand on spot."""
    columns = zip(*(pool.spot_replicas_by_period for pool in pools), strict=True)
    return [period for period, column in enumerate(columns) if any(column)]


def spot_share(view: View) -> list[Check]:
    """Check the share of spot among the instances of each service in each location."""
    most = view.plan.inputs["purchase"]["spot"]["max_share"]
    findings = []
    for (service, place), members in view.sites.items():
        for period in _hours_with_spot([pool for _, pool in members]):
            total = sum(view.instances(pool)[period] for _, pool in members)
            spot = sum(view.spot_instances(pool)[period] for _, pool in members)
            limit = math.floor(most * total + ROUNDING)
            label = f"{service} in {place}, {view.period_label(period)}"
            text = f"{label}: {spot} of {total} instances may be spot (at most {limit})"
            findings.append(Finding(label, limit, spot, float(limit - spot), text))
    for pool in view.plan.pools:
        rows = zip(pool.spot_replicas_by_period, pool.replicas_by_period, strict=True)
        for period, (spot, replicas) in enumerate(rows):
            if spot > replicas:
                label = f"{pool.service} in {pool.location} zone {pool.zone}, {view.period_label(period)}"
                findings.append(
                    Finding(label, replicas, spot, float(replicas - spot), f"{label}: more spot than instances")
                )
    return judged("spot_share", findings)


def spot_may_vanish(view: View) -> list[Check]:
    """Check that what stays without spot carries the protected share."""
    vanishes = view.plan.inputs["purchase"]["spot"]["may_vanish"]
    findings: list[Finding] = []
    for site, members in view.sites.items() if vanishes != "tolerated" else ():
        needs, kept = view.need(site), [Claims(pool) for _, pool in members]
        for period in _hours_with_spot([pool for _, pool in members]):
            need = share_of(view, site[0]) * needs[period]
            claims = {pool.zone: 0.0 for _, pool in members}
            stay = dict(claims)
            for (_, pool), known in zip(members, kept, strict=True):
                spot, claim = pool.spot_replicas_by_period[period], pool.capacity_per_s_by_period[period]
                claims[pool.zone] += claim
                stay[pool.zone] += known.at(pool.replicas_by_period[period] - spot) if spot else claim
            cases = [stay] if vanishes == "all_of_a_type" else [{**claims, zone: stay[zone]} for zone in claims]
            for case in cases:
                left = sum(case.values())
                label = f"{site[0]} in {site[1]} without spot, {view.period_label(period)}"
                text = f"{label}: {left:.6g} of {need:.6g} requests/s"
                findings.append(Finding(label, need, left, left - need + ROUNDING * max(1.0, need), text))
    return judged("spot_may_vanish", findings)

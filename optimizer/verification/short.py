"""In which hours a fleet does not carry a demand other than the one it was planned for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from optimizer.domain.plan import Plan
from optimizer.verification.cases import cases_after
from optimizer.verification.view import ROUNDING, Site, View


def short_hours(plan: Plan, demand: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, set[int]]:
    """Return the periods in which a service is not carried as promised, by service; none where all is.

    In its hour a fleet stands as planned. It must carry the demand with its headroom, and what is protected after the
    loss of what the service survives; every origin with demand must be led somewhere.

    Parameters
    ----------
    demand
        As ``plan.inputs["demand"]`` has it.
    """
    view = View(plan.replace(inputs={**plan.inputs, "demand": demand}))
    found: dict[str, set[int]] = {name: set(_unserved(view, name)) for name in view.services}
    for site in view.sites:
        found[site[0]] |= set(_short(view, site))
    return found


def _short(view: View, site: Site) -> Iterator[int]:
    """Periods in which a service in a location claims less than what comes, or survives with less."""
    pools = view.sites[site]
    for period, need in enumerate(view.need(site)):
        if need * (1.0 - ROUNDING) > sum(pool.capacity_per_s_by_period[period] for _, pool in pools):
            yield period
    redundancy = view.services[site[0]]["redundancy"]
    if redundancy != "none":
        for case in cases_after(view, site, redundancy):
            if case.rate_per_s * (1.0 - ROUNDING) > case.claim_per_s:
                yield case.period


def _unserved(view: View, service: str) -> Iterator[int]:
    """Periods with demand of an origin that is led nowhere."""
    for origin in view.origins:
        for period in range(len(view.plan.periods)):
            routes = (route for route in view.plan.routing if (route.service, route.origin) == (service, origin))
            if view.peak(service, origin, period) > 0.0 and not sum(r.share_by_period[period] for r in routes) > 0.0:
                yield period

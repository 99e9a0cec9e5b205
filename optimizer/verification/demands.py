"""The same plan under every demand that money is counted for: rules hold under each of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import lru_cache

from optimizer.domain.plan import Check, Pool, Route
from optimizer.verification.view import View

Reading = Callable[[View], list[Check]]


@lru_cache(maxsize=4)
def views(view: View) -> dict[str, View]:
    """Return the plan as it runs under each demand, the one planned for first."""
    inputs = view.plan.inputs
    found = {inputs["plan_for"]: view}
    for name in inputs["cost_weights"]:
        if name not in found:
            found[name] = _at(view, name)
    return found


def _at(view: View, name: str) -> View:
    """The plan with the counts, rates and peaks of another demand in the places of the planned ones."""
    inputs = view.plan.inputs
    demand = {
        service: {origin: {**rates, "peak": rates["at_demand"][name]} for origin, rates in origins.items()}
        for service, origins in inputs["demand"].items()
    }
    pools = tuple(_pool_at(pool, name) for pool in view.plan.pools)
    routing = tuple(_route_at(view, route, pools) for route in view.plan.routing)
    plan = view.plan.replace(pools=pools, routing=routing, inputs={**inputs, "demand": demand, "plan_for": name})
    return View(plan, view.replays)


def _route_at(view: View, route: Route, pools: tuple[Pool, ...]) -> Route:
    """A route whose zones share what goes to their location in proportion to what they carry there and then."""
    mine = pools[route.pool]
    there = [
        (other, pools[other.pool])
        for other in view.plan.routing
        if (other.service, other.origin) == (route.service, route.origin)
        and pools[other.pool].location == mine.location
    ]
    shares = []
    for period, own in enumerate(mine.capacity_per_s_by_period):
        total = sum(pool.capacity_per_s_by_period[period] for _, pool in there)
        to_location = sum(other.share_by_period[period] for other, _ in there)
        shares.append((to_location or 1.0) * own / total if total > 0.0 else 0.0)
    return dataclasses.replace(route, share_by_period=tuple(shares))


def _pool_at(pool: Pool, name: str) -> Pool:
    other = pool.at_demand[name]
    full = pool.batch_size / pool.service_time.seconds[-1]
    rows = zip(other.arrival_rate_per_s_by_period, other.replicas_by_period, strict=True)
    return dataclasses.replace(
        pool,
        replicas_by_period=other.replicas_by_period,
        spot_replicas_by_period=other.spot_replicas_by_period,
        arrival_rate_per_s_by_period=other.arrival_rate_per_s_by_period,
        capacity_per_s_by_period=other.capacity_per_s_by_period,
        utilisation_by_period=tuple(rate / (count * full) if count else 0.0 for rate, count in rows),
    )


def at_every_demand(reading: Reading) -> Reading:
    """Return a reading that looks at every demand; what fails under another one says under which."""

    def every(view: View) -> list[Check]:
        checks = reading(view)
        for name, other in list(views(view).items())[1:]:
            for check in reading(other):
                if not check.holds:
                    subject = f"{check.subject}, demand {name}"
                    detail = check.detail.replace(check.subject, subject, 1)
                    told = detail if subject in detail else f"{detail}, demand {name}"
                    checks.append(dataclasses.replace(check, subject=subject, detail=told))
        failed = [check for check in checks if not check.holds]
        return failed or checks

    return every

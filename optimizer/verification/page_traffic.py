"""The traffic of pages: how many come, which services they pass and in which order, and what else comes there."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.verification.view import Unreadable, View


def page_rates(view: View, period: int) -> dict[tuple[str, str], tuple[float, dict[str, int]]]:
    """Pages/s with retries and releases, and requests to each stage, by pipeline and origin."""
    found = {}
    for asked in view.plan.inputs["pipelines"]:
        stages = {stage["service"]: int(stage["fan_out"]) for stage in asked["stages"]}
        for origin, rates in asked["demand"].items():
            if rates["peak"][period] > 0.0:
                found[asked["name"], origin] = float(rates["peak"][period]) * view.headroom_factor, stages
    return found


def in_order(view: View) -> list[str]:
    """Services so that every page passes them one after another.

    Raises
    ------
    Unreadable
        If two pages pass services in opposite orders.
    """
    chains = [[stage["service"] for stage in asked["stages"]] for asked in view.plan.inputs["pipelines"]]
    left = dict.fromkeys(service for chain in chains for service in chain)
    order: list[str] = []
    while left:
        rest = [[service for service in chain if service in left] for chain in chains]
        free = next((s for s in left if all(s not in chain[1:] for chain in rest)), None)
        if free is None:
            message = f"pages pass {', '.join(left)} in opposite orders"
            raise Unreadable(message)
        order.append(free)
        del left[free]
    return order


def routes(view: View, service: str, origin: str, period: int) -> list[tuple[int, float]]:
    """Pools that requests of an origin go to, with shares that sum to 1."""
    shares = [
        (r.pool, r.share_by_period[period]) for r in view.plan.routing if (r.service, r.origin) == (service, origin)
    ]
    used = [(index, share) for index, share in shares if share > 0.0]
    total = sum(share for _, share in used)
    if not total:
        message = f"requests to {service} from {origin} go nowhere"
        raise Unreadable(message)
    return [(index, share / total) for index, share in used]


def trip_s(view: View, origin: str, index: int) -> float:
    """Round trip at p99 between an origin and a pool."""
    factor = float(view.plan.inputs["network"]["rtt_p99_factor"])
    return view.trip_ms(origin, view.plan.pools[index].location) * factor / 1e3


def own_rates(view: View, service: str, period: int) -> Iterator[tuple[str, float]]:
    """Requests/s of a service that no page sends, by origin; retries and releases included."""
    for origin in view.origins:
        rate = view.peak(service, origin, period)
        for asked in view.plan.inputs["pipelines"]:
            pages = float(asked["demand"][origin]["peak"][period])
            rate -= sum(pages * stage["fan_out"] for stage in asked["stages"] if stage["service"] == service)
        if rate > 1e-9 * view.peak(service, origin, period):
            yield origin, rate * view.headroom_factor

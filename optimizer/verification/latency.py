"""Is the latency promise kept? Its arithmetic, and the hardest minutes of every kind of pool replayed."""

from __future__ import annotations

from optimizer.domain.plan import Check, Pool
from optimizer.verification.cases import AT_CLAIM, Case, cases_of
from optimizer.verification.replay import Replay
from optimizer.verification.view import Finding, View, fact, judged, other_percentile, pool_label

#: Of the replayed traffic. Planning draws from another generator, so no seed of it gives the same arrivals.
SEED = 77_000_017
#: Milliseconds that are the same.
EXACT_MS = 1e-6
#: A promised percentile is itself an estimate: it is broken when requests take this share longer.
PROMISE_SLACK = 0.10


def latency(view: View, seed: int = SEED) -> list[Check]:
    """Check network, overhead and promise of every pool, and replay its hardest minutes.

    A replay fails where significantly (99 %, one-sided) more requests than the percentile allows take longer than what
    network and overhead leave of the target; the same for the latency promised, give or take 10 %.

    Parameters
    ----------
    view
        A plan of sound structure.
    seed
        Of the replayed traffic.

    Returns
    -------
    list of Check
        The arithmetic, then the replay service by service: `limit` and `worst_value` are shares of late requests.
    """
    findings = [finding for index, pool in enumerate(view.plan.pools) for finding in _arithmetic(view, index, pool)]
    checks = judged("latency", [*findings, *_trips(view)])
    for service in view.services:
        if cases := cases_of(view, service):
            checks += judged("latency", _replayed(view, cases, seed))
    return checks


def _arithmetic(view: View, index: int, pool: Pool) -> list[Finding]:
    """Parts of the promise; network and so on are computed again, so that a wrong part cannot hide a late promise."""
    asked, label = view.services[pool.service], pool_label(pool)
    key = f"p{100.0 * asked['percentile']:g}_ms"
    if key not in pool.target:
        return [fact(label, False, f"{label}: {other_percentile(pool, asked['percentile'])}")]
    target, promised = pool.target[key], pool.promised[key]
    scatter = asked["batch_time_p99_over_mean"]
    least = view.network_ms(index) + asked["overhead_ms"] + pool.service_time.seconds[0] * 1e3
    most = float(asked["latency_ms"]) if pool.service in view.stages else float("inf")
    text = f"{label}: dispatch is {pool.dispatch}, asked was {asked['dispatch']}"
    wait = pool.max_wait_ms if asked["max_wait_ms"] is None or pool.batch_size == 1 else asked["max_wait_ms"]
    return [
        _equal(label, "network", view.network_ms(index), pool.network_ms),
        _equal(label, "overhead", asked["overhead_ms"], pool.overhead_ms),
        _equal(label, "target", view.held_to(index).milliseconds, target),
        _equal(label, "p99 over mean of a batch's time", scatter, pool.service_time.p99_over_mean),
        fact(label, pool.dispatch == asked["dispatch"], text),
        _equal(label, "wait of a batch", wait, pool.max_wait_ms),
        _at_most(f"{label}: is held to {target:g} ms, at most {most:g} are allowed", target, most),
        _at_most(f"{label}: promises {promised:.1f} of {target:g} ms", promised, target),
        _at_most(f"{label}: promises less than network, overhead and one request take", least, promised),
    ]


def _trips(view: View) -> list[Finding]:
    """Round trips of the routes are those of the inputs."""
    places = [view.plan.pools[route.pool].location for route in view.plan.routing]
    return [
        _equal(f"{route.origin} to {place}", "round trip", view.trip_ms(route.origin, place), route.rtt_ms)
        for route, place in zip(view.plan.routing, places, strict=True)
    ]


def _equal(label: str, what: str, right: float, found: float) -> Finding:
    """Equal up to rounding; where it holds it is never the tightest finding."""
    text = f"{label}: {what} is {right:.9g} ms (the plan says {found:.9g})"
    return fact(label, abs(right - found) <= EXACT_MS, text)


def _at_most(text: str, value: float, limit: float) -> Finding:
    return Finding(text, limit, value, limit - value + EXACT_MS, text)


def _replayed(view: View, cases: list[Case], seed: int) -> list[Finding]:
    """Judge the cases of a service; like pools at like rates are replayed once."""
    findings: list[Finding] = []
    for case in cases:
        known = case.model, seed
        if known not in view.replays:
            view.replays[known] = Replay(case.model, seed)
        findings += _judged(view, case, view.replays[known])
    return findings


def _judged(view: View, case: Case, replay: Replay) -> list[Finding]:
    """Compare with the target, and with the promise unless the rate is above what the promise is for."""
    asked, pool = view.services[case.pool.service], case.pool
    allowed = 1.0 - asked["percentile"]
    elsewhere_ms = asked["overhead_ms"] + view.network_ms(case.pool_index)
    late = replay.share_above((view.held_to(case.pool_index).milliseconds - elsewhere_ms) / 1e3, allowed)
    edge_ms = elsewhere_ms + 1e3 * replay.percentile_s(asked["percentile"])
    when = view.period_label(case.period)
    label = f"{pool_label(pool)}, {when}, {case.what}, {case.replicas} replicas at {case.rate_per_s:.1f} requests/s"
    text = f"{label}: {late.found:.2%} of replayed requests late, {allowed:.2%} allowed (percentile {edge_ms:.1f} ms)"
    findings = [Finding(label, allowed, late.found, allowed - late.at_least, text)]
    if case.what != AT_CLAIM:
        promised_ms = next(iter(pool.promised.values()))
        over = replay.share_above((promised_ms - elsewhere_ms) * (1.0 + PROMISE_SLACK) / 1e3, allowed)
        text = f"{label}: promises {promised_ms:.1f} ms (replayed {edge_ms:.1f} ms)"
        # judged by how many requests take longer, so there is no margin in milliseconds
        margin = float("inf") if over.at_least <= allowed else float("-inf")
        findings.append(Finding(label, promised_ms, edge_ms, margin, text))
    return findings

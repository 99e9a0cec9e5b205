"""Is the latency promise kept? Its arithmetic, and the hardest minutes of every kind of pool replayed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from optimizer.domain.plan import Check, Pool
from optimizer.verification.replay import Replayed, replay
from optimizer.verification.view import Finding, View, judged, pool_label

#: Requests of one replica in a replay; enough to tell 1 % late from 2 % with batches up to about 100.
REQUESTS = 24_000
SEED = 77_000_017
CASES_PER_KIND = 2
#: Milliseconds that are the same.
EXACT_MS = 1e-6


@dataclass(frozen=True, slots=True)
class Case:
    """A pool at one count and rate."""

    pool: Pool
    replicas: int
    rate_per_s: float
    after_loss: bool

    @property
    def strain(self) -> float:
        """Rate over the rate of full batches."""
        return self.rate_per_s * self.pool.service_time.seconds[-1] / (self.replicas * self.pool.batch_size)


def latency(view: View) -> list[Check]:
    """Check network, overhead and promise of every pool, and replay its hardest minutes."""
    findings = [finding for index, pool in enumerate(view.plan.pools) for finding in _arithmetic(view, index, pool)]
    findings += [_replayed(view, case) for case in hardest_cases(view)]
    return judged("latency", findings)


def _arithmetic(view: View, index: int, pool: Pool) -> list[Finding]:
    asked, label = view.services[pool.service], pool_label(pool)
    key = f"p{round(asked['percentile'] * 100)}_ms"
    trips = [view.origins[route.origin]["rtt_ms"].get(pool.location) for route in view.routes_to(index)]
    if any(trip is None for trip in trips):
        return [Finding(label, 0.0, 1.0, -1.0, f"{label}: no round trip is known for one of its origins")]
    network = max((float(trip) for trip in trips), default=0.0) * view.plan.inputs["network"]["rtt_p99_factor"]
    target, promised = pool.target.get(key, float("nan")), pool.promised.get(key, float("nan"))
    least = pool.network_ms + pool.overhead_ms + pool.service_time.seconds[0] * 1e3
    return [
        _equal(label, "network", network, pool.network_ms),
        _equal(label, "overhead", asked["overhead_ms"], pool.overhead_ms),
        _equal(label, "target", asked["latency_ms"], target),
        _at_most(f"{label}: promises {promised:.1f} of {target:g} ms", promised, target),
        _at_most(f"{label}: promises less than network, overhead and one request take", least, promised),
    ]


def _equal(label: str, what: str, right: float, found: float) -> Finding:
    """Equal up to rounding; where it holds it is never the tightest finding."""
    margin = -1.0 if not abs(right - found) <= EXACT_MS else float("inf")
    return Finding(label, right, found, margin, f"{label}: {what} is {right:g} ms (the plan says {found:g})")


def _at_most(text: str, value: float, limit: float) -> Finding:
    return Finding(text, limit, value, limit - value + EXACT_MS, text)


def hardest_cases(view: View) -> list[Case]:
    """Return, for each kind of pool, the cases with the least room: as planned, or after a zone is lost."""
    kinds: dict[tuple[object, ...], dict[tuple[int, float], Case]] = defaultdict(dict)
    for pool in view.plan.pools:
        kind = (pool.service, pool.location, pool.instance_type, pool.profile, pool.batch_size, pool.dispatch)
        for case in _cases_of(view, pool):
            kinds[kind].setdefault((case.replicas, round(case.rate_per_s, 3)), case)
    found = []
    for cases in kinds.values():
        ordered = sorted(cases.values(), key=lambda case: (-_fullness(case), -case.strain))
        found += ordered[:CASES_PER_KIND]
    return found


def _fullness(case: Case) -> float:
    """Rate over what the pool says it can carry at that count."""
    for replicas, can in zip(case.pool.replicas_by_period, case.pool.capacity_per_s_by_period, strict=True):
        if replicas == case.replicas and can > 0.0:
            return round(case.rate_per_s / can, 6)
    return float("inf")


def _cases_of(view: View, pool: Pool) -> list[Case]:
    protected = view.services[pool.service]["redundancy"] == "zone"
    siblings = [p for p in view.plan.pools if (p.service, p.location) == (pool.service, pool.location) and p != pool]
    cases = []
    for period, replicas in enumerate(pool.replicas_by_period):
        rate = pool.arrival_rate_per_s_by_period[period]
        if replicas == 0 or rate <= 0.0:
            continue
        if protected and siblings:
            lost = max(siblings, key=lambda p: p.capacity_per_s_by_period[period])
            left = [p for p in (*siblings, pool) if p is not lost]
            arriving = sum(p.arrival_rate_per_s_by_period[period] for p in (*siblings, pool))
            able = sum(p.capacity_per_s_by_period[period] for p in left)
            rate = max(rate, arriving * pool.capacity_per_s_by_period[period] / able if able > 0.0 else rate)
        cases.append(Case(pool, replicas, rate, protected))
    return cases


def run_case(view: View, case: Case) -> Replayed:
    """Replay one case with a seed that planning does not use."""
    pool, asked = case.pool, view.services[case.pool.service]
    target_s = (asked["latency_ms"] - pool.overhead_ms - pool.network_ms) / 1e3
    return replay(
        replicas=case.replicas,
        rate_per_s=case.rate_per_s,
        batch_size=pool.batch_size,
        max_wait_s=pool.max_wait_ms / 1e3,
        seconds=list(pool.service_time.seconds),
        dispatch=pool.dispatch,
        target_s=target_s,
        percentile=asked["percentile"],
        requests=REQUESTS * (case.replicas if pool.dispatch == "shared" and case.replicas < 8 else 1),
        seed=SEED + int(view.plan.created_with.get("seed", 0)),
    )


def _replayed(view: View, case: Case) -> Finding:
    seen, allowed = run_case(view, case), 1.0 - view.services[case.pool.service]["percentile"]
    situation = " with a zone lost" if case.after_loss else ""
    label = f"{pool_label(case.pool)}, {case.replicas} replicas at {case.rate_per_s:.1f} requests/s{situation}"
    edge_ms = seen.percentile_s * 1e3 + case.pool.network_ms + case.pool.overhead_ms
    text = (
        f"{label}: {seen.late_share:.2%} of replayed requests late, {allowed:.2%} allowed (percentile {edge_ms:.1f} ms)"
    )
    return Finding(label, allowed, seen.late_share, allowed - seen.late_share_low, text)

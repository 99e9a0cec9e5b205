"""Is the target of every page kept by what its stages may take? The arithmetic, read again from pools and routes."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.domain.plan import Check, PagePromise
from optimizer.verification.view import ROUNDING, Finding, Row, View, judged

#: Milliseconds that are the same.
EXACT_MS = 1e-6


def pipelines(view: View) -> list[Check]:
    """Check every page from every origin: its stages, what they may take, their percentile, and what it brings.

    A stage may take as long as the slowest pool that its requests can go to, standby included, is held to. Budgets of
    stages add up safely only at percentiles whose misses add up to those of the page: with J stages and a fan-out of f
    each request may miss with (1 - P) / (J f). Nothing is told of a plan without pages.
    """
    findings: list[Finding] = []
    for asked in view.plan.inputs["pipelines"]:
        for origin, rates in asked["demand"].items():
            told = [row for row in view.plan.pipelines if (row.name, row.origin) == (asked["name"], origin)]
            label = f"{asked['name']} from {origin}"
            wanted = 1 if max(rates["peak"], default=0.0) > 0.0 else len(told)
            findings.append(_true(label, len(told) == wanted and wanted <= 1, f"{label}: stands {len(told)} times"))
            for row in told[:1]:
                findings += _page(view, asked, row, label)
        findings += _brought(view, asked)
    return judged("pipelines", findings) if findings else []


def _page(view: View, asked: Row, row: PagePromise, label: str) -> Iterator[Finding]:
    target, names = float(asked["latency_ms"]), [stage["service"] for stage in asked["stages"]]
    yield _true(label, abs(row.target_p99_ms - target) <= EXACT_MS, f"{label}: target is {target:g} ms")
    total = promised = 0.0
    for stage in asked["stages"]:
        allowed_s, longest, promise = view.stage_percentile(asked, stage), 0.0, 0.0
        pools = view.pools_reached(stage["service"], row.origin)
        yield _true(label, bool(pools), f"{label}: {stage['service']} has no pool for it")
        for index in pools:
            pool = view.plan.pools[index]
            trip = view.trip_ms(row.origin, pool.location) * view.plan.inputs["network"]["rtt_p99_factor"]
            held = view.held_to(index)
            reached = held.milliseconds - view.network_ms(index) + trip
            longest = max(longest, reached)
            promise = max(promise, next(iter(pool.promised.values())) - view.network_ms(index) + trip)
            text = f"{label}: {stage['service']} in {pool.location} keeps its budget for {held.percentile:.6g} only"
            yield _true(label, held.percentile >= allowed_s - ROUNDING, f"{text}, {allowed_s:.6g} are needed")
            said = [
                part.budget_ms for part in row.stages if (part.service, part.location) == (pool.service, pool.location)
            ]
            text = f"{label}: {stage['service']} in {pool.location} may take {reached:.3f} ms (the plan says {said})"
            yield _true(label, len(said) == 1 and abs(said[0] - reached) <= 1e-3, text)
        total, promised = total + longest, promised + promise
    yield _true(label, {part.service for part in row.stages} == set(names), f"{label}: its stages are {names}")
    text = f"{label}: its stages may take {total:.3f} of {target:g} ms"
    yield Finding(label, target, total, target - total + EXACT_MS, text)
    text = f"{label}: its stages promise {promised:.3f} ms (the plan says {row.promised_p99_ms:.3f})"
    yield _true(label, abs(promised - row.promised_p99_ms) <= 1e-3, text)


def _brought(view: View, asked: Row) -> Iterator[Finding]:
    """Services are asked for at least what pages bring."""
    for stage in asked["stages"]:
        for origin, rates in asked["demand"].items():
            for kind in ("mean", "peak"):
                own = view.plan.inputs["demand"][stage["service"]][origin][kind]
                for period, (pages, requests) in enumerate(zip(rates[kind], own, strict=True)):
                    need = pages * stage["fan_out"]
                    label = f"{stage['service']} from {origin}, {view.period_label(period)}"
                    text = f"{label}: {asked['name']} brings {need:.6g} requests/s, {requests:.6g} are planned for"
                    margin = requests - need + ROUNDING * max(1.0, need)
                    yield Finding(label, need, requests, margin if margin < 0.0 else float("inf"), text)


def _true(subject: str, holds: bool, text: str) -> Finding:
    return Finding(subject, 0.0, 0.0, float("inf") if holds else -1.0, text)

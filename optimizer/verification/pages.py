"""Is the target of every page kept by what its stages may take? The arithmetic, read again from pools and routes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from optimizer.domain.plan import Check, PagePromise, StageBudget
from optimizer.verification.view import ROUNDING, Finding, Row, View, fact, judged

#: Milliseconds that are the same.
EXACT_MS = 1e-6


def pipelines(view: View) -> list[Check]:
    """Check every page from every origin: its stages, what they may take, their percentile, and what it brings.

    A stage may take as long as the slowest pool that its requests can go to, standby included, is held to. Budgets of
    stages add up safely only at percentiles whose misses add up to those of the page: with J stages and a fan-out of f
    each request may miss with (1 - P) / (J f). Every figure that the plan gives of a page is worked out again from
    inputs and pools. Nothing is told of a plan without pages.
    """
    findings: list[Finding] = []
    for asked in view.plan.inputs["pipelines"]:
        for origin, rates in asked["demand"].items():
            told = [row for row in view.plan.pipelines if (row.name, row.origin) == (asked["name"], origin)]
            label = f"{asked['name']} from {origin}"
            wanted = 1 if max(rates["peak"], default=0.0) > 0.0 else len(told)
            text = f"{label}: is in the plan {len(told)} times, must be once"
            findings.append(fact(label, len(told) == wanted and wanted <= 1, text))
            for row in told[:1]:
                findings += dict.fromkeys(_page(view, asked, row, label))
        findings += _brought(view, asked)
    return judged("pipelines", findings) if findings else []


@dataclass(frozen=True, slots=True)
class _Reached:
    """What a stage takes at a pool, seen at the origin, ms."""

    location: str
    network_ms: float
    budget_ms: float
    promised_ms: float


def _page(view: View, asked: Row, row: PagePromise, label: str) -> Iterator[Finding]:
    """A page of the plan against what was asked and the pools that its requests go to."""
    target = float(asked["latency_ms"])
    yield _same(label, "target", target, row.target_p99_ms)
    yield from _in_order(asked, row, label)
    total = promised = 0.0
    for stage in asked["stages"]:
        reached, name = list(_pools_reached(view, stage["service"], row.origin)), stage["service"]
        yield fact(label, bool(reached), f"{label}: {name} has no pool for it")
        yield from _strict_enough(view, asked, stage, row.origin, label)
        own = [part for part in row.stages if part.service == name]
        there = sorted({pool.location for pool in reached})
        text = f"{label}: {name} goes to {_listed(there)} (the plan says {_listed(part.location for part in own)})"
        yield fact(label, not own or sorted(part.location for part in own) == there, text)
        for part in own:
            yield from _stage(view, asked, stage, part, label)
            for pool in reached:
                if pool.location == part.location:
                    yield from _at_pool(pool, part, label)
        total += max((pool.budget_ms for pool in reached), default=0.0)
        promised += max((pool.promised_ms for pool in reached), default=0.0)
    text = f"{label}: its stages may take {total:.3f} of {target:g} ms"
    yield Finding(label, target, total, target - total + EXACT_MS, text)
    yield _same(label, "promise, the sum of its stages,", promised, row.promised_p99_ms)


def _pools_reached(view: View, service: str, origin: str) -> Iterator[_Reached]:
    """Yield what each pool that requests of an origin go to is held to and promises, with that origin's round trip."""
    for index in view.pools_reached(service, origin):
        pool = view.plan.pools[index]
        trip = view.trip_ms(origin, pool.location) * view.plan.inputs["network"]["rtt_p99_factor"]
        apart = trip - view.network_ms(index)
        promise = next(iter(pool.promised.values()))
        yield _Reached(pool.location, trip, view.held_to(index).milliseconds + apart, promise + apart)


def _strict_enough(view: View, asked: Row, stage: Row, origin: str, label: str) -> Iterator[Finding]:
    """Pools of a stage keep their budgets for as many requests as the page needs."""
    needed = view.stage_percentile(asked, stage)
    for index in view.pools_reached(stage["service"], origin):
        kept = view.held_to(index).percentile
        where = f"{stage['service']} in {view.plan.pools[index].location}"
        text = f"{label}: {where} keeps its time for {_share(kept)} of requests only, {_share(needed)} are needed"
        yield fact(label, kept >= needed - ROUNDING, text)


def _in_order(asked: Row, row: PagePromise, label: str) -> Iterator[Finding]:
    """Stages stand in the order in which pages pass them; one with several locations has its rows side by side."""
    names = [stage["service"] for stage in asked["stages"]]
    found = [name for name, _ in groupby(part.service for part in row.stages)]
    yield fact(label, found == names, f"{label}: passes {_listed(names)} in turn (the plan says {_listed(found)})")


def _stage(view: View, asked: Row, stage: Row, part: StageBudget, label: str) -> Iterator[Finding]:
    """What the plan repeats of a stage's own inputs, and its percentile."""
    name, needed = stage["service"], view.stage_percentile(asked, stage)
    text = f"{label}: fan-out of {name} is {stage['fan_out']} (the plan says {part.fan_out})"
    yield fact(label, part.fan_out == stage["fan_out"], text)
    text = f"{label}: {name} must be in time for {_share(needed)} of requests (the plan says {_share(part.percentile)})"
    yield fact(label, abs(part.percentile - needed) <= ROUNDING, text)
    yield _same(label, f"overhead of {name}", view.services[name]["overhead_ms"], part.overhead_ms)


def _at_pool(pool: _Reached, part: StageBudget, label: str) -> Iterator[Finding]:
    """What a stage takes in a location, as its pools there say."""
    where = f"{part.service} in {part.location}"
    yield _same(label, f"round trip to {where}", pool.network_ms, part.network_ms)
    yield _same(label, f"time that {where} may take", pool.budget_ms, part.budget_ms)
    yield _same(label, f"promise of {where}", pool.promised_ms, part.promised_ms)


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


def _same(label: str, what: str, right_ms: float, found_ms: float) -> Finding:
    text = f"{label}: {what} is {right_ms:.9g} ms (the plan says {found_ms:.9g})"
    return fact(label, abs(right_ms - found_ms) <= EXACT_MS, text)


def _share(value: float) -> str:
    return f"{100.0 * value:.9g} %"


def _listed(names: Iterator[str] | list[str]) -> str:
    return ", ".join(names) or "nothing"

"""Why a service runs in a location as it does: on that type, at that batch size, with that many replicas."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.explained import Verdict
from optimizer.domain.limits import Pin
from optimizer.domain.plan import Plan, Pool
from optimizer.planning.explain_reach import why_out_of_reach
from optimizer.planning.explain_seen import Seen, most_at_once, spaced


def on_pool(seen: Seen, name: str) -> list[Verdict]:
    """Return the verdicts on ``service@provider/region``: all replicas of a service in a location, over its zones."""
    service, place = name.split("@", maxsplit=1)
    here = [pool for pool in seen.plan.pools if (pool.service, pool.location) == (service, place)]
    if not here:
        return [_if_it_stood_there(seen, service, place)]
    kinds = dict.fromkeys((pool.provider, pool.instance_type) for pool in here)
    verdicts = [
        _next_best(seen, service, place, [pool for pool in here if (pool.provider, pool.instance_type) == key])
        for key in kinds
    ]
    if len(kinds) > 1:  # Two configurations share the location: a pin on one would forbid the other.
        return verdicts
    return [*verdicts, _other_batch(seen, here), *_at_once(seen, here), _one_fewer(seen, here)]


def _if_it_stood_there(seen: Seen, service: str, place: str) -> Verdict:
    """Verdict on a pool that the cheapest plan does not have, from the best plan that has it."""
    known = dict.fromkeys(f"{pool.service}@{pool.location}" for pool in seen.plan.pools)
    label = spaced(place)
    found = seen.try_pin(Pin(service, place, None, None, None, 1, None), f"{service} in {label}")
    verdict = seen.with_it(label, "", found, service)
    detail = f"the plan has no such pool; it has {', '.join(known)}"
    return replace(verdict, detail=f"{verdict.detail}; {detail}" if verdict.detail else detail)


def _next_best(seen: Seen, service: str, place: str, pools: list[Pool]) -> Verdict:
    """Verdict on the type of a pool, from the best plan that keeps the service there on another."""
    key = pools[0].provider, pools[0].instance_type
    best: Plan | None = None
    refusal, kept = "no other type can carry a request in time there", ""
    for kind in _types_in_reach(seen, service, place):
        if kind == key[1]:
            continue
        pin = Pin(service, place, kind, None, None, 1, None)
        found = seen.try_pin(pin, f"{service} on {kind} in {spaced(place)}")
        if isinstance(found, str):
            refusal = found
        elif best is None or found.objective.total < best.objective.total:
            best, kept = found, kind
    verdict = seen.without(" ".join(key), _running(pools), refusal if best is None else best, service)
    return replace(verdict, change="on the next best", detail=f"next best here: {kept}") if best else verdict


def _other_batch(seen: Seen, pools: list[Pool]) -> Verdict:
    """Verdict on the batch size, from the best plans with half of it and with twice as much."""
    pool = pools[0]
    tried: list[tuple[int, Plan]] = []
    refusal = ""
    for size in sorted({max(1, pool.batch_size // 2), pool.batch_size * 2} - {pool.batch_size}):
        pin = Pin(pool.service, pool.location, pool.instance_type, None, size, 1, None)
        found = seen.try_pin(pin, f"{pool.service} at batch size {size}")
        if isinstance(found, str):
            refusal = found
        else:
            tried.append((size, found))
    label = f"batch size {pool.batch_size}"
    if not tried:
        return seen.without(label, "", f"neither half nor twice as much: {refusal}", pool.service)
    size, found = min(tried, key=lambda each: each[1].objective.total)
    return replace(seen.without(label, "", found, pool.service), change=f"at batch size {size}")


def _at_once(seen: Seen, pools: list[Pool]) -> list[Verdict]:
    """Verdict on the wait of batches, where they have one, from the best plan in which the service's start at once.

    A wait that the scenario fixes is no choice of the plan's: starting at once may cost less.
    """
    pool = pools[0]
    if not pool.max_wait_ms:
        return []
    asked = next(service for service in seen.scenario.services if service.name == pool.service)
    services = tuple(replace(each, max_wait_s=0.0) if each is asked else each for each in seen.scenario.services)
    found = seen.try_plan(replace(seen.scenario, services=services), f"{pool.service} without waits")
    if asked.max_wait_s is not None:
        verdict = seen.with_it("batches start at once", "", found, pool.service)
        fixed = f"services.{pool.service}.max_wait_ms {pool.max_wait_ms:g} keeps them waiting"
        return [replace(verdict, change="with it", detail="; ".join(filter(None, (fixed, verdict.detail))))]
    verdict = seen.without(f"wait of {pool.max_wait_ms:g} ms", "", found, pool.service)
    return [replace(verdict, change="without waiting") if isinstance(found, Plan) else verdict]


def _one_fewer(seen: Seen, pools: list[Pool]) -> Verdict:
    """Verdict on the number of instances, from the best plan in which the same configuration has one fewer at most."""
    pool, most = pools[0], most_at_once(pools)
    pin = Pin(pool.service, pool.location, pool.instance_type, pool.profile, pool.batch_size, 1, most - 1)
    label = f"{most} replicas at most"
    if most == 1:
        return seen.without(label, "", "one replica is the least that serves anything", pool.service)
    found = seen.try_pin(pin, f"{pool.service} with {most - 1} at most")
    verdict = seen.without(label, _fullest(seen, pools), found, pool.service)
    return replace(verdict, change="with one fewer") if isinstance(found, Plan) else verdict


def _fullest(seen: Seen, pools: list[Pool]) -> str:
    """Say when most replicas run, and what they are asked to carry of what they may."""
    counts = [sum(column) for column in zip(*(pool.replicas_by_period for pool in pools), strict=True)]
    rates = [sum(column) for column in zip(*(pool.arrival_rate_per_s_by_period for pool in pools), strict=True)]
    carried = [sum(column) for column in zip(*(pool.capacity_per_s_by_period for pool in pools), strict=True)]
    at = max(range(len(counts)), key=lambda period: (counts[period], rates[period]))
    period = seen.plan.periods[at]
    return (
        f"{period.day_type} {period.hour:02d} h: {rates[at]:,.0f} requests/s arrive, {carried[at]:,.0f} can be carried"
    )


def _types_in_reach(seen: Seen, service: str, place: str) -> list[str]:
    context = seen.context()
    index = [each.name for each in seen.scenario.services].index(service)
    usable = seen.survey(index).usable.get((service, place), ())
    names = dict.fromkeys(candidate.instance.name for candidate, _ in usable)
    asked = seen.scenario.services[index]
    return [
        name
        for name in names
        if why_out_of_reach(context, asked, place, [each for each in usable if each[0].instance.name == name]) is None
    ]


def _running(pools: list[Pool]) -> str:
    zones = ", ".join(dict.fromkeys(pool.zone for pool in pools if pool.zone))
    place = spaced(pools[0].location)
    return f"{place}{f' ({zones})' if zones else ''}: up to {most_at_once(pools)} replicas"

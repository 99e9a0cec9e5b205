"""Is the document whole? Lengths, signs, whole numbers, indices and names, before any rule reads it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from optimizer.domain.plan import CATEGORIES, PLAN_FORMAT, Check, Plan
from optimizer.verification.view import View, stated


def structure(view: View) -> list[Check]:
    """Check that every figure is finite, every list as long as the periods, every reference leads somewhere."""
    plan = view.plan
    faults = [] if plan.format == PLAN_FORMAT else [f"format is {plan.format!r}, not {PLAN_FORMAT!r}"]
    faults += [*_pools(view), *_routes(view), *_fleet(plan), *_money(plan)]
    return stated("structure", faults, "the plan document")


def _numbers(name: str, values: Sequence[float], periods: int, *, whole: bool = False) -> Iterator[str]:
    if len(values) != periods:
        yield f"{name}: {len(values)} values for {periods} periods"
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            yield f"{name}: not a number of 0 or more (found {value!r})"
            return
        if whole and int(value) != value:
            yield f"{name}: not a whole number (found {value!r})"
            return


def _pools(view: View) -> Iterator[str]:
    periods = len(view.plan.periods)
    for number, pool in enumerate(view.plan.pools):
        name = f"pools[{number}]"
        yield from _numbers(f"{name}.replicas_by_period", pool.replicas_by_period, periods, whole=True)
        yield from _numbers(f"{name}.arrival_rate_per_s_by_period", pool.arrival_rate_per_s_by_period, periods)
        yield from _numbers(f"{name}.capacity_per_s_by_period", pool.capacity_per_s_by_period, periods)
        yield from _numbers(f"{name}.utilisation_by_period", pool.utilisation_by_period, periods)
        if pool.service not in view.services:
            yield f"{name}: unknown service {pool.service!r}"
        if (pool.provider, pool.instance_type) not in view.types:
            yield f"{name}: unknown instance type {pool.instance_type!r}"
            continue
        if (
            pool.profile,
            view.type_of(pool)["accelerator"],
            pool.accelerators_per_replica,
        ) not in view.curves:
            yield f"{name}: no curve for {pool.profile} on {view.type_of(pool)['accelerator']}"
        if len(pool.service_time.batch) != pool.batch_size or len(pool.service_time.seconds) != pool.batch_size:
            yield f"{name}: service times for {len(pool.service_time.seconds)} batches, batch size {pool.batch_size}"


def _routes(view: View) -> Iterator[str]:
    for number, route in enumerate(view.plan.routing):
        yield from _numbers(f"routing[{number}].share_by_period", route.share_by_period, len(view.plan.periods))
        if not 0 <= route.pool < len(view.plan.pools):
            yield f"routing[{number}]: no pool {route.pool}"
        elif view.plan.pools[route.pool].service != route.service:
            yield f"routing[{number}]: pool {route.pool} serves another service"
        if route.origin not in view.origins:
            yield f"routing[{number}]: unknown origin {route.origin!r}"


def _fleet(plan: Plan) -> Iterator[str]:
    for number, row in enumerate(plan.fleet):
        yield from _numbers(f"fleet[{number}].count_by_period", row.count_by_period, len(plan.periods), whole=True)
        yield from _numbers(f"fleet[{number}].price_per_hour", [row.price_per_hour], 1)


def _money(plan: Plan) -> Iterator[str]:
    for number, line in enumerate(plan.cost.lines):
        yield from _numbers(f"cost.lines[{number}]", [line.quantity, line.unit_price, line.amount], 3)
        if line.category not in CATEGORIES:
            yield f"cost.lines[{number}]: unknown category {line.category!r}"
        if not line.as_of or not line.source:
            yield f"cost.lines[{number}]: no date or no source"
    values = [plan.objective.total, plan.objective.fixed, plan.objective.lower_bound, plan.cost.total]
    yield from _numbers("objective", values, 4)

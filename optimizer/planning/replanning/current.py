"""From a plan in force to what a re-plan starts from: what runs, and what it was asked to carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from optimizer.domain.plan import Plan, Pool, PoolAtDemand
from optimizer.domain.running import Counts, RunningPool
from optimizer.domain.scenario import Demand, Pipeline, Scenario, Service, Stage
from optimizer.units import seconds


def running_of(plan: Plan, scenario: Scenario) -> tuple[RunningPool, ...]:
    """Return what the plan runs for the services of a scenario, in its periods.

    A period that the plan does not know (another day type) has the most of any period.
    """
    known = {(period.day_type, period.hour): number for number, period in enumerate(plan.periods)}
    places = [known.get((period.day_type, period.hour)) for period in scenario.periods]
    holds = {(row["provider"], row["name"]): int(row["accelerator_count"]) for row in plan.inputs["instance_types"]}
    return tuple(
        RunningPool(
            service=pool.service,
            location=pool.location,
            zone=pool.zone,
            instance_type=pool.instance_type,
            profile=pool.profile,
            accelerators_per_replica=pool.accelerators_per_replica,
            batch_size=pool.batch_size,
            max_wait_s=seconds(pool.max_wait_ms),
            counts=_counts(pool, places, _per_instance(pool, holds)),
            at_demand={
                name: _counts(other, places, _per_instance(pool, holds)) for name, other in pool.at_demand.items()
            },
        )
        for pool in plan.pools
        if pool.service in {service.name for service in scenario.services}
    )


def _per_instance(pool: Pool, holds: dict[tuple[str, str], int]) -> int:
    return max(1, holds[pool.provider, pool.instance_type] // pool.accelerators_per_replica)


def _counts(pool: Pool | PoolAtDemand, places: list[int | None], per_instance: int) -> Counts:
    series = []
    for replicas in (pool.replicas_by_period, pool.spot_replicas_by_period):
        instances = [-(-count // per_instance) for count in replicas] or [0] * len(pool.replicas_by_period)
        series.append(tuple(max(instances) if place is None else instances[place] for place in places))
    return series[0], series[1]


def services_in_force(plan: Plan, scenario: Scenario) -> tuple[Service, ...] | None:
    """Return the services as the plan carries them: its demand, its targets, what it survives.

    None where hours, origins, services or demands are others, so that the two cannot stand beside each other.
    """
    hours = [(period.day_type, period.hour) for period in plan.periods]
    if hours != [(period.day_type, period.hour) for period in scenario.periods]:
        return None
    services = []
    for service in scenario.services:
        demand = _demand(plan, scenario, service)
        if demand is None:
            return None
        services.append(_as_asked(plan, service, demand))
    return tuple(services)


def asked_in_force(plan: Plan, scenario: Scenario) -> Scenario | None:
    """Return the scenario with services and pages as the plan carries them; None as of `services_in_force`."""
    services, asked = services_in_force(plan, scenario), {row["name"]: row for row in plan.inputs["pipelines"]}
    if services is None or any(pipeline.name not in asked for pipeline in scenario.pipelines):
        return None
    return replace(
        scenario,
        services=services,
        pipelines=tuple(_page(asked[pipeline.name], scenario, pipeline) for pipeline in scenario.pipelines),
    )


def _page(asked: dict[str, Any], scenario: Scenario, pipeline: Pipeline) -> Pipeline:
    """A page with what the plan in force was asked to promise, for as many pages as it was made for."""
    rows = [asked["demand"][origin.name] for origin in scenario.origins]
    mean, peak = (np.array([row[kind] for row in rows]) for kind in ("mean", "peak"))
    for array in (mean, peak):
        array.setflags(write=False)
    stages = tuple(Stage(str(stage["service"]), int(stage["fan_out"])) for stage in asked["stages"])
    target_s, share = seconds(float(asked["latency_ms"])), float(asked["percentile"])
    demand = Demand(mean, peak, {scenario.plan_for: peak}, "the plan in force")
    return Pipeline(pipeline.name, target_s, share, stages, demand)


def _demand(plan: Plan, scenario: Scenario, service: Service) -> Demand | None:
    rates = plan.inputs["demand"].get(service.name, {})
    if any(origin.name not in rates for origin in scenario.origins):
        return None
    rows = [rates[origin.name] for origin in scenario.origins]
    names = [name for name in scenario.weights if name != plan.inputs["plan_for"]]
    if plan.inputs["plan_for"] != scenario.plan_for or any(
        name not in row["at_demand"] for name in names for row in rows
    ):
        return None
    peak = np.array([row["peak"] for row in rows])
    others = {name: np.array([row["at_demand"][name] for row in rows]) for name in names}
    mean = np.array([row["mean"] for row in rows])
    for array in (peak, mean, *others.values()):
        array.setflags(write=False)
    return Demand(mean, peak, {scenario.plan_for: peak, **others}, "the plan in force")


def _as_asked(plan: Plan, service: Service, demand: Demand) -> Service:
    """A service with what the plan in force was asked to promise."""
    asked = next(row for row in plan.inputs["services"] if row["name"] == service.name)
    return replace(
        service,
        demand=demand,
        profiles=tuple(asked["profiles"]),
        items_per_request=int(asked["items_per_request"]),
        latency_s=seconds(asked["latency_ms"]),
        percentile=float(asked["percentile"]),
        overhead_s=seconds(asked["overhead_ms"]),
        redundancy=asked["redundancy"],
        dispatch=asked["dispatch"],
        max_wait_s=None if asked["max_wait_ms"] is None else seconds(asked["max_wait_ms"]),
        protected_share=float(asked["protected_share"]),
        min_replicas=int(asked["min_replicas"]),
        max_replicas=asked["max_replicas"],
    )


def largest_change(before: tuple[Service, ...] | None, after: tuple[Service, ...]) -> float | None:
    """Return the largest change of a service's demand from an origin, as a share: of its peaks or its volume.

    None where the two cannot be compared.
    """
    if before is None:
        return None
    return max((change for pair in zip(before, after, strict=True) for change in _changes(*pair)), default=0.0)


def _changes(before: Service, after: Service) -> Iterator[float]:
    for name in ("peak_per_s", "mean_per_s"):
        old, new = getattr(before.demand, name), getattr(after.demand, name)
        for row in range(old.shape[0]):
            for mine, theirs in (
                (old[row].max(initial=0.0), new[row].max(initial=0.0)),
                (old[row].sum(), new[row].sum()),
            ):
                if mine != theirs:
                    yield abs(theirs - mine) / mine if mine > 0.0 else float("inf")

"""Blocks: a service, in a location, for a set of its origins, in its cheapest configuration.

A block's staffing is known before anything is solved: how many instances it needs in each period is a look-up in a
capacity table, so the model that follows only chooses blocks (architecture: precomputed staffing).

Capacity tables cost simulation time, so they are made only where they can matter: each configuration first gets a
lower bound of its cost from a capacity it can never exceed, and configurations are simulated in the order of that bound
until no bound lies below the best cost found. The result is the same as simulating all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats, Redundancy
from optimizer.formulation.candidates import Candidate
from optimizer.formulation.context import Context
from optimizer.formulation.rules.zone_loss import best_layouts
from optimizer.performance import OperatingPoint, batch_grid, optimistic_capacity

Counts = NDArray[np.int64]
#: A block larger than this in one location is not considered; the plan space says so.
MAX_INSTANCES = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Configuration:
    """A candidate with a batch size and a latency budget: everything but how many."""

    candidate: Candidate
    zones: tuple[str, ...]
    point: OperatingPoint
    hourly_cost: float

    @property
    def batch_size(self) -> int:
        """Largest batch, requests."""
        return len(self.point.service_s)

    @property
    def optimistic_instance_rate_per_s(self) -> float:
        """What an instance can never exceed, requests/s; 0 where one request alone misses the target."""
        replicas = self.candidate.replicas_per_instance
        return float(optimistic_capacity(self.point, replicas)[replicas])


@dataclass(frozen=True, slots=True, eq=False)
class Staffing:
    """Instances of a block by period and zone, shape (periods, zones), and the capacity of 0..x instances in a zone."""

    instances: Counts
    zone_capacity_per_s: Floats
    unprotected_instances: Counts
    needed_instances: Counts


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One way to serve a set of origins of a service in a location.

    `cost` is what it adds to the bill over the horizon (tiered transfer apart), `need_per_s` what it must carry, shape
    (periods,).
    """

    service: int
    location: str
    origins: tuple[int, ...]
    configuration: Configuration
    staffing: Staffing
    network_s: float
    need_per_s: Floats
    instance_cost: float
    flow_cost: float

    @property
    def cost(self) -> float:
        """Instances, and everything by volume but tiered transfer."""
        return self.instance_cost + self.flow_cost


@dataclass(slots=True)
class TypeVerdict:
    """Best that an instance type could do for a group: least cost (a bound, or exact) and whether it was simulated."""

    least_cost: float = float("inf")
    simulated: bool = False


@dataclass(slots=True)
class GroupResult:
    """Cheapest block of a group, None where nothing fits, and what each instance type could have done."""

    block: Block | None
    verdicts: dict[tuple[str, str], TypeVerdict] = field(default_factory=dict)


def configurations_of(
    context: Context, candidates: Sequence[tuple[Candidate, tuple[str, ...], float]], target_s: float
) -> list[Configuration]:
    """Return every configuration of the candidates that one request alone can meet the target with.

    Parameters
    ----------
    candidates
        Each with its zones and the margin on its service times.
    target_s
        What queueing and service may take, seconds.
    """
    result = []
    for candidate, zones, margin in candidates:
        service = candidate.service
        times = context.service_seconds(candidate.curve, service.items_per_request, margin)
        for batch in batch_grid(len(times)) if times else ():
            point = OperatingPoint(times[:batch], 0.0, target_s, service.percentile, service.dispatch)
            if times[0] <= target_s:
                result.append(Configuration(candidate, zones, point, context.hourly_cost(candidate)))
    return result


def cheapest_block(
    context: Context,
    group: tuple[int, str, tuple[int, ...]],
    configurations: Sequence[Configuration],
    worst_network_s: float,
) -> GroupResult:
    """Return the cheapest block of a (service, location, origins) group, and what each instance type could do.

    Configurations are staffed in the order of a cost bound that needs no simulation, until the least bound left is no
    better than the best cost found.
    """
    service_index, location, origins = group
    service = context.scenario.services[service_index]
    need = service.demand.peak_per_s[list(origins)].sum(axis=0) * context.headroom_factor
    flow_cost = context.flow_cost(service_index, location, origins)
    result = GroupResult(block=None)
    rates = np.array([item.optimistic_instance_rate_per_s for item in configurations])
    bounds = _cost_bounds(context, configurations, rates, need, service.redundancy).tolist()
    possible = [number for number, bound in enumerate(bounds) if np.isfinite(bound)]
    best = float("inf")
    for number in sorted(possible, key=lambda number: (bounds[number], number)):
        configuration, bound = configurations[number], bounds[number]
        verdict = result.verdicts.setdefault(_type_of(configuration), TypeVerdict())
        if bound >= best:
            verdict.least_cost = min(verdict.least_cost, bound + flow_cost)
            continue
        staffing = staff(context, configuration, need, service.redundancy)
        if staffing is None:
            continue
        cost = _instance_cost(context, staffing.instances.sum(axis=1), configuration)
        verdict.least_cost, verdict.simulated = min(verdict.least_cost, cost + flow_cost), True
        if cost < best:
            best = cost
            result.block = Block(
                service_index, location, origins, configuration, staffing, worst_network_s, need, cost, flow_cost
            )
    return result


def _type_of(configuration: Configuration) -> tuple[str, str]:
    return configuration.candidate.instance.provider, configuration.candidate.instance.name


def _instance_cost(context: Context, instances: Counts, configuration: Configuration) -> float:
    return float(instances @ context.period_hours) * configuration.hourly_cost


def _cost_bounds(
    context: Context, configurations: Sequence[Configuration], rate: Floats, need: Floats, redundancy: Redundancy
) -> Floats:
    """Lower bounds of the instance cost of each configuration, shape (configurations,); inf where it cannot serve.

    Parameters
    ----------
    rate
        What an instance can never exceed, requests/s, shape (configurations,).

    Notes
    -----
    With :math:`q = need / rate` instances left after a loss and :math:`Z` zones, at least
    :math:`q + q / (Z - 1)` must run, since the fullest zone holds at least an equal share.
    """
    if not configurations:
        return np.zeros(0)
    zones = np.array([len(item.zones) for item in configurations])
    hourly = np.array([item.hourly_cost for item in configurations])
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = need[None, :] / rate[:, None]
        left = np.where(need[None, :] > 0.0, np.ceil(quotient * (1.0 - 1e-12)), 0.0)
        spare = np.ceil(left / np.maximum(zones - 1, 0)[:, None]) if context.protects(redundancy) else 0.0 * left
    needed = np.where(left > 0.0, left + spare, 0.0)
    usable = np.isfinite(needed).all(axis=1) & (zones > 0) & (needed < 1e15).all(axis=1)
    held = context.held_counts(np.where(usable[:, None], needed, 0.0).astype(np.int64))
    return np.where(usable, held @ context.period_hours * hourly, np.inf)


def staff(context: Context, configuration: Configuration, need: Floats, redundancy: Redundancy) -> Staffing | None:
    """Return the fewest instances that carry the need in their best layout, or None beyond `MAX_INSTANCES`.

    Parameters
    ----------
    need
        Requests/s to carry, shape (periods,).
    """
    protect = context.protects(redundancy)
    rate, peak = configuration.optimistic_instance_rate_per_s, float(need.max(initial=0.0))
    x_max = min(MAX_INSTANCES, int(np.ceil(peak / rate * (1.3 if not protect else 1.8))) + 3)
    while True:
        capacity = context.zone_capacity(configuration.point, configuration.candidate.replicas_per_instance, x_max)
        layouts = best_layouts(capacity, len(configuration.zones), protect=protect)
        needed = context.instances_needed(layouts.phi_per_s, need)
        if needed.max(initial=0) <= x_max:
            break
        if x_max >= MAX_INSTANCES or (layouts.phi_per_s[-1] <= 0.0 < peak and x_max > 64):
            return None
        x_max = min(MAX_INSTANCES, 2 * x_max)
    held = context.held_counts(needed)
    plain = best_layouts(capacity, len(configuration.zones), protect=False) if protect else layouts
    unprotected = context.instances_needed(plain.phi_per_s, need)
    return Staffing(layouts.instances[held], capacity, unprotected, needed)

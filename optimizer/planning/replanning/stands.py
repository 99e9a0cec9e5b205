"""Pools as groups with a configuration and counts: the form in which two fleets are compared and joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.plan import Plan, Pool
from optimizer.errors import Fault, InputError
from optimizer.formulation.blocks import EIGHTHS, Block, Configuration, Group, operating_point
from optimizer.formulation.candidates import Candidate, candidates_of
from optimizer.formulation.context import Context
from optimizer.formulation.held import running_counts
from optimizer.formulation.problem import Indices
from optimizer.formulation.rules.latency import network_s, pool_target_s
from optimizer.formulation.rules.service_time_margin import service_time_margin
from optimizer.formulation.rules.zones_sold import zones_for
from optimizer.units import seconds

#: Instance type, profile, accelerators of a replica: what makes an instance another one.
Kind = tuple[str, str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """What a service runs in a location: for whom, how, and how many.

    `instances` and `spot` have shape (demands, periods, zones).
    """

    group: Group
    configuration: Configuration
    instances: Indices
    spot: Indices
    network_s: float

    @property
    def location(self) -> str:
        """``provider/region``."""
        return self.group.location

    @property
    def kind(self) -> Kind:
        """What its instances are."""
        candidate = self.configuration.candidate
        return candidate.instance.name, candidate.curve.profile, candidate.curve.accelerators_per_replica

    @property
    def zones(self) -> tuple[str, ...]:
        """Zones that it may use."""
        return self.configuration.zones

    def most(self, zone: str) -> int:
        """Most instances of any hour in a zone, of the demand planned for."""
        if zone not in self.zones:
            return 0
        return int(self.instances[0, :, self.zones.index(zone)].max(initial=0))


def stand_of(block: Block) -> Stand:
    """Return a block as what it runs."""
    staffing = block.staffing
    return Stand(block.group, block.configuration, staffing.instances, staffing.spot, block.network_s)


def stands_now(context: Context, plan: Plan, *, all_known: bool = True) -> list[Stand]:
    """Return what a plan in force runs, for the services and origins of a context.

    Parameters
    ----------
    all_known
        Whether what the context does not know is refused; else it is left out.

    Raises
    ------
    InputError
        If it runs what scenario and catalog do not know: a service, a location, a type, a profile or a zone.
    """
    names = [service.name for service in context.scenario.services]
    faults: list[Fault] = []
    found = []
    for (service, location, *_), pools in _groups(plan).items():
        place = f"{service} on {pools[0].instance_type} in {location}"
        if service not in names:
            continue
        candidate = _candidate(context, names.index(service), pools[0])
        if candidate is None:
            what = f"runs on {pools[0].profile}, which scenario and catalog do not have there"
            faults.append(Fault(f"the plan in force, {place}", what, "Keep it in the scenario until it is replaced."))
            continue
        stand = _stand(context, plan, names.index(service), candidate, pools)
        if stand is None:
            faults.append(Fault(f"the plan in force, {place}", "cannot be reached, or its zone is not known"))
        else:
            found.append(stand)
    if faults and all_known:
        raise InputError(faults)
    return found


def _groups(plan: Plan) -> dict[tuple[str, str, str, str, int, int, float], list[Pool]]:
    groups: dict[tuple[str, str, str, str, int, int, float], list[Pool]] = {}
    for pool in plan.pools:
        setting = pool.batch_size, pool.max_wait_ms
        kind = (pool.instance_type, pool.profile, pool.accelerators_per_replica, *setting)
        groups.setdefault((pool.service, pool.location, *kind), []).append(pool)
    return groups


def _candidate(context: Context, service: int, pool: Pool) -> Candidate | None:
    if pool.location not in context.catalog.locations:
        return None
    kind = (pool.instance_type, pool.profile, pool.accelerators_per_replica)
    for candidate in candidates_of(context.catalog, context.scenario.services[service], pool.location):
        curve = candidate.curve
        if (candidate.instance.name, curve.profile, curve.accelerators_per_replica) == kind:
            return candidate
    return None


def _stand(context: Context, plan: Plan, service: int, candidate: Candidate, pools: Sequence[Pool]) -> Stand | None:
    scenario = context.scenario
    asked, location = scenario.services[service], candidate.location.name
    group = _group(context, plan, service, pools)
    zones = zones_for(candidate)
    members = [scenario.origins[origin] for origin in (*group.origins, *(origin for origin, _ in group.standby))]
    worst = network_s(scenario, context.catalog, members, location) if members else 0.0
    margin = service_time_margin(candidate.curve, scenario.plan_on)
    if worst is None or margin is None or any(pool.zone not in zones for pool in pools):
        return None
    times = context.service_seconds(candidate.curve, asked.items_per_request, margin)
    if len(times) < pools[0].batch_size:
        return None
    target = min(pool_target_s(asked, worst), _budget_s(plan, pools))
    point = operating_point(asked, times[: pools[0].batch_size], target, seconds(pools[0].max_wait_ms))
    configuration = Configuration(candidate, zones, point, *context.instance_bounds(candidate))
    counts = running_counts(context, service, configuration)
    if counts is None:
        return None
    return Stand(group, configuration, counts[0], counts[1], worst)


def _budget_s(plan: Plan, pools: Sequence[Pool]) -> float:
    """What a pool of a stage was allowed for queueing and service, seconds; infinite for one that is no stage."""
    stages = {stage["service"] for page in plan.inputs["pipelines"] for stage in page["stages"]}
    if pools[0].service not in stages:
        return float("inf")
    return seconds(min(min(pool.target.values()) - pool.network_ms - pool.overhead_ms for pool in pools))


def _group(context: Context, plan: Plan, service: int, pools: Sequence[Pool]) -> Group:
    """Which origins, and which part of them, a group of pools serves and stands by for."""
    names = [origin.name for origin in context.scenario.origins]
    asked, location = context.scenario.services[service].name, pools[0].location
    indices = {index for index, pool in enumerate(plan.pools) if any(pool is mine for mine in pools)}
    served = {number: _share(plan, asked, name, indices) for number, name in enumerate(names)}
    origins = tuple(sorted(number for number, share in served.items() if share > 0.0))
    eighths = tuple((n, round(served[n] * EIGHTHS)) for n in origins if round(served[n] * EIGHTHS) < EIGHTHS)
    standby = tuple(
        sorted(
            (names.index(row.origin), row.primary)
            for row in plan.standby
            if (row.service, row.standby) == (asked, location) and row.origin in names
        )
    )
    return Group(service, location, origins, standby, eighths)


def _share(plan: Plan, service: str, origin: str, indices: set[int]) -> float:
    """Largest share of an origin that pools serve in any period."""
    rows = [
        route.share_by_period
        for route in plan.routing
        if route.pool in indices and (route.service, route.origin) == (service, origin)
    ]
    return max((sum(column) for column in zip(*rows, strict=True)), default=0.0)


def joined(stand: Stand, other: Stand, zones: Iterable[str]) -> Stand:
    """Return a stand with the larger counts of two of its kind in some zones."""
    chosen = [number for number, zone in enumerate(stand.zones) if zone in set(zones)]
    instances = stand.instances.copy()
    instances[:, :, chosen] = np.maximum(stand.instances, other.instances)[:, :, chosen]
    return Stand(stand.group, stand.configuration, instances, stand.spot, stand.network_s)


def narrowed(stand: Stand, to: Stand, zones: Iterable[str]) -> Stand:
    """Return a stand with the counts of another of its kind in some zones."""
    chosen = [number for number, zone in enumerate(stand.zones) if zone in set(zones)]
    instances = stand.instances.copy()
    instances[:, :, chosen] = to.instances[:, :, chosen]
    return Stand(stand.group, stand.configuration, instances, stand.spot, stand.network_s)


def by_service(stands: Iterable[Stand]) -> dict[int, tuple[Stand, ...]]:
    """Return stands by the service (index) they serve, in their order."""
    found: dict[int, list[Stand]] = {}
    for stand in stands:
        found.setdefault(stand.group.service, []).append(stand)
    return {n: tuple(mine) for n, mine in found.items()}

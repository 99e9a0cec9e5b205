"""Blocks: a service, in a location, for a set of its origins, in one configuration, with its staffing.

A block's staffing is known before anything is solved: how many instances it needs in each slot is a look-up in a
capacity table, so the model that follows only chooses blocks and what to buy for them (precomputed staffing).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.scenario import Floats, Service
from optimizer.formulation.candidates import Candidate
from optimizer.formulation.context import Context
from optimizer.formulation.rules.region_loss import need_with_standby
from optimizer.formulation.running import Running, running_of
from optimizer.formulation.staffing import Need, Staffing
from optimizer.formulation.supply import Key, Supply
from optimizer.formulation.waiting import waits_of
from optimizer.performance import OperatingPoint, batch_grid, limit_of, optimistic_rate_per_s

#: A set of origins (indices) of a service (index) in a location, and the origins it stands by for, each with the
#: location whose loss brings them.
Standby = tuple[tuple[int, str], ...]
#: Provider, instance type, profile, accelerators of a replica, batch size and wait.
Likeness = tuple[str, str, str, int, int, float]
#: Where quotas bind, an origin may be divided over two locations in parts of its requests.
EIGHTHS = 8


@dataclass(frozen=True, slots=True)
class Group:
    """What a block could serve.

    `eighths` says which of the origins it serves in part only, in eighths of their requests.
    """

    service: int
    location: str
    origins: tuple[int, ...]
    standby: Standby = ()
    eighths: tuple[tuple[int, int], ...] = ()

    def share(self, origin: int) -> float:
        """Share of an origin's requests that the block serves."""
        return next((part / EIGHTHS for number, part in self.eighths if number == origin), 1.0)

    @property
    def shares(self) -> tuple[float, ...]:
        """Share of each of the origins, in their order."""
        return tuple(self.share(origin) for origin in self.origins)


@dataclass(frozen=True, slots=True, eq=False)
class Configuration:
    """A candidate with a batch size, a wait and a latency budget: everything but how many.

    `fewest` and `most` bound its instances; None for no upper bound.
    """

    candidate: Candidate
    zones: tuple[str, ...]
    point: OperatingPoint
    fewest: int = 0
    most: int | None = None

    @property
    def batch_size(self) -> int:
        """Largest batch, requests."""
        return len(self.point.service_s)

    @property
    def batching(self) -> tuple[int, float]:
        """Largest batch, requests, and how long one that is not full may wait, seconds."""
        return self.batch_size, self.point.max_wait_s

    @property
    def full_instance_rate_per_s(self) -> float:
        """Rate of an instance whose replicas always serve full batches, requests/s."""
        return self.candidate.replicas_per_instance * self.point.full_rate_per_s

    @property
    def optimistic_instance_rate_per_s(self) -> float:
        """What an instance can never exceed, requests/s; 0 where one request alone misses the target."""
        return optimistic_rate_per_s(self.point, self.candidate.replicas_per_instance)

    @property
    def likeness(self) -> Likeness:
        """Everything but the place and the latency budget."""
        candidate = self.candidate
        curve = candidate.curve
        kind = candidate.instance.provider, candidate.instance.name
        return (*kind, curve.profile, curve.accelerators_per_replica, *self.batching)

    @property
    def key(self) -> Key:
        """Provider, instance type and location, by which it is bought."""
        candidate = self.candidate
        return candidate.instance.provider, candidate.instance.name, candidate.location.name


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One way to serve a group.

    Parameters
    ----------
    need_per_s
        What it must carry while nothing is lost, shape (demands, periods).
    hardest_per_s
        What it must carry at most: with the origins it stands by for, in the worst loss.
    use, spot
        Instances, and how many of them may stand on spot, by slot of the timeline.
    running
        What running them costs and draws.
    flow_cost
        What its requests cost by volume over the horizon, tiered transfer apart.
    rent_alone
        Least purchase cost if nothing else used its instance type there.
    """

    group: Group
    configuration: Configuration
    staffing: Staffing
    network_s: float
    need_per_s: Floats
    hardest_per_s: Floats
    use: Floats
    spot: Floats
    running: Running
    flow_cost: float
    rent_alone: float

    @property
    def service(self) -> int:
        """Index of the service."""
        return self.group.service

    @property
    def location(self) -> str:
        """``provider/region``."""
        return self.group.location

    @property
    def origins(self) -> tuple[int, ...]:
        """Indices of the origins it serves."""
        return self.group.origins

    @property
    def budget_s(self) -> float:
        """What queueing and service may take, seconds."""
        return self.configuration.point.target_s

    @property
    def own_cost(self) -> float:
        """What it adds to the bill besides the purchase of its instances."""
        return self.running.cost + self.flow_cost

    @property
    def cost(self) -> float:
        """What it costs if nothing shares its instances: exact where purchases are separable, else at most."""
        return self.own_cost + self.rent_alone


def configurations_of(
    context: Context, candidates: list[tuple[Candidate, tuple[str, ...], float]], target_s: float
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
        if not times or times[0] > limit_of(target_s):
            continue
        bounds = context.instance_bounds(candidate)
        pinned = context.pinned_batch(service.name, candidate.location.name)
        running = context.waits_running(service.name, candidate.location.name)
        for batch in batch_grid(len(times)) if pinned is None else (pinned,):
            if batch <= len(times):
                points = operating_points(service, times[:batch], target_s, running)
                result += [Configuration(candidate, zones, point, *bounds) for point in points if not point.hopeless]
    return result


def operating_points(
    service: Service, service_s: tuple[float, ...], target_s: float, running_s: tuple[float, ...] = ()
) -> list[OperatingPoint]:
    """Return how a service's replicas may batch within a target, one for each wait that is worth looking at.

    `running_s` are waits of what runs now.
    """
    waits = waits_of(service, service_s, target_s, running_s)
    return [operating_point(service, service_s, target_s, wait_s) for wait_s in waits]


def operating_point(
    service: Service, service_s: tuple[float, ...], target_s: float, max_wait_s: float
) -> OperatingPoint:
    """Return how a service's replicas batch within a target, with batches of 1..b requests as slow as that."""
    return OperatingPoint(
        service_s, max_wait_s, target_s, service.percentile, service.dispatch, service.scatter, service.burst
    )


def need_of(context: Context, group: Group) -> Need:
    """Return what a block of a group must carry, alone and in the worst loss of another location."""
    service = context.scenario.services[group.service]
    own = context.need(service, group.origins, group.shares)
    share = service.protected_share
    return Need(own, need_with_standby(own, group.standby, lambda found: context.need(service, found), share))


def slot_use(context: Context, staffing: Staffing) -> tuple[Floats, Floats]:
    """Return instances and room for spot by slot.

    In an early slot the instances of both hours run, zone by zone; those that start may be spot as far as the next
    hour has more room for it.
    """
    line = context.timeline
    by_zone, vacant = staffing.instances, staffing.spot.sum(axis=2)
    total = by_zone.sum(axis=2)
    early = np.maximum(by_zone[:, line.before, :], by_zone[:, line.after, :]).sum(axis=2)
    starting = early - total[:, line.before]
    more = np.maximum(vacant[:, line.after] - vacant[:, line.before], 0)
    early_vacant = vacant[:, line.before] + np.minimum(starting, more)
    return line.slots(total, early).astype(np.float64), line.slots(vacant, early_vacant).astype(np.float64)


def block_of(
    context: Context,
    group: Group,
    configuration: Configuration,
    staffing: Staffing,
    supply: Supply,
    need: Need,
    network_s: float,
    flow_cost: float,
) -> Block:
    """Put a block together."""
    use, spot = slot_use(context, staffing)
    line = context.timeline
    service = context.scenario.services[group.service]
    running = running_of(
        context,
        configuration.candidate,
        configuration.full_instance_rate_per_s,
        staffing.instances,
        staffing.planned_share,
        context.mean_rate(service, group.origins, group.shares),
        need.own[0],
    )
    rent = supply.cost_alone(use, spot, line.slot_hours, line.main_count)
    return Block(group, configuration, staffing, network_s, need.own, need.hardest, use, spot, running, flow_cost, rent)


def dominates(first: Block, second: Block, *, draw_matters: bool) -> bool:
    """Whether the first block can stand in for the second in every plan at no more cost.

    Both are of one group and one instance type: fewer instances in every slot, with or without spot, at no more cost
    of their own, in no more time, and where it matters with no more power or carbon.
    """
    rest, other = first.use - first.spot, second.use - second.spot
    return bool(
        first.budget_s <= second.budget_s
        and (first.use <= second.use).all()
        and (rest <= other).all()
        and first.own_cost <= second.own_cost
        and (not draw_matters or first.running.no_more_than(second.running))
    )

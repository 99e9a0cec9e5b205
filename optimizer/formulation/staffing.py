"""How many instances a block needs in each period, where they stand, and how many may be spot."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.domain.scenario import Floats, Service
from optimizer.formulation.context import Context
from optimizer.formulation.layouts import Layouts, SpotRoom
from optimizer.formulation.problem import Indices
from optimizer.formulation.rules.capacity import instances_needed

if TYPE_CHECKING:
    from optimizer.formulation.blocks import Configuration

#: A block larger than this in one location is not considered; the plan space says so.
MAX_INSTANCES = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """What a block must carry, requests/s, shape (demands, periods) each.

    `own` is that of the origins it serves. `hardest` is the most: with the origins it stands by for, in the worst
    loss. A lost location and vanishing spot are separate events, so what stays without spot carries its own only.
    """

    own: Floats
    hardest: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Staffing:
    """Instances of a block.

    Parameters
    ----------
    instances, spot
        By demand, period and zone, shape (demands, periods, zones); `spot` is how many of them may stand on spot.
    zone_capacity_per_s
        Capacity of 0..x instances in a zone.
    unprotected_instances, needed_instances
        Of the demand planned for, shape (periods,): fewest without anything lost, and fewest with what must be
        survived, before counts are held between hours.
    """

    instances: Indices
    spot: Indices
    zone_capacity_per_s: Floats
    unprotected_instances: Indices
    needed_instances: Indices

    @property
    def planned_share(self) -> Floats:
        """Which part of the requests each zone takes under the demand planned for, shape (periods, zones)."""
        return shares(self.zone_capacity_per_s[self.instances[0]])


def shares(capacity_per_s: Floats) -> Floats:
    """Divide requests in proportion to what each zone can carry, shape (..., zones); 0 where nothing runs."""
    total = np.broadcast_to(capacity_per_s.sum(axis=-1, keepdims=True), capacity_per_s.shape)
    parts: Floats = np.divide(capacity_per_s, total, out=np.zeros_like(capacity_per_s), where=total > 0.0)
    return parts


def fewest_possible(context: Context, configurations: list[Configuration], service: Service, need: Floats) -> Floats:
    r"""Return a lower bound of instances, shape (configurations, demands, periods); inf where it cannot serve.

    With :math:`q = \rho\,need / rate` instances left after a loss and Z zones, at least :math:`q + q / (Z - 1)` must
    run, since the fullest zone holds at least an equal share; after the loss of an instance :math:`q + 1`.
    """
    rate = np.array([item.optimistic_instance_rate_per_s for item in configurations])[:, None, None]
    zones = np.array([len(item.zones) for item in configurations])[:, None, None]
    fewest = np.array([item.fewest for item in configurations])[:, None, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        plain = np.where(need[None] > 0.0, np.ceil(need[None] / rate * (1.0 - 1e-12)), 0.0)
        left = np.where(need[None] > 0.0, np.ceil(service.protected_share * need[None] / rate * (1.0 - 1e-12)), 0.0)
        spare = {"nothing": 0.0 * left, "instance": np.sign(left), "zone": np.ceil(left / np.maximum(zones - 1, 0))}
    needed = np.maximum(np.maximum(plain, np.where(left > 0.0, left + spare[context.survives(service)], 0.0)), fewest)
    most = np.array([np.inf if item.most is None else item.most for item in configurations])[:, None, None]
    usable = (np.isfinite(needed) & (needed < 1e15) & (needed <= most)).all(axis=(1, 2)) & (zones[:, 0, 0] > 0)
    counts = context.changed_counts(np.where(usable[:, None, None], needed, 0.0).astype(np.int64))
    return np.where(usable[:, None, None], counts, np.inf)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Instances that a configuration needs, before they are laid out over zones.

    `counts` has shape (demands, periods), `needed` are the counts before they are changed between hours, and `stay` is
    how many must stay when spot vanishes, at least.
    """

    counts: Indices
    needed: Indices
    stay: Indices


@dataclass(frozen=True, slots=True, eq=False)
class TooFew:
    """Instances that a configuration needs at least, shape (demands, periods): as many as were looked at do not do."""

    counts: Indices


def count(
    context: Context, configuration: Configuration, service: Service, need: Need, doublings: float = math.inf
) -> Counted | TooFew | None:
    """Return the fewest instances that carry the need, or None beyond what may run.

    Parameters
    ----------
    doublings
        How often more instances are looked at, twice as many each time, before that is left to a later call.
        Looking at more means simulating pools of more replicas.
    """
    found = _counts(context, configuration, service, need.hardest, doublings)
    if found is None:
        return None
    needed = found.counts if isinstance(found, TooFew) else found[1]
    counts = context.changed_counts(np.maximum(needed, configuration.fewest))
    if configuration.most is not None and counts.max(initial=0) > configuration.most:
        return None
    if isinstance(found, TooFew):
        return TooFew(counts)
    layouts = found[0]
    if counts.max(initial=0) > MAX_INSTANCES:
        context.left_out_large_blocks = True
        return None
    stay = layouts.fewest_without_loss(service.protected_share * context.held_need(need.own))
    return Counted(counts, needed, stay)


def staff(
    context: Context,
    configuration: Configuration,
    service: Service,
    need: Need,
    counted: Counted,
    room: SpotRoom | None,
) -> Staffing:
    """Lay counted instances out over the zones; `room` is what spot may be, None for none."""
    counts = counted.counts
    layouts = _layouts(context, configuration, service, int(counts.max(initial=0)))
    held = [context.held_need(part).ravel() for part in (need.hardest, need.own)]
    cases, back = np.unique(np.stack([counts.ravel().astype(np.float64), *held]), axis=1, return_inverse=True)
    instances, spot = layouts.laid_out(cases[0].astype(np.int64), cases[1], room, cases[2])
    shape = (*counts.shape, len(configuration.zones))
    plain = instances_needed(layouts.full_per_s, need.hardest[0], on=context.is_on("capacity"))
    return Staffing(
        instances[back.ravel()].reshape(shape),
        spot[back.ravel()].reshape(shape),
        layouts.capacity,
        plain,
        counted.needed[0],
    )


def _layouts(context: Context, configuration: Configuration, service: Service, x_max: int) -> Layouts:
    per_instance = configuration.candidate.replicas_per_instance
    return context.layouts(configuration.point, per_instance, len(configuration.zones), service, x_max)


def _counts(
    context: Context, configuration: Configuration, service: Service, need: Floats, doublings: float
) -> tuple[Layouts, Indices] | TooFew | None:
    """Fewest instances by demand and period, with the layouts that say so; None where none carry it."""
    rate, peak = configuration.optimistic_instance_rate_per_s, float(need.max(initial=0.0))
    growth = 1.3 if context.survives(service) == "nothing" else 1.8
    x_max = min(MAX_INSTANCES, max(configuration.fewest, int(np.ceil(peak / rate * growth))) + 3)
    while True:
        layouts = _layouts(context, configuration, service, x_max)
        size = layouts.phi_per_s.size - 1
        needed = instances_needed(layouts.phi_per_s, need, on=context.is_on("capacity"))
        if needed.max(initial=0) <= size:
            return layouts, needed
        if size >= MAX_INSTANCES:
            context.left_out_large_blocks = True
            return None
        if layouts.phi_per_s[-1] <= 0.0 < peak and size > 64:
            return None
        if doublings < 1:
            return TooFew(needed)
        doublings -= 1
        x_max = min(MAX_INSTANCES, 2 * size)

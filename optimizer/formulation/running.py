"""What running instances costs besides their purchase, and what they draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.costs import busy_instances, carbon_kg
from optimizer.domain.scenario import Floats
from optimizer.formulation.candidates import Candidate
from optimizer.formulation.context import Context
from optimizer.formulation.problem import Indices


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """Cost and draw of a block's running instances, expected over the horizon.

    `cost` holds disks, monitoring and the energy of owned machines; `kw` is the draw at the peak of each period of the
    demand planned for, shape (periods,). Draw and carbon are None where something about them is not known.
    """

    cost: float
    kw: Floats | None
    energy_kwh: float | None
    carbon_kg: float | None

    def no_more_than(self, other: Running) -> bool:
        """Whether it draws and emits no more in any period."""
        if self.kw is None or other.kw is None:
            return other.kw is None
        carbon = self.carbon_kg is None or other.carbon_kg is None or self.carbon_kg <= other.carbon_kg
        return bool((self.kw <= other.kw).all()) and carbon


def running_of(
    context: Context,
    candidate: Candidate,
    full_rate_per_s: float,
    instances: Indices | Floats,
    share: Floats,
    mean_per_s: Floats,
    peak_per_s: Floats,
) -> Running:
    """Return cost and draw of running instances.

    Parameters
    ----------
    full_rate_per_s
        Rate of an instance whose replicas always serve full batches.
    instances
        Shape (demands, periods, zones).
    share
        Which part of the requests each zone takes, shape (periods, zones) for all demands alike, or (demands, periods,
        zones).
    mean_per_s, peak_per_s
        Expected rate, and planned rate of the demand planned for, shape (periods,).
    """
    line = context.timeline
    counts = np.asarray(instances, dtype=np.float64)
    by_period = counts.sum(axis=2)
    hours = float(by_period.ravel() @ line.full_hours)
    cost = hours * context.use_cost(candidate)
    draw = context.power(candidate)
    if draw is None:
        return Running(cost, None, None, None)
    busy = busy_instances(mean_per_s[:, None] * share, counts, full_rate_per_s).sum(axis=2)
    kwh = float(draw.kw(by_period, busy).ravel() @ line.full_hours)
    planned = share if share.ndim == 2 else share[0]
    at_peak = busy_instances(peak_per_s[:, None] * planned, counts[0], full_rate_per_s).sum(axis=1)
    kw = draw.kw(by_period[0], at_peak)
    place = candidate.location
    if context.rates.is_owned(place.name):
        price = context.rates.electricity(place.name).amount
        idle = draw.idle_kw if context.scenario.owned.unused == "idle" else 0.0
        # Machines that run draw no idle power besides: the purchase of owned machines counts it for every hour.
        cost += price * (kwh - hours * idle)
    return Running(cost, kw, kwh, carbon_kg(kwh, place.grid_gco2_per_kwh))

"""Where the requests of a log go hour by hour, as planned or after a loss, and the replicas that they find there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.verification.replaying.fleet import Fleet
from optimizer.verification.replaying.losses import happening
from optimizer.verification.replaying.lost import Ints
from optimizer.verification.replaying.what_if import WhatIf

#: Shares that differ by less are rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Routes:
    """Shares and replicas of the pools of one service.

    Parameters
    ----------
    shares
        Part of an origin's requests that goes to a pool with any replica, shape (periods, pools, origins).
    nowhere
        Part that nobody is there to serve, shape (periods, origins); what is left of 1 need not be carried.
    replicas
        Shape (periods, pools).
    """

    shares: Floats
    nowhere: Floats
    replicas: Ints


def as_planned(fleet: Fleet, indices: Sequence[int], origins: Sequence[str]) -> Routes:
    """Return the routes of a plan; where an origin has none in an hour its requests go nowhere."""
    replicas = np.array([fleet.pools[index].replicas_by_period for index in indices], dtype=np.int64).T
    shares = np.zeros((*replicas.shape, len(origins)))
    for number, index in enumerate(indices):
        for route in fleet.view.routes_to(index):
            served = np.where(replicas[:, number] > 0, route.share_by_period, 0.0)
            shares[:, number, origins.index(route.origin)] += served
    return Routes(shares, np.where(shares.sum(axis=1) > 0.0, 0.0, 1.0), replicas)


def after_loss(
    fleet: Fleet, service: str, what_if: WhatIf, indices: Sequence[int], origins: Sequence[str]
) -> tuple[Routes, tuple[str, ...]]:
    """Return the routes after a loss that goes on all the time, and what a planner should know about it."""
    happened = happening(fleet, what_if, [service])
    planned = as_planned(fleet, indices, origins)
    shares, nowhere = np.zeros_like(planned.shares), np.zeros_like(planned.nowhere)
    replicas = np.zeros_like(planned.replicas)
    whole = np.array([
        [fleet.view.peak(service, origin, period) * fleet.view.headroom_factor * fleet.scale for origin in origins]
        for period in fleet.periods
    ])  # fmt: skip
    for item in happened.served:
        pool = indices.index(item.pool_index)
        replicas[item.period, pool] = item.replicas
        for origin, rate in item.rates:
            to = origins.index(origin)
            share = rate / whole[item.period, to]
            if item.replicas:
                shares[item.period, pool, to] += share
            else:
                nowhere[item.period, to] += share
    unplanned = whole == 0.0  # requests that no loss moves, since the plan has none of them
    shares = np.where(unplanned[:, None, :], planned.shares * (replicas > 0)[:, :, None], shares)
    nowhere = np.where(shares.sum(axis=1) + nowhere > 0.0, nowhere, 1.0)
    return Routes(shares, nowhere, replicas), happened.notes

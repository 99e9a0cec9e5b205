"""Which services a binding quota keeps from what they would run: their origins may then be divided."""

from __future__ import annotations

import numpy as np

from optimizer.domain.limits import Quota
from optimizer.formulation.assemble import counted_of
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet
from optimizer.formulation.purchasing import key_uses
from optimizer.planning.chosen import Chosen


def quota_bound_services(context: Context, block_set: BlockSet, chosen: Chosen | None) -> frozenset[int]:
    """Return the services (indices) whose blocks a binding quota counts.

    Parameters
    ----------
    chosen
        The plan so far: a quota binds where one more instance would exceed it. None where there is no plan: every quota
        may be what stands in its way.

    Notes
    -----
    Services with standby locations stay undivided.
    """
    if not context.is_on("quotas"):
        return frozenset()
    found: set[int] = set()
    for quota in context.scenario.limits.quotas:
        if chosen is None or _binds(context, quota, chosen):
            found |= {
                block.service
                for block in block_set.blocks
                if quota.match.fits(block.configuration.key[1], block.configuration.key[2])
            }
    services = context.scenario.services
    return frozenset(index for index in found if not context.stands_by(services[index]))


def _binds(context: Context, quota: Quota, chosen: Chosen) -> bool:
    """Whether one more of the smallest instance counted would exceed the quota in some hour."""
    counted = counted_of(context, quota, key_uses(context, chosen.blocks))
    if not counted:
        return False
    used = np.sum([item.each * (item.use - item.spot).sum(axis=0) for item in counted], axis=0)
    return bool(used.max(initial=0.0) + min(item.each for item in counted) > quota.limit)

"""Which services a binding quota keeps from what they would run: their origins may then be divided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from optimizer.domain.limits import Quota
from optimizer.domain.purchase import ON_DEMAND, OWNED
from optimizer.formulation.assemble import counted_of
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet
from optimizer.formulation.purchasing import key_uses
from optimizer.formulation.rules.quotas import Counted
from optimizer.formulation.supply import Key
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
    bought = {buy.key: {str(option): count for option, count in buy.steady.items()} for buy in chosen.buys}
    return _most_counted(context, quota, counted, bought) + min(item.each for item in counted) > quota.limit


def _most_counted(
    context: Context, quota: Quota, counted: Sequence[Counted], bought: Mapping[Key, Mapping[str, int]]
) -> float:
    """Return what the rows of the quota count in the hour that has most of it."""
    option = quota.match.purchase_option
    if option is not None and option != ON_DEMAND:
        steady = [bought.get(item.key, {}).get(option, 0) + item.signed.get(option, 0) for item in counted]
        return float(sum(item.each * count for item, count in zip(counted, steady, strict=True)))
    used = np.zeros(counted[0].use.shape[1])
    for item in counted:
        if option is None:
            used += item.each * item.use.sum(axis=0)
        elif OWNED not in context.supply(*item.key).steady:
            used += item.each * np.maximum(0.0, (item.use - item.spot).sum(axis=0) - item.reserved)
    return float(used.max(initial=0.0))

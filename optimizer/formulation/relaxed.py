r"""A linear relaxation that contains every plan: where even it breaks a limit, no plan of any kind exists.

In each hour the demand of every origin is divided freely over everything that could serve it (shares :math:`y`), counts
are continuous, an instance carries what it never exceeds, purchases are free to choose at their least price, and hours
have nothing to do with each other but through what is summed over the horizon. Limits are kept as they are, with one
column :math:`t` for how far the worst of them is broken:

.. math:: \min t \quad \text{s.t.} \quad \sum_j y_{j,h} \ge 1, \quad
    \sum_j a_{l,j,h}\, y_{j,h} \le L_l (1 + t)

Every plan gives such shares with :math:`t = 0`; a least t above 0 therefore proves that there is none.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.formulation.context import Context
from optimizer.formulation.optimistic import Outlook
from optimizer.formulation.problem import Indices, Problem
from optimizer.formulation.relaxed_buying import without_on_demand
from optimizer.formulation.relaxed_limits import (
    counted_types,
    may_be_spare,
    power_rows,
    quota_limits,
    replica_rows,
    some_replicas,
    spread_over_regions,
)
from optimizer.formulation.relaxed_rows import Shares
from optimizer.formulation.relaxed_totals import budget_row, carbon_row, expected_need

#: More hours than this are not looked at one by one: any choice of hours is a relaxation too.
MOST_HOURS = 24
#: Columns of shares that are worth their time.
MOST_COLUMNS = 60_000


def relaxed_problem(context: Context, outlook: Outlook) -> Problem:
    """Return the relaxation; its objective is by how much, as a share, the worst limit is broken at least.

    Parameters
    ----------
    outlook
        Every pair must have an offer.
    """
    hours, planned = hard_hours(outlook, _hours_affordable(outlook))
    flat = outlook.need_per_s.reshape(len(outlook.pairs), -1)
    totals = context.scenario.limits.budget_per_month is not None or context.scenario.limits.carbon_t is not None
    needs = [flat[:, hour] for hour in hours]
    if totals:
        needs.append(expected_need(context, outlook))
    shares = Shares(outlook, np.array(needs).reshape(len(needs), len(outlook.pairs)), may_be_spare(context, outlook))
    for hour in range(len(needs)):
        shares.serve(hour)
    for hour in range(len(hours)):
        quota_limits(context, shares, hour)
        replica_rows(context, shares, hour)
        some_replicas(context, shares, hour)
        spread_over_regions(context, shares, hour)
        if planned[hour]:
            power_rows(context, shares, hour)
    without_on_demand(context, shares, range(len(hours)))
    counted_types(context, shares, range(len(hours)))
    if totals:
        budget_row(context, shares, len(hours))
        carbon_row(context, shares, len(hours))
    return shares.problem()


def hard_hours(outlook: Outlook, most: int) -> tuple[Indices, np.ndarray]:
    """Return hours (of every demand) that no other hour is harder than in every pair, and which are of the planned one.

    An hour whose need is nowhere above another's keeps every limit that the other keeps. Of the demand planned for,
    which comes first, the hardest hours are kept among themselves: power is limited for that demand alone.
    """
    periods = outlook.need_per_s.shape[2]
    flat = outlook.need_per_s.reshape(len(outlook.pairs), -1)
    found = undominated(flat[:, :periods], most)
    others = [hour for hour in undominated(flat, most).tolist() if hour >= periods]
    hours = np.array([*found.tolist(), *others], dtype=np.int64)
    return hours, hours < periods


def undominated(need: Floats, most: int) -> Indices:
    """Return columns that no other column reaches in every row, hardest first, at most so many, shape (columns,)."""
    different, first = np.unique(need, axis=1, return_index=True)
    order = np.argsort(-different.sum(axis=0), kind="stable")
    kept: list[int] = []
    for column in order.tolist():
        if len(kept) == most:
            break
        if not any((different[:, column] <= different[:, other]).all() for other in kept):
            kept.append(column)
    chosen: Indices = first[kept].astype(np.int64)
    return chosen


def _hours_affordable(outlook: Outlook) -> int:
    return int(np.clip(MOST_COLUMNS // max(len(outlook.offers), 1), 1, MOST_HOURS))

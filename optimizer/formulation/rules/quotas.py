"""No more runs at once than a quota allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.limits import Quota
from optimizer.domain.purchase import ON_DEMAND, OWNED
from optimizer.domain.scenario import Floats
from optimizer.formulation.problem import Columns, Indices, Rows
from optimizer.formulation.rule import Relaxation, Rule
from optimizer.formulation.supply import Key


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What a quota counts of one instance type in one location.

    Parameters
    ----------
    key
        Provider, instance type, location.
    each
        What one instance counts: 1, or its vCPUs.
    blocks
        Columns of the blocks that use it.
    use, spot
        Their instances and room for spot in the hours that count, shape (blocks, hours).
    steady
        Columns of what is bought for the whole horizon, by option.
    signed
        Instances signed before, by option.
    reserved
        Instances of reserved capacity that last the whole horizon.
    """

    key: Key
    each: float
    blocks: Indices
    use: Floats
    spot: Floats
    steady: dict[str, int]
    signed: dict[str, int]
    reserved: int


def quota_rows(quota: Quota, counted: Sequence[Counted], first_column: int) -> tuple[Columns, tuple[Rows, ...]]:
    r"""Keep what a quota means within its limit, in every hour.

    .. math:: \sum_{i, r} f_i \sum_b u_{b,k} y_b \le Q \qquad \forall k

    A quota of on-demand capacity leaves spot, owned and reserved instances out; where there are reserved ones
    :math:`n_k \ge \sum_b (u - s)_{b,k} y_b - R` counts the rest. A quota of a commitment counts what is committed.

    Returns
    -------
    columns, rows
        Columns from `first_column` on for instances beyond reserved ones.
    """
    if quota.match.purchase_option not in (None, ON_DEMAND):
        return _nothing(), (_steady_rows(quota, counted, quota.match.purchase_option or ""),)
    if quota.match.purchase_option is None:
        return _nothing(), (_hourly(quota, counted, lambda item: item.use),)
    real = [item for item in counted if OWNED not in item.steady]
    plain = [item for item in real if not item.reserved]
    columns, more, stand_ins = _beyond_reserved([item for item in real if item.reserved], first_column, quota)
    rows = [_hourly(quota, [*plain, *stand_ins], lambda item: item.use - item.spot), *more]
    with_room = [item for item in real if item.spot.any() and item.steady]
    rows += [_committed_fits(quota, item) for item in with_room]
    return columns, tuple(rows)


def _nothing() -> Columns:
    return Columns(np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool))


def _hourly(quota: Quota, counted: Sequence[Counted], count: Callable[[Counted], Floats]) -> Rows:
    """One row for each hour that differs."""
    scale = max(float(quota.limit), 1.0)
    columns = np.concatenate([np.zeros(0, np.int64), *(item.blocks for item in counted)]).astype(np.int64)
    blank = np.zeros((0, 0))
    values = np.concatenate([count(item) * item.each / scale for item in counted]) if counted else blank
    different = np.unique(values, axis=1)
    used = [np.flatnonzero(different[:, hour]) for hour in range(different.shape[1])]
    return Rows.from_lists(
        "quotas",
        tuple(f"{quota.match.label},hour {hour}" for hour in range(len(used))),
        [columns[members] for members in used],
        [different[members, hour] for hour, members in enumerate(used)],
        np.full(len(used), -np.inf),
        np.full(len(used), quota.limit / scale),
    )


def _steady_rows(quota: Quota, counted: Sequence[Counted], option: str) -> Rows:
    mine = [item for item in counted if option in item.steady]
    signed = sum(item.each * item.signed.get(option, 0) for item in counted)
    columns = np.array([item.steady[option] for item in mine], dtype=np.int64)
    values = np.array([item.each for item in mine], dtype=np.float64)
    return Rows.from_lists(
        "quotas", (quota.match.label,), [columns], [values], [-np.inf], [max(0.0, quota.limit - signed)]
    )


def _committed_fits(quota: Quota, item: Counted) -> Rows:
    """Commit to no more than the quota: committed instances need capacity when they run instead of spot."""
    columns = np.array(list(item.steady.values()), dtype=np.int64)
    limit = quota.limit / item.each + item.reserved
    label = f"{quota.match.label},committed {item.key[1]} in {item.key[2]}"
    return Rows.from_lists("quotas", (label,), [columns], [np.ones(columns.size)], [-np.inf], [limit])


def _beyond_reserved(
    counted: Sequence[Counted], first_column: int, quota: Quota
) -> tuple[Columns, list[Rows], list[Counted]]:
    """Columns for instances beyond the reserved ones, and what stands for them in the quota's own rows."""
    rows, stand_ins, at = [], [], first_column
    for item in counted:
        hours = item.use.shape[1]
        beyond = at + np.arange(hours)
        rest = item.use - item.spot
        used = [np.flatnonzero(rest[:, hour]) for hour in range(hours)]
        rows.append(
            Rows.from_lists(
                "quotas",
                tuple(f"{quota.match.label},beyond reserved {item.key[1]},hour {hour}" for hour in range(hours)),
                [np.append(item.blocks[members], beyond[hour]) for hour, members in enumerate(used)],
                [np.append(-rest[members, hour], 1.0) for hour, members in enumerate(used)],
                np.full(hours, -float(item.reserved)),
                np.full(hours, np.inf),
            )
        )
        none = np.zeros((hours, hours))
        stand_ins.append(Counted(item.key, item.each, beyond, np.eye(hours), none, {}, {}, 0))
        at += hours
    count = at - first_column
    most = max((float(item.use.sum(axis=0).max(initial=0.0)) for item in counted), default=0.0)
    return Columns(np.zeros(count), np.full(count, most), np.zeros(count, dtype=bool)), rows, stand_ins


RULE = Rule(
    name="quotas",
    place="rows",
    meaning="No more instances run at once than the quotas allow.",
    relaxation=Relaxation("raise a quota", "instances", 9.0),
    apply=quota_rows,
)

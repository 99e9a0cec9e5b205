"""Tiered transfer prices: the month's total volume on a pair decides what each part of it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.catalog import TransferTier
from optimizer.domain.scenario import Floats
from optimizer.formulation.problem import Columns, Rows
from optimizer.formulation.rule import Relaxation, Rule


@dataclass(frozen=True, slots=True, eq=False)
class TieredPair:
    """Volume that each block puts on a pair whose price has tiers, GB a month, shape (blocks,)."""

    pair: tuple[str, str]
    tiers: tuple[TransferTier, ...]
    gb_per_month: Floats


def egress_tiers(
    pair: TieredPair, first_column: int, cost_factor: float, *, on: bool = True
) -> tuple[Columns, tuple[Rows, ...]]:
    r"""Price the volume of one pair.

    With one binary :math:`z_k` and one volume :math:`v_k` for each tier from :math:`l_k` to :math:`u_k` GB,

    .. math:: \sum_b g_b y_b = \sum_k v_k, \quad l_k z_k \le v_k \le u_k z_k, \quad \sum_k z_k = 1

    and the cost :math:`\sum_k (C(l_k) - p_k l_k) z_k + p_k v_k` is exact although it is concave. Volumes are counted in
    shares of the largest possible one, so that coefficients stay near 1.

    Parameters
    ----------
    pair
        The pair, its tiers and the blocks' volumes.
    first_column
        Index of the first new column.
    cost_factor
        Months of the horizon times what support adds.

    Returns
    -------
    columns, rows
        First the binaries, then the volumes, tier by tier.
    """
    tiers = list(pair.tiers) if on else [pair.tiers[-1]]
    scale = max(float(pair.gb_per_month.sum()), 1.0)
    lower = np.array([tier.from_gb for tier in tiers]) / scale if on else np.zeros(1)
    upper = np.minimum(np.append(lower[1:], np.inf), 1.0)
    reachable = lower < 1.0
    tiers, lower, upper = (
        [t for t, keep in zip(tiers, reachable, strict=True) if keep],
        lower[reachable],
        upper[reachable],
    )
    price = np.array([tier.price_per_gb for tier in tiers]) * scale * cost_factor
    start_cost = np.concatenate([[0.0], np.cumsum(price[:-1] * np.diff(lower))])
    count = len(tiers)
    binaries = first_column + np.arange(count)
    volumes = binaries + count
    columns = Columns(
        cost=np.concatenate([start_cost - price * lower, price]),
        upper=np.concatenate([np.ones(count), upper]),
        integer=np.concatenate([np.ones(count, dtype=bool), np.zeros(count, dtype=bool)]),
    )
    return columns, _rows(pair, binaries, volumes, lower, upper, scale)


def _rows(
    pair: TieredPair, binaries: np.ndarray, volumes: np.ndarray, lower: Floats, upper: Floats, scale: float
) -> tuple[Rows, ...]:
    name = " to ".join(pair.pair)
    users = np.flatnonzero(pair.gb_per_month)
    balance_columns = np.concatenate([users, volumes])
    balance_values = np.concatenate([pair.gb_per_month[users] / scale, -np.ones(volumes.size)])
    count = binaries.size
    bounds: list[tuple[Sequence[int], Sequence[float]]] = []
    for tier in range(count):
        bounds.append(([volumes[tier], binaries[tier]], [1.0, -lower[tier]]))  # v >= l z
        bounds.append(([binaries[tier], volumes[tier]], [upper[tier], -1.0]))  # v <= u z
    return (
        Rows.from_lists("egress_tiers", (f"volume,{name}",), [balance_columns], [balance_values], [0.0], [0.0]),
        Rows.from_lists("egress_tiers", (f"one tier,{name}",), [binaries], [np.ones(count)], [1.0], [1.0]),
        Rows.from_lists(
            "egress_tiers",
            tuple(f"tier {tier} {end},{name}" for tier in range(count) for end in ("from", "to")),
            [np.asarray(columns) for columns, _ in bounds],
            [np.asarray(values) for _, values in bounds],
            [0.0] * (2 * count),
            [np.inf] * (2 * count),
        ),
    )


RULE = Rule(
    name="egress_tiers",
    place="rows",
    meaning="Tiered transfer prices apply to the month's whole volume on a pair.",
    relaxation=Relaxation("none: a price, not a limit", "", 1e9),
    apply=egress_tiers,
)

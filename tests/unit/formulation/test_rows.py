"""Rows of the linking rules, read as matrices on problems small enough to write down."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.domain.catalog import Source, TransferTier
from optimizer.formulation.problem import BlockIndex
from optimizer.formulation.rules.egress_tiers import TieredPair, egress_tiers
from optimizer.formulation.rules.every_origin_served import every_origin_served
from optimizer.formulation.rules.one_pool_per_location import one_pool_per_location


def _index() -> BlockIndex:
    """Blocks: s in north for east, s in north for both, s in south for west, u in north for both."""
    return BlockIndex(
        service=np.array([0, 0, 0, 1]),
        location=np.array([0, 0, 1, 0]),
        serves=np.array([[True, False], [True, True], [False, True], [True, True]]),
        service_names=("s", "u"),
        location_names=("north", "south"),
        origin_names=("east", "west"),
        demand_pairs=((0, 0), (0, 1), (1, 0)),
    )


def test_every_origin_is_served_once():
    """One row for each (service, origin) with demand, over the blocks that serve it; u has no demand from west."""
    rows = every_origin_served(_index())
    assert rows.dense(4).tolist() == [
        [1, 1, 0, 0],  # s, east
        [0, 1, 1, 0],  # s, west
        [0, 0, 0, 1],  # u, east
    ]
    assert rows.lower.tolist() == rows.upper.tolist() == [1, 1, 1]
    assert rows.labels == ("s,east", "s,west", "u,east")


def test_a_pair_without_a_block_is_an_impossible_row():
    """A service without any block gives 0 = 1, never nothing."""
    index = _index()
    rows = every_origin_served(
        BlockIndex(
            index.service[:0],
            index.location[:0],
            index.serves[:0],
            index.service_names,
            index.location_names,
            index.origin_names,
            ((0, 0),),
        )
    )
    assert rows.dense(0).shape == (1, 0)
    assert rows.lower.tolist() == [1]


def test_one_pool_of_a_service_in_a_location():
    """Blocks of one service in one location exclude each other; other services and places do not mind."""
    rows = one_pool_per_location(_index())
    assert rows.dense(4).tolist() == [
        [1, 1, 0, 0],  # s in north
        [0, 0, 1, 0],  # s in south
        [0, 0, 0, 1],  # u in north
    ]
    assert rows.upper.tolist() == [1, 1, 1]
    assert np.isneginf(rows.lower).all()


def _pair() -> TieredPair:
    source = Source("list", "made for a test", "2026-01-01")
    tiers = (TransferTier("n", "internet", 0.0, 0.10, source), TransferTier("n", "internet", 100.0, 0.05, source))
    return TieredPair(("n", "internet"), tiers, np.array([150.0, 0.0, 50.0]))


def test_tiers_cost_what_a_tax_table_says():
    """Columns price each tier by a start cost and a slope: 100 GB at 0.10, then 0.05, for 2 months."""
    columns, _ = egress_tiers(_pair(), 3, 2.0)
    # scale 200 GB: tier 1 slope 0.10 x 200 x 2 = 40; tier 2 slope 20, start: 20 at half the scale, less 20 x 0.5
    assert columns.cost.tolist() == [0.0, 10.0, 40.0, 20.0]
    assert columns.integer.tolist() == [True, True, False, False]
    assert columns.upper.tolist() == [1.0, 1.0, 0.5, 1.0]


def test_tier_rows_tie_volume_to_blocks():
    """Volume in shares of the largest possible one equals the sum over tiers, and one tier is taken."""
    _, (balance, one, limits) = egress_tiers(_pair(), 3, 2.0)
    assert balance.dense(7).tolist() == [[0.75, 0, 0.25, 0, 0, -1, -1]]
    assert one.dense(7).tolist() == [[0, 0, 0, 1, 1, 0, 0]]
    assert limits.dense(7).tolist() == [
        [0, 0, 0, 0, 0, 1, 0],  # v1 >= 0
        [0, 0, 0, 0.5, 0, -1, 0],  # v1 <= 0.5 z1
        [0, 0, 0, 0, -0.5, 0, 1],  # v2 >= 0.5 z2
        [0, 0, 0, 0, 1, 0, -1],  # v2 <= z2
    ]
    assert balance.lower.tolist() == balance.upper.tolist() == [0]
    assert limits.lower.tolist() == [0, 0, 0, 0]
    assert one.lower.tolist() == one.upper.tolist() == [pytest.approx(1.0)]

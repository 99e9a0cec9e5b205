"""Blocks to arrays: columns, rows, and the fixed part of the bill."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.formulation.blocks import Block
from optimizer.formulation.context import Context
from optimizer.formulation.problem import BlockIndex, Columns, Problem, Rows
from optimizer.formulation.rules.egress_tiers import TieredPair, egress_tiers
from optimizer.formulation.rules.every_origin_served import every_origin_served
from optimizer.formulation.rules.one_pool_per_location import one_pool_per_location


def assemble(context: Context, blocks: Sequence[Block], locations: Sequence[str]) -> Problem:
    """Return the problem of choosing blocks.

    Columns are the blocks (binary) in the given order, then those of tiered transfer prices.
    """
    index = block_index(context, blocks, locations)
    columns = Columns(
        cost=np.array([block.cost for block in blocks], dtype=np.float64),
        upper=np.ones(len(blocks)),
        integer=np.ones(len(blocks), dtype=bool),
    )
    linking = (every_origin_served, one_pool_per_location)
    rows: list[Rows] = [rule(index) for rule in linking if context.is_on(rule.__name__)]
    for pair in tiered_pairs(context, blocks):
        factor = context.rates.horizon_months * context.rates.support_factor
        more, tier_rows = egress_tiers(pair, columns.cost.size, factor, on=context.is_on("egress_tiers"))
        columns = _joined(columns, more)
        rows.extend(tier_rows)
    return Problem(columns, tuple(rows), context.rates.fixed_total(), len(blocks))


def block_index(context: Context, blocks: Sequence[Block], locations: Sequence[str]) -> BlockIndex:
    """Return which block is what, for the rules that link blocks."""
    scenario = context.scenario
    serves = np.zeros((len(blocks), len(scenario.origins)), dtype=bool)
    for number, block in enumerate(blocks):
        serves[number, list(block.origins)] = True
    pairs = [
        (service, origin)
        for service, item in enumerate(scenario.services)
        for origin in range(len(scenario.origins))
        if float(item.demand.peak_per_s[origin].max(initial=0.0)) > 0.0
    ]
    return BlockIndex(
        service=np.array([block.service for block in blocks], dtype=np.int64),
        location=np.array([locations.index(block.location) for block in blocks], dtype=np.int64),
        serves=serves,
        service_names=tuple(service.name for service in scenario.services),
        location_names=tuple(locations),
        origin_names=tuple(origin.name for origin in scenario.origins),
        demand_pairs=tuple(pairs),
    )


def tiered_pairs(context: Context, blocks: Sequence[Block]) -> list[TieredPair]:
    """Return the pairs with tiered prices and the volume each block puts on them, GB a month."""
    volumes: dict[tuple[str, str], np.ndarray] = {}
    for number, block in enumerate(blocks):
        for origin in block.origins:
            requests = context.requests(block.service, origin)
            for flow in context.flows(origin, block.location):
                if context.is_tiered(flow.pair):
                    gb = volumes.setdefault(flow.pair, np.zeros(len(blocks)))
                    gb[number] += requests * flow.gb_per_request / context.rates.horizon_months
    return [TieredPair(pair, context.rates.transfer_tiers(*pair), gb) for pair, gb in sorted(volumes.items())]


def _joined(first: Columns, second: Columns) -> Columns:
    return Columns(
        cost=np.concatenate([first.cost, second.cost]),
        upper=np.concatenate([first.upper, second.upper]),
        integer=np.concatenate([first.integer, second.integer]),
    )

"""Blocks to arrays: columns, rows, and the fixed part of the bill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.limits import Quota
from optimizer.domain.purchase import OWNED
from optimizer.domain.scenario import Floats
from optimizer.formulation.blocks import Block
from optimizer.formulation.changing import change_rows, started_anew
from optimizer.formulation.context import Context
from optimizer.formulation.groups import has_demand
from optimizer.formulation.problem import BlockIndex, Columns, Problem, Rows
from optimizer.formulation.purchasing import KeyUse, Purchases, purchases_of
from optimizer.formulation.rules.carbon_limit import carbon_limit
from optimizer.formulation.rules.egress_tiers import TieredPair, egress_tiers
from optimizer.formulation.rules.every_origin_served import every_origin_served
from optimizer.formulation.rules.latency import network_s
from optimizer.formulation.rules.max_instance_types import max_instance_types
from optimizer.formulation.rules.one_pool_per_location import one_pool_per_location
from optimizer.formulation.rules.pins import kept_in_place
from optimizer.formulation.rules.pipelines import pipelines
from optimizer.formulation.rules.power_limit import power_limit
from optimizer.formulation.rules.quotas import Counted, quota_rows
from optimizer.formulation.rules.region_loss import one_standby
from optimizer.formulation.rules.site_limits import site_limits
from optimizer.units import KG_PER_TONNE


@dataclass(frozen=True, slots=True, eq=False)
class Assembled:
    """The problem of choosing blocks, and where it keeps what is bought for the whole horizon."""

    problem: Problem
    keys: tuple[KeyUse, ...]


class _Builder:
    """Columns and rows in the order in which they are added."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.rows: list[Rows] = []

    @property
    def next_column(self) -> int:
        """Index of the next column."""
        return int(self.columns.cost.size)

    def add(self, columns: Columns | None, rows: Sequence[Rows]) -> None:
        """Append columns, and the rows that may use them."""
        if columns is not None:
            self.columns = _joined(self.columns, columns)
        self.rows.extend(rows)


def assemble(context: Context, blocks: Sequence[Block], locations: Sequence[str]) -> Assembled:
    """Return the problem of choosing blocks and what to buy for them.

    Columns are the blocks (binary) in the given order, then what is bought, then those of counted types, quotas and
    tiered transfer prices.
    """
    index = block_index(context, blocks, locations)
    builder = _Builder(_block_columns(context, blocks))
    bought = purchases_of(context, blocks, len(blocks))
    linking = (every_origin_served, one_pool_per_location)
    builder.add(bought.columns, [rule(index) for rule in linking if context.is_on(rule.__name__)])
    builder.add(None, [*bought.rows, *_linked(context, index, bought)])
    if context.scenario.pipelines and context.is_on("pipelines"):
        edges = edge_seconds(context, blocks)
        columns, rows = pipelines(index, edges, context.scenario.pipelines, builder.next_column)
        builder.add(columns, [rows])
    _add_limits(context, builder, index, blocks, bought)
    if context.charge > 0.0:
        builder.add(*change_rows(context, blocks, builder.next_column))
    for pair in tiered_pairs(context, blocks):
        factor = context.rates.horizon_months * context.rates.support_factor(pair.pair[0])
        builder.add(*egress_tiers(pair, builder.next_column, factor, on=context.is_on("egress_tiers")))
    problem = Problem(builder.columns, tuple(builder.rows), context.rates.fixed_total(), len(blocks))
    return Assembled(problem, tuple(bought.keys))


def _block_columns(context: Context, blocks: Sequence[Block]) -> Columns:
    """Blocks carry their own cost, what they start anew, and their rent where nothing shares it."""
    own = [block.cost if context.supply(*block.configuration.key).is_separable else block.own_cost for block in blocks]
    cost = [each + started_anew(context, block) for each, block in zip(own, blocks, strict=True)]
    return Columns(np.array(cost, dtype=np.float64), np.ones(len(blocks)), np.ones(len(blocks), dtype=bool))


def _linked(context: Context, index: BlockIndex, bought: Purchases) -> list[Rows]:
    """Rows of standby locations, pinned places and sites."""
    scenario, rows = context.scenario, []
    protected = [number for number, service in enumerate(scenario.services) if context.stands_by(service)]
    if protected:
        rows.append(one_standby(index, protected))
    if context.is_on("pins") and any(pin.min_instances > 0 for pin in scenario.pins):
        rows.append(kept_in_place(index, scenario.pins))
    owned = {key.supply.key: key.steady[OWNED] for key in bought.keys if OWNED in key.steady}
    if owned and context.is_on("site_limits"):
        rows.append(site_limits(context.catalog, owned, scenario.commitments))
    return rows


def _add_limits(
    context: Context, builder: _Builder, index: BlockIndex, blocks: Sequence[Block], bought: Purchases
) -> None:
    """Rows of the limits on the whole plan."""
    limits = context.scenario.limits
    if limits.max_instance_types is not None and context.is_on("max_instance_types"):
        types = [block.configuration.key[:2] for block in blocks]
        columns, rows = max_instance_types(index, types, limits.max_instance_types, builder.next_column)
        builder.add(columns, [rows])
    if limits.power_kw is not None and context.is_on("power_limit"):
        labels = [period.label for period in context.scenario.periods]
        draws = [block.running.kw if block.running.kw is not None else np.zeros(len(labels)) for block in blocks]
        builder.add(None, [power_limit(np.array(draws).reshape(len(blocks), len(labels)), labels, limits.power_kw)])
    if limits.carbon_t is not None and context.is_on("carbon_limit"):
        emitted = np.array([block.running.carbon_kg or 0.0 for block in blocks], dtype=np.float64)
        builder.add(None, [carbon_limit(emitted, limits.carbon_t * KG_PER_TONNE)])
    for quota in limits.quotas if context.is_on("quotas") else ():
        builder.add(*quota_rows(quota, counted_of(context, quota, bought.keys), builder.next_column))


def edge_seconds(context: Context, blocks: Sequence[Block]) -> Floats:
    """Return what blocks may take as seen at each origin that they serve or stand by for, 0 elsewhere.

    Shape (blocks, origins), seconds: the budget, the overhead and the origin's own round trip.
    """
    scenario = context.scenario
    found = np.zeros((len(blocks), len(scenario.origins)))
    for number, block in enumerate(blocks):
        overhead = scenario.services[block.service].overhead_s
        for origin in (*block.origins, *(brought for brought, _ in block.group.standby)):
            trip = network_s(scenario, context.catalog, [scenario.origins[origin]], block.location) or 0.0
            found[number, origin] = block.budget_s + overhead + trip
    return found


def counted_of(context: Context, quota: Quota, keys: Sequence[KeyUse]) -> list[Counted]:
    """Return what a quota counts, key by key, in the hours of every demand."""
    found = []
    for key in keys:
        provider, kind, location = key.supply.key
        if not quota.match.fits(kind, location):
            continue
        row = context.catalog.instance_types[provider, kind]
        signed: dict[str, int] = {}
        for item in key.supply.signed:
            signed[item.purchase_option] = signed.get(item.purchase_option, 0) + item.count
        lasting = [item.count for item in key.supply.signed if item.reserved and item.horizon_share >= 1.0]
        main = context.timeline.main_count
        found.append(
            Counted(
                key=key.supply.key,
                each=1.0 if quota.max_instances is not None else float(row.vcpu),
                blocks=key.blocks,
                use=key.use[:, :main],
                spot=key.spot[:, :main],
                steady={str(option): column for option, column in key.steady.items()},
                signed=signed,
                reserved=sum(lasting),
            )
        )
    return found


def block_index(context: Context, blocks: Sequence[Block], locations: Sequence[str]) -> BlockIndex:
    """Return which block is what, for the rules that link blocks."""
    scenario = context.scenario
    serves = np.zeros((len(blocks), len(scenario.origins)))
    for number, block in enumerate(blocks):
        serves[number, list(block.origins)] = block.group.shares
    pairs = [
        (service, origin)
        for service, item in enumerate(scenario.services)
        for origin in range(len(scenario.origins))
        if has_demand(item, origin)
    ]
    return BlockIndex(
        service=np.array([block.service for block in blocks], dtype=np.int64),
        location=np.array([locations.index(block.location) for block in blocks], dtype=np.int64),
        serves=serves,
        service_names=tuple(service.name for service in scenario.services),
        location_names=tuple(locations),
        origin_names=tuple(origin.name for origin in scenario.origins),
        demand_pairs=tuple(pairs),
        standby=tuple(frozenset(block.group.standby) for block in blocks),
        pools_per_location=2 if any(block.group.eighths for block in blocks) else 1,
    )


def tiered_pairs(context: Context, blocks: Sequence[Block]) -> list[TieredPair]:
    """Return the pairs with tiered prices and the volume each block puts on them, GB a month."""
    volumes: dict[tuple[str, str], np.ndarray] = {}
    for number, block in enumerate(blocks):
        for origin in block.origins:
            requests = context.requests(block.service, origin) * block.group.share(origin)
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

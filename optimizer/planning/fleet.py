"""What is bought as rows of the fleet: by zone where a zone matters, else for the whole location."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from optimizer.domain.plan import FleetRow
from optimizer.domain.purchase import ON_DEMAND, SPOT, PurchaseOption
from optimizer.domain.scenario import Floats
from optimizer.formulation.context import Context
from optimizer.formulation.purchasing import segments_of
from optimizer.planning.buying import KeyBuy


def fleet_of(context: Context, buys: Sequence[KeyBuy]) -> tuple[FleetRow, ...]:
    """Return every row of the fleet, sorted by place, type, zone and option."""
    rows = [row for buy in buys for row in (*_flexible_rows(context, buy), *_steady_rows(context, buy))]
    return tuple(
        sorted(rows, key=lambda row: (row.location, row.instance_type, row.purchase_option, row.zone, row.until))
    )


def _flexible_rows(context: Context, buy: KeyBuy) -> Iterator[FleetRow]:
    """Spot and on demand by zone: most over the parts of the horizon for the demand planned for, and expected."""
    zones, instances, room = _by_zone(context, buy)
    if not zones or buy.supply.on_demand is None:
        return
    line = context.timeline
    weights, shape = line.weights[:, None, None], instances.shape
    options: tuple[PurchaseOption, ...] = (SPOT, ON_DEMAND)
    most = {option: np.zeros(shape[1:]) for option in options}
    expected = {option: np.zeros(shape[1:]) for option in options}
    for segment in segments_of(buy.supply):
        mix = buy.mix(segment)
        spot = _poured(_main(context, mix.spot), room)
        on_demand = _poured(_main(context, mix.on_demand), instances - spot)
        for option, counts in zip(options, (spot, on_demand), strict=True):
            most[option] = np.maximum(most[option], counts[0])
            expected[option] += segment.share * (weights * counts).sum(axis=0)
    for option in options:
        for number, zone in enumerate(zones):
            if most[option][:, number].any() or expected[option][:, number].any():
                yield _row(context, buy, option, zone, most[option][:, number], expected[option][:, number])


def _main(context: Context, values: Floats) -> Floats:
    """Values of the main slots, shape (demands, periods)."""
    line = context.timeline
    return values[: line.main_count].reshape(len(line.demands), -1)


def _by_zone(context: Context, buy: KeyBuy) -> tuple[list[str], Floats, Floats]:
    """Zones in use, and instances and room for spot there, shape (demands, periods, zones)."""
    line = context.timeline
    zones = sorted({zone for block in buy.blocks for zone in block.configuration.zones})
    shape = (len(line.demands), line.hours.size, len(zones))
    instances, room = np.zeros(shape), np.zeros(shape)
    for block in buy.blocks:
        for own, zone in enumerate(block.configuration.zones):
            instances[:, :, zones.index(zone)] += block.staffing.instances[:, :, own]
            room[:, :, zones.index(zone)] += block.staffing.spot[:, :, own]
    return zones, instances, room


def _poured(totals: Floats, limits: Floats) -> Floats:
    """Divide totals, shape (demands, periods), over zones in order, each up to its limit."""
    before = np.cumsum(limits, axis=2) - limits
    part: Floats = np.clip(totals[:, :, None] - before, 0.0, limits)
    return part


def _row(
    context: Context, buy: KeyBuy, option: PurchaseOption, zone: str, counts: Floats, expected: Floats
) -> FleetRow:
    provider, kind, location = buy.key
    price = context.rates.instance_hour(provider, kind, location, option)
    return FleetRow(
        provider=provider,
        region=context.catalog.locations[location].region,
        zone=zone,
        instance_type=kind,
        purchase_option=option,
        count_by_period=tuple(np.round(counts).astype(np.int64).tolist()),
        expected_count_by_period=tuple(expected.tolist()),
        price_per_hour=0.0 if price is None else price.amount,
        price_as_of="" if price is None else price.source.as_of,
        price_basis="unknown" if price is None else price.source.basis,
    )


def _steady_rows(context: Context, buy: KeyBuy) -> Iterator[FleetRow]:
    """What holds in the whole location: bought for the horizon, and signed before."""
    periods = np.ones(context.period_hours.size)
    for option, count in buy.steady.items():
        yield _row(context, buy, option, "", count * periods, count * periods)
    provider, kind, location = buy.key
    for item in buy.supply.signed:
        yield FleetRow(
            provider=provider,
            region=context.catalog.locations[location].region,
            zone="",
            instance_type=kind,
            purchase_option=item.purchase_option,
            count_by_period=(item.count,) * periods.size,
            expected_count_by_period=(item.count * item.horizon_share,) * periods.size,
            price_per_hour=item.price_per_hour,
            price_as_of=context.scenario.horizon_start,
            price_basis="stated",
            until=item.until,
        )

"""Limits of single hours in the relaxation: quotas, replicas, pins, power, sites, regions and counted types."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.domain.limits import Quota
from optimizer.domain.purchase import ON_DEMAND, OWNED, SPOT
from optimizer.domain.scenario import Floats
from optimizer.formulation.context import Context
from optimizer.formulation.optimistic import Offer
from optimizer.formulation.problem import Indices
from optimizer.formulation.relaxed_rows import Shares
from optimizer.formulation.supply import Key, Supply
from optimizer.units import WATTS_PER_KW


def quota_limits(context: Context, shares: Shares, hour: int) -> None:
    """Limit what every quota of instances, or of on-demand capacity, counts in an hour."""
    quotas = context.scenario.limits.quotas if context.is_on("quotas") else ()
    for quota in quotas:
        counts = quota_counts(context, quota, shares.outlook.offers) * shares.instances(hour)
        mine = np.flatnonzero(counts)
        spared = reserved_units(context, quota)
        shares.limit("quotas", shares.columns(hour, mine), counts[mine], quota.limit + spared)


def quota_counts(context: Context, quota: Quota, offers: Sequence[Offer]) -> Floats:
    """Return what a quota counts at least of an instance of each offer, shape (offers,); 0 where it means others."""
    counts = np.zeros(len(offers))
    if quota.match.purchase_option not in (None, ON_DEMAND):
        return counts
    for number, offer in enumerate(offers):
        kind = offer.candidate.instance
        if quota.match.fits(kind.name, offer.location):
            counts[number] = 1.0 if quota.max_instances is not None else float(kind.vcpu)
            if quota.match.purchase_option == ON_DEMAND:
                counts[number] *= _on_demand_share(context, offer)
    return counts


def _on_demand_share(context: Context, offer: Offer) -> float:
    """Return which part of the instances needs on-demand capacity whatever is bought."""
    if (offer.candidate.instance.provider, offer.candidate.instance.name, offer.location) in context.catalog.owned:
        return 0.0
    spot = SPOT in context.options and context.rates.instance_hour(*offer.key, SPOT) is not None
    return 1.0 - context.scenario.purchase.spot.max_share if spot else 1.0


def reserved_units(context: Context, quota: Quota) -> float:
    """Return what reserved capacity spares a quota of on-demand capacity, in its unit."""
    if quota.match.purchase_option != ON_DEMAND:
        return 0.0
    spared = 0.0
    for item in context.scenario.commitments:
        if item.reserved and quota.match.fits(item.instance_type, item.location):
            provider = item.location.split("/", maxsplit=1)[0]
            row = context.catalog.instance_types.get((provider, item.instance_type))
            each = 1.0 if quota.max_instances is not None or row is None else float(row.vcpu)
            spared += each * item.count
    return spared


def replica_rows(context: Context, shares: Shares, hour: int) -> None:
    """Keep replicas of a service in a location, and instances under a pin, within their most."""
    for index, location, mine in _places(shares):
        service, instances = context.scenario.services[index], shares.instances(hour)[mine]
        offers = [shares.outlook.offers[number] for number in mine.tolist()]
        columns = shares.columns(hour, mine)
        if service.max_replicas is not None and context.is_on("replica_bounds"):
            replicas = np.array([offer.candidate.replicas_per_instance for offer in offers])
            shares.limit("replica_bounds", columns, replicas * instances, service.max_replicas)
        for pin in context.pins_of(service.name, location):
            if pin.max_instances is not None:
                shares.limit("pins", columns, instances, pin.max_instances)


def kept_pins(context: Context, shares: Shares, hour: int) -> None:
    """Keep the fewest instances of pinned places, and the fewest replicas of a service somewhere."""
    for index, location, mine in _places(shares):
        service = context.scenario.services[index]
        instances = shares.instances(hour)[mine]
        for pin in context.pins_of(service.name, location):
            # Instances that idle in an hour without need are in no share of it.
            if pin.location is not None and (instances > 0.0).all():
                shares.floor("pins", shares.columns(hour, mine), instances, pin.min_instances)
    for index, service in enumerate(context.scenario.services):
        mine = _of_service(shares, index)
        instances = shares.instances(hour)[mine]
        if mine.size and context.is_on("replica_bounds") and (instances > 0.0).all():
            per = np.array([shares.outlook.offers[n].candidate.replicas_per_instance for n in mine.tolist()])
            values = per * instances
            shares.floor("replica_bounds", shares.columns(hour, mine), values, service.min_replicas)


def power_rows(context: Context, shares: Shares, hour: int) -> None:
    """Limit the draw of an hour."""
    limit = context.scenario.limits.power_kw
    if limit is None or not context.is_on("power_limit"):
        return
    need = shares.need_per_s[hour, shares.pair]
    kw = np.array([least_kw_per_need(context, offer, 1.0) for offer in shares.outlook.offers]) * need
    shares.limit("power_limit", shares.columns(hour, np.arange(kw.size)), kw, limit)


def least_kw_per_need(context: Context, offer: Offer, work: float) -> float:
    """Return the least draw for a request/s of need of which the share `work` really comes, kW."""
    draw = context.power(offer.candidate)
    if draw is None:
        return 0.0
    watts = draw.idle_w * offer.instances_per_need + (draw.max_w - draw.idle_w) * work / offer.full_rate_per_s
    return watts * draw.pue / WATTS_PER_KW


def spread_over_regions(context: Context, shares: Shares, hour: int) -> None:
    """Carry the protected need of a service without any one of its locations."""
    for index, service in enumerate(context.scenario.services):
        mine = _of_service(shares, index)
        if not context.stands_by(service) or not mine.size:
            continue
        offers = [shares.outlook.offers[number] for number in mine.tolist()]
        best: dict[Key, float] = {}
        for offer in offers:
            best[offer.key] = max(best.get(offer.key, 0.0), offer.rate_per_s)
        need = sum(
            float(shares.need_per_s[hour, number])
            for number, pair in enumerate(shares.outlook.pairs)
            if pair[0] == index
        )
        carried = shares.instances(hour)[mine] * np.array([best[offer.key] for offer in offers])
        for lost in sorted({offer.location for offer in offers}):
            stays = np.array([offer.location != lost for offer in offers])
            columns = shares.columns(hour, mine[stays])
            shares.floor("region_loss", columns, carried[stays], service.protected_share * need)


def without_on_demand(context: Context, shares: Shares, hours: Sequence[int]) -> None:
    """Cover types that cannot be had on demand by what is signed or bought for the horizon, within sites and counts."""
    bought: dict[tuple[Key, str], int] = {}
    for key, mine in _by_key(shares).items():
        supply = shares.outlook.offers[int(mine[0])].supply
        if supply.on_demand is not None or not context.is_on("purchases_cover_use"):
            continue
        for option in sorted(supply.steady):
            upper = float(supply.most.get(option, np.inf))
            bought[key, option] = int(shares.more(1, upper=upper)[0])
        columns = np.array([column for (name, _), column in bought.items() if name == key], dtype=np.int64)
        lasting = sum(item.count for item in supply.signed if item.horizon_share >= 1.0)
        for hour in hours:
            values = np.concatenate([shares.instances(hour)[mine], -np.ones(columns.size)])
            _cover(shares, np.concatenate([shares.columns(hour, mine), columns]), values, float(lasting))
    _steady_quotas(context, shares, bought)
    _sites(context, shares, {key: column for (key, option), column in bought.items() if option == OWNED})


def _cover(shares: Shares, columns: Indices, values: Floats, signed: float) -> None:
    """Use no more than what is signed and bought; t counts in the largest use of a share."""
    scale = max(float(values.max(initial=0.0)), signed, 1.0)
    every = np.append(columns, 0)
    shares.row("purchases_cover_use", every, np.append(values / scale, -1.0), -np.inf, signed / scale)


def _steady_quotas(context: Context, shares: Shares, bought: dict[tuple[Key, str], int]) -> None:
    """Limit what is committed or owned under a quota of that option."""
    quotas = context.scenario.limits.quotas if context.is_on("quotas") else ()
    for quota in quotas:
        option = quota.match.purchase_option
        found = [
            (column, 1.0 if quota.max_instances is not None else float(context.catalog.instance_types[key[:2]].vcpu))
            for (key, name), column in bought.items()
            if name == option and quota.match.fits(key[1], key[2])
        ]
        columns = np.array([column for column, _ in found], dtype=np.int64)
        if found:
            shares.limit("quotas", columns, np.array([each for _, each in found]), quota.limit)


def _sites(context: Context, shares: Shares, owned: dict[Key, int]) -> None:
    """Limit owned machines by the power and the racks of their site."""
    for location, site in sorted(context.catalog.sites.items()):
        keys = [key for key in owned if key[2] == location]
        if not keys or not context.is_on("site_limits"):
            continue
        columns = np.array([owned[key] for key in keys], dtype=np.int64)
        for unit, limit in (("kW", site.power_limit_kw), ("rack units", site.rack_units)):
            if limit is not None:
                sizes = np.array([machine_size(context, key, unit) for key in keys])
                shares.limit("site_limits", columns, sizes, limit - taken_in_site(context, location, unit))


def machine_size(context: Context, key: Key, unit: str) -> float:
    """Return the kW or rack units of one owned machine; 0 where they are not known."""
    if unit == "kW":
        kind = context.catalog.instance_types.get(key[:2])
        return 0.0 if kind is None or kind.max_power_w is None else kind.max_power_w / WATTS_PER_KW
    server = context.catalog.owned.get(key)
    return 0.0 if server is None else server.rack_units


def taken_in_site(context: Context, location: str, unit: str) -> float:
    """Return what machines that stand in a site already take of it."""
    provider = location.split("/", maxsplit=1)[0]
    return sum(
        item.count * machine_size(context, (provider, item.instance_type, location), unit)
        for item in context.scenario.commitments
        if item.location == location and item.purchase_option == OWNED
    )


def counted_types(context: Context, shares: Shares, hours: Sequence[int]) -> None:
    """Use no more instance types than allowed: one binary for each."""
    limit = context.scenario.limits.max_instance_types
    if limit is None or not context.is_on("max_instance_types"):
        return
    kinds = [offer.key[:2] for offer in shares.outlook.offers]
    names = sorted(set(kinds))
    used = shares.more(len(names), upper=1.0, integer=True)
    number = np.array([names.index(kind) for kind in kinds], dtype=np.int64)
    for pair in range(len(shares.outlook.pairs)):
        mine = np.flatnonzero(shares.pair == pair)
        shares.row(
            "max_instance_types", used[np.unique(number[mine])], np.ones(np.unique(number[mine]).size), 1, np.inf
        )
        if not _may_be_overstaffed(context, shares.outlook.pairs[pair][0]):
            for kind in np.unique(number[mine]).tolist():
                same = mine[number[mine] == kind]
                for hour in hours:
                    columns = np.append(shares.columns(hour, same), used[kind])
                    shares.row("max_instance_types", columns, np.append(np.ones(same.size), -1.0), -np.inf, 0.0)
    shares.limit("max_instance_types", used, np.ones(used.size), float(limit))


def _may_be_overstaffed(context: Context, index: int) -> bool:
    """Whether shares of a service may have to sum to more than 1, so that a type in use has no bound on its share."""
    service = context.scenario.services[index]
    pinned = any(pin.service == service.name and pin.min_instances > 0 for pin in context.scenario.pins)
    return pinned or service.min_replicas > 0 or context.stands_by(service)


def _places(shares: Shares) -> list[tuple[int, str, Indices]]:
    """Offers by service and location."""
    found: dict[tuple[int, str], list[int]] = {}
    for number, offer in enumerate(shares.outlook.offers):
        found.setdefault((shares.outlook.pairs[offer.pair][0], offer.location), []).append(number)
    return [(index, place, np.array(mine, dtype=np.int64)) for (index, place), mine in sorted(found.items())]


def _of_service(shares: Shares, index: int) -> Indices:
    services = np.array([pair[0] for pair in shares.outlook.pairs], dtype=np.int64)
    return np.flatnonzero(services[shares.pair] == index) if shares.pair.size else np.zeros(0, dtype=np.int64)


def _by_key(shares: Shares) -> dict[Key, Indices]:
    found: dict[Key, list[int]] = {}
    for number, offer in enumerate(shares.outlook.offers):
        found.setdefault(offer.key, []).append(number)
    return {key: np.array(mine, dtype=np.int64) for key, mine in sorted(found.items())}


def least_hourly(supply: Supply, horizon_hours: float) -> float:
    """Return the least an instance-hour can cost with all that comes on top; 0 where only signed ones can be used."""
    prices = [price for price in (supply.on_demand, supply.spot) if price is not None]
    prices += [cost / horizon_hours for cost in supply.steady.values()]
    return min(prices, default=0.0)

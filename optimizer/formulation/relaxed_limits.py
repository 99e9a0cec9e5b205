"""Limits of single hours in the relaxation: quotas, replicas, pins, power, regions and counted types."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.domain.limits import Quota
from optimizer.domain.purchase import ON_DEMAND, SPOT
from optimizer.domain.scenario import Floats
from optimizer.formulation.context import Context
from optimizer.formulation.optimistic import Offer, Outlook
from optimizer.formulation.problem import Indices
from optimizer.formulation.relaxed_rows import Shares
from optimizer.formulation.supply import Key
from optimizer.units import WATTS_PER_KW


def may_be_spare(context: Context, outlook: Outlook) -> np.ndarray:
    """Say which offers may have instances that no demand asks for: pins, fewest replicas or standby do."""
    services = context.scenario.services
    pinned = {pin.service for pin in context.scenario.pins if pin.min_instances > 0}
    spare = [item.name in pinned or item.min_replicas > 0 or context.stands_by(item) for item in services]
    return np.array([spare[outlook.pairs[offer.pair][0]] for offer in outlook.offers], dtype=bool)


def quota_limits(context: Context, shares: Shares, hour: int) -> None:
    """Limit what every quota of instances, or of on-demand capacity, counts in an hour."""
    quotas = context.scenario.limits.quotas if context.is_on("quotas") else ()
    for quota in quotas:
        each = quota_counts(context, quota, shares.outlook.offers)
        mine = np.flatnonzero(each)
        shares.limit("quotas", *shares.counted(hour, mine, each[mine]), quota.limit + reserved_units(context, quota))


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
    """Keep replicas of a service in a location, and instances under a pin, within their fewest and most."""
    for (index, location), mine in _places(shares).items():
        service = context.scenario.services[index]
        if service.max_replicas is not None and context.is_on("replica_bounds"):
            counted = shares.counted(hour, mine, _replicas(shares, mine))
            shares.limit("replica_bounds", *counted, service.max_replicas)
        for pin in context.pins_of(service.name, location):
            counted = shares.counted(hour, mine)
            if pin.max_instances is not None:
                shares.limit("pins", *counted, pin.max_instances)
            if pin.location is not None:
                shares.floor("pins", *counted, pin.min_instances)


def some_replicas(context: Context, shares: Shares, hour: int) -> None:
    """Run the fewest replicas of a service somewhere."""
    for index, service in enumerate(context.scenario.services):
        mine = of_service(shares, index)
        if mine.size and context.is_on("replica_bounds"):
            counted = shares.counted(hour, mine, _replicas(shares, mine))
            shares.floor("replica_bounds", *counted, service.min_replicas)


def _replicas(shares: Shares, offers: Indices) -> Floats:
    per = [shares.outlook.offers[number].candidate.replicas_per_instance for number in offers.tolist()]
    return np.array(per, dtype=np.float64)


def power_rows(context: Context, shares: Shares, hour: int) -> None:
    """Limit the draw of an hour."""
    limit = context.scenario.limits.power_kw
    if limit is None or not context.is_on("power_limit"):
        return
    offers = shares.outlook.offers
    kw = np.array([least_kw_per_need(context, offer, 1.0) for offer in offers]) * shares.need_per_s[hour, shares.pair]
    draws = [context.power(offer.candidate) for offer in offers]
    idle = np.array([0.0 if draw is None else draw.idle_kw for draw in draws])
    shares.limit("power_limit", *shares.with_spare(hour, shares.every, kw, idle), limit)


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
        mine = of_service(shares, index)
        if not context.stands_by(service) or not mine.size:
            continue
        offers = [shares.outlook.offers[number] for number in mine.tolist()]
        best: dict[Key, float] = {}
        for offer in offers:
            best[offer.key] = max(best.get(offer.key, 0.0), offer.rate_per_s)
        rates = np.array([best[offer.key] for offer in offers])
        pairs = [number for number, pair in enumerate(shares.outlook.pairs) if pair[0] == index]
        need = service.protected_share * float(shares.need_per_s[hour, pairs].sum())
        for lost in sorted({offer.location for offer in offers}):
            stays = np.array([offer.location != lost for offer in offers])
            shares.floor("region_loss", *shares.counted(hour, mine[stays], rates[stays]), need)


def counted_types(context: Context, shares: Shares, hours: Sequence[int]) -> None:
    """Use no more instance types than allowed: one binary for each, without which it has no share."""
    limit = context.scenario.limits.max_instance_types
    if limit is None or not context.is_on("max_instance_types"):
        return
    kinds = [offer.key[:2] for offer in shares.outlook.offers]
    names = sorted(set(kinds))
    used = shares.more(len(names), upper=1.0, integer=True)
    number = np.array([names.index(kind) for kind in kinds], dtype=np.int64)
    for pair in range(len(shares.outlook.pairs)):
        mine = np.flatnonzero(shares.pair == pair)
        usable = np.unique(number[mine])
        shares.row("max_instance_types", used[usable], np.ones(usable.size), 1.0, np.inf)
        for kind in usable.tolist():
            same = mine[number[mine] == kind]
            for hour in hours:
                columns = np.append(shares.columns(hour, same), used[kind])
                shares.row("max_instance_types", columns, np.append(np.ones(same.size), -1.0), -np.inf, 0.0)
    shares.limit("max_instance_types", used, np.ones(used.size), float(limit))


def _places(shares: Shares) -> dict[tuple[int, str], Indices]:
    """Offers by service and location."""
    found: dict[tuple[int, str], list[int]] = {}
    for number, offer in enumerate(shares.outlook.offers):
        found.setdefault((shares.outlook.pairs[offer.pair][0], offer.location), []).append(number)
    return {place: np.array(mine, dtype=np.int64) for place, mine in sorted(found.items())}


def of_service(shares: Shares, index: int) -> Indices:
    """Return the offers of a service."""
    services = [shares.outlook.pairs[offer.pair][0] for offer in shares.outlook.offers]
    return np.flatnonzero(np.array(services, dtype=np.int64) == index)

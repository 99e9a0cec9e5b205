"""What is bought in the relaxation where a type cannot be had on demand: signed, committed or owned, within sites."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.domain.purchase import OWNED
from optimizer.formulation.context import Context
from optimizer.formulation.problem import Indices
from optimizer.formulation.relaxed_rows import Shares
from optimizer.formulation.supply import Key, Supply
from optimizer.units import WATTS_PER_KW

#: Column of what is bought of an option, by key.
Bought = dict[tuple[Key, str], int]


def without_on_demand(context: Context, shares: Shares, hours: Sequence[int]) -> None:
    """Cover types that cannot be had on demand by what is signed or bought for the horizon, within sites and counts."""
    bought: Bought = {}
    for key, mine in _by_key(shares).items():
        supply = shares.outlook.offers[int(mine[0])].supply
        if supply.on_demand is not None or not context.is_on("purchases_cover_use"):
            continue
        for option in sorted(supply.steady):
            bought[key, option] = int(shares.more(1, upper=float(supply.most.get(option, np.inf)))[0])
        columns = np.array([column for (name, _), column in bought.items() if name == key], dtype=np.int64)
        signed = float(sum(item.count for item in supply.signed if item.horizon_share >= 1.0))
        for hour in hours:
            _cover(shares, hour, mine, columns, signed)
    _steady_quotas(context, shares, bought)
    _sites(context, shares, {key: column for (key, option), column in bought.items() if option == OWNED})


def _cover(shares: Shares, hour: int, offers: Indices, bought: Indices, signed: float) -> None:
    """Use no more than what is signed and bought; t counts in the largest use of a share."""
    columns, values = shares.counted(hour, offers)
    scale = max(float(values.max(initial=0.0)), signed, 1.0)
    every = np.concatenate([columns, bought, [0]])
    parts = np.concatenate([values / scale, np.full(bought.size, -1.0 / scale), [-1.0]])
    shares.row("purchases_cover_use", every, parts, -np.inf, signed / scale)


def _steady_quotas(context: Context, shares: Shares, bought: Bought) -> None:
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
                left = max(0.0, limit - taken_in_site(context, location, unit))
                shares.limit("site_limits", columns, sizes, left)


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

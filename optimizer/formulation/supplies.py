"""From prices, signed commitments and quotas to how each instance type can be had."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.costs import Rates
from optimizer.domain.purchase import ON_DEMAND, OWNED, SPOT, TERM_MONTHS, PurchaseOption
from optimizer.formulation.supply import Key, Supply


def supply_of(
    rates: Rates,
    options: Sequence[PurchaseOption],
    key: Key,
    *,
    quotas_on: bool = True,
    owned_on: bool = True,
    offered_on: bool = True,
) -> Supply:
    """Return how a type can be had in a location, with all that its price brings along.

    Parameters
    ----------
    rates
        Prices after the scenario's own rules.
    options
        Purchase options that may be used.
    key
        Provider, instance type, location.
    quotas_on, owned_on, offered_on
        Whether the rules `quotas`, `owned_count` and `offered` hold.
    """
    _, kind, location = key
    scenario = rates.scenario
    on_demand = _flexible(rates, key, ON_DEMAND, offered_on=offered_on) if ON_DEMAND in options else None
    steady = _steady(rates, options, key)
    site, server = rates.catalog.sites.get(location), rates.catalog.owned.get(key)
    most: dict[PurchaseOption, int] = {}
    if OWNED in steady and server is not None and server.max_count is not None and owned_on:
        most[OWNED] = server.max_count
    quotas = scenario.limits.quotas if quotas_on else ()
    return Supply(
        key=key,
        on_demand=on_demand,
        spot=_spot(rates, key, on_demand) if SPOT in options else None,
        steady=steady,
        most=most,
        signed=tuple(item for item in scenario.commitments if (item.instance_type, item.location) == (kind, location)),
        limited=(OWNED in steady and (bool(most) or site is not None))
        or any(quota.match.fits(kind, location) for quota in quotas),
    )


def _flexible(rates: Rates, key: Key, option: PurchaseOption, *, offered_on: bool = True) -> float | None:
    row = rates.price(*key, option)
    price = rates.instance_hour(*key, option)
    if row is None or price is None or (offered_on and row.status != "offered"):
        return None
    return price.amount * rates.support_factor(key[0])


def _spot(rates: Rates, key: Key, on_demand: float | None) -> float | None:
    """Spot with what interruptions cost, where that is cheaper than on demand."""
    price = _flexible(rates, key, SPOT)
    if price is None or on_demand is None:
        return None
    price *= 1.0 + rates.scenario.purchase.spot.overhead_share
    return price if price < on_demand else None


def _steady(rates: Rates, options: Sequence[PurchaseOption], key: Key) -> dict[PurchaseOption, float]:
    costs: dict[PurchaseOption, float] = {}
    for option in (*TERM_MONTHS, OWNED):
        cost = rates.steady_cost(*key, option) if option in options else None
        if cost is not None:
            costs[option] = cost
    return costs

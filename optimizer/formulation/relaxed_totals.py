"""What is summed over the horizon in the relaxation: the bill and carbon, over one average hour."""

from __future__ import annotations

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.formulation.context import Context
from optimizer.formulation.optimistic import Offer, Outlook
from optimizer.formulation.relaxed_buying import least_hourly
from optimizer.formulation.relaxed_limits import least_kw_per_need
from optimizer.formulation.relaxed_rows import Shares
from optimizer.formulation.rules.budget import budget_total
from optimizer.units import GRAMS_PER_KG, KG_PER_TONNE


def expected_need(context: Context, outlook: Outlook) -> Floats:
    """Return the need of an average hour, over hours and over the demands that money is counted on, shape (pairs,).

    Shares of hours may differ; their average over hours, weighted by need, is a share of this hour.
    """
    line = context.timeline
    mean: Floats = outlook.need_per_s.reshape(len(outlook.pairs), -1) @ line.full_hours
    return mean / context.scenario.horizon_hours


def least_work(context: Context, outlook: Outlook) -> Floats:
    """Return which share of its need a pair really asks for at least in any hour, shape (pairs,), at most 1."""
    share = np.zeros(len(outlook.pairs))
    for number, (service, origin) in enumerate(outlook.pairs):
        need = outlook.need_per_s[number]
        mean = np.broadcast_to(context.scenario.services[service].demand.mean_per_s[origin], need.shape)
        busy = need > 0.0
        share[number] = min(1.0, float((mean[busy] / need[busy]).min(initial=1.0)))
    return share


def least_cost_per_need(context: Context, offer: Offer, work: float) -> float:
    """Return the least cost of a request/s of need over the horizon: instances, what they bring along, own energy."""
    hours = context.scenario.horizon_hours
    hourly = least_hourly(offer.supply, hours) + context.use_cost(offer.candidate)
    cost = offer.instances_per_need * hourly * hours
    if context.rates.is_owned(offer.location):
        draw = context.power(offer.candidate)
        idle = 0.0 if draw is None or context.scenario.owned.unused != "idle" else draw.idle_kw
        kw = least_kw_per_need(context, offer, work) - idle * offer.instances_per_need
        cost += max(0.0, kw) * hours * context.rates.electricity(offer.location).amount
    return cost


def volume_cost(context: Context, outlook: Outlook) -> float:
    """Return the least cost of logs and transfer: every origin served where its requests cost least."""
    total = 0.0
    for number, (service, origin) in enumerate(outlook.pairs):
        places = {offer.location for offer in outlook.of_pair(number)}
        total += context.requests(service, origin) * min(
            (_per_request(context, origin, place) for place in places), default=0.0
        )
    return total


def _per_request(context: Context, origin: int, location: str) -> float:
    cost = context.rates.log_cost_per_request(location)
    for flow in context.flows(origin, location):
        price = min(tier.price_per_gb for tier in context.rates.transfer_tiers(*flow.pair))
        cost += flow.gb_per_request * price * context.rates.support_factor(flow.origin)
    return cost


def budget_row(context: Context, shares: Shares, hour: int) -> None:
    """Keep the least bill within the budget; what is signed already is free to use as far as it reaches."""
    limit = budget_total(context.scenario, on=context.is_on("budget"))
    if limit is None:
        return
    outlook, work = shares.outlook, least_work(context, shares.outlook)
    fixed = context.rates.fixed_total() + volume_cost(context, outlook)
    need = shares.need_per_s[hour, shares.pair]
    cost = np.array([least_cost_per_need(context, offer, work[offer.pair]) for offer in outlook.offers]) * need
    columns, values = shares.columns(hour, np.arange(cost.size)), cost
    for key, mine in _signed_keys(shares).items():
        supply = outlook.offers[mine[0]].supply
        free = shares.more(1, upper=sum(item.count * item.horizon_share for item in supply.signed))
        uses = np.array(mine, dtype=np.int64)
        used = np.append(-shares.instances(hour)[uses], 1.0)
        shares.row("purchases_cover_use", np.append(shares.columns(hour, uses), free), used, -np.inf, 0.0)
        hourly = least_hourly(context.supply(*key), context.scenario.horizon_hours)
        columns = np.append(columns, free)
        values = np.append(values, -hourly * context.scenario.horizon_hours)
    # Only what can be changed is measured against the limit; a budget below the fixed part is broken by all of it.
    shares.limit("budget", columns, values, limit - fixed) if limit > fixed else _broken(shares)


def _broken(shares: Shares) -> None:
    """Break a limit by all of it."""
    shares.row("budget", np.array([0]), np.ones(1), 1.0, np.inf)


def _signed_keys(shares: Shares) -> dict[tuple[str, str, str], list[int]]:
    found: dict[tuple[str, str, str], list[int]] = {}
    for number, offer in enumerate(shares.outlook.offers):
        if offer.supply.signed:
            found.setdefault(offer.key, []).append(number)
    return found


def carbon_row(context: Context, shares: Shares, hour: int) -> None:
    """Keep the least that is emitted over the horizon within the limit."""
    limit = context.scenario.limits.carbon_t
    if limit is None or not context.is_on("carbon_limit"):
        return
    work = least_work(context, shares.outlook)
    kg = np.array([least_kg_per_need(context, offer, work[offer.pair]) for offer in shares.outlook.offers])
    kg = kg * shares.need_per_s[hour, shares.pair]
    shares.limit("carbon_limit", shares.columns(hour, np.arange(kg.size)), kg, limit * KG_PER_TONNE)


def least_kg_per_need(context: Context, offer: Offer, work: float) -> float:
    """Return the least that a request/s of need emits over the horizon, kg."""
    grid = offer.candidate.location.grid_gco2_per_kwh or 0.0
    return least_kw_per_need(context, offer, work) * context.scenario.horizon_hours * grid / GRAMS_PER_KG

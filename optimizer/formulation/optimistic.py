"""What every configuration could do at best for an origin: capacity that is never exceeded, with no simulation.

This is the table on which "no plan of any kind" rests, so it is generous wherever that is cheap: any mix of
configurations in a location, any division of an origin's demand, counts that need not be whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.formulation.candidates import Candidate
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet, Usable, has_demand, usable_of
from optimizer.formulation.rules.latency import network_s, pool_target_s
from optimizer.formulation.rules.locations import allowed_locations
from optimizer.formulation.rules.residency import may_serve
from optimizer.formulation.supply import Key, Supply
from optimizer.performance import SAMPLING_DERATE, UTILISATION_CAP, least_seconds, limit_of, slowest_of_one


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """One configuration's best for one origin of a service.

    Parameters
    ----------
    pair
        Index of the (service, origin) pair.
    rate_per_s
        What an instance never exceeds within the target that the origin's own round trip leaves, requests/s.
    full_rate_per_s
        Highest rate of an instance with full batches: what a unit of work is measured by.
    factor
        Capacity over need that a service must have in the location, because of a zone that may be lost.
    """

    pair: int
    candidate: Candidate
    supply: Supply
    rate_per_s: float
    full_rate_per_s: float
    factor: float

    @property
    def instances_per_need(self) -> float:
        """Fewest instances for each request/s of need."""
        return self.factor / self.rate_per_s

    @property
    def location(self) -> str:
        """``provider/region``."""
        return self.candidate.location.name

    @property
    def key(self) -> Key:
        """Provider, instance type, location."""
        return self.supply.key


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """Every offer, and what is asked.

    Parameters
    ----------
    pairs
        (service, origin) indices with demand.
    need_per_s
        With headroom, shape (pairs, demands, periods).
    offers
        In a stable order.
    survey
        What passed the filters where, and why the rest fell out.
    """

    pairs: tuple[tuple[int, int], ...]
    need_per_s: Floats
    offers: tuple[Offer, ...]
    survey: BlockSet

    def of_pair(self, pair: int) -> list[Offer]:
        """Offers for one (service, origin) pair."""
        return [offer for offer in self.offers if offer.pair == pair]

    @property
    def hopeless(self) -> list[int]:
        """Pairs that nothing can serve."""
        served = {offer.pair for offer in self.offers}
        return [pair for pair in range(len(self.pairs)) if pair not in served]


def outlook_of(context: Context) -> Outlook:
    """Return every offer of a scenario.

    Types that a single zone sells count too where another type stands in a second zone: a plan might mix them.
    """
    scenario = context.scenario
    survey = BlockSet(locations=allowed_locations(scenario, context.catalog, on=context.is_on("locations")))
    lenient = Context(scenario, context.catalog, context.store, context.rules_off | {"zone_loss"})
    pairs = tuple(
        (index, origin)
        for index, service in enumerate(scenario.services)
        for origin in range(len(scenario.origins))
        if has_demand(service, origin)
    )
    need = [context.need(scenario.services[index], [origin]) for index, origin in pairs]
    offers: list[Offer] = []
    for index in range(len(scenario.services)):
        for location in survey.locations:
            found = usable_of(lenient, survey, index, location)
            factor = zone_factor(context, index, found)
            if factor is not None:
                offers += _offers_in(context, pairs, index, location, found, factor)
    offers = [offer for offer in offers if not _alone(context, pairs, offer, offers)]
    shape = (len(pairs), len(context.timeline.demands), len(scenario.periods))
    return Outlook(pairs, np.array(need).reshape(shape), tuple(offers), survey)


def _alone(context: Context, pairs: Sequence[tuple[int, int]], offer: Offer, offers: Sequence[Offer]) -> bool:
    """Whether a service that needs a standby location has no other one for the offer's origin."""
    if not context.stands_by(context.scenario.services[pairs[offer.pair][0]]):
        return False
    return len({other.location for other in offers if other.pair == offer.pair}) < 2


def zone_factor(context: Context, service_index: int, usable: Sequence[Usable]) -> float | None:
    r"""Return how much capacity a service needs over its need in a location; None where a lost zone takes all.

    The fullest of Z zones holds at least an equal share of the capacity, so what is left carries
    :math:`\rho\,need` only if all of it is at least :math:`\max(1, \rho Z / (Z - 1))\,need`.
    """
    service = context.scenario.services[service_index]
    if context.survives(service) != "zone":
        return 1.0
    zones = len({zone for _, found, _ in usable for zone in found})
    return None if zones < 2 else max(1.0, service.protected_share * zones / (zones - 1))


def _offers_in(
    context: Context,
    pairs: Sequence[tuple[int, int]],
    index: int,
    location: str,
    usable: Sequence[Usable],
    factor: float,
) -> list[Offer]:
    scenario, service = context.scenario, context.scenario.services[index]
    pinned = context.pinned_batch(service.name, location)
    found = []
    for number, origin in ((n, scenario.origins[pair[1]]) for n, pair in enumerate(pairs) if pair[0] == index):
        trip = network_s(scenario, context.catalog, [origin], location)
        if trip is None or not may_serve(origin, location, on=context.is_on("residency")):
            continue
        target_s = pool_target_s(service, trip, on=context.is_on("latency"))
        for candidate, _, margin in usable:
            fewest, most = context.instance_bounds(candidate)
            times = context.service_seconds(candidate.curve, service.items_per_request, margin)
            rate, full = best_rates(times, target_s, service.percentile, pinned, service.scatter)
            if rate > 0.0 and (most is None or max(fewest, 1) <= most):
                replicas = candidate.replicas_per_instance
                supply = context.supply_for(candidate)
                found.append(Offer(number, candidate, supply, replicas * rate, replicas * full, factor))
    return found


@lru_cache(maxsize=4096)
def best_rates(
    service_s: tuple[float, ...], target_s: float, percentile: float, batch: int | None = None, scatter: float = 1.0
) -> tuple[float, float]:
    r"""Return what a replica never exceeds with any largest batch, and its highest rate of full batches, requests/s.

    The first is the greatest `optimistic_capacity` of one replica over all largest batches b,

    .. math:: 0.98 \max_b \min\left\{ 0.97\,\frac{b}{s(b)},\;
        \left( p \min_{k \le b,\, s(k) \le T} \frac{s(k)}{k} + (1 - p) \min_{k \le b} \frac{s(k)}{k} \right)^{-1}
        \right\}

    Parameters
    ----------
    service_s
        Seconds to serve a batch of 1, 2, ... requests.
    target_s
        What queueing and service may take, T.
    percentile
        Share p of requests that keeps it.
    batch
        Only this largest batch; None for any.
    scatter
        99th percentile over mean of a batch's time; `least_seconds` says what it changes.

    Returns
    -------
    tuple of float
        Both 0 where one request alone misses the target.
    """
    alone_s = service_s[0] * slowest_of_one(scatter, percentile) if service_s else np.inf
    limit_s = limit_of(target_s)
    if alone_s > limit_s or (batch is not None and batch > len(service_s)):
        return 0.0, 0.0
    seconds = np.array(service_s)
    each = seconds / np.arange(1, seconds.size + 1)
    rates = np.minimum(UTILISATION_CAP / each, 1.0 / least_seconds(seconds, limit_s, percentile, scatter))
    of = slice(None) if batch is None else slice(batch - 1, batch)
    return SAMPLING_DERATE * float(rates[of].max()), float((1.0 / each[of]).max())

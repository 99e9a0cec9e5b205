r"""Drawn totals: the same traffic, prices and outages for every option, so that their differences are not luck.

- **Traffic** is one number `z` for the whole horizon, normal with mean 0. Cost is a straight line between the demands
  that are known, ``low`` at -1, ``mid`` at 0 and ``high`` at 1, and goes on as straight beyond them; `z` is scaled so
  that it lies beyond ``low`` and beyond ``high`` in 5 % of all cases each.
- **Prices** are multiplied by a lognormal factor of mean 1 and the stated spread, one for each provider on demand and
  one on spot.
- **Failures** of a type in a place, and outages of a location, are Poisson. A machine that fails is replaced on demand
  for the hours of its repair, an outage replaces what stands in one of the zones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np

from optimizer.decisions.draws.demands import NAMES
from optimizer.decisions.draws.nodes import Nodes, Priced
from optimizer.decisions.draws.records import DrawnOption
from optimizer.domain.purchase import ON_DEMAND
from optimizer.domain.scenario import Floats
from optimizer.inputs.option_terms import DrawTerms
from optimizer.units import HOURS_PER_YEAR

#: Where each demand lies, and how far out a share of 5 % begins.
LEVELS = dict(zip(NAMES, (-1.0, 0.0, 1.0), strict=True))
FIVE_PERCENT = 1.6448536269514722
#: Totals nearer than this share are equal.
EQUAL = 1e-12


class Luck:
    """Random numbers by what they are for: the same for every option that asks for the same thing."""

    def __init__(self, number: int, seed: int, terms: DrawTerms) -> None:
        self.number, self.terms, self._seed = number, terms, seed

    def levels(self) -> Floats:
        """Return the level of traffic of each draw."""
        drawn: Floats = self._stream("traffic").standard_normal(self.number) / FIVE_PERCENT
        return drawn

    def price(self, priced: Priced) -> Floats:
        """Return the factor on a provider's prices under an option."""
        terms, (_, option) = self.terms, priced
        spread = terms.on_demand_spread if option == ON_DEMAND else terms.spot_spread
        sigma = float(np.sqrt(np.log1p(spread**2)))
        normal = self._stream("price", *priced).standard_normal(self.number)
        factor: Floats = np.exp(sigma * normal - sigma**2 / 2.0)
        return factor

    def failures(self, location: str, kind: str, machine_years: float) -> Floats:
        """Return how many machines of a type fail in a location."""
        expected = self.terms.instance_failures_per_year * machine_years
        return self._stream("failure", location, kind).poisson(expected, self.number).astype(float)

    def outages(self, location: str, zone_years: float) -> Floats:
        """Return how often a zone of a location is lost."""
        expected = self.terms.zone_outages_per_year * zone_years
        return self._stream("outage", location).poisson(expected, self.number).astype(float)

    def _stream(self, *names: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, *(crc32(name.encode()) for name in names)])


def at_levels(costs: Floats, demands: Sequence[str], levels: Floats) -> Floats:
    """Return costs at levels of traffic: straight between the demands, and on beyond them, but never below 0."""
    if costs.size == 1:
        return np.full(levels.size, float(costs[0]))
    known = np.array([LEVELS[name] for name in demands])
    part = np.clip(np.searchsorted(known, levels) - 1, 0, known.size - 2)
    slopes = np.diff(costs) / np.diff(known)
    straight: Floats = costs[part] + slopes[part] * (levels - known[part])
    return np.maximum(straight, 0.0)


def totals_of(
    nodes: Nodes, demands: Sequence[str], luck: Luck, horizon_hours: float, zones: Mapping[str, int]
) -> Floats:
    """Return the total of an option in each draw."""
    levels = luck.levels()
    totals = at_levels(nodes.rest, demands, levels)
    for priced, costs in nodes.rent.items():
        totals += at_levels(costs, demands, levels) * luck.price(priced)
    return totals + _failures(nodes, luck, horizon_hours / HOURS_PER_YEAR, zones)


def _failures(nodes: Nodes, luck: Luck, years: float, zones: Mapping[str, int]) -> Floats:
    terms, cost = luck.terms, np.zeros(luck.number)
    for item in nodes.held:
        price = item.hour * (luck.price((item.provider, ON_DEMAND)) if item.is_rented else 1.0)
        if terms.instance_failures_per_year:
            failed = luck.failures(item.location, item.instance_type, item.count * years)
            cost += failed * terms.repair_hours * price
        if terms.zone_outages_per_year:
            count = zones[item.location]
            lost = luck.outages(item.location, count * years) * item.count / count
            cost += lost * terms.zone_outage_hours * price
    return cost


def told(labels: Sequence[str], totals: Sequence[Floats]) -> list[DrawnOption]:
    """Return mean, percentiles and the share of draws in which each option is the cheapest; equals share it."""
    drawn = np.array(totals)
    number = drawn.shape[1]
    least = drawn.min(axis=0)
    ties = drawn <= least * (1.0 + EQUAL)
    shares = (ties / ties.sum(axis=0)).mean(axis=1)
    low, middle, high = np.percentile(drawn, [5.0, 50.0, 95.0], axis=1)
    spread = drawn.std(axis=1, ddof=1) if number > 1 else np.zeros(len(labels))
    return [
        DrawnOption(
            label,
            mean=float(drawn[row].mean()),
            mean_error=float(spread[row] / np.sqrt(number)),
            p5=float(low[row]),
            p50=float(middle[row]),
            p95=float(high[row]),
            cheapest_share=float(shares[row]),
            cheapest_error=float(np.sqrt(shares[row] * (1.0 - shares[row]) / number)),
        )
        for row, label in enumerate(labels)
    ]

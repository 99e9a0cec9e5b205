"""The oracle's reading of a scenario: slots of time, prices, and who may serve whom. Written from the rules alone."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

import numpy as np

from optimizer.domain.catalog import Catalog, InstanceType
from optimizer.domain.limits import Pin
from optimizer.domain.purchase import Match
from optimizer.domain.scenario import Period, Scenario, Service
from optimizer.performance import CapacityStore

HOURS_PER_MONTH, HOURS_PER_YEAR = 730.0, 8760.0
TERMS = {"committed_1y": 12, "committed_3y": 36}


@dataclass(frozen=True)
class World:
    """A scenario, its catalog and the capacities, with what follows from them.

    A slot is a (demand, period) pair: the demand planned for comes first, then every other that money is counted for.
    """

    scenario: Scenario
    catalog: Catalog
    store: CapacityStore
    known: dict = field(default_factory=dict)

    @cached_property
    def demands(self) -> list[str]:
        """Names of the demands that must be carried."""
        first = self.scenario.plan_for
        return [first, *(name for name in self.scenario.weights if name != first)]

    @cached_property
    def slot_hours(self) -> np.ndarray:
        """Expected hours of each slot."""
        hours = [period.days for period in self.scenario.periods]
        return np.array([self.scenario.weights.get(name, 0.0) * h for name in self.demands for h in hours])

    @cached_property
    def hours(self) -> float:
        """Hours of the horizon."""
        return float(sum(period.days for period in self.scenario.periods))

    @cached_property
    def followers(self) -> list[tuple[int, int, float]]:
        """Pairs of periods that may follow each other, and how often the second follows the first."""
        return followers(self.scenario.periods)

    @cached_property
    def early_pairs(self) -> list[tuple[int, int, float]]:
        """Pairs of slots (now, next) whose instances overlap, and the expected hours for which they do."""
        lead = self.scenario.purchase.scale_up_lead_hours
        if lead == 0 or self.scenario.autoscaling != "hourly":
            return []
        periods = len(self.scenario.periods)
        return [
            (demand * periods + now, demand * periods + then, self.slot_hours[demand * periods + now] * lead * often)
            for demand in range(len(self.demands))
            for now, then, often in self.followers
        ]

    @cached_property
    def segments(self) -> list[tuple[float, float]]:
        """Parts of the horizon between ends of signed commitments: (where it ends, its length), as shares of it."""
        ends = sorted({min(1.0, item.horizon_share) for item in self.scenario.commitments} | {1.0})
        starts = [0.0, *ends[:-1]]
        return [(end, end - start) for start, end in zip(starts, ends, strict=True) if end > start]

    def signed(self, place: str, kind: str) -> np.ndarray:
        """Count signed before, by segment."""
        return np.array([self._signed_until(place, kind, end, ("any",)) for end, _ in self.segments])

    def signed_of(self, place: str, kind: str, which: tuple[str, ...]) -> np.ndarray:
        """Count signed before under some options (or ``reserved``), by segment."""
        return np.array([self._signed_until(place, kind, end, which) for end, _ in self.segments])

    def _signed_until(self, place: str, kind: str, end: float, which: tuple[str, ...]) -> int:
        return sum(
            item.count
            for item in self.scenario.commitments
            if (item.location, item.instance_type) == (place, kind)
            and item.horizon_share >= end
            and ("any" in which or item.purchase_option in which or ("reserved" in which and item.reserved))
        )

    def rented(self, place: str) -> bool:
        """Whether a support plan is paid on what the place costs."""
        return place not in self.catalog.sites

    def support(self, place: str) -> float:
        """What a unit of spend costs with its support plan."""
        return 1.0 + self.scenario.operations.support_share_of_spend * self.rented(place)

    def hourly(self, place: str, kind: str, option: str) -> float | None:
        """Price of an option per hour after all price rules and with its upfront payment; None if not for sale."""
        if option not in self.scenario.purchase.options:
            return None
        row = self.catalog.prices.get((provider_of(place), kind, place, option))
        if row is not None and row.status == "not_offered":
            return None
        amount = None if row is None or row.status == "unknown" else row.price_per_hour
        upfront = 0.0 if row is None else row.upfront
        for rule in self.scenario.price_rules:
            if not fits(rule.match, place, kind, option):
                continue
            if rule.price_per_hour is not None:
                amount, upfront = rule.price_per_hour, 0.0
            elif amount is not None and rule.discount_share is not None:
                amount, upfront = amount * (1.0 - rule.discount_share), upfront * (1.0 - rule.discount_share)
        if amount is None:
            return None
        return amount + (upfront / (TERMS[option] * HOURS_PER_MONTH) if upfront else 0.0)

    def spot_hour(self, place: str, kind: str) -> float | None:
        """Price of spot per hour with what interruptions cost, where that is below the price on demand; else None."""
        on_demand, spot = self.hourly(place, kind, "on_demand"), self.hourly(place, kind, "spot")
        if on_demand is None or spot is None:
            return None
        spot *= 1.0 + self.scenario.purchase.spot.overhead_share
        return spot if spot < on_demand else None

    def left_over_months(self, option: str) -> float:
        """Months of a term, renewed as often as needed, that outlast the horizon."""
        months = self.hours / HOURS_PER_MONTH
        return TERMS[option] * float(np.ceil(months / TERMS[option] - 1e-9)) - months

    def committed_each(self, place: str, kind: str, option: str) -> float | None:
        """What one committed instance costs over the horizon, with what is left of its term and support."""
        price, purchase = self.hourly(place, kind, option), self.scenario.purchase
        left = self.left_over_months(option)
        if price is None or (left > 1e-9 and purchase.after_horizon == "refuse"):
            return None
        counted = 1.0 - purchase.value_share if purchase.after_horizon == "value_share" else 1.0
        return price * (self.hours + left * HOURS_PER_MONTH * counted) * self.support(place)

    def owned_each(self, place: str, kind: str) -> float | None:
        """What one bought machine costs over the horizon: capital, maintenance, operators, space; no energy."""
        server = self.catalog.owned.get((provider_of(place), kind, place))
        if server is None or "owned" not in self.scenario.purchase.options:
            return None
        terms, site = self.scenario.owned, self.catalog.sites[place]
        price = getattr(server, f"purchase_price_{terms.price}")
        years, rate = server.amortisation_months / 12.0, terms.discount_rate_per_year
        rest = server.residual_share * price
        if rate == 0.0:
            a_year = (price - rest) / years
        else:
            a_year = (price - rest * (1 + rate) ** -years) * rate / (1 - (1 + rate) ** -years)
        upkeep = server.maintenance_share_per_year
        a_year += price * (self.scenario.operations.maintenance_share if upkeep is None else upkeep)
        if site.servers_per_operator is not None and terms.operator_cost_per_year is not None:
            a_year += terms.operator_cost_per_year / site.servers_per_operator
        watts = self.catalog.instance_types["own", kind].max_power_w
        space = (site.space_price_per_kw_month or 0.0) * watts / 1000.0
        return a_year * self.hours / HOURS_PER_YEAR + space * self.hours / HOURS_PER_MONTH

    def watts(self, kind: InstanceType, place: str) -> tuple[float, float] | None:
        """Idle and full draw of an instance, W, PUE included; None where one of them is not known."""
        pue = self.catalog.locations[place].pue
        if kind.max_power_w is None or pue is None:
            return None
        idle = self.catalog.idle_power_share * kind.max_power_w if kind.idle_power_w is None else kind.idle_power_w
        return pue * idle, pue * kind.max_power_w

    def pins(self, service: Service, place: str) -> list[Pin]:
        """Decisions that hold for a service in a place."""
        return [pin for pin in self.scenario.pins if pin.service == service.name and pin.location in (None, place)]

    def round_trip_s(self, origin: int, place: str) -> float | None:
        """Mean round trip between an origin and a place; None if unknown or if the data must not go there."""
        asked = self.scenario.origins[origin]
        if asked.residency is not None and place not in asked.residency:
            return None
        row = self.catalog.round_trips.get((asked.at, place))
        return asked.rtt_s.get(place, None if row is None else row.rtt_s)


def provider_of(place: str) -> str:
    """Provider of a place, which is named ``provider/region``."""
    return place.split("/", maxsplit=1)[0]


def followers(periods: tuple[Period, ...]) -> list[tuple[int, int, float]]:
    """Next listed hour of the day type; after the last one the first of every day type, as often as its days."""
    days: dict[str, list[int]] = {}
    for index in sorted(range(len(periods)), key=lambda i: periods[i].hour):
        days.setdefault(periods[index].day_type, []).append(index)
    total = sum(periods[listed[0]].days for listed in days.values())
    pairs = []
    for listed in days.values():
        pairs += [(now, then, 1.0) for now, then in itertools.pairwise(listed)]
        pairs += [(listed[-1], other[0], periods[other[0]].days / total) for other in days.values()]
    return pairs


def fits(match: Match, place: str, kind: str, option: str | None) -> bool:
    """Whether a rule's match means instances of a type in a place (bought in some way)."""
    return (
        match.provider in (None, provider_of(place))
        and match.location in (None, place)
        and (match.instance_type is None or fnmatchcase(kind, match.instance_type))
        and (option is None or match.purchase_option in (None, option))
    )

"""What is paid for each instance type in each location, worked out again from what runs and what is signed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise

from optimizer.domain.plan import FleetRow, Pool
from optimizer.verification.demands import views
from optimizer.verification.prices import paid
from optimizer.verification.view import View

#: Provider, instance type and location.
Key = tuple[str, str, str]
STEADY = ("committed_1y", "committed_3y", "owned")


@dataclass(frozen=True, slots=True)
class Slot:
    """Instances in use and room for spot in one stretch of time, with what may be spot of them."""

    use: int
    room: int

    def mix(self, steady: int) -> tuple[int, int]:
        """Return spot and on demand beyond what is steady."""
        beyond = max(0, self.use - steady)
        spot = min(self.room, beyond)
        return spot, beyond - spot


@dataclass(frozen=True, slots=True)
class Paid:
    """Instance-hours, expected over demands and over the parts of the horizon."""

    on_demand: Fraction
    spot: Fraction
    early_on_demand: Fraction
    early_spot: Fraction


class KeyReading:
    """One instance type in one location, over all demands.

    Parameters
    ----------
    view
        The plan.
    key
        Provider, instance type, location.
    """

    def __init__(self, view: View, key: Key) -> None:
        self._view, self.key = view, key
        self._pools: dict[View, list[Pool]] = {}
        self.rows: list[FleetRow] = [
            row for row in view.plan.fleet if (row.provider, row.instance_type, row.location) == key
        ]
        self.steady = {
            row.purchase_option: row.count_by_period[0]
            for row in self.rows
            if row.purchase_option in STEADY and not row.until
        }
        self.signed = [
            item
            for item in view.plan.inputs["commitments"]
            if (item["location"].split("/")[0], item["instance_type"], item["location"]) == key
        ]

    @cached_property
    def sells_on_demand(self) -> bool:
        """Whether on demand may be bought here, which is where hours can be paid one by one."""
        allowed = "on_demand" in self._view.plan.inputs["purchase"]["options"]
        rented = any(row.purchase_option == "on_demand" and not row.until for row in self.rows)
        return rented or (allowed and paid(self._view, self.key[1], self.key[2], "on_demand") is not None)

    @cached_property
    def spot_pays(self) -> bool:
        """Whether spot, interruptions included, is cheaper than on demand."""
        terms = self._view.plan.inputs["purchase"]
        price, other = (paid(self._view, self.key[1], self.key[2], option) for option in ("spot", "on_demand"))
        if "spot" not in terms["options"] or price is None or other is None:
            return False
        return price * (1 + Fraction(terms["spot"]["overhead_share"])) < other

    @cached_property
    def parts(self) -> list[tuple[Fraction, int]]:
        """Shares of the horizon, and how many instances are there anyway in each."""
        ends = sorted({0.0, 1.0, *(item["horizon_share"] for item in self.signed if 0.0 < item["horizon_share"] < 1.0)})
        bought = sum(self.steady.values())
        return [(Fraction(end) - Fraction(start), bought + self._signed_after(start)) for start, end in pairwise(ends)]

    def _signed_after(self, start: float) -> int:
        return sum(item["count"] for item in self.signed if item["horizon_share"] > start)

    def pools(self, view: View) -> list[Pool]:
        """Pools that use the type in the location."""
        if view not in self._pools:
            pools = view.plan.pools
            mine = [pool for pool in pools if (pool.provider, pool.instance_type, pool.location) == self.key]
            self._pools[view] = mine
        return self._pools[view]

    @cached_property
    def paid(self) -> Paid:
        """What is paid by the hour."""
        total = [Fraction(0)] * 4
        weights = self._view.plan.inputs["cost_weights"]
        for name, view in views(self._view).items() if self.sells_on_demand else ():
            weight = Fraction(weights.get(name, 0))
            if weight:
                found = self._under(view)
                total = [a + weight * b for a, b in zip(total, found, strict=True)]
        return Paid(*total)

    def most(self, period: int) -> tuple[int, int]:
        """Most spot and on demand of a period under the demand planned for, over the parts of the horizon."""
        slot = self.slot(self._view, period)
        mixes = [slot.mix(steady) for _, steady in self.parts] if self.sells_on_demand else [(0, 0)]
        return max(spot for spot, _ in mixes), max(on_demand for _, on_demand in mixes)

    def expected(self, period: int) -> tuple[Fraction, Fraction]:
        """Spot and on demand of a period, expected over demands and over the parts of the horizon."""
        spot = on_demand = Fraction(0)
        weights = self._view.plan.inputs["cost_weights"]
        for name, view in views(self._view).items() if self.sells_on_demand else ():
            slot, weight = self.slot(view, period), Fraction(weights.get(name, 0))
            for share, steady in self.parts:
                mix = slot.mix(steady)
                spot, on_demand = spot + weight * share * mix[0], on_demand + weight * share * mix[1]
        return spot, on_demand

    def _under(self, view: View) -> list[Fraction]:
        """Hours under one demand."""
        hours = [Fraction(period.hours) for period in view.plan.periods]
        slots = [self.slot(view, period) for period in range(len(hours))]
        total = [Fraction(0)] * 4
        for share, steady in self.parts:
            mixes = [slot.mix(steady) for slot in slots]
            for length, (spot, on_demand) in zip(hours, mixes, strict=True):
                total[0] += share * length * on_demand
                total[1] += share * length * spot
            for period, follower, often in self._ends(view):
                spot, on_demand = self.end(view, period, follower).mix(steady)
                ahead = share * hours[period] * often
                total[2] += ahead * (on_demand - mixes[period][1])
                total[3] += ahead * (spot - mixes[period][0])
        return total

    def _ends(self, view: View) -> list[tuple[int, int, Fraction]]:
        """Hours whose end already runs what a following hour needs: which, which follows, and the share of the hour."""
        inputs = view.plan.inputs
        lead = Fraction(inputs["purchase"]["scale_up_lead_hours"])
        if inputs["autoscaling"] != "hourly" or lead == 0:
            return []
        return [(period, after, lead * often) for period, after, often in followers(view)]

    def slot(self, view: View, period: int) -> Slot:
        """The instances of a period."""
        pools = self.pools(view)
        room = sum(view.spot_instances(pool)[period] for pool in pools) if self.spot_pays else 0
        return Slot(sum(view.instances(pool)[period] for pool in pools), room)

    def end(self, view: View, period: int, follower: int) -> Slot:
        """The instances at the end of a period, when those of the next one run as well."""
        use = room = 0
        for service in {pool.service for pool in self.pools(view)}:
            pools = [pool for pool in self.pools(view) if pool.service == service]
            counts = [(view.instances(pool)[period], view.instances(pool)[follower]) for pool in pools]
            here, there = (sum(view.spot_instances(pool)[at] for pool in pools) for at in (period, follower))
            both = sum(max(pair) for pair in counts)
            use += both
            room += here + min(both - sum(now for now, _ in counts), max(0, there - here))
        return Slot(use, room if self.spot_pays else 0)


@lru_cache(maxsize=8)
def followers(view: View) -> tuple[tuple[int, int, Fraction], ...]:
    """Periods, what may follow each, and how often: the next hour of its day type; the last hour, any day's first."""
    days: dict[str, list[int]] = {}
    for index, period in enumerate(view.plan.periods):
        days.setdefault(period.day_type, []).append(index)
    ordered = {kind: sorted(found, key=lambda index: view.plan.periods[index].hour) for kind, found in days.items()}
    total = sum((Fraction(view.plan.periods[found[0]].days) for found in ordered.values()), Fraction(0))
    pairs: list[tuple[int, int, Fraction]] = []
    for found in ordered.values():
        pairs += [(now, after, Fraction(1)) for now, after in pairwise(found)]
        for other in ordered.values():
            pairs.append((found[-1], other[0], Fraction(view.plan.periods[other[0]].days) / total))
    return tuple(pairs)


@lru_cache(maxsize=1)
def readings(view: View) -> dict[Key, KeyReading]:
    """Return every instance type that runs, is bought or is signed somewhere, by key."""
    keys = {(pool.provider, pool.instance_type, pool.location) for pool in view.plan.pools}
    keys |= {(row.provider, row.instance_type, row.location) for row in view.plan.fleet}
    for item in view.plan.inputs["commitments"]:
        keys.add((item["location"].split("/")[0], item["instance_type"], item["location"]))
    return {key: KeyReading(view, key) for key in sorted(keys)}

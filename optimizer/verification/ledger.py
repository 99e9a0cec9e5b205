"""The bill written again, in fractions: every amount exact, from fleet, pools, routes, periods and inputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from optimizer.domain.scenario import INTERNET
from optimizer.verification.view import Row, Unreadable, View, model_name

HOURS_OF_A_MONTH = Fraction(730)
HOURS_OF_A_YEAR = Fraction(8760)
SECONDS_OF_AN_HOUR = 3600
#: A GiB is 1.073741824 GB.
GB_OF_A_GIB = Fraction(2**30, 10**9)
KB_OF_A_GB = 10**6
#: Categories whose amounts the support plan takes its share of.
CLOUD_SPEND = ("compute", "network", "storage")


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount: a quantity at a price. `pair` names the border that data crosses, "" elsewhere."""

    category: str
    service: str
    location: str
    instance_type: str
    quantity: Fraction
    unit_price: Fraction
    pair: tuple[str, str] = ("", "")

    @property
    def amount(self) -> Fraction:
        """Money, in the plan's currency."""
        return self.quantity * self.unit_price


class Ledger:
    """Every entry of the bill.

    Parameters
    ----------
    view
        The plan.

    Raises
    ------
    Unreadable
        If a price that the bill needs is not in the plan.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._hours = [Fraction(period.hours) for period in view.plan.periods]
        self._horizon = sum(self._hours, Fraction(0))
        self.instance_hours = self._instance_hours()
        self.requests = self._requests()
        self.entries = tuple(self._entries())

    @property
    def people(self) -> Fraction:
        """What no plan can change."""
        return sum((entry.amount for entry in self.entries if entry.category == "people"), Fraction(0))

    def is_tiered(self, entry: Entry) -> bool:
        """Whether the price of an entry depends on the month's volume."""
        return entry.category == "network" and len(self._tiers(entry.pair)) > 1

    def _entries(self) -> Iterator[Entry]:
        spend = [*self._compute(), *self._network(), *self._disks(), *self._logs()]
        operations = self._view.plan.inputs["operations"]
        share = Fraction(operations["support_share_of_spend"])
        yield from spend
        yield Entry("maintenance", "", "", "", sum((entry.amount for entry in spend), Fraction(0)), share)
        yield Entry("energy", "", "", "", sum(self.instance_hours.values(), Fraction(0)), Fraction(0))
        monthly = Fraction(operations["monitoring_per_instance_month"])
        for (service, location, kind, _), hours in self.instance_hours.items():
            yield Entry("monitoring", service, location, kind, hours / HOURS_OF_A_MONTH, monthly)
        years = self._horizon / HOURS_OF_A_YEAR
        for role in operations["people"]:
            yield Entry("people", "", "", "", Fraction(role["fte"]) * years, Fraction(role["cost_per_year"]))

    def _instance_hours(self) -> dict[tuple[str, str, str, str], Fraction]:
        """Instance-hours by service, location, type and profile: whole instances, period by period."""
        hours: dict[tuple[str, str, str, str], Fraction] = defaultdict(Fraction)
        for pool in self._view.plan.pools:
            key = (pool.service, pool.location, pool.instance_type, pool.profile)
            for count, length in zip(self._view.instances(pool), self._hours, strict=True):
                hours[key] += count * length
        return dict(hours)

    def _requests(self) -> dict[tuple[str, str, str], Fraction]:
        """Expected requests by service, origin and the location that serves them."""
        requests: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
        for route in self._view.plan.routing:
            location = self._view.plan.pools[route.pool].location
            for period, (share, length) in enumerate(zip(route.share_by_period, self._hours, strict=True)):
                rate = Fraction(self._view.mean(route.service, route.origin, period))
                requests[route.service, route.origin, location] += Fraction(share) * rate * SECONDS_OF_AN_HOUR * length
        return dict(requests)

    def _compute(self) -> Iterator[Entry]:
        for (service, location, kind, _), hours in self.instance_hours.items():
            if hours > 0:
                yield Entry("compute", service, location, kind, hours, self._rent(location, kind))

    def _rent(self, location: str, kind: str) -> Fraction:
        """Price of an instance-hour, averaged over the purchase options that the fleet uses there."""
        paid, hours = Fraction(0), Fraction(0)
        for row in self._view.plan.fleet:
            if row.location != location or row.instance_type != kind:
                continue
            price = self._view.prices.get((row.provider, kind, location, row.purchase_option), {}).get("price_per_hour")
            if price is None:
                message = f"no price of {kind} in {location}, {row.purchase_option}"
                raise Unreadable(message)
            for count, length in zip(row.count_by_period, self._hours, strict=True):
                paid += count * length * Fraction(price)
                hours += count * length
        if hours == 0:
            message = f"no {kind} in {location} in the fleet"
            raise Unreadable(message)
        return paid / hours

    def _network(self) -> Iterator[Entry]:
        """Every border that requests and responses cross, at the average price of the month's volume of its pair."""
        moved: dict[tuple[str, str, tuple[str, str]], Fraction] = defaultdict(Fraction)
        of_pair: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        for (service, origin, location), requests in self.requests.items():
            for pair, gb_per_request in self._crossings(self._view.origins[origin]["at"], location):
                moved[service, location, pair] += requests * gb_per_request
                of_pair[pair] += requests * gb_per_request
        months = self._horizon / HOURS_OF_A_MONTH
        for (service, location, pair), gb in moved.items():
            yield Entry("network", service, location, "", gb, blended(self._tiers(pair), of_pair[pair] / months), pair)

    def _crossings(self, at: str, location: str) -> list[tuple[tuple[str, str], Fraction]]:
        """GB of one request by the pair of places it goes from and to."""
        sizes = self._view.plan.inputs["network"]
        request, response = Fraction(sizes["request_kb"]) / KB_OF_A_GB, Fraction(sizes["response_kb"]) / KB_OF_A_GB
        if at == INTERNET:
            return [((location, INTERNET), response)]
        if at == location:
            other_zone = 1 - Fraction(1, len(self._view.plan.inputs["zones"][location]))
            return [((location, location), (request + response) * other_zone)]
        return [((at, location), request), ((location, at), response)]

    def _tiers(self, pair: tuple[str, str]) -> list[Row]:
        rows = [row for row in self._view.plan.inputs["transfer"] if (row["origin"], row["destination"]) == pair]
        if not rows:
            message = f"no price of data from {pair[0]} to {pair[1]}"
            raise Unreadable(message)
        return sorted(rows, key=lambda row: float(row["from_gb"]))

    def _disks(self) -> Iterator[Entry]:
        stated = self._view.plan.inputs["storage"]["model_copies_gib"]
        for (service, location, kind, profile), hours in self.instance_hours.items():
            model = self._view.models[model_name(profile)]
            gib = Fraction(model["weights_gib"]) + Fraction(model["tables_gib"]) if stated is None else Fraction(stated)
            months = hours / HOURS_OF_A_MONTH
            yield Entry("storage", service, location, kind, months * gib * GB_OF_A_GIB, self._stored("block", location))

    def _logs(self) -> Iterator[Entry]:
        use = self._view.plan.inputs["storage"]
        months_kept = Fraction(use["log_retention_days"]) / (Fraction(365) / 12)
        gb_per_request = Fraction(use["logs_gb_per_million_requests"]) / 10**6
        for (service, _, location), requests in self.requests.items():
            quantity = requests * gb_per_request * months_kept
            yield Entry("storage", service, location, "", quantity, self._stored("object", location))

    def _stored(self, kind: str, location: str) -> Fraction:
        """Price of a GB-month; block storage stands in where no object price is known."""
        prices = {
            row["storage_class"]: row["price_per_gb_month"]
            for row in self._view.plan.inputs["storage_prices"]
            if row["location"] == location
        }
        price = prices.get(kind, prices.get("block"))
        if price is None:
            message = f"no price of {kind} storage in {location}"
            raise Unreadable(message)
        return Fraction(price)


def blended(tiers: Sequence[Row], gb_per_month: Fraction) -> Fraction:
    """Return the average price per GB when each tier prices the part of the volume above its start.

    Parameters
    ----------
    tiers
        Rows with `from_gb` and `price_per_gb`, by rising `from_gb`, the first at 0.
    gb_per_month
        Volume of all services on the pair.
    """
    if gb_per_month <= 0:
        return Fraction(tiers[0]["price_per_gb"])
    paid, rest = Fraction(0), gb_per_month
    for tier in reversed(tiers):
        above = max(Fraction(0), rest - Fraction(tier["from_gb"]))
        paid += above * Fraction(tier["price_per_gb"])
        rest -= above
    return paid / gb_per_month


@lru_cache(maxsize=1)
def ledger_of(view: View) -> Ledger:
    """Return the ledger of a plan, written once for all rules that read it.

    Raises
    ------
    Unreadable
        If a price that the bill needs is not in the plan.
    """
    return Ledger(view)

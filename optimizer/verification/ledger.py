"""The bill written again, in fractions: every amount exact, from fleet, pools, routes, periods and inputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache

from optimizer.domain.scenario import INTERNET
from optimizer.verification.changes import changes
from optimizer.verification.demands import views
from optimizer.verification.entry import (
    CLOUD_SPEND,
    GB_OF_A_GIB,
    HOURS_OF_A_MONTH,
    HOURS_OF_A_YEAR,
    KB_OF_A_GB,
    SECONDS_OF_AN_HOUR,
    Entry,
)
from optimizer.verification.prices import is_own
from optimizer.verification.purchases import Purchases
from optimizer.verification.view import Row, Unreadable, View, model_name


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
        self._purchases = Purchases(view, self.instance_hours)
        self.entries = tuple(self._entries())

    @property
    def fixed(self) -> Fraction:
        """What no plan can change: people who run the fleet, and what is signed."""
        people = self._view.plan.inputs["operations"]["people"]
        yearly = sum((Fraction(role["fte"]) * Fraction(role["cost_per_year"]) for role in people), Fraction(0))
        return yearly * self._horizon / HOURS_OF_A_YEAR + self._purchases.signed

    @property
    def obligation(self) -> Fraction:
        """What is still to be paid when the horizon ends, without the support plan."""
        return self._purchases.obligation

    def is_tiered(self, entry: Entry) -> bool:
        """Whether the price of an entry depends on the month's volume."""
        return entry.category == "network" and len(self._tiers(entry.pair)) > 1

    def _entries(self) -> Iterator[Entry]:
        spend = [*self._purchases.entries(), *self._network(), *self._disks(), *self._logs()]
        operations = self._view.plan.inputs["operations"]
        share = Fraction(operations["support_share_of_spend"])
        yield from spend
        supported = [e for e in spend if e.category in CLOUD_SPEND and not is_own(self._view, e.provider)]
        yield Entry("maintenance", "", "", "", sum((entry.amount for entry in supported), Fraction(0)), share)
        yield from self._purchases.energy()
        monthly = Fraction(operations["monitoring_per_instance_month"])
        for (service, location, kind, _), hours in self.instance_hours.items():
            yield Entry("monitoring", service, location, kind, hours / HOURS_OF_A_MONTH, monthly)
        yield from changes(self._view)
        years = self._horizon / HOURS_OF_A_YEAR
        for role in operations["people"]:
            yield Entry("people", "", "", "", Fraction(role["fte"]) * years, Fraction(role["cost_per_year"]))

    def _instance_hours(self) -> dict[tuple[str, str, str, str], Fraction]:
        """Instance-hours in use by service, location, type and profile, expected over the demands."""
        hours: dict[tuple[str, str, str, str], Fraction] = defaultdict(Fraction)
        for name, view in views(self._view).items():
            weight = Fraction(self._view.plan.inputs["cost_weights"].get(name, 0))
            for pool in view.plan.pools:
                key = (pool.service, pool.location, pool.instance_type, pool.profile)
                counted = zip(view.instances(pool), self._hours, strict=True)
                hours[key] += weight * sum((count * length for count, length in counted if count), Fraction(0))
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
            price = blended(self._tiers(pair), of_pair[pair] / months)
            yield Entry("network", service, location, "", gb, price, pair, provider=pair[0].split("/")[0])

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
            price, provider = self._stored("block", location), location.split("/")[0]
            yield Entry("storage", service, location, kind, months * gib * GB_OF_A_GIB, price, provider=provider)

    def _logs(self) -> Iterator[Entry]:
        use = self._view.plan.inputs["storage"]
        months_kept = Fraction(use["log_retention_days"]) / (Fraction(365) / 12)
        gb_per_request = Fraction(use["logs_gb_per_million_requests"]) / 10**6
        for (service, _, location), requests in self.requests.items():
            quantity = requests * gb_per_request * months_kept
            price, provider = self._stored("object", location), location.split("/")[0]
            yield Entry("storage", service, location, "", quantity, price, provider=provider)

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
